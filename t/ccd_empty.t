# fhir_binary_ccd_check refuses a document without a byte in every version and
# in every form.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use FhirBinary '-more';
use FhirClient ();
use FhirServer;

my @versions = qw(dstu2 stu3 r4 r4b r5);
my $xml = 'application/xml';

# The ways of a backend to send nothing.

my %empty = (
    length => answer('', type => $xml),
    chunks => answer('', type => $xml, chunk => 10),
    untyped => answer('', type => undef),
    json => answer(binary('json', contentType => $xml)),
    xml => answer(binary('xml', contentType => $xml)),
);

my $server = fhir_server(
    map { ("/Binary/$AUTOGEN?patient=$_" => $empty{$_}) } keys %empty);

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => 'add_header X-Reason "$fhir_binary_reason" always;'
        . join '', map { ccd_conf(version => $_, prefix => "/$_") }
                       @versions);

my @forms = (undef, 'json', 'xml');

for my $version (@versions) {
    for my $form (@forms) {
        my $query = $form ? "&_format=$form" : '';
        my $name = "$version, " . ($form // 'native');

        for my $way (sort keys %empty) {
            for my $where (qw(buffered direct)) {
                my $r = FhirClient::ask($ngx->port,
                    "GET /$version/$where/Binary/$AUTOGEN?patient=$way$query");

                FhirClient::is_outcome($r, 502, 'exception',
                                       "$name, $way, $where");
                is(FhirClient::header($r, 'X-Reason'), 'backend_ccd',
                   'which is no CCD');
            }
        }

        my $r = FhirClient::ask($ngx->port, "HEAD /$version/direct/Binary/"
                                . "$AUTOGEN?patient=length$query");

        is($r->{status}, 502, "$name, HEAD of a length of none");
    }
}

$ngx->is_log_clean;
done_testing();
