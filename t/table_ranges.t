# Ranges: they work on the native form of a raw store, and are ignored on the
# others.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a part of the native form is what the store cuts
--- backend eval
["HTTP/1.1 206 Partial Content\r\nContent-Type: text/plain\r\nContent-Range: bytes 1-3/5\r\nContent-Length: 3\r\n\r\nell"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Range: bytes=1-3
--- error_code: 206
--- response_body: ell
--- response_headers
Content-Range: bytes 1-3/5
--- backend_request_like eval: qr/^Range: bytes=1-3\r$/m



=== TEST 2: nginx itself cuts a part of a file
--- user_files
>>> fhir/Binary/1
hello
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    root html;
}
--- request
GET /fhir/Binary/1
--- more_headers
Range: bytes=1-3
--- error_code: 206
--- response_body: ell



=== TEST 3: a FHIR form is sent whole
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
Range: bytes=1-3
Accept: application/fhir+json
--- decoded_eq: hello
--- response_headers
! Content-Range
Accept-Ranges: none
--- backend_request_unlike eval: qr/^Range/m



=== TEST 4: the native form of a FHIR server's resource is sent whole
--- wrapped: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Range: bytes=1-3
--- response_body: hello
--- response_headers
! Content-Range



=== TEST 5: a range outside of the document is a 416
--- user_files
>>> fhir/Binary/1
hello
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    root html;
}
--- request
GET /fhir/Binary/1
--- more_headers
Range: bytes=100-
--- outcome: 416 value range



=== TEST 6: a part where the whole was asked for is a 502
--- backend eval
["HTTP/1.1 206 Partial Content\r\nContent-Type: text/plain\r\nContent-Range: bytes 1-3/5\r\nContent-Length: 3\r\n\r\nell"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 502 exception backend_range



=== TEST 7: several ranges are not asked for
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
Range: bytes=0-1,3-4
--- response_body: hello
--- backend_request_unlike eval: qr/^Range/m
