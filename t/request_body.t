# The body of a GET stays here, and so does whatever is hidden in it; requests
# on one connection know nothing of each other.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
             . "Content-Length: 5\r\n\r\n";

# this backend keeps its connections and reads no body of a GET

my $say = sub {
    return $answer . ($_[0] =~ /secret/ ? 'SMUGG' : 'hello');
};

my $be = backend($say, (NEXT, $say) x 100);

my $ngx = nginx_start(http => <<"HTTP", server => <<"END");
    upstream store {
        server 127.0.0.1:@{[ $be->port ]};
        keepalive 2;
    }
HTTP
    fhir_binary r4;
    fhir_binary_auth off;
    client_max_body_size 200k;

    location / {
        proxy_pass http://store;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
    }

    location /unbuffered/ {
        proxy_pass http://store/;
        proxy_http_version 1.1;
        proxy_request_buffering off;
        proxy_set_header Connection "";
    }

    location /file/ { alias html/; default_type text/plain; }
END

mkdir $ngx->root . '/html/Binary';
open my $fh, '>', $ngx->root . '/html/Binary/1' or die $!;
print $fh 'hello';
close $fh;

my $port = $ngx->port;
my $inner = "GET /secret HTTP/1.1\r\nHost: a\r\n\r\n";
my $chunked = 'Transfer-Encoding: chunked';
my $big = 'x' x 150_000;

my @bodies = (
    [ 'a short body', { body => $inner },
      'Content-Length: ' . length $inner ],
    [ 'a long body', { body => $big }, 'Content-Length: 150000' ],
    [ 'a slow body', { body => 'x' x 40, send_size => 100 }, 'Content-Length: 40' ],
    [ 'chunks', { body => sprintf("%x\r\n", length $inner) . $inner
                          . "\r\n0\r\n\r\n" }, $chunked ],
    [ 'long chunks', { body => "249f0\r\n$big\r\n0\r\n\r\n" }, $chunked ],
    [ 'an empty body', { body => '' }, 'Content-Length: 0' ],
    [ 'no chunks', { body => "0\r\n\r\n" }, $chunked ],
    [ 'a body that waits to be asked for',
      { body => $inner }, 'Expect: 100-continue',
      'Content-Length: ' . length $inner ],
);

for my $path ('/Binary/1', '/unbuffered/Binary/1', '/file/Binary/1') {
    for my $row (@bodies) {
        my ($what, $opt, @headers) = @$row;

        my $r = ask($port, "GET $path", @headers, { %$opt });

        $r->{received} =~ s/^HTTP\S+ 100 Continue\r\n\r\n//;
        like($r->{received}, qr/^HTTP\S+ 200.*\r\n\r\nhello$/s,
             "$path: $what");

        is(ask($port, "GET $path")->{body}, 'hello',
           'and the request after it');
    }
}

my @seen = $be->requests;

is_deeply([ grep { /^Content-Length: [^0]|^Transfer-Encoding|secret|xxx/mi }
                 @seen ], [], 'the backend has seen none of it');
is_deeply([ grep { !m{^GET /Binary/1 } } @seen ], [], 'and the requests alone');

is_outcome(ask($port, 'GET /Binary/1', $chunked,
               { body => "zz\r\n" }), 400, 'invalid', 'chunks that are none');
is_outcome(ask($port, 'GET /Binary/1', $chunked,
               { body => "3d090\r\n" . 'x' x 250_000 . "\r\n0\r\n\r\n" }),
           413, 'too-long', 'too many of them');


# One connection, many requests, sent at once: each has its own answer.

my @pipeline = (
    [ 'GET /file/Binary/1', 200, qr/^hello$/, 'Accept: text/plain' ],
    [ 'GET /file/Binary/1?_format=json', 200, qr/"data":"aGVsbG8="/ ],
    [ 'GET /file/Binary/a_b', 404, qr/"not-found"/ ],
    [ 'GET /file/Binary/1', 406, qr/"http\.Accept"/, 'Accept: a/b' ],
    [ 'GET /file/Binary/1', 200, qr/^hello$/ ],
    [ 'GET /file/Binary/1', 206, qr/^el$/, 'Range: bytes=1-2' ],
    [ 'GET /file/Binary/1?_format=xml', 200, qr/<data value="aGVsbG8="/,
      'Range: bytes=1-2' ],
    [ 'GET /file/Binary/1', 412, qr/"conflict"/, 'If-Match: "x"' ],
    [ 'GET /file/Binary/none', 404, qr/<code value="not-found"/,
      'Accept: application/fhir+xml' ],
    [ 'GET /file/Binary/1', 416, qr/"value"/, 'Range: bytes=9-' ],
    [ 'GET /Binary/1', 200, qr/^hello$/,
      'Content-Length: ' . length($inner) . "\r\n\r\n$inner" ],
    [ 'GET /file/Binary/1', 200, qr/^hello$/, 'Connection: close' ],
);

my $bytes = join '', map {
    my ($line, undef, undef, @headers) = @$_;
    my $head = join "\r\n", "$line HTTP/1.1", 'Host: a', @headers;
    $head =~ /\r\n\r\n/ ? $head : "$head\r\n\r\n";
} @pipeline;

my $in = raw_http($port, $bytes)->{received};

for my $row (@pipeline) {
    my ($line, $status, $body) = @$row;
    my ($got, $length) = ('nothing', 0);

    if ($in =~ s/^HTTP\S+ (\d+) .*?\r\n\r\n//s) {
        $got = $1;
        $length = $1 if $& =~ /^Content-Length: (\d+)/mi;
    }

    is($got, $status, "in one connection: $line");
    like(substr($in, 0, $length, ''), $body, 'and its body');
}

is($in, '', 'nothing is left over');

$ngx->is_log_clean;
done_testing();
