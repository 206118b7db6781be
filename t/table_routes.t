# Which paths are a Binary, and what reaches the backend of them.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: Binary/ID is a read
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Route "$fhir_binary_interaction $fhir_binary_id" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/TR-197.198
--- response_headers
X-Route: read TR-197.198
--- backend_request_like eval: qr{^GET /fhir/Binary/TR-197\.198 HTTP}



=== TEST 2: Binary/ID/_history/VERSION is passed on like a read
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Route "$fhir_binary_interaction $fhir_binary_id" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1/_history/2
--- more_headers
Accept: application/fhir+json
--- response_headers
X-Route: vread 1
--- decoded_eq: hello
--- backend_request_like eval: qr{^GET /fhir/Binary/1/_history/2 HTTP}



=== TEST 3: an id has one spelling at the backend
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/%42inary/%54R%2D1
--- response_body: hello
--- backend_request_like eval: qr{^GET /fhir/Binary/TR-1 HTTP}



=== TEST 4: a path may have a base before Binary
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/a/b/Binary/1
--- response_body: hello



=== TEST 5: a path that is no route is a 404
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir$_" } '/', '/binary/1', '/Patient/1', '/Binary/a_b', '/Binary/1/', '/Binary/a%2Fb', '/Binary/1/Binary/2', '/Binary/1/_history/a_b']
--- outcome: 404 not-found not_found
--- backend_requests: 0



=== TEST 6: search and unknown operations are not supported
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir$_" } '/Binary', '/Binary?_id=1', '/Binary/_search', '/Binary/_history', '/Binary/1/_history', '/Binary/$other', '/Binary/1/$validate']
--- outcome: 404 not-supported not_supported
--- backend_requests: 0



=== TEST 7: a semicolon, a backslash and an escape of an escape before Binary are a 404
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir/$_/Binary/1" } 'a;b', 'a%5Cb', 'a%252Fb']
--- outcome: 404 not-found not_found
--- backend_requests: 0



=== TEST 8: a target with a fragment is a 400
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1#top
--- outcome: 400 invalid request
--- backend_requests: 0
