# A scope that is missing: the challenge, what the backend is asked before,
# and types that no rule names.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirToken ();

my %type = (pdf => 'application/pdf', html => 'text/html; charset=UTF-8',
            PDF => 'Application/PDF;x=y', png => 'image/png',
            bad => 'what is it', autogen => 'application/xml', none => undef);

my $be = backend(sub {
    my ($id) = $_[0] =~ m{^\S+ \S*/Binary/\W?(\w+)};
    my $type = $type{$id};

    return "HTTP/1.1 200 OK\r\n"
           . (defined $type ? "Content-Type: $type\r\n" : '')
           . "Content-Length: 9\r\n\r\n<secret/>";
});

my $up = 'fhir_binary_ccd_check off; proxy_pass http://127.0.0.1:'
         . $be->port . ';';

my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a') },
    server => <<"END");
    @{[ jwt_endpoint() ]}
    fhir_binary_patient trust;
    add_header X-Reason \$fhir_binary_reason always;

    location /dstu2/ { fhir_binary dstu2; $up }
    location /stu3/ { fhir_binary stu3; $up }
    location /r4/ { fhir_binary r4; $up }
    location /r4b/ { fhir_binary r4b; $up }
    location /r5/ { fhir_binary r5; $up }

    location /own/ {
        fhir_binary dstu2;
        fhir_binary_scope application/pdf Communication Media;
        fhir_binary_scope * Composition;
        fhir_binary_scope ccd ClinicalImpression;
        $up

        location /own/inherits/ { $up }

        location /own/again/ {
            fhir_binary_scope text/html Media;
            $up
        }
    }

    location /alone/ {
        fhir_binary r4;
        fhir_binary_scope * Binary;
        $up
    }
END

my %bearer;

sub get {
    my ($path, $scope, @more) = @_;

    $bearer{$scope} //= 'Authorization: Bearer '
        . FhirToken::mint_token({ scope => $scope, patient => '1' });

    my $line = $path =~ /^HEAD/ ? $path : "GET $path";

    return ask($ngx->port, $line, $bearer{$scope}, @more);
}

sub user { return join ' ', map { "user/$_.read" } 'Binary', @_ }

# What the challenge asks for, in the client's own words.

my $text = 'Bearer realm="fhir", error="insufficient_scope", error_description'
           . '="The access token does not grant the scopes that this document '
           . 'needs", scope=';

for my $row (
    [ 'dstu2', 'pdf', 'openid', 'user.read', qw(DocumentReference
                                                DiagnosticReport) ],
    [ 'dstu2', 'pdf', user('DiagnosticReport'), 'user.read',
      'DocumentReference' ],
    [ 'dstu2', 'html', user('DocumentReference'), 'user.read',
      'DiagnosticReport' ],
    [ 'dstu2', 'html', 'patient/Binary.read patient/DocumentReference.read',
      'patient.read', 'DiagnosticReport' ],
    [ 'dstu2', 'html', 'system/Binary.r system/DocumentReference.rs',
      'system.rs', 'DiagnosticReport' ],
    [ 'r4', 'html', 'patient/Binary.rs', 'patient.rs', 'DocumentReference' ],
    [ 'r4', 'html', 'user/Binary.read user/Patient.rs', 'user.read',
      'DocumentReference' ],
    [ 'dstu2', '$autogen-ccd-if?patient=1', user(), 'user.read',
      'DocumentReference' ],
    [ 'own', 'pdf', user('Composition'), 'user.read', 'Communication' ],
    [ 'own', '$autogen-ccd-if?patient=1', user('Communication'), 'user.read',
      'ClinicalImpression' ],
    [ 'alone', 'pdf', 'user/Media.read', 'user.read' ],
) {
    my ($where, $tail, $scope, $form, @types) = @$row;
    my ($context, $verb) = $form =~ /^(\w+)(.*)/;

    my $wanted = $text . '"' . join(' ', map { "$context/$_$verb" }
                                             'Binary', @types) . '"';

    for my $accept ('*/*', 'application/fhir+json', 'image/png') {
        my $r = get("/$where/Binary/$tail", $scope, "Accept: $accept");

        # even where the form asked for cannot be had

        is(header($r, 'WWW-Authenticate'), $wanted,
           "$scope: $where $tail as $accept");
        is_outcome($r, 403, 'forbidden', 'with an OperationOutcome');
    }

    my $head = get("HEAD /$where/Binary/$tail", $scope);
    is_deeply([ @$head{qw(status length)}, header($head, 'WWW-Authenticate') ],
              [ 403, 0, $wanted ], 'and HEAD has the same');
}

