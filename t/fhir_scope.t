# The type that decides on scopes stands in the resource: it is read before
# any byte of the document leaves, wherever it stands.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient qw(ask outcome header);
use FhirServer;
use FhirToken qw(mint_token jwks);
use MIME::Base64;

my $secret = 'THE SECRET OF THE DOCUMENT';
my $base64 = encode_base64($secret, '');

my %type = (pdf => 'application/pdf', html => 'text/html; charset=UTF-8',
            png => 'image/png', none => undef, odd => 'no type');

my %table;

for my $kind (keys %type) {
    for my $form (qw(json xml)) {
        for my $order ([ qw(contentType data) ], [ qw(data contentType) ]) {
            my $place = $order->[0] eq 'data' ? 'last' : 'first';

            $table{"/Binary/$kind.$form.$place"} = answer(
                binary($form, contentType => $type{$kind}, data => $base64,
                       order => $order),
                headers => [ 'X-Patient: Patient/12' ]);
        }
    }
}

$table{'/Binary/file'} = answer($secret, type => 'application/pdf');
$table{'/Binary/patient'} = answer('{"resourceType":"Patient","id":"1"}');

my $guard = "@{[ jwt_endpoint() ]}
             fhir_binary_auth on;";

my $server = fhir_server(%table);

my $ngx = nginx_start(
    http => upstream_conf($server),
    files => { 'jwks.json' => jwks('ec-a') },
    server => (join '', map {
        server_conf(prefix => "/$_", version => $_, more => $guard)
    } qw(dstu2 r4)) =~ s/fhir_binary_auth off;//gr
    . (server_conf(prefix => '/header', more => $guard
                   . 'fhir_binary_patient header X-Patient;')
       =~ s/fhir_binary_auth off;//gr)
    . server_conf(prefix => '/auto', backend => 'auto')
    . server_conf(prefix => '/raw', backend => 'raw'));

my %token = map { $_->[0] => mint_token({ scope => $_->[1],
                                          patient => $_->[2] }) } (
    [ reference => 'user/Binary.read user/DocumentReference.read' ],
    [ report => 'user/Binary.read user/DiagnosticReport.read' ],
    [ twelve => 'patient/Binary.read patient/DocumentReference.read', '12' ],
    [ other => 'patient/Binary.read patient/DocumentReference.read', '123' ],
);

# place, kind, token, allowed

my @rows = (
    [ qw(dstu2 pdf reference 200) ], [ qw(dstu2 pdf report 403) ],
    [ qw(dstu2 html reference 403) ], [ qw(dstu2 html report 200) ],
    [ qw(dstu2 pdf twelve 403) ], [ qw(r4 pdf report 200) ],
    [ qw(r4 html reference 200) ], [ qw(r4 png report 200) ],
    [ qw(r4 pdf twelve 403) ], [ qw(header pdf twelve 200) ],
    [ qw(header pdf other 403) ],
);

for my $row (@rows) {
    my ($place, $kind, $token, $wanted) = @$row;

    for my $form (qw(json xml)) {
        for my $order (qw(first last)) {
            for my $accept ('*/*', 'application/fhir+json') {
                my $r = ask($ngx->port,
                    "GET /$place/direct/Binary/$kind.$form.$order",
                    "Authorization: Bearer $token{$token}",
                    "Accept: $accept");

                my $leaks = index($r->{received}, $secret) >= 0
                            || index($r->{received}, $base64) >= 0;

                is("$r->{status} " . ($leaks ? 'with it' : 'without'),
                   $wanted eq '200' ? '200 with it' : '403 without',
                   "$place, $kind in $form, type $order, $token: $accept");
            }
        }
    }
}

# A type that is none has no scope that is enough, or the strictest.

for my $kind (qw(none odd)) {
    my $r = ask($ngx->port, "GET /dstu2/direct/Binary/$kind.json.first",
                "Authorization: Bearer $token{report}");

    isnt($r->{status}, 200, "$kind: no guess");
    unlike($r->{received}, qr/$secret/, 'and nothing of it');
}

# auto: what calls itself FHIR is a resource; raw: it is the document

my $resource = $table{'/Binary/pdf.json.first'} =~ s/^.*?\r\n\r\n//sr;
my $r = ask($ngx->port, 'GET /auto/direct/Binary/pdf.json.first');

is("$r->{status} $r->{body} " . header($r, 'Content-Type'),
   "200 $secret application/pdf", 'auto: a Binary is unwrapped');

$r = ask($ngx->port, 'GET /auto/direct/Binary/file');
is("$r->{status} $r->{body}", "200 $secret", 'auto: a file is itself');

$r = ask($ngx->port, 'GET /auto/direct/Binary/patient');
is("$r->{status} " . outcome($r)->{code}, '502 exception',
   'auto: another resource is refused');

$r = ask($ngx->port, 'GET /raw/direct/Binary/pdf.json.first');
is("$r->{status} $r->{body} " . header($r, 'Content-Type'),
   "200 $resource application/fhir+json", 'raw: it is the document');

$r = ask($ngx->port, 'GET /raw/direct/Binary/pdf.json.first',
         'Accept: application/fhir+json');
like($r->{body}, qr{"contentType":"application/fhir\+json","data":"
                    \Q@{[encode_base64($resource, '')]}\E"}x,
     'raw: wrapped once more');

$ngx->is_log_clean;

done_testing();
