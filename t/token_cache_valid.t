# fhir_binary_token_cache: locations with one zone and different valid= each
# take no verdict older than their own, whoever stored it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;

use constant { NOW => 1800000000, LIFE => 1300 };

my %zone = (default => '', short => 'valid=20s', brief => 'valid=3s',
            long => 'valid=600s');

# How old a verdict may get: of a JWT, of a token that was asked about, of a
# refused one.

my %oldest = (
    default => { jwt => LIFE, opaque => 60, bad => 10 },
    short => { jwt => 20, opaque => 20, bad => 10 },
    brief => { jwt => 3, opaque => 3, bad => 3 },
    long => { jwt => 600, opaque => 600, bad => 10 },
);

my $server = backend(sub {
    my $body = '{"active":' . ($_[0] =~ /bad/ ? 'false' : 'true')
               . ',"scope":"user/*.read","iss":"' . ISS . '"}';

    return sprintf "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                   . "Content-Length: %d\r\n\r\n%s", length $body, $body;
});

my $locations = join '', map { <<"END" } sort keys %zone;
        location /$_/ {
            alias html/;
            fhir_binary r4;
            fhir_binary_token_cache zone=tokens:1m $zone{$_};
        }
END

my $nginx = nginx_start(
    clock => NOW,
    files => { 'html/Binary/1' => 'a document',
               'jwks.json' => jwks('ec-a') },
    server => <<"END");
        add_header X-Cache \$fhir_binary_token_cache always;
        fhir_binary_key_file jwks.json;
        fhir_binary_introspect /_introspect opaque;
        fhir_binary_audience off;
        fhir_binary_issuer @{[ISS]};
        fhir_binary_leeway 0s;

        $locations

        @{[ introspection($server) ]}
END

my $now = NOW;

sub ask {
    my ($where, $token) = @_;

    my $r = raw_http($nginx->port, get("/$where/Binary/1", $token));

    return ($r->{status} // $r->{end}) . ' ' . (header($r, 'X-Cache') // '');
}

sub least { return (sort { $a <=> $b } @_)[0] }

my $n = 0;

for my $kind (qw(jwt opaque bad)) {
    for my $writer (sort keys %zone) {
        for my $reader (sort keys %zone) {
            $n++;
            $nginx->clock($now += LIFE + 1);

            my $token = $kind eq 'jwt'
                ? mint_token({ scope => 'user/*.read', jti => "$n",
                               exp => $now + LIFE }, now => $now)
                : "$kind-$n";

            my $status = $kind eq 'bad' ? 401 : 200;
            my ($w, $r) = map { $oldest{$_}{$kind} } $writer, $reader;
            my $both = least($w, $r);

            is(ask($writer => $token), "$status MISS",
               "$kind: $writer stores for $both s what $reader reads");

            my $start = $now;

            $nginx->clock($now = $start + $both - 1);
            is(ask($reader => $token), "$status HIT", 'not older yet');

            next if $both == LIFE;

            $nginx->clock($now = $start + $both);
            is(ask($reader => $token), "$status MISS", 'now it is');
            is(ask($reader => $token), "$status HIT", 'and is stored anew');

            # and never longer than it was stored for

            $start = $now;

            $nginx->clock($now = $start + $both - 1);
            is(ask($writer => $token), "$status HIT",
               'the other way round too');
            $nginx->clock($now = $start + $both);
            is(ask($writer => $token), "$status MISS", 'both limits hold');
        }
    }
}

$nginx->is_log_clean;
$nginx->stop;
$server->stop;

done_testing();
