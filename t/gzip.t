# gzip to the client: what is compressed is the form that leaves, and its tag
# is a weak one.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

use IO::Uncompress::Gunzip qw(gunzip);

my ($exit, $said) = nginx_conf_test('gzip on; gunzip on; gzip_static on;');

plan(skip_all => "nginx without gzip, gunzip or gzip_static") if $exit;

my $body = "<html>" . 'document ' x 5000 . '</html>';
my $type = 'Content-Type: text/html';

my $be = answers(
    '/Binary/1' => [ '200 OK', $body, $type, 'ETag: "a"' ],
    '/Binary/chunked' => "HTTP/1.1 200 OK\r\n$type\r\n"
                         . "Transfer-Encoding: chunked\r\n\r\n"
                         . sprintf("%x\r\n", length $body) . $body
                         . "\r\n0\r\n\r\n",
);

my $ngx = nginx_start(http => <<'HTTP', server => <<"END");
    gzip on;
    gzip_vary on;
    gzip_types application/fhir+json application/fhir+xml;
HTTP
    fhir_binary r4;
    fhir_binary_auth off;

    location / {
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
        proxy_http_version 1.1;
    }

    location /file/ { alias html/; default_type text/html; gzip_static on; }
END

mkdir $ngx->root . '/html/Binary';

for my $name ('1', '1.gz') {
    open my $fh, '>', $ngx->root . "/html/Binary/$name" or die $!;
    print $fh $name eq '1' ? $body : "\x1f\x8bstale";
    close $fh;
}

my $port = $ngx->port;
my @gzip = ('Accept-Encoding: gzip');

for my $path ('/Binary/1', '/Binary/chunked', '/file/Binary/1') {
    for my $query ('', '?_format=json', '?_format=xml') {

        my $plain = ask($port, "GET $path$query");
        my $r = ask($port, "GET $path$query", @gzip);
        my $unpacked = '';

        is(header($plain, 'Content-Encoding'), undef, "$path$query as it is");
        is(header($r, 'Content-Encoding'), 'gzip', 'and in gzip');

        gunzip(\$r->{body}, \$unpacked);
        ok($unpacked eq $plain->{body}, 'the same bytes');
        ok($r->{whole}, 'to the end');
        is(header($r, 'Content-Length'), undef, 'no length of others');
        is(join(' ', sort split /, /, header($r, 'Vary')),
           'Accept Accept-Encoding', 'Vary names both');

        my $tag = header($plain, 'ETag');

        is(header($r, 'ETag'), defined $tag && $tag !~ m{^W/} ? "W/$tag" : $tag,
           'a weak tag');
    }
}

is_outcome(ask($port, 'GET /Binary/nobody'), 404, 'not-found', 'a refusal');

my $r = ask($port, 'GET /Binary/nobody?_format=xml', @gzip);

is($r->{status}, 404, 'a refusal to a client that takes gzip');

# a tag that was made weak on its way comes back

is(ask($port, 'GET /Binary/1', @gzip, 'If-None-Match: W/"a"')->{status}, 304,
   'a 304');
is(ask($port, 'GET /Binary/1?_format=json', @gzip,
       'If-None-Match: W/"a~json"')->{status}, 304, 'of a form too');

$ngx->is_log_clean;
done_testing();
