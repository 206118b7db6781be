# The dates of the operation: with a time, with seconds and zone.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a time in UTC, with an offset, and with a fraction of a second
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir/Binary/\$autogen-ccd-if?patient=1&start=$_" } '2014-09-24T12:00:00Z', '2014-09-24T12:00:00%2B02:00', '2014-09-24T12:00:00.123Z']
--- response_body eval: [("hello") x 3]
--- backend_request_like eval
[map { qr/start=\Q$_\E HTTP/ } '2014-09-24T12:00:00Z', '2014-09-24T12:00:00%2B02:00', '2014-09-24T12:00:00.123Z']



=== TEST 2: a date alone, no seconds and no zone are refused
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir/Binary/\$autogen-ccd-if?patient=1&start=$_" } '2014', '2014-09-24', '2014-09-24T12:00Z', '2014-09-24T12:00:00']
--- outcome: 400 value param_value



=== TEST 3: a day that no calendar has is refused
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir/Binary/\$autogen-ccd-if?patient=1&end=$_" } '2013-02-29T12:00:00Z', '2014-13-01T12:00:00Z', '2014-09-24T24:00:00Z']
--- outcome: 400 value param_value



=== TEST 4: eq is understood and left out, any other prefix is refused
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir/Binary/\$autogen-ccd-if?patient=1&start=${_}2014-09-24T12:00:00Z" } qw(eq ge lt ap)]
--- outcome
-
400 value param_value
400 value param_value
400 value param_value
--- backend_request_like eval: qr/start=2014-09-24T12:00:00Z HTTP/



=== TEST 5: the start is no later than the end, in whatever zones
--- document: application/xml
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval
[map { "GET /fhir/Binary/\$autogen-ccd-if?patient=1&start=2014-09-24T12:00:00Z&end=$_" }
 '2014-09-24T12:00:00Z', '2014-09-24T14:00:00%2B02:00', '2014-09-24T11:59:59Z', '2014-09-24T13:59:59%2B02:00']
--- outcome
-
-
400 value param_value
400 value param_value
