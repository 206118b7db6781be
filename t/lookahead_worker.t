# What the requests of a worker hold together is bounded; past it a request is
# refused, and as soon as others let go there is room again.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirServer;
use IO::Socket::INET ();
use MIME::Base64;
use Time::HiRes qw(sleep time);

# The type comes behind the data; of the large one it never does.

my $large = '{"resourceType":"Binary","data":"' . 'QUFB' x 175_000;
my $small = '{"resourceType":"Binary","data":"' . encode_base64('hello', '')
            . '","contentType":"text/plain"}';
my $oo = '{"resourceType":"OperationOutcome","issue":[{"severity":"error",'
         . '"code":"business-rule"}]}';

my $server = fhir_server(
    '/Binary/large' => [ answer($large, length => 1 << 30), STALL ],
    '/Binary/small' => answer($small),
    '/Binary/whole' => answer(binary('json',
                                     data => encode_base64('whole', ''))),
    '/Binary/error' => answer($oo, status => '422 No'),
);

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => server_conf(more => 'fhir_binary_lookahead 1m worker=2m;
                          add_header X-Reason "$fhir_binary_reason" always;')
              . server_conf(prefix => '/other'));

for my $where (qw(buffered direct)) {
    is(said("/$where/Binary/small"), '200 hello', "$where: there is room");

    my @holders = map { holder("/$where/Binary/large") } 1, 2;

    is(awaited("/$where/Binary/small", 503), '503 throttled lookahead_full',
       "$where: two hold all of it, and a third is refused");

    my $r = ask($ngx->port, "GET /$where/Binary/small");

    is(header($r, 'Retry-After'), 5, 'and told when to come back');
    like($ngx->log, qr/the requests of this worker hold \d+ bytes, and /,
         'the operator is told which directive says so');

    is(said("/$where/Binary/error"), '422 processing refused',
       'an error whose text cannot be read keeps its status');

    is(said("/other/$where/Binary/small"), '200 hello',
       'a location that allows more has room');

    close $_ for @holders;

    is(awaited("/$where/Binary/small", 200), '200 hello',
       "$where: when they have left, there is room again");
}

# Nothing leaks: as many documents as would fill it many times over.

my $bad = grep { said("/buffered/Binary/small") ne '200 hello' } 1 .. 600;

is($bad, 0, 'what was held is given back with each request');

for my $wrong ('1m worker=1k', '1m worker=', '1m worker=x', '1m 2m',
               'worker=2m', '1m worker=2m 3m')
{
    my ($code, $text) = nginx_conf_test("fhir_binary_lookahead $wrong;");

    isnt($code, 0, "fhir_binary_lookahead $wrong: refused");
}

$ngx->is_log_clean;

done_testing();


sub holder {
    my ($path) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $ngx->port) or die;

    syswrite $socket, "GET $path HTTP/1.1\r\nHost: a\r\n\r\n";

    return $socket;
}


sub said {
    my ($path) = @_;

    my $r = ask($ngx->port, "GET $path");
    my $o = outcome($r);

    return "$r->{status} " . ($o ? "$o->{code} " . header($r, 'X-Reason')
                                 : $r->{body});
}


# nginx reads at its own pace: asked again until it is so, or never will be.

sub awaited {
    my ($path, $status) = @_;

    my $end = time + 30;
    my $said;

    while (time < $end) {
        $said = said($path);
        last if $said =~ /^$status/;
        sleep 0.01;
    }

    return $said;
}
