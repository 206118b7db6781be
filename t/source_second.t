# An error_page with "=" leads to a second source, and X-Accel-Redirect to a
# file: what the first response was, out of a cache or asked with GET for a
# HEAD, says nothing of the second.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirServer;
use FhirToken qw(mint_token jwks);
use MIME::Base64;
use Responder;

my $text = join '', 1 .. 5_000;
my $json = binary('json', data => encode_base64($text, ''));

# The first source is a gzip that was not asked for: fine as it is, and no
# document in a FHIR form.

my $first = backend(sub {
    my ($request) = @_;

    return "HTTP/1.1 200 OK\r\nX-Accel-Redirect: /files/abc\r\n"
           . "Content-Length: 0\r\n\r\n" if $request =~ m{/moved};

    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
           . "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n"
           . ($request =~ /^HEAD/ ? '' : 'zip');
});

my $cut = responder('fastcgi', sub {
    return broken($_[0], 'open-fin', $text, type => 'text/plain');
});

my $whole = backend(sub {
    my ($request) = @_;

    return "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"
           . 'Content-Length: ' . length($json) . "\r\n\r\n"
           . ($request =~ /^HEAD/ ? '' : $json);
});

my $bundle = '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":'
    . '"DocumentReference","status":"current","subject":{"reference":'
    . '"Patient/12"},"content":[{"attachment":{"url":"Binary/moved"}}]}}]}';

my $up = 'proxy_http_version 1.1; proxy_pass http://127.0.0.1:';

my $ngx = nginx_start(
    files => { 'cold/files/abc' => 'the document',
               'jwks.json' => jwks('ec-a') },
    http => 'proxy_cache_path cache keys_zone=c:1m; proxy_cache_key $uri;
             proxy_cache_valid any 1m;',
    server => "
        fhir_binary_auth off;
        error_page 404 /404.html;

        location /cut/ {
            fhir_binary r4; proxy_cache c; error_page 502 = \@cut;
            $up@{[ $first->port ]};
        }
        location \@cut { fastcgi_buffering on; @{[ $cut->pass ]} }

        location /whole/ {
            fhir_binary r4; proxy_cache c; error_page 502 = \@whole;
            $up@{[ $first->port ]};
        }
        location \@whole { $up@{[ $whole->port ]}; }

        location /accel/ {
            fhir_binary r4; fhir_binary_auth on;
            @{[ jwt_endpoint() ]}
            fhir_binary_patient request /_look_up;
            $up@{[ $first->port ]};
        }
        location /files/ { internal; root hot; try_files \$uri \@cold; }
        location \@cold { root cold; default_type text/plain; }
        location = /_look_up { internal; default_type application/fhir+json;
                               return 200 '$bundle'; }");

my $port = $ngx->port;

is(ask($port, 'GET /cut/Binary/1', 'Accept: */*')->{body}, 'zip',
   'the first source, which is cached now');

for my $form (qw(json xml)) {
    for (1, 2) {
        my $r = ask($port, 'GET /cut/Binary/1',
                    "Accept: application/fhir+$form");

        ok(outcome($r) && $r->{status} >= 500 || !$r->{whole},
           "$form: a second source that breaks off looks like none");
    }
}

for my $form (qw(json xml)) {
    for (1, 2) {
        my $accept = "Accept: application/fhir+$form";
        my $get = ask($port, 'GET /whole/Binary/1', $accept);
        my $head = ask($port, 'HEAD /whole/Binary/1', $accept);

        is($get->{status}, 200, "$form: the second source");
        is($head->{status}, 200, "$form: and to HEAD");
        is(header($head, 'Content-Type'), header($get, 'Content-Type'),
           'of the same form');
    }
}

my $token = mint_token({ scope => 'patient/*.read', patient => '12' });

is(ask($port, 'GET /accel/Binary/moved', "Authorization: Bearer $token",
       'Accept: */*')->{body}, 'the document',
   'what X-Accel-Redirect leads to is the document, in the second place too');
is(ask($port, 'GET /accel/Binary/other', "Authorization: Bearer $token",
       'Accept: */*')->{status}, 403, 'and another one is not the patient\'s');

$ngx->is_log_clean;

done_testing();
