# Tokens that are forged with what anyone knows: one answer for all of them,
# which tells not what was wrong; and nobody is asked for a key.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use Digest::SHA 'hmac_sha256';
use JSON::PP;

my $elsewhere = backend("HTTP/1.1 200 OK\r\nContent-Length: "
                        . length(jwks('ec-b')) . "\r\n\r\n" . jwks('ec-b'));
my $url = 'http://127.0.0.1:' . $elsewhere->port . '/jwks';

my $be = backend("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
                 . "Content-Length: 10\r\n\r\n<document>");

my $ngx = nginx_start(
    files => { 'jwks.json' => jwks('ec-a', 'rsa-a'),
               'one.json' => jwks('rsa-a') },
    server => <<"END");
    fhir_binary r4;
    fhir_binary_issuer @{[ISS]};
    fhir_binary_audience @{[AUD]};
    add_header X-Reason \$fhir_binary_reason always;

    location /two/ {
        fhir_binary_key_file jwks.json;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }

    location /one/ {
        fhir_binary_key_file one.json;
        fhir_binary_algorithms RS256 PS256 ES256;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }
END

my $json = JSON::PP->new->canonical->utf8;
my %claims = (scope => 'user/*.read');

my $good = mint_token(\%claims);
my ($head, $body, $signature) = split /\./, $good;
my ($rsa_head, $rsa_body, $rsa_signature) = split /\./,
    mint_token(\%claims, key => 'rsa-a');

sub header_of { return b64url($json->encode({ typ => 'at+jwt', @_ })) }

sub hmac {
    my ($secret, @header) = @_;

    my $text = header_of(alg => 'HS256', @header) . ".$body";

    return $text . '.' . b64url(hmac_sha256($text, $secret));
}

open my $fh, '<:raw', 't/data/keys/ec-a.pem' or die $!;
my $private = do { local $/; <$fh> };
my $public = `openssl pkey -in t/data/keys/rsa-a.pem -pubout`;
my $modulus = jwk('rsa-a')->{n};

sub flipped {
    my ($part, $at) = @_;

    substr $part, $at, 1, substr($part, $at, 1) eq 'A' ? 'Q' : 'A';
    return $part;
}

sub signed { return mint_token({ %claims }, header => {@_}) }

my $later = mint_token({ %claims, jti => 'jti-2' });
my ($late_head, $late_body, $late_signature) = split /\./, $later;

