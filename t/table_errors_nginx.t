# Refusals of nginx itself: each is one OperationOutcome.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: access is forbidden: forbidden
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



=== TEST 2: a file that is not there: not_found
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    root html;
}
--- request
GET /fhir/Binary/1
--- outcome: 404 not-found not_found



=== TEST 3: the request body is too large: body_too_large
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    client_max_body_size 5;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
123456
--- outcome: 413 too-long body_too_large
--- backend_requests: 0



=== TEST 4: the URI is too long: uri_too_long, where fhir_binary stands at server level
--- config
fhir_binary r4;
fhir_binary_auth off;
--- request eval: 'GET /fhir/Binary/' . 'a' x 10000
--- outcome: 414 too-long uri_too_long



=== TEST 5: too many requests: throttled
--- http_config
limit_req_zone all zone=throttled:32k rate=1r/m;
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    limit_req zone=throttled;
    limit_req_status 429;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
429 throttled throttled



=== TEST 6: the backend cannot be reached: backend
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_NOWHERE;
}
--- request
GET /fhir/Binary/1
--- outcome: 502 transient backend



=== TEST 7: the backend does not answer in time: timeout
--- backend eval: [STALL]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_read_timeout 100ms;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 504 timeout timeout



=== TEST 8: the backend is not available: unavailable
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    return 503;
}
--- request
GET /fhir/Binary/1
--- outcome: 503 transient unavailable



=== TEST 9: the gateway failed: internal
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    return 500;
}
--- request
GET /fhir/Binary/1
--- outcome: 500 exception internal
