#!/bin/sh
#
# demo.sh [--keep]
#
# Starts nginx with conf-examples/demo.conf on a free loopback port, asks it
# for documents in all of their forms, shows what comes back, and compares it
# with the files.  Exits 0 only if every comparison held.  --keep leaves nginx
# running afterwards, until Ctrl-C.
#
# From the environment: NGINX the program, BUILD where the module is, PORT
# and the one after it instead of free ports.

set -eu

cd "$(dirname "$0")/../.."

NGINX=${NGINX:-$(command -v nginx || echo /usr/sbin/nginx)}
BUILD=${BUILD:-build}
PORT=${PORT:-}
PATH=$PATH:/usr/sbin

files=conf-examples/documents
dir=$BUILD/demo
keep=
pid=
held=0
failed=0
bold=
green=
red=
plain=

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m')
    green=$(printf '\033[32m')
    red=$(printf '\033[31m')
    plain=$(printf '\033[0m')
fi


die() {
    echo "demo: $*" >&2
    exit 1
}


# Stops the nginx that was started here, and no other.

stop() {
    if [ -n "$pid" ]; then
        kill "$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
        pid=
    fi
}


free_ports() {
    perl -MIO::Socket::INET -e '
        my @s = map { IO::Socket::INET->new(Listen => 1, Proto => "tcp",
                                            LocalAddr => "127.0.0.1") } 1, 2;
        print join " ", map { $_->sockport } @s'
}


# answers PORT/PATH

answers() {
    curl -q -s --noproxy '*' --max-time 2 -o "$dir/body" "http://127.0.0.1:$1"
}


# start GATEWAY-PORT STORE-PORT: 0 when both answer.

start() {
    sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$1/" \
        -e "s/127\.0\.0\.1:8081/127.0.0.1:$2/" \
        -e "s|\([ ;]\)build/|\1$BUILD/|" \
        conf-examples/demo.conf >"$dir/nginx.conf"

    : >"$dir/error.log"

    # a worker of root's would be some other user, who may not read these
    # files

    user=

    if [ "$(id -u)" = 0 ]; then
        user='user root;'
    fi

    "$NGINX" -p "$PWD/" -c "$dir/nginx.conf" -e "$dir/error.log" \
        -g "daemon off; $user" 2>"$dir/stderr" &
    pid=$!

    tries=100

    while [ $tries -gt 0 ]; do
        tries=$((tries - 1))

        if ! kill -0 $pid 2>/dev/null; then
            wait $pid || :
            pid=
            return 1
        fi

        if answers "$1/fhir/Binary/TR-197198634" &&
            answers "$2/TR-197198634"
        then
            return 0
        fi

        sleep 0.1
    done

    stop
    return 1
}


# cut_to COLUMNS: of each line of stdin

cut_to() {
    awk -v n="$1" 'length($0) > n { $0 = substr($0, 1, n - 3) "..." } 1'
}


title() {
    printf '\n%s%s%s\n\n' "$bold" "$*" "$plain"
}


# ask CURL-ARGUMENT ... URL: prints the command, runs it

ask() {
    line='  $ curl'

    for word do
        case $word in
        http:*)
            if [ $((${#line} + ${#word})) -gt 76 ]; then
                printf '%s \\\n' "$line"
                line='       '
            fi
            ;;
        *[!A-Za-z0-9:/._=-]*)
            word="'$word'"
            ;;
        esac

        line="$line $word"
    done

    printf '%s\n\n' "$line"

    # what is shown above writes to the user's files; this does not

    for word do
        shift

        case $word in
        -o|-i|-D|-|copy.*) ;;
        *) set -- "$@" "$word" ;;
        esac
    done

    : >"$dir/body"
    curl -q -sS --noproxy '*' --max-time 30 -D "$dir/head.crlf" \
        -o "$dir/body" "$@" || die "curl failed"

    tr -d '\r' <"$dir/head.crlf" >"$dir/head"
}


header() {
    sed -n "s/^$1: //Ip" "$dir/head"
}


# came NAME ...: the status line and these headers of the answer

came() {
    head -n 1 "$dir/head" | sed 's/^/    /'

    for name do
        grep -i "^$name:" "$dir/head" | sed 's/^/    /' | cut_to 78 || :
    done
}


