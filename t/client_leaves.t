# Clients that leave in the middle of a document that goes on to be stored: the
# document is stored whole, and nginx finds nothing wrong with its buffers.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Crowd;
use Documents;
use Endpoint;
use FhirPeer;
use FhirServer 'binary';
use MIME::Base64 'encode_base64';
use Responder;
use Socket qw(SOL_SOCKET SO_LINGER);

my $document = document(600_000);
my $json = binary('json', data => encode_base64($document, ''));

my %source = map { $_ => responder($_, sub {
    my ($ask) = @_;
    my $raw = $ask->{id} =~ /raw/;
    my $bytes = wire($ask, $raw ? $document : $json, told => 1,
                     type => $raw ? 'application/pdf'
                                  : 'application/fhir+json');
    my $at = 300_000;

    return (substr($bytes, 0, $at),
            (map { (FhirBinary::PAUSE(0.002), substr $bytes, $at + $_ * 8000,
                                                      8000) }
                 0 .. (length($bytes) - $at) / 8000));
}) } qw(http fastcgi);

my $threads = Documents::nginx_has('--with-threads') ? 'aio threads;' : '';
my ($http, $server) = ('', '');

for my $name (sort keys %source) {
    my $module = $name eq 'http' ? 'proxy' : $name;

    $http .= "${module}_cache_path $module keys_zone=$module:1m;
              ${module}_cache_key \$uri; ${module}_cache_valid 200 1m;
              ${module}_buffer_size 4k; ${module}_buffers 3 8k;
              ${module}_busy_buffers_size 16k;\n";
    $server .= "location /$name/Binary/ {
                    @{[ open_endpoint($source{$name}) ]}
                    ${module}_cache $module; }\n";
}

my $ngx = nginx_start(
    http => "proxy_http_version 1.1; $http $threads sendfile on;
             sendfile_max_chunk 4k; log_format left '\$status \$uri';
             access_log left.log left;",
    server => $server);

for my $name (sort keys %source) {
    for my $shape (qw(raw json)) {
        for my $form (qw(native json xml)) {
            my @path = map { "/$name/Binary/$shape.$form.$_" } 1 .. 8;

            walk_away($_, $form) for @path;

            ok(FhirPeer::wait_for(sub { is_logged(@path) }),
               "$name, $shape, $form: nginx ends what was left");

            my @r = together($ngx->port, map { get($_) } @path);

            is(join(' ', map { verdict($_, $document) } @r),
               join(' ', ('whole 0') x @path),
               "$name, $shape, $form: what is stored is whole");
        }
    }
}

$ngx->is_log_clean;

done_testing();


# A reset, after the first bytes of the body.

sub walk_away {
    my ($path, $form) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $ngx->port) or die $!;

    print $socket get($path, accept => $TYPE{$form} // '*/*')->[1];

    my $got = '';

    while (length $got < 2000) {
        sysread $socket, $got, 1000, length $got or last;
    }

    setsockopt $socket, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    close $socket;
}


sub is_logged {
    my (@path) = @_;

    my $log = $ngx->slurp("left.log");

    return !grep { $log !~ / \Q$_\E$/m } @path;
}
