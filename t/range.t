# Range: on the native form, whoever cuts it; on the FHIR forms not at all.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $body = join '', map { sprintf '%04d', $_ } 0 .. 499;       # 2000 bytes
my $text = 'Content-Type: text/plain';
my $lm = 'Thu, 26 Dec 2019 21:36:00 GMT';

# /Binary/cut understands one range, /Binary/whole knows nothing of ranges

my $be = backend(sub {
    my ($q) = @_;
    my ($method, $path) = $q =~ m{^(\S+) ([^ ?]*)};
    my ($from, $to) = $q =~ /^Range: bytes=(\d*)-(\d*)\r$/mi;
    my ($status, @headers) = ('200 OK', $text, 'ETag: "abc"',
                              "Last-Modified: $lm");
    my $sent = $body;

    $headers[1] = 'ETag: W/"a_b"' if $path =~ /weak/;

    if ($path eq '/Binary/cut' && defined $from) {
        ($from, $to) = (2000 - $to, 1999) if $from eq '';
        $to = 1999 if $to eq '' || $to > 1999;

        if ($from >= 2000) {
            $sent = '<html>416</html>';
            $status = '416 Range Not Satisfiable';
            push @headers, 'Content-Range: bytes */2000';

        } else {
            $sent = substr $body, $from, $to - $from + 1;
            $status = '206 Partial Content';
            push @headers, "Content-Range: bytes $from-$to/2000";
        }
    }

    push @headers, 'Content-Length: ' . length $sent;

    return join("\r\n", "HTTP/1.1 $status", @headers, '', '')
           . ($method eq 'HEAD' ? '' : $sent);
});

my $store = free_port();

my $ngx = nginx_start(http => <<"HTTP", server => <<"END");
    server { listen 127.0.0.1:$store; default_type text/plain; }
