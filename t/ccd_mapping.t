# The example that maps the operation to an EHR's own service does what it
# says.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use Cwd 'abs_path';
use FhirBinary '-more';
use FhirClient;
use FhirServer;
use FindBin;

my $root = abs_path("$FindBin::Bin/..");

open my $in, '<', "$root/conf-examples/ccd-mapping.conf" or die "example: $!";

my ($http) = do { local $/; <$in> } =~ /^http \{(.*)^\}/ms;

$http =~ s/^\s*(?:access_log|\w+_temp_path)\s.*\n//mg;
$http =~ s{root conf-examples}{root $root/conf-examples};

# Once with the service of the example, once with one that shows what it was
# asked for.

my $text = ccd_document(5000);
my $ehr = fhir_server('/services/ccd' => answer($text, type => 'text/xml'));

my ($front, $back, $front2) = map { free_port() } 1 .. 3;

my $ngx = nginx_start(
    http => $http =~ s/:8080/:$front/gr =~ s/:8081/:$back/gr);

my $ngx2 = nginx_start(
    http => $http =~ s/:8080/:$front2/gr =~ s/server 127.0.0.1:8081/
            'server 127.0.0.1:' . $ehr->port/er =~ s/:8081/:@{[free_port()]}/r);

my $path = "/fhir/Binary/$AUTOGEN";

my $r = ask($front, "GET $path?patient=Patient/12724066",
            'Accept: application/xml');

open $in, '<:raw', "$root/conf-examples/documents/CCD-12724066.xml" or die;

is($r->{status}, 200, 'the example serves its patient');
is($r->{body}, do { local $/; <$in> }, 'his document, byte for byte');
is(header($r, 'Content-Type'), 'application/xml', 'as XML');

is_outcome(ask($front, "GET $path?patient=1"), 404, 'not-found',
           'and no other');
is_outcome(ask($front, "GET $path"), 400, 'required', 'and not nobody');

# query => what the service is asked for

my @rows = (
    'patient=1' => 'mrn=1',
    'patient=Patient/1&encounter=Encounter/2' => 'mrn=1&visit=2',
    'end=2014-09-24T12:00:00Z&patient=1' => 'mrn=1&to=2014-09-24T12:00:00Z',
    'patient=1&start=eq2014-09-24T12:00:00%2B02:00'
        => 'mrn=1&from=2014-09-24T12:00:00%2B02:00',
    'patient=1&start=2014-09-24T12:00:00+02:00&end=2015-01-01T00:00:00-05:00'
        . '&encounter=97697440'
        => 'mrn=1&from=2014-09-24T12:00:00%2B02:00'
           . '&to=2015-01-01T00:00:00-05:00&visit=97697440',
    'patient=1&_format=json' => 'mrn=1',
);

while (my ($query, $wanted) = splice @rows, 0, 2) {
    my $r = ask($front2, "GET $path?$query");
    my ($line) = ($ehr->requests)[-1] =~ /^(.*)\r\n/;

    is("$r->{status} $line", "200 GET /services/ccd?$wanted HTTP/1.1", $query);
}

my $before = $ehr->requests;

for my $query ('patient=1&mrn=2', 'patient=1%26mrn=2', 'patient=1%20',
               'patient=1&start=2014-09-24T12:00:00Z%26mrn=2',
               'patient=$fhir_binary_id', 'patient=1%23')
{
    is(ask($front2, "GET $path?$query")->{status}, 400, "$query goes nowhere");
}

is(scalar($ehr->requests), $before, 'the service did not see them');

is_outcome(ask($front2, 'GET /fhir/Binary/1'), 404, 'not-found',
           'other documents are not here');

$_->is_log_clean for $ngx, $ngx2;

done_testing();
