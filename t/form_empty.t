# Documents without a byte or without a type: what has no FHIR form is no
# FHIR form, and the native one is always there.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;

my $pdf = 'Content-Type: application/pdf';
my $chunks = "Transfer-Encoding: chunked\r\n\r\n";

my $be = answers(
    '/Binary/empty' => [ '200 OK', '', $pdf ],
    '/Binary/chunked' => "HTTP/1.1 200 OK\r\n$pdf\r\n${chunks}0\r\n\r\n",
    '/Binary/untyped' => [ '200 OK', 'hello' ],
    '/Binary/nothing' => [ '200 OK', 'hello', 'Content-Type:' ],
    '/Binary/broken' => [ '200 OK', 'hello', 'Content-Type: application/' ],
    '/Binary/star' => [ '200 OK', 'hello', 'Content-Type: */*' ],
    '/Binary/space' => [ '200 OK', 'hello', 'Content-Type: text / html' ],
    '/Binary/two' => [ '200 OK', 'hello', 'Content-Type: text/a, text/b' ],
    '/Binary/long' => [ '200 OK', 'hello', 'Content-Type: text/'
                                           . 'x' x 300 ],
    '/Binary/params' => [ '200 OK', 'hello', 'Content-Type: text/html'
                          . join('', map { "; p$_=1" } 1 .. 17) ],
);

my $ngx = nginx_start(server => join '', map {
    "location /$_/ { " . open_endpoint($be, version => $_, path => '/') . " }\n"
} qw(dstu2 stu3 r4 r4b r5));

sub get {
    my ($version, $id, $form) = @_;

    return ask($ngx->port, "GET /$version/Binary/$id"
                           . ($form ? "?_format=$form" : ''));
}


for my $version (qw(dstu2 stu3 r4 r4b r5)) {
    for my $id ('empty', 'chunked') {

        my $r = get($version, $id);

        is("$r->{status} $r->{body} " . header($r, 'Content-Type'),
           '200  application/pdf', "$version: $id, native");
        ok($r->{whole}, 'ends in order');

        if ($version =~ /dstu2|stu3/) {
            for my $form ('json', 'xml') {
                $r = get($version, $id, $form);
                is_outcome($r, 500, 'required', "$version: $id, $form");
                is(outcome($r)->{severity}, 'fatal', 'which is fatal');
                is(outcome($r)->{form}, $form, "in $form");
            }

            next;
        }

        $r = get($version, $id, 'json');
        is("$r->{status} $r->{body}", '200 {"resourceType":"Binary",'
           . qq("id":"$id","contentType":"application/pdf"}),
           "$version: $id, json");
        ok($r->{whole}, 'ends in order');

        $r = get($version, $id, 'xml');
        is("$r->{status} $r->{body}",
           '200 <?xml version="1.0" encoding="UTF-8"?>'
           . qq(<Binary xmlns="http://hl7.org/fhir"><id value="$id"/>)
           . '<contentType value="application/pdf"/></Binary>',
           "$version: $id, xml");
        ok($r->{whole}, 'ends in order');
    }
}

for my $form ('', 'json') {
    my $query = $form ? "?_format=$form" : '';
    my $get = ask($ngx->port, "GET /r4/Binary/empty$query");
    my $head = ask($ngx->port, "HEAD /r4/Binary/empty$query");

    is(header($head, 'Content-Length'), length $get->{body},
       "HEAD of an empty document $form");
    is(header($get, 'Content-Length'), length $get->{body}, 'as GET');
}

is(ask($ngx->port, 'HEAD /dstu2/Binary/empty?_format=json')->{status}, 500,
   'HEAD is refused as GET is');


# No type, or none that can be read: octets to a native client, which must
# not guess; nothing that could go into contentType.

for my $id (qw(untyped nothing broken star space two long params)) {

    my $r = get('r4', $id);

    is("$r->{status} $r->{body} " . header($r, 'Content-Type'),
       '200 hello application/octet-stream', "$id: native");
    is(header($r, 'X-Content-Type-Options'), 'nosniff', 'not to be sniffed');

    $r = ask($ngx->port, "GET /r4/Binary/$id", 'Accept: text/html');
    is($r->{status}, 406, 'and is no match for a type');

    my $missing = $id =~ /^(?:untyped|nothing)$/;

    for my $version ('dstu2', 'r4') {
        for my $form ('json', 'xml') {
            $r = get($version, $id, $form);
            is_outcome($r, $missing ? (500, 'required') : (502, 'exception'),
                       "$id: $version in $form");
        }
    }
}


# A wrong length, in both directions: never a Binary that looks whole.

my $short = answers(
    '/Binary/1' => "HTTP/1.1 200 OK\r\n$pdf\r\nContent-Length: 9\r\n\r\nhello",
    '/Binary/2' => "HTTP/1.1 200 OK\r\n$pdf\r\n\r\nhello",
);

my $liar = nginx_start(location => <<"END");
    @{[ open_endpoint($short, path => '') ]}
END

for my $query ('', '?_format=json', '?_format=xml') {
    my $r = ask($liar->port, "GET /Binary/1$query");
    ok(!$r->{whole}, "a short document$query is not whole");

    $r = ask($liar->port, "GET /Binary/2$query");
    is_outcome($r, 502, 'exception', "without framing$query");
}

like($liar->log, qr/fhir binary:.*proxy_http_version 1\.1/,
     'the log says what to do');

$_->is_log_clean for $ngx, $liar;
done_testing();
