# What is missing or wrong in a configuration of tokens is said by nginx -t,
# together with what to write.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use Cwd 'abs_path';
use File::Temp 'tempdir';

my $dir = tempdir(CLEANUP => 1);
my $keys = "$dir/keys.json";

write_file($keys, jwks('ec-a'));
write_file("$dir/empty.json", '');
write_file("$dir/none.json", '{"keys":[]}');
write_file("$dir/html.json", '<html>');
write_file("$dir/array.json", '[]');
write_file("$dir/weak.json", jwks(jwk('rsa-a', e => 'AQ')));
write_file("$dir/secret.json", '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}');
write_file("$dir/private.json", jwks(jwk('ec-a', d => 'AAAA')));
write_file("$dir/twins.json", jwks(jwk('ec-a'), jwk('ec-b', kid => 'ec-a')));
write_file("$dir/mixed.json", jwks('ec-a', jwk('rsa-a', e => 'AQ')));
write_file("$dir/large.json", jwks('ec-a') . ' ' x 262144);

my $iss = 'fhir_binary_issuer https://i;';
my $aud = 'fhir_binary_audience https://a;';
my $file = "fhir_binary_key_file $keys;";
my $request = 'fhir_binary_key_request /_jwks;';
my $ask = 'fhir_binary_introspect /_ask;';

# name, location, pattern of the message (undef: it is fine)
my @rows = (
    ['keys of a file', "$file $iss $aud", undef],
    ['keys of a request', "$request $iss $aud", undef],
    ['introspection alone', $ask, undef],
    ['introspection with all that can be said',
     "fhir_binary_introspect /_ask all; $iss $aud", undef],
    ['both', "$file $ask $iss $aud", undef],
    ['no audience on purpose', "$file $iss fhir_binary_audience off;",
     undef],
    ['an open endpoint', 'fhir_binary_auth off;', undef],
    ['a tenant', "$file $iss $aud fhir_binary_claim tenant t;"
                 . 'fhir_binary_tenant $host;', undef],
    ['every algorithm', "$file $iss $aud fhir_binary_algorithms RS256 RS384 "
     . 'RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA;', undef],
    ['all of the cache', "$file $iss $aud "
     . 'fhir_binary_token_cache zone=a:64k valid=1m inactive=5m;', undef],
    ['a cache that is off', "$file $iss $aud fhir_binary_token_cache off;",
     undef],
    ['each way with patients', "$file $iss $aud fhir_binary_patient trust;",
     undef],

    ['nothing that checks a token', '',
     qr/"fhir_binary_auth" is on in location "\/", but .*"fhir_binary_key_file", "fhir_binary_key_request" or "fhir_binary_introspect", or "fhir_binary_auth off"/],
    ['keys without an issuer', "$file $aud", qr/write "fhir_binary_issuer"/],
    ['keys without an audience', "$request $iss",
     qr/"fhir_binary_audience" .* "fhir_binary_audience off"/],
    ['a tenant without its claim',
     "$file $iss $aud fhir_binary_tenant \$host;",
     qr/write "fhir_binary_claim tenant MEMBER"/],
    ['opaque tokens alone', 'fhir_binary_introspect /_ask opaque;',
     qr/leaves JWTs unchecked: write "all"/],
    ['keys of two sources', "$file $request $iss $aud",
     qr/either "fhir_binary_key_file" or "fhir_binary_key_request"/],

    ['no such file', "fhir_binary_key_file $dir/no.json; $iss $aud",
     qr/"fhir_binary_key_file".*no\.json.*No such file/],
    ['a directory', "fhir_binary_key_file $dir; $iss $aud",
     qr/"fhir_binary_key_file"/],
    (map { [ "a key file: $_", "fhir_binary_key_file $dir/$_.json; $iss $aud",
             qr/"fhir_binary_key_file".*"\Q$dir\E\/$_\.json"/ ] }
         qw(empty none html array weak secret private twins large)),

    ['alg none', "$file $iss $aud fhir_binary_algorithms none;",
     qr/invalid value "none" in "fhir_binary_algorithms".*RS256/],
    ['HS256', "$file $iss $aud fhir_binary_algorithms RS256 HS256;",
     qr/invalid value "HS256"/],
    ['an algorithm in lower case',
     "$file $iss $aud fhir_binary_algorithms rs256;",
     qr/invalid value "rs256"/],
    ['an unknown profile', "$file $iss $aud fhir_binary_token_profile x;",
     qr/invalid value "x".*smart.*rfc9068/],
    ['an unknown claim', "$file $iss $aud fhir_binary_claim sub x;",
     qr/invalid value "sub".*"client_id"/],
    ['a claim without a path', "$file $iss $aud fhir_binary_claim scope;",
     qr/invalid number of arguments/],
    ['an empty issuer', "$file fhir_binary_issuer ''; $aud",
     qr/empty value in "fhir_binary_issuer"/],
    ['a key request that is a URL',
     "fhir_binary_key_request http://x/; $iss $aud",
     qr/must be the URI of an internal location/],
    ['an unknown kind of introspection', 'fhir_binary_introspect /a jwt;',
     qr/"all" or "opaque"/],
    ['a cache without a size',
     "$file $iss $aud fhir_binary_token_cache zone=a;",
     qr/invalid value "zone=a" in "fhir_binary_token_cache".*zone=NAME:SIZE/],
    ['a cache without a zone',
     "$file $iss $aud fhir_binary_token_cache valid=1m;", qr/zone=NAME:SIZE/],
    ['a tiny cache', "$file $iss $aud fhir_binary_token_cache zone=a:4k;",
     qr/with a size of 32k or more/],
    ['no time', "$file $iss $aud fhir_binary_token_cache zone=a:1m valid=x;",
     qr/invalid value "valid=x"/],
    ['a scope rule without a type', "$file $iss $aud fhir_binary_scope pdf X;",
     qr/invalid value "pdf" in "fhir_binary_scope".*media type/],
    ['a scope rule without a resource',
     "$file $iss $aud fhir_binary_scope application/pdf user/X.read;",
     qr/invalid value "user\/X\.read".*FHIR resource type/],
    ['an unknown way with patients',
     "$file $iss $aud fhir_binary_patient allow;",
     qr/invalid value "allow".*"header NAME"/],
    ['a header without a name', "$file $iss $aud fhir_binary_patient header;",
     qr/invalid value "header"/],
    ['a leeway that is none', "$file $iss $aud fhir_binary_leeway x;",
     qr/invalid value/],
    ['a realm that breaks the challenge',
     "$file $iss $aud fhir_binary_realm 'a\"b';", qr/"fhir_binary_realm"/],
    ['twice the same', "$file $iss $aud $iss",
     qr/"fhir_binary_issuer" directive is duplicate/],
);

