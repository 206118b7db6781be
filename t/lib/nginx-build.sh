#!/bin/bash
# nginx-build.sh asan|debug TREE OUT
#
# Builds all of nginx from the sources in TREE, --with-debug, and the module,
# into OUT: OUT/nginx and the module beside it.  TREE is a release or a
# checkout, and is not written to.
#
#     asan    nginx under ASan, and the module under ASan and UBSan
#     debug   both for a debugger: -O0 -g, and no sanitizer
#
# For ASan NGX_DEBUG_PALLOC takes each piece of a pool from malloc(), so that
# it sees where one ends.  nginx itself is no friend of UBSan (it adds to null
# pointers), so only the module is built with that.

set -eu

mode=$1
tree=$(realpath "$2")
mkdir -p "$3"
out=$(realpath "$3")
root=$(realpath "$(dirname "$0")/../..")
jobs=$(nproc 2>/dev/null || echo 1)
work=$out/tree

if [ ! -e "$tree/configure" ] && [ ! -e "$tree/auto/configure" ]; then
    echo "nginx-build.sh: no nginx sources in $tree" >&2
    exit 1
fi

cc_opt="-g -fno-omit-frame-pointer"
ld_opt=
of_module=
link_module=

case $mode in

asan)
    cc_opt+=" -O1 -fsanitize=address -DNGX_DEBUG_PALLOC=1"
    ld_opt=-fsanitize=address

    # libubsan comes with the module's objects.

    of_module="-fsanitize=undefined -fno-sanitize-recover=undefined"
    link_module=-fsanitize=undefined
    ;;

debug)
    cc_opt+=" -O0"
    ;;

*)
    sed -n '2p' "$0" >&2
    exit 1
    ;;

esac

flags=(--with-debug --with-threads --with-file-aio --with-http_v2_module
       --with-http_ssl_module --with-http_slice_module
       --with-http_dav_module --with-http_addition_module
       --with-http_sub_module --with-http_gunzip_module
       --with-http_gzip_static_module --with-http_auth_request_module
       --with-http_realip_module --with-http_stub_status_module)

# What the list of the module's objects depends on; the rest is seen to by
# nginx-configure.sh and by nginx's own make.

stamp="$tree $cc_opt ${flags[*]}
$(cat "$root/config")
$(cd "$root" && find ./*.c src -name '*.[ch]' -o -name '*.def' | sort)"

if [ "$(cat "$out/stamp" 2>/dev/null)" != "$stamp" ]; then
    rm -f "$out/stamp"

    bash "$root/t/lib/nginx-configure.sh" "$tree" "$work" "${flags[@]}" \
        --with-cc=gcc --with-cc-opt="$cc_opt" --with-ld-opt="$ld_opt" \
        --add-dynamic-module="$root"

    echo "$stamp" >"$out/stamp"
fi

cd "$work"


# make_target TARGET [VARIABLE=VALUE ...]

make_target() {
    make -s -j"$jobs" -f objs/Makefile "$@" >make.log 2>&1 \
        || { tail -n 30 make.log >&2; exit 1; }
}

# A variable on the command line takes the place of the makefile's.  After
# the binary only the module's objects are left to make.

cflags=$(sed -n 's/^CFLAGS = *//p' objs/Makefile)

make_target binary
make_target modules CFLAGS="$cflags $of_module" LINK="gcc $link_module"

for made in nginx ngx_http_fhir_binary_module.so; do
    cmp -s "objs/$made" "$out/$made" || cp "objs/$made" "$out/$made"
done
