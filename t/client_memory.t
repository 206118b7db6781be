# However large a document is, it takes a few buffers of memory.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

use Time::HiRes qw(sleep time);

plan(skip_all => 'no /proc to read the memory from') if !-r "/proc/$$/status";
plan(skip_all => 'a checker has its own memory')
    if $FhirBinary::patience > 1;

# 300 MB, with a length and in chunks of 1 MB.  They never end up in a test's
# memory: the client counts.

my $block = document(1 << 20);
my $blocks = 300;

my $be = backend(sub {
    my $chunked = $_[0] =~ /chunked/;
    my $left = $blocks;
    my $more;

    $more = sub {
        return $chunked ? "0\r\n\r\n" : () if $left-- == 0;
        return ($chunked ? sprintf("%x\r\n%s\r\n", length $block, $block)
                         : $block, $more);
    };

    return ("HTTP/1.1 200 OK\r\nContent-Type: application/dicom\r\n"
            . ($chunked ? "Transfer-Encoding: chunked\r\n\r\n"
               : 'Content-Length: ' . $blocks * length($block) . "\r\n\r\n"),
            $more);
});

my $proxy = open_endpoint($be);

# No debug log: it would be larger than the document.

my $ngx = nginx_start(
    http => 'error_log quiet.log error;',
    server => "location /nofile/Binary/ { $proxy
                                          proxy_max_temp_file_size 0; }
               location /direct/Binary/ { $proxy proxy_buffering off; }");

sub rss {
    open my $fh, '<', '/proc/' . $ngx->pid . '/status' or return 0;
    my ($kb) = join('', <$fh>) =~ /^VmHWM:\s+(\d+)/m;
    return $kb;
}

# Each takes a second or so, most of it the backend's; the client is slow in
# the beginning, so that everything on the way is full.

fetch($ngx->port, 'chunked', accept => $TYPE{json}, prefix => '/nofile/Binary/',
      stop_after => 500_000);

for my $case ([ 'nofile', 'length', 'json' ], [ 'direct', 'chunked', 'xml' ])
{
    my ($where, $id, $form) = @$case;
    my $before = rss();
    my $got = count("/$where/Binary/$id", $TYPE{$form});
    my $grown = rss() - $before;

    cmp_ok($got, '>', $blocks * (1 << 20) / 3 * 4,
           "$where, $id, $form: all of it came");
    cmp_ok($grown, '<', 3000, "$where, $id, $form: memory ($grown kB)");
}

done_testing();


sub count {
    my ($path, $accept) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $ngx->port) or return 0;
    my ($all, $end) = (0, time + 300);

    syswrite $socket, "GET $path HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                      . "Accept: $accept\r\n\r\n";
    peer_stuck($socket);

    while (time < $end) {
        my $n = sysread $socket, my $bytes, 1 << 20;

        last if !$n;
        $all += $n;
        sleep 0.001 if $all < 20_000_000;
    }

    return $all;
}
