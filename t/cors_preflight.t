# A preflight is answered without a token and without the backend, and allows
# what the service has, to whom it may.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $be = answers();
my $proxy = "proxy_pass http://127.0.0.1:@{[ $be->port ]}/;";
my $guard = 'fhir_binary_auth on; fhir_binary_introspect /_introspect;';

my $ngx = nginx_start(server => <<"END");
    fhir_binary r4;
    $guard

    location = /_introspect { internal; return 503; }
    location /none/ { $proxy }
    location /any/ { fhir_binary_cors *; $proxy }
    location /more/ {
        fhir_binary_cors *;
        add_header Access-Control-Allow-Headers X-Mine;
        $proxy
    }
    location /list/ {
        fhir_binary_cors https://a.example https://b.example:8443;
        $proxy
    }
END

my $port = $ngx->port;
my @ask = ('Access-Control-Request-Method: GET',
           'Access-Control-Request-Headers: authorization,range');
my @cors = map { "Access-Control-$_" } qw(Allow-Origin Allow-Methods
                                          Allow-Headers Max-Age);
my $r;

sub got {
    my ($path, $origin, @more) = @_;

    $r = ask($port, "OPTIONS $path", $origin ? "Origin: $origin" : (),
             @more ? @more : @ask);

    is("$r->{status} $r->{length} " . ($r->{whole} ? 'whole' : 'cut'),
       '204 0 whole', "$path, from $origin");
    is(header($r, 'Allow'), 'GET, HEAD, OPTIONS', 'what there is');
    is(header($r, 'Access-Control-Allow-Credentials'), undef, 'no cookies');
    is(header($r, 'WWW-Authenticate'), undef, 'no token needed');

    return join '; ', map { header($r, $_) // '-' } @cors;
}


# whatever the path, so that a refusal of the real request can be read

for my $path ('/any/Binary/1', '/any/Binary/$autogen-ccd-if',
              '/any/Binary/a_b', '/any/Patient/1')
{
    like(got($path, 'https://x.example'),
         qr/^\*; GET, HEAD, OPTIONS; Authorization, [\w, -]+; 600$/, 'any');
    is(header($r, 'Vary'), undef, 'the same for all');
}

# what is allowed does not depend on what is asked for

my $allowed = header($r, 'Access-Control-Allow-Headers');

for my $asked ('x-remote-user', 'authorization', '', 'x' x 2000,
               'a, b, authorization')
{
    got('/any/Binary/1', 'https://x.example', $ask[0],
        "Access-Control-Request-Headers: $asked");
    is(header($r, 'Access-Control-Allow-Headers'), $allowed, 'a fixed list');
}

like(lc $allowed, qr/(?:^|, )$_(?:,|$)/, "with $_")
    for qw(authorization accept content-type range if-none-match if-match
           if-modified-since if-range prefer x-request-id x-correlation-id
           cache-control x-requested-with traceparent);

unlike($allowed, qr/\*/, 'and no wildcard, which means no Authorization');

got('/more/Binary/1', 'https://x.example');
is(header($r, 'Access-Control-Allow-Headers'), "$allowed, X-Mine",
   'an operator adds to it');


# a list of origins, each in full

for my $origin ('https://a.example', 'https://b.example:8443') {
    like(got('/list/Binary/1', $origin), qr/^\Q$origin\E; GET/, 'listed');
    is(header($r, 'Vary'), 'Origin', 'others get another answer');
}

for my $origin ('null', 'https://A.example', 'http://a.example',
                'https://a.example:443', 'https://a.example.evil.example',
                'https://b.example', 'https://xa.example', 'a.example', '',
                'https://a.example https://b.example:8443', '*')
{
    is(got('/list/Binary/1', $origin), '-; -; -; -', 'not listed');
    is(header($r, 'Vary'), 'Origin', 'others get another answer');
}

is(got('/none/Binary/1', 'https://a.example'), '-; -; -; -', 'off is off');
is(header($r, 'Vary'), undef, 'for all');


# OPTIONS that is no preflight says what there is

is(got('/any/Binary/1', 'https://a.example', 'X: x'), '*; -; -; -',
   'no preflight');
like(header($r, 'Access-Control-Expose-Headers'), qr/\bETag\b/, 'readable');

# other methods of a preflight: the answer is the same, and says no

like(got('/any/Binary/1', 'https://a.example',
         'Access-Control-Request-Method: DELETE'),
     qr/; GET, HEAD, OPTIONS; /, 'DELETE is not among them');

is(scalar($be->requests), 0, 'the backend saw none of them');

$ngx->is_log_clean;
done_testing();
