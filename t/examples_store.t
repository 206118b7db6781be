# The examples about a store: each does what it is for.

use strict;
use warnings;

use JSON::PP 'decode_json';
use MIME::Base64 'decode_base64';

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirExample;
use FhirToken qw(mint_token jwks);

my $keys = jwks('ec-a');
my $pdf = document('XR-197198634.pdf');
my $fhir = 'Accept: application/fhir+json';

my %who = (iss => 'https://auth.example.org',
           aud => 'https://fhir.example.org/fhir');


sub document {
    open my $fh, '<:raw', "conf-examples/documents/$_[0]" or die "$_[0]: $!";
    local $/;
    return scalar <$fh>;
}


sub bearer {
    my ($scope, %claims) = @_;

    return 'Authorization: Bearer '
           . mint_token({ %who, scope => $scope, %claims });
}


my $user = 'user/Binary.read user/DocumentReference.read '
           . 'user/DiagnosticReport.read';
my $patient = $user =~ s{user/}{patient/}gr;


raw_store: {
    my $ngx = example_start('raw-store.conf', keys => $keys);
    my $url = '/fhir/r4/Binary/XR-197198634';

    local $who{aud} = 'https://fhir.example.org/fhir/r4';

    my $get = sub { ask($ngx->port, "GET $url", @_) };

    my $r = $get->(bearer($user));

    is($r->{body}, $pdf, 'raw-store: the document');
    is(header($r, 'X-Document-Patient'), undef, 'and not whose it is');

    $r = $get->(bearer($user), $fhir);

    is(decode_base64(decode_json($r->{body})->{data}), $pdf,
       'raw-store: the same in FHIR JSON');

    is_outcome($get->(), 401, 'login', 'raw-store: no token');
    is_outcome($get->(bearer($user, aud => 'https://other.example.org')),
               401, 'unknown', 'raw-store: a token for another service');
    is_outcome($get->(bearer('user/Binary.read')), 403, 'forbidden',
               'raw-store: a token without a companion scope');

    is($get->(bearer($patient, patient => '12724066'))->{body}, $pdf,
       'raw-store: a patient has the own document');
    is_outcome($get->(bearer($patient, patient => '12724067')), 403,
               'forbidden', 'raw-store: and no other');

    my $store = backend("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                        . "Content-Type: text/plain\r\n\r\nok");
    my $own = example_start('raw-store.conf', keys => $keys,
                            8081 => $store->port);

    is(ask($own->port, "GET $url", bearer($user))->{body}, 'ok',
       "raw-store: the operator's own store");
    unlike(($store->requests)[0], qr/^Authorization/mi,
           'raw-store: it sees no token');
    is_outcome(ask($own->port, "GET $url", bearer($patient, patient => '1')),
               403, 'forbidden',
               'raw-store: a store that does not tell whose a document is');
}


cache_slow_ehr: {
    my $answer = "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
                 . "Cache-Control: no-store\r\nContent-Length: "
                 . length($pdf) . "\r\n\r\n$pdf";

    my $ehr = backend([$answer], ["HTTP/1.1 503 No\r\n"
                       . "Content-Length: 0\r\n\r\n"]);

    my $ngx = example_start('cache-slow-ehr.conf', keys => $keys,
                            8081 => $ehr->port);

    my $get = sub {
        return ask($ngx->port, 'GET /fhir/Binary/XR-197198634', @_);
    };

    is($get->(bearer($user))->{body}, $pdf, 'cache: the first asks the EHR');

    for my $accept ('Accept: */*', $fhir, 'Range: bytes=0-9') {
        my $r = $get->(bearer($user), $accept);

        ok($r->{status} =~ /^20[06]$/ && $r->{whole},
           "cache: with $accept it is there at once");
    }

    is($ehr->connections, 1, 'cache: and the EHR was asked once');

    is_outcome($get->(), 401, 'login', 'cache: not without a token');
    is_outcome($get->(bearer('user/Binary.read')), 403, 'forbidden',
               'cache: nor without the scopes');

    # the EHR says no now: a patient is not served from the cache, others are

    my $r = $get->(bearer($patient, patient => '12724066'));

    is($r->{status}, 503, 'cache: a patient goes to the EHR');
    is($ehr->connections, 2, 'cache: each time');
    like(($ehr->requests)[-1], qr/^Authorization: Bearer \S+\r$/m,
         'cache: with the token');
    is($get->(bearer($user))->{body}, $pdf, 'cache: others still have it');
}


cache_patient_first: {
    my $ehr = backend(map { my $body = "answer $_"; [
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
        . length($body) . "\r\n\r\n$body" ] } 1 .. 3);

    my $ngx = example_start('cache-slow-ehr.conf', keys => $keys,
                            8081 => $ehr->port);

    my $get = sub {
        return ask($ngx->port, 'GET /fhir/Binary/1', bearer(@_))->{body};
    };

    is_deeply([ $get->($patient, patient => '1'), $get->($patient, patient => '2'),
                $get->($user), $get->($user) ],
              [ 'answer 1', 'answer 2', 'answer 3', 'answer 3' ],
              'cache: what a patient got is nobody else\'s');
}


done_testing();
