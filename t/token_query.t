# A token comes in the Authorization field alone: access_token in a query is
# none, and reaches no backend; and a challenge goes with a refusal alone.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirToken ();

my $be = backend(sub {
    my ($id) = $_[0] =~ m{Binary/\W?(\w+)};
    my $type = $id =~ /^autogen/ ? 'application/xml' : 'application/pdf';

    return "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n" if $id eq 'absent';
    return "HTTP/1.1 200 OK\r\nContent-Type: $type\r\nETag: W/\"7\"\r\n"
           . "Content-Length: 10\r\n\r\n<document>";
});

my $up = 'fhir_binary_ccd_check off; proxy_pass http://127.0.0.1:'
         . $be->port;

my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a') },
    server => <<"END");
    fhir_binary r4;
    @{[ jwt_endpoint() ]}
    fhir_binary_cors *;
    add_header X-Reason \$fhir_binary_reason always;
    add_header X-Subject \$fhir_binary_subject always;

    location /guarded/ { $up; }
    location /open/ { fhir_binary_auth off; $up; }
    location /open/moved/ { fhir_binary_auth off; $up/there/; }

    location /inside/ { satisfy any; allow 127.0.0.1; deny all; $up; }
    location /outside/ { satisfy any; allow 127.0.0.2; deny all; $up; }
    location /both/ { satisfy all; allow 127.0.0.1; deny all; $up; }
    location /neither/ { satisfy all; allow 127.0.0.2; deny all; $up; }
END

sub bearer {
    return 'Authorization: Bearer ' . FhirToken::mint_token({ @_ });
}

my $good = bearer(scope => 'user/*.read');
my $poor = bearer(scope => 'openid');
my $bad = bearer(scope => 'user/*.read', iss => 'https://x');
my $token = $good =~ s/.* //r;

sub get {
    my ($line, @headers) = @_;

    return ask($ngx->port, $line =~ /^[A-Z]+ / ? $line : "GET $line",
               @headers);
}

