# FastCGI: a document without a length ends where its protocol says so.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;

use IO::Socket::INET ();
use IO::Socket::UNIX ();

# A responder that makes records as the id wants them: size of the document,
# of a record; "short": the stream ends, the request does not; "lying": with a
# length that is too large; "told": with the right one.

my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64)
    or die "socket: $!";

my $responder = fork // die "fork: $!";

if ($responder == 0) {
    Test::More->builder->no_ending(1);
    $SIG{PIPE} = 'IGNORE';
    serve($_) while $_ = $listen->accept;
    POSIX::_exit(0);
}

my $on = 'fhir_binary r4; fhir_binary_auth off; fastcgi_param X x;
          fastcgi_param REQUEST_URI $uri;
          fastcgi_pass 127.0.0.1:' . $listen->sockport . ';';

my $ngx = nginx_start(
    server => "location /buffered/Binary/ { $on }
               location /direct/Binary/ { $on fastcgi_buffering off; }
               location /cached/Binary/ { $on fastcgi_cache c;
                                          fastcgi_cache_key \$uri;
                                          fastcgi_cache_valid any 1m; }",
    http => 'fastcgi_cache_path cache keys_zone=c:1m;');

for my $where (qw(buffered direct cached)) {
    for my $form (qw(native json xml)) {
        for my $size (0, 1, 100, 100_000) {
            for my $id ("size.$size.rec.7000", "size.$size.rec.7000.told.1") {
                next if $size == 0 && $where eq 'cached';

                is(what($where, $id, $form, $size), 'whole',
                   "$where, $form, $id");
            }
        }

        is(what($where, 'size.300.rec.1', $form, 300), 'whole',
           "$where, $form, records of a byte");

        for my $cut (qw(short.1 lying.1)) {
            my $said = what($where, "size.10000.rec.999.$cut", $form, 10000);

            isnt($said, 'whole', "$where, $form: $cut does not look whole");
        }

        isnt(what($where, 'size.10000.rec.999.short.1', $form, 10000, '1.0'),
             'whole', "$where, $form, HTTP/1.0: short does not look whole");
    }
}

unlike($ngx->log, qr/\[(?:alert|crit|emerg)\]/, 'nothing bad in the log');

# The one that the distribution has.

SKIP: {
    my ($cgi) = grep { -x } '/usr/sbin/fcgiwrap', '/usr/bin/fcgiwrap';

    skip('fcgiwrap is not installed', 3) if !$cgi;

    my $dir = $ngx->root;
    my $socket = "$dir/cgi.sock";

    open my $fh, '>', "$dir/document" or die;
    print $fh "#!/bin/sh\nprintf 'Content-Type: application/pdf\\r\\n\\r\\n'\n"
            . "exec cat $dir/body\n";
    close $fh;
    chmod 0755, "$dir/document";

    open $fh, '>:raw', "$dir/body" or die;
    print $fh document(70_000);
    close $fh;

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        Test::More->builder->no_ending(1);
        exec $cgi, '-s', "unix:$socket" or POSIX::_exit(127);
    }

    my $real = nginx_start(location => "
        fhir_binary r4; fhir_binary_auth off; fastcgi_pass unix:$socket;
        fastcgi_param SCRIPT_FILENAME $dir/document;
        fastcgi_param REQUEST_METHOD GET;");

    wait_for(sub { IO::Socket::UNIX->new(Peer => $socket) });

    for my $form (qw(native json xml)) {
        my $r = fetch($real->port, 'a', accept => $TYPE{$form});

        is(($form eq 'native' ? $r->{body} : (unwrap($r) // {})->{data}) // '',
           document(70_000), "fcgiwrap, $form");
    }

    kill 'TERM', $pid;
    waitpid $pid, 0;
}

kill 'TERM', $responder;
waitpid $responder, 0;

done_testing();


sub what {
    my ($where, $id, $form, $size, $version) = @_;

    my $r = fetch($ngx->port, $id, accept => $TYPE{$form},
                  version => $version // '1.1', prefix => "/$where/Binary/");

    return outcome($r) if $r->{status} != 200;
    return 'cut' if !$r->{complete};

    my $data = $form eq 'native' ? $r->{body} : unwrap($r)->{data} // 'none';

    return $data eq document($size) ? 'whole' : 'other';
}


sub record {
    my ($type, $content) = @_;

    return pack('CCnnCC', 1, $type, 1, length $content, 0, 0) . $content;
}


sub serve {
    my ($c) = @_;

    my ($bytes, $uri) = ('', '');

    # The parameters end with an empty record, and so does the empty input.

    while ($bytes !~ /\x01\x05\0\x01\0\0/) {
        sysread $c, $bytes, 65536, length $bytes or return;
    }

    my ($id) = $bytes =~ m{/Binary/([\w.-]+?)(?:[^\w.-]|\z)};
    my %ask = split /\./, $id;
    my $body = document($ask{size});
    my $head = "Content-Type: application/pdf\r\n";

    $head .= 'Content-Length: ' . length($body) . "\r\n" if $ask{told};
    $head .= 'Content-Length: ' . (1 + length $body) . "\r\n" if $ask{lying};

    print $c record(6, "$head\r\n");
    print $c map { record(6, $_) } unpack "(a$ask{rec})*", $body;
    print $c record(6, ''), record(3, "\0" x 8) if !$ask{short};
    close $c;
}
