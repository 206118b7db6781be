# What a FHIR server may send as a Binary, and what of it leaves.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: members may stand in any order
--- document: application/fhir+json
--- bytes: {"data":"aGVsbG8=","contentType":"text/plain","id":"1","resourceType":"Binary"}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: hello
--- response_headers
Content-Type: text/plain



=== TEST 2: securityContext is kept in a FHIR form
--- document: application/fhir+json
--- bytes: {"resourceType":"Binary","id":"1","contentType":"text/plain","securityContext":{"reference":"Patient/12"},"data":"aGVsbG8="}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- response_body_like: "securityContext":\{"reference":"Patient/12"\}
--- decoded_eq: hello



=== TEST 3: blanks and line ends in the data do not count
--- document: application/fhir+json
--- bytes: {"resourceType":"Binary","contentType":"text/plain","data":"aGVs\nbG8 ="}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 4: a resource in XML is understood, too
--- wrapped: image/png xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_backend fhir;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: hello
--- response_headers
Content-Type: image/png



=== TEST 5: scopes count by the type in the resource
--- wrapped: text/html dstu2
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    fhir_binary_backend fhir;
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/DocumentReference.read"
scope="user/Binary.read user/DiagnosticReport.read"
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
403 forbidden scope
-
