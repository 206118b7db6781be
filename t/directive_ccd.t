# fhir_binary_ccd: the operation $autogen-ccd-if, or a 404 in its place.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the operation is there by default
--- document: application/xml
--- bytes: <ClinicalDocument xmlns="urn:hl7-org:v3"/>
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- response_body: <ClinicalDocument xmlns="urn:hl7-org:v3"/>
--- backend_request_like eval: qr{^GET /fhir/Binary/\$autogen-ccd-if\?patient=12 HTTP}



=== TEST 2: with off the operation is a 404 and nobody is asked
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- outcome: 404 not-supported not_supported
--- backend_requests: 0



=== TEST 3: off leaves documents as they were
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/12
--- response_body: hello



=== TEST 4: a location may turn on what its server turned off
--- document: application/xml
--- config
fhir_binary_ccd off;
location /fhir/ {
    fhir_binary dstu2;
    fhir_binary_auth off;
    fhir_binary_ccd on;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- response_body: hello



=== TEST 5: the CCD has a FHIR form like any document
--- document: application/xml
--- bytes: <ClinicalDocument xmlns="urn:hl7-org:v3"/>
--- config
location /fhir/ {
    fhir_binary dstu2;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- more_headers
Accept: application/json+fhir
--- decoded_eq: <ClinicalDocument xmlns="urn:hl7-org:v3"/>



=== TEST 6: the value is on or off
--- config
fhir_binary_ccd yes;
--- must_die
--- error_log
[emerg]
invalid value "yes" in "fhir_binary_ccd" directive, it must be "on" or "off"
