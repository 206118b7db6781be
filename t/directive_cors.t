# fhir_binary_cors: which scripts in a browser may read the answers.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: off is the default: no answer names an origin
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
Origin: https://app.example.org
--- response_body: hello
--- response_headers
! Access-Control-Allow-Origin



=== TEST 2: a listed origin may read the document, and what was left out of Vary is added
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_cors https://app.example.org https://b.example.org:8443;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Origin: https://b.example.org:8443
--- response_headers
Access-Control-Allow-Origin: https://b.example.org:8443
Vary: Accept, Origin
! Access-Control-Allow-Credentials



=== TEST 3: an origin that is not listed may not
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_cors https://app.example.org;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval
[map { "Origin: $_" } qw(https://evil.example.org http://app.example.org null)]
--- response_headers eval: [("! Access-Control-Allow-Origin\nVary: Accept, Origin") x 3]



=== TEST 4: any origin may with *
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_cors *;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Origin: https://any.example.com
--- response_headers
Access-Control-Allow-Origin: *



=== TEST 5: errors can be read, too
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_cors https://app.example.org;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Origin: https://app.example.org
--- error_code: 401
--- response_headers
Access-Control-Allow-Origin: https://app.example.org
--- response_headers_like
Access-Control-Expose-Headers: .*WWW-Authenticate.*



=== TEST 6: a preflight is answered without a token and without the backend
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_cors https://app.example.org;
    proxy_pass $FHIR_STORE;
}
--- request
OPTIONS /fhir/Binary/1
--- more_headers
Origin: https://app.example.org
Access-Control-Request-Method: GET
Access-Control-Request-Headers: authorization
--- error_code: 204
--- response_headers_like
Access-Control-Allow-Origin: https://app\.example\.org
Access-Control-Allow-Methods: GET, HEAD, OPTIONS
Access-Control-Allow-Headers: Authorization, .*
--- backend_requests: 0



=== TEST 7: a location takes its server's place
--- document: text/plain
--- config
fhir_binary_cors *;
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_cors off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Origin: https://app.example.org
--- response_headers
! Access-Control-Allow-Origin



=== TEST 8: an origin has no path
--- config
fhir_binary_cors https://app.example.org/path;
--- must_die
--- error_log
[emerg]
invalid value "https://app.example.org/path" in "fhir_binary_cors" directive, it must be "off", "*" alone, or origins such as "https://app.example.org"



=== TEST 9: * stands alone
--- config
fhir_binary_cors * https://app.example.org;
--- must_die
--- error_log
[emerg]
invalid value "*" in "fhir_binary_cors" directive
