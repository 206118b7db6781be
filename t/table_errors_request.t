# Refusals of a request: the rows from request to query_too_long, and of the
# form.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the request is malformed: request
--- document: text/plain
--- config
fhir_binary r4;
fhir_binary_auth off;
location /fhir/ {
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/%zz
--- outcome: 400 invalid request



=== TEST 2: what nginx refuses before it has chosen a location is ours only at server level
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/%zz
--- error_code: 400
--- response_body_like: <h1>400 Bad Request</h1>



=== TEST 3: Accept is over its limits: accept_too_long
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers eval: 'Accept: ' . 'a/b,' x 1100
--- outcome: 400 too-long accept_too_long
--- backend_requests: 0



=== TEST 4: two different _format: format_repeated
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json&_format=xml
--- outcome: 400 invalid format_repeated



=== TEST 5: the query of the CCD is over its limits: query_too_long
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: 'GET /fhir/Binary/$autogen-ccd-if?patient=1&_pretty=' . 'x' x 5000
--- outcome: 400 too-long query_too_long
--- backend_requests: 0



=== TEST 6: no form that Accept allows: not_acceptable, and diagnostics lists what there is
--- document: text/html; charset=utf-8
--- config
location /fhir/ {
    fhir_binary dstu2;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/pdf
--- outcome: 406 not-supported not_acceptable
--- response_body_like: "diagnostics":"Available: text/html; charset=utf-8, application/json\+fhir;charset=UTF-8, application/xml\+fhir;charset=UTF-8"



=== TEST 7: _format names no form: format
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=text/html
--- outcome: 406 not-supported format



=== TEST 8: the FHIR form needs what the document lacks: required
--- document: none
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- outcome: 500 required required
