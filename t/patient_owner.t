# fhir_binary_patient, form by form: a refusal comes before any byte of the
# document, in each representation, and only the backend names the owner.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirToken ();

# The document's id says which owner header lines the backend sends.

my %owner = (
    plain => ['Owner: Patient/12'], bare => ['owner:12'], none => [],
    absolute => ['Owner: https://FHIR.example.org/r4/Patient/12'],
    elsewhere => ['Owner: https://other.example.org/r4/Patient/12'],
    longer => ['Owner: Patient/123'], shorter => ['Owner: Patient/1'],
    twice => ['Owner: Patient/12', 'Owner: Patient/12'],
    list => ['Owner: Patient/12, Patient/123'], empty => ['Owner: '],
    prefix => ['Owner-Of: Patient/12'], type => ['Owner: Practitioner/12'],
    version => ['Owner: Patient/12/_history/1'], case => ['Owner: patient/12'],
    other => ['Owner: Patient/99'],
);

my $be = backend(sub {
    my ($id) = $_[0] =~ m{^\S+ \S*/Binary/\W?(\w+)};
    my $type = $id =~ /autogen/ ? 'application/xml'
               : $id eq 'html' ? 'text/html' : 'application/pdf';

    return join "\r\n", 'HTTP/1.1 200 OK', "Content-Type: $type",
                'Cache-Control: max-age=60', 'Content-Length: 9',
                @{ $owner{$id} // [] }, '', '<secret/>';
});

my $up = 'fhir_binary_ccd_check off; proxy_pass http://127.0.0.1:'
         . $be->port . ';';

my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a'),
               'html/files/Binary/1' => '<secret/>' },
    http => 'proxy_cache_path cache keys_zone=documents:64k;',
    server => <<"END");
    @{[ jwt_endpoint() ]}
    fhir_binary_base https://fhir.example.org/r4;
    fhir_binary r4;
    add_header X-Reason \$fhir_binary_reason always;
    add_header X-Seen "\$upstream_http_owner \$upstream_cache_status" always;

    location /default/ { $up }
    location /deny/ { fhir_binary_patient deny; $up }
    location /trust/ { fhir_binary_patient trust; $up }
    location /header/ { fhir_binary_patient header Owner; $up }
    location /hidden/ { fhir_binary_patient header owner;
                        proxy_hide_header Owner; $up }
    location /cached/ { fhir_binary_patient header Owner;
                        proxy_cache documents; $up }
    location /files/ {
        fhir_binary_patient header Owner;
        add_header Owner Patient/12 always;
        add_header X-Reason \$fhir_binary_reason always;
        default_type application/pdf;
    }
    location /nobase/ { fhir_binary_base ''; fhir_binary_patient header Owner;
                        $up }
    location /dstu2/ { fhir_binary dstu2; fhir_binary_patient header Owner;
                       $up }
END

my $own = 'patient/Binary.read patient/DocumentReference.read';
my $user = 'user/Binary.read user/DocumentReference.read';
my $mixed = 'patient/Binary.read patient/DocumentReference.read '
            . 'user/Binary.read user/DiagnosticReport.read';
my %bearer;

sub get {
    my ($line, $patient, $scope, @more) = @_;

    $scope //= $own;
    $line = "GET $line" if $line !~ /^HEAD/;

    my $token = $bearer{"$scope $patient"} //= FhirToken::mint_token(
        { scope => $scope, patient => $patient eq '' ? undef : $patient });

    return ask($ngx->port, $line, "Authorization: Bearer $token", @more);
}

sub is_answer {
    my ($wanted, $name, @request) = @_;

    my $r = get(@request);
    my $got = join ' ', $r->{status}, header($r, 'X-Reason') // ();

    is($got, $wanted, $name);

    unlike($r->{received}, qr/secret/, 'and nothing of the document')
        if $wanted !~ /^200/ || $request[0] =~ /^HEAD/;

    return $r;
}

# Refused, or left to the backend.

