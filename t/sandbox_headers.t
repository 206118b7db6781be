# What a document of each type leaves with: the policy of a browser, the name
# of a file, and nothing of a backend that is not on the list.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $active = "sandbox; default-src 'none'; img-src data:; "
             . "style-src 'unsafe-inline'; base-uri 'none'; "
             . "form-action 'none'; frame-ancestors 'none'";
my $passive = "default-src 'none'; frame-ancestors 'none'";

# type of the document, and the extension of the file it is offered as;
# none: it is shown in the browser

my @types = (
    [ 'application/pdf' ], [ 'Application/PDF' ],
    [ 'application/pdf;version=1.7' ],
    [ 'text/plain' ], [ 'text/plain; charset=utf-7' ],
    [ 'image/png' ], [ 'image/jpeg' ], [ 'image/tiff' ], [ 'image/x-any' ],
    [ 'application/json' ], [ 'application/x-any+json' ],
    [ 'text/html', 'html' ], [ 'TEXT/HTML', 'html' ],
    [ 'text/html; charset=utf-8', 'html' ],
    [ 'text/html;a="b;c"', 'html' ],
    [ 'application/xhtml+xml', 'xhtml' ],
    [ 'application/xml', 'xml' ], [ 'text/xml', 'xml' ],
    [ 'application/hl7-cda+xml', 'xml' ], [ 'image/svg+xml', 'svg' ],
    [ 'image/x-other+xml', 'xml' ], [ 'application/rss+XML', 'xml' ],
    [ 'text/javascript', 'bin' ], [ 'text/css', 'bin' ],
    [ 'text/xsl', 'bin' ], [ 'application/x-shockwave-flash', 'bin' ],
    [ 'multipart/related', 'bin' ], [ 'multipart/x-mixed-replace', 'bin' ],
    [ 'message/rfc822', 'bin' ], [ 'application/octet-stream', 'bin' ],
    [ 'application/dicom', 'dcm' ], [ 'text/rtf', 'rtf' ],
    [ 'x', 'bin' ], [ 'text/html, application/pdf', 'bin' ], [ '', 'bin' ],
);

my @bad = map { "$_: secret" }
    qw(Set-Cookie Set-Cookie2 Access-Control-Allow-Origin
       Access-Control-Allow-Credentials Access-Control-Expose-Headers
       Content-Security-Policy Content-Security-Policy-Report-Only
       Strict-Transport-Security Refresh Link Service-Worker-Allowed Server
       X-Powered-By Clear-Site-Data SourceMap X-SourceMap Location
       Content-Location Content-Disposition P3P Report-To NEL
       Reporting-Endpoints Public-Key-Pins Alt-Svc Origin-Trial
       X-Frame-Options X-XSS-Protection X-Content-Type-Options
       Referrer-Policy Permissions-Policy Cross-Origin-Opener-Policy
       Cross-Origin-Resource-Policy Timing-Allow-Origin Speculation-Rules
       Document-Policy Supports-Loading-Mode Accept-CH Authentication-Info
       Proxy-Authenticate Cache-Control Pragma Expires Age Vary Warning Via
       Content-MD5 X-Unknown X-Accel-Charset set-cookie LINK);

my $date = 'Tue, 02 Jan 2024 00:00:00 GMT';
my @good = ("Date: $date", 'Content-Language: de',
            'X-Request-Id: r1', 'X-Correlation-Id: c1', 'ETag: "e1"',
            'Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT');

my $n = 0;
my $be = answers(map {
    ('/Binary/t' . $n++ => [ '200 OK', 'hello',
        ($_->[0] eq '' ? () : "Content-Type: $_->[0]"), @bad, @good ]) }
    @types);

my $ngx = nginx_start(server => <<"END");
    fhir_binary_auth off;
    fhir_binary r4;

    location / {
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
        proxy_pass_header Date;
        proxy_pass_header Server;
    }

    location /cors/ {
        fhir_binary_cors *;
        proxy_pass http://127.0.0.1:@{[ $be->port ]}/;
    }
END

my $port = $ngx->port;
my $r;


# Every header of the answer is named here: nothing else passes.