size() {
    wc -c <"$1" | tr -d ' '
}


# excerpt COUNT: so many bytes of the body, folded

excerpt() {
    echo
    head -c "$1" "$dir/body" | LC_ALL=C tr -c '[:print:]\n' '.' |
        fold -w 72 | sed 's/^/    /'

    if [ "$(size "$dir/body")" -gt "$1" ]; then
        printf '...\n    (%s bytes in all)' "$(size "$dir/body")"
    fi

    echo
}


# check TEXT COMMAND ...

check() {
    text=$1
    shift

    if "$@"; then
        held=$((held + 1))
        printf '\n  %sok%s  %s\n' "$green" "$plain" "$text"
    else
        failed=$((failed + 1))
        printf '\n  %sNOT SO%s  %s\n' "$red" "$plain" "$text"
    fi
}


sha256() {
    sha256sum "$1" | cut -d ' ' -f 1
}


# same DOCUMENT FILE TEXT: what came, or was decoded, is this document

same() {
    sum=$(sha256 "$files/$1")
    got=$(sha256 "$2")

    check "$3" [ "$got" = "$sum" ]
    printf '      sha256 %s\n' "$sum"

    if [ "$got" != "$sum" ]; then
        printf '      but is %s\n' "$got"
    fi
}


# decode_json MEMBER: checks that the body is a Binary, decodes its data

decode_json() {
    perl -MJSON::PP -MMIME::Base64 -e '
        my ($member, $body, $out) = @ARGV;

        local $/;
        open my $in, "<:raw", $body or die;

        my $binary = decode_json(<$in>);

        die "no Binary" if $binary->{resourceType} ne "Binary";

        open my $to, ">:raw", $out or die;
        print $to decode_base64($binary->{$member});
        close $to or die' "$1" "$dir/body" "$dir/decoded" || : >"$dir/decoded"
}


