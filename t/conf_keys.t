# What makes a key file unusable, reason by reason, and values of the gate's
# directives that nginx -t refuses.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use File::Temp 'tempdir';

my $dir = tempdir(CLEANUP => 1);

my %jwk = map { $_ => jwk($_) } qw(ec-a ec-b rsa-a);

my %file = (
    good => jwks('ec-a'),
    empty => '',
    text => 'PEM, or so',
    array => '[]',
    none => '{"keys":[]}',
    string => '{"keys":"x"}',
    twice => '{"keys":[],"keys":[]}',
    private => jwks(jwk('ec-a', d => b64url('x' x 32))),
    beside => jwks('rsa-a', jwk('ec-a', d => b64url('x' x 32))),
    secret => jwks({ kty => 'oct', kid => 'a', k => b64url('x' x 32) }),
    same => jwks('ec-a', jwk('ec-b', kid => 'ec-a')),
    enc => jwks(jwk('ec-a', use => 'enc')),
    ops => jwks(jwk('ec-a', use => undef, key_ops => ['encrypt'])),
    point => jwks(jwk('ec-a', y => $jwk{'ec-b'}{y})),
    weak => jwks(jwk('rsa-a', n => b64url("\xc1" . 'x' x 127))),
    one => jwks(jwk('rsa-a', e => 'AQ')),
    kty => jwks({ kty => 'XX', kid => 'a' }),
    some => jwks('ec-a', { kty => 'XX', kid => 'x' },
                 jwk('ec-b', use => 'enc')),
    large => jwks('ec-a') . ' ' x 262144,
);

write_file("$dir/$_", $file{$_}) for keys %file;

my $issuer = "fhir_binary_issuer https://a;\n";
my $audience = "fhir_binary_audience https://b;\n";
my $keys = "fhir_binary_key_file $dir/good;\n";

sub try_conf {
    my ($text, $context) = @_;

    my ($exit, $said) = nginx_conf_test($text, context => $context);

    return ($exit ? 1 : 0, $said);
}

sub refused {
    my ($name, $text, @said) = @_;

    my ($exit, $said) = try_conf("fhir_binary r4;\n$text", 'location');

    is($exit, 1, $name);
    like($said, qr/\[emerg\]/, 'with a message');
    like($said, $_, 'that tells why') for @said;
    unlike($said, qr/Sanitizer|runtime error/, 'and nothing worse');
}

