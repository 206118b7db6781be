# The Binary that a document becomes: every byte of it, for each version, in
# JSON and in XML; read back by parsers that are not ours.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;

use JSON::PP ();
use MIME::Base64;

my $date = 'Last-Modified: Thu, 26 Dec 2019 21:36:00 GMT';
my $instant = '2019-12-26T21:36:00Z';
my $html = "<html>\xc3\xa9 & \"x\"\r\n\0</html>";
my $data = encode_base64($html, '');

my $be = answers(
    '/Binary/plain' => [ '200 OK', $html, 'Content-Type: text/html' ],
    '/Binary/meta' => [ '200 OK', $html, 'Content-Type: text/html',
                        'ETag: W/"197198633"', $date ],
    '/Binary/dated' => [ '200 OK', $html, 'Content-Type: text/html', $date ],
    '/Binary/strong' => [ '200 OK', $html, 'Content-Type: text/html',
                          'ETag: "abc"' ],
    '/Binary/odd' => [ '200 OK', $html, 'Content-Type: text/html',
                       'ETag: W/"a_b"', 'Last-Modified: yesterday' ],
    '/Binary/1/_history/7' => [ '200 OK', $html, 'Content-Type: text/html',
                                'ETag: W/"7"' ],
    '/Binary/escape' => [ '200 OK', $html,
        'Content-Type:  text/html;  charset="utf\-8";x="<&>\"\'" ' ],
    '/Binary/latin' => [ '200 OK', $html,
        "Content-Type: text/html; x=\"\xe9\xc3\xa9\"" ],
    '/Binary/chunked' =>
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n$date\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n"
        . join('', map { sprintf "%x\r\n%s\r\n", length, $_ }
                       unpack '(a5)*', $html) . "0\r\n\r\n",
);

my $ngx = nginx_start(server => join '', map {
    "location /$_/ { " . open_endpoint($be, version => $_, path => '/') . " }\n"
} qw(dstu2 stu3 r4 r4b r5));

# id, meta in JSON, meta in XML

my @documents = (
    [ 'plain', '', '' ],
    [ 'meta', qq("meta":{"versionId":"197198633","lastUpdated":"$instant"},),
      qq(<meta><versionId value="197198633"/>)
      . qq(<lastUpdated value="$instant"/></meta>) ],
    [ 'dated', qq("meta":{"lastUpdated":"$instant"},),
      qq(<meta><lastUpdated value="$instant"/></meta>) ],
    [ 'strong', '', '' ],
    [ 'odd', '', '' ],
    [ 'chunked', qq("meta":{"lastUpdated":"$instant"},),
      qq(<meta><lastUpdated value="$instant"/></meta>) ],
    [ '1/_history/7', '"meta":{"versionId":"7"},',
      '<meta><versionId value="7"/></meta>' ],
);

sub form {
    my ($version, $path, $form) = @_;

    return ask($ngx->port, "GET /$version/Binary/$path?_format=$form");
}


for my $version (qw(dstu2 stu3 r4 r4b r5)) {
    my $name = $version =~ /dstu2|stu3/ ? 'content' : 'data';

    for my $row (@documents) {
        my ($path, $json, $xml) = @$row;
        my ($id) = $path =~ m{^([^/]+)};

        is(form($version, $path, 'json')->{body},
           qq({"resourceType":"Binary","id":"$id",$json)
           . qq("contentType":"text/html","$name":"$data"}),
           "$version: $path in JSON");

        is(form($version, $path, 'xml')->{body},
           qq(<?xml version="1.0" encoding="UTF-8"?>)
           . qq(<Binary xmlns="http://hl7.org/fhir"><id value="$id"/>$xml)
           . qq(<contentType value="text/html"/><$name value="$data"/>)
           . '</Binary>', "$version: $path in XML");
    }
}


# contentType: a FHIR code, escaped as its form wants it.

my %code = (escape => qq(text/html; charset="utf\\-8";x="<&>\\"'"),
            latin => "text/html; x=\"\x{fffd}\x{e9}\"");

for my $id (sort keys %code) {

    my $r = form('r4', $id, 'json');
    my $b = eval { JSON::PP->new->utf8->decode($r->{body}) } || {};

    is($b->{contentType}, $code{$id}, "$id: contentType in JSON");
    is(decode_base64($b->{data} // ''), $html, "$id: the document in JSON");

    $r = form('r4', $id, 'xml');
    $b = python_xml($r->{body});

    is($b->{contentType}, $code{$id}, "$id: contentType in XML");
    is(decode_base64($b->{data} // ''), $html, "$id: the document in XML");
}

is_deeply(python_xml(form('r4', 'meta', 'xml')->{body}),
          { id => 'meta', versionId => '197198633', lastUpdated => $instant,
            contentType => 'text/html', data => $data },
          'and Python reads all of it');

is_deeply(JSON::PP->new->utf8->decode(form('r4', 'meta', 'json')->{body}),
          { resourceType => 'Binary', id => 'meta',
            meta => { versionId => '197198633', lastUpdated => $instant },
            contentType => 'text/html', data => $data },
          'as Perl does of the other form');


# The value attributes of a FHIR resource, by another parser.

sub python_xml {
    my ($bytes) = @_;

    my $path = $ngx->root . '/resource.xml';

    open my $out, '>:raw', $path or die "$path: $!";
    print $out $bytes;
    close $out;

    open my $in, '-|', 'python3', '-c', <<'END', $path or die "python3: $!";
import json, sys
import xml.etree.ElementTree as T
print(json.dumps({e.tag.split("}")[1]: e.get("value")
                  for e in T.parse(sys.argv[1]).iter()
                  if e.get("value") is not None}))
END
    local $/;
    my $said = <$in>;
    close $in;

    return eval { JSON::PP->new->utf8->decode($said) } || {};
}


# HEAD: the headers of GET, the length too, where it can be known.

for my $id (qw(plain meta escape)) {
    for my $query ('', '?_format=json', '?_format=xml') {
        my $get = ask($ngx->port, "GET /stu3/Binary/$id$query");
        my $head = ask($ngx->port, "HEAD /stu3/Binary/$id$query");

        $_->{headers} = [ grep { $_->[0] ne 'Date' } @{ $_->{headers} } ]
            for $get, $head;

        is($head->{length}, 0, "HEAD of $id$query has no body");
        is_deeply($head->{headers}, $get->{headers}, 'and the headers of GET');
        is(header($head, 'Content-Length'), length $get->{body}, 'its length');
    }
}

$ngx->is_log_clean;
done_testing();
