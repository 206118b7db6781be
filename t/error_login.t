# A backend that refuses a client whose token the gateway has accepted refuses
# the gateway: the client gets no challenge for it, and need not look for
# another token.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirServer ();
use FhirToken ();

my $json = '{"resourceType":"OperationOutcome","issue":[{"severity":"error",'
           . '"code":"login","diagnostics":"from the server"}]}';
my $xml = '<OperationOutcome xmlns="http://hl7.org/fhir"><issue>'
          . '<severity value="error"/><code value="login"/>'
          . '<diagnostics value="from the server"/></issue>'
          . '</OperationOutcome>';

my @challenge = ('WWW-Authenticate: Bearer realm="ehr", '
                 . 'error="invalid_token"');

sub refusal {
    my ($status, $body, @type) = @_;

    return FhirServer::answer($body, status => "$status No", @type,
                              headers => \@challenge);
}

my %table = (
    (map { ("/Binary/json.$_" => refusal($_, $json),
            "/Binary/xml.$_" => refusal($_, $xml),
            "/Binary/chunk.$_" => refusal($_, $json, chunk => 9),
            "/Binary/html.$_" => refusal($_, '<html>from the server',
                                         type => 'text/html'),
            "/Binary/none.$_" => refusal($_, '', type => undef)) }
         401, 403, 407),
    '/Binary/good' => FhirServer::answer('document', type => 'text/plain'),
);

my $server = FhirServer::fhir_server(%table);

sub locations {
    my ($prefix, $more) = @_;

    return FhirServer::server_conf(prefix => $prefix, backend => 'auto',
                                   more => $more)
           =~ s/fhir_binary_auth off;//gr;
}

my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a') },
    http => FhirServer::upstream_conf($server),
    server => jwt_endpoint() . '
        add_header X-Reason "$fhir_binary_reason" always;'
        . locations('', '')
        . locations('/trust', 'fhir_binary_patient trust;')
        . locations('/any', 'satisfy any; allow all;')
        . FhirServer::server_conf(prefix => '/open', backend => 'auto'));

my $user = FhirToken::mint_token({ scope => 'user/*.read' });
my $patient = FhirToken::mint_token({ scope => 'patient/*.read',
                                      patient => '12' });

my @ways = (
    [ 'a user', '', "Authorization: Bearer $user" ],
    [ 'a patient', '/trust', "Authorization: Bearer $patient" ],
    [ 'nobody, by satisfy any', '/any' ],
    [ 'a user, with satisfy any', '/any', "Authorization: Bearer $user" ],
);

for my $way (@ways) {
    my ($who, $prefix, @token) = @$way;

    for my $where ("$prefix/buffered", "$prefix/direct") {

        is(ask($ngx->port, "GET $where/Binary/good", @token)->{body},
           'document', "$who, $where: may read");

        for my $kind (qw(json xml chunk html none)) {
            my $form = $kind eq 'xml' ? 'xml' : 'json';
            my @ask = (@token, "Accept: application/fhir+$form");
            my $r = ask($ngx->port, "GET $where/Binary/$kind.401", @ask);

            is_outcome($r, 502, 'exception', "$kind, $who, $where: a 502");
            is(header($r, 'WWW-Authenticate'), undef, 'no challenge');
            is(header($r, 'X-Reason'), 'backend_login', 'the log knows why');
            is(outcome($r)->{form}, $form, 'in the form that was asked for');
            unlike($r->{received}, qr/from the server|ehr/,
                   'nothing of it passes');

            my $h = ask($ngx->port, "HEAD $where/Binary/$kind.401", @ask);

            is("$h->{status} $h->{length} "
               . (header($h, 'WWW-Authenticate') // 'none'), '502 0 none',
               'and the same to HEAD');

            is_outcome(ask($ngx->port, "GET $where/Binary/$kind.407", @ask),
                       502, 'exception', 'a 407 says the same');
        }

        # of its 403 the client may know: the document is refused to it

        my $r = ask($ngx->port, "GET $where/Binary/json.403", @token);

        is("$r->{status} $r->{body}", "403 $json",
           "$who, $where: an OperationOutcome with 403 passes");

        is_outcome(ask($ngx->port, "GET $where/Binary/html.403", @token), 403,
                   'forbidden', 'and a page with 403 does not');
    }
}

# Where the gateway asks for no token, the backend may.

my $r = ask($ngx->port, 'GET /open/direct/Binary/json.401');

is("$r->{status} $r->{body}", "401 $json", 'an open endpoint: its 401 passes');
is(header($r, 'WWW-Authenticate'), 'Bearer realm="ehr", error="invalid_token"',
   'with its challenge');

$r = ask($ngx->port, 'GET /open/direct/Binary/html.401');

is_outcome($r, 401, 'login', 'a page is replaced');
like(header($r, 'WWW-Authenticate'), qr/^Bearer realm=/,
     'and there is a challenge, too');

is_outcome(ask($ngx->port, 'GET /open/direct/Binary/json.407'), 502,
           'exception', 'a 407 is never for the client');

# Without a token the backend is not asked.

my $asked = () = $server->requests;

$r = ask($ngx->port, 'GET /direct/Binary/json.401');

is_outcome($r, 401, 'login', 'no token: the 401 is of the gateway');
is(header($r, 'WWW-Authenticate'), 'Bearer realm="fhir"',
   'and so is the challenge');
is(scalar(() = $server->requests), $asked, 'and the backend was not asked');

$ngx->is_log_clean;

done_testing();
