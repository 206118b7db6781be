# Every status is readable for an app of an allowed origin, a document, a
# refusal of the module, of nginx or of the backend; no header is there twice.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my @theirs = ('Access-Control-Allow-Origin: https://backend.example',
              'Access-Control-Allow-Credentials: true',
              'Access-Control-Expose-Headers: X-Secret', 'Vary: Origin');

my $outcome = '{"resourceType":"OperationOutcome","issue":[{"severity":'
              . '"error","code":"conflict"}]}';

my $be = answers(
    '/Binary/1' => [ '200 OK', 'hello', 'Content-Type: text/plain',
                     'ETag: "1"', @theirs ],
    '/Binary/own' => [ '409 No', $outcome, @theirs,
                       'Content-Type: application/fhir+json' ],
    '/Binary/html' => [ '500 No', '<html>', @theirs,
                        'Content-Type: text/html' ],
    '/Binary/slow' => [ '429 No', '', 'Retry-After: 3', @theirs ],
    '/page' => [ '200 OK', 'sorry', 'Content-Type: text/plain', @theirs ],
);

my $to = "proxy_pass http://127.0.0.1:@{[ $be->port ]}/;";
my $origin = 'https://a.example';
my $dead = free_port();

my %place = (any => '*', list => "$origin https://b.example",
             none => 'off');

my $server = join '', map { <<"END" } keys %place;
    location /$_/ {
        fhir_binary_cors $place{$_};
        location /$_/auth/ {
            fhir_binary_auth on;
            fhir_binary_introspect /_introspect;
            $to
        }
        location /$_/dead/ { proxy_pass http://127.0.0.1:$dead/; }
        location /$_/page/ {
            error_page 404 /page;
            $to
        }
        location /$_/teapot/ { return 302 https://other.example/; }
        location /$_/deny/ { deny all; $to }
        $to
    }
END

my $ngx = nginx_start(server => <<"END");
    fhir_binary_auth off;
    fhir_binary r4;
    large_client_header_buffers 2 1k;
    add_header X-Operator here always;

    location = /_introspect { internal; return 503; }
    location = /page { fhir_binary off; $to }
    $server
END

# Errors before a location is chosen have the CORS of the server.

my $early = nginx_start(server => <<"END");
    fhir_binary_auth off;
    fhir_binary r4;
    fhir_binary_cors *;
    large_client_header_buffers 2 1k;

    location / { $to }
END

my @rows = (
    [ 200, 'GET /Binary/1' ],
    [ 200, 'HEAD /Binary/1' ],
    [ 200, 'GET /Binary/1?_format=json' ],
    [ 206, 'GET /Binary/1', 'Range: bytes=0-1' ],
    [ 304, 'GET /Binary/1', 'If-None-Match: "1"' ],
    [ 400, 'GET /Binary/$autogen-ccd-if' ],
    [ 401, 'GET /auth/Binary/1' ],
    [ 403, 'GET /deny/Binary/1' ],
    [ 404, 'GET /Binary/2' ],
    [ 404, 'GET /Patient/2' ],
    [ 404, 'GET /page/Binary/2' ],
    [ 302, 'GET /teapot/Binary/2' ],
    [ 405, 'POST /Binary/1' ],
    [ 406, 'GET /Binary/1', 'Accept: application/json' ],
    [ 409, 'GET /Binary/own' ],
    [ 412, 'GET /Binary/1', 'If-Match: "2"' ],
    [ 416, 'GET /Binary/1', 'Range: bytes=9-' ],
    [ 429, 'GET /Binary/slow' ],
    [ 502, 'GET /Binary/html' ],
    [ 502, 'GET /dead/Binary/1' ],
);

my $r;

sub is_readable {
    my ($status, $by, $varies, $name) = @_;

    my %got;
    push @{ $got{$_->[0]} }, $_->[1] for @{ $r->{headers} };

    is("$r->{status} " . (header($r, 'Access-Control-Allow-Origin') // '-'),
       "$status $by", $name) or diag $r->{received};
    is(header($r, 'Access-Control-Allow-Credentials'), undef, 'no cookies');
    like(header($r, 'Access-Control-Expose-Headers') // '',
         $by eq '-' ? qr/^$/ : qr/^(?!.*Secret).*\bWWW-Authenticate\b/,
         'the headers, too');

    my @vary = map { split /, / } @{ $got{Vary} // [] };

    is(scalar(grep { /^Origin$/i } @vary), $varies, 'Vary');
    is(scalar(grep { @{ $got{$_} } > 1 } keys %got), 0, 'nothing twice')
        or diag $r->{head};
}

for my $row (@rows) {
    my ($status, $line, @headers) = @$row;

    for my $try ([ any => '*', 'https://x.example', 0 ],
                 [ list => $origin, $origin, 1 ],
                 [ list => '-', 'https://x.example', 1 ],
                 [ list => '-', 'null', 1 ],
                 [ none => '-', $origin, 0 ])
    {
        my ($where, $by, $from, $varies) = @$try;

        # a page of the operator's keeps what its own place says
        next if $line =~ /page/ && $where eq 'none';

        $r = ask($ngx->port, $line =~ s{ /}{ /$where/}r, "Origin: $from",
                 @headers);
        is_readable($status, $by, $varies,
                    "$line in $where from $from: $status");
        is(header($r, 'X-Operator'), 'here', 'and what the operator adds');
    }
}

my $long = 'x' x 1500;

for my $row ([ 400, 'GET /Binary/1', 'Host: b' ],
             [ 400, "GET /Binary/1", "X: $long" ],
             [ 414, "GET /Binary/$long" ],
             [ 400, 'get /Binary/1' ])
{
    my ($status, $line, @headers) = @$row;

    $r = ask($early->port, $line, 'Origin: https://x.example', @headers);
    is_readable($status, '*', 0, substr("$line @headers", 0, 30) . ': early');
}

$_->is_log_clean for $ngx, $early;
done_testing();
