# Refusals of a token: the rows of the README's table from login to
# token_expired.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: no token, and a token of another scheme: login
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: ["", "Authorization: Basic YTpi"]
--- outcome: 401 login login
--- response_headers eval: [('WWW-Authenticate: Bearer realm="fhir"') x 2]



=== TEST 2: Authorization is malformed: bearer_malformed
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval: [map { "Authorization: $_" } 'Bearer', 'Bearer a b', 'Bearer a,b']
--- outcome: 400 invalid bearer_malformed
--- response_headers_like eval: [('WWW-Authenticate: Bearer realm="fhir", error="invalid_request".*') x 3]



=== TEST 3: the token was sent in more than one way: bearer_twice
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1?access_token=abc
--- outcome: 400 invalid bearer_twice



=== TEST 4: a token in the query alone counts as none
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?access_token=abc
--- outcome: 401 login login



=== TEST 5: the token is not valid: token_invalid
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Authorization: Bearer abc
--- outcome: 401 unknown token_invalid
--- response_headers_like
WWW-Authenticate: Bearer realm="fhir", error="invalid_token", .*



=== TEST 6: the token expired: token_expired
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read exp=-3600
--- request
GET /fhir/Binary/1
--- outcome: 401 expired token_expired
--- response_headers
WWW-Authenticate: Bearer realm="fhir", error="invalid_token", error_description="The access token expired"



=== TEST 7: no refusal of a token asks the backend
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval: ["", "Authorization: Bearer", "Authorization: Bearer abc"]
--- error_code eval: [401, 400, 401]
--- backend_requests: 0
