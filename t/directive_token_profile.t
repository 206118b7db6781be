# fhir_binary_token_profile: what a JWT must have to be an access token.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: smart takes typ JWT, at+jwt or none
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read typ=JWT
scope=user/*.read typ=at+jwt
scope=user/*.read typ=application/at+jwt
scope=user/*.read header={"typ":null}
--- request eval: [("GET /fhir/Binary/1") x 4]
--- response_body eval: [("hello") x 4]



=== TEST 2: smart takes no other typ
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read typ=secevent+jwt
--- request
GET /fhir/Binary/1
--- outcome: 401 unknown token_invalid



=== TEST 3: smart does without sub, client_id, jti and iat
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read -sub -client_id -jti -iat
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 4: rfc9068 wants typ at+jwt
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_token_profile rfc9068;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read typ=at+jwt
scope=user/*.read typ=JWT
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
401 unknown token_invalid



=== TEST 5: rfc9068 wants sub, client_id, jti and iat, each
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_token_profile rfc9068;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read -sub
scope=user/*.read -client_id
scope=user/*.read -jti
scope=user/*.read -iat
--- request eval: [("GET /fhir/Binary/1") x 4]
--- outcome: 401 unknown token_invalid



=== TEST 6: rfc9068 wants aud, even where none is asked for
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_file $FHIR_KEYS;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience off;
    fhir_binary_token_profile rfc9068;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read -aud
--- request
GET /fhir/Binary/1
--- outcome: 401 unknown token_invalid



=== TEST 7: any other value is refused
--- config
fhir_binary_token_profile oidc;
--- must_die
--- error_log
[emerg]
invalid value "oidc" in "fhir_binary_token_profile" directive, it must be "smart" or "rfc9068"
