# The operation's parameters: which there are, which must be there, and what
# the backend is asked with.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: patient is required, and must not be empty
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir/Binary/\$autogen-ccd-if$_" } '', '?', '?patient=', '?start=2014-09-24T12:00:00Z']
--- outcome: 400 required param_required
--- backend_requests: 0



=== TEST 2: the backend gets the checked values only, and always in this order
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?_pretty=true&encounter=Encounter/2&end=2014-09-24T13:00:00Z&start=eq2014-09-24T12:00:00Z&_format=xml&patient=Patient/1
--- error_code: 200
--- backend_request_like eval
qr{^GET /fhir/Binary/\$autogen-ccd-if\?patient=1&start=2014-09-24T12:00:00Z&end=2014-09-24T13:00:00Z&encounter=2 HTTP}



=== TEST 3: what is left out stays out
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?end=2014-09-24T13:00:00Z&patient=1
--- response_body: hello
--- backend_request_like eval: qr{\?patient=1&end=2014-09-24T13:00:00Z HTTP}



=== TEST 4: encounter exists from R4 on
--- document: application/xml
--- config
fhir_binary_auth off;
location /dstu2/ {
    fhir_binary dstu2;
    proxy_pass $FHIR_STORE;
}
location /stu3/ {
    fhir_binary stu3;
    proxy_pass $FHIR_STORE;
}
location /r5/ {
    fhir_binary r5;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /$_/Binary/\$autogen-ccd-if?patient=1&encounter=2" } qw(dstu2 stu3 r5)]
--- outcome
400 not-supported param_unknown
400 not-supported param_unknown
-



=== TEST 5: a parameter is given once
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/$autogen-ccd-if?patient=1&patient=1
--- outcome: 400 invalid param_repeated
--- backend_requests: 0



=== TEST 6: an unknown parameter and a modifier are refused
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir/Binary/\$autogen-ccd-if?patient=1&$_" } 'foo=1', 'start:exact=2014-09-24T12:00:00Z', '_since=2014']
--- outcome: 400 not-supported param_unknown
--- backend_requests: 0



=== TEST 7: patient is a reference to a patient
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir/Binary/\$autogen-ccd-if?patient=$_" } 'a_b', 'Practitioner/1', 'Patient/1/_history/2', '1,2', 'https://evil.example.org/Patient/1']
--- outcome: 400 value param_value
--- backend_requests: 0
