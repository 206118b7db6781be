# A resource that breaks off never becomes a whole answer: before its type
# is told there is a 502 or a 504, after it a cut connection.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirServer;
use MIME::Base64;
use POSIX ();

my $data = encode_base64('x' x 60, '');

my %resource = (
    json => binary('json', id => 'x', data => $data),
    xml => binary('xml', id => 'x', data => $data),
    first => binary('json', data => $data, order => [ qw(data contentType) ]),
);

# The bytes from which on the type is known and the header may leave.

my %told = (json => index($resource{json}, $data),
            xml => index($resource{xml}, $data),
            first => length $resource{first});

my (%table, @cases);

for my $name (sort keys %resource) {
    my $body = $resource{$name};

    for my $at (map { 11 * $_ } 0 .. (length($body) - 1) / 11) {
        for my $how (qw(length fin chunk rst)) {
            my $id = "$name.$at.$how";
            my $raw = answer(substr($body, 0, $at),
                             $how eq 'chunk' ? (chunk => 11)
                             : $how eq 'fin' ? (close => 1)
                             : (length => length $body),
                             type => 'application/fhir+'
                                     . ($name eq 'xml' ? 'xml' : 'json'));

            $raw =~ s/0\r\n\r\n\z//;
            push @cases, [ $id, $at > $told{$name} ];
            $table{"/Binary/$id"} = [ $raw, $how eq 'rst' ? (APART, RST)
                                                          : FIN ];
        }
    }
}

my $part = substr $resource{json}, 0, $told{json} + 8;

%table = (
    %table,
    '/Binary/stall.start' => [ answer('', length => 10,
                                      type => 'application/fhir+json'),
                               STALL ],
    '/Binary/stall.early' => [ answer('{"resourceType":"Binary",',
                                      length => 99), STALL ],
    '/Binary/stall.late' => [ answer($part, length => 999), STALL ],
    '/Binary/stall.end' => [ answer($resource{json}, length => 999), STALL ],

    # endless, where nobody gets what follows

    '/Binary/rest.200' => [ answer('{"resourceType":"Bundle","x":"'
        . 'x' x 3_000_000, length => 1 << 33), STALL ],
    '/Binary/rest.404' => [ answer('no' x 2_000_000, length => 1 << 33,
        status => '404 Not Found', type => 'text/plain'), STALL ],
    '/Binary/rest.head' => [ answer(binary('json', data =>
        $data x 40_000), length => 1 << 33), STALL ],
);

my $server = fhir_server(%table);

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => server_conf . server_conf(prefix => '/soon',
                                        more => 'proxy_read_timeout 1s;'));

# Odd cases in one location and even ones in the other, by turns.

my $turn = 0;

for my $accept ('*/*', 'application/fhir+json', 'application/fhir+xml') {
    my @bad;

    for my $i (0 .. $#cases) {
        my ($id, $late) = @{ $cases[$i] };
        my $where = ($i + $turn) % 2 ? 'direct' : 'buffered';
        my $version = ($i + $turn) % 3 ? '1.1' : '1.0';

        my $r = ask($ngx->port, "GET /$where/Binary/$id HTTP/$version",
                    "Accept: $accept");

        my $o = outcome($r);

        push @bad, "$id $where $version: $r->{status}"
            if $o ? $r->{status} != 502 || !$r->{whole}
                  : !$late || $r->{received} ne '' && $r->{whole};
    }

    $turn++;

    is("@bad", '', "$accept: 502 before, cut after");
}

my @stalled = (
    [ 'stall.start', 504 ], [ 'stall.early', 504 ],
    [ 'stall.late', 'cut' ], [ 'stall.end', 'cut' ],
);

# They wait at the same time.

my %child;

for my $case (@stalled) {
    my $pid = open($child{ $case->[0] }, '-|') // die "fork: $!";
    next if $pid;

    my $r = ask($ngx->port, "GET /soon/direct/Binary/$case->[0]");
    my $o = outcome($r);

    print $o ? "$r->{status} $o->{code}" : $r->{whole} ? 'whole' : 'cut';
    close STDOUT;
    POSIX::_exit(0);
}

for my $case (@stalled) {
    my ($id, $wanted) = @$case;
    my $out = $child{$id};

    is(scalar <$out>, $wanted eq '504' ? '504 timeout' : $wanted, $id);
    close $out;
}

for my $case ([ 'GET', 'rest.200', 502 ], [ 'GET', 'rest.404', 404 ],
              [ 'HEAD', 'rest.head', 200 ])
{
    my ($method, $id, $status) = @$case;

    for my $where (qw(buffered direct)) {
        my $r = raw_http($ngx->port, "$method /$where/Binary/$id HTTP/1.1\r\n"
                         . "Host: a\r\n\r\nGET /$where/Binary/a_b HTTP/1.1\r\n"
                         . "Host: a\r\nConnection: close\r\n\r\n");

        my ($first, $second) = $r->{received} =~ /\A(.+)(HTTP\/1\.1 .+)\z/s;

        is("$r->{status} $r->{end}", "$status fin",
           "$method $id, $where: nobody reads on without end");
        like($first, $method eq 'HEAD' ? qr/\r\n\r\n\z/ : qr/\}\]\}\z/,
             'and the answer is whole');
        like($second, qr/^HTTP\/1\.1 404 .*\}\]\}\z/s, 'and so is the next');
    }
}

$ngx->is_log_clean;

done_testing();
