# The policy holds wherever a document comes from and whatever the operator
# adds; a backend's error carries as little as its documents.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my @bad = ('Set-Cookie: sid=secret', 'Link: </x>; rel=preload',
           'Refresh: 0; url=http://evil.example/', 'Content-Type: text/html',
           'X-Powered-By: secret', 'Cache-Control: public, max-age=9999',
           'Expires: Mon, 01 Jan 2035 00:00:00 GMT',
           'ETag: "one"', 'ETag: "two"',
           'Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT',
           'Last-Modified: Tue, 02 Jan 2024 00:00:00 GMT');

my $outcome = '{"resourceType":"OperationOutcome","issue":[{"severity":'
              . '"error","code":"conflict"}]}';
my $own_xml = '<OperationOutcome xmlns="http://hl7.org/fhir"><issue/>'
              . '</OperationOutcome>';

my $be = answers(
    '/Binary/1' => [ '200 OK', 'hello', @bad ],
    '/Binary/moved' => [ '200 OK', '', 'X-Accel-Redirect: /files/Binary/2',
                         @bad ],
    '/Binary/own' => [ '409 Conflict', $outcome, @bad[0 .. 2, 4 .. 10],
                       'Content-Type: application/fhir+json',
                       'Accept-Ranges: bytes' ],
    '/Binary/own.xml' => [ '409 Conflict', $own_xml, @bad[0 .. 2],
                           'Content-Type: application/fhir+xml' ],
    '/Binary/html' => [ '500 No', '<script>alert(1)</script>', @bad ],
);

# FastCGI: one record of output, one that ends it, one for the request; the
# empty line that backend() waits for is in a parameter

my $cgi = join "\r\n", 'Status: 200 OK', @bad[0 .. 4], 'Content-Length: 5',
                       '', 'hello';
my $fcgi = backend(sub {
    return pack('CCnnCx', 1, 6, 1, length $cgi, 0) . $cgi
           . pack('CCnnCx', 1, 6, 1, 0, 0)
           . pack('CCnnCx', 1, 3, 1, 8, 0) . "\0" x 8;
});

my $proxy = "proxy_pass http://127.0.0.1:@{[ $be->port ]}/;";

my $ngx = nginx_start(
    http => 'proxy_cache_path cache keys_zone=c:1m;',
    files => { 'html/Binary/2' => '<p>x' },
    server => <<"END");
    fhir_binary_auth off;
    fhir_binary r4;
    add_header X-Operator here always;
    expires 30d;

    location /proxy/ { $proxy }
    location /off/ { fhir_binary_sandbox off; $proxy }
    location /cached/ {
        proxy_cache c;
        proxy_ignore_headers Set-Cookie;
        proxy_cache_valid 200 1m;
        proxy_set_header Host \$arg_h;
        $proxy
    }
    location /fcgi/ {
        fastcgi_param X "\r\n\r\n";
        fastcgi_pass 127.0.0.1:@{[ $fcgi->port ]};
    }
    location /files/ { alias html/; default_type text/html; }
    location /files.off/ {
        fhir_binary_sandbox off;
        default_type text/html;
        alias html/;
    }
END

my $port = $ngx->port;
my $r;

sub all {
    my ($name) = @_;

    return join ' | ', map { $_->[1] } grep { lc $_->[0] eq lc $name }
                           @{ $r->{headers} };
}

my @once = qw(X-Operator Content-Type Content-Security-Policy Cache-Control
              X-Content-Type-Options X-Frame-Options Referrer-Policy Vary
              Cross-Origin-Resource-Policy);

# each source twice: the second time the cache has it

for my $row ([ proxy => 1 ], [ proxy => 'moved', 2 ], [ cached => 1 ],
             [ cached => 1 ], [ fcgi => 1 ], [ files => 2 ])
{
    my ($where, $id) = @$row;

    for my $form ('', '?_format=json', '?_format=xml') {
        my $name = "/$where/Binary/$id$form";

        $r = ask($port, "GET $name");
        is($r->{status}, 200, $name);
        is(join(' ', grep { all($_) eq '' || all($_) =~ /\|/ } @once), '',
           'has each of them once');
        is(all('Cache-Control'), 'no-store', 'is not stored');
        is(join(' ', grep { all($_) ne '' }
                     qw(Set-Cookie Link Refresh X-Powered-By Expires)), '',
           'and has nothing of the backend');
        unlike(all('ETag') . all('Last-Modified'), qr/\|/, 'one tag, one date');

        like(all('Content-Security-Policy'), qr/^sandbox;/, 'shut in')
            if $form ne '?_format=json';
        like(all('Content-Disposition'), qr/^attachment/, 'a file')
            if $form eq '';
    }
}

is(scalar(grep { m{^GET /Binary/1 HTTP} } $be->requests), 4,
   'the cache was used');


# Errors: pages of the backend, of nginx, and an OperationOutcome that passes.

for my $row ([ '/proxy/Binary/html', 502 ], [ '/proxy/Binary/none', 404 ],
             [ '/files/Binary/none', 404 ], [ '/proxy/Binary/own', 409 ],
             [ '/off/Binary/own', 409 ], [ '/off/Binary/html', 502 ],
             [ '/proxy/Binary/own.xml?_format=xml', 409 ])
{
    my ($path, $status) = @$row;

    $r = ask($port, "GET $path");

    is($r->{status}, $status, $path);
    is(all('Cache-Control'), 'no-store', 'is not stored');
    is(all('X-Operator'), 'here', 'has what the operator adds');
    is(all('Vary'), 'Accept', 'varies');
    is(join('', map { all($_) }
                qw(Expires ETag Last-Modified Accept-Ranges)), '',
       'is no document');
    next if $path =~ m{^/off};

    is(all('Set-Cookie') . all('Link') . all('Refresh'), '', 'no cookie');
    like(all('Content-Security-Policy'),
         $path =~ /xml/ ? qr/^sandbox;/ : qr/^default-src 'none'/,
         'has a policy');
}

# without the sandbox a file is nginx's own, Range and all

$r = ask($port, 'GET /files.off/Binary/2', 'Range: bytes=0-0');
is("$r->{status} $r->{body}", '206 <', 'a part of a file');
is(all('Cache-Control'), 'max-age=2592000', 'expires works');
is(all('Content-Security-Policy') . all('Content-Disposition'), '',
   'no policy');

$ngx->is_log_clean;
done_testing();
