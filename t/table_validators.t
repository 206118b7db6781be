# Each form has an entity-tag of its own, and conditionals are evaluated
# against that of the chosen form.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the native form has the store's tag, each FHIR form one of its own
--- document: text/plain
--- document_headers
ETag: "abc"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [map { "GET /fhir/Binary/1$_" } '', '?_format=json', '?_format=xml']
--- response_headers eval
['ETag: "abc"', 'ETag: W/"abc~json"', 'ETag: W/"abc~xml"']



=== TEST 2: If-None-Match with the tag of the chosen form is a 304
--- document: text/plain
--- document_headers
ETag: "abc"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- more_headers
If-None-Match: W/"abc~json"
--- error_code: 304
--- response_body:
--- response_headers
ETag: W/"abc~json"
Vary: Accept



=== TEST 3: If-None-Match with the tag of another form is not
--- document: text/plain
--- document_headers
ETag: "abc"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- more_headers
If-None-Match: "abc"
--- decoded_eq: hello



=== TEST 4: If-Match that does not match is a 412
--- document: text/plain
--- document_headers
ETag: "abc"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
If-Match: "xyz"
--- outcome: 412 conflict precondition



=== TEST 5: If-Modified-Since holds where the store's date is no later
--- document: text/plain
--- document_headers
Last-Modified: Thu, 26 Dec 2019 21:36:00 GMT
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval
["If-Modified-Since: Thu, 26 Dec 2019 21:36:00 GMT", "If-Modified-Since: Thu, 26 Dec 2019 21:35:59 GMT"]
--- error_code eval: [304, 200]



=== TEST 6: If-Unmodified-Since before the store's date is a 412
--- document: text/plain
--- document_headers
Last-Modified: Thu, 26 Dec 2019 21:36:00 GMT
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
If-Unmodified-Since: Thu, 26 Dec 2019 21:35:59 GMT
--- outcome: 412 conflict precondition



=== TEST 7: the store is not asked with conditionals
--- document: text/plain
--- document_headers
ETag: "abc"
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
If-None-Match: "abc"
If-Modified-Since: Thu, 26 Dec 2019 21:36:00 GMT
--- error_code: 304
--- backend_request_like eval: qr{^GET /fhir/Binary/1 }
--- backend_request_unlike eval: qr/^If-/mi



=== TEST 8: a store without validators has none to offer
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
If-None-Match: "abc"
--- response_body: hello
--- response_headers
! ETag
! Last-Modified
