# Where a document ends, its source must say: Content-Length, chunks, or a
# protocol that does.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: Content-Length says where a document ends
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 2: chunks say where a document ends
--- backend eval
["HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_http_version 1.1;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- decoded_eq: hello



=== TEST 3: the close of the connection does not say it: backend_framing
--- backend eval
["HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 502 exception backend_framing
--- response_body_unlike: hello



=== TEST 4: the close does not end a document in a FHIR form either
--- backend eval
["HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- outcome: 502 exception backend_framing



=== TEST 5: what is compressed all the same passes in the native form
--- document: text/plain
--- document_headers
Content-Encoding: gzip
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
Content-Encoding: gzip
