# WWW-Authenticate: what a client is to do next.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: 401 says get a token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 401 login login
--- response_headers
WWW-Authenticate: Bearer realm="fhir"



=== TEST 2: 401 says get a new token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read exp=-600
--- request
GET /fhir/Binary/1
--- outcome: 401 expired token_expired
--- response_headers
WWW-Authenticate: Bearer realm="fhir", error="invalid_token", error_description="The access token expired"



=== TEST 3: 403 lists the scopes that would do
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/Binary.read user/DiagnosticReport.read"
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope
--- response_headers
WWW-Authenticate: Bearer realm="fhir", error="insufficient_scope", error_description="The access token does not grant the scopes that this document needs", scope="user/Binary.read user/DocumentReference.read"



=== TEST 4: the scopes are in the client's own words
--- backend eval
[map { [document('text/html', 'hello')] } 1 .. 3]
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    fhir_binary_patient trust;
    proxy_pass $FHIR_STORE;
}
--- token
scope="patient/Binary.read patient/DocumentReference.read" patient=12
scope="system/Binary.r system/DocumentReference.rs"
scope="user/Binary.rs user/DocumentReference.rs"
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome: 403 forbidden scope
--- response_headers_like eval
[map { qq(WWW-Authenticate: .*, scope="$_") } 'patient/Binary\.read patient/DiagnosticReport\.read',
 'system/Binary\.rs system/DiagnosticReport\.rs', 'user/Binary\.rs user/DiagnosticReport\.rs']



=== TEST 5: a malformed request is told so
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Authorization: Bearer a b
--- outcome: 400 invalid bearer_malformed
--- response_headers
WWW-Authenticate: Bearer realm="fhir", error="invalid_request", error_description="The Authorization header is malformed"



=== TEST 6: an open endpoint challenges nobody
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    deny all;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden forbidden
--- response_headers
! WWW-Authenticate
