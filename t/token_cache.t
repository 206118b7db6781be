# fhir_binary_token_cache: what is remembered, for whom, and for how long.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;
use File::Spec;
use JSON::PP;

use constant NOW => 1800000000;

my %reads = (scope => 'user/*.read');

sub token {
    my ($claims, %opt) = @_;

    return mint_token({ %reads, exp => NOW + 300, %$claims }, now => NOW,
                      %opt);
}

sub answer {
    my ($body, $status) = @_;

    return sprintf "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                   . "Content-Length: %d\r\n\r\n%s",
                   $status // '200 OK', length $body, $body;
}

# An introspection endpoint that knows for how long a token is to live, until
# all are revoked.

my $revoked = File::Spec->tmpdir . "/fhir-binary-revoked-$$";

END { unlink $revoked if defined $revoked }

my $server = backend(sub {
    my ($request) = @_;
    my ($name, $left) = $request =~ /token=(good|bad|down)-?(\d*)/
        or return answer('{"active":false}');

    return answer('', '500 Oops') if $name eq 'down';

    return answer('{"active":false}') if $name eq 'bad' || -e $revoked;

    return answer(encode_json({ active => JSON::PP::true, %reads,
        length $left ? (exp => NOW + $left) : () }));
});

my $common = <<"END";
        fhir_binary r4;
        alias html/;
END

my $jwt_policy = <<"END";
        @{[ jwt_endpoint() ]}
END

my %configuration = (
    server => <<"END");
        add_header X-Reason \$fhir_binary_reason always;
        add_header X-Cache \$fhir_binary_token_cache always;
        add_header X-Claims "\$fhir_binary_client_id \$fhir_binary_subject \$fhir_binary_jti \$fhir_binary_patient \$fhir_binary_context" always;
        fhir_binary_token_cache zone=tokens:64k;

        location /jwt/ { $common $jwt_policy }
        location /same/ { $common $jwt_policy }
        location /narrow/ {
            $common $jwt_policy
            fhir_binary_scope * Communication;
        }
        location /short/ {
            $common $jwt_policy
            fhir_binary_token_cache zone=tokens:64k valid=20s;
        }
        location /off/ {
            $common $jwt_policy
            fhir_binary_token_cache off;
        }
        location /aud/ {
            $common
            fhir_binary_key_file jwks.json;
            fhir_binary_issuer @{[ISS]};
            fhir_binary_audience another;
        }
        location /iss/ {
            $common
            fhir_binary_key_file jwks.json;
            fhir_binary_issuer another;
            fhir_binary_audience off;
        }
        location /rsa/ {
            $common $jwt_policy
            fhir_binary_algorithms RS256;
        }
        location /rfc/ {
            $common $jwt_policy
            fhir_binary_token_profile rfc9068;
        }
        location /claim/ {
            $common $jwt_policy
            fhir_binary_claim scope other;
        }
        location /keys/ {
            $common
            @{[ jwt_endpoint(keys => 'other.json') ]}
        }
        location /tenant-a/ {
            $common $jwt_policy
            fhir_binary_claim tenant tnt;
            fhir_binary_tenant a;
        }
        location /tenant-b/ {
            $common $jwt_policy
            fhir_binary_claim tenant tnt;
            fhir_binary_tenant b;
        }
        location /ask/ {
            $common
            fhir_binary_introspect /_introspect;
        }

        @{[ introspection($server) ]}
END

my $nginx = nginx_start(
    %configuration,
    clock => NOW,
    master => 1,
    files => { 'html/Binary/1' => 'a document',
               'jwks.json' => jwks('ec-a'),
               'other.json' => jwks('ec-b') },
);

sub ask {
    my ($where, $token) = @_;

    my $r = raw_http($nginx->port, get("/$where/Binary/1", $token));

    return join ' ', $r->{status} // $r->{end},
                     header($r, 'X-Cache') // '-', reason($r) || ();
}

# A JWT: until it expires.

my $token = token({ jti => 'j-1', patient => 'p-1' });

is(ask(jwt => $token), '200 MISS', 'a token is verified');
is(ask(jwt => $token), '200 HIT', 'once');
is(ask(same => $token), '200 HIT', 'also for a location with the same rules');
is(ask(narrow => $token), '200 HIT', 'a location may need other scopes');
is(ask(off => $token), '200 BYPASS', 'without a cache it is verified');

my $r = raw_http($nginx->port, get('/jwt/Binary/1', $token));
is(header($r, 'X-Claims'), 'app-1 user-1 j-1 p-1 user',
   'the claims are those of the token');

my $few = token({ scope => 'user/Binary.read user/DocumentReference.read' });

