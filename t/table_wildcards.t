# Wildcards in Accept: they ask for the native form, and never for a FHIR form
# alone.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: */* is the native form
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
Accept: */*
--- response_body: hello



=== TEST 2: application/* does not select a FHIR form
--- document: text/html
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/*
--- outcome: 406 not-supported not_acceptable



=== TEST 3: application/* fits a document of such a type
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
Accept: application/*
--- response_body: hello



=== TEST 4: a range that matches the stored type is enough
--- document: text/html; charset=utf-8
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval: [map { "Accept: $_" } 'text/html', 'text/*', 'TEXT/HTML']
--- response_body eval: [("hello") x 3]



=== TEST 5: a wildcard beside a FHIR form does not take its place
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
Accept: */*, application/fhir+json
--- decoded_eq: hello



=== TEST 6: what cannot be read as a range fits nothing
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval: [map { "Accept: $_" } 'pdf', '*/pdf', 'application/']
--- outcome: 406 not-supported not_acceptable



=== TEST 7: an empty Accept is none
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
Accept:
--- response_body: hello
