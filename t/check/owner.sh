#!/bin/bash

# Each part of a request's context is written by the folder that owns it, or
# by the room where that is of the ground.  Others read it, and call.
#
# A write is an assignment to ctx->PART or to something within it, and its
# address, but where that is an argument of a function of the module.

declare -A owner=(
    [request]=src/http/ngx_http_fhir_binary_anchor.c
    [conf]=src/http/ngx_http_fhir_binary_ctx.c
    [origin]=src/http/ngx_http_fhir_binary_ctx.c
    [redirect]=src/http/ngx_http_fhir_binary_ctx.c
    [refusal]=src/http/ngx_http_fhir_binary_ctx.c
    [type]=src/http/ngx_http_fhir_binary_ctx.c
    [phase]=src/http/ngx_http_fhir_binary_phase.c
    [upstream]=src/http/ngx_http_fhir_binary_upstream.c
    [output]=src/http/ngx_http_fhir_binary_output.c
    [grant]=src/http/token/
    [subrequest]=src/http/token/
    [asked]=src/http/request/
    [source]=src/http/stream/
    [check]=src/http/stream/
    [pump]=src/http/stream/
    [document]=src/http/response/
)

status=0


complain() {
    echo "$1"
    status=1
}


# All members of the context have an owner, and all owners a member.

members=$(awk '/^typedef struct \{$/ { text = ""; next }
               /^\} ngx_http_fhir_binary_ctx_t;$/ { print text; exit }
               { text = text "\n" $0 }' src/http/ngx_http_fhir_binary.h \
          | grep -oE '^ +(const )?\w+ +\*?\w+;' | grep -oE '\w+;$' \
          | tr -d ';' | sort | xargs)

[ "$members" = "$(printf '%s\n' "${!owner[@]}" | sort | xargs)" ] \
    || complain "the context has the parts $members: name their owners in $0"


rooms=(ngx_http_fhir_binary_module.c src/http/*.c src/http/*/*.c)

[ "${#rooms[@]}" -gt 35 ] || complain "only ${#rooms[@]} rooms were found"

OWNERS=$(for part in "${!owner[@]}"; do echo "$part ${owner[$part]}"; done) \
perl -e '
    my %owner = map { split } split /\n/, $ENV{OWNERS};
    my $parts = join "|", keys %owner;
    # what a pointer to const leads to is held to that by the compiler

    my $path = qr/\b(?:ctx|own)->(?<part>$parts)\b(?<!conf(?=->))[\w.\[\]>-]*/;
    my $bad = 0;

    while (<>) {
        if (/$path\s*(?:=(?!=)|[-+*\/|&^]=|<<=|>>=|\+\+|--)/
            || /(?:\+\+|--)\(?$path/
            || (/&$path/ && !/\bngx_http_fhir_binary_\w+\((?:\w+, )*&$path/)
            || /\bngx_(?:mem|cpymem|cpystrn|sn?printf|slprintf)\w*\(\(?$path/
            || /\bngx_mem\w+\(ctx\b/ && $ARGV !~ /_anchor\.c$/)
        {
            my ($part, $room) = ($+{part}, $owner{$+{part}});

            # variables.c gives away what it is asked for, and writes nothing

            if (index($ARGV, $room) != 0
                && $ARGV !~ /_variables\.c$/)
            {
                print "$ARGV:$.: $room writes $part\n";
                $bad = 1;
            }
        }

        if (/\bngx_http_fhir_binary_ctx_t\s+\*(\w+)/
            && $1 !~ /^(?:ctx|own|ngx_\w+)$/)
        {
            print "$ARGV:$.: a context is called ctx, or own\n";
            $bad = 1;
        }

        close ARGV if eof;
    }

    exit $bad;
' "${rooms[@]}" || status=1

exit $status
