# error_log ... debug tells the story of a request, in order, and says lengths
# and names: nothing of a token, of a path, of a document.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirToken ();
use MIME::Base64 qw(encode_base64);

plan(skip_all => 'this nginx was built without --with-debug')
    if `$ENV{TEST_NGINX_BINARY} -V 2>&1` !~ /--with-debug/;

my $secret = 'Pneumonia of one Mr Doe';
my $data = encode_base64($secret x 40, '');
my $json = qq({"resourceType":"Binary","id":"1","contentType":"text/plain",)
           . qq("data":"$data"});

my $be = backend(sub {
    return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        if $_[0] =~ /absent/;

    return "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"
           . 'Content-Length: ' . length($json) . "\r\n\r\n$json";
});

my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a') },
    server => <<"END");
    fhir_binary_key_file jwks.json;
    fhir_binary_issuer @{[FhirToken::ISS]};
    fhir_binary_audience @{[FhirToken::AUD]};
    error_log story.log debug;

    location ^~ /fhir/ {
        fhir_binary r4;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
        proxy_http_version 1.1;
    }
END

my $token = FhirToken::mint_token({ scope => 'user/Binary.read '
                                             . 'user/DocumentReference.read' });

sub story {
    my ($line) = @_;

    my $r = ask($ngx->port, $line, "Authorization: Bearer $token");
    my $text = $ngx->slurp('story.log');

    return ($r, join '', $text =~ /^(.*\[debug\].*fhir binary: .*\n)/mg);
}

my ($r, $said) = story('GET /fhir/Binary/patient-4711');

is($r->{status}, 200, 'a document');
is($r->{body}, $secret x 40, 'is whole');

my @steps = ('a request is ours, found by a phase', 'route ok, id of 12',
             'token cache: ', 'is verified: ok', 'access is granted',
             'the backend is asked', 'the end of the body is told by a length',
             'a resource in JSON', 'phase header -> lookahead',
             'the resource told a media type', 'the form is native: ok',
             'pump: decodes', 'phase lookahead -> pump',
             'phase pump -> complete');
my $at = 0;

for (@steps) {
    my $found = index $said, $_, $at;

    cmp_ok($found, '>=', $at, "then: $_");
    $at = $found if $found > 0;
}

($r, $said) = story('GET /fhir/Binary/absent-4711');

is($r->{status}, 404, 'no document');
like($said, qr/an OperationOutcome leaves, status 404/, 'a refusal is told');
like($said, qr/phase header -> refused/, 'as a phase of its own');

my ($header, $claims, $signature) = split /\./, $token;

for ($claims, $signature, '4711', 'Pneumonia', substr($data, 0, 20)) {
    is(index($said, $_), -1, 'no debug line has anything of '
                             . (length $_ > 9 ? substr($_, 0, 9) . '...' : $_));
}

done_testing();
