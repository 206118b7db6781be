# A backend that answers a range in its own way: what nobody asked for, and
# what hides the type of a document, is refused.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $text = 'Content-Type: text/plain';
my $part = 'Content-Range: bytes 0-4/10';
my $multi = "--b\r\n$text\r\n$part\r\n\r\nhello\r\n--b--\r\n";

my $be = answers(
    '/Binary/part' => [ '206 Partial Content', 'hello', $text, $part ],
    '/Binary/fhir' => [ '206 Partial Content', '{"re', $part,
                        'Content-Type: application/fhir+json' ],
    '/Binary/multi' => [ '206 Partial Content', $multi,
                         'Content-Type: multipart/byteranges; boundary=b' ],
    '/Binary/upper' => [ '206 Partial Content', $multi,
                         'Content-Type: MultiPart/ByteRanges; boundary=b' ],
    '/Binary/none' => [ '416 Range Not Satisfiable', '<html>', $text,
                        'Content-Range: bytes */10' ],
    '/Binary/mute' => [ '416 Range Not Satisfiable', '<html>', $text ],
    '/Binary/kind' => [ '416 Range Not Satisfiable',
        '{"resourceType":"OperationOutcome","issue":[{}]}',
        'Content-Type: application/fhir+json', 'Content-Range: bytes */10' ],
);

my $ngx = nginx_start(location => <<"END");
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_backend raw;
    proxy_pass http://127.0.0.1:@{[ $be->port ]};
END

my $port = $ngx->port;
my $range = 'Range: bytes=0-4';
my $r;


# 206

$r = ask($port, 'GET /Binary/part', $range);
is("$r->{status} $r->{body} " . header($r, 'Content-Range'),
   '206 hello bytes 0-4/10', 'a part that was asked for');

is_outcome(ask($port, 'GET /Binary/part'), 502, 'exception',
           'a part without a Range');
is_outcome(ask($port, 'GET /Binary/part', 'Range: bytes=0-1,3-4'), 502,
           'exception', 'a part where the whole was fetched to be cut');
is_outcome(ask($port, 'GET /Binary/part?_format=json', $range), 502,
           'exception', 'a part of a FHIR form');
is_outcome(ask($port, 'GET /Binary/part',
               'Accept: text/plain, application/fhir+json', $range), 502,
           'exception', 'a part where a form was still open');
is(ask($port, 'HEAD /Binary/part')->{status}, 502, 'HEAD too');

is_outcome(ask($port, "GET /Binary/$_", $range), 502, 'exception',
           "parts in parts ($_)")
    for 'multi', 'upper';

$r = ask($port, 'GET /Binary/fhir', $range);
is("$r->{status} $r->{body}", '206 {"re', 'a part of a raw FHIR document');


# 416

for my $id ('none', 'mute') {
    $r = ask($port, "GET /Binary/$id", $range);
    is_outcome($r, 416, 'value', "no such part ($id)");
    is(header($r, 'Content-Range'), $id eq 'none' ? 'bytes */10' : undef,
       'and how long the document is, where that is known');
}

$r = ask($port, 'GET /Binary/kind', $range);
is($r->{status}, 416, 'with an OperationOutcome of its own');
is($r->{body}, '{"resourceType":"OperationOutcome","issue":[{}]}',
   'which passes');

is_outcome(ask($port, 'GET /Binary/none'), 502, 'exception',
           'a 416 without a Range is the backend\'s fault');
is(header(ask($port, 'GET /Binary/none'), 'Content-Range'), undef,
   'and no length is told');

$ngx->is_log_clean;
done_testing();
