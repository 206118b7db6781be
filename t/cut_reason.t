# A document that breaks off after its header tells a log why: status and
# bytes alone would look like success.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';
use Endpoint;
use FhirClient;

my $json = '{"resourceType":"Binary","id":"1","contentType":"text/plain",'
           . '"data":"';

my $be = backend(
    "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"
    . "Content-Length: 200000\r\n\r\n" . $json . 'QUJD' x 20_000,
    FIN);

my $ngx = nginx_start(http => <<'HTTP', location => <<"END");
    log_format why '[$fhir_binary_reason|$fhir_binary_outcome|$status]';
HTTP
    @{[ open_endpoint($be, path => '') ]}
    access_log logs/why.log why;
END

my $raw = raw_http($ngx->port,
                   "GET /Binary/1 HTTP/1.1\r\nHost: a\r\n\r\n");

like($raw->{received}, qr/^HTTP\/1\.1 200 /, 'the header has left');
unlike($raw->{received}, qr/\r\n0\r\n\r\n\z/, 'the answer is not whole');

my $log = wait_for(sub { $ngx->slurp('logs/why.log') });

is($log, "[backend|transient|200]\n", 'and the log says why');
