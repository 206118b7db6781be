# What a resource tells beside the document: id, lastUpdated, versionId; and a
# FHIR server's own meta.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: meta.lastUpdated is the store's Last-Modified
--- document: text/plain
--- document_headers
Last-Modified: Thu, 26 Dec 2019 21:36:00 GMT
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
--- response_body chomp
{"resourceType":"Binary","id":"1","meta":{"lastUpdated":"2019-12-26T21:36:00Z"},"contentType":"text/plain","data":"aGVsbG8="}



=== TEST 2: meta.versionId is its weak entity-tag
--- document: text/plain
--- document_headers
ETag: W/"5"
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
--- response_body chomp
{"resourceType":"Binary","id":"1","meta":{"versionId":"5"},"contentType":"text/plain","data":"aGVsbG8="}



=== TEST 3: a strong entity-tag is no version
--- document: text/plain
--- document_headers
ETag: "5"
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
--- response_body chomp
{"resourceType":"Binary","id":"1","contentType":"text/plain","data":"aGVsbG8="}



=== TEST 4: XML has the date and the version, too
--- document: text/plain
--- document_headers
Last-Modified: Thu, 26 Dec 2019 21:36:00 GMT
ETag: W/"5"
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
--- response_body chomp
<?xml version="1.0" encoding="UTF-8"?><Binary xmlns="http://hl7.org/fhir"><id value="1"/><meta><versionId value="5"/><lastUpdated value="2019-12-26T21:36:00Z"/></meta><contentType value="text/plain"/><data value="aGVsbG8="/></Binary>



=== TEST 5: a date that is none is left out
--- document: text/plain
--- document_headers
Last-Modified: yesterday
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
--- response_body chomp
{"resourceType":"Binary","id":"1","contentType":"text/plain","data":"aGVsbG8="}



=== TEST 6: the meta of a FHIR server is kept
--- backend eval
[document('application/fhir+json', '{"resourceType":"Binary","id":"1","meta":{"versionId":"9","lastUpdated":"2020-01-01T00:00:00Z"},"contentType":"text/plain","data":"aGVsbG8="}')]
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
--- response_body chomp
{"resourceType":"Binary","id":"1","meta":{"versionId":"9","lastUpdated":"2020-01-01T00:00:00Z"},"contentType":"text/plain","data":"aGVsbG8="}
