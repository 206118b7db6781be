# proxy_cache under the guard: what is kept is the store's answer, and the
# guard stands before it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a document that is kept is served from memory, and each form is made of it
--- http_config
proxy_cache_path forms_cache keys_zone=forms:1m;
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_cache forms;
    proxy_cache_valid 1h;
    add_header X-Cache $upstream_cache_status always;
    proxy_pass $FHIR_STORE;
}
--- request eval: ["GET /fhir/Binary/1", "GET /fhir/Binary/1?_format=json"]
--- response_headers eval: ["X-Cache: MISS", "X-Cache: HIT"]
--- response_body eval
["hello", '{"resourceType":"Binary","id":"1","contentType":"text/plain","data":"aGVsbG8="}']
--- backend_requests: 1



=== TEST 2: a token is asked for before what is kept is served
--- http_config
proxy_cache_path guarded_cache keys_zone=guarded:1m;
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_cache guarded;
    proxy_cache_valid 1h;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read
none
scope=openid
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome
-
401 login login
403 forbidden scope
--- backend_requests: 1



=== TEST 3: the type of what is kept is looked at for each token
--- http_config
proxy_cache_path typed_cache keys_zone=typed:1m;
--- document: text/html
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    proxy_cache typed;
    proxy_cache_valid 1h;
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/DiagnosticReport.read"
scope="user/Binary.read user/DocumentReference.read"
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
403 forbidden scope
--- backend_requests: 1



=== TEST 4: one document has one key, however it is spelled
--- http_config
proxy_cache_path spelled_cache keys_zone=spelled:1m;
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_cache spelled;
    proxy_cache_valid 1h;
    proxy_pass $FHIR_STORE;
}
--- request eval: ["GET /fhir/Binary/TR-1", "GET /fhir/Binary/%54R%2D1", "GET /fhir//Binary/TR-1?_format=json"]
--- error_code eval: [200, 200, 200]
--- backend_requests: 1



=== TEST 5: with header the patient that is kept is compared for each token
--- http_config
proxy_cache_path owned_cache keys_zone=owned:1m;
--- document: text/plain
--- document_headers
X-Owner: 12
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient header X-Owner;
    proxy_cache owned;
    proxy_cache_valid 1h;
    proxy_pass $FHIR_STORE;
}
--- token
scope=patient/*.read patient=12
scope=patient/*.read patient=13
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
403 forbidden patient
--- backend_requests: 1



=== TEST 6: with trust a bound token can go past the cache
--- http_config
proxy_cache_path trusted_cache keys_zone=trusted:1m;
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient trust;
    proxy_cache trusted;
    proxy_cache_valid 1h;
    proxy_cache_bypass $fhir_binary_patient_bound;
    proxy_no_cache $fhir_binary_patient_bound;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read
scope=patient/*.read patient=12
scope=user/*.read
--- request eval: [("GET /fhir/Binary/1") x 3]
--- response_body eval: [("hello") x 3]
--- backend_requests: 2
