# Hostile requests: a clear answer to each, no crash, and nothing of what was
# sent in the lines that the module logs.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $be = answers(
    '/Binary/1' => [ '200 OK', 'hello', 'Content-Type: text/plain' ]);

my $ngx = nginx_start(http => <<'HTTP', server => <<"END");
    large_client_header_buffers 8 256k;
HTTP
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_cors https://a.example http://[::1]:8080;
    location / { proxy_pass http://127.0.0.1:@{[ $be->port ]}; }
    location /lenient/ {
        fhir_binary_accept lenient;
        proxy_pass http://127.0.0.1:@{[ $be->port ]}/;
    }
END

my $port = $ngx->port;
my $mark = 'EVIL';
my $fhir = 'application/fhir+json';


# Accept: what, header lines, status, code (none for a 200).

my @accepts = (
    [ '100 kB of one member', [ "a/$mark" . 'x' x 100_000 ], 400, 'too-long' ],
    [ '100 kB of blanks', [ 'a/b' . ' ' x 100_000 . ';q=1' ], 400,
      'too-long' ],
    [ '10 000 members', [ "$mark/b," x 10_000 ], 400, 'too-long' ],
    [ '10 000 commas', [ ',' x 10_000 ], 400, 'too-long' ],
    [ '4096 commas', [ ',' x 4096 ], 200 ],
    [ '33 members', [ join ',', ("$mark/b") x 33 ], 400, 'too-long' ],
    [ '32 members', [ join ',', ("$mark/b") x 31, $fhir ], 200 ],
    [ '33 bad members', [ join ',', ($mark) x 32, $fhir ], 400, 'too-long' ],
    [ '33 lines', [ ($fhir) x 33 ], 400, 'too-long' ],
    [ '32 lines', [ ($fhir) x 32 ], 200 ],
    [ '500 lines of nothing', [ ('') x 500 ], 400, 'too-long' ],
    [ '4096 bytes', [ $fhir . ' ' x (4096 - 21 - 4) . ';q=1' ], 200 ],
    [ '4097 bytes', [ $fhir . ' ' x (4097 - 21 - 4) . ';q=1' ], 400,
      'too-long' ],
    [ '500 parameters', [ "text/plain" . ";$mark=1" x 500 ], 406,
      'not-supported' ],
    [ '17 FHIR parameters', [ $fhir . ";a=1" x 17 ], 200 ],
    [ 'an open quote', [ qq($fhir;a="$mark) ], 406, 'not-supported' ],
    [ 'quotes and backslashes', [ qq($fhir;a="\\"\\\\,*/*;q=1") ], 200 ],
    [ 'a backslash at the end', [ qq(*/*;a="$mark\\) ], 406,
      'not-supported' ],
    [ 'high bytes', [ "\xff\xfe/\x80" ], 406, 'not-supported' ],
    [ 'TAB and DEL', [ "text/\tplain,\x7f/\x01" ], 406, 'not-supported' ],
    [ 'a long weight', [ "$fhir;q=0." . '0' x 2000 ], 406, 'not-supported' ],
    [ 'a long version', [ "$fhir;fhirVersion=" . '4' x 2000 ], 406,
      'not-supported' ],
);

for my $row (@accepts) {
    my ($what, $lines, $status, $code) = @$row;
    my $r = ask($port, 'GET /Binary/1', map { "Accept: $_" } @$lines);

    if ($code) {
        is_outcome($r, $status, $code, "Accept: $what");
    } else {
        is($r->{status}, $status, "Accept: $what");
    }

    unlike($r->{body}, qr/$mark/, 'and is not repeated');

    $status = 200 if $status == 406 && $what !~ /weight|version|quote/;

    # a typo never widens what is accepted, but lenient is lenient

    like(ask($port, 'GET /lenient/Binary/1',
             map { "Accept: $_" } @$lines)->{status}, qr/^(?:$status|200)$/,
         'with lenient too');
}

# a refusal for another reason does not blame it

is(outcome(ask($port, 'GET /Binary/a_b', 'Accept: ' . ',' x 5000))
   ->{expression}, undef, 'no route, and a bad Accept');

# NUL and control bytes in a header are nginx's own 400

is(ask($port, 'GET /Binary/1', "Accept: a\0b")->{status}, 400, 'a NUL');


# Paths and queries.

my @paths = (
    [ '/Binary/1?_format=' . 'x' x 10_000, 406, 'not-supported' ],
    [ '/Binary/1?_format=%00', 406, 'not-supported' ],
    [ '/Binary/1?_format=json%00', 406, 'not-supported' ],
    [ '/Binary/1?_format=%zz', 406, 'not-supported' ],
    [ '/Binary/1?_format=json%', 406, 'not-supported' ],
    [ '/Binary/1?_format=%', 406, 'not-supported' ],
    [ '/Binary/1?_format=%0d%0aX-Evil:1', 406, 'not-supported' ],
    [ '/Binary/1?' . '&_format=json' x 5000, 200 ],
    [ '/Binary/1?' . "&$mark=1" x 10_000, 200 ],
    [ '/Binary/1?' . '&' x 100_000, 200 ],
    [ '/Binary/1?=&==&=&_format', 200 ],
    [ '/Binary/1?_format=json&_format=%', 406, 'not-supported' ],
    [ '/Binary/1?%_format=xml&%5', 200 ],
    [ '/Binary/' . '9' x 100_000, 404, 'not-found' ],
    [ '/a' x 20_000 . '/Binary/1', 404, 'not-found' ],
    [ '/Binary' . '/Binary' x 10_000, 404, 'not-found' ],
    [ '/Binary/%7f', 404, 'not-found' ],
    [ '/Binary/1%ff', 404, 'not-found' ],
    [ '/Binary/' . '%2e' x 1000, 404, 'not-found' ],
    [ "/Binary/$mark%22%3E%3Cscript%3E", 404, 'not-found' ],
);

for my $row (@paths) {
    my ($path, $status, $code) = @$row;
    my $r = ask($port, "GET $path");
    my $what = length $path > 60 ? substr($path, 0, 60) . '...' : $path;

    if ($code) {
        is_outcome($r, $status, $code, $what);
    } else {
        is($r->{status}, $status, $what);
    }

    unlike($r->{received}, qr/$mark|X-Evil|<script/, 'is not repeated');
}


# Other fields.

my @fields = (
    [ 'If-None-Match: ' . '"x",' x 20_000, 200 ],
    [ 'If-None-Match: ' . '"' x 50_000, 200 ],
    [ 'If-None-Match: W/"' . 'x' x 100_000, 200 ],
    [ 'If-Match: ' . 'W/' x 50_000, 412 ],
    [ 'If-Modified-Since: ' . '9' x 50_000, 200 ],
    [ 'Range: bytes=' . '0-0,' x 20_000, 416 ],
    [ 'Range: bytes=' . '9' x 50_000 . '-', 416 ],
    [ 'Range: bytes=18446744073709551616-18446744073709551617', 416 ],
    [ 'If-Range: W/', 200 ],
    [ 'Origin: ' . $mark x 10_000, 200 ],
    [ 'Cookie: ' . $mark x 10_000, 200 ],
    [ 'Authorization: ' . $mark x 10_000, 200 ],
    [ 'Authorization: Bearer', 200 ],
);

for my $row (@fields) {
    my ($line, $status) = @$row;
    my $r = ask($port, 'GET /Binary/1', $line);

    like($r->{status}, $status == 416 ? qr/^(?:416|200)$/ : qr/^$status$/,
         substr $line, 0, 50);
    unlike($r->{received}, qr/$mark/, 'is not repeated');
}

for my $name ('Method', 'Headers') {
    my $r = ask($port, 'OPTIONS /Binary/1', 'Origin: https://a.example',
                'Access-Control-Request-Method: GET',
                "Access-Control-Request-$name: " . 'x' x 100_000);

    is($r->{status}, 204, "a preflight with a long $name");
    cmp_ok(length $r->{head}, '<', 2000, 'is not answered at length');
}


# The worker has lived through all of this; what it says holds none of it.

is(ask($port, 'GET /Binary/1')->{body}, 'hello', 'nginx goes on');

my @lines = map { /(fhir binary:.*?)(?:, client:|$)/ ? $1 : () }
                split /^/, $ngx->log;

cmp_ok(scalar @lines, '>', 20, 'the module said something');
is_deeply([ grep { /$mark|xxx|x-evil|%/i } @lines ], [],
          'and nothing of the requests');
unlike($ngx->log, qr/exited on signal/, 'no worker died');

$ngx->is_log_clean;
done_testing();
