# The one OperationOutcome of every refusal: its form, and what goes with it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: an OperationOutcome in JSON is this, byte for byte
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- error_code: 401
--- response_body chomp
{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"login","details":{"text":"A bearer token is required"}}]}



=== TEST 2: an OperationOutcome in XML is this, byte for byte
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+xml
--- error_code: 401
--- response_body chomp
<?xml version="1.0" encoding="UTF-8"?><OperationOutcome xmlns="http://hl7.org/fhir"><issue><severity value="error"/><code value="login"/><details><text value="A bearer token is required"/></details></issue></OperationOutcome>



=== TEST 3: a client that asked for another document gets JSON
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval: [map { "Accept: $_" } 'application/pdf', '*/*', 'text/html, application/xhtml+xml']
--- outcome: 401 login login



=== TEST 4: a client that prefers FHIR XML gets XML, also by _format
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request eval: ["GET /fhir/Binary/1", "GET /fhir/Binary/1?_format=xml"]
--- more_headers eval: ["Accept: application/fhir+json;q=0.5, application/fhir+xml", ""]
--- outcome: 401 login login xml



=== TEST 5: in DSTU2 an OperationOutcome has the media types of DSTU2
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: ["", "Accept: application/xml+fhir"]
--- outcome
401 login login
401 login login xml
--- response_headers_like eval
['Content-Type: application/json\+fhir.*', 'Content-Type: application/xml\+fhir.*']



=== TEST 6: an OperationOutcome has the headers of the sandbox, and is not kept
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- error_code: 401
--- response_headers
X-Content-Type-Options: nosniff
Content-Security-Policy: default-src 'none'; frame-ancestors 'none'
Cache-Control: no-store
Content-Length: 129



=== TEST 7: a log at level info names the reason, and no token
--- document: text/plain
--- log_level: info
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Authorization: Bearer secret
--- error_code: 401
--- error_log
fhir binary: refused with 401 (token_invalid)
--- no_error_log
secret
