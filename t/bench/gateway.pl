#!/usr/bin/perl

# The gateway beside stock proxy_pass, and beside gateways in njs, Lua and
# Node: what one response costs the process that makes it.  CPU time of the
# worker is the first figure, for it depends least on what else runs here.
#
#     gateway.pl [--only=PATTERN] [gateway] [tokens] [memory]
#
# --only: of the rows "variant size"; stock proxy_pass is always measured.
# BENCH_QUICK=1: few short repetitions.  BENCH_ROUNDS, BENCH_SECONDS: so many,
# so long.  FHIR_BINARY_BUILD, NGINX_BINARY: what is measured.
#
# The wrap has the default buffers, 128 kB, and then as many as proxy_buffers
# give to stock nginx.  What a send costs depends on the congestion control of
# TCP: with bbr's timers a byte costs twice what it costs with cubic.
#
# Repetitions are interleaved: each round measures every row once, so that
# what disturbs the machine disturbs all alike.  The gateway has cpu 0; the
# backend and the load (wrk) have cpu 1.  Prints, asserts nothing.

use strict;
use warnings;

use Cwd qw(getcwd);
use File::Path qw(make_path remove_tree);
use IO::Socket::INET ();
use MIME::Base64 qw(encode_base64 encode_base64url);
use POSIX ();
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(sleep time);

my $quick   = $ENV{BENCH_QUICK};
my $rounds  = $ENV{BENCH_ROUNDS} || ($quick ? 2 : 7);
my $seconds = $ENV{BENCH_SECONDS} || ($quick ? 1 : 2);
my $large   = $quick ? 128 << 20 : 1 << 30;     # bytes, of the memory test
my $build   = $ENV{FHIR_BINARY_BUILD} || getcwd() . '/build';
my $nginx   = $ENV{NGINX_BINARY} || '/usr/sbin/nginx';
my $home    = "$build/bench/gateway";
my $modules = '/usr/lib/nginx/modules';
my ($only)  = map { /^--only=(.*)/ ? $1 : () } @ARGV;
my %wanted  = map { $_ => 1 } grep { !/^--/ } @ARGV;

# A document's size, how many connections ask for it.

my %sizes = (
    '1k'   => [1024, 16],
    '100k' => [102_400, 16],
    '10m'  => [10_485_760, 4],
);
my @sizes = ('1k', '100k', '10m');

# What stands around the data of a document that is made on the fly.

my %around = (
    raw  => ['application/octet-stream', '', ''],
    json => ['application/fhir+json', '{"resourceType":"Binary","id":"doc",'
             . '"contentType":"application/octet-stream","data":"', '"}'],
    xml  => ['application/fhir+xml', '<Binary xmlns="http://hl7.org/fhir">'
             . '<id value="doc"/><contentType value="application/octet-stream"'
             . '/><data value="', '"/></Binary>'],
);

my ($me, $cpus, @started) = ($$, `nproc` + 0);
my $ticks = POSIX::sysconf(POSIX::_SC_CLK_TCK());
my %port  = map { $_ => free_port() }
    qw(backend stream gateway njs lua node);

END {
    if ($$ == $me) {
        kill 'TERM', $_->{pid} for @started;
        waitpid $_->{pid}, 0 for @started;
        unlink glob "$home/documents/*/*" if -d "$home/documents";
    }
}

$SIG{INT} = $SIG{TERM} = sub { exit 1 };
$SIG{PIPE} = 'IGNORE';
$| = 1;

prepare();

measure_gateways() if !%wanted || $wanted{gateway};
measure_tokens()   if !%wanted || $wanted{tokens};
measure_memory()   if !%wanted || $wanted{memory};


# The processes.

sub free_port {
    my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "no port: $!";

    return $s->sockport;
}


sub pinned {
    my ($cpu, @command) = @_;

    return $cpus > 1 ? ('taskset', '-c', $cpu, @command) : @command;
}


sub start {
    my ($cpu, $port, @command) = @_;

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        open STDOUT, '>', "$home/output";
        open STDERR, '>&', \*STDOUT;
        exec pinned($cpu, @command) or POSIX::_exit(1);
    }

    my $process = { pid => $pid };

    push @started, $process;

    for (1 .. 200) {
        my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port");
        return $process if $s;
        sleep 0.05;
    }

    die "gateway: not started: @command\n", slurp("$home/output");
}


