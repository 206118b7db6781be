# What a backend's error becomes: one OperationOutcome, never its HTML, never
# its redirect; only an OperationOutcome of its own passes.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $html = '<html><pre>java.lang.NullPointerException at Secret.java:42';
my @page = ($html, 'Content-Type: text/html', 'X-Powered-By: Secret');

# status of the backend, of the client, issue code, reason

my @rows = (
    [ 301, 502, 'transient', 'backend_redirect' ],
    [ 302, 502, 'transient', 'backend_redirect' ],
    [ 303, 502, 'transient', 'backend_redirect' ],
    [ 304, 502, 'transient', 'backend_redirect' ],
    [ 307, 502, 'transient', 'backend_redirect' ],
    [ 308, 502, 'transient', 'backend_redirect' ],
    [ 399, 502, 'transient', 'backend_redirect' ],
    [ 400, 400, 'processing', 'refused' ],
    [ 401, 401, 'login', 'login' ],
    [ 402, 402, 'processing', 'refused' ],
    [ 403, 403, 'forbidden', 'forbidden' ],
    [ 404, 404, 'not-found', 'not_found' ],
    [ 405, 502, 'exception', 'backend_error' ],
    [ 406, 502, 'exception', 'backend_error' ],
    [ 407, 502, 'exception', 'backend_login' ],
    [ 408, 502, 'exception', 'backend_error' ],
    [ 409, 409, 'conflict', 'conflict' ],
    [ 410, 410, 'deleted', 'gone' ],
    [ 412, 502, 'exception', 'backend_error' ],
    [ 413, 502, 'exception', 'backend_error' ],
    [ 414, 414, 'processing', 'refused' ],
    [ 415, 502, 'exception', 'backend_error' ],
    [ 416, 502, 'exception', 'backend_range' ],
    [ 418, 418, 'processing', 'refused' ],
    [ 422, 422, 'processing', 'refused' ],
    [ 423, 423, 'processing', 'refused' ],
    [ 429, 429, 'throttled', 'throttled' ],
    [ 431, 502, 'exception', 'backend_error' ],
    [ 451, 451, 'processing', 'refused' ],
    [ 500, 502, 'exception', 'backend_error' ],
    [ 501, 502, 'exception', 'backend_error' ],
    [ 502, 502, 'transient', 'backend' ],
    [ 503, 503, 'transient', 'unavailable' ],
    [ 504, 504, 'timeout', 'timeout' ],
    [ 599, 502, 'exception', 'backend_error' ],
    [ 201, 502, 'transient', 'backend' ],
    [ 204, 502, 'transient', 'backend' ],
    [ 207, 502, 'transient', 'backend' ],
);

my $own = '{"resourceType":"OperationOutcome","issue":[{"severity":"error",'
          . '"code":"business-rule"}]}';
my $own_xml = '<OperationOutcome xmlns="http://hl7.org/fhir"><issue/>'
              . '</OperationOutcome>';
my $json = 'Content-Type: application/fhir+json;charset=utf-8';
my $rest = 'Location: http://internal.example/secret';

my $be = answers(
    (map { my $body = $_->[0] =~ /^(?:204|304)$/ ? undef : $page[0];
           ("/Binary/$_->[0]" => [ "$_->[0] Secret", $body, @page[1, 2],
                                   $rest, 'Retry-After: 7' ]) } @rows),
    (map { ("/Binary/own.$_" => [ "$_ X", $own, $json, 'Retry-After: 7',
                                  'WWW-Authenticate: Bearer realm="ehr"' ]) }
         400, 401, 403, 404, 405, 412, 422, 429, 500, 503),
    '/Binary/own.xml' => [ '422 X', $own_xml,
                           'Content-Type: application/fhir+xml' ],
    '/Binary/own.gzip' => [ '422 X', "\x1f\x8b$own", $json,
                            'Content-Encoding: gzip' ],
    '/Binary/plain' => [ '422 X', $own, 'Content-Type: application/json' ],
);

my $ngx = nginx_start(server => <<"END");
    fhir_binary_auth off;

    location / {
        fhir_binary r4;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
        add_header X-Reason "\$fhir_binary_reason;\$fhir_binary_outcome" always;
    }

    location /d/ {
        fhir_binary dstu2;
        proxy_pass http://127.0.0.1:@{[ $be->port ]}/;
    }
END

my $port = $ngx->port;
my $r;


