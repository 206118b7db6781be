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
