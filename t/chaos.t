# Random use finds nothing, and its judge sees what it is there to see.

use strict;
use warnings;

use lib 't/lib', 't/chaos';
use FhirBinary '-more';
use Chaos::Case;
use Chaos::Hpack;
use Chaos::Judge;
use MIME::Base64;

# The judge: what came, and what it must say of that.

my $id = 'z3000-yp-br-fl-g1-kw-p1-t0-e0-w0-v4-n1';
my $cut = 'z3000-yp-br-fl-g1-kc500-p1-t0-e0-w0-v4-n1';
my $held = 'z3000-yp-bj-fl-g1-kd-p1-t0-e0-w0-v4-n1';
my $document = Chaos::Case::document(Chaos::Case::parse($id));
my $other = Chaos::Case::document(Chaos::Case::parse($cut));

my %open = (n => 1, prefix => '/L1/Binary/', source => 'proxy', version => 'r4',
            shape => 'auto', auth => 'off', patient => 'header', old => 0,
            accept => 'strict', default => 'native', lookahead => 64,
            error_page => 'none', http => '1.1', cache => 0, buffering => 1);
my %shut = (%open, auth => 'on');

my $outcome = '{"resourceType":"OperationOutcome","issue":[{"code":"x"}]}';

sub resource {
    my ($bytes, %field) = @_;

    my %all = (id => $id, contentType => 'application/pdf', %field);

    return qq({"resourceType":"Binary","id":"$all{id}","contentType":)
           . qq("$all{contentType}","data":") . encode_base64($bytes, '')
           . '"}';
}

# name, request, result, class, pattern of the fault or undef

my @rows = (
    [ 'the document', {}, {}, 'whole' ],
    [ 'one byte less', {}, { body => substr $document, 0, -1 }, 'whole',
      qr/looks whole and is not: 2999 bytes/ ],
    [ 'one byte more', {}, { body => "$document\n" }, 'whole',
      qr/looks whole/ ],
    [ 'another document', {}, { body => $other }, 'whole', qr/the same up to/ ],
    [ 'a cut one', {}, { end => 'cut', why => 'fin' }, 'cut',
      qr/healthy document is cut/ ],
    [ 'a cut one that is broken', { id => $cut }, { end => 'cut' }, 'cut' ],
    [ 'a hang', {}, { end => 'hang' }, 'hang', qr/hang/ ],
    [ 'no answer', {}, { end => 'none' }, 'none', qr/no answer/ ],
    [ 'no answer on a connection in use', {}, { end => 'none', reused => 1 },
      'none', qr/unusable/ ],
    [ 'a client that left', {}, { end => 'left' }, 'left' ],
    [ 'a refusal', {}, { status => 502, body => $outcome, fhir => 1 },
      'refusal', qr/healthy document is refused with 502/ ],
    [ 'a refusal of what is broken', { id => $cut },
      { status => 502, body => $outcome, fhir => 1 }, 'refusal' ],
    [ 'a page in its place', { id => $cut },
      { status => 502, body => '<html>' }, 'refusal', qr/no OperationOutcome/ ],
    [ 'the text of the backend', { id => $cut },
      { status => 502, body => $Chaos::Case::SECRET }, 'refusal', qr/leak/ ],
    [ 'no token', { l => \%shut, token => 'none' }, {}, 'whole',
      qr/must be refused/ ],
    [ 'the other patient', { l => \%shut, token => 'p2' }, {}, 'whole',
      qr/leak: the document/ ],
    [ 'the other patient, and a 304', { l => \%shut, token => 'p2', tag => '*' },
      { status => 304, body => '' }, 'whole', qr/304 for a request/ ],
    [ 'the patient', { l => \%shut, token => 'p1' }, {}, 'whole' ],
    [ '304 without a condition', {}, { status => 304, body => '' }, 'whole',
      qr/without a condition/ ],
    [ 'withheld data', { id => $held }, { body => '' }, 'whole',
      qr/there is no document/ ],
    [ 'withheld data, HEAD', { id => $held, method => 'HEAD' }, { body => '' },
      'whole', qr/there is no document/ ],
    [ 'the resource', { wish => 'json' },
      { body => resource($document), fhir => 1 }, 'whole' ],
    [ 'the resource of another', { wish => 'json' },
      { body => resource($document, id => 'x'), fhir => 1 }, 'whole',
      qr/id is x/ ],
    [ 'another type in it', { wish => 'json' },
      { body => resource($document, contentType => 'a/b'), fhir => 1 },
      'whole', qr{contentType is a/b} ],
    [ 'less in it', { wish => 'json' },
      { body => resource(substr $document, 3), fhir => 1 }, 'whole',
      qr/looks whole/ ],
    [ 'no end of it', { wish => 'json' },
      { body => substr(resource($document), 0, -1), fhir => 1 }, 'whole',
      qr/bad JSON/ ],
    [ 'the document in its place', { wish => 'json' }, {}, 'whole',
      qr/for the form json/ ],
    [ 'a part', { range => [ 5, 9 ] },
      { status => 206, body => substr($document, 5, 5),
        range => 'bytes 5-9/3000' }, 'whole' ],
    [ 'another part', { range => [ 5, 9 ] },
      { status => 206, body => substr($document, 4, 5),
        range => 'bytes 5-9/3000' }, 'whole', qr/looks whole/ ],
    [ 'a part that nobody wants', {},
      { status => 206, body => substr($document, 5, 5),
        range => 'bytes 5-9/3000' }, 'whole', qr/no range/ ],
);

for my $row (@rows) {
    my ($name, $request, $result, $class, $fault) = @$row;

    my %request = (l => \%open, id => $id, method => 'GET', wish => 'any',
                   %$request);
    my %result = (end => 'whole', status => 200, body => $document, why => '',
                  %$result);

    $result{fields} = {
        'content-type' => $result{fhir} ? 'application/fhir+json'
                                        : 'application/pdf',
        $result{range} ? ('content-range' => $result{range}) : (),
    };

    my ($got, @faults) = Chaos::Judge->new->judge(\%request, \%result,
                                                  behind => '');

    is($got, $class, "$name: $class");

    if ($fault) {
        like("@faults", $fault, "$name: a fault");
    } else {
        is("@faults", '', "$name: no fault");
    }
}


# HPACK: an example of RFC 7541, C.6.1 less its dynamic table.

is_deeply([ Chaos::Hpack::decode(pack 'H*',
    '4803333032' . '5885aec3771a4b'
    . '6196d07abe941054d444a8200595040b8166e082a62d1bff') ],
    [ [ ':status', '302' ], [ 'cache-control', 'private' ],
      [ 'date', 'Mon, 21 Oct 2013 20:13:21 GMT' ] ],
    'literals, with and without Huffman codes, are read');


# The driver: two rounds that are always the same.

my $out = $ENV{FHIR_BINARY_BUILD} || 'build';

for my $round (1, 2) {
    local %ENV = (%ENV, CHAOS_SEED => 21, CHAOS_ROUND => $round,
                  CHAOS_CONNECTIONS => 40, CHAOS_PATIENCE => 30,
                  CHAOS_OUT => "$out/chaos-t/$$-$round");

    my $said = `$^X -I t/lib -I t/chaos t/chaos/chaos.pl 2>&1`;

    is($?, 0, "round $round: no fault") || diag($said);
    like($said, qr/whole [1-9]\d+, refusal \d+/, "round $round: documents");
}

done_testing();
