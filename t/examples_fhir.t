# The examples about FHIR versions and FHIR servers: each does what it is for.

use strict;
use warnings;

use JSON::PP ();

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirExample qw(:DEFAULT answer bearer);
use FhirToken qw(mint_token jwks);

my $user = 'user/Binary.read user/DocumentReference.read';
my $patient = $user =~ s{user/}{patient/}gr;


cerner: {
    my $tenant = 'ec2458f2-1e24-41c8-b71b-0e701af7583d';

    my $token = sub {
        my ($scopes, %more) = @_;

        return bearer(mint_token({
            iss => 'https://authorization.cerner.com/', aud => undef,
            client_id => undef, azp => 'app',
            'urn:com:cerner:authorization:claims' =>
                { azs => $scopes, tnt => $tenant, %more },
        }, header => { typ => 'JWT' }));
    };

    my $ngx = example_start('cerner-dstu2-r4.conf', keys => jwks('ec-a'));
    my $get = sub {
        return ask($ngx->port, "GET $_[0]", @_[1 .. $#_]);
    };

    my $r = $get->("/dstu2/$tenant/Binary/XR-197198634", $token->($user),
                   'Accept: application/json+fhir');
    my $two = JSON::PP::decode_json($r->{body});

    is("$r->{status} $two->{id} $two->{contentType}",
       '200 XR-197198634 application/pdf', 'cerner: DSTU2');

    $r = $get->("/r4/$tenant/Binary/XR-197198634", $token->($user),
                'Accept: application/fhir+json');

    my $four = JSON::PP::decode_json($r->{body});

    is($four->{data}, $two->{content}, 'cerner: the same in R4');
    is(header($r, 'Access-Control-Allow-Origin'), '*', 'cerner: for apps');

    my $report = 'user/Binary.read user/DiagnosticReport.read';

    is(join(' ', map { $get->("/$_/$tenant/Binary/TR-197198634",
                              $token->($user))->{status} } qw(dstu2 r4)),
       '403 200', 'cerner: HTML needs DiagnosticReport in DSTU2');
    is(join(' ', map { $get->("/$_/$tenant/Binary/TR-197198634",
                              $token->($report))->{status} } qw(dstu2 r4)),
       '200 200', 'cerner: which is enough');

    is_outcome($get->("/r4/another/Binary/XR-197198634", $token->($user)),
               403, 'forbidden', "cerner: another tenant's document");

    $r = $get->("/r4/$tenant/Binary/\$autogen-ccd-if?patient=12724066",
                $token->($user));

    is($r->{status}, 200, 'cerner: a CCD');
    like($r->{body}, qr/<ClinicalDocument\b/, 'cerner: and it is one');
    example_stop($ngx);
}


fhir_server: {
    my @who = (iss => 'https://auth.example.org',
               aud => 'https://fhir.example.org/r4');
    my $url = 'GET /r4/Binary/note-1';

    my $ngx = example_start('fhir-server.conf', keys => jwks('ec-a'));
    my $r = ask($ngx->port, $url, bearer(mint_token({ @who,
                                                      scope => $user })));

    is($r->{body}, "Hello, 1\n", 'fhir-server: the document');
    is(header($r, 'Content-Type'), 'text/plain', 'fhir-server: of its type');

    is_outcome(ask($ngx->port, $url,
                   bearer(mint_token({ @who, scope => $patient,
                                       patient => '1' }))),
               403, 'forbidden', "fhir-server: not the patient's");

    # a server that knows whose it is

    my $server = answers(
        '/fhir/Binary/note-1' => answer({ resourceType => 'Binary',
            id => 'note-1', contentType => 'text/plain', data => 'SGkK' },
            'application/fhir+json'),
        '/fhir/DocumentReference' => answer({ resourceType => 'Bundle',
            entry => [ { resource => {
                resourceType => 'DocumentReference',
                subject => { reference =>
                             'https://fhir.example.org/r4/Patient/1' },
                content => [ { attachment => { url => 'Binary/note-1' } } ],
            } } ] }, 'application/fhir+json'));

    $ngx = example_start('fhir-server.conf', keys => jwks('ec-a'),
                         8081 => $server->port);

    my @got = map { ask($ngx->port, $url,
                        bearer(mint_token({ @who, scope => $patient,
                                            patient => "$_" }))) } 1, 2;

    is($got[0]{body}, "Hi\n", "fhir-server: the patient's own document");
    is_outcome($got[1], 403, 'forbidden', 'fhir-server: and no other');

    like(($server->requests)[0],
         qr{^GET /fhir/DocumentReference\?patient=1&_count=200 HTTP},
         'fhir-server: which it is asked for');
    is(scalar(grep { /^Authorization/mi } $server->requests), 0,
       'fhir-server: without the token');
}

done_testing();
