# Scopes of SMART 1: .read and .* grant, in patient, user and system.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: .read and .* grant reading
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/DocumentReference.read"
scope="user/Binary.* user/DocumentReference.*"
scope="user/*.read"
scope="user/*.*"
--- request eval: [("GET /fhir/Binary/1") x 4]
--- response_body eval: [("hello") x 4]



=== TEST 2: system grants as user does
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="system/*.read"
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 3: .write grants nothing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/*.write"
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope
--- backend_requests: 0



=== TEST 4: another case grants nothing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/*.Read"
scope="User/*.read"
scope="user/binary.read user/documentreference.read"
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome: 403 forbidden scope



=== TEST 5: what only begins like a scope grants nothing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/*.reads"
scope="user/*"
scope="user/Binary.read.x user/DocumentReference.read"
scope="openid fhirUser launch/patient offline_access"
--- request eval: [("GET /fhir/Binary/1") x 4]
--- outcome: 403 forbidden scope



=== TEST 6: a token without scopes grants nothing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: -scope
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope



=== TEST 7: types may be granted in several contexts, each counts in the widest
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    add_header X-Context "$fhir_binary_context" always;
    proxy_pass $FHIR_STORE;
}
--- token
scope="patient/*.read user/*.read" patient=12
scope="system/*.read user/*.read"
--- request eval: [("GET /fhir/Binary/1") x 2]
--- response_headers eval: ["X-Context: user", "X-Context: system"]
