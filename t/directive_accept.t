# fhir_binary_accept: what follows when nothing in Accept fits the document.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: strict is the default: a 406 that lists what there is
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: image/png
--- outcome: 406 not-supported not_acceptable
--- response_body_like: "diagnostics":"Available: application/pdf, application/fhir\+json, application/fhir\+xml","expression":\["http\.Accept"\]



=== TEST 2: lenient sends the stored bytes in its place
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_accept lenient;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: image/png
--- response_body: hello
--- response_headers
Content-Type: application/pdf



=== TEST 3: lenient does not change what fits
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_accept lenient;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: image/png, application/fhir+json;q=0.1
--- decoded_eq: hello



=== TEST 4: lenient keeps the 406 for a type that is refused with q=0
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_accept lenient;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: */*;q=0
--- outcome: 406 not-supported not_acceptable



=== TEST 5: lenient keeps the 406 for an unknown _format
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_accept lenient;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=ttl
--- outcome: 406 not-supported format



=== TEST 6: lenient keeps the 406 for a wrong fhirVersion
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_accept lenient;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+json;fhirVersion=3.0
--- outcome: 406 not-supported not_acceptable



=== TEST 7: a location takes its server's place
--- document: application/pdf
--- config
fhir_binary_accept lenient;
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_accept strict;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: image/png
--- outcome: 406 not-supported not_acceptable



=== TEST 8: any other value is refused
--- config
fhir_binary_accept on;
--- must_die
--- error_log
[emerg]
invalid value "on" in "fhir_binary_accept" directive, it must be "strict" or "lenient"
