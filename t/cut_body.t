# A backend that breaks off never gives an answer that looks whole.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

my $store = store();

my $proxy = open_endpoint($store) . 'proxy_next_upstream off;';

my $ngx = nginx_start(
    server => "location /buffered/Binary/ { $proxy }
               location /direct/Binary/ { $proxy proxy_buffering off; }
               location /file/Binary/ { $proxy proxy_buffers 2 4k;
                                        proxy_busy_buffers_size 4k; }
               location /unchunked/Binary/ { $proxy
                                             chunked_transfer_encoding off; }
               location /gzip/Binary/ { $proxy gzip on; gzip_types *;
                                        gzip_min_length 0;
                                        gzip_http_version 1.0; }");

# Of 100 bytes, and of 100 bytes in chunks of 30: "1e CRLF" and so on.  Where
# nothing of the body came, the answer may still be a refusal.

check('buffered', 100, '', 'fin', 0, 1, 50, 99);
check('buffered', 100, '.chunk.30', 'fin', 0, 1, 4, 5, 34, 36, 70,
      'n6', 'n5', 'n2', 'n1');
check('direct', 100, '.chunk.30', 'fin', 0, 4, 34, 36, 'n5', 'n1');

check($_, 100, '', 'fin', 0, 99) for qw(direct gzip);
check($_, 100, '.chunk.30', 'fin', 0, 50, 'n5') for qw(unchunked gzip);
check($_, 100, '', 'rst', 50) for qw(direct buffered gzip);
check($_, 100, '.chunk.30', 'rst', 0, 50, 'n5')
    for qw(direct buffered unchunked);

check($_, 100_000, '', 'fin', 50_000, 'n1') for qw(buffered direct file);
check($_, 100_000, '.chunk.9000', 'fin', 9006, 'n5')
    for qw(buffered direct file unchunked gzip);


sub check {
    my ($where, $size, $wire, $how, @cuts) = @_;

    my (@looks_whole, @wrong);

    for my $cut (@cuts) {
        for my $form (qw(native json xml)) {
            for my $version ('1.1', '1.0') {

                my $r = fetch($ngx->port, "size.$size$wire.cut.$cut.how.$how",
                              accept => $TYPE{$form}, version => $version,
                              prefix => "/$where/Binary/",
                              headers => $where eq 'gzip'
                                         ? "Accept-Encoding: gzip\r\n" : '');

                my $case = "$form/$version/$cut";

                push @looks_whole, $case
                    if $r->{complete} && $r->{status} == 200;

                # A reset may come before what was sent is read.

                push @wrong, "$case (" . outcome($r) . ')'
                    if $r->{status} == 502 && outcome($r) ne '502 transient'
                       || $r->{status} == 0 && $r->{raw}{end} ne 'rst'
                       || $r->{status} !~ /^(?:0|200|502)$/;
            }
        }
    }

    is("@looks_whole", '', "$size bytes$wire, $where, $how: none looks whole");
    is("@wrong", '', "$size bytes$wire, $where, $how: or it is a 502");
}


# The same ids without the cut are whole: the test would see it.

for my $where (qw(buffered direct file unchunked)) {
    for my $wire ('', '.chunk.30') {
        my $r = fetch($ngx->port, "size.100$wire", accept => $TYPE{json},
                      prefix => "/$where/Binary/");

        is(unwrap($r)->{data}, document(100), "$where$wire: the whole one");
        is($r->{complete}, 1, "$where$wire: looks whole");
    }
}

unlike($ngx->log, qr/\[(?:alert|crit|emerg)\]/, 'nothing bad in the log');

done_testing();