# Which companion opens what, where rules are inherited or unclear.

for my $row (
    [ 'dstu2', 'PDF', DiagnosticReport => 403 ],
    [ 'dstu2', 'PDF', DocumentReference => 200 ],
    [ 'own/inherits', 'pdf', DocumentReference => 403 ],
    [ 'own/inherits', 'pdf', Media => 200 ],
    [ 'own/again', 'html', Media => 200 ],
    [ 'own/again', 'html', DiagnosticReport => 403 ],
    [ 'own/again', 'pdf', DocumentReference => 200 ],
    [ 'own/again', 'pdf', Media => 403 ],
    [ 'alone', 'png', Binary => 200 ],

    # a type that cannot be read might be any: all rules must be met

    [ 'dstu2', 'bad', DocumentReference => 403 ],
    [ 'dstu2', 'bad', DiagnosticReport => 403 ],
    [ 'dstu2', 'bad', 'DocumentReference DiagnosticReport' => 200 ],
    [ 'dstu2', 'none', DocumentReference => 403 ],
    [ 'dstu2', 'none', 'DocumentReference DiagnosticReport' => 200 ],
    [ 'own', 'bad', 'Media Composition' => 403 ],
    [ 'own', 'bad', 'Media Composition DiagnosticReport' => 200 ],
    [ 'r4', 'bad', Communication => 200 ],
    [ 'r4', 'none', Media => 403 ],
) {
    my ($where, $tail, $companions, $status) = @$row;
    my $r = get("/$where/Binary/$tail", user(split ' ', $companions));

    is("$r->{status} " . ($r->{body} eq '<secret/>'),
       $status == 200 ? '200 1' : '403 ', "$where: $companions for $tail");
}

# A token that could open nothing here is refused before the backend is asked;
# one that could open another type is refused when the type is known.

for my $row (
    # scope, endpoint, document, whether the backend is asked

    [ '', 'dstu2', 'pdf', 0 ],
    [ 'openid launch/patient', 'dstu2', 'pdf', 0 ],
    [ 'user/Binary.read', 'dstu2', 'pdf', 0 ],
    [ 'user/Binary.read', 'r4', 'pdf', 0 ],
    [ 'user/Binary.read', 'dstu2', '$autogen-ccd-if?patient=1', 0 ],
    [ user('DiagnosticReport'), 'dstu2', '$autogen-ccd-if?patient=1', 0 ],
    [ user('Communication'), 'dstu2', 'pdf', 0 ],
    [ user('DiagnosticReport'), 'dstu2', 'pdf', 1 ],
    [ user('DocumentReference'), 'dstu2', 'html', 1 ],
    [ user('Composition'), 'own', 'pdf', 1 ],
    [ user('DocumentReference'), 'own', 'pdf', 0 ],
    [ 'user/DocumentReference.read user/DiagnosticReport.read', 'dstu2',
      'pdf', 0 ],
    [ 'user/Binary.s user/DocumentReference.rs', 'r4', 'pdf', 0 ],
    [ 'user/Binary.rs?_id=1 user/DocumentReference.rs', 'r4', 'pdf', 0 ],
) {
    my ($scope, $where, $tail, $asked) = @$row;
    my $n = () = $be->requests;
    my $r = get("/$where/Binary/$tail", $scope);

    is("$r->{status} " . header($r, 'X-Reason'), '403 scope',
       "$where $tail: $scope");
    is(scalar(() = $be->requests) - $n, $asked, 'the backend is asked or not');
    unlike($r->{received}, qr/secret/, 'and the document stays');
}

$ngx->is_log_clean;
done_testing();
