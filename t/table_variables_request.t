# Variables of a request and its answer: the README's table from interaction
# to reason.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a read tells its id, its type and its form
--- document: text/html; charset=utf-8
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Said "$fhir_binary_interaction,$fhir_binary_id,$fhir_binary_document_type,$fhir_binary_representation,$fhir_binary_outcome,$fhir_binary_reason" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
X-Said: read,1,text/html; charset=utf-8,native,,



=== TEST 2: a read of a version in JSON is a vread
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Said "$fhir_binary_interaction,$fhir_binary_id,$fhir_binary_document_type,$fhir_binary_representation,$fhir_binary_outcome,$fhir_binary_reason" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1/_history/2?_format=json
--- response_headers
X-Said: vread,1,text/plain,json,,



=== TEST 3: the operation has no id
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Said "$fhir_binary_interaction,$fhir_binary_id,$fhir_binary_document_type,$fhir_binary_representation,$fhir_binary_outcome,$fhir_binary_reason" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=1&_format=xml
--- response_headers
X-Said: autogen-ccd-if,,application/xml,xml,,



=== TEST 4: a refusal tells the issue code and the row, and no representation
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Said "$fhir_binary_interaction,$fhir_binary_id,$fhir_binary_document_type,$fhir_binary_representation,$fhir_binary_outcome,$fhir_binary_reason" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: image/png
--- error_code: 406
--- response_headers
X-Said: read,1,text/plain,,not-supported,not_acceptable



=== TEST 5: a path that is none of ours is other
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Said "$fhir_binary_interaction,$fhir_binary_id,$fhir_binary_reason" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$other
--- error_code: 404
--- response_headers
X-Said: other,,not_supported



=== TEST 6: the type of a FHIR server's resource is that of the document
--- wrapped: image/png
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Said "$fhir_binary_document_type,$fhir_binary_representation" always;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- response_headers
X-Said: image/png,json



=== TEST 7: a log may have them
--- http_config
log_format fhir '$fhir_binary_interaction/$fhir_binary_id/$fhir_binary_document_type/$fhir_binary_representation/$fhir_binary_reason;';
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    access_log logs/access.log fhir;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- access_log
read/1/text/plain/json/-;
