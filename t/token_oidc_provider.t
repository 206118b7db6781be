# A real authorization server, npm's oidc-provider: JWTs and opaque tokens,
# keys that rotate, tokens that expire and are revoked.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use Cwd ();
use JSON::PP;
use MIME::Base64;

my $npm = Cwd::abs_path('build/npm') // '';
my ($node) = grep { -x } map { "$_/node" } split /:/, $ENV{PATH};
my $version = $node ? `'$node' -p 'parseInt(process.versions.node)'` : 0;

my @missing = (
    $version >= 18 ? () : 'node 18',
    -e "$npm/node_modules/oidc-provider/package.json" ? ()
        : 'oidc-provider of npm',
);

if (@missing) {
    diag("NO TESTS WITH A REAL AUTHORIZATION SERVER, for want of @missing: "
         . 'make deps');
    plan(skip_all => "no @missing: make deps");
}

my $as = free_port();
my $pid = open(my $said, '-|') // die;

if ($pid == 0) {
    Test::More->builder->no_ending(1);
    open STDERR, '>&', \*STDOUT;
    exec $node, 't/lib/authserver.mjs', $npm, $as or POSIX::_exit(127);
}

END { local $?; if ($pid) { kill 'TERM', $pid; waitpid $pid, 0 } }

my $lines = '';
my $provider;

while (my $line = <$said>) {
    $lines .= $line;
    last if ($provider) = $line =~ /^(oidc-provider[-\d]*)$/;
}

BAIL_OUT("the authorization server did not start:\n$lines") if !$provider;

my $gateway = encode_base64('gateway:gateway-secret', '');

# nginx's clock stands still: ahead of what the server will issue meanwhile

my $start = 120 + int time;

my $nginx = nginx_start(
    clock => $start,
    files => { 'html/Binary/1' => 'a document' },
    server => <<"END",
        add_header X-Reason \$fhir_binary_reason always;
        add_header X-Cache \$fhir_binary_token_cache always;
        add_header X-Who "\$fhir_binary_client_id \$fhir_binary_subject \$fhir_binary_patient" always;

        fhir_binary_issuer http://127.0.0.1:$as;
        fhir_binary_token_cache zone=tokens:64k;
        fhir_binary_leeway 0s;
        fhir_binary_patient trust;

        location /jwt/ {
            fhir_binary r4;
            fhir_binary_key_request /_jwks;
            fhir_binary_audience urn:jwt urn:brief;
            fhir_binary_token_profile rfc9068;
            alias html/;
        }
        location /only/ {
            fhir_binary r4;
            fhir_binary_key_request /_jwks;
            fhir_binary_audience urn:jwt;
            alias html/;
        }
        location /opaque/ {
            fhir_binary r4;
            fhir_binary_introspect /_introspect;
            fhir_binary_audience urn:opaque;
            alias html/;
        }
        location /any/ {
            fhir_binary r4;
            fhir_binary_key_request /_jwks;
            fhir_binary_introspect /_introspect;
            fhir_binary_audience urn:jwt urn:opaque;
            alias html/;
        }
        location /wrong/ {
            fhir_binary r4;
            fhir_binary_introspect /_wrong;
            alias html/;
        }

        location = /_jwks {
            internal;
            proxy_pass http://127.0.0.1:$as/jwks;
        }
        location = /_introspect {
            internal;
            proxy_method POST;
            proxy_set_header Content-Type application/x-www-form-urlencoded;
            proxy_set_header Authorization "Basic $gateway";
            proxy_set_body token=\$fhir_binary_token;
            proxy_pass http://127.0.0.1:$as/token/introspection;
        }
        location = /_wrong {
            internal;
            proxy_method POST;
            proxy_set_header Content-Type application/x-www-form-urlencoded;
            proxy_set_header Authorization "Basic Z2F0ZXdheTp4";
            proxy_set_body token=\$fhir_binary_token;
            proxy_pass http://127.0.0.1:$as/token/introspection;
        }
END
);

sub post {
    my ($path, $user, $body) = @_;

    my $login = encode_base64("$user:$user-secret", '');

    my $r = raw_http($as, join "\r\n", "POST $path HTTP/1.1",
        "Host: 127.0.0.1:$as", 'Connection: close',
        "Authorization: Basic $login",
        'Content-Type: application/x-www-form-urlencoded',
        'Content-Length: ' . length($body), '', $body);

    return $r->{body};
}

