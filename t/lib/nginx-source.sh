#!/bin/sh
# nginx-source.sh DIR
#
# Puts the sources of this Debian suite's nginx into DIR, and says where they
# are.  The machine's package sources need not name source packages: one line
# is made for them, with an apt configuration of its own, from the mirror that
# the machine already uses.  Does nothing when they are there.

set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
tmp=$dir/apt

for tree in "$dir"/nginx-*/src; do
    if [ -d "$tree" ]; then
        dirname "$tree"
        exit 0
    fi
done

codename=$(. /etc/os-release; echo "${VERSION_CODENAME:-sid}")

# "URI SUITE" of the main archive, then of the security updates.  What Debian
# changed does not matter here: the upstream archive is the same.

sources() {
    apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' 2>/dev/null |
        awk -v c="$codename" '
            $3 == "main" && ($2 == c || $2 == c "-security") { print $1, $2 }
            ' | sort -u -k 2
}

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

# A mirror that is a snapshot serves an old suite as "expired".  Only then is
# the date let go; the signature is checked in every case.

late="-o Acquire::Check-Valid-Until=false"

# fetch URI SUITE

fetch() {
    echo "deb-src $signed$1 $2 main" >"$tmp/sources.list"

    apt-get -c "$tmp/apt.conf" -q update \
        || apt-get -c "$tmp/apt.conf" $late -q update || return 1
    (cd "$tmp" && apt-get -c "$tmp/apt.conf" $late -q --download-only \
                          source nginx)
}

sources >"$tmp/from"
: >"$tmp/log"

while read -r uri suite; do
    fetch "$uri" "$suite" >>"$tmp/log" 2>&1 </dev/null && break
done <"$tmp/from"

archive=$(ls "$tmp"/nginx_*.orig.tar.*z 2>/dev/null | tail -n 1)

if [ -z "$archive" ]; then
    cat "$tmp/log" >&2
    echo "nginx-source: no Debian mirror gives nginx's sources" >&2
    exit 1
fi

tar -C "$dir" -xf "$archive"
rm -rf "$tmp"

for tree in "$dir"/nginx-*/src; do
    dirname "$tree"
done
