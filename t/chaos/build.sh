#!/bin/bash
# build.sh TREE OUT
#
# Builds all of nginx from the sources in TREE under ASan, and the module
# under ASan and UBSan, into OUT: OUT/nginx and the module beside it.  TREE is
# a release or a checkout, and is not written to.
#
# NGX_DEBUG_PALLOC takes each piece of a pool from malloc(), so that ASan
# sees where one ends.  nginx itself is no friend of UBSan (it adds to null
# pointers), so only the module is built with that.

set -eu

tree=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
root=$(realpath "$(dirname "$0")/../..")
jobs=$(nproc 2>/dev/null || echo 1)

configure=$tree/configure
[ -e "$configure" ] || configure=$tree/auto/configure

if [ ! -e "$configure" ]; then
    echo "build.sh: no nginx sources in $tree" >&2
    exit 1
fi

cc_opt="-O1 -g -fno-omit-frame-pointer -fsanitize=address"
cc_opt+=" -DNGX_DEBUG_PALLOC=1"

flags=(--with-debug --with-threads --with-file-aio --with-http_v2_module
       --with-http_ssl_module --with-http_slice_module
       --with-http_dav_module --with-http_addition_module
       --with-http_sub_module --with-http_gunzip_module
       --with-http_gzip_static_module --with-http_auth_request_module
       --with-http_realip_module --with-http_stub_status_module)

work=$out/tree

# What the configuration depends on; nginx's own make sees to the rest.

stamp="$tree $cc_opt ${flags[*]}
$(cat "$root/config")
$(cd "$root" && ls ./*.c src/*/*.[ch] src/*/*.def)"

if [ "$(cat "$out/stamp" 2>/dev/null)" != "$stamp" ]; then
    rm -rf "$work" "$out/stamp"
    mkdir -p "$work"

    for part in auto configure src conf contrib docs html man; do
        [ ! -e "$tree/$part" ] || ln -s "$tree/$part" "$work/"
    done

    cd "$work"

    "./${configure#"$tree"/}" "${flags[@]}" --with-cc=gcc \
        --with-cc-opt="$cc_opt" --with-ld-opt=-fsanitize=address \
        --builddir=objs --add-dynamic-module="$root" >configure.log 2>&1 \
        || { tail -n 12 configure.log >&2; exit 1; }

    echo "$stamp" >"$out/stamp"
fi

cd "$work"

# A variable on the command line takes the place of the makefile's.

cflags=$(sed -n 's/^CFLAGS = *//p' objs/Makefile)
undefined="-fsanitize=undefined -fno-sanitize-recover=undefined"

make -s -j"$jobs" -f objs/Makefile binary >make.log 2>&1 \
    || { tail -n 30 make.log >&2; exit 1; }

# Only the module's objects are left to make; libubsan comes with them.

make -s -j"$jobs" -f objs/Makefile modules CFLAGS="$cflags $undefined" \
    LINK="gcc -fsanitize=undefined" >make.log 2>&1 \
    || { tail -n 30 make.log >&2; exit 1; }

for made in nginx ngx_http_fhir_binary_module.so; do
    cmp -s "objs/$made" "$out/$made" || cp "objs/$made" "$out/$made"
done
