# A backend's own OperationOutcome: when it passes, and when it does not.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: an OperationOutcome with a 4xx that keeps its status passes as it is
--- backend eval
my $own = '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"business-rule","diagnostics":"locked"}]}';
["HTTP/1.1 422 X\r\nContent-Type: application/fhir+json\r\nContent-Length: " . length($own) . "\r\n\r\n$own"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- error_code: 422
--- response_body chomp
{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"business-rule","diagnostics":"locked"}]}



=== TEST 2: for a client that reads the other format its issue code stands in ours
--- backend eval
my $own = '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"business-rule","diagnostics":"locked"}]}';
["HTTP/1.1 422 X\r\nContent-Type: application/fhir+json\r\nContent-Length: " . length($own) . "\r\n\r\n$own"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+xml
--- outcome: 422 business-rule refused xml
--- response_body_unlike: locked



=== TEST 3: an OperationOutcome without a FHIR media type does not pass
--- backend eval
my $own = '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"business-rule"}]}';
["HTTP/1.1 422 X\r\nContent-Type: application/json\r\nContent-Length: " . length($own) . "\r\n\r\n$own"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 422 processing refused



=== TEST 4: what is no OperationOutcome does not pass
--- backend eval
my $own = '{"resourceType":"Patient","id":"secret"}';
["HTTP/1.1 404 X\r\nContent-Type: application/fhir+json\r\nContent-Length: " . length($own) . "\r\n\r\n$own"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 404 not-found not_found



=== TEST 5: nothing of a server error passes
--- backend eval
my $own = '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"business-rule"}]}';
["HTTP/1.1 500 X\r\nContent-Type: application/fhir+json\r\nContent-Length: " . length($own) . "\r\n\r\n$own"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 502 exception backend_error



=== TEST 6: an OperationOutcome larger than fhir_binary_lookahead does not pass
--- backend eval
my $own = '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"business-rule","diagnostics":"' . 'x' x 3000 . '"}]}';
["HTTP/1.1 422 X\r\nContent-Type: application/fhir+json\r\nContent-Length: " . length($own) . "\r\n\r\n$own"]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_lookahead 2k;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 422 processing refused
