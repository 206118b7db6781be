# What of a Bundle says whose a document is, with fhir_binary_patient request.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: an attachment's URL is the document's, alone or below the base or its path
--- document: text/plain
--- user_files eval
my $n = 0;
[map { [++$n . '.json', '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/12"},"content":[{"attachment":{"url":"' . $_ . '"}}]}}]}'] }
 'Binary/1', 'https://fhir.example.org/r4/Binary/2', '/r4/Binary/3', 'https://evil.example.org/r4/Binary/4', '/r5/Binary/5']
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_base https://fhir.example.org/r4;
    fhir_binary_patient request /_owner/$fhir_binary_id.json;
    proxy_pass $FHIR_STORE;
}
location /_owner/ {
    internal;
    alias html/;
}
--- token: scope=patient/*.read patient=12
--- request eval: [map { "GET /fhir/Binary/$_" } 1 .. 5]
--- outcome
-
-
-
403 forbidden patient
403 forbidden patient
--- backend_requests: 3



=== TEST 2: the subject is the patient, as an id is compared
--- document: text/plain
--- user_files eval
my $n = 0;
[map { ++$n; ["$n.json", '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"DocumentReference","status":"current","subject":{"reference":"' . $_ . '"},"content":[{"attachment":{"url":"Binary/' . $n . '"}}]}}]}'] }
 'Patient/12', 'https://fhir.example.org/r4/Patient/12', 'Patient/123', 'Group/12']
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_base https://fhir.example.org/r4;
    fhir_binary_patient request /_owner/$fhir_binary_id.json;
    proxy_pass $FHIR_STORE;
}
location /_owner/ {
    internal;
    alias html/;
}
--- token: scope=patient/*.read patient=12
--- request eval: [map { "GET /fhir/Binary/$_" } 1 .. 4]
--- outcome
-
-
403 forbidden patient
403 forbidden patient



=== TEST 3: an entry with a modifierExtension does not count
--- document: text/plain
--- user_files
>>> 1.json
{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"DocumentReference","status":"current","modifierExtension":[{"url":"https://x","valueBoolean":true}],"subject":{"reference":"Patient/12"},"content":[{"attachment":{"url":"Binary/1"}}]}}]}
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner/1.json;
    proxy_pass $FHIR_STORE;
}
location /_owner/ {
    internal;
    alias html/;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden patient



=== TEST 4: another resource does not count
--- document: text/plain
--- user_files
>>> 1.json
{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Media","status":"completed","subject":{"reference":"Patient/12"},"content":{"url":"Binary/1"}}}]}
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner/1.json;
    proxy_pass $FHIR_STORE;
}
location /_owner/ {
    internal;
    alias html/;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden patient



=== TEST 5: a document is one patient's through all versions
--- document: text/plain
--- user_files
>>> 1.json
{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/12"},"content":[{"attachment":{"url":"Binary/1/_history/3"}}]}}]}
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner/1.json;
    proxy_pass $FHIR_STORE;
}
location /_owner/ {
    internal;
    alias html/;
}
--- token: scope=patient/*.read patient=12
--- request eval: ["GET /fhir/Binary/1", "GET /fhir/Binary/1/_history/2"]
--- response_body eval: ["hello", "hello"]
