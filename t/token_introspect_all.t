# fhir_binary_introspect ... all: what the answer says is empty is empty, and
# only what it does not say comes from the JWT.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;
use JSON::PP;

use constant NOW => 1800000000;

# The claims, what the JWT says of each, and where it shows.

my @claims = (
    [ scope => 'user/*.read', 0 ], [ patient => 'p-1', 1 ],
    [ client_id => 'app-1', 2 ], [ sub => 'user-1', 3 ],
    [ jti => 'jti-1', 4 ], [ tnt => 'jwt' ],
);

# What the answer says, as JSON; undef: nothing.  A value that is no string
# refuses the token, as anywhere.

my %says = (nothing => undef, empty => '""', array => '[]', null => 'null',
            another => '"new"');

my $server = backend(sub {
    my ($payload) = $_[0] =~ /token=[\w-]+\.([\w-]+)/;
    my $json = MIME::Base64::decode_base64($payload =~ tr{-_}{+/}r);
    my ($claim, $what) = decode_json($json)->{ask} =~ /(\w+) (\w+)/;

    my $body = qq({"active":true,"iss":"@{[ISS]}")
               . (defined $says{$what} ? qq(,"$claim":$says{$what}) : '')
               . '}';

    return sprintf "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                   . "Content-Length: %d\r\n\r\n%s", length $body, $body;
});

my $nginx = nginx_start(
    clock => NOW,
    files => { 'html/Binary/1' => 'a document',
               'jwks.json' => jwks('ec-a') },
    server => <<"END");
        add_header X-Reason \$fhir_binary_reason always;
        add_header X-Cache \$fhir_binary_token_cache always;
        add_header X-Said "\$fhir_binary_token_scope;\$fhir_binary_patient;\$fhir_binary_client_id;\$fhir_binary_subject;\$fhir_binary_jti" always;

        fhir_binary_token_cache zone=tokens:256k;
        fhir_binary_key_file jwks.json;
        fhir_binary_introspect /_introspect all;
        fhir_binary_issuer @{[ISS]};
        fhir_binary_audience off;
        fhir_binary_claim tenant tnt;

        location /Binary/ { fhir_binary r4; }
        location /tenant/ { alias html/; fhir_binary r4;
                            fhir_binary_tenant jwt; }

        @{[ introspection($server) ]}
END

# What the answer leaves of a claim: the JWT's, the answer's, or a refusal.

sub expected {
    my ($claim, $what) = @_;

    return '401 token_invalid'
        if $what eq 'null' || ($what eq 'array' && $claim ne 'scope');

    return '200 ' if $what eq 'nothing';

    return $claim eq 'scope' ? '403 scope'
         : $claim eq 'tnt' ? '403 tenant' : '200 ';
}

for my $row (@claims) {
    my ($claim, $value, $column) = @$row;

    for my $what (sort keys %says) {
        my $token = mint_token({ (map { @$_[0, 1] } @claims),
                                 ask => "$claim $what" }, now => NOW);
        my $path = $claim eq 'tnt' ? '/tenant/Binary/1' : '/Binary/1';
        my $expected = expected($claim, $what);

        my $left = $what eq 'nothing' ? $value
                 : $what eq 'another' ? 'new' : '';

        for my $cache ('MISS', 'HIT') {
            my $r = raw_http($nginx->port, get($path, $token));

            is("$r->{status} " . reason($r) . ' ' . header($r, 'X-Cache'),
               "$expected $cache", "$claim: the answer says $what, $cache");

            next if $expected =~ /^401/;

            my @left = map { $_->[1] } @claims[0 .. 4];
            $left[$column] = $left if defined $column;

            is(header($r, 'X-Said'), join(';', @left), "and this is left");
        }
    }
}

$nginx->is_log_clean;
$nginx->stop;
$server->stop;

done_testing();