my %forged = (
    (map { ("alg $_" => header_of(alg => $_, kid => 'ec-a') . ".$body.",
            "alg $_, signed" => header_of(alg => $_, kid => 'ec-a')
                                . ".$body.$signature") }
         '', qw(none None NONE nOnE es256 ES257 HS256 HS512 RS256 PS256 ES384)),
    'no alg' => header_of(kid => 'ec-a') . ".$body.$signature",
    'HS256 with the public key' => hmac($public, kid => 'rsa-a'),
    'HS256 with its modulus' => hmac($modulus, kid => 'rsa-a'),
    'HS256 with nothing' => hmac('', kid => 'rsa-a'),
    'HS256 without kid' => hmac($public),
    'EC by the kid of RSA' => signed(kid => 'rsa-a'),
    'RSA by the kid of EC' => mint_token(\%claims, key => 'rsa-a',
                                         header => { kid => 'ec-a' }),
    'RS256 called PS256' => mint_token(\%claims, key => 'rsa-a', alg => 'RS256',
                                       header => { alg => 'PS256' }),
    'PS256 called RS256' => mint_token(\%claims, key => 'rsa-a', alg => 'PS256',
                                       header => { alg => 'RS256' }),
    'SHA-512 called RS256' => mint_token(\%claims, key => 'rsa-a',
                                         alg => 'RS512',
                                         header => { alg => 'RS256' }),
    'a stranger' => mint_token(\%claims, key => 'ec-b',
                               header => { kid => 'ec-a' }),
    'a stranger by no kid' => mint_token(\%claims, key => 'ec-b',
                                         header => { kid => undef }),
    'a stranger of RSA' => mint_token(\%claims, key => 'rsa-b',
                                      header => { kid => 'rsa-a' }),
    'its own key' => mint_token(\%claims, key => 'ec-b', header => {
        kid => 'ec-a', jwk => jwk('ec-b') }),
    'its own key alone' => mint_token(\%claims, key => 'ec-b', header => {
        kid => undef, jwk => jwk('ec-b', kid => undef) }),
    (map { ("$_ elsewhere" => mint_token(\%claims, key => 'ec-b', header => {
            $_ => $url }),
            "$_ elsewhere, a known kid" => mint_token(\%claims, key => 'ec-b',
                header => { $_ => $url, kid => 'ec-a' })) } qw(jku x5u)),
    (map { ("kid $_" => signed(kid => $_)) } '../../etc/passwd', '/dev/null',
         "' OR 1=1 --", '', 'EC-A', 'ec-a ', "ec-a\0", 'k' x 2000),
    'kid as a number' => signed(kid => 1),
    'kid as a list' => signed(kid => ['ec-a']),
    (map { ("crit " . encode_json($_) => signed(crit => $_)) }
         ['exp'], [], ['b64'], ['x']),
    'b64 false' => signed(b64 => JSON::PP::false, crit => ['b64']),
    'zip' => signed(zip => 'DEF'), 'cty' => signed(cty => 'JWT'),
    'two parts' => "$head.$body", 'a dot behind' => "$good.",
    'no signature' => "$head.$body.", 'no payload' => "$head..$signature",
    'four parts' => "$good.$signature", 'five parts' => "$good.a.b",
    'padding' => "$good==", 'standard base64' => "$head.$body."
                 . '+/' . substr($signature, 2),
    'header flipped' => join('.', flipped($head, 5), $body, $signature),
    'payload flipped' => join('.', $head, flipped($body, 9), $signature),
    (map { ("signature flipped at $_" =>
            join '.', $head, $body, flipped($signature, $_)) } 0, 40, 84),
    'another payload' => "$head.$late_body.$signature",
    'another signature' => "$head.$body.$late_signature",
    'a signature of RSA' => "$head.$body.$rsa_signature",
    'a signature of zeros' => "$head.$body." . b64url("\0" x 64),
    (map { ("a signature of $_ bytes" => "$head.$body."
            . b64url(substr FhirToken::signature("$head.$body", 'ec-a',
                                                 'ES256') . "\0", 0, $_)) }
         1, 63, 65),
    'a space in an array of scopes' => mint_token({ scope => ['a b'] }),
    'a token of the future' => mint_token({ %claims, nbf => time + 900 }),
    'expired, and forged' => mint_token({ %claims, exp => 1 }, key => 'ec-b',
                                        header => { kid => 'ec-a' }),
    'expired, of another issuer' => mint_token({ %claims, exp => 1,
                                                 iss => 'https://x' }),
    'expired, for others' => mint_token({ %claims, exp => 1, aud => 'x' }),
    'not a token' => 'x' x 40, 'opaque with dots' => 'a.b.c',
    'the key itself' => $private =~ s/-----.*?-----|\s//gr,
);

sub answer {
    my ($where, $token) = @_;

    my $r = raw_http($ngx->port, get("/$where/Binary/1", $token));

    # the whole answer, less what is of its moment

    return $r->{received} =~ s/^Date: [^\r]*/Date/mr;
}

like(answer('two', $good), qr/<document>\z/, 'a good token of EC');
like(answer('two', "$rsa_head.$rsa_body.$rsa_signature"), qr/<document>\z/,
     'and of RSA');
like(answer('one', mint_token(\%claims, key => 'rsa-a',
                              header => { kid => undef })),
     qr/<document>\z/, 'without a kid where there is one key');

my $asked = () = $be->requests;
my $refusal = answer('two', 'x');

like($refusal, qr/\AHTTP\/1\.1 401 /, 'the refusal');
like($refusal, qr/^WWW-Authenticate: Bearer .*error="invalid_token", /m,
     'has a challenge');
like($refusal, qr/, error_description="The access token is not valid"\r$/m,
     'in words');

for my $name (sort keys %forged) {
    for my $where ('two', 'one') {
        is(answer($where, $forged{$name}), $refusal,
           "$where: $name, and nothing is told");
    }
}

my $late = answer('two', mint_token({ %claims, exp => time - 600 }));

like($late, qr/^X-Reason: token_expired\r$/m, 'an expired one is told so');
like($late, qr/error_description="The access token expired"/, 'in words');

is($elsewhere->connections, 0, 'no key is fetched from elsewhere');
is(scalar(() = $be->requests), $asked, 'and no document');

$ngx->is_log_clean;
done_testing();
