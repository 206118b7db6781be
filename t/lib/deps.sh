#!/bin/sh
# deps.sh [--test-nginx DIR] PACKAGE ...
#
# Installs the Debian packages that are missing; with --test-nginx also puts
# Test::Nginx into DIR.  Says nothing when all is there.
#
# Test::Nginx is packaged in Debian's newest suite only.  It is pure Perl, so
# that one package is fetched, with an apt configuration of its own, from the
# mirror this machine already uses, and unpacked into DIR: neither the
# machine's package sources nor its list of packages learns of it.

set -eu

test_nginx=

if [ "${1:-}" = --test-nginx ]; then
    mkdir -p "$2"
    test_nginx=$(cd "$2" && pwd)
    shift 2
fi

as_root=

if [ "$(id -u)" != 0 ]; then
    as_root=sudo
fi


say() {
    echo "deps: $*" >&2
}


# quietly COMMAND ...: its output is shown only when it fails.

quietly() {
    log=$(mktemp)

    if "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi

    cat "$log" >&2
    rm -f "$log"
    return 1
}


installed() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}


install_packages() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o Dpkg::Use-Pty=0 --no-install-recommends install "$@"
}


# The URI of the mirror that serves this machine's own suite; apt knows how
# to read both of its source formats, and needs no downloaded lists for it.

mirror() {
    codename=$(. /etc/os-release; echo "${VERSION_CODENAME:-sid}")

    apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' 2>/dev/null |
        awk -v c="$codename" '
            $3 != "main" { next }
            $2 == c { print $1; found = 1; exit }
            $2 == "sid" || $2 == "unstable" || $2 == "testing" { any = $1 }
            END { if (!found && any != "") print any }'
}


fetch_test_nginx() {
    dir=$1
    tmp=$dir/apt
    uri=$(mirror)

    if [ -z "$uri" ]; then
        say "no Debian mirror among this machine's package sources"
        return 1
    fi

    rm -rf "$tmp"
    mkdir -p "$tmp/lists/partial" "$tmp/archives/partial" "$tmp/none"
    : >"$tmp/status"

    signed=
    for key in /usr/share/keyrings/debian-archive-keyring.gpg \
               /usr/share/keyrings/debian-archive-keyring.pgp
    do
        if [ -e "$key" ]; then
            signed="[signed-by=$key] "
            break
        fi
    done

    echo "deb $signed$uri sid main" >"$tmp/sources.list"

    cat >"$tmp/apt.conf" <<END
Dir::Etc::SourceList "$tmp/sources.list";
Dir::Etc::SourceParts "$tmp/none";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "$tmp/none";
Dir::State::Lists "$tmp/lists";
Dir::State::Status "$tmp/status";
Dir::Cache "$tmp";
Dir::Cache::PkgCache "";
Dir::Cache::SrcPkgCache "";
Acquire::Languages "none";
APT::Sandbox::User "";
END

    # A mirror that is a snapshot serves an old suite as "expired".  Only
    # then is the date let go; the signature is checked in every case.

    fresh=
    quietly apt-get -c "$tmp/apt.conf" -q update || {
        say "trying once more without the archive's expiry date"
        fresh="-o Acquire::Check-Valid-Until=false"
        quietly apt-get -c "$tmp/apt.conf" $fresh -q update
    }

    (cd "$tmp" &&
     quietly apt-get -c "$tmp/apt.conf" $fresh -q download libtest-nginx-perl)

    rm -rf "$dir/root"
    dpkg-deb -x "$tmp"/libtest-nginx-perl_*.deb "$dir/root"
    rm -rf "$tmp"
}


missing=
for package in "$@"; do
    installed "$package" || missing="$missing $package"
done

if [ -n "$missing" ]; then
    say "installing$missing"

    install_packages $missing >/dev/null 2>&1 </dev/null || {
        quietly $as_root apt-get -q update
        quietly install_packages $missing
    }
fi

if [ -n "$test_nginx" ] \
    && [ ! -e "$test_nginx/root/usr/share/perl5/Test/Nginx/Socket.pm" ] \
    && ! perl -MTest::Nginx::Util -e 1 2>/dev/null
then
    say "fetching Test::Nginx"
    fetch_test_nginx "$test_nginx"
fi
