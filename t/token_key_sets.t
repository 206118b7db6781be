# The key sets of a URI with variables are bounded: 64 with keys and 64
# without in a worker.  Whoever invents URIs takes no keys from others.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

use constant NOW => 1800000000;

my $jwks = jwks('ec-a');

# tenant tN has keys, slowN is never answered, and nobody else is there

my $server = backend(sub {
    my ($tenant) = $_[0] =~ m{\AGET /(\w*)};

    return STALL if $tenant =~ /^slow/;

    return sprintf "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s",
                   $tenant =~ /^t\d/ ? ('200 OK', length $jwks, $jwks)
                                     : ('404 No', 0, '');
});

my $port = $server->port;

my $nginx = nginx_start(
    clock => NOW,
    files => { 'html/docs/document' => 'a document' },
    server => <<"END");
        add_header X-Reason \$fhir_binary_reason always;

        location ~ ^/(?<tenant>\\w+)/Binary/ {
            root html/docs;
            try_files /document =404;
            fhir_binary r4;
            fhir_binary_key_request /_keys/\$tenant;
            fhir_binary_issuer @{[ISS]};
            fhir_binary_audience off;
        }

        location ~ ^/_keys/(?<of>.*) {
            internal;
            proxy_pass http://127.0.0.1:$port/\$of;
        }
END

my $token = mint_token({ scope => 'user/*.read', exp => NOW + 1e6 },
                       now => NOW);
my $unknown = mint_token({ scope => 'user/*.read', exp => NOW + 1e6 },
                         now => NOW, key => 'ec-b');

sub ask {
    my ($tenant, $with) = @_;

    my $r = raw_http($nginx->port, get("/$tenant/Binary/1",
                                       $with // $token));

    return join ' ', $r->{status} // $r->{end}, reason($r) || ();
}

sub fetched {
    my ($tenant) = @_;

    return scalar grep { m{\AGET /$tenant } } $server->requests;
}

# 64 tenants have their keys at hand.

my @answers = map { ask("t$_") } 1 .. 64;

is_deeply(\@answers, [ ('200') x 64 ], '64 tenants have keys');

# Inventing others takes none of them.

@answers = map { ask("nobody$_") } 1 .. 200;

is_deeply(\@answers, [ ('503 keys_unavailable') x 200 ],
          '200 that nobody knows have none');

@answers = map { ask("t$_") } 1 .. 64;

is_deeply(\@answers, [ ('200') x 64 ], 'those who had keys');
is(scalar(grep { fetched("t$_") != 1 } 1 .. 64), 0, 'have them still');

# One more with keys: the one that was asked for longest ago goes.

is(ask('t65'), '200', 'one more gets keys');
is(ask('t2'), '200', 'all but one');
is(fetched('t2'), 1, 'are at hand');
is(ask('t1'), '200', 'the one that was used longest ago');
is(fetched('t1'), 2, 'is fetched anew');

# A key that is not in the set: the request that waits for a newer one finds
# its tenant again, whatever has come and gone.

is(ask('t65', $unknown), '401 token_invalid', 'an unknown kid');
is(fetched('t65'), 2, 'is looked for once');
is(ask('t65', $unknown), '401 token_invalid', 'and not again');
is(fetched('t65'), 2, 'so soon');

# 64 fetches under way: the next one is turned away, others are served.

my @sockets;

for my $n (1 .. 64) {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $nginx->port) or die;

    print $socket get("/slow$n/Binary/1", $token);
    push @sockets, $socket;
}

ok($server->wait_requests(64 + 200 + 1 + 1 + 1 + 64, 10),
   '64 fetches are under way');

my $start = time;

is(ask('slow65'), '503 keys_unavailable', 'there is no place for another');
is(ask('nobody'), '503 keys_unavailable', 'whoever it is');
is(ask('t2'), '200', 'those with keys do not wait');
ok(time - $start < 2 * $FhirBinary::patience, 'for any of them');
is(fetched('slow65'), 0, 'and nothing more was asked');

# The clients leave, and with them what they waited for.

shutdown $_, 2 for splice @sockets;
$server->stop;

my $end = time + 5 * $FhirBinary::patience;
my $got = '';

sleep 0.05 while ($got = ask('nobody')) && !fetched_log() && time < $end;

sub fetched_log { return $nginx->log =~ m{no JWKS from "/_keys/nobody"} }

ok(fetched_log(), 'places are free again');
is(ask('t2'), '200', 'and keys are where they were');

$nginx->is_log_clean;
$nginx->stop;

done_testing();
