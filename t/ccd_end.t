# A Continuity of Care Document that came whole before the header left is read
# to its end first: what is wrong there is a 502.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use FhirBinary '-more';
use FhirClient;
use FhirServer;
use MIME::Base64;

my $small = ccd_document(5000);

my %ccd = (
    'whole' => $small,
    'no.end' => $small =~ s{</ClinicalDocument>\s*\z}{}r,
    'text.behind' => "${small}x",
    'another.root' => "$small<x/>",
);

my %made;

for my $what (keys %ccd) {
    my $data = encode_base64($ccd{$what}, '');
    my %field = (contentType => 'application/xml', data => $data);

    $made{"length.$what"} = answer($ccd{$what}, type => 'application/xml');
    $made{"chunk.$what"} = answer($ccd{$what}, type => 'application/xml',
                                  chunk => 500);
    $made{"json.$what"} = answer(binary('json', %field));
    $made{"xml.$what"} = answer(binary('xml', %field));
    $made{"first.$what"} = answer(binary('json', %field,
                                         order => [ qw(data contentType) ]));
}

for my $form (qw(json xml first)) {
    $made{"$form.end"} = $made{"$form.whole"} =~ s{\z}{x}r
                         =~ s{(Length: )(\d+)}{$1 . ($2 + 1)}er;
}

# The root is right, the end is wrong, and comes when the header has left.

my $late = answer("${small}x", type => 'application/xml');

$made{late} = [ substr($late, 0, -1), APART, 'x' ];

my $server = ccd_server(%made);

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => ccd_conf(more => 'proxy_buffer_size 32k;
                                proxy_buffers 4 32k;'));

for my $accept ('*/*', 'application/fhir+json', 'application/fhir+xml') {
    for my $where (qw(buffered direct)) {
        for my $id (sort grep { !/late/ } keys %made) {

            my $r = ask($ngx->port,
                        "GET /$where/Binary/$AUTOGEN?patient=$id",
                        "Accept: $accept");

            if ($id =~ /whole/) {
                is("$r->{status} " . ($r->{whole} && !outcome($r)), '200 1',
                   "$id, $where, $accept");

            } else {
                is_outcome($r, 502, 'exception', "$id, $where, $accept");
            }
        }
    }
}

my $r = ask($ngx->port, "GET /direct/Binary/$AUTOGEN?patient=late");

is("$r->{status} " . ($r->{whole} ? 'whole' : 'cut'), '200 cut',
   'the header had to leave');

$ngx->is_log_clean;

done_testing();
