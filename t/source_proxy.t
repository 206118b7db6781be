# Whatever proxy_pass is told to do, a document comes through whole.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

use IO::Uncompress::Gunzip 'gunzip';

my $store = store();
my ($dead, $h2) = (free_port(), free_port());

my $on = open_endpoint();
my $url = 'http://127.0.0.1:' . $store->port . '/Binary/';

my %locations = (
    plain      => "proxy_pass $url;",
    v11        => "proxy_http_version 1.1; proxy_pass $url;",
    keepalive  => 'proxy_http_version 1.1; proxy_set_header Connection "";
                   proxy_pass http://keep/Binary/;',
    direct     => "proxy_buffering off; proxy_http_version 1.1;
                   proxy_pass $url;",
    nofile     => "proxy_max_temp_file_size 0; proxy_buffers 2 4k;
                   proxy_busy_buffers_size 4k; proxy_pass $url;",
    tempfile   => "proxy_buffers 2 4k; proxy_busy_buffers_size 4k;
                   proxy_temp_file_write_size 8k; sendfile on;
                   proxy_pass $url;",
    nosendfile => "proxy_buffers 2 4k; proxy_busy_buffers_size 4k;
                   sendfile off; output_buffers 1 4k; proxy_pass $url;",
    gzip       => "gzip on; gzip_types *; gzip_min_length 0;
                   gzip_proxied any; proxy_pass $url;",
    rate       => "limit_rate 4m; proxy_pass $url;",
    rate_after => "limit_rate_after 1k; limit_rate 4m; proxy_pass $url;",
    postpone   => "postpone_output 0; proxy_pass $url;",
    postponed  => "postpone_output 64000; proxy_pass $url;",
    next       => 'proxy_connect_timeout 1s; proxy_pass http://two/Binary/;',
    ignore     => "proxy_ignore_client_abort on; proxy_pass $url;",
    store      => "proxy_store on; proxy_store_access user:rw;
                   root store; proxy_pass $url;",
    variable   => "set \$to $url; proxy_pass \${to}\$fhir_binary_id;",
    rewrite    => "rewrite /([^/]+)\$ /Binary/\$1 break;
                   proxy_pass http://127.0.0.1:" . $store->port . ';',
    chunked    => "chunked_transfer_encoding off; proxy_pass $url;",
    aio        => "aio threads; directio 512; proxy_pass $url;",
);

my $text = join '', map { "location /$_/Binary/ { $on $locations{$_} }\n" }
                        sort keys %locations;

my $http = 'upstream keep { server 127.0.0.1:' . $store->port . ";
                            keepalive 2; }
            upstream two { server 127.0.0.1:$dead max_fails=0;
                           server 127.0.0.1:" . $store->port . ' backup; }';

$http .= "server { listen 127.0.0.1:$h2 http2; $text }"
    if nginx_has('http_v2');

my $ngx = nginx_start(http => $http, server => $text);

for my $where (sort keys %locations) {
    for my $size (1, 300_000) {
        for my $form (qw(native json xml)) {
            for my $wire ('', '.chunk.3000') {

                my $r = fetch($ngx->port, "size.$size$wire",
                              accept => $TYPE{$form},
                              prefix => "/$where/Binary/",
                              headers => $where eq 'gzip'
                                         ? "Accept-Encoding: gzip\r\n" : '');

                is(what($r, $form, $size), 'whole',
                   "$where, $size bytes, $form$wire");

                # Nothing takes the length of a FHIR form away but gzip.

                is($r->{h}{'content-length'}, length $r->{body},
                   "$where, $size bytes, $form: tells its length")
                    if $wire eq '' && $where ne 'gzip';
            }
        }
    }
}


sub what {
    my ($r, $form, $size) = @_;

    return outcome($r) if $r->{status} != 200;
    return 'cut' if !$r->{complete};

    if (($r->{h}{'content-encoding'} // '') eq 'gzip') {
        gunzip(\(my $packed = $r->{body}), \$r->{body});
    }

    my $data = $form eq 'native' ? $r->{body} : unwrap($r)->{data} // '';

    return $data eq document($size) ? 'whole' : 'other';
}


SKIP: {
    skip('nginx has no http_v2, or curl no HTTP2', 1)
        if !nginx_has('http_v2') || `curl -V` !~ /\bHTTP2\b/;

    my @bad;

    for my $where (sort keys %locations) {
        for my $form (qw(native json)) {
            my $r = { status => 200, complete => 1, body =>
                      scalar `curl -s --http2-prior-knowledge \\
                              -H 'Accept: $TYPE{$form}' \\
                http://127.0.0.1:$h2/$where/Binary/size.300000.chunk.999` };

            push @bad, "$where/$form" if what($r, $form, 300_000) ne 'whole';
        }
    }

    is("@bad", '', 'and over HTTP/2');
}

unlike($ngx->log, qr/\[(?:alert|crit|emerg)\]/, 'nothing bad in the log');

done_testing();
