# fhir_binary_introspect: what is asked, what the answer means, one question
# for each token.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;
use JSON::PP;

use constant NOW => 1800000000;

my %good = (active => JSON::PP::true, scope => 'user/*.read',
            client_id => 'app-1', exp => NOW + 300, iss => ISS, aud => AUD);

sub answer {
    my ($body, $status) = @_;

    $body = encode_json($body) if ref $body;

    return sprintf "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                   . "Content-Length: %d\r\n\r\n%s",
                   $status // '200 OK', length $body, $body;
}

# The endpoint answers by what is in the token: opaque-NAME.

my %answers;

my @rows = (
    # name, answer, status, expected status and reason
    ['good', {%good}, 200, ''],
    ['inactive', { active => JSON::PP::false }, 401, 'token_invalid'],
    ['inactive-with-scope', { %good, active => JSON::PP::false }, 401,
     'token_invalid'],
    ['no-scope', { %good, scope => undef }, 401, 'token_invalid'],
    ['without-scope', do { my %h = %good; delete $h{scope}; \%h }, 403,
     'scope'],
    ['empty-scope', { %good, scope => '' }, 403, 'scope'],
    ['without-exp', do { my %h = %good; delete $h{exp}; \%h }, 200, ''],
    ['expired', { %good, exp => NOW - 31 }, 401, 'token_expired'],
    ['leeway', { %good, exp => NOW - 29 }, 200, ''],
    ['exp-string', { %good, exp => '' . (NOW + 300) }, 401, 'token_invalid'],
    ['exp-1e300', encode_json({%good}) =~ s/"exp":\d+/"exp":1e300/r, 401,
     'token_invalid'],
    ['nbf', { %good, nbf => NOW + 31 }, 401, 'token_invalid'],
    ['without-iss', do { my %h = %good; delete $h{iss}; \%h }, 401,
     'token_invalid'],
    ['other-iss', { %good, iss => 'https://evil.example.org' }, 401,
     'token_invalid'],
    ['aud', { %good, aud => [ 'x', AUD ] }, 200, ''],
    ['without-aud', do { my %h = %good; delete $h{aud}; \%h }, 401,
     'token_invalid'],
    ['other-aud', { %good, aud => 'x' }, 401, 'token_invalid'],
    ['bearer', { %good, token_type => 'bearer' }, 200, ''],
    ['dpop', { %good, token_type => 'DPoP' }, 401, 'token_invalid'],
    ['cnf', { %good, cnf => { jkt => 'x' } }, 401, 'token_invalid'],
    ['active-string', { %good, active => 'true' }, 503,
     'introspection_unavailable'],
    ['active-1', { %good, active => 1 }, 503, 'introspection_unavailable'],
    ['no-active', do { my %h = %good; delete $h{active}; \%h }, 503,
     'introspection_unavailable'],
    ['twice', '{"active":false,"active":true,"scope":"user/*.read"}', 503,
     'introspection_unavailable'],
    ['array', '[{"active":true}]', 503, 'introspection_unavailable'],
    ['html', '<html>active</html>', 503, 'introspection_unavailable'],
    ['empty', '', 503, 'introspection_unavailable'],
    ['large', '{"active":true,"x":"' . 'x' x 70000 . '"}', 503,
     'introspection_unavailable'],
    (map { [ "status-$_", {%good}, 503, 'introspection_unavailable',
             "$_ Status" ] }
         201, 204, 206, 302, 400, 401, 403, 404, 429, 500, 503),
    ['reset', undef, 503, 'introspection_unavailable'],
    ['cut', undef, 503, 'introspection_unavailable'],
);

for my $row (@rows) {
    my ($name, $body, undef, undef, $status) = @$row;

    $answers{$name} = [ answer($body, $status) ] if defined $body;
}

$answers{reset} = [ RST ];
$answers{cut} = [ "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"
                  . encode_json({%good}), FIN ];
$answers{slow} = [ WAIT('slow'), answer({%good}) ];

