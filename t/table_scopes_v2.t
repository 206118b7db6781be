# Scopes of SMART 2: any letters with r, in their order.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: r grants reading, alone and among others
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.r user/DocumentReference.r"
scope="user/Binary.rs user/DocumentReference.rs"
scope="user/*.cruds"
scope="user/*.cr"
--- request eval: [("GET /fhir/Binary/1") x 4]
--- response_body eval: [("hello") x 4]



=== TEST 2: s alone grants nothing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/*.s"
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope



=== TEST 3: letters without r grant nothing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/*.cuds"
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope



=== TEST 4: letters out of order grant nothing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/*.sr"
scope="user/*.rc"
scope="user/*.rr"
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome: 403 forbidden scope



=== TEST 5: a scope with a constraint grants nothing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/Binary.rs user/DocumentReference.rs?category=http://x|y"
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope



=== TEST 6: both ways of writing may be mixed
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/Binary.r user/DiagnosticReport.read"
--- request
GET /fhir/Binary/1
--- response_body: hello
