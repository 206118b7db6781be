# fhir_binary_backend: whether what the location's source sends is the
# document or a Binary resource.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: auto takes a FHIR media type for a resource, and opens it
--- wrapped: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: hello
--- response_headers
Content-Type: text/plain



=== TEST 2: auto takes any other type for the document itself
--- document: application/json
--- bytes: {"resourceType":"Binary"}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: {"resourceType":"Binary"}
--- response_headers
Content-Type: application/json



=== TEST 3: raw takes a resource for a document like any other
--- wrapped: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_backend raw;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: {"resourceType":"Binary","contentType":"text/plain","data":"aGVsbG8="}
--- response_headers
Content-Type: application/fhir+json



=== TEST 4: raw wraps a resource in another resource
--- wrapped: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_backend raw;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+xml
--- decoded_eq: {"resourceType":"Binary","contentType":"text/plain","data":"aGVsbG8="}



=== TEST 5: fhir expects a resource, and nothing else
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_backend fhir;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 502 exception backend_resource



=== TEST 6: fhir asks for the resource and not for the client's type
--- wrapped: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_backend fhir;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: text/plain
--- response_body: hello
--- backend_request_like eval: qr{^Accept: application/fhir\+json\r$}m
--- backend_request_unlike eval: qr{^Accept: text/plain}m



=== TEST 7: auto and raw ask for anything
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
--- response_body: hello
--- backend_request_like eval: qr{^Accept: \*/\*\r$}m



=== TEST 8: a location takes its server's place
--- wrapped: text/plain
--- config
fhir_binary r4;
fhir_binary_auth off;
fhir_binary_backend raw;
location /raw/ {
    proxy_pass $FHIR_STORE;
}
location /fhir/ {
    fhir_binary_backend fhir;
    proxy_pass $FHIR_STORE;
}
--- request eval: ["GET /raw/Binary/1", "GET /fhir/Binary/1"]
--- response_body eval
['{"resourceType":"Binary","contentType":"text/plain","data":"aGVsbG8="}', "hello"]



=== TEST 9: any other value is refused
--- config
fhir_binary_backend file;
--- must_die
--- error_log
[emerg]
invalid value "file" in "fhir_binary_backend" directive, it must be "auto", "raw" or "fhir"