sub last_line { return (reverse $be->requests)[0] =~ s/ HTTP.*//sr }

# In the query alone it is as if there were none; beside the field, once too
# often.

my $n = () = $be->requests;

for my $query ("access_token=$token", 'access_token=x', 'access_token=',
               'access_token', "a=b&access_token=$token", '%61ccess%5Ftoken=x',
               'access_token=x&access_token=y', '&&access_token=x&')
{
    my $r = get("/guarded/Binary/1?$query");

    is_outcome($r, 401, 'login', "?$query alone");
    is(header($r, 'WWW-Authenticate'), 'Bearer realm="fhir"',
       'as without a token');

    $r = get("/guarded/Binary/1?$query", $good);

    is_outcome($r, 400, 'invalid', 'beside the Authorization field');
    is(header($r, 'WWW-Authenticate'), 'Bearer realm="fhir", '
       . 'error="invalid_request", error_description="The access token was '
       . 'sent in more than one way"', 'is once too often');
    unlike($r->{received}, qr/<document>|\Q$token\E/, 'and tells nothing');
}

is(scalar(() = $be->requests), $n, 'no backend is asked');

is(get('/guarded/Binary/1?Access_Token=x&access_token_x=y&a=access_token=z',
       $good)->{status}, 200, 'other names are other names');
like(last_line(), qr{\?Access_Token=x&access_token_x=y&a=access_token=z\z},
     'and go to the backend');

# Where nobody asks for a token, none is passed on.

for my $row (
    [ 'access_token=x', '' ], [ 'a=b&access_token=x', '?a=b' ],
    [ 'access_token=x&a=b', '?a=b' ], [ 'a=b&access_token=x&c=d', '?a=b&c=d' ],
    [ '%61ccess_token=x&a=%20b', '?a=%20b' ], [ 'access_token', '' ],
    [ 'access_token=x&access%5ftoken=y&_format=json&a', '?a' ],
    [ 'a=access_token', '?a=access_token' ],
) {
    my ($query, $wanted) = @$row;

    for my $where ([ '/open/Binary/1', '/open/Binary/1' ],
                   [ '/open/moved/Binary/1', '/there/Binary/1' ])
    {
        is(get("$where->[0]?$query")->{status}, 200, "$where->[0]?$query");
        is(last_line(), "GET $where->[1]$wanted", 'is asked without it');
    }
}

is(get('/open/Binary/$autogen-ccd-if?access_token=x&patient=1')->{status},
   200, 'the CCD');
is(last_line(), 'GET /open/Binary/$autogen-ccd-if?patient=1',
   'is asked without it too');

# A challenge goes with 401 and with what RFC 6750 has an error for.

for my $row (
    [ 200, '', $good ],
    [ 200, '', $good, 'Accept: application/fhir+json' ],
    [ 206, '', $good, 'Range: bytes=0-3' ],
    [ 304, '', $good, 'If-None-Match: *' ],
    [ 412, '', $good, 'If-Match: "x"' ],
    [ 406, '', $good, 'Accept: image/png' ],
    [ 401, 'Bearer', () ], [ 401, 'Bearer', $bad ], [ 403, 'Bearer', $poor ],
    [ 400, 'Bearer', 'Authorization: Bearer' ],
    [ 400, 'Bearer', 'Authorization: Bearer a,b' ],
) {
    my ($status, $challenge, @headers) = @$row;

    for my $method ('GET', $status == 206 ? () : 'HEAD') {
        my $r = get("$method /guarded/Binary/1", @headers,
                    'Origin: https://app.example');

        is($r->{status}, $status, "$method: $status");
        is((header($r, 'WWW-Authenticate') // '') =~ /^(\w*)/ && $1,
           $challenge, 'with a challenge, or without');
        like(header($r, 'Access-Control-Expose-Headers') // '',
             qr/WWW-Authenticate/, 'that scripts may read');
    }
}

for my $row ([ 'GET /guarded/Binary/absent', 404 ],
             [ 'GET /guarded/Binary', 404 ], [ 'POST /guarded/Binary/1', 405 ],
             [ 'OPTIONS /guarded/Binary/1', 204 ])
{
    my $r = get($row->[0], $good);

    is_deeply([ $r->{status}, header($r, 'WWW-Authenticate') ],
              [ $row->[1], undef ], $row->[0]);
}

# With the rest of nginx: satisfy, and who is let in without a token.

for my $row (
    [ 'inside', 200, undef, () ], [ 'inside', 200, undef, $bad ],
    [ 'inside', 200, undef, 'Authorization: Basic dTpw' ],
    [ 'outside', 200, 'user-1', $good ], [ 'outside', 401, undef, () ],
    [ 'outside', 401, undef, $bad ],
    [ 'both', 200, 'user-1', $good ], [ 'both', 401, undef, () ],
    [ 'both', 403, 'user-1', $poor ], [ 'neither', 401, undef, () ],
) {
    my ($where, $status, $subject, @headers) = @$row;
    my $r = get("/$where/Binary/1", @headers);

    is($r->{status}, $status, "satisfy: $where, $status");
    is(header($r, 'X-Subject'), $subject, 'and whose token it is')
        if $where ne 'neither';
    is($r->{body} eq '<document>', $status == 200, 'a document, or none');
    is(defined header($r, 'WWW-Authenticate'), $status == 401
       || defined $subject && $status == 403, 'a challenge, or none')
        if $where ne 'neither';
}

for my $header ($good, $poor) {
    my $r = get('/neither/Binary/1', $header);
    is($r->{status}, 403, 'satisfy all wants both');
    unlike($r->{received}, qr/<document>/, 'and gives nothing');
}

is(get('/outside/Binary/1', $poor)->{status}, 403, 'satisfy any, poor token');
is(get('/inside/Binary/1', $poor)->{status}, 200, 'poor, but let in');

$ngx->is_log_clean;
done_testing();