sub stop {
    my ($process) = @_;

    kill 'TERM', $process->{pid};
    waitpid $process->{pid}, 0;
    @started = grep { $_ != $process } @started;
}


# An nginx of one worker, whose time and memory are the figures.

sub start_nginx {
    my ($name, $cpu, $port, $load, $http) = @_;

    write_file("$home/$name.conf", <<"END");
$load
worker_processes 1;
daemon off;
pid $home/$name.pid;
error_log $home/$name.log warn;
events { worker_connections 512; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 10000000;
    keepalive_timeout 600s;
    open_file_cache max=100 inactive=600s;
    default_type application/pdf;
    client_body_temp_path $home/body;
    proxy_temp_path $home/proxy;
    fastcgi_temp_path $home/fastcgi;
    uwsgi_temp_path $home/uwsgi;
    scgi_temp_path $home/scgi;

    proxy_buffer_size 16k;
    proxy_buffers 16 32k;
    proxy_busy_buffers_size 256k;
    proxy_max_temp_file_size 0;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
$http
}
END

    my $process = start($cpu, $port, $nginx, '-e', "$home/$name.log",
                        '-p', $home, '-c', "$home/$name.conf");

    for (1 .. 100) {
        my ($worker) = split ' ',
            slurp("/proc/$process->{pid}/task/$process->{pid}/children");

        if ($worker) {
            $process->{worker} = $worker;
            return $process;
        }

        sleep 0.02;
    }

    die "gateway: no worker\n";
}


sub upstream {
    my ($name, $port) = @_;

    return "upstream $name { server 127.0.0.1:$port; keepalive 64; }\n";
}


sub start_backend {
    return start_nginx('backend', 1, $port{backend}, '', <<"END");
    etag off;
    server {
        listen 127.0.0.1:$port{backend};
        root $home/documents;
        add_header Last-Modified "";
        location /raw/ { }
        location /json/ { default_type application/fhir+json; }
    }
END
}


