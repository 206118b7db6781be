# fhir_binary_patient: how a token that is bound to its patient is held to it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: deny is the default: a bound token gets no document, and nobody is asked
--- document: text/plain
--- document_headers
X-Owner: 12
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden patient
--- backend_requests: 0



=== TEST 2: a token that is not bound is not concerned
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="patient/*.read user/*.read" patient=12
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 3: trust leaves it to the backend, which sees the token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient trust;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- response_body: hello
--- backend_request_like eval: qr/^Authorization: Bearer [\w-]+\./m



=== TEST 4: even with trust a bound token names its patient
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
--- backend_requests: 0



=== TEST 5: header compares with what a header of the response names
--- backend eval
[sub { document('text/plain', 'hello', $_[0] =~ m{Binary/1 } ? 'X-Owner: Patient/12'
                                                            : 'X-Owner: Patient/13') }]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request eval: ["GET /fhir/Binary/1", "GET /fhir/Binary/2"]
--- outcome
-
403 forbidden patient
--- response_body_unlike eval: ["resourceType", "hello"]



=== TEST 6: with header, no header and two headers are a 403
--- backend eval
[[document('text/plain', 'hello')],
 [document('text/plain', 'hello', 'X-Owner: 12', 'X-Owner: 12')]]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request eval: ["GET /fhir/Binary/1", "GET /fhir/Binary/2"]
--- outcome: 403 forbidden patient



=== TEST 7: the CCD's patient is compared in every mode
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient trust;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request eval
['GET /fhir/Binary/$autogen-ccd-if?patient=12', 'GET /fhir/Binary/$autogen-ccd-if?patient=13']
--- outcome
-
403 forbidden patient
--- backend_requests: 1



=== TEST 8: a location takes its server's place
--- document: text/plain
--- config
fhir_binary_patient trust;
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient deny;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden patient



=== TEST 9: any other value is refused
--- config
fhir_binary_patient allow;
--- must_die
--- error_log
[emerg]
invalid value "allow" in "fhir_binary_patient" directive, it must be "deny", "trust", "header NAME" or "request URI"



=== TEST 10: request needs the URI of a location
--- config
fhir_binary_patient request owner;
--- must_die
--- error_log
[emerg]
in "fhir_binary_patient" directive, it must be "deny", "trust", "header NAME" or "request URI"