sub token {
    my ($resource, $scope, $more) = @_;

    $scope //= 'user/Binary.read user/DocumentReference.read';

    my $body = post('/token', 'reader', "grant_type=client_credentials"
                    . "&resource=urn:$resource"
                    . ($scope ne '' ? "&scope=$scope" : '') . ($more // ''));

    return decode_json($body =~ /(\{.*\})/s)->{access_token}
           // BAIL_OUT("no token: $body");
}

sub ask {
    my ($where, $token) = @_;

    my $r = raw_http($nginx->port, get("/$where/Binary/1", $token));

    return join ' ', $r->{status} // $r->{end}, header($r, 'X-Cache') // '-',
                     reason($r) || ();
}

# JWTs

my $first = token('jwt');

is(ask(jwt => $first), '200 MISS', "$provider: a JWT is good");
is(ask(jwt => $first), '200 HIT', 'and remembered');
is(ask(any => $first), '200 MISS', 'also beside introspection');
is(ask(jwt => token('jwt', '')), '403 MISS scope',
   'a token without any scope claim opens nothing');
is(ask(jwt => token('jwt', 'user/Binary.read')), '403 MISS scope',
   'nor does one with too little');
is(ask(jwt => token('jwt', 'system/Binary.rs system/DocumentReference.rs')),
   '200 MISS', 'scopes of SMART 2 do');

my $bound = token('jwt', 'patient/Binary.read patient/DocumentReference.read',
                  '&patient=12');
my $r = raw_http($nginx->port, get('/jwt/Binary/1', $bound));

is_deeply([ $r->{status}, header($r, 'X-Who') ], [ 200, 'reader reader 12' ],
          'the claims are read');

my $brief = token('brief');

my $life = decode_json(decode_base64((split /\./, $brief)[1]
                                     =~ tr{-_}{+/}r))->{exp};

$nginx->clock($life - 3);
is(ask(only => $brief), '401 MISS token_invalid', 'for another audience');
is(ask(jwt => $brief), '200 MISS', 'one that lives for three seconds');
is(ask(jwt => $brief), '200 HIT', 'is good at once');

$nginx->clock($life - 1);
is(ask(jwt => $brief), '200 HIT', 'up to its last second');
$nginx->clock($life);
like(ask(jwt => $brief), qr/^401 \w+ token_expired$/, 'and not after it');

$nginx->clock($start);

# Rotation: a new key is found, an old one serves on, a dropped one does not.

post('/test/rotate', 'gateway', '');

my $second = token('jwt');

is(ask(jwt => $second), '200 MISS', 'a token of a new key is good at once');
is(ask(jwt => $first), '200 MISS', 'so is one of the old key');
is(ask(jwt => $first), '200 HIT', 'for as long as it is published');

post("/test/$_", 'gateway', '') for 'forget', 'rotate';

my $third = token('jwt');

is(ask(jwt => $third), '401 MISS token_invalid',
   'keys are not fetched again within 30 seconds');

$nginx->clock($start + 31);

is(ask(jwt => $third), '200 MISS', 'but after that');
is(ask(jwt => $second), '200 MISS', 'the key before is there');
is(ask(jwt => $first), '401 MISS token_invalid',
   'the one that was dropped is not');

# Opaque tokens

my $opaque = token('opaque');

is(ask(opaque => $opaque), '200 MISS', 'an opaque token is good');
is(ask(opaque => $opaque), '200 HIT', 'and remembered');
is(ask(any => $opaque), '200 MISS', 'also beside keys');
is(ask(jwt => $opaque), '401 MISS token_invalid',
   'where nobody can be asked it is none');
is(ask(opaque => token('opaque', '')), '403 MISS scope',
   'one without a scope opens nothing');
is(ask(opaque => 'no-such-token'), '401 MISS token_invalid',
   'one that nobody issued is not active');
is(ask(wrong => $opaque), '503 MISS introspection_unavailable',
   'with wrong credentials of the gateway no token is to blame');

post('/token/revocation', 'reader', "token=$opaque");

$nginx->clock($start + 31 + 59);
is(ask(opaque => $opaque), '200 HIT', 'a revoked token is good for a minute');
$nginx->clock($start + 31 + 60);
is(ask(opaque => $opaque), '401 MISS token_invalid', 'at most');

# JWTs at the introspection endpoint: a server may not know its own.

my $answer = ask(opaque => $third);

if ($provider eq 'oidc-provider') {
    is($answer, '503 MISS introspection_unavailable',
       'a JWT that the server does not introspect is a 503');
    like($nginx->log, qr/status 400; a server that does not introspect JWTs/,
         'and the log says what to do');

} else {
    is($answer, '401 MISS token_invalid', 'a JWT is not active there');
}

# The server goes: what is known is enough for JWTs.

kill 'TERM', $pid;
waitpid $pid, 0;
$pid = 0;

is(ask(only => $third), '200 MISS', 'JWTs are verified without the server');
is(ask(opaque => 'another'), '503 MISS introspection_unavailable',
   'opaque tokens are not let in without it');

$nginx->is_log_clean;
$nginx->stop;

done_testing();