for my $row (@rows) {
    my ($name, $text, $pattern) = @$row;

    my ($exit, $said) = nginx_conf_test("fhir_binary r4;\n$text",
                                        context => 'location');

    if (!defined $pattern) {
        is_deeply([ $exit, $said ], [ 0, '' ], "$name: fine");
        next;
    }

    isnt($exit, 0, "$name: refused");
    like($said, $pattern, "$name: and told why");
    unlike($said, qr/AAAA|c2VjcmV0/, "$name: nothing of a key is shown");
}

my ($exit, $said) = nginx_conf_test("fhir_binary r4;\n"
    . "fhir_binary_key_file $dir/mixed.json; $iss $aud",
    context => 'location');

is($exit, 0, 'a set with one good key is used');
like($said, qr/\[warn\].*some keys are left out \(1: /,
     'and what is left out is told');

# Where nothing is on, nothing is asked for.

is_deeply([ nginx_conf_test('fhir_binary_auth on;') ], [ 0, '' ],
          'auth without an endpoint is fine');

# Inheritance: what a location says of keys replaces the server's.

is_deeply([ nginx_conf_test("fhir_binary r4; $file $iss $aud\n"
                            . "location /a { $request }",
                            context => 'server') ], [ 0, '' ],
          'a location may have another source than its server');

done_testing();
