# fhir_binary_patient request: a Bundle tells whether the document is the
# patient's.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;
use JSON::PP;

my $token = mint_token({ patient => '12', scope =>
    'patient/Binary.read patient/DocumentReference.read' });

sub entry {
    my (%with) = @_;

    my $type = $with{type} // 'DocumentReference';
    my $url = $with{url} // 'Binary/' . $with{id};
    my $attachment = { contentType => 'application/pdf', url => $url };

    return { resource => {
        resourceType => $type, status => $with{status} // 'current',
        subject => { reference => $with{subject} // 'Patient/12' },
        $type eq 'DiagnosticReport'
            ? (presentedForm => [ $attachment ])
            : (content => [ { attachment => $attachment,
                              %{ $with{item} // {} } } ]),
        %{ $with{more} // {} },
    } };
}

sub bundle {
    return encode_json({ resourceType => 'Bundle', type => 'searchset',
                         entry => [@_] });
}

sub answer {
    my ($body, $status) = @_;

    return sprintf "HTTP/1.1 %s\r\nContent-Type: application/fhir+json\r\n"
                   . "Content-Length: %d\r\n\r\n%s",
                   $status // '200 OK', length $body, $body;
}

my @rows = (
    # id, what the server answers, what the client gets
    ['own', [bundle(entry(id => 'own'))], '200 document'],
    ['report', [bundle(entry(id => 'report', type => 'DiagnosticReport'))],
     '200 document'],
    ['second', [bundle(entry(id => 'x'), entry(id => 'second'))],
     '200 document'],
    ['absolute', [bundle(entry(url => 'https://s/r4/Binary/absolute'))],
     '403 patient'],
    ['large', [bundle((map { entry(id => "x$_") } 1 .. 300),
                      entry(id => 'large'))], '200 document'],
    ['empty', ['{"resourceType":"Bundle"}'], '403 patient'],
    ['other-document', [bundle(entry(id => 'x'))], '403 patient'],
    ['longer', [bundle(entry(id => 'longer-1'))], '403 patient'],
    ['onger', [bundle(entry(id => 'longer'))], '403 patient'],
    ['other-patient', [bundle(entry(id => 'other-patient',
                                    subject => 'Patient/123'))],
     '403 patient'],
    ['both-halves', [bundle(entry(id => 'both-halves',
                                  subject => 'Patient/13'),
                            entry(id => 'x'))], '403 patient'],
    ['group', [bundle(entry(id => 'group', subject => 'Group/12'))],
     '403 patient'],
    ['media', [bundle(entry(id => 'media', type => 'Media'))],
     '403 patient'],
    ['wrong', [bundle(entry(id => 'wrong', status => 'entered-in-error'))],
     '403 patient'],
    ['doc-wrong', [bundle(entry(id => 'doc-wrong', more => {
        docStatus => 'entered-in-error' }))], '403 patient'],
    ['doc-concept', [bundle(entry(id => 'doc-concept', more => {
        docStatus => { coding => [ { code => 'entered-in-error' } ] } }))],
     '403 patient'],
    ['modified', [bundle(entry(id => 'modified', more => {
        modifierExtension => [ { url => 'https://h/not', valueCode => 'x' } ],
     }))], '403 patient'],
    ['item-modified', [bundle(entry(id => 'item-modified', item => {
        modifierExtension => [ { url => 'https://h/not', valueCode => 'x' } ],
     }))], '403 patient'],
    ['extended', [bundle(entry(id => 'extended', more => {
        extension => [ { url => 'https://h/so', valueCode => 'x' } ],
     }))], '200 document'],
    ['no-json', ['<Bundle/>'], '503 patient_unavailable'],
    ['no-bundle', ['{"resourceType":"OperationOutcome"}'],
     '503 patient_unavailable'],
    ['cut', [bundle(entry(id => 'cut')) =~ s/.\z//r],
     '503 patient_unavailable'],
    ['huge', [bundle(entry(id => 'huge')) . ' ' x 1048576],
     '503 patient_unavailable'],
    ['failed', [bundle(entry(id => 'failed')), '500 Oops'],
     '503 patient_unavailable'],
    ['unauthorized', [bundle(entry(id => 'unauthorized')), '401 No'],
     '503 patient_unavailable'],
    ['created', [bundle(entry(id => 'created')), '201 Created'],
     '503 patient_unavailable'],
);

my %answer = map { $_->[0] => $_->[1] } @rows;

my $server = backend(sub {
    my ($request) = @_;
    my ($id) = $request =~ m{^GET /docs\?patient=12&id=(\S+)};

    return $answer{$id // ''} ? answer(@{ $answer{$id} }) : RST;
});

my $store = backend("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
                    . "Content-Length: 10\r\n\r\na document");

my ($port, $docs) = ($store->port, $server->port);

my $nginx = nginx_start(
    files => { 'jwks.json' => jwks('ec-a') },
    server => <<"END",
        add_header X-Reason \$fhir_binary_reason always;
        @{[ jwt_endpoint() ]}
        fhir_binary_patient request
            /_docs?patient=\$fhir_binary_patient&id=\$fhir_binary_id;

        location /Binary/ { fhir_binary r4; proxy_pass http://127.0.0.1:$port; }
        location /d2/ { fhir_binary dstu2; proxy_pass http://127.0.0.1:$port; }

        location = /_docs {
            internal;
            proxy_pass http://127.0.0.1:$docs/docs;
        }
END
);

sub ask {
    my ($path, $token, @more) = @_;

    my $r = raw_http($nginx->port, get($path, $token, @more));

    return join ' ', $r->{status} // $r->{end}, reason($r) || (),
                     $r->{body} =~ /a document/ ? 'document' : ();
}

for my $row (@rows) {
    my ($id, undef, $expected) = @$row;

    is(ask("/Binary/$id", $token), $expected, "$id: $expected");
}

my $served = grep { $_->[2] =~ /document/ } @rows;

is(scalar(() = $store->requests), $served,
   'the store is asked for those documents only');

my ($request) = $server->requests;

unlike($request, qr/^(?:Authorization|Cookie|Range):/mi,
       "the client's fields are not sent along");

# Who is not asked about.

my $before = () = $server->requests;

is(ask('/Binary/x', mint_token({ scope => 'user/*.read' })), '200 document',
   'a user needs no patient');
is(ask('/Binary/x', mint_token({ scope => 'patient/*.read' })),
   '403 patient_missing', 'without a patient there is nothing to ask');
is(scalar(() = $server->requests), $before, 'and nobody is asked');

# A token whose reach depends on the type: both answers are known in time.

my $mixed = mint_token({ patient => '12', scope => 'user/Binary.read '
    . 'user/DocumentReference.read patient/DiagnosticReport.read' });

is(ask('/d2/Binary/empty', $mixed), '200 document',
   'a PDF is read as user, though the Bundle denies it');

$nginx->is_log_clean;
$nginx->stop;
$_->stop for $server, $store;

done_testing();
