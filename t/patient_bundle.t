# fhir_binary_patient request, at its borders: Bundles of a file and of a
# server, URLs and references of each shape, the limit, and the question.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirServer 'answer';
use FhirToken ();
use JSON::PP;

use constant LIMIT => 1048576;

sub document {
    my ($subject, $url, %more) = @_;

    return { resource => { resourceType => 'DocumentReference',
                           subject => { reference => $subject },
                           content => [ { attachment => { url => $url } } ],
                           %more } };
}

sub report {
    my ($subject, $url, %more) = @_;

    return { resource => { resourceType => 'DiagnosticReport',
                           subject => { reference => $subject },
                           presentedForm => [ { url => 'Binary/x' },
                                              { url => $url } ], %more } };
}

sub bundle {
    return encode_json({ resourceType => 'Bundle', type => 'searchset',
                         entry => [@_] });
}

# An entry whose attachment has its data with it: a string of a MiB, nearly.

sub picture {
    return document('Patient/12', 'Binary/y', id => 'AAAA' x 250_000);
}

sub filled { return $_[0] . ' ' x ($_[1] - length $_[0]) }

my @others = map { document("Patient/$_", "Binary/$_") } 100 .. 300;
my $base = 'https://fhir.example.org/r4';
# The answers, by the document's id, and what the client gets.

my %answer = (
    match => [ bundle(document('Patient/12', 'Binary/match')), 200 ],
    report => [ bundle(report('Patient/12', "$base/Binary/report")), 200 ],
    bare => [ bundle(document('12', '/r4/Binary/bare')), 200 ],
    absolute => [ bundle(document("$base/Patient/12",
                                  "$base/Binary/absolute?a=b")), 200 ],
    second => [ bundle(document('Patient/99', 'Binary/second'),
                       document('Patient/12', 'Binary/second')), 200 ],
    late => [ bundle(@others, report('Patient/12', 'Binary/late')), 200 ],
    full => [ filled(bundle(document('Patient/12', 'Binary/full')), LIMIT),
              200 ],

    inline => [ bundle(picture(), document('Patient/12', 'Binary/inline')),
                200 ],

    # another patient; a server that ignores parameters it does not know

    other => [ bundle(document('Patient/99', 'Binary/other')), 403 ],
    longer => [ bundle(document('Patient/123', 'Binary/longer')), 403 ],
    shorter => [ bundle(document('Patient/1', 'Binary/shorter')), 403 ],
    apart => [ bundle(document('Patient/12', 'Binary/1'),
                      document('Patient/99', 'Binary/apart')), 403 ],
    tail => [ bundle(document('Patient/12', 'Binary/a-tail')), 403 ],
    name => [ bundle(document('Patient/12', 'NoBinary/name')), 403 ],
    query => [ bundle(document('Patient/12', 'Binary/1?x=/Binary/query')),
               403 ],
    author => [ bundle(document('Patient/99', 'Binary/author',
        author => [ { reference => 'Patient/12' } ])), 403 ],
    mistaken => [ bundle(document('Patient/12', 'Binary/mistaken',
                                  status => 'entered-in-error')), 403 ],
    elsewhere => [ bundle(document('https://x.example.org/Patient/12',
                                   'Binary/elsewhere')), 403 ],
    empty => [ bundle(), 403 ],
    'inline-other' => [ bundle(picture(), document('Patient/99',
                                                   'Binary/inline-other')),
                        403 ],

    # no answer at all

    outcome => [ encode_json({ resourceType => 'OperationOutcome' }), 503 ],
    single => [ encode_json(document('Patient/12',
                                     'Binary/single')->{resource}), 503 ],
    html => [ '<html>', 503 ],
    named => [ bundle({ 'x' x 20_000 => 1 },
                      document('Patient/12', 'Binary/named')), 503 ],
    nothing => [ '', 503 ],
    broken => [ substr(bundle(document('Patient/12', 'Binary/broken')), 0,
                       -1), 503 ],
    large => [ filled(bundle(document('Patient/12', 'Binary/large')),
                      LIMIT + 1), 503 ],
    map { my ($id, @how) = @$_;
          ($id => [ bundle(document('Patient/12', "Binary/$id")), 503, @how ]) }
        [ 'error', '500 Oops' ], [ 'partial', '206 Partial Content' ],
        [ 'denied', '401 Unauthorized' ], [ 'absent', '404 Not Found' ],
        [ 'moved', '302 Found' ], [ 'cut', '200 OK', 9 ],
);

