#!/bin/sh
# nginx-source.sh DIR
#
# Puts the sources of this Debian suite's nginx into DIR, and says where they
# are.  The machine's package sources need not name source packages: one line
# is made for them, for an apt of its own (apt.sh), from the mirror that the
# machine already uses.  Does nothing when they are there.

set -eu

. "$(dirname "$0")/apt.sh"

mkdir -p "$1"
dir=$(cd "$1" && pwd)
tmp=$dir/apt

for tree in "$dir"/nginx-*/src; do
    if [ -d "$tree" ]; then
        dirname "$tree"
        exit 0
    fi
done

# "URI SUITE" of the main archive, then of the security updates.  What Debian
# changed does not matter here: the upstream archive is the same.

sources() {
    mirrors | awk -v c="$(codename)" '$2 == c || $2 == c "-security"' |
        sort -u -k 2
}

own_apt "$tmp"

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
