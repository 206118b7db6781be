# Vary: every answer of an endpoint tells what it depends on.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a document varies by Accept
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval: [map { "Accept: $_" } '*/*', 'application/fhir+json', 'application/fhir+xml']
--- response_headers eval: [("Vary: Accept") x 3]



=== TEST 2: a refusal varies by Accept, too
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- error_code: 401
--- response_headers
Vary: Accept



=== TEST 3: a Vary of the backend does not pass
--- document: text/plain
--- document_headers
Vary: Cookie
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
Vary: Accept



=== TEST 4: with origins that are listed it is the origin, too
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_cors https://app.example.org;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
Vary: Accept, Origin



=== TEST 5: an answer is not kept by anybody
--- document: text/plain
--- document_headers
Cache-Control: public, max-age=3600
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
Cache-Control: no-store
