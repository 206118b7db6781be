# What a token must say: issuer, audience, dates, type, profile; and what of
# it the variables show.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use JSON::PP;

use constant NOW => 1800000000;

my $cerner = 'urn:com:cerner:authorization:claims';

my $ngx = nginx_start(
    clock => NOW,
    files => { 'jwks.json' => jwks('ec-a', 'rsa-a'),
               map { ("html/$_/Binary/1" => 'a document') }
                   qw(one many off lax zero strict nested) },
    http => 'map "" $claims { volatile; default "' . join('|',
        map { "\$fhir_binary_$_" } qw(context token_scope client_id subject
        patient patient_bound jti token)) . '"; }',
    server => <<"END");
    fhir_binary r4;
    fhir_binary_key_file jwks.json;
    fhir_binary_issuer @{[ISS]};
    fhir_binary_audience @{[AUD]};
    add_header X-Reason \$fhir_binary_reason always;
    add_header X-Claims \$claims always;

    location /one/ { }

    location /many/ {
        fhir_binary_issuer https://a.example.org https://b.example.org/;
        fhir_binary_audience https://fhir.example.org/r4
                             https://fhir.example.org/r4/ urn:x;
    }

    location /off/ { fhir_binary_audience off; }
    location /lax/ { fhir_binary_leeway 5m; fhir_binary_patient trust; }
    location /zero/ { fhir_binary_leeway 0; }
    location /strict/ { fhir_binary_token_profile rfc9068; }

    location /nested/ {
        fhir_binary_claim scope $cerner azs;
        fhir_binary_claim client_id azp;
        fhir_binary_claim patient $cerner user patient;
        fhir_binary_patient trust;
    }

    location ~ ^/tenants/([^/]*)/Binary/ {
        fhir_binary_claim tenant $cerner tnt;
        fhir_binary_tenant \$1;
        root $ENV{PWD}/t;
        try_files /data/small.pdf =404;
    }

    location /query/ {
        fhir_binary_claim tenant tnt;
        fhir_binary_tenant \$arg_tenant;
        alias html/one/;
    }
END

my $scope = 'user/Binary.read user/DocumentReference.read';

sub ask {
    my ($path, $claims, %opt) = @_;

    my $token = mint_token({ scope => $scope, %$claims }, now => NOW, %opt);
    my $r = raw_http($ngx->port, get($path, $token));

    $r->{claims} = header($r, 'X-Claims') // '';
    $r->{is} = join ' ', $r->{status}, reason($r) || ();

    return $r;
}

my ($ok, $no, $late) = ('200', '401 token_invalid', '401 token_expired');
my $aud = AUD;

