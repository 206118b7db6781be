# fhir_binary_buffers: the buffers of one response whose form is changed.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a document larger than all buffers is wrapped whole
--- document: application/pdf
--- bytes eval: "@{[ 1 .. 40000 ]}"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+json
--- decoded_eq eval: "@{[ 1 .. 40000 ]}"



=== TEST 2: the smallest buffers wrap a document whole, too
--- document: application/pdf
--- bytes eval: "@{[ 1 .. 40000 ]}"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_buffers 2 2k;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+xml
--- decoded_eq eval: "@{[ 1 .. 40000 ]}"



=== TEST 3: the smallest buffers open a resource, too
--- wrapped: application/pdf
--- bytes eval: "@{[ 1 .. 40000 ]}"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_buffers 2 2k;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body eval: "@{[ 1 .. 40000 ]}"



=== TEST 4: a location takes its server's place
--- document: application/pdf
--- bytes eval: "@{[ 1 .. 4000 ]}"
--- config
fhir_binary_buffers 2 2k;
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_buffers 8 64k;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+json
--- decoded_eq eval: "@{[ 1 .. 4000 ]}"



=== TEST 5: there are two buffers at least
--- config
fhir_binary_buffers 1 32k;
--- must_die
--- error_log
[emerg]
invalid value "1" in "fhir_binary_buffers" directive, it must be a number of 2 or more



=== TEST 6: a buffer has 2k at least
--- config
fhir_binary_buffers 4 2047;
--- must_die
--- error_log
[emerg]
invalid value "2047" in "fhir_binary_buffers" directive, it must be a size of 2k or more
