# Wherever the network cuts a resource, the document in it arrives whole.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use FhirServer;
use MIME::Base64;
use POSIX ();

my $bytes = document(22);
my $base64 = encode_base64($bytes, '');

my %field = (id => 'a', versionId => '7', contentType => 'text/plain',
             lastUpdated => '2019-12-26T21:36:00.000Z');

my %resource = (
    json => binary('json', %field,
                   data => $base64 =~ s{([+/=])}{sprintf '\\u%04x', ord $1}ger
                           =~ s{(.{13})}{$1\\n}r),

    xml => '<?xml version="1.0" encoding="UTF-8"?><!-- a -->'
           . binary('xml', %field,
                    data => $base64 =~ s{([+=])}{sprintf '&#x%x;', ord $1}ger
                            =~ s{(.{13})}{$1\n}r),

    first => binary('json', %field, data => $base64,
                    order => [ qw(data id meta contentType) ]),
);

my (%table, %ids);

for my $name (sort keys %resource) {
    my $whole = answer($resource{$name});
    my $body = length $resource{$name};
    my $head = length($whole) - $body;

    for my $at (1 .. $body - 1) {
        my $id = "$name.$at";

        push @{ $ids{$name} }, $id;
        $table{"/Binary/$id"} = [ substr($whole, 0, $head + $at),
                                  APART, substr $whole, $head + $at ];
    }

    push @{ $ids{$name} }, "$name.all", "$name.chunks";
    $table{"/Binary/$name.all"} = [ substr($whole, 0, $head),
                                    PIECES(1, $resource{$name}) ];
    $table{"/Binary/$name.chunks"} = [ PIECES(7, answer($resource{$name},
                                                        chunk => 1)) ];
}

my $server = fhir_server(%table);
my $ngx = nginx_start(http => upstream_conf($server), server => server_conf);

# Each resource in a process of its own, since most of the time is waiting.

my %child;

for my $name (sort keys %ids) {
    my $pid = open($child{$name}, '-|') // die "fork: $!";

    if ($pid == 0) {
        print map { "$_\n" } bad_ids(@{ $ids{$name} });
        close STDOUT;
        POSIX::_exit(0);
    }
}

for my $name (sort keys %ids) {
    my $out = $child{$name};

    is(join('', <$out>), "all\n",
       "$name: cut in two anywhere, in bytes and in chunks of one byte");
    close $out;
}


# A buffered and a direct location share the points among them: odd and even
# ones change places from one form to the next.

sub bad_ids {
    my (@ids) = @_;

    my $turn = 0;
    my @bad;

    for my $form (qw(native json xml)) {
        $turn++;

        for my $where (qw(buffered direct)) {
            my @part = map { $ids[$_] }
                           grep { ($_ + $turn + ($where eq 'direct')) % 2 }
                                0 .. $#ids;

            my @r = fetch($ngx->port, \@part, accept => $TYPE{$form},
                          prefix => "/$where/Binary/");

            push @bad, map { fault($r[$_], $form) ? "$form $part[$_]" : () }
                           0 .. $#part;
        }
    }

    return @bad, 'all';
}


sub fault {
    my ($r, $form) = @_;

    return 'status' if $r->{status} != 200;
    return 'cut' if !$r->{complete};
    return 'length' if $r->{rest};
    return 'tag' if $r->{h}{etag}
                    ne { native => '"7~raw"', json => 'W/"7"',
                         xml => 'W/"7~xml"' }->{$form};

    return $r->{body} ne $bytes if $form eq 'native';

    my $found = unwrap($r) || return 'no resource';

    return $found->{contentType} ne 'text/plain' || $found->{data} ne $bytes;
}


cmp_ok($server->connections, '<', 10, 'the server keeps its connections');

$ngx->is_log_clean;

done_testing();
