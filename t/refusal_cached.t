# What one client asked for in vain is no answer to another: a refusal that
# depends on the client is not kept, whatever proxy_cache_valid says.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirServer;
use FhirToken qw(mint_token jwks);
use MIME::Base64;

my $text = 'a document';
my $docs = 'Binary.read XX/DocumentReference.read';

my %token = (
    all => mint_token({ scope => 'user/*.read' }),
    pdf => mint_token({ scope => "XX/$docs" =~ s/XX/user/gr }),
    map { $_ => mint_token({ scope => "XX/$docs" =~ s/XX/patient/gr,
                             patient => "$_" }) } 12, 13,
);

my $long = 'application/' . 'x' x 300;

sub raw { return answer($text, type => 'application/pdf',
                        headers => [ 'Owner: Patient/12', @_ ]) }

my %answer = (
    plain => raw(),
    tagged => raw('ETag: "a"', 'Last-Modified: Thu, 26 Dec 2019 21:36:00 GMT'),
    gzip => raw('Content-Encoding: gzip'),
    br => raw('Content-Encoding: br'),
    'no-type' => answer($text, type => 'pdf'),
    'long-type' => answer($text, type => $long),
    html => answer('<p>', type => 'text/html'),
    empty => answer('', type => 'application/pdf'),
    resource => answer(binary('json', contentType => 'application/pdf',
                              data => encode_base64($text, ''))),
    'resource-html' => answer(binary('json', contentType => 'text/html',
                                     data => encode_base64('<p>', ''))),
    'resource-type' => answer(binary('json', contentType => 'pdf',
                                     data => encode_base64($text, ''))),
    'resource-gzip' => answer(binary('json', data => 'TWFu'),
                              headers => [ 'Content-Encoding: gzip' ]),
);

my $be = fhir_server(
    (map { ("/Binary/$_" => $answer{$_}) } keys %answer),
    '/Binary/none' => answer('no', type => 'text/html',
                             status => '404 Not Found'),
    '/Binary/failed' => answer('no', type => 'text/html',
                               status => '500 Oops'));

my $proxy = 'proxy_http_version 1.1; proxy_set_header Connection "";
             proxy_pass http://fhir/Binary/; proxy_cache_key $uri$http_x_row;
             add_header X-Cache $upstream_cache_status always;';

my %where = (
    any => 'proxy_cache_valid any 10m;',
    lock => 'proxy_cache_valid any 10m; proxy_cache_lock on;',
    codes => 'proxy_cache_valid 200 1m;
              proxy_cache_valid 400 403 404 406 412 416 500 502 504 10m;',
    stale => 'proxy_cache_valid any 10m;
              proxy_cache_use_stale error timeout http_500 http_502;',
);

my $ngx = nginx_start(
    files => { 'jwks.json' => jwks('ec-a') },
    http => upstream_conf($be) . "
        @{[ jwt_endpoint() ]}
        fhir_binary_patient header Owner;\n"
        . join('', map { "proxy_cache_path $_ keys_zone=$_:1m;\n" }
                       sort keys %where),
    server => join '', map { "location /$_/Binary/ {
                                  fhir_binary dstu2;
                                  proxy_cache $_;
                                  $proxy $where{$_}
                              }\n" } sort keys %where);

my $json = 'Accept: application/json+fhir';
my $xml = 'Accept: application/xml+fhir';
my $native = 'Accept: */*';

# the document; whose wish is refused, and how; who can have it

my @rows = (
    [ 'plain', [ 'all', 'Accept: image/png' ], 406, [ 'all', $native ] ],
    [ 'plain', [ 'all', 'Accept: image/png' ], 406, [ 'all', $json ] ],
    [ 'plain', [ 'all', '?_format=nothing' ], 406, [ 'all', $xml ] ],
    [ 'plain', [ 13, $native ], 403, [ 12, $native ] ],
    [ 'plain', [ 13, $json ], 403, [ 12, $json ] ],
    [ 'plain', [ 'none', $json ], 401, [ 'all', $json ] ],
    [ 'plain', [ 'all', 'Range: bytes=100-' ], 416, [ 'all', $native ] ],
    [ 'plain', [ 'all', 'Range: bytes=100-' ], 416, [ 'all', $json ] ],
    [ 'tagged', [ 'all', 'If-Match: "b"' ], 412, [ 'all', $native ] ],
    [ 'tagged', [ 'all', 'If-Unmodified-Since: Thu, 26 Dec 2013 21:36:00 GMT'
                ], 412, [ 'all', $json ] ],
    [ 'tagged', [ 'all', 'If-None-Match: "a"' ], 304, [ 'all', $native ] ],
    [ 'gzip', [ 'all', $json ], 502, [ 'all', $native ] ],
    [ 'gzip', [ 'all', $xml ], 502, [ 'all', $native ] ],
    [ 'br', [ 'all', $json ], 502, [ 'all', $native ] ],
    [ 'no-type', [ 'all', $json ], 502, [ 'all', $native ] ],
    [ 'long-type', [ 'all', $xml ], 502, [ 'all', $native ] ],
    [ 'html', [ 'pdf', $native ], 403, [ 'all', $native ] ],
    [ 'empty', [ 'all', $json ], 500, [ 'all', $native ] ],
    [ 'resource', [ 'all', 'Accept: image/png' ], 406, [ 'all', $json ] ],
    [ 'resource', [ 'all', 'If-Match: "b"' ], 412, [ 'all', $native ] ],
    [ 'resource-html', [ 'pdf', $json ], 403, [ 'all', $json ] ],
    [ 'resource-type', [ 'all', $json ], 502, [ 'all', $native ] ],
    [ 'resource-type', [ 'all', $xml ], 502, [ 'all', $native ] ],
);

# Each row has a part of the cache of its own.

my $part = 0;

for my $where (sort keys %where) {
    for my $method ('GET', 'HEAD') {
        for my $row (@rows) {
            my ($id, $first, $refused, $second) = @$row;

            next if $method eq 'HEAD' && $first->[1] =~ /^Range/;

            my $name = "$where, $id, $method by @$first, then by @$second";

            $part++;

            is(asked($where, $id, $method, @$first), $refused,
               "$name: the one is refused");
            is(asked($where, $id, 'GET', @$second), 200,
               "$name: the other has it");
            is(asked($where, $id, 'GET', @$first), $refused,
               "$name: the one is refused again");
            is(asked($where, $id, 'GET', @$second), 200,
               "$name: the other has it again");
        }
    }
}

# An error of the backend is one for all: the operator may keep it.

for my $row ([ 'none', 404 ], [ 'failed', 502 ]) {
    my ($id, $status) = @$row;

    $part++;

    is(join(' ', map { asked('any', $id, 'GET', 'all', $_) } $native, $json,
                                                             $xml),
       "$status $status $status", "$id: one error for all");
    is(scalar(grep { m{ /Binary/$id } } $be->requests), 1, "$id: asked once");
}

$ngx->is_log_clean;

done_testing();


sub asked {
    my ($where, $id, $method, $who, $field) = @_;

    my $query = $field =~ /^\?/ ? $field : '';
    my @fields = ("X-Row: $part", $query eq '' ? $field : ());

    push @fields, 'Accept: */*' if $field !~ /^Accept/;
    push @fields, "Authorization: Bearer $token{$who}" if $token{$who};

    return ask($ngx->port, "$method /$where/Binary/$id$query",
               @fields)->{status};
}
