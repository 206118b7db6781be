# Variables of the operation: its parameters, checked.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: ids without their type, and dates without eq
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Said "$fhir_binary_ccd_patient,$fhir_binary_ccd_start,$fhir_binary_ccd_end,$fhir_binary_ccd_encounter" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=Patient/1&start=eq2014-09-24T12:00:00Z&end=2014-09-24T12:00:00%2B00:00&encounter=Encounter/2
--- response_headers
X-Said: 1,2014-09-24T12:00:00Z,2014-09-24T12:00:00+00:00,2



=== TEST 2: what was not given is empty
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Said "$fhir_binary_ccd_patient,$fhir_binary_ccd_start,$fhir_binary_ccd_end,$fhir_binary_ccd_encounter" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=1
--- response_headers
X-Said: 1,,,



=== TEST 3: for a document they are empty
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Said "[$fhir_binary_ccd_patient]" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?patient=1
--- response_headers
X-Said: []



=== TEST 4: what was refused is not told
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Said "[$fhir_binary_ccd_patient]" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=a_b
--- error_code: 400
--- response_headers
X-Said: []



=== TEST 5: an EHR's own service can be asked with them
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_set_header X-Patient $fhir_binary_ccd_patient;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=Patient%2F12
--- response_body: hello
--- backend_request_like eval: qr/^X-Patient: 12\r$/m
