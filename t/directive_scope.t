# fhir_binary_scope: which resources a document of a media type needs beside
# Binary.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a rule takes the place of the version's rule for the same type, without case
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    fhir_binary_scope Application/PDF Media;
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/Media.read"
scope="user/Binary.read user/DocumentReference.read"
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
403 forbidden scope
--- response_headers_like eval
['Content-Type: application/pdf', 'WWW-Authenticate: .*, scope="user/Binary\.read user/Media\.read"']



=== TEST 2: a rule leaves those of other types alone
--- document: text/html
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    fhir_binary_scope application/pdf Media;
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/Media.read user/DiagnosticReport.read"
scope="user/Binary.read user/Media.read"
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
403 forbidden scope



=== TEST 3: any one of several resources is enough, and a location inherits the rule
--- document: image/png
--- config
fhir_binary_scope image/png Media Observation;
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/Media.read"
scope="user/Binary.read user/Observation.read"
scope="user/Binary.read user/DocumentReference.read"
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome
-
-
403 forbidden scope



=== TEST 4: * is every type without a rule, and in DSTU2 text/html has one
--- backend eval
[map { [document($_, 'hello')] } 'image/png', 'image/png', 'text/html', 'text/html']
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    fhir_binary_scope * Communication;
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/Communication.read"
scope="user/Binary.read user/DocumentReference.read user/Communication.s"
scope="user/Binary.read user/Communication.read"
scope="user/Binary.read user/DiagnosticReport.read"
--- request eval: [("GET /fhir/Binary/1") x 4]
--- outcome
-
403 forbidden scope
403 forbidden scope
-



=== TEST 5: ccd is the operation
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_scope ccd Composition;
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/Composition.read"
scope="user/Binary.read user/DocumentReference.read"
--- request eval: [('GET /fhir/Binary/$autogen-ccd-if?patient=1') x 2]
--- outcome
-
403 forbidden scope



=== TEST 6: Binary itself can be all that is needed
--- document: image/png
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_scope * Binary;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/Binary.read
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 7: rules of a location take the place of all of its server
--- document: application/pdf
--- config
fhir_binary_scope application/pdf Media;
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    fhir_binary_scope image/png Media;
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/Binary.read user/DocumentReference.read"
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 8: a rule is for a media type
--- config
fhir_binary_scope pdf Media;
--- must_die
--- error_log
[emerg]
invalid value "pdf" in "fhir_binary_scope" directive, it must be a media type such as "application/pdf", "*" or "ccd"



=== TEST 9: a rule names resources, not scopes
--- config
fhir_binary_scope text/html user/Media.read;
--- must_die
--- error_log
[emerg]
invalid value "user/Media.read" in "fhir_binary_scope" directive, it must be the name of a FHIR resource type, such as "DocumentReference"



=== TEST 10: a type has one rule
--- config
fhir_binary_scope text/html Media;
fhir_binary_scope TEXT/HTML Media;
--- must_die
--- error_log
[emerg]
duplicate value "TEXT/HTML" in "fhir_binary_scope" directive
