# fhir_binary_resource_metadata: the resource_metadata of RFC 9728 in the
# challenge.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the challenge has no resource_metadata by default
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read exp=-60
--- request
GET /fhir/Binary/1
--- outcome: 401 expired token_expired
--- response_headers_like
WWW-Authenticate: Bearer realm="fhir", error="invalid_token"(?!.*resource_metadata).*



=== TEST 2: the URL is named to who comes without a token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_resource_metadata https://fhir.example.org/.well-known/oauth-protected-resource;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 401 login login
--- response_headers
WWW-Authenticate: Bearer realm="fhir", resource_metadata="https://fhir.example.org/.well-known/oauth-protected-resource"



=== TEST 3: the URL stands beside what is wrong with a token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_resource_metadata https://fhir.example.org/meta;
    proxy_pass $FHIR_STORE;
}
--- token: scope=openid
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope
--- response_headers_like
WWW-Authenticate: Bearer realm="fhir", error="insufficient_scope", .*resource_metadata="https://fhir\.example\.org/meta".*



=== TEST 4: a location inherits the URL
--- document: text/plain
--- config
fhir_binary_resource_metadata https://fhir.example.org/meta;
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 401 login login
--- response_headers
WWW-Authenticate: Bearer realm="fhir", resource_metadata="https://fhir.example.org/meta"



=== TEST 5: what would break the challenge is refused
--- config
fhir_binary_resource_metadata 'a"b';
--- must_die
--- error_log
[emerg]
invalid value "a"b" in "fhir_binary_resource_metadata" directive, it must be printable ASCII
