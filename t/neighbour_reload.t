# A reload, and the end of nginx, let a slow download finish as it began.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;

use Time::HiRes 'sleep';

my $store = store();
my $size = 2_000_000;

sub location {
    my ($version) = @_;

    return "fhir_binary $version; fhir_binary_auth off; proxy_buffering off;
            proxy_http_version 1.1;
            proxy_pass http://127.0.0.1:" . $store->port . ';';
}

my $ngx = nginx_start(master => 1, location => location('r4'));

my @children = map { download($_) } (
    [ "size.$size", 'json', 'data' ],
    [ "size.$size.chunk.50000", 'xml', 'data' ],
    [ "size.$size", 'native', '' ],
);

sleep 0.3;

# Other answers for new connections, while the old ones go on.

$ngx->reload(location => location('stu3'));

my $now = unwrap(ask($ngx->port, 'size.9', accept => $TYPE{json}));

is($now->{field}, 'content', 'a new request, the new configuration');

for my $child (@children) {
    my ($pid, $name) = @$child;

    waitpid $pid, 0;
    is($?, 0, "$name: the old one goes on as it began");
}

# An orderly end waits for a download too.

my ($pid) = @{ download([ "size.$size", 'json', 'content' ]) };

sleep 0.2;
$ngx->signal('QUIT');
waitpid $pid, 0;
is($?, 0, 'a download, while nginx ends');

unlike($ngx->log, qr/\[(?:alert|crit|emerg)\]/, 'nothing bad in the log');
is($ngx->stop, 0, 'nginx ends in order');

done_testing();


sub download {
    my ($id, $form, $field) = @{ $_[0] };

    my $pid = fork // die "fork: $!";

    return [ $pid, "$id, $form" ] if $pid;

    my $r = ask($ngx->port, $id, accept => $TYPE{$form}, rcvbuf => 8192,
                pause => 0.8, timeout => 15);
    my $found = $form eq 'native' ? { data => $r->{body}, field => '' }
                                  : unwrap($r) // { field => 'none' };

    POSIX::_exit($r->{complete} && $found->{field} eq $field
                 && $found->{data} eq document($size) ? 0 : 1);
}
