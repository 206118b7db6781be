# HEAD: what GET would give, without its body.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the native form has the header of GET
--- document: application/pdf
--- document_headers
ETag: "abc"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
HEAD /fhir/Binary/1
--- response_body:
--- response_headers
Content-Type: application/pdf
Content-Length: 5
ETag: "abc"



=== TEST 2: a FHIR form has the length of its resource
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
HEAD /fhir/Binary/1
--- more_headers
Accept: application/fhir+json
--- response_body:
--- response_headers
Content-Length: 84
--- response_headers_like
Content-Type: application/fhir\+json.*



=== TEST 3: in a location that is not raw the backend is asked with GET
--- wrapped: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
HEAD /fhir/Binary/1
--- response_body:
--- response_headers
Content-Type: text/plain
--- backend_request_like eval: qr{^GET /fhir/Binary/1 }



=== TEST 4: in a raw location the backend is asked with HEAD
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_backend raw;
    proxy_pass $FHIR_STORE;
}
--- request
HEAD /fhir/Binary/1
--- response_body:
--- response_headers
Content-Type: text/plain
Content-Length: 5
--- backend_request_like eval: qr{^HEAD /fhir/Binary/1 }



=== TEST 5: a refusal has the header of its OperationOutcome
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
HEAD /fhir/Binary/1
--- outcome: 401 login login
--- response_body:
--- response_headers
WWW-Authenticate: Bearer realm="fhir"



=== TEST 6: scopes count for HEAD as for GET
--- document: text/html
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/Binary.read user/DocumentReference.read"
--- request
HEAD /fhir/Binary/1
--- outcome: 403 forbidden scope
--- response_body:
