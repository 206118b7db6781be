# What a resource says of itself becomes header fields of each form, and
# what its server says beside it does not get through.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirServer;
use MIME::Base64;

my $date = 'Thu, 26 Dec 2019 21:36:00 GMT';
my $instant = '2019-12-26T21:36:00.000+00:00';
my $data = encode_base64('a document', '');

my %field = (id => 'x', data => $data, contentType => 'text/plain',
             versionId => '7', lastUpdated => $instant);

sub with { return answer(binary('json', %field), headers => [ @_ ]) }

sub bare {
    return answer(binary('json', id => 'x', data => $data),
                  headers => [ @_ ]);
}

my %table = (
    meta => with(),
    xml => answer(binary('xml', %field)),
    both => with('ETag: W/"7"', "Last-Modified: $date"),
    iso => with("Last-Modified: $instant"),
    'iso.alone' => bare('Last-Modified: 2019-12-26T22:36:00+01:00'),
    'date.bad' => bare('Last-Modified: yesterday'),
    'date.none' => bare(),
    'date.http' => bare("Last-Modified: $date"),
    'etag.weak' => bare('ETag: W/"9"'),
    'etag.strong' => bare('ETag: "abc_9"'),
    'version.odd' => answer(binary('json', %field, versionId => 'a_b')),
    'updated.odd' => answer(binary('json', %field, lastUpdated => '2019')),
    context => answer(binary('json', %field,
                             securityContext => 'Patient/5')),
    chatty => with('Set-Cookie: a=b', 'Server: x', 'X-Powered-By: Express',
        'Access-Control-Allow-Origin: https://evil.example.org',
        'Access-Control-Allow-Credentials: true', 'Vary: Origin',
        "Content-Security-Policy: default-src 'self'", 'Location: /b',
        'Content-Location: /c', 'Link: </d>; rel=self', 'Refresh: 1',
        'Content-Disposition: inline', 'Accept-Ranges: bytes',
        'Strict-Transport-Security: max-age=1', 'Digest: md5=x',
        'Content-MD5: x', 'Cache-Control: public, max-age=3600',
        'Expires: Thu, 01 Jan 2099 00:00:00 GMT', 'Pragma: x',
        'X-Frame-Options: ALLOWALL', 'X-Request-Id: r-1'),
);

my $server = fhir_server(map { ("/Binary/$_" => $table{$_}) } keys %table);

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => server_conf . server_conf(
        prefix => '/open', more => 'fhir_binary_sandbox off;'));

# id => ETag as native, JSON, XML; Last-Modified

my @rows = (
    [ meta => '"7~raw"', 'W/"7"', 'W/"7~xml"', $date ],
    [ xml => '"7~raw"', 'W/"7"', 'W/"7~xml"', $date ],
    [ both => '"7~raw"', 'W/"7"', 'W/"7~xml"', $date ],
    [ iso => '"7~raw"', 'W/"7"', 'W/"7~xml"', $date ],
    [ 'iso.alone' => '', '', '', $date ],
    [ 'date.bad' => '', '', '', '' ],
    [ 'date.none' => '', '', '', '' ],
    [ 'date.http' => '', '', '', $date ],
    [ 'etag.weak' => '"9~raw"', 'W/"9"', 'W/"9~xml"', '' ],
    [ 'etag.strong' => '"abc_9"', 'W/"abc_9~json"', 'W/"abc_9~xml"', '' ],
    [ 'version.odd' => '', '', '', $date ],
    [ 'updated.odd' => '"7~raw"', 'W/"7"', 'W/"7~xml"', '' ],
);

my @accept = ('*/*', 'application/fhir+json', 'application/fhir+xml');

for my $row (@rows) {
    my ($id, @wanted) = @$row;

    my $modified = pop @wanted;

    for my $i (0 .. 2) {
        my $path = "/buffered/Binary/$id";
        my $r = ask($ngx->port, "GET $path", "Accept: $accept[$i]");

        is(tags($r), "200 | $wanted[$i] | $modified", "$id: $accept[$i]");

        my $head = ask($ngx->port, "HEAD $path", "Accept: $accept[$i]");

        is(fields($head), fields($r), "$id: HEAD has the same fields");

        next if $wanted[$i] eq '';

        my $again = ask($ngx->port, "GET $path", "Accept: $accept[$i]",
                        "If-None-Match: $wanted[$i]");

        is(tags($again), "304 | $wanted[$i] | $modified",
           "$id: not modified");
    }
}

sub tags {
    my ($r) = @_;

    return join ' | ', $r->{status} // 'none', map { header($r, $_) // '' }
                           qw(ETag Last-Modified);
}

sub fields {
    my ($r) = @_;

    return join "\n", sort map { join ': ', @$_ }
                          grep { $_->[0] !~ /^(?:Date|Transfer-Encoding)$/ }
                               @{ $r->{headers} };
}

# A failed precondition, where nginx believes that the header has left

my $r = ask($ngx->port, 'GET /direct/Binary/meta', 'If-Match: "8"');

is_outcome($r, 412, 'conflict', 'If-Match of another version');

$r = ask($ngx->port, 'GET /direct/Binary/meta', 'If-Unmodified-Since: '
         . 'Thu, 26 Dec 2018 21:36:00 GMT');

is_outcome($r, 412, 'conflict', 'the date of the resource counts');

$r = ask($ngx->port, 'GET /direct/Binary/meta', 'Range: bytes=0-1');

is("$r->{status} $r->{body}", '200 a document', 'no parts of what is decoded');
is(header($r, 'Accept-Ranges'), undef, 'and none offered');

$r = ask($ngx->port, 'GET /direct/Binary/context',
         'Accept: application/fhir+json');

like($r->{body}, qr/"contentType":"text\/plain","securityContext":
                    \{"reference":"Patient\/5"\},"data":/x,
     'securityContext stays, in its place');
like($r->{body}, qr/"lastUpdated":"\Q$instant\E"/, 'the instant unchanged');

# What a server says beside it

my $own = join "\n", grep { !/^(?:ETag|Last-Modified)/ }
                          split /\n/, fields(ask($ngx->port,
                              'GET /direct/Binary/meta'));

$r = ask($ngx->port, 'GET /direct/Binary/chatty');

is(join("\n", grep { !/^(?:ETag|Last-Modified|X-Request-Id)/ }
        split /\n/, fields($r)), $own,
   'headers of the server do not pass, but for its id of the request');
is(header($r, 'X-Request-Id'), 'r-1', 'which does');

$r = ask($ngx->port, 'GET /open/direct/Binary/chatty');

is(join(' ', map { header($r, $_) // '-' } qw(Set-Cookie X-Powered-By
        Access-Control-Allow-Origin Access-Control-Allow-Credentials
        Accept-Ranges Digest Content-MD5 Content-Disposition)),
   'a=b Express https://evil.example.org true - - - -',
   'sandbox off: they pass, but for those that would be false');

$ngx->is_log_clean;

done_testing();