for my $row (
    # where, claims, what becomes of it, how it is signed

    [ 'one', {}, $ok ],
    [ 'one', {}, $ok, key => 'rsa-a' ],
    [ 'one', {}, $ok, key => 'rsa-a', alg => 'PS384' ],
    [ 'one', {}, $no, key => 'rsa-a', alg => 'RS512' ],
    [ 'one', {}, $no, key => 'rsa-a', alg => 'PS512' ],
    [ 'one', {}, $no, key => 'ec-b' ],
    [ 'one', {}, $no, key => 'ec-b', header => { kid => 'ec-a' } ],

    (map { [ 'one', { iss => $_ }, $no ] } undef, '', ISS . '/',
        substr(ISS, 0, -1), uc ISS, [ISS], 'https://b.example.org/'),
    [ 'many', { iss => 'https://a.example.org' }, $ok ],
    [ 'many', { iss => 'https://b.example.org/' }, $ok ],
    [ 'many', { iss => 'https://a.example.org/' }, $no ],
    [ 'many', { iss => 'https://a.example.org https://b.example.org/' }, $no ],
    [ 'many', { iss => ISS }, $no ],

    (map { [ 'one', { aud => $_ }, $no ] } undef, '', "$aud/", [], [''],
        substr($aud, 0, -1), uc $aud, 1, {}, [ $aud, 1 ], [ [$aud] ],
        { $aud => $aud }, "$aud urn:x"),
    (map { [ 'one', { aud => $_ }, $ok ] } [$aud], [ 'a', $aud, 'b' ]),
    (map { [ 'many', { iss => 'https://a.example.org', aud => $_ }, $ok ] }
        $aud, "$aud/", 'urn:x', [ 'y', 'urn:x' ]),
    [ 'many', { iss => 'https://a.example.org', aud => 'urn:y' }, $no ],
    (map { [ 'off', { aud => $_ }, $ok ] } undef, 'any', [], [ 'a', 'b' ]),
    (map { [ 'off', { aud => $_ }, $no ] } 1, {}, [1]),

    # a leeway of 30 seconds, of five minutes, of none

    (map { [ 'one', { exp => NOW + $_->[0] }, $_->[1] ] }
        [ 1, $ok ], [ 0, $ok ], [ -29, $ok ], [ -30, $late ],
        [ -31, $late ]),
    (map { [ 'zero', { exp => NOW + $_->[0] }, $_->[1] ] }
        [ 1, $ok ], [ 0, $late ], [ -1, $late ]),
    (map { [ 'lax', { exp => NOW + $_->[0] }, $_->[1] ] }
        [ -299, $ok ], [ -300, $late ]),
    [ 'zero', { exp => NOW + 0.5 }, $ok ],
    [ 'zero', { exp => NOW - 0.5 }, $late ],
    (map { [ 'one', { exp => $_ }, $no ] } undef, '1900000000', -1, [], {}),

    (map { my ($where, $claim, $ahead, $wanted) = @$_;
           [ $where, { $claim => NOW + $ahead }, $wanted ] }
        map { my $claim = $_;
              ([ 'one', $claim, 30, $ok ], [ 'one', $claim, 31, $no ],
               [ 'zero', $claim, 0, $ok ], [ 'zero', $claim, 1, $no ],
               [ 'lax', $claim, 300, $ok ], [ 'lax', $claim, 301, $no ]) }
        qw(nbf iat)),
    [ 'one', { nbf => 'now' }, $no ],
    [ 'one', { iat => undef, sub => undef, jti => undef,
               client_id => undef }, $ok ],

    # which tokens are access tokens

    (map { [ 'one', {}, $ok, header => { typ => $_ } ] } undef, 'JWT', 'jwt',
        'AT+JWT', 'application/at+jwt'),
    (map { [ 'one', {}, $no, header => { typ => $_ } ] } '', 'dpop+jwt',
        'id_token', 'application/jwt-at', 7),
    [ 'strict', {}, $ok ],
    [ 'strict', {}, $ok, header => { typ => 'application/AT+jwt' } ],
    (map { [ 'strict', {}, $no, header => { typ => $_ } ] } undef, 'JWT'),
    (map { [ 'strict', { $_ => undef }, $no ] } qw(sub client_id iat jti aud
        exp iss)),
    (map { [ 'one', { $_ => 'x' }, $no, header => { typ => 'JWT' } ] }
        qw(nonce at_hash c_hash)),
    (map { [ $_, { cnf => { jkt => 'x' } }, $no ] } qw(one off strict)),
    (map { [ 'one', { cnf => $_ }, $no ] } {}, { 'x5t#S256' => 'x' }, 'x'),

    # where the scopes are

    [ 'nested', {}, '403 scope' ],
    [ 'nested', { $cerner => { azs => $scope } }, $ok ],
    [ 'nested', { $cerner => { azs => '' } }, '403 scope' ],
    [ 'nested', { $cerner => $scope }, '403 scope' ],
    [ 'nested', { "$cerner azs" => $scope }, '403 scope' ],
    [ 'nested', { azs => $scope }, '403 scope' ],
    [ 'nested', { $cerner => { azs => {} } }, $no ],
    [ 'one', { scope => [ split ' ', $scope ] }, $ok ],
    [ 'one', { scope => [$scope] }, $no ],
    [ 'one', { scope => { a => $scope } }, $no ],

    # whose the endpoint is

    [ 'tenants/t-1', { $cerner => { tnt => 't-1' } }, $ok ],
    (map { [ 'tenants/t-1', $_, '403 tenant' ] } {}, { tnt => 't-1' },
        map { { $cerner => { tnt => $_ } } } 't-2', '', 't-', 't-11', 'T-1'),
    [ 'query', { tnt => '' }, '403 tenant' ],
    [ 'query', {}, '403 tenant' ],
    [ 'query', { tnt => 't-1' }, '403 tenant' ],
    [ 'tenants/t-1', { $cerner => { tnt => ['t-1'] } }, $no ],
) {
    my ($where, $claims, $wanted, @how) = @$row;

    my $name = encode_json([ $claims, @how ]);
    my $r = ask("/$where/Binary/1", $claims, @how);

    is($r->{is}, $wanted, "$where: $name");

    # no claim of a token that does not hold is shown

    is($r->{claims}, '|||||||', 'which says nothing') if $wanted =~ /^401/;
}

$ngx->is_log_clean;
done_testing();
