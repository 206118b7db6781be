# A document that passed the check is XML, whatever its backend calls it.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use FhirBinary '-more';
use Documents;
use FhirServer;
use MIME::Base64;

my @types = (
    [ undef, 'application/xml', 'application/octet-stream' ],
    [ 'application/xml', 'application/xml' ],
    [ 'text/xml', 'text/xml' ],
    [ 'application/hl7-v3+xml', 'application/hl7-v3+xml' ],
    [ 'application/xml; charset=ISO-8859-1',
      'application/xml; charset=ISO-8859-1' ],
    [ 'text/xml;charset=utf-8', 'text/xml;charset=utf-8' ],
    [ 'text/plain', 'application/xml', 'text/plain' ],
    [ 'application/octet-stream', 'application/xml',
      'application/octet-stream' ],
    [ 'text/html; charset=utf-8', 'application/xml',
      'text/html; charset=utf-8' ],
    [ 'xml', 'application/xml', 'application/octet-stream' ],
    [ 'application/pdf', 'application/xml', 'application/pdf' ],
);

my $text = ccd_document(10);
my %made;

for my $i (0 .. $#types) {
    my $type = $types[$i][0];

    $made{"raw.$i"} = answer($text, type => $type);
    $made{"fhir.$i"} = answer(binary('json',
        data => encode_base64($text, ''), contentType => $type));
}

my $server = ccd_server(%made);

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => ccd_conf);

for my $i (0 .. $#types) {
    my ($type, $checked, $unchecked) = @{ $types[$i] };
    my $name = $type // 'no type';

    for my $from (qw(raw fhir)) {
        my $id = "$AUTOGEN?patient=$from.$i";

        my $native = fetch($ngx->port, $id, prefix => '/buffered/Binary/',
                           accept => 'application/xml, text/*;q=0.5,'
                                     . ' application/hl7-v3+xml;q=0.5');

        is($native->{h}{'content-type'}, $checked, "$from, $name: native");

        my $json = fetch($ngx->port, $id, prefix => '/buffered/Binary/',
                         accept => $TYPE{json});

        is((unwrap($json) // {})->{contentType}, $checked,
           "$from, $name: its contentType");

        my $off = fetch($ngx->port, $id, prefix => '/unchecked/Binary/');

        is($off->{h}{'content-type'}, $unchecked // $checked,
           "$from, $name: without the check it is as it came");
    }
}

$ngx->is_log_clean;

done_testing();
