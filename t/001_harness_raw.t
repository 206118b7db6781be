# The harness itself: backends, the raw client, nginx -t, an own nginx.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-plain', '-more';

use IO::Socket::INET;
use Time::HiRes qw(sleep time);

my $head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
my $get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
my ($r, $be, $exit, $said);


# The raw client, straight at backends.

$be = backend($head, 'hello', FIN);
$r = raw_http($be->port, $get);
is($r->{end}, 'fin', 'an orderly close is seen as such');
is($r->{body}, 'hello', 'with what came before it');
is($r->{status}, 200, 'and the status');
is_deeply([$be->requests], [$get], 'the backend kept the request');

$be = backend($head, 'hello', APART, RST);
$r = raw_http($be->port, $get);
is($r->{end}, 'rst', 'a reset is seen as such');
is($r->{body}, 'hello', 'with what came before it');

$be = backend($head, STALL);
$r = raw_http($be->port, $get, timeout => 0.3);
is($r->{end}, 'timeout', 'a stall ends with our patience');
cmp_ok($r->{elapsed}, '<', 3, 'which was short');
$be->stop;

my $whole = $head . 'helloworld';

$be = backend(PIECES(1, $whole));
$r = raw_http($be->port, $get);
is($r->{received}, $whole, 'one byte at a time adds up');
is(scalar @{ $r->{pieces} }, length $whole, 'and each came by itself');

$be = backend($head, APART, 'hello', APART, 'world');
$r = raw_http($be->port, $get, read_pause => 0.05);
is_deeply([ map { $_->[1] } @{ $r->{pieces} } ], [ length $head, 5, 5 ],
          'what is sent apart is read apart, however slow the client');

$be = backend(PIECES(1, 'x' x 50));
$r = raw_http($be->port, $get, stop_after => 5);
is($r->{received}, 'xxxxx', 'a client that leaves in the middle');

$be = backend(sub { my ($q) = @_; ($q =~ m{^GET /b} ? 'b' : 'a', NEXT,
                                   'second') });
$r = raw_http($be->port, "GET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n");
is($r->{received}, 'bsecond', 'a script may look at the request');
is(scalar($be->requests), 2, 'and answer two on one connection');
is($be->connections, 1, 'of which there was one');



# What comes after what: a backend that waits for the test.

$be = backend(WAIT('middle'), WAIT('end'), $whole);
is($be->reached('middle'), 0, 'nobody has come');

my $later = raw_http($be->port, $get, later => 1);

ok(wait_for(sub { $be->reached('middle') }), 'a connection waits');
is($be->reached('end'), 0, 'where it was told to');
$be->go('middle');
ok(wait_for(sub { $be->reached('end') }), 'and goes on when it is told to');
$be->go('end');
$r = $later->();
is($r->{body}, 'helloworld', 'the client reads it later');

$r = raw_http($be->port, $get);
is($r->{body}, 'helloworld', 'nobody waits any more');

$be->stop;
$be = backend($head, WAIT('middle'), 'hello', WAIT('end'), 'world');
$be->go('middle');
$r = raw_http($be->port, $get, until => sub { $be->reached('end') });
is($r->{end}, 'local', 'a client that leaves at that place');
is($r->{body}, 'hello', 'with all that was sent before it');

$be->halt('middle');
$be->go('end');
$r = raw_http($be->port, $get,
              until => sub { $be->go('middle') if $_[0] =~ /\n\z/; 0 });
is($r->{body}, 'helloworld', 'a backend that waits for what the client has');

is(ref(raw_http(free_port(), $get, later => 1)), 'CODE', 'nobody there, later');

$r = raw_http(free_port(), $get);
is($r->{end}, 'refused', 'nobody there');


# What the peer has done, seen from a socket.

my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 9)
    or die;

pipe my $out, my $in or die;

my $pid = fork // die "fork: $!";

if ($pid == 0) {
    Test::More->builder->no_ending(1);

    my $peer = $listen->accept;

    syswrite $in, 'accepted ';
    sleep 0.1;
    sysread $peer, my $bytes, 100;
    syswrite $in, "read $bytes ";

    my $busy = time + 0.1;

    1 while time < $busy;
    syswrite $in, 'busy ';
    sysread $peer, $bytes, 100;
    syswrite $peer, 'x' x 10_000_000;
    POSIX::_exit(0);
}

my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                   PeerPort => $listen->sockport);

close $listen;
close $in;

# Between its turns this peer sleeps, too; an event loop would not.

syswrite $socket, 'hello';
ok(peer_read($socket), 'the peer reads');
sysread $out, my $done, 100;
is($done, 'accepted read hello busy ', 'and has done what it can do');

syswrite $socket, '!';
ok(peer_stuck($socket), 'the peer fills its output');
is(waitpid($pid, POSIX::WNOHANG()), 0, 'and cannot go on');

my $taken = 0;

while (my $n = sysread $socket, my $bytes, 1 << 20) {
    $taken += $n;
}

is($taken, 10_000_000, 'until its output is read');
ok(peer_gone($socket), 'the peer closes');
waitpid $pid, 0;
is(wait_for(sub { 0 }, 0.01), undef, 'a wait has its limit');


# nginx of our own.

my $big = 'x' x 4_000_000;
my $up = backend([$head, 'hello', FIN],
                 ["HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n$big"]);

my $ngx = nginx_start(master => 1, location => 'proxy_pass http://127.0.0.1:'
                                               . $up->port . ';');

$r = raw_http($ngx->port, $get);
is($r->{body}, 'hello', 'a truncated answer comes through nginx');
is($r->{end}, 'fin', 'and ends');
like($ngx->log, qr/prematurely closed/, 'and is in the log');

$r = raw_http($ngx->port, $get, stop_after => 1000, rst => 1);
is($r->{end}, 'local', 'a client that leaves early');

$r = raw_http($ngx->port, $get, rcvbuf => 4096, read_when => 'stuck');
is(length $r->{body}, length $big, 'a slow client gets everything');

$r = raw_http($ngx->port, $get, send_size => 1);
is(length $r->{body}, length $big, 'one that sends its request in bytes, too');

ok($ngx->reload(location => 'return 204;'), 'a reload');
is(raw_http($ngx->port, $get)->{status}, 204, 'has its effect');

$ngx->is_log_clean;
is($ngx->stop, 0, 'nginx ends in order');


# nginx -t.

($exit, $said) = nginx_conf_test('keepalive_timeout 5s;');
is($exit, 0, 'a good configuration') or diag($said);

($exit, $said) = nginx_conf_test('root /a; root /b;', context => 'location');
isnt($exit, 0, 'a bad one');
like($said, qr/"root" directive is duplicate/, 'with its reason');

done_testing();