for my $where ('default', 'deny') {
    is_answer('403 patient', "$where: whoever owns it", "/$where/Binary/plain",
              '12');
    is_answer('403 patient', "$where, HEAD", "HEAD /$where/Binary/plain",
              '12');
    is_answer('200', "$where: a user is not bound", "/$where/Binary/other",
              '12', "$own $user");
    is_answer('200', "$where: the CCD of the patient",
              "/$where/Binary/\$autogen-ccd-if?patient=12", '12');
}

is(scalar(grep { m{/Binary/plain} } $be->requests), 0,
   'the backend was not asked');

my $r = is_answer('403 patient', 'the refusal', '/deny/Binary/plain', '12');
is(header($r, 'WWW-Authenticate'), undef, 'has no challenge');
is_outcome($r, 403, 'forbidden', 'but an OperationOutcome');

is_answer('200', 'trust: the backend decides', '/trust/Binary/other', '12');
is_answer('403 patient', 'trust: not about the CCD',
          '/trust/Binary/$autogen-ccd-if?patient=99', '12');

# A token that is bound to nobody.

for my $where (qw(deny trust header)) {
    my $n = () = $be->requests;

    $r = is_answer('403 patient_missing', "$where: a token without a patient",
                   "/$where/Binary/plain", '');
    is(header($r, 'WWW-Authenticate'), 'Bearer realm="fhir", '
       . 'error="insufficient_scope", error_description="The access token is '
       . 'bound to a patient but names none"', 'is told so');
    is(scalar(() = $be->requests), $n, 'and the backend is not asked');
}

# What the backend says.

for my $row (
    [ 'plain', '200' ], [ 'bare', '200' ], [ 'absolute', '200' ],
    map({ [ $_, '403 patient' ] } qw(none elsewhere longer shorter twice list
        empty prefix type version case other)),
) {
    my ($id, $wanted) = @$row;

    is_answer($wanted, "header: $id", "/header/Binary/$id", '12');
    is_answer($wanted, "header: $id in JSON", "/header/Binary/$id", '12',
              $own, 'Accept: application/fhir+json');
    is_answer($wanted, "header: $id, HEAD", "HEAD /header/Binary/$id", '12');
    is_answer('200', "header: $id for a user", "/header/Binary/$id", '12',
              $user);
}

$r = get('/header/Binary/plain', '12');
is($r->{body}, '<secret/>', 'the document is the document');
is(header($r, 'Owner'), undef, 'the owner is not told');

is_answer('200', 'a patient that is a reference', '/header/Binary/plain',
          'Patient/12');
is_answer('200', 'one with the base', '/header/Binary/plain',
          'https://fhir.example.org/r4/Patient/12');
is_answer('403 patient_missing', 'one that is none', '/header/Binary/plain',
          'Patient/12/x');
is_answer('403 patient', 'an absolute owner where no base is known',
          '/nobase/Binary/absolute', '12');
is_answer('200', 'a relative one there', '/nobase/Binary/plain', '12');
is_answer('200', 'proxy_hide_header hides it from the client only',
          '/hidden/Binary/plain', '12');
is_answer('403 patient', "a client's header is no backend's",
          '/header/Binary/none', '12', $own, 'Owner: Patient/12');
is_answer('403 patient', 'nor is one of nginx', '/files/Binary/1', '12');

# From the cache as from the backend.

for my $row ([ '12', '200' ], [ '99', '403 patient' ], [ '12', '200' ]) {
    my ($patient, $wanted) = @$row;
    my $answer = is_answer($wanted, "patient $patient, cached",
                           '/cached/Binary/plain', $patient);
    like(header($answer, 'X-Seen'), qr{Patient/12 }, 'the owner is known');
}

is(scalar(grep { m{GET /cached/} } $be->requests), 1, 'and asked for once');

# The document's type may free it of its patient.

is_answer('200', 'user/ for its type, patient/ for another',
          '/dstu2/Binary/html', '99', $mixed);
is_answer('403 patient', 'patient/ for its type, user/ for another',
          '/dstu2/Binary/other', '12', $mixed);
is_answer('200', 'and it is the patient', '/dstu2/Binary/plain', '12', $mixed);

$ngx->is_log_clean;
done_testing();
