# The Authorization field and the challenges: RFC 6750, and which comes first.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;
use JSON::PP;

my $good = mint_token({ scope => 'user/*.read' });
my $expired = mint_token({ scope => 'user/*.read', exp => time - 3600 });
my $poor = mint_token({ scope => 'openid' });

my $nginx = nginx_start(
    files => { 'html/Binary/1' => 'a document',
               'jwks.json' => jwks('ec-a') },
    server => <<"END",
        @{[ jwt_endpoint() ]}
        add_header X-Reason \$fhir_binary_reason always;
        large_client_header_buffers 4 32k;

        location /Binary/ {
            fhir_binary r4;
        }

        location /rich/ {
            alias html/;
            fhir_binary dstu2;
            fhir_binary_realm 'Mercy General';
            fhir_binary_resource_metadata https://fhir.example.org/.well-known/x;
        }
END
);

my $plain = 'Bearer realm="fhir"';
my $malformed = "$plain, error=\"invalid_request\", error_description="
                . '"The Authorization header is malformed"';
my $twice = "$plain, error=\"invalid_request\", error_description="
            . '"The access token was sent in more than one way"';
my $invalid = "$plain, error=\"invalid_token\", error_description="
              . '"The access token is not valid"';

my $long = 'a' x 8192;

my @rows = (
    # name, path, Authorization lines, status, reason, code, challenge
    ['no Authorization', '/Binary/1', [], 401, 'login', 'login', $plain],
    ['Basic', '/Binary/1', ['Basic dTpw'], 401, 'login', 'login', $plain],
    ['a scheme that begins so', '/Binary/1', ["Bearerx $good"], 401,
     'login', 'login', $plain],
    ['Bearer inside another scheme', '/Binary/1', ["Basic bearer $good"],
     401, 'login', 'login', $plain],
    ['DPoP', '/Binary/1', ["DPoP $good"], 401, 'login', 'login', $plain],
    ['Bearer alone', '/Binary/1', ['Bearer'], 400, 'bearer_malformed',
     'invalid', $malformed],
    ['a tab behind the scheme', '/Binary/1', ["Bearer\t$good"], 400,
     'bearer_malformed', 'invalid', $malformed],
    ['a comma', '/Binary/1', ["Bearer $good,x"], 400, 'bearer_malformed',
     'invalid', $malformed],
    ['two tokens', '/Binary/1', ["Bearer $good $good"], 400,
     'bearer_malformed', 'invalid', $malformed],
    ['a quoted token', '/Binary/1', ["Bearer \"$good\""], 400,
     'bearer_malformed', 'invalid', $malformed],
    ['form injection', '/Binary/1', ["Bearer $good&token=x"], 400,
     'bearer_malformed', 'invalid', $malformed],
    ['padding within', '/Binary/1', ['Bearer a=b'], 400, 'bearer_malformed',
     'invalid', $malformed],
    ['padding alone', '/Binary/1', ['Bearer =='], 400, 'bearer_malformed',
     'invalid', $malformed],
    ['8192 bytes', '/Binary/1', ["Bearer $long"], 401, 'token_invalid',
     'unknown', $invalid],
    ['8193 bytes', '/Binary/1', ["Bearer a$long"], 400, 'bearer_malformed',
     'invalid', $malformed],
    ['a token that is none', '/Binary/1', ['Bearer abc'], 401,
     'token_invalid', 'unknown', $invalid],
    ['field and query', '/Binary/1?access_token=x', ["Bearer $good"], 400,
     'bearer_twice', 'invalid', $twice],
    ['field and encoded query', '/Binary/1?a=b&%61ccess_token=x',
     ["Bearer $good"], 400, 'bearer_twice', 'invalid', $twice],
    ['query alone', "/Binary/1?access_token=$good", [], 401, 'login',
     'login', $plain],
    ['expired', '/Binary/1', ["Bearer $expired"], 401, 'token_expired',
     'expired', "$plain, error=\"invalid_token\", error_description="
                . '"The access token expired"'],
    ['no scope that helps', '/Binary/1', ["Bearer $poor"], 403, 'scope',
     'forbidden', "$plain, error=\"insufficient_scope\", error_description="
     . '"The access token does not grant the scopes that this document '
     . 'needs", scope="user/Binary.read user/DocumentReference.read"'],
    ['a bad route without a token', '/Binary/a/b', [], 401, 'login',
     'login', $plain],
    ['a bad route with a bad token', '/Binary/a/b', ['Bearer abc'], 401,
     'token_invalid', 'unknown', $invalid],
    ['a bad route with a poor token', '/Binary/a_b', ["Bearer $poor"], 404,
     'not_found', 'not-found', undef],
    ['no such file', '/Binary/2', ["Bearer $good"], 404, 'not_found',
     'not-found', undef],
    ['resource_metadata and a realm of its own', '/rich/Binary/1', [], 401,
     'login', 'login', 'Bearer realm="Mercy General", '
     . 'resource_metadata="https://fhir.example.org/.well-known/x"'],
);

for my $row (@rows) {
    my ($name, $path, $fields, $status, $reason, $code, $challenge) = @$row;

    my $r = raw_http($nginx->port,
                     get($path, undef, map { "Authorization: $_" } @$fields));

    my $outcome = eval { decode_json($r->{body}) } // {};

    is_deeply([ $r->{status}, reason($r), $outcome->{issue}[0]{code},
                header($r, 'WWW-Authenticate') ],
              [ $status, $reason, $code, $challenge ], $name);

    is(header($r, 'Cache-Control'), 'no-store', "$name: not to be stored");
}

for my $scheme ('Bearer', 'bearer', 'BEARER', 'bEaReR') {
    for my $gap (' ', '   ') {
        my $r = raw_http($nginx->port, get('/Binary/1', undef,
                                   "Authorization: $scheme$gap$good"));

        is_deeply([ $r->{status}, $r->{body},
                    header($r, 'WWW-Authenticate') ],
                  [ 200, 'a document', undef ],
                  "\"$scheme$gap\" is a scheme like any other");
    }
}

# What is said first: the method, then the token.

my $post = raw_http($nginx->port, get('/Binary/1', undef) =~ s/^GET/POST/r);
is($post->{status}, 405, 'a wrong method is told without a token');

my $head = raw_http($nginx->port, get('/Binary/1', undef) =~ s/^GET/HEAD/r);
is_deeply([ @$head{qw(status body)}, header($head, 'WWW-Authenticate') ],
          [ 401, '', $plain ], 'HEAD has the challenge without a body');

my $xml = raw_http($nginx->port, get('/Binary/1', undef,
                                     'Accept: application/fhir+xml'));
like($xml->{body}, qr{<OperationOutcome .*<code value="login"/>},
     'the refusal is in XML for whoever reads XML');

my $two = raw_http($nginx->port, get('/Binary/1', $good,
                                     "Authorization: Bearer $good"));
is($two->{status}, 400, 'two Authorization lines are one too many');
unlike($two->{body}, qr/a document/, 'and give no document');

$nginx->is_log_clean;
$nginx->stop;

done_testing();
