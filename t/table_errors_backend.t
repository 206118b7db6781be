# What a backend's status becomes: one OperationOutcome, and never its page.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a 404 and a 410 keep their statuses
--- backend eval
[map { ["HTTP/1.1 $_ X\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\nsecret"] } 404, 410]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
404 not-found not_found
410 deleted gone
--- response_body_unlike eval: ["secret", "secret"]



=== TEST 2: before R4 the code of a deleted document is not-found
--- backend eval
["HTTP/1.1 410 X\r\nContent-Length: 0\r\n\r\n"]
--- config
location /fhir/ {
    fhir_binary stu3;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 410 not-found gone



=== TEST 3: a 403 and a 409 keep their statuses
--- backend eval
[map { ["HTTP/1.1 $_ X\r\nContent-Length: 6\r\n\r\nsecret"] } 403, 409]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
403 forbidden forbidden
409 conflict conflict



=== TEST 4: any other 4xx keeps its status and is refused
--- backend eval
[map { ["HTTP/1.1 $_ X\r\nContent-Length: 6\r\n\r\nsecret"] } 402, 422, 423, 451]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 4]
--- outcome
402 processing refused
422 processing refused
423 processing refused
451 processing refused



=== TEST 5: Retry-After passes with a 429 and a 503
--- backend eval
[map { ["HTTP/1.1 $_ X\r\nRetry-After: 7\r\nContent-Length: 6\r\n\r\nsecret"] } 429, 503]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
429 throttled throttled
503 transient unavailable
--- response_headers eval: ["Retry-After: 7", "Retry-After: 7"]



=== TEST 6: a 5xx is backend_error, and nothing of it is shown
--- backend eval
[map { ["HTTP/1.1 $_ X\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\nsecret"] } 500, 501]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome: 502 exception backend_error
--- response_body_unlike eval: ["secret", "secret"]



=== TEST 7: a redirect is backend_redirect, and its target stays inside
--- backend eval
[map { ["HTTP/1.1 $_ X\r\nLocation: http://inside.example/secret\r\nContent-Length: 0\r\n\r\n"] } 301, 302, 307]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome: 502 transient backend_redirect
--- response_headers eval: [("! Location") x 3]



=== TEST 8: refused credentials of the gateway are backend_login
--- backend eval
[map { ["HTTP/1.1 $_ X\r\nProxy-Authenticate: Basic realm=\"inside\"\r\nContent-Length: 0\r\n\r\n"] } 407, 401]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome: 502 exception backend_login
--- response_headers eval: [("! Proxy-Authenticate\n! WWW-Authenticate") x 2]
