# gRPC's way to a backend: HTTP/2 tells the end of a body, and a stream that is
# reset never looks whole; while the header is held the client hears of it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirServer 'binary';
use MIME::Base64;

my ($node) = grep { -x } map { "$_/node" } split /:/, $ENV{PATH};

FhirBinary::need($node, 'node is not installed');

# A path says what is sent: how much of the resource (in its order of members),
# and how the stream ends.

my $text = 'x' x 30_000;
my $early = binary('json', contentType => 'text/plain',
                   data => encode_base64($text, ''));
my $late = '{"resourceType":"Binary","data":"' . encode_base64($text, '')
           . '","contentType":"text/plain"}';

my $script = <<"END";
const http2 = require('http2');
const body = { early: '$early', late: '$late' };
const server = http2.createServer();
server.on('session', s => s.on('error', () => {}));
server.on('stream', (stream, headers) => {
    const [, , , order, part, end] = headers[':path'].split(/[\\/.]/);
    const all = body[order];
    const h = { ':status': 200, 'content-type': 'application/fhir+json' };
    stream.on('error', () => {});
    if (end == 'lie') {
        h['content-length'] = all.length;
        return stream.respond(h, { endStream: true });
    }
    stream.respond(h);
    if (end == 'fin') return stream.end(all);
    stream.write(all.slice(0, all.length * part / 100), () =>
        setImmediate(() => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
END

my $pid = open(my $said, '-|') // die "fork: $!";

if ($pid == 0) {
    open STDIN, '<', '/dev/null';
    exec $node, '-e', $script;
}

my $backend = <$said>;
chomp $backend;

my $ngx = nginx_start(
    server => "location /fhir/ {
                   fhir_binary r4; fhir_binary_auth off;
                   fhir_binary_backend fhir;
                   grpc_pass grpc://127.0.0.1:$backend; }");

my $port = $ngx->port;

for my $accept ('*/*', 'application/fhir+json', 'application/fhir+xml') {
    for my $order (qw(early late)) {
        my $r = ask($port, "GET /fhir/Binary/$order.100.fin",
                    "Accept: $accept");

        is("$r->{status} $r->{whole}", '200 1', "$accept, $order: whole");

        for my $part (1, 50, 99) {
            my $r = ask($port, "GET /fhir/Binary/$order.$part.rst",
                        "Accept: $accept");
            my $o = outcome($r);

            ok($o ? $r->{status} == 502 && $r->{whole}
                  : $order eq 'early' && $r->{status} && !$r->{whole},
               "$accept, $order, a stream reset after $part %: refused or cut")
                or diag($r->{received} =~ s/\r\n\r\n.*//sr);
        }

        $r = ask($port, "GET /fhir/Binary/$order.0.lie", "Accept: $accept");

        ok(outcome($r) && $r->{status} == 502,
           "$accept: a length and no body");
    }
}

my $r = raw_http($port, "GET /fhir/Binary/late.50.rst HTTP/1.1\r\nHost: a\r\n"
                 . "\r\nGET /fhir/Binary/a_b HTTP/1.1\r\nHost: a\r\n"
                 . "Connection: close\r\n\r\n");

like($r->{received}, qr/^HTTP\/1.1 502 (?:.*HTTP\/1.1 404 |.*close)/s,
     'the connection is as the refusal says');

kill 'TERM', $pid;
waitpid $pid, 0;

$ngx->is_log_clean;

done_testing();
