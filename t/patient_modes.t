# fhir_binary_patient: how a token that is bound to a patient is held to it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;

my @documents = map { "patient/$_.read" } qw(Binary DocumentReference);

sub bound {
    my ($patient, %claims) = @_;

    return mint_token({ scope => "@documents", patient => $patient,
                        %claims });
}

# The store names the owner as the document's id says.

my %owner = (
    bare => 'Owner: 12',
    typed => 'Owner: Patient/12',
    absolute => 'Owner: https://fhir.example.org/r4/Patient/12',
    'other-host' => 'Owner: https://evil.example.org/r4/Patient/12',
    longer => 'Owner: Patient/123',
    shorter => 'Owner: Patient/1',
    practitioner => 'Owner: Practitioner/12',
    lower => 'Owner: patient/12',
    version => 'Owner: Patient/12/_history/1',
    two => "Owner: Patient/12\r\nOwner: Patient/12",
    list => 'Owner: Patient/12, Patient/13',
    empty => 'Owner:',
    none => 'X: y',
    case => 'oWNER: Patient/12',
    query => 'Owner: Patient/12?x',
    space => 'Owner: Patient/12 Patient/13',
);

my $store = backend(sub {
    my ($request) = @_;
    my ($id) = $request =~ m{^GET \S*/Binary/(\S+)};
    my $type = $id eq 'html' ? 'text/html' : 'application/pdf';

    return "HTTP/1.1 200 OK\r\nContent-Type: $type\r\n"
           . ($owner{$id} // 'Owner: 12')
           . "\r\nContent-Length: 10\r\n\r\na document";
});

my $port = $store->port;

my $nginx = nginx_start(
    files => { 'html/Binary/1' => 'a document',
               'jwks.json' => jwks('ec-a') },
    server => <<"END",
        add_header X-Reason \$fhir_binary_reason always;
        add_header X-Claims "\$fhir_binary_patient,\$fhir_binary_patient_bound,\$fhir_binary_context" always;
        @{[ jwt_endpoint() ]}
        fhir_binary_base https://fhir.example.org/r4;

        location /deny/ { fhir_binary dstu2; proxy_pass http://127.0.0.1:$port; }
        location /trust/ {
            fhir_binary dstu2;
            fhir_binary_patient trust;
            proxy_pass http://127.0.0.1:$port;
        }
        location /header/ {
            fhir_binary dstu2;
            fhir_binary_patient header owner;
            proxy_pass http://127.0.0.1:$port;
        }
        location /file/ {
            fhir_binary r4;
            fhir_binary_patient header owner;
            alias html/;
        }
        location /launch/ {
            fhir_binary r4;
            fhir_binary_patient header owner;
            fhir_binary_claim patient launch_response patient;
            proxy_pass http://127.0.0.1:$port;
        }
END
);

sub ask {
    my ($path, $token) = @_;

    my $r = raw_http($nginx->port, get($path, $token));

    return join ' ', $r->{status} // $r->{end}, reason($r) || (),
                     $r->{body} =~ /a document/ ? 'document' : ();
}

my $refused = '403 patient';
my $served = '200 document';

my %served = map { $_ => 1 } qw(bare typed absolute case);

for my $id (sort keys %owner) {
    is(ask("/header/Binary/$id", bound('12')),
       $served{$id} ? $served : $refused,
       "header: \"" . $owner{$id} =~ s/\r\n/" and "/r . '"');
}

is(ask('/header/Binary/typed', bound('Patient/12')), $served,
   'header: the claim may be a reference too');
is(ask('/header/Binary/longer', bound('123')), $served,
   'header: another patient, another document');
is(ask('/header/Binary/bare', bound('1')), $refused,
   'header: an id is no prefix');
is(ask('/header/Binary/empty', bound('')), '403 patient_missing',
   'header: nothing is equal to nothing');
is(ask('/header/Binary/bare', bound('Practitioner/12')),
   '403 patient_missing', 'header: a claim that names no patient');

is(ask('/file/Binary/1', bound('12')), $refused,
   'header: a file has no owner');

# What the document is decides whether the patient matters.

my $mixed = mint_token({ patient => '12', scope => "@documents "
    . 'user/Binary.read user/DiagnosticReport.read' });

is(ask('/deny/Binary/html', $mixed), $served,
   'deny: HTML is read as user, whoever the patient is');
is(ask('/deny/Binary/1', $mixed), $refused,
   'deny: a PDF as the patient');
is(ask('/header/Binary/longer', $mixed), $refused,
   'header: a PDF of another patient is refused');

# The claim may lie elsewhere.

my $nested = bound('13', launch_response => { patient => '12' });

is(ask('/launch/Binary/typed', $nested), $served, 'a nested claim');
is(ask('/header/Binary/typed', $nested), $refused,
   'is another one than the outer');

my $r = raw_http($nginx->port, get('/launch/Binary/typed', $nested));
is(header($r, 'X-Claims'), '12,1,patient', 'the variables tell');

$r = raw_http($nginx->port, get('/header/Binary/longer', bound('12')));
is(header($r, 'WWW-Authenticate'), undef,
   'another patient is a plain 403');

$r = raw_http($nginx->port, get('/header/Binary/longer', bound(undef)));
like(header($r, 'WWW-Authenticate'), qr/error="insufficient_scope"/,
     'a missing one is told with a challenge');

# The CCD: whatever the mode, the own patient alone.

for my $path (qw(/deny/ /trust/ /header/ /file/)) {
    my $ccd = "${path}Binary/\$autogen-ccd-if?patient=";

    is(ask($ccd . '123', bound('12')), $refused, "${path}: another's CCD");
    isnt(ask($ccd . '12', bound('12')), $refused, "${path}: one's own");
    isnt(ask($ccd . 'https://fhir.example.org/r4/Patient/12', bound('12')),
         $refused, "${path}: by an absolute reference");
}

$nginx->is_log_clean;
$nginx->stop;
$store->stop;

done_testing();
