# HTTP/2 to the client: documents, forms, ranges and refusals as ever.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

plan(skip_all => 'curl without HTTP/2')
    if `curl --version 2>&1` !~ /\bHTTP2\b/;

my ($exit, $said) = nginx_conf_test(
    'server { listen 127.0.0.1:' . free_port() . ' http2; }');

plan(skip_all => 'nginx without http_v2_module') if $exit;

my $body = join '', map { sprintf "%05d\n", $_ } 1 .. 50_000;
my $type = 'Content-Type: text/plain';

my $be = answers(
    '/Binary/1' => [ '200 OK', $body, $type, 'ETag: "a"' ],
    '/Binary/chunked' => "HTTP/1.1 200 OK\r\n$type\r\n"
                         . "Transfer-Encoding: chunked\r\n\r\n"
                         . sprintf("%x\r\n", length $body) . $body
                         . "\r\n0\r\n\r\n",
    '/Binary/short' => "HTTP/1.1 200 OK\r\n$type\r\n"
                       . "Content-Length: 600000\r\n\r\n$body",
    '/Binary/noise' => "SSH-2.0-OpenSSH_9.2\r\n\r\n",
    '/Binary/500' => [ '500 No', '<html>', 'Content-Type: text/html' ],
);

my $h2 = free_port();

my $ngx = nginx_start(http => <<"HTTP");
    server {
        listen 127.0.0.1:$h2 http2;
        fhir_binary r4;
        fhir_binary_auth off;
        fhir_binary_cors *;
        location / {
            proxy_pass http://127.0.0.1:@{[ $be->port ]};
            proxy_http_version 1.1;
        }
    }
HTTP


# What curl received, as ask() gives it.

sub ask2 {
    my ($path, @options) = @_;

    my $dir = $ngx->root;

    unlink "$dir/h2.head", "$dir/h2.body";

    my $exit = system 'curl', '-s', '--max-time', 60,
                      '--http2-prior-knowledge', '-D', "$dir/h2.head", '-o',
                      "$dir/h2.body", @options, "http://127.0.0.1:$h2$path";

    my $head = $ngx->slurp('h2.head');
    my $r = { exit => $exit >> 8, head => $head, received => $head,
              body => $ngx->slurp('h2.body'), whole => $exit == 0 };

    ($r->{status}) = $head =~ m{^HTTP/2 (\d+)};
    $r->{length} = length $r->{body};
    $r->{headers} = [ map { /^([^:]+): (.*?)\r?$/ ? [ $1, $2 ] : () }
                          split /\n/, $head ];

    return $r;
}

my ($r, $one);

$r = ask2('/Binary/1');
is($r->{status}, 200, 'a document');
ok($r->{body} eq $body, 'its bytes');
is(header($r, 'Content-Type'), 'text/plain', 'its type');
is(header($r, 'Vary'), 'Accept', 'Vary');

for my $id ('1', 'chunked') {
    for my $form ('json', 'xml') {
        $r = ask2("/Binary/$id?_format=$form");
        $one = ask($ngx->port, "GET /Binary/$id");

        like($r->{body}, $form eq 'json' ? qr/^\{.*"data":"[^"]*"\}$/
                         : qr{^<\?xml.*<data value="[^"]*"/></Binary>$},
             "$id in $form");
        ok($r->{whole}, 'ends in order');

        my ($data) = $r->{body} =~ /data(?:":| value=)"([^"]*)"/;
        require MIME::Base64;
        ok(MIME::Base64::decode_base64($data) eq $body, 'and is the document');
    }
}

$r = ask2('/Binary/1?_format=json', '-I');
is("$r->{status} $r->{length}", '200 ' . $r->{length}, 'HEAD');
is(header($r, 'Content-Length'),
   header(ask2('/Binary/1?_format=json'), 'Content-Length'), 'its length');

$r = ask2('/Binary/1', '-r', '0-11');
is("$r->{status} $r->{body}", "206 00001\n00002\n", 'a range');

$r = ask2('/Binary/1', '-H', 'If-None-Match: "a"');
is("$r->{status} $r->{length}", '304 0', 'a 304');

is_outcome(ask2('/Binary/a_b'), 404, 'not-found', 'no route');
is_outcome(ask2('/Binary/500'), 502, 'exception', 'an error of the backend');
is_outcome(ask2('/Binary/noise'), 502, 'transient', 'no HTTP at all');
is_outcome(ask2('/Binary/1', '-H', 'Accept: a/b'), 406, 'not-supported',
           'nothing acceptable');
is_outcome(ask2('/Binary/1', '-X', 'DELETE'), 405, 'not-supported',
           'a method');
is(ask2('/Binary/1', '-X', 'OPTIONS')->{status}, 204, 'OPTIONS');

for my $query ('', '?_format=json') {
    $r = ask2("/Binary/short$query");
    isnt($r->{exit}, 0, "a short document$query ends in an error");
}

$ngx->is_log_clean;
done_testing();
