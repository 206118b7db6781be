# fhir_binary_auth: no document leaves without a valid token, or the endpoint
# is open.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: on is the default: without a token there is no document
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
--- backend_requests: 0



=== TEST 2: with a valid token there is
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 3: with off no token is looked at
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Authorization: Bearer nonsense
--- response_body: hello



=== TEST 4: with off access is left to nginx's other means
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    deny all;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden forbidden
--- backend_requests: 0



=== TEST 5: with satisfy any, whom allow admits needs no token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    satisfy any;
    allow 127.0.0.1;
    deny all;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 6: with satisfy any, whom allow does not admit needs one
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    satisfy any;
    deny all;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read
none
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
401 login login



=== TEST 7: with satisfy all, the token alone is not enough
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    deny all;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden forbidden



=== TEST 8: nginx does not start where nothing could check a token
--- config
location /fhir/ {
fhir_binary r4;
}
--- must_die
--- error_log
[emerg]
"fhir_binary_auth" is on in location "/fhir/", but nothing there can check a token
or "fhir_binary_auth off" for an open endpoint



=== TEST 9: nginx does not start where it is not said what the tokens must be
--- config
location /fhir/ {
fhir_binary r4;
fhir_binary_key_file $FHIR_KEYS;
fhir_binary_audience off;
}
--- must_die
--- error_log
[emerg]
keys are trusted for no issuer: write "fhir_binary_issuer"
