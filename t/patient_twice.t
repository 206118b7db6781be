# fhir_binary_patient request: what is known of a document's owner is asked
# for once, whatever errors have led to the document.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirToken ();
use JSON::PP;

my $asked = backend(sub {
    my ($patient) = $_[0] =~ /patient=(\w+)/;
    my $json = encode_json({ resourceType => 'Bundle', entry => [ { resource => {
        resourceType => 'DocumentReference',
        subject => { reference => "Patient/$patient" },
        content => [ { attachment => { url => 'Binary/second' } } ] } } ] });

    return "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"
           . 'Content-Length: ' . length($json) . "\r\n\r\n$json";
});

my $be = backend(sub {
    return "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
        if $_[0] !~ m{^GET /guarded/};

    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
           . "Content-Length: 6\r\n\r\nsecond";
});

my $up = 'fhir_binary r4; proxy_http_version 1.1; proxy_intercept_errors on; '
         . 'proxy_pass http://127.0.0.1:' . $be->port . ';';

my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a') },
    server => <<"END");
    fhir_binary_key_file jwks.json;
    fhir_binary_issuer @{[FhirToken::ISS]};
    fhir_binary_audience @{[FhirToken::AUD]};
    recursive_error_pages on;

    location /open/ { $up fhir_binary_auth off;
        error_page 500 = /next/Binary/second; }

    location /next/ { $up fhir_binary_auth off;
        error_page 500 = /guarded/Binary/second; }

    location /guarded/ { $up
        fhir_binary_patient request /_owner?patient=\$fhir_binary_patient; }

    location = /_owner { internal;
        proxy_pass http://127.0.0.1:@{[ $asked->port ]}/find; }
END

my $token = FhirToken::mint_token({ patient => '12',
    scope => 'patient/Binary.read patient/DocumentReference.read' });

for my $path ('/guarded/Binary/second', '/next/Binary/second',
              '/open/Binary/first', '/open/Binary/second')
{
    my $n = () = $asked->requests;
    my $r = ask($ngx->port, "GET $path", "Authorization: Bearer $token");

    is("$r->{status} $r->{body}", '200 second', "$path leads to the document");
    is(scalar(() = $asked->requests) - $n, 1, 'whose owner is asked for once');
}

is(ask($ngx->port, 'GET /open/Binary/first')->{status}, 401,
   'without a token it does not');

$ngx->is_log_clean;
done_testing();
