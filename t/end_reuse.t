# A connection to a backend that is used again carries nothing over: what an
# answer left unread never stands in the next one.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Crowd;
use Documents;
use Endpoint;
use FhirServer 'binary';
use MIME::Base64 'encode_base64';
use Responder;

# An id says what it wants: size, shape (raw, json), told or chunked.

my %source = map { $_ => responder($_, sub {
    my ($ask) = @_;
    my %want = split /\./, $ask->{id};
    my $body = document($want{size});
    my @with = (told => $want{told}, chunk => $want{chunk},
                headers => [ 'ETag: "1"' ]);

    if ($want{shape} eq 'json') {
        push @with, type => 'application/fhir+json';
        $body = binary('json', data => encode_base64($body, ''));
    }

    return wire($ask, $body, @with);
}) } qw(http fastcgi);

my %keep = (http => 'proxy_http_version 1.1; proxy_set_header Connection "";',
            fastcgi => 'fastcgi_keep_conn on;');

my ($http, $server) = ('error_log error.log info;', '');

for my $name (sort keys %source) {
    my $module = $name eq 'http' ? 'proxy' : $name;
    my $on = open_endpoint($source{$name}) . $keep{$name};

    $on =~ s/127\.0\.0\.1:\d+/$name/;

    $http .= "upstream $name { server 127.0.0.1:" . $source{$name}->port
             . "; keepalive 1; }
             ${module}_cache_path $module keys_zone=$module:1m;
             ${module}_cache_valid 200 1m;
             ${module}_cache_key \$request_id;\n";
    $server .= "location /$name/buffered/Binary/ { $on }
                location /$name/direct/Binary/ { $on ${module}_buffering off; }
                location /$name/small/Binary/ { $on ${module}_buffers 2 4k;
                    ${module}_busy_buffers_size 4k; }
                location /$name/cached/Binary/ { $on ${module}_cache $module; }
                location /$name/raw/Binary/ { $on fhir_binary_backend raw; }
                \n";
}

my $ngx = nginx_start(http => $http, server => $server);

# Each of these, and after it a whole one.

my @first = (
    [ method => 'HEAD' ], [ method => 'HEAD', accept => $TYPE{json} ],
    [ headers => "If-None-Match: *\r\n" ], [ headers => "If-Match: \"2\"\r\n" ],
    [ accept => 'image/png' ], [ accept => $TYPE{json} ], [],
);

for my $name (sort keys %source) {
    for my $where (qw(buffered direct small cached raw)) {
        for my $size (100, 20_000, 400_000) {
            for my $framed ($name eq 'http' ? 'chunk.9000' : 'told.0',
                            'told.1')
            {
                for my $shape (qw(raw json)) {
                    next if $where eq 'raw' && $shape eq 'json';

                    my $path = "/$name/$where/Binary/size.$size.$framed"
                               . ".shape.$shape";

                    is(join(' ', series($path, $size)), '',
                       "$name, $where, $size bytes, $framed, $shape");
                }
            }
        }
    }
}

cmp_ok($_->connections, '<', $_->seen / 2, 'connections are used again')
    for values %source;

$ngx->is_log_clean;

done_testing();


# On one connection of the client, as far as it goes: where it was closed, it
# goes on with the next.

sub series {
    my ($path, $size) = @_;

    my @get = map { (get($path, @$_), get($path)) } @first;
    my @bad;

    while (@get) {
        my @r = together($ngx->port, pipeline(@get));
        my $n = grep { $_->{status} } @r;

        return (@bad, 'no answer') if $n == 0;

        for my $i (0 .. $n - 1) {
            my $said = verdict($r[$i], document($size));

            push @bad, "$i: $said"
                if $said !~ /^(?:whole 0|200|304|412 \S+|406 \S+)$/;
        }

        splice @get, 0, $n;
    }

    return @bad;
}
