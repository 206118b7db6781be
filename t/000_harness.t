# The harness itself, on a plain nginx: if this fails, look here first.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan', '-plain';

run_tests();


__DATA__

=== TEST 1: a plain location answers
--- config
location = /hello {
    return 200 "hello\n";
}
--- request
GET /hello
--- response_body
hello
--- no_error_log
[error]



=== TEST 2: a scripted backend is asked, and what it was asked is kept
--- backend eval
["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", APART,
 PIECES(1, "hello")]
--- config
location = /up {
    proxy_pass http://127.0.0.1:$TEST_NGINX_BACKEND_PORT;
    proxy_set_header X-Mark seen;
}
--- request
GET /up?a=b
--- response_body: hello
--- backend_requests: 1
--- backend_request_like eval
qr{^GET /up\?a=b HTTP/1\.[01]\r\n(?:.*\r\n)*X-Mark: seen\r\n}
--- backend_request_unlike eval
qr/^Range:/m



=== TEST 3: each connection has its own script
--- backend eval
[["HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"],
 ["HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo"]]
--- config
location = /up {
    proxy_pass http://127.0.0.1:$TEST_NGINX_BACKEND_PORT;
}
--- pipelined_requests eval
["GET /up", "GET /up"]
--- response_body eval
["one", "two"]
--- backend_requests: 2



=== TEST 4: a backend that resets before its header gives a 502
--- backend eval
[RST]
--- config
location = /up {
    proxy_pass http://127.0.0.1:$TEST_NGINX_BACKEND_PORT;
}
--- request
GET /up
--- error_code: 502
--- response_body_like: 502 Bad Gateway
--- error_log
Connection reset by peer



=== TEST 5: a document is answered to GET with its bytes, to HEAD without
--- document: application/pdf
--- bytes: %PDF-1.4
--- document_headers
ETag: "5"
--- config
location = /up {
    proxy_pass $FHIR_STORE;
}
--- request eval: ["GET /up", "HEAD /up"]
--- response_body eval: ["%PDF-1.4", ""]
--- response_headers eval
["Content-Type: application/pdf\nETag: \"5\"", "Content-Length: 8"]
--- backend_request_like eval: [qr{^GET /up }, qr{^HEAD /up }]



=== TEST 6: a wrapped document decodes to its bytes in JSON
--- wrapped: text/plain; charset=utf-8
--- bytes eval: "\0\xff"
--- config
location = /up {
    proxy_pass $FHIR_STORE;
}
--- request
GET /up
--- response_body chomp
{"resourceType":"Binary","contentType":"text/plain; charset=utf-8","data":"AP8="}
--- response_headers
Content-Type: application/fhir+json
--- decoded_eq eval: "\0\xff"



=== TEST 7: a wrapped document decodes to its bytes in XML of DSTU2
--- wrapped: text/plain dstu2 xml
--- config
location = /up {
    proxy_pass $FHIR_STORE;
}
--- request
GET /up
--- response_body chomp
<Binary xmlns="http://hl7.org/fhir"><contentType value="text/plain"/><content value="aGVsbG8="/></Binary>
--- response_headers
Content-Type: application/xml+fhir
--- decoded_eq: hello



=== TEST 8: each request has its token
--- document: text/plain
--- config
location = /up {
    proxy_pass $FHIR_STORE;
}
--- token
scope="a b" exp=+60 -iat list=["x",1]
none
--- request eval: ["GET /up", "GET /up"]
--- response_body eval: ["hello", "hello"]
--- backend_request_like eval
[qr/^Authorization: Bearer [\w-]+\.[\w-]+\.[\w-]+\r$/m, qr/^GET/]
--- backend_request_unlike eval
[qr/nothing/, qr/^Authorization/m]
