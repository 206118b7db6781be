# Limits of keys and of what an authorization server says, at the limit and
# one past it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a JWKS has 64 keys at most
--- document: text/plain
--- user_files eval
[["64.jwks", FhirToken::jwks('ec-a', map { FhirToken::jwk('ec-b', kid => $_) } 2 .. 64)],
 ["65.jwks", FhirToken::jwks('ec-a', map { FhirToken::jwk('ec-b', kid => $_) } 2 .. 65)]]
--- config
location ~ ^/fhir(?<n>\d+)/ {
    fhir_binary r4;
    fhir_binary_key_request /_keys/$n.jwks;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience $FHIR_AUDIENCE;
    proxy_pass $FHIR_STORE;
}
location /_keys/ {
    internal;
    alias html/;
}
--- token: scope=user/*.read
--- request eval: ["GET /fhir64/Binary/1", "GET /fhir65/Binary/1"]
--- outcome
-
503 transient keys_unavailable



=== TEST 2: a JWKS has 262144 bytes at most
--- document: text/plain
--- user_files eval
my $keys = keyset('ec-a');
[map { ["$_.jwks", $keys . ' ' x ($_ - length $keys)] } 262144, 262145]
--- config
location ~ ^/fhir(?<n>\d+)/ {
    fhir_binary r4;
    fhir_binary_key_request /_keys/$n.jwks;
    fhir_binary_issuer $FHIR_ISSUER;
    fhir_binary_audience $FHIR_AUDIENCE;
    proxy_pass $FHIR_STORE;
}
location /_keys/ {
    internal;
    alias html/;
}
--- token: scope=user/*.read
--- request eval: ["GET /fhir262144/Binary/1", "GET /fhir262145/Binary/1"]
--- outcome
-
503 transient keys_unavailable



=== TEST 3: a key file has the same limit, and nginx does not start past it
--- user_files eval: [["../conf/large.jwks", keyset('ec-a') . ' ' x 262144]]
--- config
location /fhir/ {
fhir_binary r4;
fhir_binary_key_file large.jwks;
fhir_binary_issuer a;
fhir_binary_audience b;
}
--- must_die
--- error_log
[emerg]
large.jwks
262144



=== TEST 4: an RSA key has 2048 bits at least
--- user_files eval: [["../conf/weak.jwks", FhirToken::jwks({ kty => 'RSA', kid => 'a', e => 'AQAB', n => FhirToken::b64url("\xc1" . 'x' x 254) })]]
--- config
location /fhir/ {
fhir_binary r4;
fhir_binary_key_file weak.jwks;
fhir_binary_issuer a;
fhir_binary_audience b;
}
--- must_die
--- error_log
[emerg]
weak.jwks" holds no usable JWKS
weak



=== TEST 5: an introspection answer has 65536 bytes at most
--- document: text/plain
--- user_files eval
my $said = '{"active":true,"scope":"user/*.read"}';
[map { ["$_.json", $said . ' ' x ($_ - length $said)] } 65536, 65537]
--- config
location ~ ^/fhir(?<n>\d+)/ {
    fhir_binary r4;
    fhir_binary_introspect /_ask/$n.json;
    proxy_pass $FHIR_STORE;
}
location /_ask/ {
    internal;
    alias html/;
}
--- request eval: ["GET /fhir65536/Binary/1", "GET /fhir65537/Binary/1"]
--- more_headers
Authorization: Bearer opaque
--- outcome
-
503 transient introspection_unavailable
