# fhir_binary_ccd_check: lets nothing out as a CCD but a ClinicalDocument of
# urn:hl7-org:v3.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: without the check an EHR's error page with status 200 passes
--- document: text/html
--- bytes: <html>Sorry</html>
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- response_body: <html>Sorry</html>



=== TEST 2: with the check the same page is a 502, and nothing of it is shown
--- document: text/html
--- bytes: <html>Sorry</html>
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd_check on;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- outcome: 502 exception backend_ccd
--- response_body_unlike: Sorry



=== TEST 3: a ClinicalDocument passes the check byte for byte
--- document: application/xml
--- bytes: <?xml version="1.0"?><!-- a --><ClinicalDocument xmlns="urn:hl7-org:v3"><title>A</title></ClinicalDocument>
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd_check on;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- response_body: <?xml version="1.0"?><!-- a --><ClinicalDocument xmlns="urn:hl7-org:v3"><title>A</title></ClinicalDocument>



=== TEST 4: the namespace counts, not the name alone
--- document: application/xml
--- bytes: <ClinicalDocument xmlns="urn:hl7-org:v2"/>
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd_check on;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- outcome: 502 exception backend_ccd



=== TEST 5: a prefix is as good as the default namespace
--- document: application/xml
--- bytes: <h:ClinicalDocument xmlns:h="urn:hl7-org:v3"/>
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd_check on;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- more_headers
Accept: application/fhir+xml
--- decoded_eq: <h:ClinicalDocument xmlns:h="urn:hl7-org:v3"/>



=== TEST 6: a CCD in a resource of a FHIR server is checked, too
--- wrapped: application/xml
--- bytes: <html/>
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd_check on;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=12
--- more_headers
Accept: application/fhir+json
--- outcome: 502 exception backend_ccd



=== TEST 7: the check does not touch other documents
--- document: text/html
--- bytes: <html>Report</html>
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd_check on;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/12
--- response_body: <html>Report</html>



=== TEST 8: the value is on or off
--- config
fhir_binary_ccd_check 1;
--- must_die
--- error_log
[emerg]
invalid value "1" in "fhir_binary_ccd_check" directive, it must be "on" or "off"
