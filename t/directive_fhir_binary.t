# fhir_binary: the version of FHIR, and whether the location is a Binary
# endpoint at all.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: without the directive a location is nginx's own
--- document: text/html
--- document_headers
X-Powered-By: store
--- config
location /fhir/ {
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/_not_an_id_/x
--- more_headers
Accept: application/fhir+json
--- response_body: hello
--- response_headers
Content-Type: text/html
X-Powered-By: store
! Vary
! Content-Security-Policy
--- backend_requests: 1



=== TEST 2: in DSTU2 the member is content and the media type is application/json+fhir
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary dstu2;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/json+fhir
--- response_body chomp
{"resourceType":"Binary","id":"1","contentType":"application/pdf","content":"aGVsbG8="}
--- response_headers
Content-Type: application/json+fhir;charset=UTF-8



=== TEST 3: in STU3 the member is content and the media type is application/fhir+json
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary stu3;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+json
--- response_body chomp
{"resourceType":"Binary","id":"1","contentType":"application/pdf","content":"aGVsbG8="}
--- response_headers
Content-Type: application/fhir+json;charset=UTF-8



=== TEST 4: in R4, R4B and R5 the member is data
--- document: application/pdf
--- config
fhir_binary_auth off;
location /r4/ {
    fhir_binary r4;
    proxy_pass $FHIR_STORE;
}
location /r4b/ {
    fhir_binary r4b;
    proxy_pass $FHIR_STORE;
}
location /r5/ {
    fhir_binary r5;
    proxy_pass $FHIR_STORE;
}
--- request eval: [map { "GET /$_/Binary/1" } qw(r4 r4b r5)]
--- more_headers
Accept: application/fhir+json
--- response_body eval
[('{"resourceType":"Binary","id":"1","contentType":"application/pdf","data":"aGVsbG8="}') x 3]



=== TEST 5: a path that is no Binary route is a 404 and is never passed on
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Patient/1
--- outcome: 404 not-found not_found
--- backend_requests: 0



=== TEST 6: a location inherits the version, and off takes it out again
--- document: text/plain
--- config
fhir_binary r4;
fhir_binary_auth off;
location /fhir/ {
    proxy_pass $FHIR_STORE;
}
location /plain/ {
    fhir_binary off;
    proxy_pass $FHIR_STORE;
}
--- request eval: ["GET /fhir/Patient/1", "GET /plain/Patient/1"]
--- outcome
404 not-found not_found
-
--- backend_requests: 1



=== TEST 7: nginx -t refuses another version and lists those that there are
--- config
fhir_binary r3;
--- must_die
--- error_log
[emerg]
invalid value "r3" in "fhir_binary" directive, it must be "dstu2", "stu3", "r4", "r4b", "r5" or "off"



=== TEST 8: the directive stands once in a place
--- config
fhir_binary r4;
fhir_binary r5;
--- must_die
--- error_log
[emerg]
"fhir_binary" directive is duplicate
