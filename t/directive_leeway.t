# fhir_binary_leeway: how far clocks may differ.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: exp may lie 30 seconds back by default
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read exp=-15
scope=user/*.read exp=-45
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
401 expired token_expired



=== TEST 2: nbf and iat may lie 30 seconds ahead by default
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read nbf=+15
scope=user/*.read nbf=+60
scope=user/*.read iat=+15
scope=user/*.read iat=+60
--- request eval: [("GET /fhir/Binary/1") x 4]
--- outcome
-
401 unknown token_invalid
-
401 unknown token_invalid



=== TEST 3: another time takes the place of the default
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_leeway 10m;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read exp=-540
scope=user/*.read exp=-660
scope=user/*.read nbf=+540
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome
-
401 expired token_expired
-



=== TEST 4: 0 allows no difference
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_leeway 0;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read exp=-2
--- request
GET /fhir/Binary/1
--- outcome: 401 expired token_expired



=== TEST 5: a location takes its server's place
--- document: text/plain
--- config
fhir_binary_leeway 10m;
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_leeway 1s;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read exp=-60
--- request
GET /fhir/Binary/1
--- outcome: 401 expired token_expired



=== TEST 6: what is no time is refused
--- config
fhir_binary_leeway soon;
--- must_die
--- error_log
[emerg]
invalid value "soon" in "fhir_binary_leeway" directive, it must be a time such as "30s"