sub is_headers {
    my ($name, %wanted) = @_;

    my %got = map { lc $_->[0] => join ' | ',
                    map { $_->[1] } headers_of($_->[0]) } @{ $r->{headers} };

    delete @got{qw(date connection)};
    $got{server} =~ s{^nginx/[\d.]+$}{nginx} if defined $got{server};

    my %all = (
        server => 'nginx', 'content-length' => 5, vary => 'Accept',
        'cache-control' => 'no-store', 'x-content-type-options' => 'nosniff',
        'referrer-policy' => 'no-referrer', 'x-frame-options' => 'DENY',
        'cross-origin-resource-policy' => 'same-origin',
        'content-language' => 'de', 'x-request-id' => 'r1',
        'x-correlation-id' => 'c1', etag => '"e1"', 'accept-ranges' => 'bytes',
        'last-modified' => 'Mon, 01 Jan 2024 00:00:00 GMT',
        %wanted,
    );

    delete $all{$_} for grep { !defined $all{$_} } keys %all;

    is_deeply(\%got, \%all, $name) or diag $r->{head};
}

sub headers_of {
    my ($name) = @_;

    return grep { lc $_->[0] eq lc $name } @{ $r->{headers} };
}


for my $i (0 .. $#types) {
    my ($type, $ext) = @{ $types[$i] };
    my %html = $type =~ /^(?:text\/html(?!,)|application\/xhtml)/i ? (
        'cross-origin-opener-policy' => 'same-origin',
        'permissions-policy' => 'camera=(), microphone=(), geolocation=()',
    ) : ();
    my $sent = $type =~ m{^[a-z]+/[^,]+$}i ? $type
               : 'application/octet-stream';
    my %file = $ext ? (
        'content-disposition' => "attachment; filename=\"t$i.$ext\"",
    ) : ();

    $r = ask($port, "GET /Binary/t$i");
    is_headers("native: $type", 'content-type' => $sent, %html, %file,
               'content-security-policy' => $ext ? $active : $passive);

    my $get = $r->{headers};

    $r = ask($port, "HEAD /Binary/t$i");
    is_deeply([ grep { $_->[0] ne 'Date' } @{ $r->{headers} } ],
              [ grep { $_->[0] ne 'Date' } @$get ], 'HEAD is told the same');
}

# A resource around the document: its type is that of the resource.

for my $row ([ json => $passive ], [ xml => $active ]) {
    my ($form, $policy) = @$row;

    $r = ask($port, "GET /Binary/t11?_format=$form");

    is_headers("the FHIR form in $form",
               'content-type' => "application/fhir+$form",
               'content-length' => $r->{length}, etag => "W/\"e1~$form\"",
               'accept-ranges' => 'none',
               'content-security-policy' => $policy);
}

# 304 says what 200 would; a part, what the whole does; CORS opens embedding.

$r = ask($port, 'GET /Binary/t11', 'If-None-Match: "e1"');
is($r->{status}, 304, 'not modified');
is_headers('and the same policy', 'content-length' => undef,
           'accept-ranges' => undef, 'content-security-policy' => $active,
           'cross-origin-opener-policy' => 'same-origin',
           'permissions-policy' => 'camera=(), microphone=(), geolocation=()',
           'content-disposition' => 'attachment; filename="t11.html"');

$r = ask($port, 'GET /Binary/t0', 'Range: bytes=1-2');
is("$r->{status} $r->{body}", '206 el', 'a part');
is_headers('has it too', 'content-security-policy' => $passive,
           'content-type' => 'application/pdf', 'content-length' => 2,
           'content-range' => 'bytes 1-2/5', 'accept-ranges' => undef);

$r = ask($port, 'GET /cors/Binary/t0');
is(header($r, 'Cross-Origin-Resource-Policy'), 'cross-origin',
   'where any origin may read it, it may be embedded, too');
is(header($r, 'Access-Control-Allow-Origin'), '*', 'named once');
is(header($r, 'Access-Control-Allow-Credentials'), undef, 'no cookies');

$r = ask($port, 'GET /Binary/a_b');
is_outcome($r, 404, 'not-found', 'a refusal');
is(header($r, 'Content-Security-Policy'), $passive, 'has a policy');
is(header(ask($port, 'GET /Binary/a_b?_format=xml'),
          'Content-Security-Policy'), $active, 'XML that of XML');

is(header(ask($port, 'GET /Binary/t0'), 'Date'), $date,
   'Date passes where the operator lets it');

$ngx->is_log_clean;
done_testing();
