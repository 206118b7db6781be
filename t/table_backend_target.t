# The target of a request has one spelling, whatever proxy_pass makes of it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: proxy_pass without a path asks for what was parsed
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir//./Binary/%54R-1
--- response_body: hello
--- backend_request_like eval: qr{^GET /fhir/Binary/TR-1 HTTP}



=== TEST 2: proxy_pass with a path takes the location's place
--- document: text/plain
--- config
location /fhir/Binary/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE/documents/;
}
--- request
GET /fhir/Binary/TR-1
--- response_body: hello
--- backend_request_like eval: qr{^GET /documents/TR-1 HTTP}



=== TEST 3: proxy_pass with the id asks for the id
--- document: text/plain
--- config
location /fhir/Binary/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE/by-id/$fhir_binary_id;
}
--- request
GET /fhir/Binary/%54R-1
--- response_body: hello
--- backend_request_like eval: qr{^GET /by-id/TR-1 HTTP}



=== TEST 4: $request_uri and $uri have the same spelling
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Uri "$request_uri $uri" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/%54R%2D1?_format=xml&a=1
--- response_headers
X-Uri: /fhir/Binary/TR-1?a=1 /fhir/Binary/TR-1



=== TEST 5: files are found by the same spelling
--- user_files
>>> fhir/Binary/TR-1
a file
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    root html;
}
--- request
GET /fhir/Binary/%54R-1
--- response_body
a file
--- response_headers
Content-Type: text/plain
