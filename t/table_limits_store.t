# Limits of what a store says, at the limit and one past it: its media type,
# its entity-tag; a document has none.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a stored media type has 256 bytes at most
--- backend eval
[map { [document('text/' . 'x' x ($_ - 5), 'hello')] } 256, 257]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- response_body eval: ["hello", "hello"]
--- response_headers eval
['Content-Type: text/' . 'x' x 251, 'Content-Type: application/octet-stream']



=== TEST 2: a longer media type has no FHIR form
--- backend eval
[map { [document('text/' . 'x' x ($_ - 5), 'hello')] } 256, 257]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1?_format=json") x 2]
--- outcome
-
502 exception backend_type



=== TEST 3: a stored media type has 16 parameters at most
--- backend eval
[map { [document('text/plain' . ';a=1' x $_, 'hello')] } 16, 17]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1?_format=json") x 2]
--- outcome
-
502 exception backend_type



=== TEST 4: an entity-tag has 128 bytes at most, and a longer one is left out
--- backend eval
[map { [document('text/plain', 'hello', 'ETag: "' . 'x' x ($_ - 2) . '"')] } 128, 129]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- response_headers eval
['ETag: "' . 'x' x 126 . '"', '! ETag']



=== TEST 5: a document may be of any size, and the resource is as long
--- document: application/pdf
--- bytes eval: "0123456789abcdef" x 131072
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+json
--- decoded_eq eval: "0123456789abcdef" x 131072
