# _format: it overrides Accept, must be known, and is said once.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: json and xml name the FHIR forms
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: ["GET /fhir/Binary/1?_format=json", "GET /fhir/Binary/1?_format=xml"]
--- decoded_eq eval: ["hello", "hello"]
--- response_headers_like eval
['Content-Type: application/fhir\+json.*', 'Content-Type: application/fhir\+xml.*']



=== TEST 2: media types name the FHIR forms, too
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
["GET /fhir/Binary/1?_format=application/fhir%2Bjson", "GET /fhir/Binary/1?_format=application/xml%2Bfhir"]
--- decoded_eq eval: ["hello", "hello"]



=== TEST 3: _format overrides Accept
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=xml
--- more_headers
Accept: application/pdf
--- response_headers_like
Content-Type: application/fhir\+xml.*



=== TEST 4: an empty _format is none
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=
--- response_body: hello



=== TEST 5: a _format that names no form is a 406
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=ttl
--- outcome: 406 not-supported format
--- response_body_like: "expression":\["http\._format"\]



=== TEST 6: the same _format twice is once
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json&_format=json
--- decoded_eq: hello



=== TEST 7: two different _format are a 400
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json&_format=xml
--- outcome: 400 invalid format_repeated
--- backend_requests: 0



=== TEST 8: _format does not reach the backend
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?a=1&_format=json&b=2&_pretty=true
--- decoded_eq: hello
--- backend_request_like eval: qr{^GET /fhir/Binary/1\?a=1&b=2 HTTP}
