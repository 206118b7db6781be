# fhir_binary_introspect: an authorization server is asked about a token (RFC
# 7662).

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: an opaque token is asked about, and its answer is the verdict
--- backend eval
[sub { $_[0] =~ /^POST \/introspect / ? document('application/json',
           $_[0] =~ /token=good%2B1$/ ? '{"active":true,"scope":"user/*.read"}'
                                      : '{"active":false}')
       : document('text/plain', 'hello') }]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_introspect /_ask;
    proxy_pass $FHIR_STORE;
}
location = /_ask {
    internal;
    proxy_method POST;
    proxy_set_header Content-Type application/x-www-form-urlencoded;
    proxy_set_body token=$fhir_binary_token;
    proxy_pass $FHIR_STORE/introspect;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: ["Authorization: Bearer good+1", "Authorization: Bearer bad"]
--- outcome
-
401 unknown token_invalid
--- backend_requests: 3



=== TEST 2: where there are keys, only tokens that are no JWT are asked about
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_introspect /_ask;
    proxy_pass $FHIR_STORE;
}
location = /_ask {
    internal;
    proxy_pass $FHIR_NOWHERE;
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1
--- response_body: hello
--- backend_requests: 1



=== TEST 3: all asks about every token, also one that was verified
--- backend eval
[sub { $_[0] =~ /^GET \/introspect/ ? document('application/json', '{"active":false}')
                                    : document('text/plain', 'hello') }]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_introspect /_ask all;
    proxy_pass $FHIR_STORE;
}
location = /_ask {
    internal;
    proxy_pass $FHIR_STORE/introspect;
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1
--- outcome: 401 unknown token_invalid
--- backend_requests: 1



=== TEST 4: all asks about no token whose signature is wrong
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_introspect /_ask all;
    proxy_pass $FHIR_STORE;
}
location = /_ask {
    internal;
    proxy_pass $FHIR_STORE/introspect;
}
--- token: scope=user/*.read key=ec-b kid=ec-a
--- request
GET /fhir/Binary/1
--- outcome: 401 unknown token_invalid
--- backend_requests: 0



=== TEST 5: a server that fails or answers nonsense is a 503
--- backend eval
[["HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"],
 [document('application/json', 'nonsense')],
 [document('application/json', '{"active":"true"}')]]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_introspect /_ask;
    proxy_pass $FHIR_STORE;
}
location = /_ask {
    internal;
    proxy_pass $FHIR_STORE/introspect;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- more_headers
Authorization: Bearer opaque
--- outcome: 503 transient introspection_unavailable
--- backend_requests: 3



=== TEST 6: what it does not say, the JWT says
--- backend eval
my $active = '{"active":true,"iss":"' . FhirToken::ISS . '","aud":"'
             . FhirToken::AUD . '"}';
[sub { $_[0] =~ /^GET \/introspect/ ? document('application/json', $active)
                                    : document('text/plain', 'hello') }]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_introspect /_ask all;
    proxy_pass $FHIR_STORE;
    add_header X-Client $fhir_binary_client_id always;
}
location = /_ask {
    internal;
    proxy_pass $FHIR_STORE/introspect;
}
--- token: scope=user/*.read client_id=app-9
--- request
GET /fhir/Binary/1
--- response_body: hello
--- response_headers
X-Client: app-9



=== TEST 7: opaque alone would leave JWTs unchecked
--- config
location /fhir/ {
fhir_binary r4;
fhir_binary_introspect /_ask opaque;
}
--- must_die
--- error_log
[emerg]
"fhir_binary_introspect" with "opaque" leaves JWTs unchecked: write "all"



=== TEST 8: any other word is refused
--- config
fhir_binary_introspect /_ask some;
--- must_die
--- error_log
[emerg]
invalid value "some" in "fhir_binary_introspect" directive, it must be "all" or "opaque"
