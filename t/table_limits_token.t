# Limits of a token, at the limit and one past it: its length, its scopes, its
# claims.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a token has 8192 bytes at most
--- document: text/plain
--- http_config
large_client_header_buffers 4 32k;
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: [map { 'Authorization: Bearer ' . 'a' x $_ } 8192, 8193]
--- outcome
401 unknown token_invalid
400 invalid bearer_malformed



=== TEST 2: its scopes have 4096 bytes at most
--- document: text/plain
--- http_config
large_client_header_buffers 4 32k;
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token eval
[map { 'scope="user/*.read ' . 'x' x ($_ - 12) . '"' } 4096, 4097]
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
401 unknown token_invalid



=== TEST 3: any other claim that is used has 256 bytes at most
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token eval
[map { 'scope=user/*.read client_id=' . 'x' x $_ } 256, 257]
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
401 unknown token_invalid



=== TEST 4: a claim that is not used may be longer
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token eval: 'scope=user/*.read name=' . 'x' x 1000
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 5: a token nests 16 levels at most
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token eval
[map { 'scope=user/*.read deep=' . '[' x $_ . ']' x $_ } 15, 16]
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
401 unknown token_invalid
