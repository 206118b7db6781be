# When a token is bound to its patient, and how ids are compared.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a type that patient/ alone grants binds the token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    add_header X-Bound "$fhir_binary_context($fhir_binary_patient_bound)" always;
    fhir_binary_patient trust;
    proxy_pass $FHIR_STORE;
}
--- token
scope="patient/*.read" patient=12
scope="patient/Binary.read user/*.read" patient=12
scope="patient/Binary.read user/DocumentReference.read" patient=12
--- request eval: [("GET /fhir/Binary/1") x 3]
--- response_headers eval
["X-Bound: patient(1)", "X-Bound: user()", "X-Bound: patient(1)"]



=== TEST 2: a bound token without a patient is refused
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient trust;
    proxy_pass $FHIR_STORE;
}
--- token
scope=patient/*.read
scope=patient/*.read patient=
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome: 403 forbidden patient_missing
--- backend_requests: 0



=== TEST 3: 12 and Patient/12 are one id
--- document: text/plain
--- document_headers
X-Owner: Patient/12
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    proxy_pass $FHIR_STORE;
}
--- token
scope=patient/*.read patient=12
scope=patient/*.read patient=Patient/12
--- request eval: [("GET /fhir/Binary/1") x 2]
--- response_body eval: ["hello", "hello"]



=== TEST 4: ids are compared whole and with their case
--- backend eval
[map { [document('text/plain', 'hello', "X-Owner: $_")] } '123', '1', 'AB', 'Practitioner/12', 'Patient/12/_history/1']
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    proxy_pass $FHIR_STORE;
}
--- token
scope=patient/*.read patient=12
scope=patient/*.read patient=12
scope=patient/*.read patient=ab
scope=patient/*.read patient=12
scope=patient/*.read patient=12
--- request eval: [("GET /fhir/Binary/1") x 5]
--- outcome: 403 forbidden patient



=== TEST 5: the CCD's patient is compared as an id, too
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_base https://fhir.example.org/r4;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request eval
[map { "GET /fhir/Binary/\$autogen-ccd-if?patient=$_" } '12', 'Patient/12', 'https://fhir.example.org/r4/Patient/12', 'Patient/123']
--- outcome
-
-
-
403 forbidden patient



=== TEST 6: a token of user/ may ask for anybody's CCD
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read patient=12
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=13
--- response_body: hello
