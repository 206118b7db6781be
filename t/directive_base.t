# fhir_binary_base: the service base, below which references and URLs may be
# absolute.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: without a base an absolute reference is nobody's
--- document: text/plain
--- document_headers
X-Owner: https://fhir.example.org/r4/Patient/12
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



=== TEST 2: an absolute reference below the base counts
--- document: text/plain
--- document_headers
X-Owner: https://fhir.example.org/r4/Patient/12
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    fhir_binary_base https://fhir.example.org/r4;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 3: a reference below another server's base does not
--- document: text/plain
--- document_headers
X-Owner: https://other.example.org/r4/Patient/12
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    fhir_binary_base https://fhir.example.org/r4;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden patient



=== TEST 4: http and https are one
--- document: text/plain
--- document_headers
X-Owner: http://fhir.example.org/r4/Patient/12
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    fhir_binary_base https://fhir.example.org/r4;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=https://fhir.example.org/r4/Patient/12
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 5: the base may have variables
--- document: text/plain
--- document_headers
X-Owner: https://fhir.example.org/t1/Patient/12
--- config
location ~ ^/fhir/(?<tenant>t\d)/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    fhir_binary_base https://fhir.example.org/$tenant;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request eval: ["GET /fhir/t1/Binary/1", "GET /fhir/t2/Binary/1"]
--- outcome
-
403 forbidden patient



=== TEST 6: a location takes its server's place
--- document: text/plain
--- document_headers
X-Owner: https://fhir.example.org/r4/Patient/12
--- config
fhir_binary_base https://fhir.example.org/r4;
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    fhir_binary_base https://fhir.example.org/r5;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden patient



=== TEST 7: the directive stands once in a place
--- config
fhir_binary_base https://a;
fhir_binary_base https://b;
--- must_die
--- error_log
[emerg]
"fhir_binary_base" directive is duplicate
