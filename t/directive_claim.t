# fhir_binary_claim: where in a token a claim is.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: scope, patient and client_id are where they are called so by default
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient trust;
    add_header X-Said "$fhir_binary_token_scope, $fhir_binary_patient, $fhir_binary_client_id" always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read patient=12 client_id=app-9
--- request
GET /fhir/Binary/1
--- response_headers eval: "X-Said: user/*.read, 12, app-9"



=== TEST 2: a path leads into nested objects
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_claim scope urn:com:cerner:authorization:claims azs;
    proxy_pass $FHIR_STORE;
}
--- token: -scope urn:com:cerner:authorization:claims={"azs":"user/Binary.read"}
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope



=== TEST 3: a scope in the nested object is enough
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_claim scope urn:com:cerner:authorization:claims azs;
    proxy_pass $FHIR_STORE;
}
--- token: -scope urn:com:cerner:authorization:claims={"azs":"user/*.read"}
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 4: where the claim is said to be elsewhere, its old place counts nothing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_claim scope scp;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read
scp=user/*.read
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
403 forbidden scope
-



=== TEST 5: a scope may be an array
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=["user/Binary.read","user/DocumentReference.read"]
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 6: the patient may be in the launch context
--- document: text/plain
--- document_headers
X-Owner: 12
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    fhir_binary_claim patient launch patient;
    proxy_pass $FHIR_STORE;
}
--- token
scope=patient/*.read launch={"patient":"12"}
scope=patient/*.read patient=12
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
403 forbidden patient_missing



=== TEST 7: lines of a location take the place of all lines of its server
--- document: text/plain
--- config
fhir_binary_claim scope scp;
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_claim client_id azp;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read azp=app-9
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 8: a claim that is not used is refused
--- config
fhir_binary_claim name sub;
--- must_die
--- error_log
[emerg]
invalid value "name" in "fhir_binary_claim" directive, it must be "scope", "patient", "client_id" or "tenant"



=== TEST 9: one claim is in one place
--- config
fhir_binary_claim scope a;
fhir_binary_claim scope b;
--- must_die
--- error_log
[emerg]
duplicate value "scope" in "fhir_binary_claim" directive
