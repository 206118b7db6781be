# Errors that nginx makes are OperationOutcomes too, whatever error_page says
# around the location; what it says inside is obeyed.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $dead = free_port();
my $bare = free_port();
my $stall = backend(STALL);
my $reset = backend(RST);
my $silent = backend(FIN);
my $noise = backend("SSH-2.0-OpenSSH_9.2\r\n\r\n");
my $half = backend("HTTP/1.1 200 OK\r\nContent-Type: text/pl", FIN);
my $huge = backend("HTTP/1.1 200 OK\r\nX-A: " . 'a' x 100_000 . "\r\n\r\n");
my $ok = answers('/Binary/1' => [ '200 OK', 'hello',
                                  'Content-Type: text/plain' ],
                 '/Binary/2' => [ '404 No', 'no' ]);

my $ngx = nginx_start(http => <<"HTTP", server => <<"END");
    limit_req_zone all zone=one:1m rate=1r/m;
    limit_req_zone all zone=two:1m rate=1r/m;
    error_page 400 401 403 404 405 406 413 414 429 500 501 502 503 504
               /error.html;

    # the module stands in locations alone

    server {
        listen 127.0.0.1:$bare;
        error_page 404 406 413 \@page;
        location \@page { return 200 "page\\n"; }
        location / {
            fhir_binary r4;
            fhir_binary_auth off;
            client_max_body_size 10;
            proxy_pass http://127.0.0.1:@{[ $ok->port ]};
        }
    }
HTTP
    fhir_binary r4;
    fhir_binary_auth off;
    large_client_header_buffers 2 2k;
    client_max_body_size 10;
    error_page 404 /error.html;

    location = /error.html { fhir_binary off; return 200 "page\\n"; }
    location / { proxy_pass http://127.0.0.1:@{[ $ok->port ]}; }
    location /dead/ { proxy_pass http://127.0.0.1:$dead/; }
    location /reset/ { proxy_pass http://127.0.0.1:@{[ $reset->port ]}/; }
    location /silent/ { proxy_pass http://127.0.0.1:@{[ $silent->port ]}/; }
    location /noise/ {
        proxy_pass http://127.0.0.1:@{[ $noise->port ]}/;
        proxy_http_version 1.1;
    }
    location /half/ { proxy_pass http://127.0.0.1:@{[ $half->port ]}/; }
    location /huge/ { proxy_pass http://127.0.0.1:@{[ $huge->port ]}/; }
    location /stall/ {
        proxy_pass http://127.0.0.1:@{[ $stall->port ]}/;
        proxy_read_timeout 300ms;
    }
    location /busy/ {
        limit_req zone=one;
        proxy_pass http://127.0.0.1:@{[ $ok->port ]}/;
    }
    location /slow/ {
        limit_req zone=two;
        limit_req_status 429;
        proxy_pass http://127.0.0.1:@{[ $ok->port ]}/;
    }
    location /denied/ {
        deny all;
        proxy_pass http://127.0.0.1:@{[ $ok->port ]}/;
    }
    location /basic/ {
        auth_basic "the store";
        auth_basic_user_file users;
        proxy_pass http://127.0.0.1:@{[ $ok->port ]}/;
    }
    location /intercept/ {
        proxy_intercept_errors on;
        proxy_pass http://127.0.0.1:@{[ $ok->port ]}/;
    }
    location /file/ { alias html/; }
    location /gone/ { return 410; }
    location /down/ { return 503 "maintenance\\n"; }
END

open my $fh, '>', $ngx->root . '/users' or die $!;
close $fh;
mkdir $ngx->root . "/html/$_" for 'Binary', 'Binary/dir';

my $port = $ngx->port;
my $r;

# path, status, code, reason's own sentence

my @rows = (
    [ '/dead/Binary/1', 502, 'transient' ],
    [ '/reset/Binary/1', 502, 'transient' ],
    [ '/silent/Binary/1', 502, 'transient' ],
    [ '/noise/Binary/1', 502, 'transient' ],
    [ '/half/Binary/1', 502, 'transient' ],
    [ '/huge/Binary/1', 502, 'transient' ],
    [ '/stall/Binary/1', 504, 'timeout' ],
    [ '/denied/Binary/1', 403, 'forbidden' ],
    [ '/basic/Binary/1', 401, 'login' ],
    [ '/intercept/Binary/2', 404, 'not-found' ],
    [ '/file/Binary/none', 404, 'not-found' ],
    [ '/file/Binary/dir', 404, 'not-found' ],
    [ '/gone/Binary/1', 410, 'deleted' ],
    [ '/Binary/2', 404, 'not-found' ],
);

for my $row (@rows) {
    my ($path, $status, $code) = @$row;

    for my $form ('json', 'xml') {
        next if $path =~ /stall/ && $form eq 'xml';

        $r = ask($port, "GET $path", "Accept: application/fhir+$form");
        is_outcome($r, $status, $code, "$path, $form");
        is(outcome($r)->{form}, $form, "in $form");
        unlike($r->{body}, qr/nginx|page/, 'and not in nginx\'s words');
    }
}

is(header(ask($port, 'GET /basic/Binary/1'), 'WWW-Authenticate'),
   'Basic realm="the store"', 'auth_basic keeps its challenge');

# a text that stands in "return" is no document, even where it is an error

is_outcome(ask($port, 'GET /down/Binary/1'), 503, 'transient', 'return 503');

for my $row ([ 'busy', 503, 'transient' ], [ 'slow', 429, 'throttled' ]) {
    my ($path, $status, $code) = @$row;

    is(ask($port, "GET /$path/Binary/1")->{body}, 'hello', "$path: the first");
    is_outcome(ask($port, "GET /$path/Binary/1"), $status, $code,
               "$path: the second");
}


# Before any phase.

my @body = ('Content-Length: 11', { body => 'hello world' });

is_outcome(ask($port, 'GET /Binary/1', @body), 413, 'too-long', 'a large body');
is_outcome(ask($bare, 'GET /Binary/1', @body), 413, 'too-long',
           'a large body, without the module at server level');
is_outcome(ask($bare, 'GET /Binary/2'), 404, 'not-found', 'nor 404');
is_outcome(ask($port, 'GET /Binary/' . 'a' x 3000), 414, 'too-long',
           'a long URI');
is_outcome(ask($port, 'GET /Binary/1', 'X-A: ' . 'a' x 3000), 400, 'invalid',
           'a header that is too large');
is_outcome(ask($port, 'GET /Binary/%zz'), 400, 'invalid', 'a bad escape');
is_outcome(ask($port, 'GET /Binary/1', 'Content-Length: x'), 400, 'invalid',
           'a bad Content-Length');
is_outcome(ask($port, 'GET /Binary/1', 'Host: b'), 400, 'invalid',
           'two hosts');
is_outcome(ask($port, 'GET /Binary/1 HTTP/9.9'), 400, 'invalid',
           'another HTTP');


is_deeply([ $ngx->log =~ /\[(?:alert|crit|emerg)\].*/g ], [],
          'nothing bad in the log');
done_testing();
