# fhir_binary_scope: which companion a document needs, type by type.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;

my $store = backend(sub {
    my ($request) = @_;
    my ($type) = $request =~ m{^GET \S*/Binary/(\S+)};

    $type =~ tr{-}{/};

    return "HTTP/1.1 200 OK\r\nContent-Type: $type\r\nContent-Length: 1\r\n"
           . "\r\nx";
});

my $port = $store->port;

my $nginx = nginx_start(
    files => { 'jwks.json' => jwks('ec-a') },
    server => <<"END",
        add_header X-Reason \$fhir_binary_reason always;
        @{[ jwt_endpoint() ]}
        fhir_binary_scope image/png Media Observation;

        location /dstu2/ {
            fhir_binary dstu2;
            proxy_pass http://127.0.0.1:$port;
        }
        location /r4/ {
            fhir_binary r4;
            proxy_pass http://127.0.0.1:$port;
        }
        location /own/ {
            fhir_binary dstu2;
            fhir_binary_scope Application/PDF Media;
            fhir_binary_scope * Communication;
            fhir_binary_scope ccd Composition;
            proxy_pass http://127.0.0.1:$port;
        }
END
);

# The companions that are enough, of all these.

my @all = qw(DocumentReference DiagnosticReport Communication Media
             Observation Composition Patient);

sub enough {
    my ($path) = @_;

    my @enough;

    for my $resource (@all) {
        my $r = raw_http($nginx->port, get($path, mint_token({
            scope => "user/Binary.read user/$resource.read" })));

        push @enough, $resource
            if !($r->{status} == 403 && reason($r) eq 'scope');
    }

    return "@enough";
}

my @rows = (
    ['/dstu2/Binary/image-png', 'Media Observation',
     'a rule of the server is inherited'],
    ['/dstu2/Binary/application-pdf', 'DocumentReference',
     "and leaves the version's other rules alone"],
    ['/dstu2/Binary/text-html', 'DiagnosticReport', 'each of them'],
    ['/dstu2/Binary/text-plain', 'DocumentReference DiagnosticReport',
     'also that for all other types'],
    ['/r4/Binary/image-png', 'Media Observation', 'it counts in R4 too'],
    ['/r4/Binary/image-gif',
     'DocumentReference DiagnosticReport Communication',
     'where any of three is enough for the rest'],
    ['/own/Binary/application-pdf', 'Media',
     'a type is compared without case'],
    ['/own/Binary/image-png', 'Communication',
     'rules of a location replace all of the server'],
    ['/own/Binary/text-html', 'DiagnosticReport',
     '"*" does not change what text/html needs in DSTU2'],
    ['/own/Binary/text-plain', 'Communication', 'but what the rest does'],
    ['/own/Binary/$autogen-ccd-if?patient=1', 'Composition',
     'the CCD has a rule of its own'],
    ['/dstu2/Binary/$autogen-ccd-if?patient=1', 'DocumentReference',
     'and one by default'],
);

for my $row (@rows) {
    my ($path, $expected, $name) = @$row;

    is(enough($path), $expected, $name);
}

my $r = raw_http($nginx->port, get('/own/Binary/application-pdf', mint_token({
    scope => 'user/Binary.read user/Communication.read' })));

like(header($r, 'WWW-Authenticate'),
     qr/, scope="user\/Binary\.read user\/Media\.read"\z/,
     'the challenge names what the rule wants');

$nginx->is_log_clean;
$nginx->stop;
$store->stop;

done_testing();