sub accepted {
    my ($name, $text, @said) = @_;

    my ($exit, $said) = try_conf("fhir_binary r4;\n$text", 'location');

    is($exit, 0, $name) or diag($said);
    like($said, $said[0] // qr/\A\z/, @said ? 'with a warning' : 'in silence');
}

# Which keys are keys.

sub with_keys {
    return "fhir_binary_key_file $_[0]; $issuer $audience";
}

refused('a directory', with_keys($dir), qr/"fhir_binary_key_file"/);
refused('a device without end', with_keys('/dev/zero'),
        qr/"fhir_binary_key_file"/);

for my $row ([ 'empty', qr/no JSON/ ], [ 'text', qr/no JSON/ ],
             [ 'array', qr/no JSON object/ ], [ 'string', qr/array "keys"/ ],
             [ 'none', qr/no usable key/ ], [ 'twice', qr/no JSON/ ],
             [ 'private', qr/private/ ], [ 'beside', qr/private/ ],
             [ 'secret', qr/symmetric/ ], [ 'same', qr/same kid/ ],
             [ 'enc', qr/1: not for verification/ ],
             [ 'ops', qr/1: not for verification/ ],
             [ 'point', qr/1: no valid public key/ ], [ 'weak', qr/1: weak/ ],
             [ 'one', qr/1: weak/ ], [ 'kty', qr/1: kty or crv/ ])
{
    my ($name, $why) = @$row;

    refused("a JWKS that is no good: $name", with_keys("$dir/$name"),
            qr/"fhir_binary_key_file" "\Q$dir\E\/$name" holds no usable JWKS/,
            $why);
}

refused('a file that is too large', with_keys("$dir/large"), qr/262144/);

accepted('good keys beside others', with_keys("$dir/some"),
         qr/\[warn\].*some keys are left out \(1: .*, 1: .*\)/);

# Values.

my $fine = $keys . $issuer . $audience;

my $tnt = 'fhir_binary_claim tenant tnt; ';

for my $row (
    [ "fhir_binary_key_file $dir/good", qr/directive is duplicate/ ],
    [ 'fhir_binary_introspect $nowhere', qr/unknown "nowhere" variable/ ],
    [ 'fhir_binary_introspect ask/$host', qr/"ask\/\$host".*internal loc/ ],
    [ 'fhir_binary_introspect /a; fhir_binary_introspect /$host',
      qr/directive is duplicate/ ],
    [ 'fhir_binary_algorithms ES257', qr/"ES257".*EdDSA/ ],
    [ 'fhir_binary_algorithms ""', qr/fhir_binary_algorithms/ ],
    [ 'fhir_binary_algorithms ES256 HS384', qr/"HS384".*RS256/ ],
    [ 'fhir_binary_claim role a', qr/"role".*"tenant"/ ],
    [ 'fhir_binary_claim "" a', qr/"scope", "patient"/ ],
    [ 'fhir_binary_claim scope ""', qr/empty value in "fhir_binary_claim"/ ],
    [ 'fhir_binary_claim scope', qr/number of arguments/ ],
    [ 'fhir_binary_scope text DocumentReference', qr/"text".*media type/ ],
    [ 'fhir_binary_scope */* DocumentReference', qr/media type/ ],
    [ 'fhir_binary_scope image/* Media', qr/media type/ ],
    [ 'fhir_binary_scope CCD Media', qr/"ccd"/ ],
    [ 'fhir_binary_scope text/html', qr/number of arguments/ ],
    [ 'fhir_binary_scope text/html *', qr/"\*".*resource type/ ],
    [ 'fhir_binary_scope text/html Media.read', qr/"Media.read"/ ],
    [ 'fhir_binary_scope text/html Media media', qr/"media".*resource type/ ],
    [ 'fhir_binary_scope text/html ""', qr/empty value/ ],
    [ 'fhir_binary_scope * Media; fhir_binary_scope * Media',
      qr/duplicate value "\*"/ ],
    [ 'fhir_binary_scope ccd Media; fhir_binary_scope ccd Media',
      qr/duplicate value "ccd"/ ],
    [ 'fhir_binary_patient header', qr/"header NAME"/ ],
    [ 'fhir_binary_patient request', qr/"request URI"/ ],
    [ 'fhir_binary_patient request http://a/', qr/"request URI"/ ],
    [ 'fhir_binary_patient deny all', qr/"deny", "trust"/ ],
    [ 'fhir_binary_patient header ""', qr/"header NAME"/ ],
    [ 'fhir_binary_patient request /$nowhere', qr/unknown "nowhere" variable/ ],
    [ $tnt . 'fhir_binary_tenant $nowhere', qr/unknown "nowhere" variable/ ],
    [ 'fhir_binary_token_cache zone=a', qr/zone=/ ],
    [ 'fhir_binary_token_cache zone=:1m', qr/zone=/ ],
    [ 'fhir_binary_token_cache zone=a:1', qr/zone=a:1/ ],
    [ 'fhir_binary_token_cache zone=a:1m ttl=1s', qr/ttl=1s/ ],
) {
    my ($line, @said) = @$row;
    refused($line, "$fine$line;", @said);
}

accepted('a type of its own', "$fine fhir_binary_scope text/html Media;"
         . 'fhir_binary_scope text/plain Media; fhir_binary_scope * Media;');

accepted("a URI with variables: $_",
         "$_; $issuer $audience fhir_binary_introspect /ask/\$host;")
    for map { "fhir_binary_key_request $_" } '/keys/$host', '$arg_uri';

done_testing();
