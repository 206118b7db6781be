# fhir_binary_key_file: the authorization server's public keys, in a file.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a token that one of the keys signed is good
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read key=ec-a
scope=user/*.read key=rsa-a
--- request eval: [("GET /fhir/Binary/1") x 2]
--- response_body eval: [("hello") x 2]



=== TEST 2: a token that another key signed is not
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read key=ec-b
scope=user/*.read key=ec-b kid=ec-a
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome: 401 unknown token_invalid
--- backend_requests: 0



=== TEST 3: a relative path starts where nginx.conf is
--- document: text/plain
--- user_files eval: [["../conf/my.jwks", keyset('ec-b')]]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_file my.jwks;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience $FHIR_AUDIENCE;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read key=ec-b
scope=user/*.read key=ec-a
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
401 unknown token_invalid



=== TEST 4: a location's keys take the place of its server's
--- document: text/plain
--- user_files eval: [["../conf/my.jwks", keyset('ec-b')]]
--- config
$FHIR_GUARD
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_file my.jwks;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read key=ec-a
scope=user/*.read key=ec-b
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
401 unknown token_invalid
-



=== TEST 5: a file that is not there is refused
--- config
location /fhir/ {
fhir_binary r4;
fhir_binary_key_file absent.jwks;
fhir_binary_issuer a;
fhir_binary_audience b;
}
--- must_die
--- error_log
[emerg]
"fhir_binary_key_file": open()
absent.jwks" failed (2: No such file or directory)



=== TEST 6: a file without a key is refused
--- user_files eval: [["../conf/no.jwks", '{"keys":[]}']]
--- config
location /fhir/ {
fhir_binary r4;
fhir_binary_key_file no.jwks;
fhir_binary_issuer a;
fhir_binary_audience b;
}
--- must_die
--- error_log
[emerg]
no.jwks" holds no usable JWKS



=== TEST 7: keys come from one source
--- config
location /fhir/ {
fhir_binary r4;
$FHIR_GUARD
fhir_binary_key_request /_keys;
}
--- must_die
--- error_log
[emerg]
keys come from one source: write either "fhir_binary_key_file" or "fhir_binary_key_request"
