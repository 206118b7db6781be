# The harness itself: backends, the raw client, nginx -t, an own nginx.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-plain', '-more';

use Time::HiRes qw(time);

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

$be = backend($head, 'hello', PAUSE(0.1), RST);
$r = raw_http($be->port, $get);
is($r->{end}, 'rst', 'a reset is seen as such');
is($r->{body}, 'hello', 'with what came before it');

$be = backend($head, STALL);
$r = raw_http($be->port, $get, timeout => 0.3);
is($r->{end}, 'timeout', 'a stall ends with our patience');
cmp_ok($r->{elapsed}, '<', 3, 'which was short');
$be->stop;

$be = backend(PIECES(1, $head . 'helloworld', 0.002));
$r = raw_http($be->port, $get);
is($r->{body}, 'helloworld', 'one byte at a time adds up');
cmp_ok(scalar @{ $r->{pieces} }, '>', 20, 'and came in many pieces');

$be = backend(sub { my ($q) = @_; ($q =~ m{^GET /b} ? 'b' : 'a', NEXT,
                                   'second') });
$r = raw_http($be->port, "GET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n");
is($r->{received}, 'bsecond', 'a script may look at the request');
is(scalar($be->requests), 2, 'and answer two on one connection');
is($be->connections, 1, 'of which there was one');

$r = raw_http(free_port(), $get);
is($r->{end}, 'refused', 'nobody there');


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

$r = raw_http($ngx->port, $get, rcvbuf => 4096, pause => 0.1);
is(length $r->{body}, length $big, 'a slow client gets everything');

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
