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

    ['keys without an audience', "$request $iss",
     qr/"fhir_binary_audience" .* "fhir_binary_audience off"/],

    ['a directory', "fhir_binary_key_file $dir; $iss $aud",
     qr/"fhir_binary_key_file"/],
    (map { [ "a key file: $_", "fhir_binary_key_file $dir/$_.json; $iss $aud",
             qr/"fhir_binary_key_file".*"\Q$dir\E\/$_\.json"/ ] }
         qw(empty none html array weak secret private twins large)),

    ['alg none', "$file $iss $aud fhir_binary_algorithms none;",
     qr/invalid value "none" in "fhir_binary_algorithms".*RS256/],
    ['an algorithm in lower case',
     "$file $iss $aud fhir_binary_algorithms rs256;",
     qr/invalid value "rs256"/],
    ['a claim without a path', "$file $iss $aud fhir_binary_claim scope;",
     qr/invalid number of arguments/],
    ['a cache without a size',
     "$file $iss $aud fhir_binary_token_cache zone=a;",
     qr/invalid value "zone=a" in "fhir_binary_token_cache".*zone=NAME:SIZE/],
    ['a header without a name', "$file $iss $aud fhir_binary_patient header;",
     qr/invalid value "header"/],
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
