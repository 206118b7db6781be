#!/bin/bash

# includes.sh [TREE]: which way includes may run.  TREE is the configured nginx
# of the build, in which each header is compiled alone; CC is the compiler.
#
#     ngx_http_fhir_binary_module.c -> the headers of conf and response
#     src/http/FOLDER               -> its own header, src/http, nginx, src/core
#     src/http                      -> src/http, nginx, src/core
#     src/core                      -> src/core on a lower floor, libc
#
# Each folder of src/http has one header, and that includes the headers of the
# folders below it: a call upwards is one of a function that is not declared.
# A new noun of the core, and a new folder, are given their place here.

floor0=" fhb text out time b64 error digest "
floor1=" route query media accept etag reference scope bearer json splice xml"
floor1+=" jwa "
floor2=" jws jwk claims bin cda ccd bundle outcome "

# Sideways on one floor, and the doors of the libraries.

sideways=" fhb:error out:text time:out accept:media etag:route reference:route"
sideways+=" scope:media scope:route jws:jwk claims:jwk claims:jws "
door_yajl=" fhb_json.c "
door_libxml=" fhb_xml.c "
door_openssl=" fhb_jwk_make.c fhb_jws_verify.c fhb_digest.c "

# FOLDER:BELOW, what the header of a folder may include beside the ground's.

folders=" conf token request stream response "
below=" conf:token request:token response:request response:stream "

libc=" stddef.h stdint.h string.h stdbool.h limits.h setjmp.h"
libc+=" immintrin.h arm_neon.h "

CC=${CC:-cc}
tree=$1
status=0


complain() {
    echo "$1: $2"
    status=1
}


# includes_of FILE: lines of "FILE:LINE HEADER", HEADER with < or ".

includes_of() {
    grep -nE '^[ ]*#[ ]*include' "$1" \
        | sed -E "s|^([0-9]+):[ ]*#[ ]*include[ ]*([<\"][^>\"]*).*|$1:\1 \2|"
}


# noun_of fhb_bin_xml.c: the word it belongs to, the longest one known.

noun_of() {
    local name=${1%.*}

    name=${name#fhb_}

    until [[ "$floor0$floor1$floor2" == *" $name "* ]]; do
        [[ $name == *_* ]] || return 1
        name=${name%_*}
    done

    echo "$name"
}


floor_of() {
    case "$floor0" in *" $1 "*) echo 0; return ;; esac
    case "$floor1" in *" $1 "*) echo 1; return ;; esac
    echo 2
}


check_core() {
    local file base noun floor line header to

    for file in src/core/*; do
        [ -f "$file" ] || continue

        base=${file##*/}

        if ! noun=$(noun_of "$base"); then
            complain "$file:1" "a new noun: give it a floor in $0"
            continue
        fi

        floor=$(floor_of "$noun")

        while read -r line header; do
            case $header in
                \<yajl/*)
                    [[ $door_yajl == *" $base "* ]] \
                        || complain "$line" "yajl has one door:$door_yajl"
                    ;;
                \<libxml/*)
                    [[ $door_libxml == *" $base "* ]] \
                        || complain "$line" "libxml2 has one door:$door_libxml"
                    ;;
                \<openssl/*)
                    [[ $door_openssl == *" $base "* ]] \
                        || complain "$line" "openssl's doors:$door_openssl"
                    ;;
                \<*)
                    [[ $libc == *" ${header#<} "* ]] \
                        || complain "$line" "the core does not use $header>"
                    ;;
                \"fhb*)
                    to=$(noun_of "${header#\"}") || continue

                    [ "$to" = "$noun" ] \
                        || [ "$(floor_of "$to")" -lt "$floor" ] \
                        || { [ "$floor" = 0 ] && [ "$to" = fhb ]; } \
                        || [[ $sideways == *" $noun:$to "* ]] \
                        || complain "$line" "$noun may not include $to"
                    ;;
                *)
                    complain "$line" "the core does not include $header\""
                    ;;
            esac
        done < <(includes_of "$file")

        while read -r line; do
            complain "$file:${line%%:*}" "nginx in the core"
        done < <(grep -nE '\b(ngx_|NGX_)' "$file")
    done
}


# folder_of src/http/token/x.c: token; of a file that is in none: nothing.

folder_of() {
    local dir=${1#src/http/}

    [[ $dir == */* ]] && echo "${dir%%/*}"
}


