# Where a token is sent: into Authorization, with the scheme Bearer, and
# nowhere else.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the scheme is compared without case
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval
my $token = FhirToken::mint_token({ scope => 'user/*.read' });
[map { "Authorization: $_ $token" } qw(Bearer bearer BEARER)]
--- response_body eval: [("hello") x 3]



=== TEST 2: another scheme is no token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers eval
my $token = FhirToken::mint_token({ scope => 'user/*.read' });
[map { "Authorization: $_ $token" } qw(Basic DPoP Token)]
--- outcome: 401 login login



=== TEST 3: a cookie is no token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers eval: 'Cookie: access_token=' . FhirToken::mint_token({ scope => 'user/*.read' })
--- outcome: 401 login login



=== TEST 4: a token in the query does not reach the backend where there is no guard
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?access_token=secret&a=1
--- response_body: hello
--- backend_request_like eval: qr{^GET /fhir/Binary/1\?a=1 HTTP}
--- backend_request_unlike: secret



=== TEST 5: two Authorization are an OperationOutcome where fhir_binary stands at server level
--- document: text/plain
--- config
fhir_binary r4;
$FHIR_GUARD
location /fhir/ {
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Authorization: Bearer a
Authorization: Bearer b
--- error_code: 400
--- response_body_like: ^\{"resourceType":"OperationOutcome",
--- backend_requests: 0
