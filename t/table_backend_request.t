# What reaches the backend of a request: the client's headers and query, less
# what was said to the gateway.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: Accept is anything, conditionals and codings stay here
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
Accept: text/plain
If-None-Match: "a"
If-Modified-Since: Thu, 26 Dec 2019 21:36:00 GMT
Accept-Encoding: gzip
X-Other: 1
--- response_body: hello
--- backend_request_like eval: qr{(?=.*\nAccept: \*/\*\r\n)(?=.*\nX-Other: 1\r\n)}s
--- backend_request_unlike eval: qr/^(?:If-|Accept-Encoding)/m



=== TEST 2: the query passes, less _format, _pretty and access_token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?a=1&_format=json&_pretty=true&b=2
--- error_code: 200
--- backend_request_like eval: qr{^GET /fhir/Binary/1\?a=1&b=2 HTTP}



=== TEST 3: unless it is raw, _summary and _elements stay here, too
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_summary=data&a=1&_elements=id
--- response_body: hello
--- backend_request_like eval: qr{^GET /fhir/Binary/1\?a=1 HTTP}



=== TEST 4: where it is raw, _summary and _elements pass
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_backend raw;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_summary=data&a=1
--- response_body: hello
--- backend_request_like eval: qr{^GET /fhir/Binary/1\?_summary=data&a=1 HTTP}



=== TEST 5: a FHIR backend is asked for FHIR JSON in the words of its version
--- wrapped: text/plain dstu2
--- config
location /fhir/ {
    fhir_binary dstu2;
    fhir_binary_auth off;
    fhir_binary_backend fhir;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: hello
--- backend_request_like eval: qr{^Accept: application/json\+fhir\r$}m



=== TEST 6: the token passes unless it is taken out
--- document: text/plain
--- config
$FHIR_GUARD
location /fhir/ {
    fhir_binary r4;
    proxy_pass $FHIR_STORE;
}
location /less/ {
    fhir_binary r4;
    proxy_pass $FHIR_STORE;
    proxy_set_header Authorization "";
}
--- token: scope=user/*.read
--- request eval: ["GET /fhir/Binary/1", "GET /less/Binary/1"]
--- response_body eval: ["hello", "hello"]
--- backend_request_like eval: [qr/^Authorization: Bearer /m, qr/^GET/]
--- backend_request_unlike eval: [qr/^nothing/, qr/^Authorization/m]