for my $row (@rows) {
    my ($status, $sent, $code, $reason) = @$row;

    $r = ask($port, "GET /Binary/$status");

    is_outcome($r, $sent, $code, "$status becomes $sent");
    is(header($r, 'X-Reason'), "$reason;$code", 'and says why');
    unlike($r->{received}, qr/Secret|<html|internal/, 'nothing of it passes');

    is(header($r, 'Retry-After'), $sent =~ /^(?:429|503)$/ ? 7 : undef,
       'but when to try again');

    $r = ask($port, "HEAD /Binary/$status");
    is("$r->{status} $r->{length}", "$sent 0", "$status to HEAD");
}

is(header(ask($port, 'GET /Binary/401'), 'WWW-Authenticate'),
   'Bearer realm="fhir"', 'a 401 has a challenge of the gateway');


# In the version and in the format that the client reads.

is_outcome(ask($port, 'GET /d/Binary/410'), 410, 'not-found',
           'DSTU2 has no code "deleted"');
is(header(ask($port, 'GET /d/Binary/500'), 'Content-Type'),
   'application/json+fhir;charset=UTF-8', 'and other names of types');

my @forms = (
    [ '', 'json' ],
    [ 'Accept: application/pdf', 'json' ],
    [ 'Accept: application/fhir+xml', 'xml' ],
    [ 'Accept: application/fhir+xml;q=0.5, application/fhir+json;q=0.4',
      'xml' ],
    [ 'Accept: application/fhir+xml;q=0.5, application/fhir+json', 'json' ],
    [ 'Accept: application/fhir+xml, application/fhir+json', 'json' ],
    [ 'Accept: application/xml+fhir', 'xml' ],
    [ 'Accept: application/fhir+xml;fhirVersion=3.0', 'xml' ],
    [ 'Accept: application/xml', 'json' ],
    [ 'Accept: application/fhir+xml;q=0', 'json' ],
);

for my $row (@forms) {
    my ($accept, $form) = @$row;

    for my $id ('500', 'a_b') {
        $r = ask($port, "GET /Binary/$id", $accept ? $accept : ());
        is(outcome($r)->{form}, $form, "$accept: $form ($id)");
    }
}

is(outcome(ask($port, 'GET /Binary/500?_format=xml',
               'Accept: application/fhir+json'))->{form}, 'xml',
   '_format goes before Accept');
is(outcome(ask($port, 'GET /Binary/500?_format=json',
               'Accept: application/fhir+xml'))->{form}, 'json', 'both ways');


# Its own OperationOutcome passes, in the format that the client reads.

for my $status (400, 401, 403, 404, 422, 429) {
    $r = ask($port, "GET /Binary/own.$status");

    is("$r->{status} $r->{body}", "$status $own", "its own, $status");
    is(header($r, 'Retry-After'), 7, 'when to try again');
    is(header($r, 'Vary'), 'Accept', 'Vary');
    is(header($r, 'Cache-Control'), 'no-store', 'not to be stored');
    is(header($r, 'X-Content-Type-Options'), 'nosniff', 'nor sniffed');
}

is(header(ask($port, 'GET /Binary/own.401'), 'WWW-Authenticate'),
   'Bearer realm="ehr"', 'with its own challenge');

is(ask($port, 'GET /Binary/own.xml?_format=xml')->{body}, $own_xml,
   'its own in XML');

is_outcome(ask($port, 'GET /Binary/own.xml'), 422, 'processing',
           'XML to a reader of JSON is written anew');
is_outcome(ask($port, 'GET /Binary/own.422?_format=xml'), 422,
           'business-rule', 'with its own issue code, and the other way round');
is_outcome(ask($port, 'GET /Binary/own.gzip'), 422, 'processing',
           'gzip cannot be read');
is_outcome(ask($port, 'GET /Binary/plain'), 422, 'processing',
           'application/json is no FHIR type');

# A server error speaks of the server's inside, and a status that blames the
# gateway is the gateway's to explain.

for my $row ([ 405, 502, 'exception' ], [ 412, 502, 'exception' ],
             [ 500, 502, 'exception' ], [ 503, 503, 'transient' ])
{
    my ($status, $sent, $code) = @$row;

    for my $form (qw(json xml)) {
        $r = ask($port, "GET /Binary/own.$status?_format=$form");

        is_outcome($r, $sent, $code, "its own $status in $form does not pass");
        unlike($r->{received}, qr/business-rule/, 'nothing of it');
    }
}

$ngx->is_log_clean;
done_testing();
