# An answer without a body that was decided by the body of a resource leaves
# at once, and the connection serves the next request, whatever reads the
# resource: threads, a cache, a file.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents ();
use Endpoint;
use FhirConnection;
use FhirServer;
use MIME::Base64;

plan(skip_all => 'nginx without http_v2_module')
    if !Documents::nginx_has('http_v2');

# The limit is one for a hang: nginx ends what waits in vain after 60 s.

my $data = encode_base64('x' x 900_000, '');
my %resource;

for my $size (3, 600_000) {
    my $json = binary('json', versionId => 7, contentType => 'application/pdf',
                      data => substr $data, 0, $size * 4 / 3);

    $resource{$size} = $json;
    $resource{"xml-$size"} = binary('xml', versionId => 7,
        contentType => 'application/pdf',
        data => substr $data, 0, $size * 4 / 3);
}

# A part of what was announced, and then silence.

sub stalled {
    my ($size, %how) = @_;

    my $all = answer(binary('json', versionId => 7, data => $data,
                            contentType => 'application/pdf'), %how);

    return [ substr($all, 0, $size), STALL ];
}

my @stalled = (900_000);

my $be = fhir_server(
    map({ ("/Binary/$_" => answer($resource{$_}),
           "/Binary/chunked-$_" => answer($resource{$_}, chunk => 8000))
        } keys %resource),
    map({ ("/Binary/stalled-$_" => stalled($_),
           "/Binary/stalled-chunked-$_" => stalled($_, chunk => 8000))
        } 300, @stalled));

my $on = open_endpoint() . 'fhir_binary_backend fhir;';

my $proxy = open_endpoint('fhir')
            . 'fhir_binary_backend fhir; proxy_cache_key $uri$http_x_row;
               proxy_cache_valid any 10m;';

my $threads = Documents::nginx_has('--with-threads') ? 'aio threads;' : '';
my $h2 = free_port();

my $files = "$on alias html/Binary/; default_type application/fhir+json;";

my %where = (
    buffered => $proxy,
    direct => "$proxy proxy_buffering off;",
    cache => "$proxy proxy_cache c;",
    'cache-threads' => "$proxy proxy_cache c; $threads sendfile on;",
    'cache-nosendfile' => "$proxy proxy_cache c; sendfile off;",
    'threads' => "$proxy $threads aio_write on;",
    'temp' => "$proxy $threads proxy_buffers 2 4k; proxy_busy_buffers_size 4k;
               proxy_buffer_size 4k;",
    'file' => $files,
    'file-sendfile' => "$files sendfile on;",
    'file-threads' => "$files $threads output_buffers 1 16k;",
    'file-threads-sendfile' => "$files $threads sendfile on;",
    'file-direct' => "$files $threads directio 1; output_buffers 1 16k;",
);

my $locations = join '', map { "location /$_/Binary/ { $where{$_} }\n" }
                             sort keys %where;

my $ngx = nginx_start(
    files => { map { ("html/Binary/$_" => $resource{$_}) } keys %resource },
    http2_too($h2, $locations, http => upstream_conf($be)
              . 'error_log error.log info;
                 proxy_cache_path cache keys_zone=c:1m;'));

my @asked = (bodiless(), [ 'HEAD', 406, 'Accept: image/png' ]);

for my $where (sort keys %where) {
    my @ids = grep { $where !~ /^file/ || !/^xml/ } sort keys %resource;

    push @ids, 'chunked-600000' if $where !~ /^file/;

    # With threads and a cache nginx's pipe looks at what was read from the
    # file when upstream says more: of a silent one it may see nothing.

    push @ids, map { ("stalled-$_", "stalled-chunked-$_") } @stalled
        if $where !~ /^(?:file|cache-threads)/;
    push @ids, 'stalled-300', 'stalled-chunked-300' if $where eq 'direct';

    # with a cache a miss, then a hit

    for my $id (@ids) {
        for my $http (1, 2) {
            for my $ask (@asked) {
                judge($http, $where, $id, @$ask);
                judge($http, $where, $id, @$ask) if $where =~ /^cache/
                                                    && $id !~ /^stalled/;
            }
        }
    }
}

$ngx->is_log_clean;

done_testing();


sub judge {
    my ($http, $where, $id, $method, $status, @headers) = @_;

    my $name = "HTTP/$http, $where, $id, @_[3 .. $#_]";

    push @headers, "X-Row: $http$method$status",
        if $where =~ /^cache/;
    push @headers, 'Accept: application/fhir+json'
        if !grep { /^Accept:/ } @headers;

    my $c = connection($http == 2 ? $h2 : $ngx->port,
                       $http == 2 ? (window => 65535) : ());
    my $r = $c->ask("$method /$where/Binary/$id", @headers);

    is($r->{status}, $status, $name);
    is(works($c, $r, "GET /$where/Binary/3"), '',
       "$name, and the connection is as it says");
}
