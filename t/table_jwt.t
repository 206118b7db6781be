# What is verified of a JWT: its signature, its times, its type, and that it
# is an access token.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a payload that was changed is refused
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers eval
my @part = split /\./, FhirToken::mint_token({ scope => 'openid' });
$part[1] = FhirToken::b64url(MIME::Base64::decode_base64($part[1] =~ tr{-_}{+/}r) =~ s/openid/user\/*.read/r);
'Authorization: Bearer ' . "$part[0].$part[1].$part[2]"
--- outcome: 401 unknown token_invalid



=== TEST 2: alg none and an empty signature are refused
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers eval
my @part = split /\./, FhirToken::mint_token({ scope => 'user/*.read' });
'Authorization: Bearer ' . FhirToken::b64url('{"alg":"none"}') . ".$part[1]."
--- outcome: 401 unknown token_invalid



=== TEST 3: a key is used for its own algorithm only
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read key=rsa-a kid=ec-a
scope=user/*.read key=ec-a kid=rsa-a
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome: 401 unknown token_invalid



=== TEST 4: a key that the token names itself is ignored
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read key=ec-b header={"kid":null,"jku":"https://evil.example.org/jwks"}
scope=user/*.read key=ec-a header={"jku":"https://evil.example.org/jwks"}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
401 unknown token_invalid
-



=== TEST 5: a token must have exp
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read -exp
--- request
GET /fhir/Binary/1
--- outcome: 401 unknown token_invalid



=== TEST 6: a token with crit is refused
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read header={"crit":["exp"]}
--- request
GET /fhir/Binary/1
--- outcome: 401 unknown token_invalid



=== TEST 7: an ID token is no access token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read typ=JWT nonce=a
scope=user/*.read typ=JWT at_hash=a
scope=user/*.read typ=JWT c_hash=a
--- request eval: [("GET /fhir/Binary/1") x 3]
--- outcome: 401 unknown token_invalid



=== TEST 8: a token whose audience is the client is no access token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read typ=JWT client_id=https://fhir.example.org/r4
--- request
GET /fhir/Binary/1
--- outcome: 401 unknown token_invalid



=== TEST 9: a token that is bound to a key is refused
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read cnf={"jkt":"abc"}
--- request
GET /fhir/Binary/1
--- outcome: 401 unknown token_invalid



=== TEST 10: a member that comes twice is refused
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers eval
my $claims = '{"iss":"' . FhirToken::ISS . '","aud":"' . FhirToken::AUD . '","exp":' . (time + 60)
             . ',"scope":"openid","scope":"user/*.read"}';
'Authorization: Bearer ' . FhirToken::mint_token($claims)
--- outcome: 401 unknown token_invalid
