# Weights in Accept: the highest counts, the most specific range decides, and
# q=0 refuses.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the form with the highest weight is sent
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval
[map { "Accept: $_" }
 'application/pdf;q=0.9, application/fhir+json;q=0.8, application/fhir+xml;q=0.7',
 'application/pdf;q=0.7, application/fhir+json;q=0.8, application/fhir+xml;q=0.7',
 'application/pdf;q=0.7, application/fhir+json;q=0.8, application/fhir+xml;q=0.9']
--- response_headers_like eval
['Content-Type: application/pdf', 'Content-Type: application/fhir\+json.*',
 'Content-Type: application/fhir\+xml.*']



=== TEST 2: a range without a weight weighs 1
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval
["Accept: application/fhir+xml, application/fhir+json;q=0.9",
 "Accept: application/fhir+json, application/fhir+xml;q=0.9"]
--- response_headers_like eval
['Content-Type: application/fhir\+xml.*', 'Content-Type: application/fhir\+json.*']



=== TEST 3: the most specific range decides, not the highest
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: */*;q=1, application/pdf;q=0.1, application/fhir+json;q=0.5
--- decoded_eq: hello



=== TEST 4: q=0 refuses the stored type, whatever a wildcard says
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: */*, application/pdf;q=0
--- outcome: 406 not-supported not_acceptable



=== TEST 5: q=0 refuses a FHIR form
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+json;q=0, application/fhir+xml;q=0.1
--- response_headers_like
Content-Type: application/fhir\+xml.*



=== TEST 6: q=0 for all is a 406
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: */*;q=0
--- outcome: 406 not-supported not_acceptable



=== TEST 7: three digits of a weight are told apart
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/pdf;q=0.500, application/fhir+json;q=0.501
--- decoded_eq: hello
