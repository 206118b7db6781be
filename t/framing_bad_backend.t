# A backend that frames, codes or answers otherwise than it was asked to.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

use IO::Compress::Gzip 'gzip';

my $doc = document(600);
gzip(\$doc, \my $gz);

my $ok = "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n";
my $part = "HTTP/1.1 206 Partial Content\r\n"
         . "Content-Type: application/pdf\r\n";
my $twice = "Content-Length: 600\r\nTransfer-Encoding: chunked\r\n\r\n";

my %answers = (
    'more'       => [ $ok, "Content-Length: 400\r\n\r\n", $doc ],
    'close'      => [ $ok, "\r\n", $doc ],
    'close10'    => [ "HTTP/1.0 200 OK\r\nContent-Type: application/pdf\r\n"
                      . "\r\n", $doc ],
    'length10'   => [ "HTTP/1.0 200 OK\r\nContent-Type: application/pdf\r\n"
                      . "Content-Length: 600\r\n\r\n", $doc ],
    'gzip'       => [ $ok, "Content-Encoding: gzip\r\nContent-Length: "
                      . length($gz) . "\r\n\r\n", $gz ],
    'identity'   => [ $ok, "Content-Encoding: identity\r\n"
                      . "Content-Length: 600\r\n\r\n", $doc ],
    'part'       => [ $part, "Content-Range: bytes 0-99/600\r\n"
                      . "Content-Length: 100\r\n\r\n", substr $doc, 0, 100 ],
    'parts'      => [ "HTTP/1.1 206 Partial Content\r\nContent-Type: "
                      . "multipart/byteranges; boundary=x\r\n"
                      . "Content-Length: 600\r\n\r\n", $doc ],
    '204'        => [ "HTTP/1.1 204 No Content\r\n\r\n" ],
    '201'        => [ "HTTP/1.1 201 Created\r\nContent-Type: text/plain\r\n"
                      . "Content-Length: 600\r\n\r\n", $doc ],
    '203'        => [ "HTTP/1.1 203 Transformed\r\nContent-Type: text/plain"
                      . "\r\nContent-Length: 600\r\n\r\n", $doc ],
    '304'        => [ "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n" ],
    '302'        => [ "HTTP/1.1 302 Found\r\nLocation: /login\r\n"
                      . "Content-Length: 0\r\n\r\n" ],
    'both'       => [ $ok, $twice, $doc ],
    'negative'   => [ $ok, "Content-Length: -1\r\n\r\n", $doc ],
    'huge'       => [ $ok, "Content-Length: 9223372036854775807\r\n\r\n",
                      $doc, FIN ],
    'over'       => [ $ok, "Content-Length: 6917529027641081850\r\n\r\n",
                      $doc, FIN ],
    'badchunk'   => [ $ok, "Transfer-Encoding: chunked\r\n\r\n5\r\nhellozz\r\n"
                      ],
    'latechunk'  => [ $ok, "Transfer-Encoding: chunked\r\n\r\n258\r\n$doc\r\n",
                      APART, "zz\r\n" ],
    'trailers'   => [ $ok, "Transfer-Encoding: chunked\r\n\r\n258\r\n$doc\r\n"
                      . "0\r\nX-Evil: 1\r\n\r\n" ],
    'garbage'    => [ "SSH-2.0-OpenSSH\r\n\r\n" ],
);

my $be = backend(sub {
    my ($name) = $_[0] =~ m{/Binary/(\w+)};
    return @{ $answers{$name} };
});

my $proxy = open_endpoint($be);

my $ngx = nginx_start(
    server => "location /buffered/Binary/ { $proxy }
               location /direct/Binary/ { $proxy proxy_buffering off; }");

# What comes of it natively and as a resource: "whole" is the document (or so
# many bytes of it), "cut" begins like an answer but is none, "0" is a close.

my @table = (
    more      => 'whole 400', 'whole 400',
    close     => '502 exception', '502 exception',
    close10   => '502 exception', '502 exception',
    length10  => 'whole 600', 'whole 600',
    gzip      => 'gzip', '502 exception',
    identity  => 'whole 600', 'whole 600',
    part      => '502 exception', '502 exception',
    parts     => '502 exception', '502 exception',
    204       => '502 transient', '502 transient',
    201       => '502 transient', '502 transient',
    203       => '502 transient', '502 transient',
    304       => '502 transient', '502 transient',
    302       => '502 transient', '502 transient',
    negative  => '502 exception', '502 exception',
    huge      => 'cut', '502 transient',
    over      => 'cut', '502 transient',
    badchunk  => '0', '502 transient',
    trailers  => 'whole 600', 'whole 600',
    garbage   => '502 transient', '502 transient',
);

# nginx before 1.23 overlooks a negative length, later ones refuse it.

sub same {
    my ($got) = @_;

    return $got eq '502 transient' ? '502 exception' : $got;
}

while (my ($name, $native, $wrapped) = splice @table, 0, 3) {
    if ($name eq 'negative') {
        is(same(asked($_->[0], $name, $_->[1])), $native, "$name, @$_")
            for map { my $where = $_; map { [ $where, $_ ] }
                      qw(native json xml) } qw(buffered direct);
        next;
    }

    for my $where (qw(buffered direct)) {
        is(asked($where, $name, 'native'), $native, "$name, $where, native");
        is(asked($where, $name, $_), $wrapped, "$name, $where, $_")
            for qw(json xml);
    }
}

# Two lengths that disagree: never taken for a document of either.

unlike(asked('buffered', 'both', $_), qr/^whole/, "both, $_")
    for qw(native json xml);

# A chunk that is none, after some that were, closes the connection by a way
# of its own: a client of HTTP/1.0 would take a FIN for the end.

for my $where (qw(buffered direct)) {
    my $r = fetch($ngx->port, 'latechunk', version => '1.0', accept => '*/*',
                  prefix => "/$where/Binary/");

    is($r->{raw}{end}, 'rst', "latechunk, $where: a reset");
}

like($ngx->log, qr/fhir binary: .*use "proxy_http_version 1\.1"/,
     'the log says what to do about a body without an end');

unlike($ngx->log, qr/\[(?:alert|crit|emerg)\]/, 'nothing bad in the log');

done_testing();


sub asked {
    my ($where, $name, $form) = @_;

    my $r = fetch($ngx->port, $name, accept => $TYPE{$form},
                  prefix => "/$where/Binary/");

    return outcome($r) if $r->{status} != 200;
    return 'cut' if !$r->{complete};
    return 'gzip' if $r->{body} eq $gz && $r->{h}{'content-encoding'} eq 'gzip'
                     && $form eq 'native';

    my $data = $form eq 'native' ? $r->{body} : unwrap($r)->{data} // 'none';

    return 'whole ' . length $data if $data eq substr $doc, 0, length $data;
    return 'other';
}
