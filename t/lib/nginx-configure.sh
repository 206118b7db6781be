#!/bin/bash
# nginx-configure.sh SOURCES WORK ARGUMENT ...
#
# Configures nginx's SOURCES (a release, a checkout, or the tree of Debian's
# nginx-dev) in WORK, whose links point at them: configure writes beside
# itself, and must not write into SOURCES.  The arguments are configure's;
# those of Debian's conf_flags come first.
#
# What was compiled in WORK stays where it would come out the same: a source
# file that is new in the module is then all that is compiled.  configure
# writes all its files anew, and nginx's makefile goes by their dates; so
# generated headers that did not change keep theirs.

set -eu

sources=$(realpath "$1")
mkdir -p "$2"
work=$(realpath "$2")
shift 2

flags=()

if [ -e "$sources/conf_flags" ]; then
    . "$sources/conf_flags"
    flags=("${NGX_CONF_FLAGS[@]}")
fi

flags+=("$@" --builddir=objs)

# What is compiled depends on, beside the text of the sources.

made_with="$sources
$(grep 'define NGINX_VERSION' "$sources/src/core/nginx.h")
${flags[*]}"

if [ "$(cat "$work/made-with" 2>/dev/null)" != "$made_with" ]; then
    rm -rf "$work"
fi

mkdir -p "$work/objs"
cd "$work"
rm -f made-with

for part in auto configure src conf contrib docs html man; do
    [ ! -e "$sources/$part" ] || ln -sfn "$(realpath "$sources/$part")" "$part"
done

configure=./configure
[ -e $configure ] || configure=./auto/configure


# The compiler and what it is told, as the makefile has them.

how_compiled() {
    sed '/^CORE_DEPS/q' objs/Makefile 2>/dev/null || true
}

before=$(how_compiled)

for header in objs/ngx_auto_*.h; do
    [ ! -e "$header" ] || mv "$header" "$header.old"
done

$configure "${flags[@]}" >configure.log 2>&1 || {
    tail -n 12 configure.log >&2
    exit 1
}

for header in objs/ngx_auto_*.h; do
    if cmp -s "$header.old" "$header"; then
        mv "$header.old" "$header"
    fi
done

if [ "$before" != "$(how_compiled)" ]; then
    find objs -name '*.o' -delete
fi

# The list of objects may have become shorter, and make would not see it.

comm -23 <(find objs -name '*.o' | sort) \
         <(grep -o 'objs/[^ :]*\.o' objs/Makefile | sort -u) | xargs -r rm

rm -f objs/nginx objs/*.so objs/*.old

echo "$made_with" >made-with