sub start_gateway {
    return start_nginx('gateway', 0, $port{gateway},
        "load_module $build/ngx_http_fhir_binary_module.so;",
        upstream('backend', $port{backend})
        . upstream('stream', $port{stream}) . <<"END");
    fhir_binary_auth off;
    fhir_binary_issuer https://issuer.example.org;
    fhir_binary_audience https://fhir.example.org;
    fhir_binary_patient trust;
    fhir_binary_key_file $home/keys.json;
    server {
        listen 127.0.0.1:$port{gateway};
        location /raw/ { proxy_pass http://backend; }
        location /json/ { proxy_pass http://backend; }
        location /ours/Binary/ {
            fhir_binary r4;
            proxy_pass http://backend/raw/;
        }
        location /even/Binary/ {
            fhir_binary r4;
            fhir_binary_buffers 16 32k;
            proxy_pass http://backend/raw/;
        }
        location /unwrap/Binary/ {
            fhir_binary r4;
            fhir_binary_backend fhir;
            proxy_pass http://backend/json/;
        }
        location /open/Binary/ {
            fhir_binary r4;
            alias $home/documents/raw/;
        }
        location /hit/Binary/ {
            fhir_binary r4;
            fhir_binary_auth on;
            fhir_binary_token_cache zone=tokens:1m;
            alias $home/documents/raw/;
        }
        location /miss/Binary/ {
            fhir_binary r4;
            fhir_binary_auth on;
            alias $home/documents/raw/;
        }
        location /stream/raw/ { proxy_pass http://stream/raw/; }
        location /stream/from-raw/Binary/ {
            fhir_binary r4;
            proxy_pass http://stream/raw/;
        }
        location /stream/from-json/Binary/ {
            fhir_binary r4;
            fhir_binary_backend fhir;
            proxy_pass http://stream/json/;
        }
        location /stream/from-xml/Binary/ {
            fhir_binary r4;
            fhir_binary_backend fhir;
            proxy_pass http://stream/xml/;
        }
    }
END
}


sub start_njs {
    return if !-e "$modules/ngx_http_js_module.so";

    return start_nginx('njs', 0, $port{njs},
        "load_module $modules/ngx_http_js_module.so;",
        upstream('backend', $port{backend}) . <<"END");
    js_path "${\ getcwd()}/t/bench/peers/";
    js_import wrap from wrap.js;
    server {
        listen 127.0.0.1:$port{njs};
        location /raw/ {
            js_header_filter wrap.head;
            js_body_filter wrap.data buffer_type=buffer;
            proxy_pass http://backend;
        }
    }
END
}


sub start_lua {
    return if !-e "$modules/ngx_http_lua_module.so";

    return start_nginx('lua', 0, $port{lua},
        "load_module $modules/ndk_http_module.so;\n"
        . "load_module $modules/ngx_http_lua_module.so;",
        upstream('backend', $port{backend}) . <<"END");
    lua_load_resty_core off;
    lua_package_path "${\ getcwd()}/t/bench/peers/?.lua;;";
    init_by_lua_block { wrap = require "wrap" }
    server {
        listen 127.0.0.1:$port{lua};
        location /raw/ {
            header_filter_by_lua_block { wrap.head() }
            body_filter_by_lua_block { wrap.data() }
            proxy_pass http://backend;
        }
    }
END
}


sub start_node {
    my ($node) = grep { -x } map { "$_/node" } split /:/, $ENV{PATH};

    return if !$node;

    my $process = start(0, $port{node}, $node, 't/bench/peers/gateway.mjs',
                        $port{node}, $port{backend});

    $process->{worker} = $process->{pid};

    return $process;
}


# What is measured with.

sub slurp {
    my ($path) = @_;

    open my $fh, '<:raw', $path or return '';
    local $/;

    return scalar(<$fh>) // '';
}


sub write_file {
    my ($path, $text) = @_;

    open my $fh, '>:raw', $path or die "$path: $!";
    print $fh $text;
    close $fh or die "$path: $!";
}


# Seconds of processor time that a process had, all its threads.

sub cpu_time {
    my ($pid) = @_;

    my $ns = 0;

    for my $path (glob "/proc/$pid/task/*/schedstat") {
        $ns += (split ' ', slurp($path))[0] // 0;
    }

    return $ns / 1e9 if $ns;

    my @stat = split ' ', slurp("/proc/$pid/stat") =~ s/.*\) //r;

    return (($stat[11] // 0) + ($stat[12] // 0)) / $ticks;
}


# Seconds that all processors together were busy, their interrupts among them:
# those are counted to whichever program they meet.

sub busy_time {
    my @t = split ' ', slurp('/proc/stat');

    return ($t[1] + $t[2] + $t[3] + $t[6] + $t[7]) / $ticks;
}


sub own_time {
    my $sum = 0;

    $sum += $_ for (POSIX::times())[1 .. 4];
    $sum /= $ticks;
    $sum += cpu_time($_->{worker} || $_->{pid}) for @started;

    return $sum;
}


sub memory {
    my ($pid, $name) = @_;

    return slurp("/proc/$pid/status") =~ /^$name:\s+(\d+) kB/m ? $1 / 1024 : 0;
}


# wrk against one row; what a response cost the worker, and what else ran.

sub load {
    my ($row) = @_;

    my @headers = map { ('-H', $_) } @{ $row->{headers} || [] };
    my @command = pinned(1, 'wrk', '-t1', "-c$row->{connections}",
        "-d${seconds}s", '--timeout', '30s', @headers, $row->{url});

    my ($busy, $own) = (busy_time(), own_time());
    my ($before, $time) = (cpu_time($row->{worker}), time);

    open my $fh, '-|', @command or die "wrk: $!";
    my $said = join '', <$fh>;
    close $fh;

    my ($after, $wall) = (cpu_time($row->{worker}), time - $time);
    my $others = (busy_time() - $busy - (own_time() - $own)) / $wall;

    my ($n) = $said =~ /(\d+) requests in/;

    die "gateway: $row->{name}: $said" if !$n || $said =~ /Non-2xx|Socket err/;

    push @{ $row->{cpu} }, ($after - $before) / $n * 1e6;
    push @{ $row->{rate} }, $n / $wall;

    return $others;
}


sub median {
    my @v = sort { $a <=> $b } @_;

    return @v % 2 ? $v[$#v / 2] : ($v[@v / 2 - 1] + $v[@v / 2]) / 2;
}


sub smallest {
    return (sort { $a <=> $b } @_)[0];
}


sub greatest {
    return (sort { $b <=> $a } @_)[0];
}


# Every row once a round; tells of the machine.

sub interleave {
    my (@rows) = @_;

    my @others;

    for my $round (1 .. $rounds) {
        push @others, load($_) for @rows;
    }

    printf "%d rounds of %d s; other processes: %.2f cores (at most %.2f)%s\n",
        $rounds, $seconds, median(@others), greatest(@others),
        median(@others) > 0.1 ? '  NOT A QUIET MACHINE' : '';
    printf "TCP: %s", slurp('/proc/sys/net/ipv4/tcp_congestion_control')
                      || "unknown\n";
}


# A request of our own, at so many bytes a second or, with 0, as fast as it
# goes.  Returns the head and how many bytes followed; each: what takes them.

sub fetch {
    my ($port, $uri, $headers, $rate, $each) = @_;

    my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port")
        or die "connect: $!";

    syswrite $s, join "\r\n", "GET $uri HTTP/1.1", 'Host: localhost',
        'Connection: close', @{ $headers || [] }, '', '';

    my ($head, $got, $start) = ('', 0, time);

    while ($head !~ /\r\n\r\n/) {
        sysread $s, $head, 4096, length $head or die "$uri: $head";
    }

    $head =~ s/\r\n\r\n(.*)\z//s;
    my $piece = $1;

    die "$uri: $head" if $head !~ m{^HTTP/1.1 200};

    do {
        $got += length $piece;
        $each->($piece) if $each;

        if ($rate) {
            my $ahead = $got / $rate - (time - $start);
            sleep $ahead if $ahead > 0.01;
        }
    } while (sysread $s, $piece, 262_144);

    return wantarray ? ($head, $got) : $head;
}


sub body {
    my ($port, $uri, $headers) = @_;

    my $body = '';

    my $head = fetch($port, $uri, $headers, 0, sub { $body .= $_[0] });

    return $body if $head !~ /^Transfer-Encoding: chunked/mi;

    my $plain = '';

    while ($body =~ /\G([0-9a-f]+)\r\n/gc) {
        $plain .= substr $body, pos $body, hex $1;
        pos($body) += 2 + hex $1;
    }

    return $plain;
}


# Documents of the backend, and keys; the wrapped ones are what the gateway
# makes of the raw ones, so that all send as many bytes.

sub prepare {
    my $before = '{"resourceType":"Binary","id":"doc",'
        . '"contentType":"application/pdf","data":"';

    make_path("$home/documents/$_") for qw(raw json);
    srand 1;

    for my $name (@sizes) {
        my $document = '%PDF-1.7 ';

        $document .= pack 'N', rand 2 ** 32
            while length $document < $sizes{$name}[0];
        $document = substr $document, 0, $sizes{$name}[0];

        write_file("$home/documents/raw/$name", $document);
        write_file("$home/documents/json/$name",
                   $before . encode_base64($document, '') . '"}');
    }

    make_keys();
}


sub command {
    my ($input, @command) = @_;

    write_file("$home/input", $input);

    my $quoted = join ' ', map { "'$_'" } @command;
    my $out = `$quoted <'$home/input' 2>'$home/errors'`;

    die "$quoted: ", slurp("$home/errors") if $?;

    return $out;
}


sub make_keys {
    command('', qw(openssl genpkey -algorithm RSA -pkeyopt
                   rsa_keygen_bits:2048 -out), "$home/rsa.pem");
    command('', qw(openssl genpkey -algorithm EC -pkeyopt
                   ec_paramgen_curve:P-256 -out), "$home/ec.pem");

    my ($n) = command('', qw(openssl rsa -noout -modulus -in),
                      "$home/rsa.pem") =~ /=([0-9A-F]+)/;
    my $point = substr command('', qw(openssl ec -pubout -outform DER -in),
                               "$home/ec.pem"), -64;

    $n = encode_base64url(pack 'H*', $n);
    my ($x, $y) = map { encode_base64url(substr $point, $_, 32) } 0, 32;

    write_file("$home/keys.json", '{"keys":['
        . qq({"kty":"RSA","kid":"r","alg":"RS256","use":"sig","e":"AQAB",)
        . qq("n":"$n"},{"kty":"EC","kid":"e","alg":"ES256","use":"sig",)
        . qq("crv":"P-256","x":"$x","y":"$y"}]}));
}


sub mint {
    my ($alg, $kid, $key) = @_;

    my $now = time;
    my $text = join '.', map { encode_base64url($_) }
        qq({"alg":"$alg","kid":"$kid","typ":"at+jwt"}),
        sprintf('{"iss":"https://issuer.example.org","sub":"app","jti":"a1b2",'
            . '"aud":"https://fhir.example.org","iat":%d,"exp":%d,'
            . '"client_id":"app","patient":"12724066","scope":"'
            . 'patient/Binary.read patient/DocumentReference.read"}',
            $now, $now + 86_400);

    my $signature = command($text, qw(openssl dgst -sha256 -sign), $key);

    if ($alg eq 'ES256') {
        my ($r, $s) = unpack 'x3 C/a x C/a', $signature;
        $signature = join '', map { substr "\0" x 32 . $_, -32 } $r, $s;
    }

    return "$text." . encode_base64url($signature);
}


# The gateway and its peers.

sub gateway_rows {
    my ($process) = @_;

    my $json = 'Accept: application/fhir+json';
    my @rows;

    for my $size (@sizes) {
        for (['stock, raw', 'gateway', "/raw/$size"],
             ['stock, wrapped', 'gateway', "/json/$size"],
             ['wrap', 'gateway', "/ours/Binary/$size", $json],
             ['wrap, 16 32k', 'gateway', "/even/Binary/$size", $json],
             ['pass', 'gateway', "/ours/Binary/$size"],
             ['unwrap', 'gateway', "/unwrap/Binary/$size"],
             ['json to json', 'gateway', "/unwrap/Binary/$size", $json],
             ['njs', 'njs', "/raw/$size"],
             ['lua', 'lua', "/raw/$size"],
             ['node', 'node', "/raw/$size"])
        {
            my ($name, $who, $uri, @headers) = @$_;

            next if !$process->{$who};
            next if $only && $name !~ /^stock/ && "$name $size" !~ /$only/;
            next if $only && $name =~ /^stock/ && $only =~ /(\d+\w)$/
                && $size ne $1;

            push @rows, { name => $name, size => $size, headers => \@headers,
                          who => $who, uri => $uri,
                          connections => $sizes{$size}[1],
                          worker => $process->{$who}{worker},
                          url => "http://127.0.0.1:$port{$who}$uri" };
        }
    }

    return @rows;
}


# Does everybody send the document?

sub check_rows {
    for my $row (@_) {
        my $document = slurp("$home/documents/raw/$row->{size}");
        my $got = body($port{ $row->{who} }, $row->{uri}, $row->{headers});

        $got = $1 if $got =~ /\A\{/ && $got =~ /"data":"([^"]*)"\}\z/;
        $got = MIME::Base64::decode_base64($got) if $got =~ /\A[\w+\/]{9}/;

        die "gateway: $row->{name} $row->{size}: another document\n"
            if $got ne $document;
    }
}


sub measure_gateways {
    my %process = (backend => start_backend(), gateway => start_gateway(),
                   njs => start_njs(), lua => start_lua(),
                   node => start_node());

    my @rows = gateway_rows(\%process);
    my %base;

    check_rows(@rows);

    print "\nGateways: microseconds of the worker's CPU for one response; ",
        "the ratio is to\nstock nginx sending the wrapped bytes\n\n";
    interleave(@rows);

    for my $row (@rows) {
        $base{ $row->{size} } = $row if $row->{name} eq 'stock, wrapped';
    }

    printf "\n%-5s %-15s %9s %9s %9s  %7s %7s %9s\n", 'size', 'variant',
        'median', 'min', 'max', 'median', 'min', 'req/s';

    for my $row (@rows) {
        my ($base, $cpu) = ($base{ $row->{size} }{cpu}, $row->{cpu});

        printf "%-5s %-15s %9.1f %9.1f %9.1f  %7.2f %7.2f %9.0f\n",
            $row->{size}, $row->{name}, median(@$cpu), smallest(@$cpu),
            greatest(@$cpu),
            median(map { $cpu->[$_] / $base->[$_] } 0 .. $#$cpu),
            smallest(@$cpu) / smallest(@$base), median(@{ $row->{rate} });
    }

    stop($_) for grep { $_ } values %process;
}


sub measure_tokens {
    my $gateway = start_gateway();
    my $rs = 'Authorization: Bearer ' . mint('RS256', 'r', "$home/rsa.pem");
    my $es = 'Authorization: Bearer ' . mint('ES256', 'e', "$home/ec.pem");

    my @rows = map {
        +{ name => $_->[0], headers => [$_->[2]], connections => 16,
           worker => $gateway->{worker},
           url => "http://127.0.0.1:$port{gateway}/$_->[1]/Binary/1k" }
    } ['auth off', 'open', $rs], ['cache hit', 'hit', $rs],
      ['RS256 miss', 'miss', $rs], ['ES256 miss', 'miss', $es];

    print "\nTokens: microseconds of the worker's CPU for one response, ",
        "a file of 1 kB\n\n";
    interleave(@rows);

    my $off = $rows[0]{cpu};

    printf "\n%-15s %9s %9s %9s  %12s %9s\n", 'variant', 'median', 'min',
        'max', 'over off', 'req/s';

    for my $row (@rows) {
        my $cpu = $row->{cpu};

        printf "%-15s %9.2f %9.2f %9.2f  %5.2f (%.2f) %9.0f\n", $row->{name},
            median(@$cpu), smallest(@$cpu), greatest(@$cpu),
            median(map { $cpu->[$_] - $off->[$_] } 0 .. $#$cpu),
            smallest(@$cpu) - smallest(@$off), median(@{ $row->{rate} });
    }

    stop($gateway);
}


# A backend that makes its document of one piece, again and again; no file of
# that size is needed.

sub start_stream {
    my $listener = IO::Socket::INET->new(Listen => 16, ReuseAddr => 1,
        LocalAddr => "127.0.0.1:$port{stream}") or die "listen: $!";

    my $pid = fork // die "fork: $!";

    if ($pid) {
        push @started, { pid => $pid };
        return $started[-1];
    }

    $SIG{TERM} = 'DEFAULT';
    $SIG{CHLD} = 'IGNORE';

    for ( ;; ) {
        my $s = $listener->accept or next;

        if (fork == 0) {
            stream($s);
            POSIX::_exit(0);
        }
    }
}


sub stream {
    my ($s) = @_;

    sysread $s, my $request, 8192;
    my ($form, $n) = $request =~ m{^GET /(\w+)/(\d+)} or return;
    my ($type, $before, $after) = @{ $around{$form} };

    $n = $n / 3 * 4 if $form ne 'raw';

    my $piece = 'A' x (3 << 18);

    print $s "HTTP/1.1 200 OK\r\nContent-Type: $type\r\nContent-Length: ",
        $n + length("$before$after"), "\r\nConnection: close\r\n\r\n$before";
    $s->flush;

    while ($n > 0) {
        my $want = $n < length $piece ? $n : length $piece;
        my $wrote = syswrite $s, $piece, $want or return;
        $n -= $wrote;
    }

    print $s $after;
    close $s;
}


# A fresh worker for each figure: the peak cannot be taken back.

sub peak {
    my ($uri, $type, $rate) = @_;

    my $gateway = start_gateway();
    my ($idle, $earlier) = (0, -1);

    # just forked, it is not done with its own start

    while ($idle != $earlier) {
        sleep 0.1;
        ($idle, $earlier) = (memory($gateway->{worker}, 'VmRSS'), $idle);
    }

    my (undef, $got) = fetch($port{gateway}, $uri,
                             $type ? ["Accept: $type"] : [], $rate);
    my $peak = memory($gateway->{worker}, 'VmHWM');

    stop($gateway);

    die "gateway: $uri: $got bytes\n" if $got < $large;

    return $peak - $idle;
}


sub measure_memory {
    my $stream = start_stream();
    my $n = $large - $large % 3;
    my $slow = $quick ? 64e6 : 200e6;           # bytes a second

    $large = $n;

    printf "\nMemory: growth of a fresh worker's peak, MiB, over one document "
        . "of %d MiB;\nthe slow client reads %d MB/s\n\n%-8s %-14s %8s %8s\n",
        $n >> 20, $slow / 1e6, 'backend', 'client gets', 'fast', 'slow';

    printf "%-8s %-14s %8.2f %8.2f\n", 'stock', 'raw',
        map { peak("/stream/raw/$n", '', $_) } 0, $slow;

    for my $from ('raw', 'json', 'xml') {
        for my $to ('', 'json', 'xml') {
            my $type = $to && "application/fhir+$to";
            my $uri = "/stream/from-$from/Binary/$n";

            next if $only && "$from $to" !~ /$only/;

            printf "%-8s %-14s %8.2f %8.2f\n", $from, $to || 'native',
                map { peak($uri, $type, $_) } 0, $slow;
        }
    }

    stop($stream);
}
