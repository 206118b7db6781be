# error_page: around the location it is as if it were not there; in the
# location it is obeyed, be it a page, a redirect or another source.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $dead = free_port();
my $trace = '<html>Secret.java:42</html>';

my $ok = answers(
    '/Binary/1' => [ '200 OK', 'hello', 'Content-Type: text/plain' ],
    '/Binary/2' => [ '404 No', $trace, 'Content-Type: text/html' ],
    '/Binary/a_b' => [ '200 OK', 'secret', 'Content-Type: text/plain' ],
    '/Binary/bad' => [ '200 OK', 'zip', 'Content-Type: text/plain',
                       'Content-Encoding: gzip' ],
);

my $up = 'proxy_pass http://127.0.0.1:' . $ok->port;

my $ngx = nginx_start(http => <<"HTTP", server => <<"END");
    error_page 404 406 502 /error.html;
HTTP
    error_page 404 405 406 413 502 /error.html;

    location = /error.html { return 200 "page\\n"; }

    location / {
        fhir_binary r4;
        fhir_binary_auth off;
        client_max_body_size 10;
        $up;

        location /dead/ { proxy_pass http://127.0.0.1:$dead/; }

        location /own/ {
            error_page 404 406 413 502 /error.html;
            proxy_intercept_errors on;
            $up/;

            location /own/inner/ { proxy_pass http://127.0.0.1:$dead/; }
        }

        location /named/ {
            error_page 404 406 502 \@page;
            proxy_pass http://127.0.0.1:$dead/;
        }

        location /away/ {
            error_page 404 406 https://help.example.org/;
            error_page 502 =303 https://down.example.org/;
            proxy_pass http://127.0.0.1:$dead/;
        }

        location /second/ {
            error_page 404 406 502 = \@second;
            proxy_pass http://127.0.0.1:$dead/;
        }

        location /first/ {
            error_page 502 = \@copy;
            $up/;
        }

        location /third/ {
            error_page 404 502 = \@dead;
            proxy_pass http://127.0.0.1:$dead/;
        }
    }

    location \@page { default_type text/html; return 200 "page\\n"; }
    location \@second { rewrite ^/second(.*) \$1 break; $up; }
    location \@copy { rewrite ^ /Binary/1 break; $up; }
    location \@dead { proxy_pass http://127.0.0.1:$dead; }
END

my $port = $ngx->port;
my @body = ('Content-Length: 11', { body => 'hello world' });
my $r;


# Around the location.

is_outcome(ask($port, 'GET /Binary/2'), 404, 'not-found', 'the backend\'s');
is_outcome(ask($port, 'GET /Binary/a_b'), 404, 'not-found', 'no route');
is_outcome(ask($port, 'GET /Binary/1', 'Accept: a/b'), 406, 'not-supported',
           'nothing acceptable');
is_outcome(ask($port, 'GET /dead/Binary/1'), 502, 'transient', 'nobody there');
is_outcome(ask($port, 'POST /Binary/1'), 405, 'not-supported', 'a method');
is_outcome(ask($port, 'GET /Binary/1', @body), 413, 'too-long', 'a body');


# A page in the location, or in the one around it that is enabled too.

my @pages = (
    [ 502, '/own/inner/Binary/1', 'a dead backend' ],
    [ 404, '/own/inner/Binary/a_b', 'no route, in the inner location' ],
    [ 404, '/own/Binary/a_b', 'no route' ],
    [ 404, '/own/Binary/2', 'an error of the backend' ],
    [ 406, '/own/Binary/1', 'nothing acceptable', 'Accept: a/b' ],
    [ 413, '/own/Binary/1', 'a large body', @body ],
    [ 502, '/own/Binary/bad?_format=json', 'a bad backend' ],
    [ 502, '/named/Binary/1', 'a named location' ],
    [ 404, '/named/Binary/a_b', 'a named location, no route' ],
);

for my $row (@pages) {
    my ($status, $path, $what, @headers) = @$row;

    $r = ask($port, "GET $path", @headers);
    is("$r->{status} $r->{body}", "$status page\n", "a page: $what");
}

is_outcome(ask($port, 'POST /own/Binary/1'), 405, 'not-supported',
           'an error that is not named is as ever');
is(ask($port, 'GET /own/Binary/1')->{body}, 'hello', 'and so is a document');


# A redirect to another place.

$r = ask($port, 'GET /away/Binary/a_b');
is("$r->{status} " . (header($r, 'Location') // ''),
   '302 https://help.example.org/', 'a redirect, no route');

$r = ask($port, 'GET /away/Binary/1');
is("$r->{status} " . (header($r, 'Location') // ''),
   '303 https://down.example.org/', 'a redirect, nobody there');


# Another source: its document leaves in the form that was asked for, its
# error is an error, and what was refused stays so.

my $wrapped = '{"resourceType":"Binary","id":"1","contentType":"text/plain",'
              . '"data":"aGVsbG8="}';

is(ask($port, 'GET /second/Binary/1')->{body}, 'hello', 'a second source');
is(ask($port, 'GET /second/Binary/1?_format=json')->{body}, $wrapped,
   'is wrapped as the first one is');

$r = ask($port, 'GET /second/Binary/1', 'Range: bytes=1-2');
is("$r->{status} $r->{body}", '206 el', 'and cut');

is_outcome(ask($port, 'GET /second/Binary/2'), 404, 'not-found',
           'its page is none of ours');
is_outcome(ask($port, 'GET /second/Binary/a_b'), 404, 'not-found',
           'a refused route stays refused');
is_outcome(ask($port, 'GET /second/Binary/1', 'Accept: a/b'), 406,
           'not-supported', 'and so does what is not acceptable');
is_outcome(ask($port, 'GET /third/Binary/1'), 502, 'transient',
           'both are dead');
is_outcome(ask($port, 'GET /third/Binary/a_b'), 404, 'not-found',
           'a refusal, and then a dead source');

like(ask($port, 'GET /first/Binary/bad?_format=json')->{body},
     qr/"data":"aGVsbG8="/, 'a source in the place of a broken one');

$ngx->is_log_clean;
done_testing();
