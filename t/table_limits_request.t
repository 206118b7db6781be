# Limits of a request, at the limit and one past it: id, Accept, the query of
# the CCD.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: an id has 64 characters at most
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: ["GET /fhir/Binary/" . 'a' x 64, "GET /fhir/Binary/" . 'a' x 65]
--- outcome
-
404 not-found not_found



=== TEST 2: an id has letters, digits, hyphens and dots
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [map { "GET /fhir/Binary/$_" } 'azAZ09-.', 'a_b', 'a~b', 'a:b']
--- outcome
-
404 not-found not_found
404 not-found not_found
404 not-found not_found



=== TEST 3: Accept has 4096 bytes at most
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: [map { 'Accept: */*,a/' . 'x' x ($_ - 6) } 4096, 4097]
--- outcome
-
400 too-long accept_too_long



=== TEST 4: Accept has 32 members at most
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: [map { 'Accept: ' . 'a/b,' x ($_ - 1) . '*/*' } 32, 33]
--- outcome
-
400 too-long accept_too_long



=== TEST 5: all lines of Accept count together
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: [map { "Accept: */*\n" . "Accept: a/b\n" x ($_ - 1) } 32, 33]
--- outcome
-
400 too-long accept_too_long



=== TEST 6: the query of the CCD has 4096 bytes at most
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { 'GET /fhir/Binary/$autogen-ccd-if?patient=1&_pretty=' . 'x' x ($_ - 18) } 4096, 4097]
--- outcome
-
400 too-long query_too_long



=== TEST 7: the query of the CCD has 16 parameters at most
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { 'GET /fhir/Binary/$autogen-ccd-if?patient=1' . '&_pretty=1' x ($_ - 1) } 16, 17]
--- outcome
-
400 too-long query_too_long
