# A client holds what the backend has sent so far.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

use MIME::Base64 'encode_base64';

my $store = store();

my $proxy = open_endpoint($store);

my $ngx = nginx_start(
    server => "location /direct/Binary/ { $proxy proxy_buffering off; }
               location /pages/Binary/ { $proxy proxy_buffering off;
                                         fhir_binary_buffers 2 2k; }
               location /buffered/Binary/ { $proxy }
               location /parts/Binary/ { $proxy fhir_binary_buffers 2 2k; }
               location /small/Binary/ { $proxy proxy_buffer_size 1k;
                                         proxy_buffers 8 512;
                                         proxy_busy_buffers_size 1k; }");

# The backend sends so many bytes of a longer document and then nothing.
# Unbuffered, all whole quanta of three must have come; else nginx may keep
# back what does not fill one of its buffers.

for my $case ([ 'direct', 16384, 0 ], [ 'direct', 16385, 0 ],
              [ 'direct', 16386, 0 ], [ 'direct', 3, 0 ], [ 'direct', 100, 0 ],
              [ 'pages', 3500, 0 ], [ 'pages', 1500, 0 ],
              [ 'parts', 16384, 4096 ], [ 'buffered', 16384, 4096 ], [ 'buffered', 40_000, 4096 ],
              [ 'small', 16384, 1024 ], [ 'small', 2000, 1024 ])
{
    my ($where, $sent, $kept) = @$case;

    for my $form (qw(json xml native)) {
        for my $wire ('', '.chunk.100000') {

            my $cut = $wire ? $sent + length('186a0') + 2 : $sent;
            my $id = "size.1000000$wire.cut.$cut.how.stall";

            my $body = document($sent - $kept);
            my $want = $form eq 'native' ? $body
                       : encode_base64(substr($body, 0, int(length($body) / 3)
                                                        * 3), '');

            my $r = fetch($ngx->port, $id, accept => $TYPE{$form},
                          prefix => "/$where/Binary/",
                          until => sub_pattern($want));

            # "until" found it, or what hangs was ended.

            is($r->{raw}{end}, 'local',
               "$where, $sent bytes$wire: the client has them ($form)");
            is($r->{complete}, 0, "$where, $sent bytes$wire: and no end");
        }
    }
}


# The last bytes are enough to look for; chunks may lie between others.

sub sub_pattern {
    my ($text) = @_;

    return qr/\Q@{[ substr $text, -20 ]}\E/s;
}


# A header alone, which nginx has dealt with: it waits for data.

my $r = fetch($ngx->port, 'size.100.chunk.50.cut.0.how.wait',
              accept => $TYPE{json}, prefix => '/direct/Binary/',
              until => sub { $store->reached('cut') });

is($r->{raw}{end}, 'local', 'a backend whose header has been read');
is($r->{raw}{received}, '', 'no byte of a body, no header');

$ngx->is_log_clean;

done_testing();
