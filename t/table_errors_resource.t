# What a FHIR backend may send wrong: the rows from backend_encoding to
# backend_base64.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a compressed document where it must be wrapped: backend_encoding
--- document: text/plain
--- document_headers
Content-Encoding: gzip
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [map { "GET /fhir/Binary/1?_format=$_" } qw(json xml)]
--- outcome
502 exception backend_encoding
502 exception backend_encoding xml



=== TEST 2: an invalid Content-Type: backend_type
--- document: text
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- outcome: 502 exception backend_type



=== TEST 3: an invalid contentType of a resource: backend_type
--- wrapped: text
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- outcome: 502 exception backend_type



=== TEST 4: a FHIR resource that is no Binary: backend_resource
--- document: application/fhir+json
--- bytes: {"resourceType":"Patient","id":"secret"}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 502 exception backend_resource
--- response_body_unlike: secret



=== TEST 5: no resource at all: backend_resource
--- document: application/fhir+xml
--- bytes: <html>secret</html>
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 502 exception backend_resource



=== TEST 6: the data of the document was withheld: backend_incomplete
--- backend eval
[map { [document('application/fhir+json', "{\"resourceType\":\"Binary\",\"contentType\":\"text/plain\",$_}")] }
 '"data":null', '"data":""', '"data":7', '"_data":{"extension":[{"url":"x","valueString":"y"}]}']
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 4]
--- outcome: 502 exception backend_incomplete



=== TEST 7: a resource that is tagged SUBSETTED is withheld
--- document: application/fhir+json
--- bytes: {"resourceType":"Binary","meta":{"tag":[{"code":"SUBSETTED"}]},"contentType":"text/plain","data":"aGVsbG8="}
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
--- outcome: 502 exception backend_incomplete



=== TEST 8: invalid base64: backend_base64
--- document: application/fhir+json
--- bytes: {"resourceType":"Binary","contentType":"text/plain","data":"a?b="}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 502 exception backend_base64