decode_xml() {
    if command -v xmllint >/dev/null; then
        xmllint --xpath 'string(/*[local-name()="Binary"]
                                /*[local-name()="data"]/@value)' "$dir/body"
    else
        perl -ne 'print $1 if /<data value="([^"]*)"\/>/' "$dir/body"
    fi |
        perl -MMIME::Base64 -e 'local $/; print decode_base64(<STDIN>)' \
        >"$dir/decoded"
}


status_is() {
    head -n 1 "$dir/head" | grep -q "^HTTP/[0-9.]* $1"
}


# outcome STATUS CODE: the answer is this OperationOutcome

outcome() {
    status_is "$1" && perl -MJSON::PP -e '
        my ($body, $code) = @ARGV;

        local $/;
        open my $in, "<:raw", $body or die;

        my $o = decode_json(<$in>);

        exit !($o->{resourceType} eq "OperationOutcome"
               && $o->{issue}[0]{code} eq $code)' "$dir/body" "$2"
}


empty() {
    [ ! -s "$1" ]
}


show_native() {
    title '1. A PDF, as it is stored'
    ask -D - -o copy.pdf "$base/Binary/XR-197198634"
    came Content-Type Content-Length ETag Accept-Ranges \
         X-Content-Type-Options
    same XR-197198634.pdf "$dir/body" \
         'The bytes are those of the file XR-197198634.pdf:'
}


show_json() {
    title '2. The same document as a FHIR resource'
    ask -D - -o copy.json -H 'Accept: application/fhir+json' \
        "$base/Binary/XR-197198634"
    came Content-Type Content-Length ETag Accept-Ranges Vary
    excerpt 216

    wrapped=$(header Content-Length)
    decode_json data
    same XR-197198634.pdf "$dir/decoded" \
         'Its data, decoded, is the file XR-197198634.pdf:'
}


show_xml() {
    title '3. The same in FHIR XML'
    ask -D - -o copy.xml -H 'Accept: application/fhir+xml' \
        "$base/Binary/XR-197198634"
    came Content-Type Content-Length ETag
    excerpt 288

    decode_xml
    same XR-197198634.pdf "$dir/decoded" \
         'Its data, decoded, is the file XR-197198634.pdf:'
}


show_html() {
    title '4. A report in HTML: active content is sent as an attachment'
    ask -i "$base/Binary/TR-197198634"
    came Content-Type Content-Length Content-Disposition \
         Content-Security-Policy
    excerpt 144
    same TR-197198634.html "$dir/body" \
         'The bytes are those of the file TR-197198634.html:'
}


show_ccd() {
    title '5. A Continuity of Care Document in DSTU2, proxied from a store'
    ask -D - -o copy.json -H 'Accept: application/json+fhir' \
        "$dstu2/Binary/CCD-12724066"
    came Content-Type Content-Length
    excerpt 216

    decode_json content
    same CCD-12724066.xml "$dir/decoded" \
         'Its content, decoded, is the file CCD-12724066.xml:'
}


show_head() {
    title '6. HEAD: what a GET would send, without sending it'
    ask -I -H 'Accept: application/fhir+json' "$base/Binary/XR-197198634"
    came Content-Type Content-Length
    check "The length is that of the answer to 2: $wrapped." \
        [ "$(header Content-Length)" = "$wrapped" ]
}


show_range() {
    title '7. A part of the PDF: the native form has ranges'
    ask -D - -o copy.part -H 'Range: bytes=-1024' "$base/Binary/XR-197198634"
    came Content-Type Content-Length Content-Range

    tail -c 1024 $files/XR-197198634.pdf >"$dir/decoded"
    check 'It is the last 1024 bytes of the file.' \
        cmp -s "$dir/body" "$dir/decoded"
}


show_refusals() {
    title '8. JSON is asked for, but a PDF is not JSON: 406'
    ask -i -H 'Accept: application/json' "$base/Binary/XR-197198634"
    came Content-Type Vary
    excerpt 600
    check 'The answer is an OperationOutcome: not-supported.' \
        outcome 406 not-supported

    title '9. No such document: 404, in XML for who reads XML'
    ask -i -H 'Accept: application/fhir+xml' "$base/Binary/TR-1"
    came Content-Type
    excerpt 600
    check 'The answer is an OperationOutcome: not-found.' \
        grep -q '<OperationOutcome .*<code value="not-found"/>' "$dir/body"
}


summary() {
    all=$((held + failed))

    title "$held of $all comparisons held."

    if [ $failed -gt 0 ]; then
        echo "  What nginx logged is in $dir/error.log."
    else
        echo "  The configuration is conf-examples/demo.conf;" \
             "nginx's logs are"
        echo "  in $dir."
    fi

    echo
}


stay() {
    cat <<END
nginx stays until Ctrl-C.  The documents:

  $base/Binary/XR-197198634    a discharge summary, PDF
  $base/Binary/TR-197198634    an echocardiogram, HTML
  $base/Binary/CCD-12724066    a CCD, C-CDA XML
  $base/Binary/IM-30417755     an ECG strip, PNG

The same in DSTU2: $dstu2/Binary/...
END

    wait "$pid" || :
    pid=
    die "nginx ended by itself; see $dir/error.log"
}


case ${1:-} in
'') ;;
--keep) keep=yes ;;
*) die "usage: demo.sh [--keep]" ;;
esac

[ -e "$BUILD/ngx_http_fhir_binary_module.so" ] ||
    die "no $BUILD/ngx_http_fhir_binary_module.so: run make first"

for tool in curl perl "$NGINX"; do
    command -v "$tool" >/dev/null || die "$tool is missing: run make deps"
done

mkdir -p "$dir"
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# another program may take a free port before nginx does

for attempt in 1 2 3; do
    if [ -n "$PORT" ]; then
        ports="$PORT $((PORT + 1))"
    else
        ports=$(free_ports)
    fi

    # shellcheck disable=SC2086
    if start $ports; then
        break
    fi

    if [ -n "$PORT" ] || [ $attempt = 3 ]; then
        cat "$dir/stderr" >&2
        die "nginx did not start"
    fi
done

base=http://127.0.0.1:${ports% *}/fhir
dstu2=http://127.0.0.1:${ports% *}/dstu2

printf '%sA FHIR Binary gateway%s: %s at %s\n' "$bold" "$plain" \
    "$("$NGINX" -v 2>&1 | sed 's|.*: ||; s|/| |')" "$base"

show_native
show_json
show_xml
show_html
show_ccd
show_head
show_range
show_refusals
summary

if [ -n "$keep" ]; then
    stay
fi

[ $failed = 0 ]
