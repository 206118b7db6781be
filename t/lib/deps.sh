#!/bin/sh
# deps.sh [--test-nginx DIR] PACKAGE ...
#
# Installs the Debian packages that are missing; with --test-nginx also puts
# Test::Nginx into DIR.  Says nothing when all is there.
#
# Test::Nginx is packaged in Debian's newest suite only.  It is pure Perl, so
# that one package is fetched, by an apt of its own (apt.sh), from the mirror
# this machine already uses, and unpacked into DIR.

set -eu

. "$(dirname "$0")/apt.sh"

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


# The URI of the mirror that serves this machine's own suite.

mirror() {
    mirrors | awk -v c="$(codename)" '
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

    own_apt "$tmp"
    echo "deb $signed$uri sid main" >"$tmp/sources.list"

    fresh=
    quietly apt-get -c "$tmp/apt.conf" -q update || {
        say "trying once more without the archive's expiry date"
        fresh=$late
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
