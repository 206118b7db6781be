# Real CCDs of all sizes pass the check, byte for byte, from either kind of
# backend; their FHIR forms are new resources each time.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use FhirBinary '-more';
use Documents;
use FhirServer;
use HTTP::Date 'str2time';
use MIME::Base64;

my %text = map { $_ => ccd_document($_) } 10, 5_000, 30_000, 300_000, 900_000;

# A real one of HL7, where it is at hand.

my $hl7 = '../shared/data/documents/ccd-hl7-example.xml';

if (open my $in, '<:raw', $hl7) {
    $text{hl7} = do { local $/; <$in> };

} else {
    diag("SKIPPED: no $hl7");
}

# A comment before the root, one byte short of what the check holds.

my $start = '<ClinicalDocument xmlns="urn:hl7-org:v3">';

$text{late} = '<?xml version="1.0"?><!--' . 'x' x (8192 - 28 - length $start)
              . "-->$start</ClinicalDocument>";

$text{prefix} = '<h:ClinicalDocument xmlns:h="urn:hl7-org:v3"/>';
$text{utf8} = "\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>$text{10}";

my %made;

for my $name (sort keys %text) {
    my $text = $text{$name};
    my $base64 = encode_base64($text, '');
    my %field = (contentType => 'application/xml', data => $base64);

    if ($name eq '900000') {
        $made{"chunk.$name"} = answer($text, type => 'application/xml',
                                      chunk => 8000);
        $made{"json.$name"} = answer(binary('json', %field));
        next;
    }

    $made{"length.$name"} = answer($text, type => 'application/xml');
    $made{"chunk.$name"} = answer($text, type => 'text/xml; charset=utf-8',
                                  chunk => 4000,
                                  headers => [ 'ETag: "5"', 'Last-Modified: '
                                      . 'Thu, 26 Dec 2019 21:36:00 GMT' ]);
    $made{"json.$name"} = answer(binary('json', %field, versionId => 3,
                                  lastUpdated => '2019-12-26T21:36:00Z'));
    $made{"xml.$name"} = answer(binary('xml', %field, data =>
                                       $base64 =~ s{(.{76})}{$1\n}gr));

    # The data first, where it fits into fhir_binary_lookahead.

    $made{"first.$name"} = answer(binary('json', %field, order => [ qw(
        data contentType) ])) if length $base64 < 60_000;
}

my $small = $text{10} =~ s{/>}{>\n<x y='\xc3\xa9'/></ClinicalDocument>}r;

$text{bytes} = $small;
$made{'length.bytes'} = [ PIECES(1, answer($small, type => 'text/xml')) ];
$made{'chunk.bytes'} = [ PIECES(1, answer($small, chunk => 1,
                                          type => 'text/xml')) ];
$made{'json.bytes'} = [ PIECES(1, answer(binary('json',
    contentType => 'text/xml', data => encode_base64($small, '')))) ];

my @ids = grep { !/bytes/ } sort keys %made;
my @bytes = grep { /bytes/ } sort keys %made;

my $server = ccd_server(%made);
my $ngx = nginx_start(http => upstream_conf($server), server => ccd_conf);

my (%seen, $began);

$began = time;

for my $form (qw(native json xml)) {
    for my $where (qw(buffered direct unchecked)) {

        my @r = fetch($ngx->port, [ map { "$AUTOGEN?patient=$_" } @ids ],
                      accept => $TYPE{$form}, prefix => "/$where/Binary/",
                      headers => "If-None-Match: *\r\nIf-Modified-Since: "
                                 . "Fri, 01 Jan 2100 00:00:00 GMT\r\n");

        my @bad = map { my $fault = fault($r[$_], $form, $ids[$_]);
                        $fault ? "$ids[$_]: $fault" : () } 0 .. $#ids;

        is(join("\n", @bad), '', "$form, $where: as the backend made it, "
                                 . 'and nothing of it to be compared later');
    }
}

for (map { my $id = $_; map { [ $id, $_ ] } qw(native json) } @bytes) {
    my ($id, $form) = @$_;

    my ($r) = fetch($ngx->port, "$AUTOGEN?patient=$id", accept => $TYPE{$form},
                    prefix => '/direct/Binary/');

    is(fault($r, $form, $id), '', "$id as $form, byte by byte");
}

my @uuid = grep { /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}
                   -[0-9a-f]{12}$/x } keys %seen;

is(@uuid, 6 * @ids + @bytes, 'each resource has another UUID of version 4');

like((grep { /patient=json\.10 / } $server->requests)[0],
     qr{^GET\ /Binary/\$autogen-ccd-if\?patient=json\.10\ HTTP/1\.1\r\n
        (?!.*If-).*\r\n\r\n\z}xs, 'conditionals stay with the gateway');

$ngx->is_log_clean;

done_testing();


sub fault {
    my ($r, $form, $id) = @_;

    my $text = $text{ $id =~ s/.*\.//r };
    my $head = $r->{h};

    return "status $r->{status}" if $r->{status} != 200;
    return 'cut' if !$r->{complete};
    return 'ETag' if defined $head->{etag};
    return 'Last-Modified' if defined $head->{'last-modified'};
    return 'Cache-Control' if $head->{'cache-control'} ne 'no-store';
    return 'Vary' if $head->{vary} !~ /Accept/;
    return 'ranges' if ($head->{'accept-ranges'} // 'none') ne 'none';

    if ($form eq 'native') {
        return 'type' if $head->{'content-type'}
                         !~ m{^(?:application|text)/xml(?:; charset=utf-8)?$};
        return 'length' if $id =~ /^length/ && !$head->{'content-length'};
        return $r->{body} ne $text;
    }

    my $found = unwrap($r) || return 'no resource';

    return 'id' if $seen{ $found->{id} }++;
    return 'contentType' if $found->{contentType} !~ m{^\w+/xml\b};
    return 'bytes' if $found->{data} ne $text;

    my ($updated) = $r->{body}
                    =~ /lastUpdated(?:":| value=)"([^"]+Z)"/ or return 'date';

    return 'date' if abs(str2time($updated) - $began) > 120;
    return 'version' if $r->{body} =~ /versionId/;
    return '';
}
