# fhir_binary_realm: the realm of the challenge.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the realm is fhir by default
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 401 login login
--- response_headers
WWW-Authenticate: Bearer realm="fhir"



=== TEST 2: another realm stands in every challenge
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_realm "Radiology, ward 3";
    proxy_pass $FHIR_STORE;
}
--- token
none
scope=user/*.read exp=-60
scope=openid
--- request eval: [("GET /fhir/Binary/1") x 3]
--- error_code eval: [401, 401, 403]
--- response_headers_like eval: [('WWW-Authenticate: Bearer realm="Radiology, ward 3".*') x 3]



=== TEST 3: a location takes its server's place
--- document: text/plain
--- config
fhir_binary_realm outer;
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_realm inner;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 401 login login
--- response_headers
WWW-Authenticate: Bearer realm="inner"



=== TEST 4: a refusal that no token could mend has no challenge
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_realm here;
    proxy_pass $FHIR_STORE;
}
--- token: scope=openid
--- request
GET /fhir/Binary/a_b
--- outcome: 404 not-found not_found
--- response_headers
! WWW-Authenticate



=== TEST 5: what would break the challenge is refused
--- config
fhir_binary_realm 'a"b';
--- must_die
--- error_log
[emerg]
invalid value "a"b" in "fhir_binary_realm" directive, it must be printable ASCII without quotes and backslashes
