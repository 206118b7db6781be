# A refusal that the body of a resource decides reaches its client whole,
# however small the client's window is, when it opens, and whether or not the
# backend ever says more.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents ();
use Endpoint;
use FhirConnection;
use FhirServer;
use FhirToken qw(mint_token jwks);
use JSON::PP;

plan(skip_all => 'nginx without http_v2_module')
    if !Documents::nginx_has('http_v2');

my $error = '{"resourceType":"OperationOutcome","issue":[{"severity":'
            . '"error","code":"not-found","diagnostics":"' . 'x' x 3000
            . '"}]}';

sub json { return binary('json', contentType => 'application/pdf', @_) }

# Each: the resource, its status at the backend, the status at the client,
# the form that is asked for.

my %refused = (
    'base64' => [ json(data => 'TW!u'), '200 OK', 502 ],
    'base64-native' => [ json(data => 'TW!u'), '200 OK', 502, '*/*' ],
    'withheld' => [ json() =~ s/\}$/,"_data":{"extension":[{"url":"http:\/\/
                                     hl7.org\/x","valueCode":"masked"}]}}/rx,
                    '200 OK', 502 ],
    'type' => [ json(contentType => 'text/html', data => 'TWFu'), '200 OK',
                403 ],
    'form' => [ json(data => 'TWFu'), '200 OK', 406, 'image/png' ],
    'no-binary' => [ '{"resourceType":"Patient","id":"1"}', '200 OK', 502 ],
    'no-json' => [ '<html>', '200 OK', 502 ],
    'own' => [ $error, '404 Not Found', 404 ],
    'cut' => [ '{"resourceType":"OperationOutcome"', '409 No', 409 ],
);

# How the backend goes on: the body has a length and is whole, has none and
# ends, lacks an end of some bytes or of many, or breaks off.

sub ways {
    my ($body, $status) = @_;

    my %how = (status => $status, type => 'application/fhir+json');
    my $more = $body . ' ' x 20_000;

    return (
        'whole' => [ answer($body, %how), STALL ],
        'chunked' => [ answer($body, %how, chunk => 7), STALL ],
        'no-last' => [ substr(answer($body, %how, chunk => 1000), 0, -5),
                       STALL ],
        'open' => [ answer($body, %how, length => 5_000_000), STALL ],
        'silent' => [ substr(answer($more, %how, chunk => 10_000), 0, -5),
                      STALL ],
        'gone' => [ substr(answer($more, %how, chunk => 10_000), 0, -5),
                    FIN ],
    );
}

my (%table, @rows);

for my $name (sort keys %refused) {
    my ($body, $status, $sent, $accept) = @{ $refused{$name} };
    my %way = ways($body, $status);

    for my $way (sort keys %way) {

        # what is whole only at its end is not decided before it

        next if $way !~ /^(?:whole|chunked)$/
                && ($status !~ /^200/ || $name eq 'withheld');

        $table{"/Binary/$name-$way"} = $way{$way};
        push @rows, [ "$name-$way", $sent, $accept // $Documents::TYPE{json} ];
    }
}

my $be = fhir_server(%table);

my $proxy = 'fhir_binary dstu2; fhir_binary_backend fhir;
             proxy_http_version 1.1;
             proxy_pass http://127.0.0.1:' . $be->port . '/Binary/;';

my $h2 = free_port();

my $ngx = nginx_start(
    files => { 'jwks.json' => jwks('ec-a') },
    http => "
             @{[ jwt_endpoint() ]}
             proxy_cache_path cache keys_zone=c:1m;
             server {
                 listen 127.0.0.1:$h2 http2;
                 location /direct/Binary/ { $proxy proxy_buffering off; }
                 location /buffered/Binary/ { $proxy proxy_buffer_size 4k;
                                              proxy_buffers 4 4k;
                                              proxy_busy_buffers_size 4k; }
             }");

my $token = mint_token({ scope => 'user/Binary.read '
                                  . 'user/DocumentReference.read' });

# The window at the start, and by how much it is opened then, again and again.

my @windows = ([ 0, 1 << 20 ], [ 0, 150 ], [ 100, 100 ]);

for my $where ('direct', 'buffered') {
    for my $row (@rows) {
        for my $window (@windows) {
            judge($where, @$row, @$window);
        }
    }
}

$ngx->is_log_clean;

done_testing();


sub judge {
    my ($where, $id, $status, $accept, $window, $step) = @_;

    # a few bytes lie in nginx's buffer until it has more, or the end

    return if $where eq 'buffered' && $id =~ /-(?:no-last|open)$/;

    my $c = connection($h2, window => $window);
    my $stream = $c->send("GET /$where/Binary/$id", "Accept: $accept",
                          "Authorization: Bearer $token");
    my $name = "$where, $id, a window of $window and then $step";

    # every byte that the window allows is there before it opens further

    my $open = $window;
    my $r;

    $c->await('head', $stream);

    while ($c->await($open, $stream)) {
        $c->window($stream, $step);
        $open += $step;
    }

    $r = $c->answer($stream);

    my $found = eval { decode_json($r->{body}) } // {};

    is(join(' ', $r->{status} // 'nothing', $found->{resourceType} // 'none',
            $r->{end}), "$status OperationOutcome ", $name);
}
