# fhir_binary_algorithms: the algorithms that may sign.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: RS256, RS384, PS256, PS384 and ES256 may by default
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read key=rsa-a alg=RS256
scope=user/*.read key=rsa-a alg=RS384
scope=user/*.read key=rsa-a alg=PS256
scope=user/*.read key=rsa-a alg=PS384
scope=user/*.read key=ec-a alg=ES256
--- request eval: [("GET /fhir/Binary/1") x 5]
--- response_body eval: [("hello") x 5]



=== TEST 2: RS512 and PS512 may not
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read key=rsa-a alg=RS512
scope=user/*.read key=rsa-a alg=PS512
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome: 401 unknown token_invalid



=== TEST 3: a list takes the place of the default
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_algorithms RS512 PS512;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read key=rsa-a alg=RS512
scope=user/*.read key=rsa-a alg=PS512
scope=user/*.read key=rsa-a alg=RS256
scope=user/*.read key=ec-a alg=ES256
--- request eval: [("GET /fhir/Binary/1") x 4]
--- outcome
-
-
401 unknown token_invalid
401 unknown token_invalid



=== TEST 4: a location takes its server's place
--- document: text/plain
--- config
fhir_binary_algorithms ES256;
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_algorithms RS256;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read key=rsa-a
scope=user/*.read key=ec-a
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
401 unknown token_invalid



=== TEST 5: HMAC is refused
--- config
fhir_binary_algorithms HS256;
--- must_die
--- error_log
[emerg]
invalid value "HS256" in "fhir_binary_algorithms" directive, it must be one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA



=== TEST 6: none is refused, also beside others
--- config
fhir_binary_algorithms ES256 none;
--- must_die
--- error_log
[emerg]
invalid value "none" in "fhir_binary_algorithms" directive
