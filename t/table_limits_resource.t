# Limits of a FHIR backend's resource and of a CCD, at the limit and past it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a resource less its data has 65536 bytes at most
--- backend eval
my ($start, $end) = ('{"resourceType":"Binary","contentType":"text/plain","meta":{"source":"', '"},"data":""}');
[map { my $rest = $start . 'x' x ($_ - length "$start$end") . $end;
       [document('application/fhir+json', $rest =~ s/""/"aGVsbG8="/r)] } 65536, 65537]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1?_format=json") x 2]
--- outcome
-
502 exception backend_resource



=== TEST 2: its data may be of any size
--- wrapped: text/plain
--- bytes eval: "0123456789abcdef" x 65536
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body eval: "0123456789abcdef" x 65536



=== TEST 3: an element of XML has 128 attributes at most
--- backend eval
[map { [document('application/fhir+xml', '<Binary xmlns="http://hl7.org/fhir"><contentType value="text/plain"/><x ' . "@{[map { qq(a$_=\"1\") } 1 .. $_]}" . '/><data value="aGVsbG8="/></Binary>')] } 128, 129]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1?_format=xml") x 2]
--- outcome
-
502 exception backend_resource xml



=== TEST 4: the root of a CCD begins within 8192 bytes
--- backend eval
[map { [document('application/xml', '<!--' . 'x' x $_ . '--><ClinicalDocument xmlns="urn:hl7-org:v3"/>')] } 8000, 8200]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd_check on;
    proxy_pass $FHIR_STORE;
}
--- request eval: [('GET /fhir/Binary/$autogen-ccd-if?patient=1') x 2]
--- outcome
-
502 exception backend_ccd



=== TEST 5: an OperationOutcome that passes has 262144 bytes at most
--- backend eval
[map { my $n = $_; my $own = '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"business-rule","diagnostics":"';
       $own .= 'x' x ($n - length($own) - 4) . '"}]}';
       ["HTTP/1.1 422 X\r\nContent-Type: application/fhir+json\r\nContent-Length: $n\r\n\r\n$own"] } 262144, 262145]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_lookahead 1m;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- error_code eval: [422, 422]
--- response_body_like eval: ['"code":"business-rule"', '"code":"processing"']
