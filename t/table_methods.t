# GET, HEAD and OPTIONS; any other method is refused before the backend.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: nothing can be written
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [map { "$_ /fhir/Binary/1" } qw(POST PUT DELETE PATCH)]
--- outcome: 405 not-supported method
--- response_headers eval: [("Allow: GET, HEAD, OPTIONS") x 4]
--- backend_requests: 0



=== TEST 2: a method that nginx does not know is a 501
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
BREW /fhir/Binary/1
--- outcome: 501 not-supported method_unknown
--- backend_requests: 0



=== TEST 3: OPTIONS tells what is allowed
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
OPTIONS /fhir/Binary/1
--- error_code: 204
--- response_body:
--- response_headers
Allow: GET, HEAD, OPTIONS
--- backend_requests: 0



=== TEST 4: the body of a GET is read and dropped
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
a=b&c=d
--- response_body: hello
--- backend_request_unlike eval: qr/a=b|^Content-Length/m



=== TEST 5: a method is told to be wrong before a token is asked for
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
POST /fhir/Binary/1
--- outcome: 405 not-supported method