HTTP
    fhir_binary_auth off;
    fhir_binary r4;

    location / { proxy_pass http://127.0.0.1:@{[ $be->port ]}; }
    location /file/ { alias html/; default_type text/plain; }
    location /single/ { alias html/; max_ranges 1; default_type text/plain; }
END

mkdir $ngx->root . '/html/Binary';
open my $fh, '>', $ngx->root . '/html/Binary/1' or die $!;
print $fh $body;
close $fh;

my $port = $ngx->port;


# One range: cut by the backend, by nginx, and out of a file.

my @ranges = (
    [ '0-0', 0, 0 ], [ '0-9', 0, 9 ], [ '100-199', 100, 199 ],
    [ '1990-', 1990, 1999 ], [ '-5', 1995, 1999 ], [ '1999-5000', 1999, 1999 ],
    [ '0-', 0, 1999 ],
);

for my $path ('/Binary/cut', '/Binary/whole', '/file/Binary/1',
              '/single/Binary/1')
{
    for my $row (@ranges) {
        my ($range, $from, $to) = @$row;

        my $r = ask($port, "GET $path", "Range: bytes=$range");

        is("$r->{status} " . (header($r, 'Content-Range') // '-'),
           "206 bytes $from-$to/2000", "$path: bytes=$range");
        is($r->{body}, substr($body, $from, $to - $from + 1), 'its bytes');
        is(header($r, 'Content-Type'), 'text/plain', 'their type');
        is(header($r, 'Vary'), 'Accept', 'and Vary');
        ok($r->{whole}, 'to the end');
    }

    # nothing of it is there

    my $r = ask($port, "GET $path", 'Range: bytes=2000-');

    is_outcome($r, 416, 'value', "$path: bytes=2000-");
    is(header($r, 'Content-Range'), 'bytes */2000', 'how long it is');
    unlike($r->{body}, qr/<html/, 'in no words of others');

    # not a range of bytes, and a method without ranges

    is(ask($port, "GET $path", 'Range: pages=1-2')->{body}, $body,
       'another unit is passed over');
    is(ask($port, "HEAD $path", 'Range: bytes=0-1')->{length}, 0,
       'HEAD has no body');

    # the whole document says whether ranges are taken

    is(header(ask($port, "GET $path"), 'Accept-Ranges'), 'bytes',
       'Accept-Ranges of the native form');

    # the FHIR forms are whole, always

    for my $form ('json', 'xml') {
        my $whole = ask($port, "GET $path?_format=$form");

        for my $range ('0-9', '-5', '5000-', '0-1,5-6') {
            $r = ask($port, "GET $path?_format=$form",
                     "Range: bytes=$range");

            is($r->{status}, 200, "$path in $form, bytes=$range");
            is($r->{body}, $whole->{body}, 'is the whole resource');
            is(header($r, 'Accept-Ranges'), 'none', 'which says so');
            is(header($r, 'Content-Range'), undef, 'with no range');
        }
    }
}


# Several ranges: parts out of a file, one 200 where there is no file.

my $r = ask($port, 'GET /file/Binary/1', 'Range: bytes=0-3,1996-1999');

is($r->{status}, 206, 'several ranges of a file');
like(header($r, 'Content-Type'), qr{^multipart/byteranges; boundary=},
     'are parts');
like($r->{body}, qr{Content-Type:\ text/plain\r\n
                    Content-Range:\ bytes\ 0-3/2000\r\n\r\n0000\r\n--.*
                    Content-Range:\ bytes\ 1996-1999/2000\r\n\r\n0499}sx,
     'of the document\'s type');
ok($r->{whole}, 'to the end');

for my $path ('/single/Binary/1', '/Binary/cut', '/Binary/whole') {
    $r = ask($port, "GET $path", 'Range: bytes=0-3,1996-1999');
    is("$r->{status} $r->{body}", "200 $body", "$path: the whole instead");
}


# If-Range: strong tags and exact dates, or the whole.

my @rows = (
    [ 'cut', '"abc"', 206 ], [ 'whole', '"abc"', 206 ],
    [ 'cut', '"ab"', 200 ], [ 'whole', 'W/"abc"', 200 ],
    [ 'cut', $lm, 206 ], [ 'whole', $lm, 206 ],
    [ 'cut', 'Thu, 26 Dec 2019 21:36:01 GMT', 200 ],
    [ 'weak', 'W/"a_b"', 200 ], [ 'weak', '"a_b"', 200 ],
    [ 'whole', 'yesterday', 200 ],
);

for my $row (@rows) {
    my ($id, $tag, $status) = @$row;

    $r = ask($port, "GET /Binary/$id", 'Range: bytes=0-9', "If-Range: $tag");

    is($r->{status} . ' ' . length $r->{body},
       $status == 206 ? '206 10' : '200 2000', "$id: If-Range: $tag");
}


# A part that there is not: the refusal is whole, and the connection ends in
# order, though the header of a document was about to leave.

for my $path ('/file/Binary/1', '/single/Binary/1', '/Binary/cut',
              '/Binary/whole')
{
    $r = ask($port, "GET $path", 'Range: bytes=99999-');

    is("$r->{status} $r->{end}", '416 fin', "$path: its connection ends");
}


# Preconditions go before ranges.

$r = ask($port, 'GET /Binary/whole', 'Range: bytes=0-9',
         'If-None-Match: "abc"');
is("$r->{status} " . (header($r, 'Content-Range') // '-'), '304 -',
   'a range of what did not change is a 304');

$r = ask($port, 'GET /Binary/cut', 'Range: bytes=0-9', 'If-None-Match: "abc"');
is("$r->{status} " . (header($r, 'Content-Range') // '-'), '304 -',
   'also when the backend has cut it');

is_outcome(ask($port, 'GET /Binary/cut', 'Range: bytes=0-9', 'If-Match: "x"'),
           412, 'conflict', 'and of what is another one a 412');

$ngx->is_log_clean;
done_testing();
