# Variables of a token: what they tell once it holds, and that they tell
# nothing before.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the variables tell each claim that counts
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    add_header X-Said "$fhir_binary_context,$fhir_binary_client_id,$fhir_binary_subject,$fhir_binary_patient,$fhir_binary_jti,$fhir_binary_patient_bound,$fhir_binary_token_scope" always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read client_id=app-9 sub=user-9 patient=12 jti=jti-9
--- request
GET /fhir/Binary/1
--- response_headers
X-Said: user,app-9,user-9,12,jti-9,,user/*.read



=== TEST 2: a token that is bound to its patient is told to be
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient trust;
    add_header X-Said "$fhir_binary_context,$fhir_binary_patient,$fhir_binary_patient_bound" always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- response_headers
X-Said: patient,12,1



=== TEST 3: a claim that the token lacks is empty
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    add_header X-Said "$fhir_binary_client_id,$fhir_binary_subject,$fhir_binary_patient,$fhir_binary_jti" always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read -client_id -sub -jti
--- request
GET /fhir/Binary/1
--- response_headers
X-Said: ,,,



=== TEST 4: a token that does not hold tells nothing
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    add_header X-Said "[$fhir_binary_client_id$fhir_binary_subject$fhir_binary_jti$fhir_binary_token_scope]" always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read key=ec-b kid=ec-a
--- request
GET /fhir/Binary/1
--- error_code: 401
--- response_headers
X-Said: []



=== TEST 5: a token that holds and is not enough tells who came
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    add_header X-Said "$fhir_binary_client_id,$fhir_binary_token_scope" always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=openid
--- request
GET /fhir/Binary/1
--- error_code: 403
--- response_headers
X-Said: app-1,openid



=== TEST 6: nothing has a value where a token is not looked at yet
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    set $early "[$fhir_binary_client_id$fhir_binary_interaction]";
    add_header X-Said $early always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1
--- response_headers
X-Said: []



=== TEST 7: the token itself is told in no location but that of introspection
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    add_header X-Said "[$fhir_binary_token]" always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1
--- response_headers
X-Said: []



=== TEST 8: the backend may be told, in the place of the token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_set_header Authorization "";
    proxy_set_header X-Client $fhir_binary_client_id;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read client_id=app-9
--- request
GET /fhir/Binary/1
--- response_body: hello
--- backend_request_like eval: qr/^X-Client: app-9\r$/m
--- backend_request_unlike eval: qr/^Authorization/m
