# Tokens of another maker, npm's jose, over HTTP at the time they were made
# for: every algorithm, and each that must be refused (RFC 8725).

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use JSON::PP;

use constant NOW => 1700000000;

my @algorithms = qw(RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512
                    EdDSA);

open my $fh, '<:raw', 't/data/jose/tokens.jsonl' or die $!;
my @rows = map { decode_json($_) } <$fh>;
close $fh;

# One location for each policy that a row asks for.

sub policy {
    my ($row) = @_;

    my $algs = $row->{algs} // \@algorithms;

    return join "\n",
        'fhir_binary r4;',
        "fhir_binary_key_file @{[ $row->{set} // 'main' ]}.jwks.json;",
        'fhir_binary_issuer https://other.example.org/ '
            . 'https://ehr.example.org/auth;',
        'fhir_binary_audience ' . join(' ', ref $row->{audience}
            ? @{ $row->{audience} } : $row->{audience}
            // 'https://fhir.example.org/r4 https://fhir.example.org/r4/')
            . ';',
        ref $algs ? "fhir_binary_algorithms @$algs;" : (),
        $row->{profile} ? "fhir_binary_token_profile $row->{profile};" : (),
        'fhir_binary_leeway ' . ($row->{leeway} // 0) . 's;',
        $row->{paths} ? <<'END' : (),
    fhir_binary_claim scope urn:com:cerner:authorization:claims azs;
    fhir_binary_claim tenant urn:com:cerner:authorization:claims tnt;
    fhir_binary_claim client_id azp;
    fhir_binary_tenant tenant-1;
END
        'fhir_binary_scope * Binary;',
        'fhir_binary_patient trust;',
        'default_type text/plain;',
        'alias html/;', '';
}

my (%path, $locations);

for my $row (@rows) {
    my $policy = policy($row);

    if (!$path{$policy}) {
        $path{$policy} = '/p' . keys %path;
        $locations .= "location $path{$policy}/ {\n$policy}\n";
    }

    $row->{path} = "$path{$policy}/Binary/1";
}

my $nginx = nginx_start(
    clock => NOW,
    prepare => sub {
        my ($dir) = @_;
        mkdir "$dir/html/Binary" or die;
        write_file("$dir/html/Binary/1", 'a document');
        system('cp', glob('t/data/jose/*.jwks.json'), $dir) == 0 or die;
    },
    server => <<'END' . $locations,
        large_client_header_buffers 4 32k;
        add_header X-Reason $fhir_binary_reason always;
        add_header X-Scope $fhir_binary_token_scope;
        add_header X-Client $fhir_binary_client_id;
        add_header X-Patient $fhir_binary_patient;
END
);

my %expected = (
    ok => [ 200, '', undef ],
    invalid => [ 401, 'token_invalid', 'not valid' ],
    again => [ 401, 'token_invalid', 'not valid' ],
    opaque => [ 401, 'token_invalid', 'not valid' ],
    expired => [ 401, 'token_expired', 'expired' ],
);

my %count;

for my $row (@rows) {
    my ($id, $token) = @$row{qw(id token)};

    next if $token =~ /[\r\n]/;         # those end the field

    my $verdict = $row->{verdict};
    my ($status, $reason, $text) = @{ $expected{$verdict} };

    if ($token =~ / \z/) {
        # white space around a value is none of the value's
        ($status, $reason, $text) = (200, '', undef);

    } elsif ($token =~ /\0/) {
        # nginx itself
        ($status, $reason, $text) = (400, undef, undef);

    } elsif ($token !~ m{\A[\w.~+/-]+=*\z}a || length $token > 8192) {
        ($status, $reason, $text) = (400, 'bearer_malformed', 'malformed');

    } elsif ($verdict eq 'ok' && defined $row->{scope} && !$row->{scope}) {
        ($status, $reason, $text) = (403, 'scope', 'does not grant');
    }

    my $r = raw_http($nginx->port, get($row->{path}, $token));
    my $challenge = header($r, 'WWW-Authenticate') // '';

    is_deeply([ $r->{status}, defined $reason ? reason($r) : undef,
                !defined $text || $challenge =~ /$text/ ? 1 : $challenge ],
              [ $status, $reason, 1 ], "$id: $status");

    unlike($r->{received}, qr/a document/, "$id: no document")
        if $status != 200;

    is_deeply([ map { header($r, $_) } qw(X-Scope X-Client X-Patient) ],
              [ $row->{scope} // 'patient/Binary.read launch/patient',
                $row->{client_id} // 'app-1',
                ($row->{patient} // '12724066') || undef ],
              "$id: its claims")
        if $status == 200;

    $count{$verdict}++;
}

ok($count{ok} >= 20 && $count{invalid} >= 150 && $count{again} >= 10
   && $count{opaque} >= 10 && $count{expired} >= 4,
   'the table is whole');

$nginx->is_log_clean;
$nginx->stop;

done_testing();
