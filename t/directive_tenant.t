# fhir_binary_tenant: the tenant claim must equal a value of the request.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a token of the tenant in the path gets the document, one of another does not
--- document: text/plain
--- config
location ~ ^/(?<tenant>\w+)/Binary/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_claim tenant tnt;
    fhir_binary_tenant $tenant;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read tnt=a1
scope=user/*.read tnt=b2
scope=user/*.read tnt=A1
--- request eval: [("GET /a1/Binary/1") x 3]
--- outcome
-
403 forbidden tenant
403 forbidden tenant
--- backend_requests: 1



=== TEST 2: a token without the claim is refused
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_claim tenant tnt;
    fhir_binary_tenant a1;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read
scope=user/*.read tnt=
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome: 403 forbidden tenant



=== TEST 3: a value that is empty is nobody's
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_claim tenant tnt;
    fhir_binary_tenant $arg_tenant;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read tnt=
scope=user/*.read tnt=a1
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome: 403 forbidden tenant



=== TEST 4: the claim may be nested
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_claim tenant urn:claims tnt;
    fhir_binary_tenant a1;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read urn:claims={"tnt":"a1"}
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 5: a location inherits it
--- document: text/plain
--- config
fhir_binary_claim tenant tnt;
fhir_binary_tenant a1;
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read tnt=b2
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden tenant



=== TEST 6: the directive needs to know where the claim is
--- config
location /fhir/ {
fhir_binary r4;
$FHIR_GUARD
fhir_binary_tenant a1;
}
--- must_die
--- error_log
[emerg]
"fhir_binary_tenant" needs to know the claim: write "fhir_binary_claim tenant MEMBER"
