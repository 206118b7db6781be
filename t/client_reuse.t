# One connection serves documents and refusals in any order, and nothing of
# one request is left to the next.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

my $store = store();

my $proxy = open_endpoint($store);
my $stu3 = open_endpoint($store, version => 'stu3');
my $on = open_endpoint();

my $ngx = nginx_start(
    files => { 'html/Binary/file' => document(70_000),
               'html/plain.txt' => "plain\n" },
    server => "location /Binary/ { $proxy }
               location /direct/Binary/ { $proxy
                                          proxy_buffering off; }
               location /stu3/Binary/ { $stu3 }
               location /file/Binary/ { $on alias html/Binary/; }
               location / { }");

# Each: path, Accept, what is expected.  None that ends the connection: after
# a 500 nginx closes it.

my @cases = (
    [ '/Binary/size.100', 'json', '100' ],
    [ '/Binary/size.50000.chunk.900', 'xml', '50000' ],
    [ '/Binary/size.0', 'json', '0' ],
    [ '/Binary/size.5/none', 'json', '404 not-found' ],
    [ '/Binary/a_b', 'xml', '404 not-found' ],
    [ '/direct/Binary/size.3000.chunk.1000', 'json', '3000' ],
    [ '/direct/Binary/size.3001', 'native', '3001' ],
    [ '/stu3/Binary/size.10', 'xml', '10' ],
    [ '/file/Binary/file', 'native', '70000' ],
    [ '/file/Binary/file', 'json', '70000' ],
    [ '/file/Binary/missing', 'json', '404 not-found' ],
    [ '/Binary/size.9', 'image', '406 not-supported' ],
    [ '/plain.txt', 'json', 'plain' ],
);

# Every case after every other, in one pipeline with an odd step.

for my $step (1, 2, 4, 7) {
    my @order = map { $_ * $step % @cases } 0 .. 2 * $#cases;
    my $bytes = '';

    for my $i (0 .. $#order) {
        my ($path, $form) = @{ $cases[$order[$i]] };

        $bytes .= "GET $path HTTP/1.1\r\nHost: a\r\nAccept: "
                  . ($TYPE{$form} // 'image/png') . "\r\n"
                  . ($i == $#order ? "Connection: close\r\n" : '') . "\r\n";
    }

    my $raw = raw_http($ngx->port, $bytes);
    my @r = split_http($raw, ('GET') x @order);
    my @bad;

    for my $i (0 .. $#order) {
        my ($path, $form, $want) = @{ $cases[$order[$i]] };
        my $got = what($r[$i], $form);

        push @bad, "$path $form: $got" if $got ne $want;
    }

    is("@bad", '', "a pipeline in steps of $step");
    is(length $r[-1]{rest}, 0, "a pipeline in steps of $step: and no more bytes");
    is($raw->{end}, 'fin', "a pipeline in steps of $step: an orderly end");
}

# HEAD, then GET: the same header, without and with a body.

for my $form (qw(native json xml)) {
    for my $path ('/Binary/size.777', '/file/Binary/file',
                  '/Binary/a_b', '/direct/Binary/size.777')
    {
        my $bytes = join '', map { "$_ $path HTTP/1.1\r\nHost: a\r\n"
                                   . "Accept: $TYPE{$form}\r\n"
                                   . ($_ eq 'GET' ? "Connection: close\r\n"
                                      : '') . "\r\n" } 'HEAD', 'GET';

        my ($head, $get) = split_http(raw_http($ngx->port, $bytes), 'HEAD',
                                      'GET');

        my @fields = map { my $h = $_->{head};
                           $h =~ s/^(?:Date|Connection): .*\r\n//mg;
                           $h } $head, $get;

        is($fields[0], $fields[1], "HEAD as GET, $form, $path");
        is($get->{h}{'content-length'}, length $get->{body},
           "HEAD as GET, $form, $path: with the length");
    }

    # HTTP/1.0, with and without keep-alive.

    my $r = fetch($ngx->port, 'size.400', accept => $TYPE{$form},
                  version => '1.0');

    is(what($r, $form), '400', "HTTP/1.0, $form");

    $r = fetch($ngx->port, ['size.400', 'size.30', 'size.2'], version => '1.0',
               accept => $TYPE{$form}, headers => "Connection: keep-alive\r\n");

    is($r->{status}, 200, "HTTP/1.0 with keep-alive, $form");
    unlike($r->{head}, qr/^Transfer-Encoding/m, "HTTP/1.0, $form: no chunks");
}

$ngx->is_log_clean;

done_testing();


sub what {
    my ($r, $form) = @_;

    return outcome($r) if $r->{status} != 200;
    return 'cut' if !$r->{complete};
    return 'plain' if $r->{body} eq "plain\n";

    my $data = $form eq 'native' ? $r->{body} : (unwrap($r) // {})->{data};

    return 'none' if !defined $data;
    return $data eq document(length $data) ? length $data : 'other';
}
