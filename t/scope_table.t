# SMART scopes over HTTP: each row of a table of what strings of scopes grant
# (the one of t/unit/test_scope_need.c), and the other combinations of type
# and version.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;

my $policy = <<"END";
    @{[ jwt_endpoint() ]}
END

my %type = (pdf => 'application/pdf', html => 'text/html',
            png => 'image/png', xml => 'application/xml',
            bad => 'no type');

my $store = backend(sub {
    my ($request) = @_;
    my ($kind) = $request =~ m{^GET \S*/Binary/(\w+)};
    my $body = $kind ? 'a document'
                     : '<ClinicalDocument xmlns="urn:hl7-org:v3">a document'
                       . '</ClinicalDocument>';

    return "HTTP/1.1 200 OK\r\nContent-Type: " . $type{$kind // 'xml'}
           . "\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
});

my $port = $store->port;

my $locations = join '', map { <<"END" } qw(dstu2 stu3 r4 r4b r5);
        location /$_/ {
            fhir_binary $_;
            $policy
            proxy_pass http://127.0.0.1:$port;
        }
        location /bound/$_/ {
            fhir_binary $_;
            $policy
            fhir_binary_patient trust;
            proxy_pass http://127.0.0.1:$port;
        }
END

my $nginx = nginx_start(
    files => { 'jwks.json' => jwks('ec-a') },
    server => <<'END' . $locations,
        add_header X-Reason $fhir_binary_reason always;
        add_header X-Context $fhir_binary_context always;
        add_header X-Bound $fhir_binary_patient_bound always;
END
);

sub ask {
    my ($where, $token) = @_;

    return raw_http($nginx->port, get($where, $token));
}

my $CCD = 'Binary/$autogen-ccd-if?patient=123';

my @columns = (['dstu2', 'Binary/pdf'], ['dstu2', 'Binary/html'],
               ['dstu2', $CCD], ['r4', 'Binary/png']);

# a: allowed; P: allowed, bound to the patient; d: denied

my @rows = (
    [1, 'user/Binary.read user/DocumentReference.read', 'adaa'],
    [2, 'user/Binary.read user/DiagnosticReport.read', 'dada'],
    [3, 'user/Binary.read user/Communication.read', 'ddda'],
    [4, 'user/Binary.read user/DocumentReference.read '
        . 'user/DiagnosticReport.read', 'aaaa'],
    [5, 'patient/Binary.read patient/DocumentReference.read', 'PdPP'],
    [6, 'patient/Binary.read user/DocumentReference.read', 'PdPP'],
    [7, 'user/Binary.read patient/DocumentReference.read', 'PdPP'],
    [8, 'system/Binary.read system/DocumentReference.read', 'adaa'],
    [9, 'user/Binary.read', 'dddd'],
    [10, 'user/DocumentReference.read', 'dddd'],
    [11, 'user/Binary.rs user/DocumentReference.rs', 'adaa'],
    [12, 'user/Binary.r user/DocumentReference.r', 'adaa'],
    [13, 'user/Binary.s user/DocumentReference.rs', 'dddd'],
    [14, 'user/Binary.r user/DocumentReference.s', 'dddd'],
    [15, 'user/Binary.cruds user/DocumentReference.cruds', 'adaa'],
    [16, 'user/Binary.write user/DocumentReference.write', 'dddd'],
    [17, 'user/Binary.cud user/DocumentReference.cud', 'dddd'],
    [18, 'user/Binary.* user/DocumentReference.*', 'adaa'],
    [19, 'user/*.read', 'aaaa'],
    [20, 'patient/*.rs', 'PPPP'],
    [21, 'system/*.*', 'aaaa'],
    [22, 'user/*.s', 'dddd'],
    [23, 'user/*.r', 'aaaa'],
    [24, 'user/Binary.sr user/DocumentReference.rs', 'dddd'],
    [25, 'user/Binary.Read user/documentreference.read', 'dddd'],
    [26, 'User/Binary.read User/DocumentReference.read', 'dddd'],
    [27, 'Binary.read DocumentReference.read', 'dddd'],
    [28, 'launch/patient openid fhirUser patient/Patient.read', 'dddd'],
    [29, 'user/Binary.read,user/DocumentReference.read', 'dddd'],
    [30, 'user/Binary.rs user/DocumentReference.rs'
         . '?category=http://x|clinical-note', 'dddd'],
    [31, 'user/Binary.rs user/DocumentReference.rs?category=http://x'
         . '|clinical-note user/DocumentReference.r', 'adaa'],
    [32, 'user/Binary.rs?_id=1 user/DocumentReference.rs', 'dddd'],
    [33, 'http://smarthealthit.org/fhir/scopes/user/Binary.read '
         . 'http://smarthealthit.org/FHIR/scopes/'
         . 'user/DocumentReference.read', 'adaa'],
    [34, 'user/Binary.read?x=y user/DocumentReference.read', 'dddd'],
    [35, 'user/BinaryX.read user/DocumentReference.read', 'dddd'],
    ['36 empty', '', 'dddd'],
    ['36 missing', undef, 'dddd'],
    [37, 'patient/Binary.read patient/DocumentReference.read', 'dddd', undef],
    [38, 'patient/Binary.read patient/DocumentReference.read', '..d.', '456'],
    [40, 'patient/Binary.read patient/DocumentReference.read '
         . 'user/Binary.read user/DocumentReference.read', '..a.', '456'],
    [41, 'patient/Binary.r user/*.rs', 'aaaa'],
    [42, 'patient/Binary.read patient/DocumentReference.read '
         . 'system/Observation.read', 'PdPP'],
    ['tabs', "user/Binary.read\tuser/DocumentReference.read", '....'],
    ['double spaces', 'user/Binary.read   user/DocumentReference.read',
     'adaa'],
    ['read-only', 'user/Binary.read-only user/DocumentReference.read',
     'dddd'],
);

sub verdict {
    my ($where, $token) = @_;

    my $r = ask($where, $token);

    return 'd' if $r->{status} == 403 && $r->{body} !~ /a document/;
    return "$r->{status} " . reason($r)
        if $r->{status} != 200 || $r->{body} !~ /a document/;

    return header($r, 'X-Bound') ? 'P' : 'a';
}

for my $row (@rows) {
    my ($n, $scope, $expected, @patient) = @$row;

    my $token = mint_token({
        defined $scope ? (scope => $scope) : (),
        patient => @patient ? $patient[0] : '123' });

    my $got = '';

    for my $i (0 .. 3) {
        my ($version, $path) = @{ $columns[$i] };

        $got .= substr($expected, $i, 1) eq '.'
                ? '.' : verdict("/bound/$version/$path", $token);
    }

    is($got, $expected, "row $n: " . ($scope // 'no claim'));

    # With the default of fhir_binary_patient, a bound token gets no document
    # that lies ready; the CCD's patient is compared.

    next if $expected !~ /P/;

    is(verdict('/r4/Binary/png', $token), 'd', "row $n: denied by default");
    is(verdict("/dstu2/$CCD", $token), substr($expected, 2, 1),
       "row $n: the CCD of the own patient is not");
}

is(verdict('/dstu2/Binary/$autogen-ccd-if?patient=Patient/123',
           mint_token({ scope => $rows[4][1], patient => '123' })),
   'P', 'a typed reference is the same patient');

# The versions' rules, and a challenge that would do.

for my $version (qw(dstu2 stu3 r4 r4b r5)) {
    my %got;

    for my $companion (qw(DocumentReference DiagnosticReport Communication)) {
        my $token = mint_token({
            scope => "user/Binary.read user/$companion.read" });

        $got{$companion} = join '', map {
            verdict("/$version/Binary/$_", $token) } qw(pdf html png bad);
    }

    is_deeply(\%got, $version =~ /^r/
        ? { map { $_ => 'aaaa' } keys %got }
        : { DocumentReference => 'adad', DiagnosticReport => 'daad',
            Communication => 'dddd' },
        "$version: which companion is needed for a PDF, HTML, a picture, "
        . 'and a type that is none') or diag explain \%got;
}

my $r = ask('/dstu2/Binary/html', mint_token({
    scope => 'system/Binary.rs system/DocumentReference.rs' }));

is(header($r, 'WWW-Authenticate'), 'Bearer realm="fhir", '
   . 'error="insufficient_scope", error_description="The access token does '
   . 'not grant the scopes that this document needs", '
   . 'scope="system/Binary.rs system/DiagnosticReport.rs"',
   "the challenge names what is needed, in the token's own words");

# Nothing is asked of the backend for a hopeless token.

my $before = () = $store->requests;
ask('/r4/Binary/pdf', mint_token({ scope => 'user/Binary.read' }));
is(scalar(() = $store->requests), $before,
   'a hopeless token does not reach the backend');

$nginx->is_log_clean;
$nginx->stop;
$store->stop;

done_testing();
