# fhir_binary_sandbox off: a backend's headers pass, less those that a
# transform makes false; none that the module sets is there twice.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my %always = (
    'set-cookie' => 'a=b', link => '</x>; rel=next', refresh => '9',
    'x-any' => 'any', 'content-security-policy' => "script-src 'self'",
    'content-language' => 'de', 'x-frame-options' => 'SAMEORIGIN',
    'strict-transport-security' => 'max-age=1', expires => 'x',
    'cache-control' => 'private, max-age=60',
    'last-modified' => 'Mon, 01 Jan 2024 00:00:00 GMT',
);

my %native = (
    'content-md5' => 'md5', digest => 'digest', 'content-digest' => 'cd',
    'repr-digest' => 'rd', 'content-disposition' => 'inline',
    'accept-ranges' => 'bytes',
);

my %cors = (
    'access-control-allow-origin' => 'https://backend.example',
    'access-control-allow-credentials' => 'true',
    'access-control-expose-headers' => 'X-Any',
    'access-control-max-age' => '7',
);

my %sent = (%always, %native, %cors, etag => '"e1"');
my @sent = map { "$_: $sent{$_}" } keys %sent;

my $resource = '{"resourceType":"Binary","contentType":"text/plain",'
               . '"data":"aGVsbG8="}';

my @vary = map { "Vary: $_" } 'X-Tenant', 'accept, Accept-Encoding', 'Origin';

my $be = answers(
    '/Binary/1' => [ '200 OK', 'hello', @sent, 'Content-Type: text/plain' ],
    '/Binary/2' => [ '200 OK', $resource, @sent,
                     'Content-Type: application/fhir+json' ],
    '/Binary/3' => [ '200 OK', 'hello', 'Content-Type: text/plain', @vary ],
    '/Binary/4' => [ '200 OK', 'hello', 'Content-Type: text/plain',
                     'Vary: Accept-Language, *' ],
);

my $ngx = nginx_start(server => <<"END");
    fhir_binary_auth off;
    fhir_binary_sandbox off;
    fhir_binary r4;

    location / { proxy_pass http://127.0.0.1:@{[ $be->port ]}; }

    location /any/ {
        fhir_binary_cors *;
        proxy_pass http://127.0.0.1:@{[ $be->port ]}/;
    }

    location /list/ {
        fhir_binary_cors https://app.example.org;
        proxy_pass http://127.0.0.1:@{[ $be->port ]}/;
    }
END

my $port = $ngx->port;


sub is_headers {
    my ($path, $name, %wanted) = @_;

    my $r = ask($port, "GET $path");
    my %got;

    push @{ $got{lc $_->[0]} }, $_->[1] for @{ $r->{headers} };

    delete @got{qw(server date connection content-type content-length
                   transfer-encoding)};
    $_ = join ' | ', @$_ for values %got;

    is_deeply(\%got, { vary => 'Accept', %wanted }, $name)
        or diag $r->{head};
}


is_headers('/Binary/1', 'native: all of them', %sent);

is_headers('/Binary/1?_format=json', 'wrapped', %always, %cors,
           etag => 'W/"e1~json"', 'accept-ranges' => 'none');
is_headers('/Binary/1?_format=xml', 'wrapped in XML', %always, %cors,
           etag => 'W/"e1~xml"', 'accept-ranges' => 'none');
is_headers('/Binary/2', 'unwrapped', %always, %cors, etag => '"e1"');
is_headers('/Binary/2?_format=xml', 'from JSON to XML', %always, %cors,
           etag => 'W/"e1~xml"', 'accept-ranges' => 'none');


# Where the module answers to browsers, a backend does not.

my ($exposed) = map { $_->[1] } grep { $_->[0] =~ /expose/i }
                    @{ ask($port, 'GET /any/Binary/1')->{headers} };

unlike($exposed, qr/X-Any/, 'the list is not that of the backend');

is_headers('/any/Binary/1', 'CORS of the module', %always, %native,
           etag => '"e1"', 'access-control-allow-origin' => '*',
           'access-control-expose-headers' => $exposed);
is_headers('/list/Binary/1', 'of the module, to nobody', %always, %native,
           etag => '"e1"', vary => 'Accept, Origin');


# Vary: what a backend names passes, and is not named again.

is_headers('/Binary/3', 'a list of its own', vary => join(' | ',
           map { s/^Vary: //r } @vary), 'accept-ranges' => 'bytes');
is_headers('/Binary/4', 'its own and ours',
           vary => 'Accept-Language, * | Accept', 'accept-ranges' => 'bytes');
is_headers('/list/Binary/4', 'and both of ours',
           vary => 'Accept-Language, * | Accept, Origin',
           'accept-ranges' => 'bytes');
is_headers('/any/Binary/3', 'an Origin that is not ours',
           'access-control-allow-origin' => '*',
           'access-control-expose-headers' => $exposed,
           vary => join(' | ', map { s/^Vary: //r } @vary),
           'accept-ranges' => 'bytes');

$ngx->is_log_clean;
done_testing();
