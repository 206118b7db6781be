# Every row of fhb_error.def: what reaches a client is the row, nothing else.
# A row that no request here provokes is listed with the reason.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my %unreachable = (
    request_timeout => 'nginx closes the connection without a word',
    nomem => 'memory must lack: t/token_nomem.t',
    map { $_ => 'a bound inside of the core' } qw(syntax too_large),
);

my (%row, @reasons);

open my $def, '<', 'src/core/fhb_error.def' or die $!;
my $text = do { local $/; <$def> };

while ($text =~ /^FHB_ERROR\((\w+), (.*?)\)$/msg) {
    my @field = $2 =~ /("(?:[^"]*"\s*")*[^"]*"|\d+)/g;

    s/"\s*"//g for @field;
    s/^"|"$//g for @field;

    push @reasons, $field[0];
    $row{$field[0]} = { status => $field[1], severity => $field[2],
                        code => $field[3], text => $field[5] };
}

cmp_ok(scalar @reasons, '>', 50, 'the table is read');
my $type = 'Content-Type: text/plain';
my $fhir = 'Content-Type: application/fhir+json';
my $ccd = 'GET /Binary/$autogen-ccd-if?';

my $be = answers(
    '/Binary/1' => [ '200 OK', 'hello', $type ],
    '/Binary/untyped' => [ '200 OK', 'hello' ],
    '/full/Binary/$autogen-ccd-if' => [ '200 OK', '<!--' . 'x' x 9000,
                                        'Content-Type: text/xml' ],
    '/Binary/type' => [ '200 OK', 'hello', 'Content-Type: text' ],
    '/Binary/gzip' => [ '200 OK', 'hello', $type, 'Content-Encoding: gzip' ],
    '/Binary/open' => [ '200 OK', undef, $type ],
    '/Binary/patient' => [ '200 OK', '{"resourceType":"Patient"}', $fhir ],
    '/Binary/withheld' => [ '200 OK', '{"resourceType":"Binary",'
                            . '"contentType":"a/b","data":null}', $fhir ],
    '/Binary/base64' => [ '200 OK', '{"resourceType":"Binary","data":"'
                                    . qq(\xff","contentType":"a/b"}), $fhir ],
    '/Binary/late' => [ '200 OK', '{"resourceType":"Binary","data":"'
                        . 'AAAA' x 1000 . '","contentType":"a/b"}', $fhir ],
    '/Binary/$autogen-ccd-if' => [ '200 OK', '<html/>',
                                   'Content-Type: application/xml' ],
    map { ("/Binary/$_" => [ "$_ X", 'x', $type ]) }
        206, 302, 400, 401, 407, 410, 416, 429, 500,
);

my $up = 'proxy_pass http://127.0.0.1:' . $be->port . '/;';
my $read = 'user/Binary.read user/DocumentReference.read '
           . 'user/DiagnosticReport.read';

# tokens are what an introspection says of them

my %token = (
    none => '', twice => '', malformed => '',
    inactive => '{"active":false}',
    expired => '{"active":true,"exp":1,"scope":"%s"}',
    scope => '{"active":true,"scope":"user/Binary.read"}',
    missing => '{"active":true,"scope":"%p"}',
    bound => '{"active":true,"scope":"%p","patient":"12"}',
    tenant => '{"active":true,"scope":"%s","tenant":"b"}',
    broken => 'this is no JSON',
);

my $tokens = join '', map {
    my $said = $token{$_};
    my $patient = $read =~ s/user/patient/gr;
    $said =~ s/%s/$read/;
    $said =~ s/%p/$patient/;
    qq{location = /said/$_ { internal; default_type application/json;
                             return 200 '$said'; }
       location /token/$_/ { fhir_binary_auth on;
                             fhir_binary_introspect /said/$_;
                             @{[ $_ eq 'tenant' ? 'fhir_binary_tenant a;
                                 fhir_binary_claim tenant tenant;' : '' ]}
                             @{[ $_ eq 'missing' ? 'fhir_binary_patient trust;'
                                 : '' ]} $up }\n}
} sort keys %token;

my $ngx = nginx_start(server => <<"END");
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_ccd_check on;
    fhir_binary_lookahead 2k;
    client_max_body_size 10;
    add_header X-Reason "\$fhir_binary_reason;\$fhir_binary_outcome" always;

    location / { $up }
    location /full/ { fhir_binary_lookahead 2k worker=2k;
                      @{[ $up =~ s{/;}{;}r ]} }
    location /denied/ { deny all; }
    @{[ map { "location /return/$_/ { return $_; }" } 409, 500, 503, 504 ]}
    location /dead/ { proxy_pass http://127.0.0.1:@{[ free_port() ]}/; }
    location = /ssi { fhir_binary off; ssi on; default_type text/html;
                      return 200 '<!--#include virtual="/Binary/1" -->'; }
    location = /answer { internal; return 500; }
    location /keys/ { fhir_binary_auth on; fhir_binary_key_request /answer;
                      fhir_binary_issuer https://a; fhir_binary_audience off;
                      $up }
    location /asked/ { fhir_binary_auth on; fhir_binary_introspect /said/bound;
                       fhir_binary_patient request /answer; $up }
    $tokens
END

my $port = $ngx->port;
my $bearer = 'Authorization: Bearer abc';

my $jwt = 'Authorization: Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.e30.AAAA';

my %request = (
    login => [ 'GET /token/none/Binary/1' ],
    bearer_malformed => [ 'GET /token/malformed/Binary/1',
                          'Authorization: Bearer a b' ],
    bearer_twice => [ 'GET /token/twice/Binary/1?access_token=abc', $bearer ],
    token_invalid => [ 'GET /token/inactive/Binary/1', $bearer ],
    token_expired => [ 'GET /token/expired/Binary/1', $bearer ],
    scope => [ 'GET /token/scope/Binary/1', $bearer ],
    patient_missing => [ 'GET /token/missing/Binary/1', $bearer ],
    patient => [ 'GET /token/bound/Binary/1', $bearer ],
    tenant => [ 'GET /token/tenant/Binary/1', $bearer ],
    keys_unavailable => [ 'GET /keys/Binary/1', $jwt ],
    introspection_unavailable => [ 'GET /token/broken/Binary/1', $bearer ],
    patient_unavailable => [ 'GET /asked/Binary/1', $bearer ],
    request => [ 'GET /Binary/%zz' ],
    accept_too_long => [ 'GET /Binary/1', 'Accept: ' . 'a/b,' x 1100 ],
    format_repeated => [ 'GET /Binary/1?_format=json&_format=xml' ],
    forbidden => [ 'GET /denied/Binary/1' ],
    not_found => [ 'GET /Binary/nobody' ],
    not_supported => [ 'GET /Binary' ],
    method => [ 'POST /Binary/1' ],
    not_acceptable => [ 'GET /Binary/1', 'Accept: a/b' ],
    format => [ 'GET /Binary/1?_format=ttl' ],
    conflict => [ 'GET /return/409/Binary/1' ],
    gone => [ 'GET /Binary/410' ],
    precondition => [ 'GET /Binary/1', 'If-Match: "a"' ],
    body_too_large => [ 'GET /Binary/1', 'Content-Length: 11',
                        { body => 'hello world' } ],
    uri_too_long => [ 'GET /' . 'a' x 10_000 ],
    range => [ 'GET /Binary/416', 'Range: bytes=9-' ],
    refused => [ 'GET /Binary/400' ],
    throttled => [ 'GET /Binary/429' ],
    method_unknown => [ 'BREW /Binary/1' ],
    required => [ 'GET /Binary/untyped?_format=json' ],
    internal => [ 'GET /return/500/Binary/1' ],
    backend => [ 'GET /dead/Binary/1' ],
    backend_error => [ 'GET /Binary/500' ],
    backend_redirect => [ 'GET /Binary/302' ],
    backend_login => [ 'GET /Binary/407' ],
    backend_encoding => [ 'GET /Binary/gzip?_format=xml' ],
    backend_range => [ 'GET /Binary/206' ],
    backend_framing => [ 'GET /Binary/open' ],
    backend_type => [ 'GET /Binary/type?_format=json' ],
    backend_resource => [ 'GET /Binary/patient' ],
    backend_incomplete => [ 'GET /Binary/withheld' ],
    backend_base64 => [ 'GET /Binary/base64' ],
    backend_held => [ 'GET /Binary/late' ],
    lookahead_full => [ 'GET /full/Binary/$autogen-ccd-if?patient=1' ],
    backend_ccd => [ "${ccd}patient=1" ],
    param_required => [ $ccd ],
    param_value => [ "${ccd}patient=a_b" ],
    param_repeated => [ "${ccd}patient=1&patient=1" ],
    param_unknown => [ "${ccd}patient=1&a=b" ],
    query_too_long => [ "${ccd}patient=" . '1' x 5000 ],
    unavailable => [ 'GET /return/503/Binary/1' ],
    timeout => [ 'GET /return/504/Binary/1' ],
);

for my $reason (@reasons) {
    my $row = $row{$reason};

    next if $unreachable{$reason} || $reason eq 'subrequest';

    if (!$request{$reason}) {
        fail("$reason: no request provokes it, and no reason is given");
        next;
    }

    my $r = ask($port, @{ $request{$reason} });
    my $o = outcome($r) // {};

    is_outcome($r, $row->{status}, $row->{code}, $reason);
    is("$o->{severity}: $o->{text}", "$row->{severity}: $row->{text}",
       'with its words');
    is(header($r, 'X-Reason'), "$reason;$row->{code}", 'and its name');
}

is_deeply([ grep { !$row{$_} } keys %request, keys %unreachable ], [],
          'no request is for a row that is not there');

# the one that has no response of its own

like(ask($port, 'GET /ssi')->{body},
     qr/"code":"forbidden","details":\{"text":"\Q$row{subrequest}{text}\E"/,
     'subrequest');

$ngx->is_log_clean;
done_testing();
