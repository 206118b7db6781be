# fhir_binary_audience: for whom tokens are meant.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: aud must be the audience, byte for byte
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read aud=https://fhir.example.org/r4
scope=user/*.read aud=https://fhir.example.org/r4/
scope=user/*.read aud=https://fhir.example.org
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome
-
401 unknown token_invalid
401 unknown token_invalid



=== TEST 2: one member of an aud that is an array is enough
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read aud=["https://x.example.org","https://fhir.example.org/r4"]
scope=user/*.read aud=["https://x.example.org"]
scope=user/*.read aud=[]
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome
-
401 unknown token_invalid
401 unknown token_invalid



=== TEST 3: a token without aud is meant for nobody
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read -aud
--- request
GET /fhir/Binary/1
--- outcome: 401 unknown token_invalid



=== TEST 4: with off a token needs no aud
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_file $FHIR_KEYS;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience off;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read -aud
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 5: one of several audiences is enough
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_file $FHIR_KEYS;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience https://a.example.org https://b.example.org;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read aud=https://b.example.org
scope=user/*.read
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
401 unknown token_invalid



=== TEST 6: an audience is required with keys
--- config
location /fhir/ {
fhir_binary r4;
fhir_binary_key_file $FHIR_KEYS;
fhir_binary_issuer a;
}
--- must_die
--- error_log
[emerg]
it is not said for whom tokens must be meant: write "fhir_binary_audience" with the aud of the tokens, or "fhir_binary_audience off" for a server that sends none



=== TEST 7: an empty one is refused
--- config
fhir_binary_audience "";
--- must_die
--- error_log
[emerg]
empty value in "fhir_binary_audience" directive
