#!/bin/bash

# Files have budgets, to notice growth while it is cheap to act on it.
# t/check/size.allow excuses one, with a reason: PATH LINES REASON.

status=0


budget() {
    local most=$1 file lines allowed
    shift

    for file in "$@"; do
        [ -f "$file" ] || continue

        lines=$(wc -l <"$file")
        allowed=$(awk -v f="$file" '$1 == f { print $2 }' t/check/size.allow)

        if [ "$lines" -gt "${allowed:-$most}" ]; then
            echo "$file:$lines: $lines lines, budget ${allowed:-$most}"
            status=1
        fi
    done
}


shared=src/http/ngx_http_fhir_binary.h
rooms=src/http/ngx_http_fhir_binary_rooms.h

budget 80 config
budget 420 ngx_http_fhir_binary_module.c
budget 400 README.md src/core/*.c
budget 450 src/http/*.c
budget 220 $shared $rooms
budget 120 $(ls src/*/*.h src/*/*.def 2>/dev/null \
                 | grep -vx -e $shared -e $rooms)
budget 200 t/*.t
budget 60 conf-examples/*.conf

exit $status
