# fhir_binary_default: the form that a request without a wish gets.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: native is the default, without Accept and with any range
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval: ["", "Accept: */*", "Accept:"]
--- response_body eval: [("hello") x 3]



=== TEST 2: fhir gives FHIR JSON without Accept
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_default fhir;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
Content-Type: application/fhir+json
--- decoded_eq: hello



=== TEST 3: fhir gives FHIR JSON where */* is the best match
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_default fhir;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: text/html, */*;q=0.1
--- decoded_eq: hello



=== TEST 4: fhir does not change what is asked for by name
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_default fhir;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/pdf
--- response_body: hello



=== TEST 5: fhir does not undo that the form was refused with q=0
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_default fhir;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+json;q=0, */*
--- response_body: hello



=== TEST 6: a location inherits from http
--- http_config
fhir_binary_default fhir;
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary dstu2;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
Content-Type: application/json+fhir;charset=UTF-8
--- decoded_eq: hello



=== TEST 7: any other value is refused
--- config
fhir_binary_default json;
--- must_die
--- error_log
[emerg]
invalid value "json" in "fhir_binary_default" directive, it must be "native" or "fhir"
