# Documents of no bytes: no FHIR form before R4, a resource without data from
# R4 on.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the native form is empty in each version
--- document: application/pdf
--- bytes:
--- config
fhir_binary_auth off;
location /dstu2/ {
    fhir_binary dstu2;
    proxy_pass $FHIR_STORE;
}
location /r4/ {
    fhir_binary r4;
    proxy_pass $FHIR_STORE;
}
--- request eval: [map { "GET /$_/Binary/1" } qw(dstu2 r4)]
--- response_body eval: ["", ""]
--- response_headers eval: [("Content-Type: application/pdf\nContent-Length: 0") x 2]



=== TEST 2: in DSTU2 and STU3 there is no FHIR form
--- document: application/pdf
--- bytes:
--- config
fhir_binary_auth off;
location /dstu2/ {
    fhir_binary dstu2;
    proxy_pass $FHIR_STORE;
}
location /stu3/ {
    fhir_binary stu3;
    proxy_pass $FHIR_STORE;
}
--- request eval: [map { "GET /$_/Binary/1?_format=json" } qw(dstu2 stu3)]
--- outcome: 500 required required



=== TEST 3: from R4 on data is left out
--- document: application/pdf
--- bytes:
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [map { "GET /fhir/Binary/1?_format=$_" } qw(json xml)]
--- response_body eval
['{"resourceType":"Binary","id":"1","contentType":"application/pdf"}',
 '<?xml version="1.0" encoding="UTF-8"?><Binary xmlns="http://hl7.org/fhir"><id value="1"/><contentType value="application/pdf"/></Binary>']



=== TEST 4: a FHIR server's resource without data is an empty document from R4 on
--- document: application/fhir+json
--- bytes: {"resourceType":"Binary","contentType":"text/plain"}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body:
--- response_headers
Content-Type: text/plain



=== TEST 5: a FHIR server's resource without data is a 502 before R4
--- document: application/fhir+json
--- bytes: {"resourceType":"Binary","contentType":"text/plain"}
--- config
location /fhir/ {
    fhir_binary stu3;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 502 exception backend_incomplete
