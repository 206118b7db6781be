# After an answer that needs no body, the client's connection serves the next
# request, or the answer said that it closes, however much the backend still
# has to say.

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

my $head = '{"resourceType":"Binary","meta":{"versionId":"7"},'
           . '"contentType":"application/pdf","data":"';
my $mega = 'TWFu' x (1 << 18);

sub length_of { return length($head) + ($_[0] << 20) + 2 }

sub resource {
    my ($length, @parts) = @_;

    return ("HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"
            . "ETag: W/\"7\"\r\n$length\r\n\r\n", @parts);
}

sub chunk { return sprintf "%x\r\n%s\r\n", length $_[0], $_[0] }

my $endless;
$endless = sub { return (chunk($mega), $endless) };

my %rest = (
    '3' => [ resource('Content-Length: ' . length_of(3), $head,
                      ($mega) x 3, '"}') ],
    '20-chunked' => [ resource('Transfer-Encoding: chunked', chunk($head),
                               (chunk($mega)) x 20, chunk('"}'),
                               "0\r\n\r\n") ],
    'endless' => [ resource('Transfer-Encoding: chunked', chunk($head),
                            $endless) ],
    'stalled' => [ resource('Content-Length: ' . length_of(20), $head,
                            ($mega) x 2, STALL) ],
);

my $be = fhir_server(
    '/Binary/small' => answer(binary('json', data => 'TWFu')),
    map { ("/Binary/$_" => $rest{$_}) } keys %rest);

my $proxy = open_endpoint('fhir') . 'fhir_binary_backend fhir;';

my $h2 = free_port();
my $locations = "location /buffered/Binary/ { $proxy }
                 location /direct/Binary/ { $proxy proxy_buffering off; }
                 location /cached/Binary/ {
                     $proxy
                     proxy_cache c;
                     proxy_cache_key \$uri\$http_x_row;
                     proxy_cache_valid any 10m;
                 }";

my $ngx = nginx_start(
    http2_too($h2, $locations, http => upstream_conf($be)
              . 'error_log error.log info;
                 proxy_cache_path cache keys_zone=c:1m;'));

my $row = 0;

for my $http (1, 2) {
    for my $where ('buffered', 'direct', 'cached') {
        for my $rest (sort keys %rest) {
            for my $ask (bodiless()) {
                my ($method, $status, @headers) = @$ask;

                # the large ones are slow

                next if $rest =~ /^20/ && ($http == 2 || $status =~ /^[23]0/);

                push @headers, 'X-Row: ' . ++$row;
                push @headers, 'Accept: application/fhir+json'
                    if !grep { /^Accept:/ } @headers;

                my $c = connection($http == 2 ? $h2 : $ngx->port,
                                   $http == 2 ? (window => 65535) : ());
                my $r = $c->ask("$method /$where/Binary/$rest", @headers);
                my $name = "HTTP/$http, $where, $rest, $method: $status";

                is($r->{status}, $status, $name);
                is(works($c, $r, "GET /$where/Binary/small"), '',
                   "$name, and the connection is as it says");
            }
        }
    }
}

$ngx->is_log_clean;

done_testing();