my $server = backend(sub {
    my ($request) = @_;
    my ($name) = $request =~ /token=opaque-([\w-]+)/;

    return @{ $answers{$name // ''} // [ answer({ active => undef }) ] };
});

my $port = $server->port;

my $nginx = nginx_start(
    clock => NOW,
    files => { 'html/Binary/1' => 'a document',
               'jwks.json' => jwks('ec-a') },
    server => <<"END",
        add_header X-Reason \$fhir_binary_reason always;
        add_header X-Leak x\$fhir_binary_token always;

        fhir_binary_introspect /_introspect;

        location /Binary/ {
            fhir_binary r4;
            fhir_binary_issuer @{[ISS]};
            fhir_binary_audience @{[AUD]};
        }

        location /both/ {
            alias html/;
            fhir_binary r4;
            @{[ jwt_endpoint() ]}
        }

        location /all/ {
            alias html/;
            fhir_binary r4;
            fhir_binary_key_file jwks.json;
            fhir_binary_introspect /_introspect all;
            fhir_binary_issuer @{[ISS]};
            fhir_binary_audience @{[AUD]};
        }

        location = /_introspect {
            internal;
            proxy_method POST;
            proxy_set_header Authorization "Basic Z2F0ZXdheTpzZWNyZXQ=";
            proxy_set_header Content-Type application/x-www-form-urlencoded;
            proxy_set_body token=\$fhir_binary_token&token_type_hint=access_token;
            proxy_pass http://127.0.0.1:$port/introspect;
        }
END
);

sub ask {
    my ($token, %opt) = @_;

    return said(raw_http($nginx->port, request($token, $opt{path})));
}

sub request {
    my ($token, $path) = @_;

    return get($path // '/Binary/1', $token, 'Cookie: c', 'Range: bytes=0-1');
}

sub said {
    my ($r) = @_;

    return ($r->{status} // $r->{end}) . ' ' . reason($r)
           . (header($r, 'X-Leak') eq 'x' ? '' : ' leaks');
}

for my $row (@rows) {
    my ($name, undef, $status, $reason) = @$row;

    $status = 206 if $status == 200;

    is(ask("opaque-$name"), "$status $reason",
       "an answer \"$name\" gives $status");
}

my ($first) = $server->requests;

like($first, qr{\APOST /introspect HTTP/1\.[01]\r\n}, 'the endpoint sees POST');
like($first, qr/\r\n\r\ntoken=opaque-good&token_type_hint=access_token\z/,
     'with the token');
like($first, qr/^Authorization: Basic Z2F0ZXdheTpzZWNyZXQ=\r$/m,
     "with the gateway's own credentials");
unlike($first, qr/^(?:Cookie|Range):|Bearer/m, "without the client's fields");

ask('a+b/c~d.e_f-g==');

like(($server->requests)[-1], qr/token=a%2Bb%2Fc~d\.e_f-g%3D%3D&token_type/,
     'a token cannot break out of the form');

# One question for each token, whoever leaves.

my $before = () = $server->requests;

is(raw_http($nginx->port, request('opaque-slow'),
            until => sub { $server->reached('slow') })->{status},
   undef, 'the client that made the gateway ask leaves');

my @waiting = map { raw_http($nginx->port, request('opaque-slow'),
                             later => 1) } 1 .. 4;

is(ask('opaque-good'), '206 ', 'other tokens do not wait');
$server->go('slow');

is_deeply([ map { said($_->()) } @waiting ], [ ('206 ') x 4 ],
          'all who have the same token are answered');
is(scalar(() = $server->requests), $before + 2, 'for one question');

# JWTs and opaque tokens together.

my %claims = (scope => 'user/*.read', exp => NOW + 300);
my $jwt = mint_token({%claims}, now => NOW);
my $forged = mint_token({%claims}, now => NOW, key => 'ec-b',
                        header => { kid => 'ec-a' });

$before = () = $server->requests;

is(ask($jwt, path => '/both/Binary/1'), '206 ', 'a JWT is verified locally');
is(ask($forged, path => '/both/Binary/1'), '401 token_invalid',
   'a bad one too');
is(ask($forged, path => '/all/Binary/1'), '401 token_invalid',
   'also where all are asked about');
is(scalar(() = $server->requests), $before, 'and nobody is asked');

is(ask('opaque-good', path => '/both/Binary/1'), '206 ',
   'an opaque token is asked about');
is(ask('opaque-inactive', path => '/all/Binary/1'), '401 token_invalid',
   'and may be refused');
is(scalar(() = $server->requests), $before + 2, 'each once');

is(ask($jwt, path => '/all/Binary/1'), '503 introspection_unavailable',
   'a good JWT is asked about where all are, and never let in for want of '
   . 'an answer');

# What the log says to do.

my $log = $nginx->log;

like($log, qr/"\/_introspect" failed with status 400; a server that does not /,
     'a 400 names the directive that is missing');
like($log, qr/failed with status 401; it refuses the gateway's own credent/,
     'a 401 is about the gateway');

$nginx->is_log_clean;
$nginx->stop;
$server->stop;

done_testing();
