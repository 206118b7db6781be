# What counts of an introspection answer: active, token_type, cnf, exp, nbf,
# issuer and audience.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: active must be true
--- document: text/plain
--- user_files eval
[["yes.json", '{"active":true,"scope":"user/*.read"}'], ["no.json", '{"active":false,"scope":"user/*.read"}'], ["none.json", '{"scope":"user/*.read"}']]
--- config
location ~ ^/(?<said>\w+)/Binary/ {
    fhir_binary r4;
    fhir_binary_introspect /_said/$said.json;
    proxy_pass $FHIR_STORE;
}
location /_said/ {
    internal;
    alias html/;
}
--- request eval: [map { "GET /$_/Binary/1" } qw(yes no none)]
--- more_headers
Authorization: Bearer opaque
--- outcome
-
401 unknown token_invalid
503 transient introspection_unavailable



=== TEST 2: token_type is Bearer, in any case, and no other
--- document: text/plain
--- user_files eval
[map { ["$_.json", qq({"active":true,"scope":"user/*.read","token_type":"$_"})] } qw(Bearer bearer DPoP)]
--- config
location ~ ^/(?<said>\w+)/Binary/ {
    fhir_binary r4;
    fhir_binary_introspect /_said/$said.json;
    proxy_pass $FHIR_STORE;
}
location /_said/ {
    internal;
    alias html/;
}
--- request eval: [map { "GET /$_/Binary/1" } qw(Bearer bearer DPoP)]
--- more_headers
Authorization: Bearer opaque
--- outcome
-
-
401 unknown token_invalid



=== TEST 3: a token that is bound to a key is refused
--- document: text/plain
--- user_files
>>> said.json
{"active":true,"scope":"user/*.read","cnf":{"jkt":"abc"}}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_introspect /_said/said.json;
    proxy_pass $FHIR_STORE;
}
location /_said/ {
    internal;
    alias html/;
}
--- request
GET /fhir/Binary/1
--- more_headers
Authorization: Bearer opaque
--- outcome: 401 unknown token_invalid



=== TEST 4: exp and nbf count with the leeway
--- document: text/plain
--- user_files eval
my %at = (good => '"exp":' . (time + 600), past => '"exp":' . (time - 600), soon => '"nbf":' . (time + 600));
[map { ["$_.json", qq({"active":true,"scope":"user/*.read",$at{$_}})] } keys %at]
--- config
location ~ ^/(?<said>\w+)/Binary/ {
    fhir_binary r4;
    fhir_binary_introspect /_said/$said.json;
    proxy_pass $FHIR_STORE;
}
location /_said/ {
    internal;
    alias html/;
}
--- request eval: [map { "GET /$_/Binary/1" } qw(good past soon)]
--- more_headers
Authorization: Bearer opaque
--- outcome
-
401 expired token_expired
401 unknown token_invalid



=== TEST 5: issuer and audience count where they are set
--- document: text/plain
--- user_files eval
my %is = (good => '"iss":"https://a","aud":["x","https://b"]', noiss => '"aud":"https://b"', noaud => '"iss":"https://a"', other => '"iss":"https://a","aud":"https://c"');
[map { ["$_.json", qq({"active":true,"scope":"user/*.read",$is{$_}})] } keys %is]
--- config
location ~ ^/(?<said>\w+)/Binary/ {
    fhir_binary r4;
    fhir_binary_introspect /_said/$said.json;
    fhir_binary_issuer https://a;
    fhir_binary_audience https://b;
    proxy_pass $FHIR_STORE;
}
location /_said/ {
    internal;
    alias html/;
}
--- request eval: [map { "GET /$_/Binary/1" } qw(good noiss noaud other)]
--- more_headers
Authorization: Bearer opaque
--- outcome
-
401 unknown token_invalid
401 unknown token_invalid
401 unknown token_invalid



=== TEST 6: an answer without scopes is a token without scopes
--- document: text/plain
--- user_files
>>> said.json
{"active":true}
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_introspect /_said/said.json;
    proxy_pass $FHIR_STORE;
}
location /_said/ {
    internal;
    alias html/;
}
--- request
GET /fhir/Binary/1
--- more_headers
Authorization: Bearer opaque
--- outcome: 403 forbidden scope