check_http() {
    local file folder to line header

    for file in src/http/*.[ch] src/http/*/*; do
        [ -f "$file" ] || continue

        folder=$(folder_of "$file")

        [ -z "$folder" ] || [[ $folders == *" $folder "* ]] \
            || complain "$file:1" "a new folder: give it a place in $0"

        while read -r line header; do
            case $header in
                \<ngx_* | \"fhb*) ;;
                \"ngx_http_fhir_binary.h | \"ngx_http_fhir_binary_core.h) ;;
                \"ngx_http_fhir_binary_*.h)
                    to=${header#\"ngx_http_fhir_binary_}
                    to=${to%.h}

                    { [[ $file == *.c ]] && [ "$to" = "$folder" ]; } \
                        || { [[ $file == *.h ]] \
                             && [[ $below == *" $folder:$to "* ]]; } \
                        || complain "$line" \
                               "${folder:-the ground} may not include $to"
                    ;;
                *) complain "$line" "src/http does not include $header" ;;
            esac
        done < <(includes_of "$file")
    done

    for folder in $folders; do
        [ "$(ls src/http/"$folder"/*.h | wc -l)" = 1 ] \
            || complain "src/http/$folder" "it has one header"
    done

    while read -r line header; do
        case $header in
            \<ngx_* | \"ngx_http_fhir_binary_conf.h \
                | \"ngx_http_fhir_binary_response.h) ;;
            *) complain "$line" "the front door does not include $header" ;;
        esac
    done < <(includes_of ngx_http_fhir_binary_module.c)
}


# nginx puts our directories on the include path of all its sources.

check_names() {
    local file

    for file in src/core/* src/http/*.* src/http/*/*; do
        case $file in
            src/core/fhb.h | src/core/fhb_*.[ch] | src/core/fhb_*.def) ;;
            src/http/ngx_http_fhir_binary*.[ch]) ;;
            src/http/*/ngx_http_fhir_binary_*.[ch]) ;;
            *) complain "$file:1" "its name does not begin as its room says" ;;
        esac
    done
}


# All of the core without nginx in sight, and each header with nothing above.

check_alone() {
    local core incs out

    out=$(mktemp -d)
    core="-std=c99 -pedantic -Wall -Wextra -Wswitch-enum -Werror"
    core="$core -fsyntax-only -isystem /usr/include/libxml2 -Isrc/core"

    ls src/core/*.[ch] 2>/dev/null \
        | xargs -P 4 -I{} sh -c "$CC $core -x c {} >$out/\$(basename {}) 2>&1 \
            || mv $out/\$(basename {}) $out/\$(basename {}).failed"

    incs=$(printf 'include objs/Makefile\nincs:\n\t@echo $(ALL_INCS)\n' \
           | make -s --no-print-directory -C "$tree" -f - incs)

    for file in src/http/*.h src/http/*/*.h; do
        (cd "$tree" && $CC -Wall -Werror -fsyntax-only $incs \
             -x c "$OLDPWD/$file") >"$out/${file##*/}" 2>&1 \
            || mv "$out/${file##*/}" "$out/${file##*/}.failed"
    done

    for file in "$out"/*.failed; do
        [ -e "$file" ] || continue
        cat "$file"
        base=${file##*/}
        complain "${base%.failed}:1" "does not compile alone"
    done

    rm -rf "$out"
}


# nginx's upstream is opened in one room.

check_upstream() {
    local file line

    for file in src/http/*.c src/http/*/*.c; do
        [ "$file" != src/http/ngx_http_fhir_binary_upstream.c ] || continue

        while read -r line; do
            complain "$file:${line%%:*}" "nginx's upstream has one room"
        done < <(grep -nE -e '->upstream\b|ngx_event_pipe_t' "$file" \
                     | grep -vE 'ctx->upstream\b')
    done
}


check_core
check_http
check_upstream
check_names
[ -z "$tree" ] || check_alone

exit $status
