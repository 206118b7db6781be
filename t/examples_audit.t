# audit.conf: each path through the gateway leaves one line of JSON that says
# what happened; and no log has a byte of a token or of a document.

use strict;
use warnings;

use JSON::PP 'decode_json';

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirExample;
use FhirToken qw(mint_token jwks);

my $secret = 'Jane Q. Sample, born 1985';
my $more = 'x' x 100000;
my @type = ('Content-Type: application/pdf', 'ETag: "1"');

my $store = answers(
    '/doc' => [ '200 OK', $secret, @type ],
    '/bad' => [ '500 Oops', "<html>$secret</html>", 'Content-Type: text/html' ],
    '/slow' => sub {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
               . "Cache-Control: no-store\r\nContent-Length: 900000\r\n\r\n$secret$more", STALL;
    },
    '/cut' => sub {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
               . "Cache-Control: no-store\r\nContent-Length: 900\r\n\r\n$secret", APART, RST;
    },
    '/$autogen-ccd-if' => [ '200 OK', "<ClinicalDocument xmlns='urn:hl7-org:v3'>"
                            . "$secret</ClinicalDocument>",
                            'Content-Type: application/xml',
                            'Cache-Control: no-store' ],
);

my $ngx = example_start('audit.conf', 8081 => $store->port,
                        keys => jwks('ec-a'), edit => sub {
    s{error\.log warn}{error.log info};
});

my ($lines, @tokens) = (0);


sub token {
    my (%claims) = @_;

    push @tokens, mint_token({
        iss => 'https://auth.example.org', jti => 'id-of-the-token',
        aud => 'https://fhir.example.org/fhir', sub => 'Practitioner/7',
        scope => 'user/Binary.read user/DocumentReference.read', %claims });

    return "Authorization: Bearer $tokens[-1]";
}


# The next line, which comes when nginx is done with the request.

sub line {
    my $line = wait_for(sub { (split /^/, $ngx->slurp('audit.log'))[$lines] });

    $lines++ if $line;

    return decode_json($line // '{}');
}


# A request, and the test of what its line must say.

sub audit {
    my ($name, $request, $headers, %want) = @_;

    $request =~ s{ }{ /fhir/Binary/};

    ask($ngx->port, $request, @$headers);

    my $line = line();

    is_deeply({ map { $_ => $line->{$_} } keys %want }, \%want, $name)
        or diag(explain($line));

    return $line;
}


my $user = token();
my $fhir = 'Accept: application/fhir+json';

my $line = audit('served', 'GET doc', [ $user ],
    status => 200, verdict => 'allowed', reason => '', client => 'app-1',
    subject => 'Practitioner/7', token => 'id-of-the-token',
    context => 'user', patient => '', interaction => 'read',
    document => 'doc', form => 'native', type => 'application/pdf',
    bytes => length $secret, complete => JSON::PP::true, cache => 'MISS',
    token_cache => 'MISS', uri => '/fhir/Binary/doc', method => 'GET',
    address => '127.0.0.1');

like("$line->{time} $line->{request}", qr/^\d{4}-\d\d-\S+ [0-9a-f]{32}$/,
     'when, and its name');

audit('cached', 'GET doc', [ $user, $fhir ], status => 200, cache => 'HIT',
      token_cache => 'HIT', form => 'json', verdict => 'allowed',
      type => 'application/pdf', client => 'app-1');

audit('not modified', 'GET doc', [ $user, 'If-None-Match: "1"' ],
      status => 304, verdict => 'allowed', bytes => 0, document => 'doc',
      client => 'app-1', complete => JSON::PP::true);

audit('a part', 'GET doc', [ $user, 'Range: bytes=0-3' ], status => 206,
      bytes => 4, verdict => 'allowed');
audit('HEAD', 'HEAD doc', [ $user ], status => 200, bytes => 0);

audit('no token', 'GET doc', [], status => 401, verdict => 'denied',
      reason => 'login', client => '', subject => '', document => 'doc');

audit('a forged token', 'GET doc', [ $user =~ s/.{8}$/AAAAAAAA/r ],
      status => 401, verdict => 'denied', reason => 'token_invalid',
      client => '', subject => '', context => '', token => '');

audit('an old token', 'GET doc', [ token(exp => 1, iat => 0) ],
      status => 401, verdict => 'denied', reason => 'token_expired',
      client => '');

audit('no scope', 'GET doc', [ token(scope => 'user/Binary.read') ],
      status => 403, verdict => 'denied', reason => 'scope',
      client => 'app-1', document => 'doc');

audit("a patient's token", 'GET doc',
      [ token(scope => 'patient/*.read', patient => '12724066') ],
      status => 403, verdict => 'denied', reason => 'patient',
      context => 'patient', patient => '12724066');

audit('no document', 'GET none', [ $user ], status => 404,
      verdict => 'failed', reason => 'not_found', document => 'none');
audit('no route', 'GET a/b/c', [ $user ], status => 404, document => '');
audit('not acceptable', 'GET doc', [ $user, 'Accept: image/png' ],
      status => 406, verdict => 'failed', reason => 'not_acceptable',
      type => 'application/pdf', form => '');

audit('a broken store', 'GET bad', [ $user ], status => 502,
      reason => 'backend_error');
audit('a store that breaks off', 'GET cut', [ $user ], bytes => 0,
      length => 900);

audit('a CCD', 'GET $autogen-ccd-if?patient=12724066&start=2014-01-01T00:00:00Z',
      [ token(scope => 'patient/*.read', patient => '12724066') ],
      status => 200, interaction => 'autogen-ccd-if', patient => '12724066',
      ccd_patient => '12724066', verdict => 'allowed',
      uri => '/fhir/Binary/$autogen-ccd-if?(masked)');

# a client that leaves

for my $form ('*/*', 'application/fhir+json') {
    ask($ngx->port, 'GET /fhir/Binary/slow', $user, "Accept: $form",
        { stop_after => 2000, rst => 1 });
    $line = line();

    ok(!$line->{complete} && $line->{status} =~ /^(?:200|499)$/
       && $line->{document} eq 'slow' && $line->{client} eq 'app-1',
       "a client that leaves, Accept: $form") or diag(explain($line));
}

# what a query holds

audit('the target is the one that was asked for, without _format',
      'GET doc?_format=json', [ $user ],
      status => 200, uri => '/fhir/Binary/doc');

push @tokens, 'Sesame';
for my $query ('access_token=Sesame', 'access%5Ftoken=Sesame',
               '_format=json&access_token=Sesame', '_format=json&&Sesame',
               'patient=Sesame', 'x=/../?access_token=Sesame',
               '_format=Sesame%20')
{
    audit("a query with $query", "GET doc?$query", [],
          uri => '/fhir/Binary/doc?(masked)', verdict => 'denied');
}

audit('bytes that are no text', "GET doc\xff\"\\", [ $user ],
      uri => '(masked)', status => 404);

# the logs as a whole; error.log has the request line by nginx's own doing

example_stop($ngx);

my $logs = join '', map { $ngx->slurp($_) } qw(audit.log access.log output);
my $errors = $ngx->log =~ s/request: "[^\n]*//gr;

for my $text ($secret, @tokens, map { split /\./ } @tokens) {
    is(index("$logs$errors", $text), -1, substr($text, 0, 9) . ': in no log');
}

unlike("$logs$errors", qr/\QeyJ/, 'nor the start of any other token');
is(scalar(grep { !eval { decode_json($_) } } split /^/,
          $ngx->slurp('audit.log')), 0, 'each line is JSON');

done_testing();
