# Refusals of a token that is valid: the rows from scope to
# patient_unavailable.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the token lacks a scope that the document needs: scope
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/Binary.read"
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope
--- response_headers_like
WWW-Authenticate: Bearer realm="fhir", error="insufficient_scope", .*, scope="user/Binary\.read user/DocumentReference\.read user/DiagnosticReport\.read"



=== TEST 2: the token is for one patient but names none: patient_missing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient trust;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden patient_missing



=== TEST 3: the token is for another patient: patient
--- document: text/plain
--- document_headers
X-Owner: 13
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden patient
--- response_headers
! WWW-Authenticate



=== TEST 4: the token is for another tenant: tenant
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_claim tenant tnt;
    fhir_binary_tenant a1;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read tnt=b2
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden tenant



=== TEST 5: another location tried to include the document: subrequest
--- document: text/plain
--- bytes: secret
--- config
location = /page {
    ssi on;
    default_type text/html;
    return 200 '[<!--#include virtual="/fhir/Binary/1" -->]';
}
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /page
--- response_body_like: ^\[\{"resourceType":"OperationOutcome",.*"The document cannot be included from another location".*\]$
--- backend_requests: 0



=== TEST 6: there are no keys to check tokens with: keys_unavailable
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_request /_keys;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience $FHIR_AUDIENCE;
    proxy_pass $FHIR_STORE;
}
location = /_keys {
    internal;
    return 500;
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1
--- outcome: 503 transient keys_unavailable
--- backend_requests: 0



=== TEST 7: the introspection endpoint does not answer: introspection_unavailable
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_introspect /_ask;
    proxy_pass $FHIR_STORE;
}
location = /_ask {
    internal;
    proxy_pass $FHIR_NOWHERE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Authorization: Bearer opaque
--- outcome: 503 transient introspection_unavailable
--- backend_requests: 0



=== TEST 8: the document's patient cannot be looked up: patient_unavailable
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner;
    proxy_pass $FHIR_STORE;
}
location = /_owner {
    internal;
    return 200 nonsense;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 503 transient patient_unavailable
--- backend_requests: 0
