# Whatever a FHIR server does has one defined answer.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirServer;

my $oo = '{"resourceType":"OperationOutcome","issue":[{"severity":"error",'
         . '"code":"processing","diagnostics":"from the server"}]}';
my $oo_xml = '<OperationOutcome xmlns="http://hl7.org/fhir"><issue>'
             . '<severity value="error"/><code value="processing"/>'
             . '<diagnostics value="from the server"/></issue>'
             . '</OperationOutcome>';

my $good = binary('json', data => 'TWFu');
my $xml = binary('xml', data => 'TWFu');
my $ns = 'xmlns="http://hl7.org/fhir"';
my $type = '<contentType value="text/plain"/>';

sub json { return answer("{\"resourceType\":\"Binary\",$_[0]}") }
sub xml { return answer("<Binary $ns>$_[0]</Binary>") }
sub early { return binary('json', data => $_[0],
                          order => [ qw(data contentType) ]) }

my $text = '"contentType":"text/plain"';
my $resource = '502 exception';

# what it does => the answer: "200", a refusal, or "passes" with a status;
# where native and JSON differ, both

my @rows = (
    # resources of another kind

    'an OperationOutcome with 200' => [ answer($oo), $resource ],
    'one in XML' => [ answer($oo_xml), $resource ],
    'a Patient' => [ answer('{"resourceType":"Patient","id":"1"}'),
                     $resource ],
    'a Bundle of one' => [ answer('{"resourceType":"Bundle","entry":'
                                  . "[{\"resource\":$good}]}"), $resource ],
    'an array of one' => [ answer("[$good]", type => 'application/fhir+json'),
                           $resource ],
    'no resourceType' => [ answer("{$text,\"data\":\"TWFu\"}"), $resource ],
    'an empty object' => [ answer('{}'), $resource ],
    'nothing' => [ answer(''), $resource ],
    'a string' => [ answer('"TWFu"'), $resource ],
    'resourceType at the end' => [ answer("{$text,\"data\":\"TWFu\","
        . '"resourceType":"Binary"}'), '200' ],
    'another resourceType at the end' => [ answer("{$text,\"data\":\"TWFu\","
        . '"resourceType":"Patient"}'), $resource ],

    # media types

    'a Binary as application/json' =>
        [ answer($good, type => 'application/json; charset=utf-8'), '200' ],
    'a Binary as text/xml' => [ answer($xml, type => 'text/xml'), '200' ],
    'a Binary as text/plain' => [ answer($good, type => 'text/plain'),
                                  $resource ],
    'an HTML page' => [ answer('<html/>', type => 'text/html'), $resource ],
    'no type' => [ answer($good, type => undef), $resource ],
    'JSON that is XML' => [ answer($xml, type => 'application/fhir+json'),
                            $resource ],
    'XML that is JSON' => [ answer($good, type => 'application/fhir+xml'),
                            $resource ],
    'the name of DSTU2' => [ answer($good, type => 'application/json+fhir'),
                             '200' ],

    # HTTP

    'gzip' => [ answer("\x1f\x8b\x08" . 'x' x 30,
                       headers => [ 'Content-Encoding: gzip' ]), $resource ],
    'identity' => [ answer($good,
                           headers => [ 'Content-Encoding: identity' ]),
                    '200' ],
    'a part' => [ answer($good, status => '206 Partial Content',
                         headers => [ 'Content-Range: bytes 0-9/99' ]),
                  $resource ],
    'no content' => [ "HTTP/1.1 204 No Content\r\n\r\n", '502 transient' ],
    'created' => [ answer($good, status => '201 Created'), '502 transient' ],
    'not modified' => [ "HTTP/1.1 304 Not Modified\r\n\r\n",
                        '502 transient' ],
    'a redirect' => [ answer('', status => '302 Found', type => 'text/html',
                             headers => [ 'Location: /other' ]),
                      '502 transient' ],
    'chunks' => [ answer($good, chunk => 3), '200' ],
    'the end of the connection' => [ [ answer($good, close => 1), FIN ],
                                     '200' ],

    # errors

    '404 with an outcome' => [ answer($oo, status => '404 Not Found'),
                               'passes 404' ],
    '404 with one in XML' => [ answer($oo_xml, status => '404 Not Found'),
                               '404 processing' ],
    '404 with one as plain JSON' => [ answer($oo, status => '404 Not Found',
                                      type => 'application/json'),
                                      '404 not-found' ],
    '404 with a page' => [ answer('<html/>', status => '404 Not Found',
                                  type => 'text/html'), '404 not-found' ],
    '404 with nothing' => [ answer('', status => '404 Not Found',
                                   type => undef), '404 not-found' ],
    '410 with a page' => [ answer('gone', status => '410 Gone',
                                  type => 'text/plain'), '410 deleted' ],
    '400 with an outcome' => [ answer($oo, status => '400 Bad Request'),
                               'passes 400' ],
    '500 with an outcome' => [ answer($oo, status => '500 Oh'), $resource ],
    '500 with a stack' => [ answer('at x.js:1', status => '500 Oh',
                                   type => 'text/plain'), $resource ],
    '503 with a page' => [ answer('no', status => '503 Busy',
                                  type => 'text/plain'), '503 transient' ],
    '406' => [ answer($oo, status => '406 Not Acceptable',
                      type => 'text/plain'), $resource ],

    # contentType

    'none' => [ json('"data":"TWFu"'), '200', '500 required' ],
    'one that is empty' => [ json('"contentType":"","data":"TWFu"'),
                             $resource ],
    'one that is null' => [ json('"contentType":null,"data":"TWFu"'),
                            $resource ],
    'one that is none' => [ json('"contentType":"pdf","data":"TWFu"'),
                            '200', $resource ],
    'one with a line break' => [ json('"contentType":"a/b\r\nX: y",'
                                      . '"data":"TWFu"'), $resource ],
    'one written as \\r\\n' => [ json('"contentType":"a/b\\r\\nX: y",'
                                      . '"data":"TWFu"'), $resource ],
    'one in XML with &#10;' => [ xml('<contentType value="a/b&#10;X: y"/>'
                                     . '<data value="TWFu"/>'), $resource ],
    'two' => [ json("$text,$text,\"data\":\"TWFu\""), $resource ],
    'two around the data' => [ json("$text,\"data\":\"TWFu\",$text"),
                               $resource ],
    'a number' => [ json('"contentType":1,"data":"TWFu"'), $resource ],
    'behind the data' => [ answer(early('TWFu')), '200' ],
    'behind much data' => [ answer(early('TWFu' x 1000)), '200' ],
    'behind as much as is held' => [ answer(early('TWFu' x 1024)), '200' ],
    'behind more' => [ answer(early('TWFu' x 1025)), $resource ],
    'behind much more' => [ answer(early('TWFu' x 9000)), $resource ],

    # data

    'none at all' => [ json($text), '200' ],
    'null' => [ json("$text,\"data\":null"), $resource ],
    'an empty string' => [ json("$text,\"data\":\"\""), $resource ],
    'blanks' => [ json("$text,\"data\":\" \\n \""), $resource ],
    'an array of it' => [ json("$text,\"data\":[\"TWFu\"]"), $resource ],
    'an object of it' => [ json("$text,\"data\":{\"value\":\"TWFu\"}"),
                           $resource ],
    'a number for it' => [ json("$text,\"data\":1"), $resource ],
    'twice' => [ json("$text,\"data\":\"TWFu\",\"data\":\"TWFu\""),
                 $resource ],
    'under both names' => [ json("$text,\"data\":\"TWFu\","
                                 . '"content":"TWFu"'), $resource ],
    'under an escaped name' => [ json("$text,\"\\u0064ata\":\"TWFu\""),
                                 '200' ],
    'deeper' => [ json("$text,\"x\":{\"data\":\"TWFu\"}"), $resource ],
    'with an extension' => [ json("$text,\"data\":\"TWFu\",\"_data\":"
                                  . '{"extension":[{"url":"u"}]}'), $resource ],
    'a securityContext behind it' => [ json("$text,\"data\":\"TWFu\","
        . '"securityContext":{"reference":"Patient/1"}'), $resource ],

    # syntax

    'white space around' => [ answer(" \r\n$good\n\n"), '200' ],
    'something behind' => [ answer("$good x"), $resource ],
    'a second one' => [ answer($good . $good), $resource ],
    'a mark of byte order' => [ answer("\xef\xbb\xbf$good",
                                        type => 'application/fhir+json'),
                                 '200' ],
    'a comment in JSON' => [ json("/* */$text"), $resource ],
    'a comma too much' => [ json("$text,\"data\":\"TWFu\","), $resource ],
    'a declaration' => [ answer("<?xml version='1.0' encoding='utf-8'?>$xml"),
                         '200' ],
    'another encoding' => [ answer(
        "<?xml version='1.0' encoding='utf-16'?>$xml"), $resource ],
    'a prefix' => [ answer('<f:Binary xmlns:f="http://hl7.org/fhir">'
        . '<f:contentType value="a/b"/><f:data value="TWFu"/></f:Binary>'),
        '200' ],
    'no namespace' => [ answer("<Binary>$type</Binary>"), $resource ],
    'another namespace' => [ answer('<Binary xmlns="http://hl7.org/FHIR">'
                                    . "$type</Binary>"), $resource ],
    'a DTD' => [ answer("<!DOCTYPE Binary>$xml"), $resource ],
    'an entity' => [ xml('<contentType value="&x;"/>'), $resource ],
    'CDATA' => [ xml("$type<![CDATA[x]]>"), $resource ],
    'a text' => [ xml("x$type"), $resource ],
    'an attribute without its quotes' => [ xml('<data value=TWFu />'),
                                           $resource ],
    'crossed tags' => [ xml("$type<data value='TWFu'></Binary>"),
                        $resource ],
);

my (%table, @cases);

while (my ($name, $row) = splice @rows, 0, 2) {
    my ($answer, @wanted) = @$row;
    my $id = 'n' . @cases;

    $table{"/Binary/$id"} = $answer;
    push @cases, [ $id, $name, $wanted[0], $wanted[-1] ];
}

my $server = fhir_server(%table);
my $ngx = nginx_start(http => upstream_conf($server), server => server_conf(
                          more => 'fhir_binary_lookahead 4k;'));

for my $i (0, 1) {
    for my $where (qw(buffered direct)) {
        for my $case (@cases) {
            my ($id, $name, @wanted) = @$case;

            my $r = ask($ngx->port, "GET /$where/Binary/$id",
                        $i ? 'Accept: application/fhir+json' : ());

            is(verdict($r), $wanted[$i],
               "$name, $where, " . ($i ? 'JSON' : 'native'));
        }
    }
}


sub verdict {
    my ($r) = @_;

    return 'cut' if !defined $r->{status} || !$r->{whole};
    return '200' if $r->{status} == 200;

    my $o = outcome($r) or return $r->{status};

    return "passes $r->{status}" if $r->{body} =~ /from the server/;
    return "$r->{status} $o->{code}";
}


$ngx->is_log_clean;

done_testing();
