# Behind limit_rate a refusal reaches its client, too, and the next request on
# the connection is answered.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents ();
use Endpoint;
use FhirConnection;
use FhirServer;

plan(skip_all => 'nginx without http_v2_module')
    if !Documents::nginx_has('http_v2');

sub json { return binary('json', contentType => 'application/pdf', @_) }

my $own = '{"resourceType":"OperationOutcome","issue":[{"severity":"error",'
          . '"code":"not-found","diagnostics":"' . 'x' x 500 . '"}]}';

# the body, its status at the backend, the status at the client, Accept

my %refused = (
    'page' => [ '<html>no</html>', '404 Not Found', 404 ],
    'failed' => [ '<html>no</html>', '500 Oops', 502 ],
    'own' => [ $own, '404 Not Found', 404 ],
    'base64' => [ json(data => 'TW!u'), '200 OK', 502 ],
    'form' => [ json(data => 'TWFu'), '200 OK', 406, 'image/png' ],
    'no-binary' => [ '{"resourceType":"Patient"}', '200 OK', 502 ],
);

my (%table, @rows);

for my $name (sort keys %refused) {
    my ($body, $status, $sent, $accept) = @{ $refused{$name} };
    my %how = (status => $status, type => $body =~ /^<h/ ? 'text/html'
                                          : 'application/fhir+json');
    my $more = $body . ' ' x 20_000;

    # the backend ends, keeps quiet, or has more to say

    my %way = (
        whole => answer($body, %how),
        chunked => answer($body, %how, chunk => 10),
        more => answer($more, %how),
        open => [ substr(answer($more, %how, length => 5_000_000), 0, 12_000),
                  STALL ],
    );

    for my $way (sort keys %way) {

        # its own is whole at its end only

        next if $name eq 'own' && $way !~ /^(?:whole|chunked)$/;

        $table{"/Binary/$name-$way"} = $way{$way};
        push @rows, [ "$name-$way", $sent, $accept
                                           // 'application/fhir+json' ];
    }
}

$table{'/Binary/small'} = answer(json(data => 'TWFu'));

my $be = fhir_server(%table);

my $proxy = open_endpoint('fhir') . 'fhir_binary_backend fhir;';

my ($h2, $locations) = (free_port(), '');

for my $rate (300, 700) {
    $locations .= "location /buffered-$rate/Binary/ { $proxy
                                                      limit_rate $rate; }
                   location /direct-$rate/Binary/ { $proxy
                                                    proxy_buffering off;
                                                    limit_rate $rate; }\n";
}

$locations .= "location /fast/Binary/ { $proxy }";

my $ngx = nginx_start(
    http2_too($h2, $locations,
              http => upstream_conf($be) . 'keepalive_timeout 900s;'));

# All at once: each takes some seconds by its rate.

my @asked;

for my $http (1, 2) {
    for my $where (qw(buffered-300 buffered-700 direct-300 direct-700)) {
        for my $row (@rows) {
            my ($id, $status, $accept) = @$row;
            my $c = connection($http == 2 ? $h2 : $ngx->port,
                               $http == 2 ? (window => 65535) : ());

            $c->send("GET /$where/Binary/$id", "Accept: $accept");
            push @asked, [ $c, $status, "HTTP/$http, $where, $id" ];
        }
    }
}

for my $asked (@asked) {
    my ($c, $status, $name) = @$asked;
    my $r = $c->answer;

    is($r->{status}, $status, "$name: $status");
    like($r->{body}, qr/^\{"resourceType":"OperationOutcome".*\}$/,
         "$name: the whole of it");
    is(works($c, $r, 'GET /fast/Binary/small'), '',
       "$name: and the connection is as it says");
}

$ngx->is_log_clean;

done_testing();
