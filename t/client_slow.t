# A slow client gets all of a large document, and the worker does not grow.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

my $store = store();

my $proxy = open_endpoint($store);

my $size = 1_200_000;
my $on = open_endpoint();

my $ngx = nginx_start(
    files => { 'html/Binary/big' => document($size) },
    server => "location /proxy/Binary/ { $proxy }
               location /nofile/Binary/ { $proxy proxy_max_temp_file_size 0; }
               location /direct/Binary/ { $proxy proxy_buffering off; }
               location /small/Binary/ { $proxy proxy_buffering off;
                                         fhir_binary_buffers 2 2k; }
               location /many/Binary/ { $proxy fhir_binary_buffers 16 32k; }
               location /wide/Binary/ { $proxy fhir_binary_buffers 4 256k;
                                        postpone_output 200k; }
               location /hasty/Binary/ { $proxy send_timeout 1s; sendfile on; }
               location /file/Binary/ { $on alias html/Binary/; }
               location /sendfile/Binary/ { $on alias html/Binary/;
                                            sendfile on; }");

# The worker's output is full before they read, and they read slowly.

my @slow = (rcvbuf => 8192, read_when => 'stuck', read_size => 100_000,
            read_pause => 0.001);

for my $where (qw(proxy nofile direct small many wide file sendfile)) {
    for my $form (qw(native json xml)) {
        next if $form eq 'xml' && $where ne 'nofile';

        for my $wire ('', '.chunk.100000') {
            my $file = $where =~ /file$/ && $where ne 'nofile';

            next if $file && $wire;

            my $r = fetch($ngx->port, $file ? 'big' : "size.$size$wire",
                          accept => $TYPE{$form}, prefix => "/$where/Binary/",
                          @slow);

            is($r->{complete}, 1, "$where, $form$wire: ends as it should");

            my $data = $form eq 'native' ? $r->{body} : unwrap($r)->{data};

            is(length $data, $size, "$where, $form$wire: is all there");
            ok($data eq document($size), "$where, $form$wire: byte for byte");
        }
    }
}

# HTTP/1.0 without a length: the reset that threatens until the last byte is
# sent does not hit a slow client.

for my $form (qw(native json)) {
    my $r = fetch($ngx->port, "size.$size.chunk.100000", version => '1.0',
                  accept => $TYPE{$form}, prefix => '/direct/Binary/', @slow);

    is($r->{raw}{end}, 'fin', "HTTP/1.0, $form: an orderly end");
    is(length($form eq 'native' ? $r->{body} : (unwrap($r) // {})->{data}),
       $size, "HTTP/1.0, $form: of the whole document");
}

# One that is too slow for send_timeout gets a reset, and not the FIN that
# would end a whole document.

for my $form (qw(native json)) {
    my $r = fetch($ngx->port, 'size.9000000.chunk.1000000', version => '1.0',
                  accept => $TYPE{$form}, prefix => '/hasty/Binary/',
                  rcvbuf => 8192, read_when => 'gone');

    is($r->{raw}{end}, 'rst', "HTTP/1.0, $form: too slow");
    cmp_ok(length $r->{body}, '<', 9_000_000, "HTTP/1.0, $form: and short");
}

# A client that leaves in the middle, in either way, costs nobody anything.

for my $where (qw(proxy direct file)) {
    for my $rst (0, 1) {
        my $id = $where eq 'file' ? 'big' : "size.$size";

        my $r = fetch($ngx->port, $id, accept => $TYPE{json}, rcvbuf => 8192,
                      prefix => "/$where/Binary/", stop_after => 50_000,
                      rst => $rst);

        is($r->{raw}{end}, 'local', "$where: the client leaves");
        is(fetch($ngx->port, 'size.1', prefix => '/proxy/Binary/')->{body},
           document(1), "$where: nginx lives");
    }
}

unlike($ngx->log, qr/\[(?:alert|crit|emerg)\]/, 'nothing bad in the log');

done_testing();
