# fhir_binary_issuer: who issues tokens.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: iss must be the issuer, byte for byte
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read iss=https://ehr.example.org/auth
scope=user/*.read iss=https://ehr.example.org/auth/
scope=user/*.read iss=https://EHR.example.org/auth
scope=user/*.read -iss
--- request eval: [("GET /fhir/Binary/1") x 4]
--- outcome
-
401 unknown token_invalid
401 unknown token_invalid
401 unknown token_invalid



=== TEST 2: several are several names of one server
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_file $FHIR_KEYS;
    fhir_binary_issuer https://a.example.org https://b.example.org;
    fhir_binary_audience $FHIR_AUDIENCE;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read iss=https://a.example.org
scope=user/*.read iss=https://b.example.org
scope=user/*.read iss=https://c.example.org
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome
-
-
401 unknown token_invalid



=== TEST 3: a location takes its server's place, and adds nothing to it
--- document: text/plain
--- config
$FHIR_GUARD
location /fhir/ {
    fhir_binary r4;
    fhir_binary_issuer https://b.example.org;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read
scope=user/*.read iss=https://b.example.org
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
401 unknown token_invalid
-



=== TEST 4: an issuer is required with keys
--- config
location /fhir/ {
fhir_binary r4;
fhir_binary_key_file $FHIR_KEYS;
fhir_binary_audience a;
}
--- must_die
--- error_log
[emerg]
keys are trusted for no issuer: write "fhir_binary_issuer" with the iss of the tokens



=== TEST 5: an empty one is refused
--- config
fhir_binary_issuer "";
--- must_die
--- error_log
[emerg]
empty value in "fhir_binary_issuer" directive
