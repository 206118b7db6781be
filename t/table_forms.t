# The three forms of a document, and what each is asked for with: the README's
# table of forms.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: nothing asks for the native form: the stored bytes with the stored type
--- document: application/pdf;version=1.7
--- bytes eval: "%PDF-1.4\n\0\xff"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body eval: "%PDF-1.4\n\0\xff"
--- response_headers
Content-Type: application/pdf;version=1.7
Content-Length: 11



=== TEST 2: FHIR JSON has the names application/fhir+json and application/json+fhir
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: ["Accept: application/fhir+json", "Accept: application/json+fhir"]
--- response_body eval
[('{"resourceType":"Binary","id":"1","contentType":"application/pdf","data":"aGVsbG8="}') x 2]



=== TEST 3: FHIR XML has the names application/fhir+xml and application/xml+fhir
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: ["Accept: application/fhir+xml", "Accept: application/xml+fhir"]
--- response_body eval
[('<?xml version="1.0" encoding="UTF-8"?><Binary xmlns="http://hl7.org/fhir"><id value="1"/><contentType value="application/pdf"/><data value="aGVsbG8="/></Binary>') x 2]



=== TEST 4: FHIR JSON of a FHIR server's XML has the same document
--- wrapped: application/pdf xml
--- bytes eval: "%PDF-1.4\n\0\xff"
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
--- decoded_eq eval: "%PDF-1.4\n\0\xff"



=== TEST 5: FHIR XML of a FHIR server's JSON has the same document
--- wrapped: application/pdf
--- bytes eval: "%PDF-1.4\n\0\xff"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+xml
--- decoded_eq eval: "%PDF-1.4\n\0\xff"



=== TEST 6: the decoded data is the document, byte for byte, whatever its length
--- backend eval
[map { [document('application/octet-stream', pack 'C*', map { $_ * 7 % 256 } 1 .. $_)] } 1 .. 6]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 6]
--- more_headers
Accept: application/fhir+json
--- decoded_eq eval
[map { pack 'C*', map { $_ * 7 % 256 } 1 .. $_ } 1 .. 6]



=== TEST 7: fhirVersion is that of the location
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: [map { "Accept: application/fhir+json;fhirVersion=$_" } '4.0', '3.0']
--- outcome
-
406 not-supported not_acceptable



=== TEST 8: a document that is JSON is not FHIR JSON
--- document: application/json
--- bytes: {"a":1}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/json
--- response_body: {"a":1}
--- response_headers
Content-Type: application/json



=== TEST 9: application/json is a 406 for a PDF
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
Accept: application/json
--- outcome: 406 not-supported not_acceptable
