# GET, HEAD and OPTIONS; any other method is refused before the backend.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $be = answers(
    '/Binary/1' => [ '200 OK', 'hello', 'Content-Type: text/plain' ]);

my $ngx = nginx_start(server => <<"END");
    fhir_binary_auth off;
    fhir_binary r4;

    location / {
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }

    location /any/ {
        fhir_binary_cors *;
        proxy_pass http://127.0.0.1:@{[ $be->port ]}/;
    }

    location /some/ {
        fhir_binary_cors https://app.example.org;
        proxy_pass http://127.0.0.1:@{[ $be->port ]}/;
    }
END

my $port = $ngx->port;
my $r;

for my $method (qw(POST PUT DELETE PATCH PROPFIND MKCOL LOCK COPY)) {
    for my $path ('/Binary/1', '/Binary/$autogen-ccd-if?patient=1') {
        $r = ask($port, "$method $path", 'Content-Length: 3',
                 { body => 'a=b' });
        is_outcome($r, 405, 'not-supported', "$method $path");
        is(header($r, 'Allow'), 'GET, HEAD, OPTIONS', 'with Allow');
    }
}

# nginx knows no such methods

for my $method (qw(GETS BREW SUBSCRIBE)) {
    is_outcome(ask($port, "$method /Binary/1"), 501, 'not-supported',
               "$method is not known");
}

# these are nginx's own refusals, before there is a location

is_outcome(ask($port, 'get /Binary/1'), 400, 'invalid', 'lower case');
is_outcome(ask($port, 'TRACE /Binary/1'), 405, 'not-supported', 'TRACE');

is(scalar($be->requests), 0, 'the backend saw none of them');


# HEAD.

my $get = ask($port, 'GET /Binary/1');
my $head = ask($port, 'HEAD /Binary/1');

is($get->{body}, 'hello', 'GET has a body');
is($head->{status}, 200, 'HEAD has none');
is($head->{length}, 0, 'not a byte');
is_deeply([ grep { $_->[0] ne 'Date' } @{ $head->{headers} } ],
          [ grep { $_->[0] ne 'Date' } @{ $get->{headers} } ],
          'with the headers of GET');

$get = ask($port, 'GET /Binary/a_b');
$head = ask($port, 'HEAD /Binary/a_b');
is($head->{status}, 404, 'HEAD is refused as GET is');
is($head->{length}, 0, 'without a body');
is(header($head, 'Content-Length'), length $get->{body}, 'of its length');


# OPTIONS that is no preflight.

for my $path ('/Binary/1', '/any/Binary/1', '/some/Binary/1') {
    $r = ask($port, "OPTIONS $path");
    is($r->{status}, 204, "OPTIONS $path");
    is(header($r, 'Allow'), 'GET, HEAD, OPTIONS', 'says what is allowed');
    is($r->{length}, 0, 'and nothing else');
    is(header($r, 'Access-Control-Allow-Methods'), undef, 'of CORS neither');
}

$ngx->is_log_clean;
done_testing();
