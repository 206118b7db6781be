# A reload, and the end of nginx, let a slow download finish as it began.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

my $store = store();
my $size = 2_000_000;

sub location {
    my ($version) = @_;

    return open_endpoint($store, version => $version, path => '')
           . 'proxy_buffering off;';
}

my $ngx = nginx_start(master => 1, location => location('r4'));

# Each is held in the middle by its backend.

my @downloads = map { download(@$_) } (
    [ "size.$size.hold.900000", 'json', 'data' ],
    [ "size.$size.chunk.50000.hold.900000", 'xml', 'data' ],
    [ "size.$size.hold.900000", 'native', '' ],
);

ok(wait_for(sub { $store->reached('hold') == 3 }), 'three downloads');

# Other answers for new connections, while the old ones go on.

ok($ngx->reload(location => location('stu3'), busy => 1), 'a reload');

my $now = unwrap(fetch($ngx->port, 'size.9', accept => $TYPE{json}));

is($now->{field}, 'content', 'a new request, the new configuration');
unlike($ngx->log, qr/exited with/, 'and the old worker is there');

$store->go('hold');
finish(@$_, 'the old one goes on as it began') for @downloads;

# An orderly end waits for a download too.

$store->halt('hold');

my $last = download("size.$size.hold.900000", 'json', 'content');

ok(wait_for(sub { $store->reached('hold') == 4 }), 'one more download');

$ngx->signal('QUIT');
ok(wait_for(sub { $ngx->log =~ /(?:gracefully shutting down\b.*){2}/s }),
   'nginx is to end');
$store->go('hold');
finish(@$last, 'a download, while nginx ends');

unlike($ngx->log, qr/\[(?:alert|crit|emerg)\]/, 'nothing bad in the log');
is($ngx->stop, 0, 'nginx ends in order');

done_testing();


sub download {
    my ($id, $form, $field) = @_;

    return [ fetch($ngx->port, $id, accept => $TYPE{$form}, rcvbuf => 8192,
                   later => 1), $id, $form, $field ];
}


sub finish {
    my ($download, $id, $form, $field, $what) = @_;

    my $r = $download->();
    my $found = $form eq 'native' ? { data => $r->{body}, field => '' }
                                  : unwrap($r) // { field => 'none' };

    ok($r->{complete} && $found->{field} eq $field
       && $found->{data} eq document($size), "$id, $form: $what");
}
