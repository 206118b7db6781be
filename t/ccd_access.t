# Who gets a CCD: scopes, patients and forms are judged before it is made.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use FhirBinary '-more';
use Endpoint;
use FhirClient qw(ask outcome is_outcome);
use FhirServer;
use FhirToken;

my $text = ccd_document(5000);

my $server = fhir_server("/Binary/$AUTOGEN" => sub {
    return answer($_[0] =~ /^HEAD/ ? '' : $text, type => 'application/xml',
                  length => length $text);
});

my $guard = "@{[ jwt_endpoint() ]}
             fhir_binary_base https://ehr.example.org/r4;
             fhir_binary_auth on;";

my $conf = ccd_conf . ccd_conf(prefix => '/off', more => 'fhir_binary_ccd off;')
           . ccd_conf(prefix => '/lenient', more => 'fhir_binary_accept lenient;')
           . ccd_conf(prefix => '/dstu2', version => 'dstu2')
           . (ccd_conf(prefix => '/guard', more => $guard)
              . ccd_conf(prefix => '/trust', more => $guard
                                             . 'fhir_binary_patient trust;'))
             =~ s/fhir_binary_auth off;//gr;

my $ngx = nginx_start(
    http => upstream_conf($server), server => $conf,
    files => { 'jwks.json' => jwks('ec-a') });

my $both = 'Binary.read DocumentReference.read';

sub scopes { return join ' ', map { "$_[0]/$_" } split / /, $_[1] }

my $user = mint_token({ scope => scopes(user => $both) });
my $patient = mint_token({ scope => scopes(patient => $both),
                           patient => '12' });
my $mixed = mint_token({ scope => 'user/Binary.read '
                                  . 'patient/DocumentReference.read',
                         patient => '12' });
my $nobody = mint_token({ scope => scopes(patient => $both) });
my $half = mint_token({ scope => 'user/Binary.read' });
my $wrong = mint_token({ scope => 'user/Binary.read '
                                  . 'user/DiagnosticReport.read' });

# token, query, the answer; every row at a location that denies documents to
# patient/ tokens, and at one that leaves those to the backend

my @rows = (
    [ undef, 'patient=12', '401 login' ],
    [ undef, '', '401 login' ],
    [ $half, '', '403 forbidden' ],
    [ $half, 'patient=12', '403 forbidden' ],
    [ $wrong, 'patient=12', '403 forbidden' ],
    [ $user, 'patient=12', '200' ],
    [ $user, '', '400 required' ],
    [ $user, 'patient=12&foo=1', '400 not-supported' ],
    [ $patient, 'patient=12', '200' ],
    [ $patient, 'patient=Patient/12', '200' ],
    [ $patient, 'patient=%31%32', '200' ],
    [ $patient, 'patient=https://ehr.example.org/r4/Patient/12', '200' ],
    [ $patient, 'patient=123', '403 forbidden' ],
    [ $patient, 'patient=1', '403 forbidden' ],
    [ $patient, 'patient=Patient/123', '403 forbidden' ],
    [ $patient, '', '400 required' ],
    [ $patient, 'patient=12&patient=13', '400 invalid' ],
    [ $patient, 'patient=12&encounter=7', '200' ],
    [ $mixed, 'patient=12', '200' ],
    [ $mixed, 'patient=13', '403 forbidden' ],
    [ $nobody, 'patient=12', '403 forbidden' ],
);

my $made = 0;

for my $row (@rows) {
    my ($token, $query, $wanted) = @$row;

    for my $where ('/guard', '/trust') {
        my $r = ask($ngx->port,
                    "GET $where/buffered/Binary/$AUTOGEN?$query",
                    $token ? "Authorization: Bearer $token" : ());

        my $o = outcome($r);

        is($o ? "$r->{status} $o->{code}" : $r->{status}, $wanted,
           "$where, $query");

        $made++ if $wanted eq '200';
    }
}

is(scalar($server->requests), $made, 'what is refused was not made');

# The forms: 406 before it is made, with a list of what there is

my @forms = (
    [ 'application/pdf', '', 406 ], [ 'application/json', '', 406 ],
    [ 'text/html', '', 406 ], [ '*/*;q=0', '', 406 ],
    [ 'application/fhir+json;fhirVersion=3.0', '', 406 ],
    [ '*/*', '&_format=ttl', 406 ],
    [ 'application/xml', '', 200 ], [ 'text/xml', '', 200 ],
    [ 'application/*', '', 200 ], [ '*/*', '', 200 ],
    [ 'application/fhir+json', '', 200 ],
    [ 'application/pdf', '&_format=xml', 200 ],
);

for my $form (@forms) {
    my ($accept, $format, $wanted) = @$form;
    my $before = $server->requests;

    for my $method (qw(GET HEAD)) {
        my $r = ask($ngx->port,
            "$method /buffered/Binary/$AUTOGEN?patient=1$format",
            "Accept: $accept");

        is($r->{status}, $wanted, "$method: $accept $format");
        next if $wanted == 200 || $method eq 'HEAD';

        is_outcome($r, 406, 'not-supported', "$accept $format: its outcome");
        is(outcome($r)->{diagnostics}, 'Available: application/xml, '
           . 'application/fhir+json, application/fhir+xml', 'what there is');
    }

    is(scalar($server->requests) - $before, $wanted == 200 ? 2 : 0,
       $wanted == 200 ? 'asked for each' : 'nobody was asked');
}

my $r = ask($ngx->port, "GET /lenient/buffered/Binary/$AUTOGEN?patient=1",
            'Accept: application/pdf');

is("$r->{status} $r->{body}", "200 $text", 'lenient: the stored bytes');

# HEAD is answered without a document

$r = ask($ngx->port, "HEAD /buffered/Binary/$AUTOGEN?patient=1&start=2014");
is("$r->{status} $r->{length}", '400 0', 'HEAD: parameters are judged');

$r = ask($ngx->port, "HEAD /buffered/Binary/$AUTOGEN?patient=1");
is("$r->{status} $r->{length} " . (($server->requests)[-1] =~ /^(\S+)/)[0],
   '200 0 HEAD', 'HEAD: the backend is asked with HEAD');

# The operation, where there is none

for my $name ($AUTOGEN, '%24autogen-ccd-if') {
    is_outcome(ask($ngx->port, "GET /off/buffered/Binary/$name?patient=1"),
               404, 'not-supported', "fhir_binary_ccd off: $name");
}

for my $path ('$AUTOGEN-CCD-IF', '$autogen-ccd', '$autogen-ccd-if/1',
              '1/$autogen-ccd-if')
{
    $r = ask($ngx->port, "GET /buffered/Binary/$path?patient=1");
    is($r->{status}, 404, "$path is another name");
}

for my $method (qw(POST PUT DELETE)) {
    is_outcome(ask($ngx->port, "$method /buffered/Binary/$AUTOGEN?patient=1",
                   'Content-Length: 0'),
               405, 'not-supported', "$method is not for it");
}

$ngx->is_log_clean;

done_testing();
