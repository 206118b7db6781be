# Which companion of Binary a document of each type needs, by version: the
# README's table of scopes.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: in DSTU2 and STU3 a PDF needs DocumentReference
--- document: application/pdf
--- config
$FHIR_GUARD
location /dstu2/ {
    fhir_binary dstu2;
    proxy_pass $FHIR_STORE;
}
location /stu3/ {
    fhir_binary stu3;
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/DocumentReference.read"
scope="user/Binary.read user/DiagnosticReport.read"
scope="user/Binary.read user/DocumentReference.read"
scope="user/Binary.read user/DiagnosticReport.read"
--- request eval: [map { "GET /$_/Binary/1" } qw(dstu2 dstu2 stu3 stu3)]
--- outcome
-
403 forbidden scope
-
403 forbidden scope



=== TEST 2: in DSTU2 and STU3 HTML needs DiagnosticReport
--- document: text/html; charset=utf-8
--- config
$FHIR_GUARD
location /dstu2/ {
    fhir_binary dstu2;
    proxy_pass $FHIR_STORE;
}
location /stu3/ {
    fhir_binary stu3;
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/DiagnosticReport.read"
scope="user/Binary.read user/DocumentReference.read"
scope="user/Binary.read user/DiagnosticReport.read"
scope="user/Binary.read user/DocumentReference.read"
--- request eval: [map { "GET /$_/Binary/1" } qw(dstu2 dstu2 stu3 stu3)]
--- outcome
-
403 forbidden scope
-
403 forbidden scope



=== TEST 3: in DSTU2 any other type needs one of the two
--- document: image/png
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/DocumentReference.read"
scope="user/Binary.read user/DiagnosticReport.read"
scope="user/Binary.read user/Communication.read"
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome
-
-
403 forbidden scope



=== TEST 4: from R4 on any document needs one of three
--- backend eval
[map { [document($_, 'hello')] } 'application/pdf', 'text/html', 'image/png', 'image/png']
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/DocumentReference.read"
scope="user/Binary.read user/DiagnosticReport.read"
scope="user/Binary.read user/Communication.read"
scope="user/Binary.read user/Observation.read"
--- request eval: [("GET /fhir/Binary/1") x 4]
--- outcome
-
-
-
403 forbidden scope



=== TEST 5: the CCD needs DocumentReference in each version
--- document: application/xml
--- config
$FHIR_GUARD
location /dstu2/ {
    fhir_binary dstu2;
    proxy_pass $FHIR_STORE;
}
location /r4/ {
    fhir_binary r4;
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/DocumentReference.read"
scope="user/Binary.read user/DiagnosticReport.read"
scope="user/Binary.read user/DocumentReference.read"
scope="user/Binary.read user/Communication.read"
--- request eval
[map { "GET /$_/Binary/\$autogen-ccd-if?patient=1" } qw(dstu2 dstu2 r4 r4)]
--- outcome
-
403 forbidden scope
-
403 forbidden scope



=== TEST 6: a companion without Binary is not enough
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/DocumentReference.read user/DiagnosticReport.read"
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope
--- backend_requests: 0



=== TEST 7: a document of unknown type needs what every row asks for
--- document: none
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/DocumentReference.read user/DiagnosticReport.read"
scope="user/Binary.read user/DocumentReference.read"
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
403 forbidden scope



=== TEST 8: the real type is looked at before a byte of the document leaves
--- document: text/html
--- bytes: secret
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/Binary.read user/DocumentReference.read"
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope
--- response_body_unlike: secret
--- backend_requests: 1
