# fhir_binary_lookahead: how much of a FHIR backend's resource is held while
# its contentType is not known.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: data before contentType is held, and the type is found behind it
--- backend eval
[document('application/fhir+json', '{"resourceType":"Binary","data":"aGVsbG8=","contentType":"text/plain"}')]
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



=== TEST 2: 64k are held by default
--- backend eval
[document('application/fhir+json', '{"resourceType":"Binary","data":"' . 'QUJD' x 15000 . '","contentType":"text/plain"}')]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body eval: "ABC" x 15000



=== TEST 3: a type that comes later than that is a 502
--- backend eval
[document('application/fhir+json', '{"resourceType":"Binary","data":"' . 'QUJD' x 17000 . '","contentType":"text/plain"}')]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 502 exception backend_held



=== TEST 4: another size takes the place of the default
--- backend eval
[document('application/fhir+json', '{"resourceType":"Binary","data":"' . 'QUJD' x 17000 . '","contentType":"text/plain"}')]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_lookahead 128k;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body eval: "ABC" x 17000



=== TEST 5: a resource that names its type first may be of any size
--- wrapped: text/plain
--- bytes eval: "ABC" x 40000
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_lookahead 2k;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body eval: "ABC" x 40000



=== TEST 6: what a worker holds together has a size beside it
--- backend eval
[document('application/fhir+json', '{"resourceType":"Binary","data":"' . 'QUJD' x 17000 . '","contentType":"text/plain"}')]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_lookahead 128k worker=128k;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body eval: "ABC" x 17000



=== TEST 7: a request that would hold more than the worker may is a 503
--- document: text/xml
--- bytes eval: '<!--' . 'x' x 9000
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd_check on;
    fhir_binary_lookahead 2k worker=2k;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- outcome: 503 throttled lookahead_full



=== TEST 8: a size is 2k to 16m
--- config
fhir_binary_lookahead 17m;
--- must_die
--- error_log
[emerg]
invalid value "17m" in "fhir_binary_lookahead" directive, it must be a size of 2k to 16m



=== TEST 9: a worker holds what one request may hold, at least
--- config
fhir_binary_lookahead 64k worker=63k;
--- must_die
--- error_log
[emerg]
invalid value "worker=63k" in "fhir_binary_lookahead" directive, it must be "worker=SIZE", with no less than the size before it
