# Nothing of one request is left for the next: good, then bad, then good, on
# one connection of one worker; nothing secret reaches a log.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use JSON::PP;

my $endpoint = backend(sub {
    my ($request) = @_;
    my $body = encode_json($request =~ /token=opaque-good/
        ? { active => JSON::PP::true, scope => 'user/*.read',
            sub => 'secret-opaque-sub', iss => ISS, aud => AUD }
        : { active => JSON::PP::false });

    return sprintf "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                   . "Content-Length: %d\r\n\r\n%s", length $body, $body;
});

my $port = $endpoint->port;

my $nginx = nginx_start(
    files => { 'html/Binary/1' => 'a document',
               'jwks.json' => jwks('ec-a', 'rsa-a') },
    http => <<'END',
        log_format claims "token=[$fhir_binary_token] $status "
            "client=$fhir_binary_client_id context=$fhir_binary_context "
            "reason=$fhir_binary_reason";
        access_log claims.log claims;
END
    server => <<"END",
        add_header X-Who "\$fhir_binary_subject/\$fhir_binary_patient/\$fhir_binary_token_scope" always;
        add_header X-Reason \$fhir_binary_reason always;
        access_log claims.log claims;

        fhir_binary_key_file jwks.json;
        fhir_binary_introspect /_introspect;
        fhir_binary_issuer @{[ISS]};
        fhir_binary_audience @{[AUD]};

        location /Binary/ { fhir_binary r4; }
        location /cached/ {
            fhir_binary r4;
            fhir_binary_token_cache zone=tokens:64k;
            alias html/;
        }
        location /_introspect {
            internal;
            proxy_method POST;
            proxy_set_body token=\$fhir_binary_token;
            proxy_pass http://127.0.0.1:$port/;
            log_subrequest on;
        }
END
);

my %token = (
    good => mint_token({ scope => 'user/*.read', sub => 'secret-sub',
                         jti => 'secret-jti' }),
    none => sign_token('{"alg":"none"}', '{}', key => 'ec-a', alg => 'ES256'),
    forged => mint_token({ scope => 'user/*.read', sub => 'secret-forger' },
                         key => 'ec-b', header => { kid => 'ec-a' }),
    expired => mint_token({ scope => 'user/*.read', exp => time - 99 }),
    aud => mint_token({ scope => 'user/*.read', aud => 'x' }),
    poor => mint_token({ scope => 'secret-scope' }),
    opaque => 'opaque-good',
    inactive => 'opaque-bad',
    junk => 'secret.token.junk',
    rsa => mint_token({ scope => 'system/*.read', sub => 'secret-rsa' },
                      key => 'rsa-a'),
    missing => undef,
);

my %status = (good => '200 secret-sub//user/*.read', none => '401 //',
              forged => '401 //', expired => '401 //', aud => '401 //',
              poor => '403 user-1//secret-scope', inactive => '401 //',
              opaque => '200 secret-opaque-sub//user/*.read', junk => '401 //',
              rsa => '200 secret-rsa//system/*.read', missing => '401 //');

sub talk {
    my ($socket, $path, $name) = @_;

    my $request = get($path, $token{$name}) =~ s/Connection: close\r\n//r;

    syswrite $socket, $request;

    my $got = '';

    while ($got !~ /\r\n\r\n/ || length($got) < $+[0] + $1) {
        sysread $socket, $got, 65536, length $got or return "cut: $got";
        last if $got !~ /^Content-Length: (\d+)/mi && $got =~ /\r\n\r\n/;
        $got =~ /^Content-Length: (\d+)/mi;
        my $length = $1;
        $got =~ /\r\n\r\n/ or next;
        last if length($got) >= $+[0] + $length;
    }

    my ($status) = $got =~ m{\AHTTP/1\.1 (\d+)};
    my ($who) = $got =~ m{^X-Who: (.*?)\r$}m;
    my $document = $got =~ /a document/;

    return "$status $who" . ($document == ($status == 200) ? '' : ' !');
}

my @order;

for my $name (sort keys %token) {
    push @order, 'good', $name, 'good', $name, 'rsa', 'opaque', $name;
}

for my $path ('/Binary/1', '/cached/Binary/1') {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $nginx->port) or die;

    my @got = map { talk($socket, $path, $_) } @order;

    is_deeply(\@got, [ map { $status{$_} } @order ],
              "$path: each token gets its own answer on one connection");
}

# What is pipelined is judged one by one.

my $pipeline = join '', map {
    get('/Binary/1', $token{$_}) =~ s/Connection: close\r\n//r } qw(good forged
    good missing rsa);

my $r = raw_http($nginx->port, $pipeline . get('/Binary/1', $token{forged}));

is_deeply([ $r->{received} =~ m{HTTP/1\.1 (\d+)}g ],
          [ 200, 401, 200, 401, 200, 401 ], 'a pipeline too');

# The log: of the module's own lines not one names a secret, at debug level.

my $log = $nginx->log;
my @own = grep { /fhir binary:/ } split /\n/, $log;

ok(@own > 20, 'the module writes lines');

# nginx adds the request's first line, which holds none here

is_deeply([ grep { /secret|eyJ|opaque-|user-1|"kty"|user\/\*/ } @own ], [],
          'and none of them names a token, a claim or a key');

my $claims = $nginx->slurp('claims.log');

unlike($claims, qr/token=\[[^\]-]/, 'the token stays out of the access log');
like($claims, qr/token=\[-\] 200 client=app-1 context=user reason=-/,
     'that may name the client');
like($claims, qr/token=\[-\] 401 client=- context=- reason=token_invalid/,
     'but nothing of a token that was not verified');

$nginx->is_log_clean;
$nginx->stop;
$endpoint->stop;

done_testing();
