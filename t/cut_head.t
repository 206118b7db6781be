# A backend that fails before the client has its header is a 502 or 504 with
# an OperationOutcome, whatever form was asked for.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

my $store = store();

my $proxy = open_endpoint($store);

my $dead = free_port();

my $ngx = nginx_start(
    server => locations('', '')
              . locations('/soon', 'proxy_read_timeout 1s;')
              . "location /dead/Binary/ { @{[ open_endpoint() ]}
                  proxy_pass http://127.0.0.1:$dead; }",
    http => 'proxy_cache_path cache keys_zone=c:1m;');

# Nothing at all, or a header whose body has no byte in it yet: the FHIR
# forms of unknown length wait for one.

my %cases = (h => '502 transient', 0 => '502 transient', 1 => '502 transient');

for my $where (qw(buffered direct cached)) {
    for my $how (qw(fin rst)) {
        for my $cut (qw(h 0 1)) {
            for my $form (qw(json xml native)) {
                next if $form eq 'native' && $cut ne 'h';

                my $id = "size.100.chunk.20.cut.$cut.how.$how";
                my $r = fetch($ngx->port, $id, accept => $TYPE{$form},
                              prefix => "/$where/Binary/");

                is(outcome($r), $cases{$cut}, "$where, $how at $cut, $form");
                is($r->{complete}, 1, "$where, $how at $cut, $form: is whole");
            }
        }
    }
}


# A backend that is silent for longer than proxy_read_timeout.  All at once:
# each takes a second.

my @stalls = ([ 'buffered', 'h', 'native' ], [ 'buffered', 'h', 'xml' ],
              [ 'buffered', 0, 'json' ], [ 'direct', 0, 'xml' ],
              [ 'direct', 'h', 'json' ], [ 'cached', 0, 'json' ]);
my @waiting = map {
    my ($where, $cut, $form) = @$_;

    fetch($ngx->port, "size.100.chunk.20.cut.$cut.how.stall", later => 1,
          accept => $TYPE{$form}, prefix => "/soon/$where/Binary/");
} @stalls;

for my $i (0 .. $#stalls) {
    my ($where, $cut, $form) = @{ $stalls[$i] };
    my $r = $waiting[$i]->();

    is(outcome($r) . " $r->{complete}", '504 timeout 1',
       "$where, a stall at $cut, $form");
}


# Nobody there.

is(outcome(fetch($ngx->port, 'a', prefix => '/dead/Binary/')), '502 transient',
   'a backend that is not there');

# After a refusal in the body filter the connection is not used again.

my @r = fetch($ngx->port, ['size.9.chunk.9.cut.0.how.fin', 'size.9'],
              accept => $TYPE{json}, prefix => '/buffered/Binary/');

is(outcome($r[0]), '502 transient', 'a refusal in the place of a header');
ok($r[1]{status} == 0 || unwrap($r[1])->{data} eq document(9),
   'and then the connection is closed, or in order');

unlike($ngx->log, qr/\[(?:alert|crit|emerg)\]/, 'nothing bad in the log');

done_testing();


sub locations {
    my ($prefix, $more) = @_;

    return "location $prefix/buffered/Binary/ { $proxy $more }
            location $prefix/direct/Binary/ { $proxy $more
                                              proxy_buffering off; }
            location $prefix/cached/Binary/ { $proxy $more proxy_cache c;
                                              proxy_cache_valid any 1m; }";
}