is(ask(jwt => $few), '200 MISS', 'fewer scopes are enough here');
is(ask(narrow => $few), '403 HIT scope', 'and are looked at on a hit too');

# What it was verified against is part of its name.

is(ask($_ => $token), '401 MISS token_invalid', "not verified for /$_/")
    for qw(aud iss rsa keys);
is(ask(claim => $token), '403 MISS scope', 'other claims are other verdicts');
is(ask(rfc => $token), '200 MISS', 'so is another profile');

my $tenant = token({ tnt => 'a' });

is(ask('tenant-a' => $tenant), '200 MISS', 'the tenant is right');
is(ask('tenant-b' => $tenant), '403 HIT tenant',
   'or wrong: it is compared on a hit too');
is(ask('tenant-a' => $tenant), '200 HIT', 'whatever came between');

# Refusals.

my $bad = token({}, key => 'ec-b', header => { kid => 'ec-a' });

is(ask(jwt => $bad), '401 MISS token_invalid', 'a bad token is refused');
is(ask(jwt => $bad), '401 HIT token_invalid', 'once');
$nginx->clock(NOW + 9);
is(ask(jwt => $bad), '401 HIT token_invalid', 'for nine seconds');
$nginx->clock(NOW + 10);
is(ask(jwt => $bad), '401 MISS token_invalid', 'not for ten');

# Dates hold on a hit.

my $brief = token({ exp => NOW + 20 });

is(ask(jwt => $brief), '200 MISS', 'a brief token');
is(ask(short => $token), '200 HIT', 'one verdict, two locations');
$nginx->clock(NOW + 19);
is(ask(jwt => $brief), '200 HIT', 'lives as long as it says');
$nginx->clock(NOW + 20);
is(ask(jwt => $brief), '200 MISS', 'and in the leeway is verified each time');
is(ask(jwt => $brief), '200 MISS', 'each time');
$nginx->clock(NOW + 50);
is(ask(jwt => $brief), '401 MISS token_expired', 'and then is dead');

my $other = token({ jti => 'j-2' });

is(ask(short => $other), '200 MISS', 'valid=20s');
$nginx->clock(NOW + 69);
is(ask(short => $other), '200 HIT', 'is 19 seconds');
$nginx->clock(NOW + 70);
is(ask(short => $other), '200 MISS', 'and not 20');

# Introspection: a minute, and never past exp; failures are not kept.

is(ask(ask => 'good'), '200 MISS', 'an opaque token is asked about');
is(ask(ask => 'good'), '200 HIT', 'once');
is(ask(ask => 'good-90'), '200 MISS', 'one that lives for 20 seconds');
is(ask(ask => 'bad'), '401 MISS token_invalid', 'one that is not active');
is(ask(ask => 'bad'), '401 HIT token_invalid', 'is remembered too');
is(ask(ask => 'down'), '503 MISS introspection_unavailable', 'no answer')
    for 1 .. 2;

write_file($revoked, '');

$nginx->clock(NOW + 90);
is(ask(ask => 'good'), '200 HIT', 'what is revoked now');
is(ask(ask => 'good-90'), '401 MISS token_invalid', 'is not asked past exp');

$nginx->clock(NOW + 129);
is(ask(ask => 'good'), '200 HIT', 'is good for 59 seconds');
$nginx->clock(NOW + 130);
is(ask(ask => 'good'), '401 MISS token_invalid', 'and seen after 60');

# Many tokens: the zone stays whole, refusals take little of it.

my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                   PeerPort => $nginx->port) or die;

is(ask(jwt => $token), '200 HIT', 'a token is in the zone');

my $junk = 0;

for my $n (1 .. 400) {
    my $flood = get("/jwt/Binary/1", "$bad$n") =~ s/Connection: close\r\n//r;

    syswrite $socket, $flood;
    my $got = '';

    while ($got !~ /\r\n\r\n.*\}\z/s) {
        sysread $socket, $got, 65536, length $got or last;
    }

    $junk++ if $got =~ m{\AHTTP/1\.1 401 };
}

is($junk, 400, 'a flood of bad tokens');
is(ask(jwt => $token), '200 HIT', 'does not push a good one out');

# A reload: verdicts stay, those of keys that are gone do not count.

ok($nginx->reload, 'nginx is reloaded');
is(ask(jwt => $token), '200 HIT', 'the verdicts are still there');

write_file($nginx->root . '/jwks.json', jwks('ec-b'));
ok($nginx->reload, 'with other keys');
is(ask(jwt => $token), '401 MISS token_invalid', 'they count no more');

$nginx->is_log_clean;
$nginx->stop;
$server->stop;

done_testing();
