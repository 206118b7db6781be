# fhir_binary_key_request: the keys come from an internal location of the same
# server.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: the keys are fetched at the first token and kept for the next
--- backend eval
my $keys = document('application/json', keyset('ec-a'));
[sub { $_[0] =~ /^GET \/jwks / ? $keys : document('text/plain', 'hello') }]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_request /_keys;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience $FHIR_AUDIENCE;
    proxy_pass $FHIR_STORE;
}
location = /_keys {
    internal;
    proxy_pass $FHIR_STORE/jwks;
}
--- token: scope=user/*.read
--- request eval: ["GET /fhir/Binary/1", "GET /fhir/Binary/2"]
--- response_body eval: ["hello", "hello"]
--- backend_request_like eval
[qr{^GET /jwks }, qr{^GET /fhir/Binary/1 }, qr{^GET /fhir/Binary/2 }]
--- backend_requests: 3



=== TEST 2: nothing of the client's request is in the fetch
--- backend eval
my $keys = document('application/json', keyset('ec-a'));
[sub { $_[0] =~ /^GET \/jwks / ? $keys : document('text/plain', 'hello') }]
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_request /_keys;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience $FHIR_AUDIENCE;
    proxy_pass $FHIR_STORE;
}
location = /_keys {
    internal;
    proxy_pass $FHIR_STORE/jwks;
    proxy_set_header X-Mine "$http_x_mine$host";
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1
--- more_headers
X-Mine: secret
Host: evil.example.org
Cookie: a=b
--- response_body: hello
--- backend_request_unlike eval: qr/secret|evil|Authorization|Cookie/



=== TEST 3: where there are no keys, it is a 503 and not the document
--- document: text/html
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_request /_keys;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience $FHIR_AUDIENCE;
    proxy_pass $FHIR_STORE;
}
location = /_keys {
    internal;
    proxy_pass $FHIR_STORE/jwks;
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1
--- outcome: 503 transient keys_unavailable
--- backend_request_like eval: qr{^GET /jwks }
--- backend_requests: 1



=== TEST 4: without a token nothing is fetched
--- document: text/html
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_key_request /_keys;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience $FHIR_AUDIENCE;
    proxy_pass $FHIR_STORE;
}
location = /_keys {
    internal;
    proxy_pass $FHIR_STORE/jwks;
}
--- request
GET /fhir/Binary/1
--- outcome: 401 login login
--- backend_requests: 0



=== TEST 5: the URI may have variables, and each value has keys of its own
--- document: text/plain
--- user_files eval: [["a.jwks", keyset('ec-a')], ["b.jwks", keyset('ec-b')]]
--- config
location ~ ^/(?<tenant>[ab])/ {
    fhir_binary r4;
    fhir_binary_key_request /_keys/$tenant.jwks;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience $FHIR_AUDIENCE;
    proxy_pass $FHIR_STORE;
}
location /_keys/ {
    internal;
    alias html/;
}
--- token
scope=user/*.read key=ec-a
scope=user/*.read key=ec-b
scope=user/*.read key=ec-a
--- request eval: [map { "GET /$_/Binary/1" } qw(a b b)]
--- outcome
-
-
401 unknown token_invalid



=== TEST 6: a URL of another server is refused
--- config
fhir_binary_key_request https://auth.example.org/jwks;
--- must_die
--- error_log
[emerg]
invalid value "https://auth.example.org/jwks" in "fhir_binary_key_request" directive, it must be the URI of an internal location of this server, such as "/_auth"