my $asked = backend(sub {
    my ($id) = $_[0] =~ /[?&]document=([\w.%-]+)/;
    my ($text, undef, $status, $missing) = @{ $answer{$id} };

    return answer($text, status => $status, type => 'application/fhir+json',
                  length => length($text) + ($missing // 0));
});

my $be = backend(answer('<secret/>', type => 'application/pdf'));
my $up = 'proxy_pass http://127.0.0.1:' . $be->port . ';';

my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a'),
               map { ("html/owners/$_.json" => $answer{$_}[0]) }
                   grep { $answer{$_}[1] != 503 } keys %answer },
    server => <<"END");
    @{[ jwt_endpoint() ]}
    fhir_binary_base $base;
    fhir_binary r4;
    add_header X-Reason \$fhir_binary_reason always;

    location /proxy/ { $up fhir_binary_patient request
        /_owner?patient=\$fhir_binary_patient&document=\$fhir_binary_id; }

    location /static/ { $up
        fhir_binary_patient request /owners/\$fhir_binary_id.json; }

    location = /_owner { internal;
        proxy_pass http://127.0.0.1:@{[ $asked->port ]}/find;
        proxy_set_header X-Token "\$fhir_binary_token";
    }

    location /owners/ { internal; }
END

my %bearer;

sub get {
    my ($line, $patient, @more) = @_;

    my ($scope) = map { "$_/Binary.read $_/DocumentReference.read" }
                  $patient eq 'user' ? 'user' : 'patient';
    my $token = $bearer{$patient} //= FhirToken::mint_token(
        { scope => $scope, patient => $patient eq '' ? undef : $patient });

    my $r = ask($ngx->port, $line =~ /^HEAD/ ? $line : "GET $line",
                "Authorization: Bearer $token", @more);

    $r->{is} = "$r->{status} " . (header($r, 'X-Reason') // '');
    return $r;
}

my %reason = (200 => '200 ', 403 => '403 patient',
              503 => '503 patient_unavailable');

for my $id (sort keys %answer) {
    my $status = $answer{$id}[1];
    my $n = () = $be->requests;

    for my $where ('proxy', $status == 503 ? () : 'static') {
        my $r = get("/$where/Binary/$id", '12');

        is($r->{is}, $reason{$status}, "$where: $id");
        is($r->{body} eq '<secret/>', $status == 200, 'and its document');
    }

    is(scalar(() = $be->requests), $n + ($status == 200 ? 2 : 0),
       'the backend is asked when it is the patient');
}

is(get('/proxy/Binary/match', '99')->{is}, '403 patient', 'not for another');
is(get('HEAD /proxy/Binary/match', '12')->{is}, '200 ', 'HEAD is the same');

my $r = get('/proxy/Binary/error', '12');
is_outcome($r, 503, 'transient', 'a failure blames no token');
ok(header($r, 'Retry-After') && !header($r, 'WWW-Authenticate'),
   'and says when to try again');

# Who is not bound, or to nobody, is not asked about.

my $n = () = $asked->requests;
is(get('/proxy/Binary/other', 'user')->{is}, '200 ', 'a user');
is(get('/proxy/Binary/match', '')->{is}, '403 patient_missing', 'nobody');
is(scalar(() = $asked->requests), $n, 'there is no question');

# The question is the gateway's own.

get('/proxy/Binary/match?a=b', '12', 'Range: bytes=0-1', 'Cookie: c=d',
    'If-None-Match: "x"', 'If-Modified-Since: Mon, 01 Jan 2001 00:00:00 GMT',
    'Accept: application/pdf, */*', 'Accept-Encoding: gzip', 'X-Custom: 1',
    'Content-Length: 4', { body => 'body' });

my ($question) = reverse $asked->requests;

like($question, qr{\AGET /find\?patient=12&document=match HTTP/1\.\d\r\n},
     'its URI');
is_deeply([ grep { $_ ne 'connection' }
            sort map { /^([\w-]+): / ? lc $1 : () } split /\n/, $question ],
          [ qw(accept host) ], 'its headers');
like($question, qr{^Accept: application/json\r$}m, 'for JSON');

$ngx->is_log_clean;
done_testing();
