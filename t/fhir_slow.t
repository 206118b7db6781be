# A client that reads slowly gets every byte: what a full output leaves
# behind stays in the server's buffer, or in the reader, until it is used.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use FhirBinary '-more';
use Documents;
use FhirServer;
use MIME::Base64;
use POSIX ();

my $size = 700_000;
my $base64 = encode_base64(document($size), '');
my $ccd = ccd_document(300_000);

my %value = (
    plain => $base64,
    lines => $base64 =~ s{(.{76})}{$1\n}gr,
    escapes => $base64 =~ s{([A-M])}{sprintf '&#x%x;', ord $1}ger,
);

my %table = map { ("/Binary/xml.$_" => answer(binary('xml', id => 'a',
                      data => $value{$_}), chunk => 3001)) } keys %value;

$table{'/Binary/json'} = answer(binary('json', id => 'a', data => $base64));

$table{'/Binary/escaped'} = answer(binary('json', id => 'a',
    data => $base64 =~ s{([/A-F])}{sprintf '\\u%04x', ord $1}ger));

$table{'/Binary/held'} = answer(binary('json', id => 'a', data => $base64,
    order => [ qw(id data contentType) ]));

$table{"/Binary/$AUTOGEN?patient=raw"} = answer($ccd, type => 'text/xml');
$table{"/Binary/$AUTOGEN?patient=fhir"} = answer(binary('json',
    contentType => 'text/xml', data => encode_base64($ccd, '')));

my $server = fhir_server(%table);

my $port = free_port();

my $ngx = nginx_start(http => upstream_conf($server) . "
    server {
        listen 127.0.0.1:$port sndbuf=8k;
        send_timeout 20s;
        @{[server_conf(backend => 'auto', more => 'fhir_binary_buffers 2 4k;
                                             fhir_binary_lookahead 2m;')]}
    }");

my @ids = ((sort map { s{^/Binary/}{}r } keys %table));
my @cases = map { my $form = $_; map { [ $form, $_ ] } @ids }
                qw(native json xml);

# All at the same time, and none reads before the output is full.

my %child;

for my $i (0 .. $#cases) {
    my ($form, $id) = @{ $cases[$i] };

    my $pid = open($child{$i}, '-|') // die "fork: $!";
    next if $pid;

    my ($r) = fetch($port, $id, accept => $TYPE{$form},
                    prefix => $i % 2 ? '/direct/Binary/' : '/buffered/Binary/',
                    rcvbuf => 8192, read_when => 'stuck', read_size => 20_000,
                    read_pause => 0.003);

    my $data = $form eq 'native' ? $r->{body} : (unwrap($r) // {})->{data};

    print !$r->{complete} ? 'cut'
          : ($data // '') eq ($id =~ /autogen/ ? $ccd : document($size))
          ? 'whole' : 'other bytes';
    close STDOUT;
    POSIX::_exit(0);
}

for my $i (0 .. $#cases) {
    my $out = $child{$i};

    is(scalar <$out>, 'whole', "$cases[$i][1] as $cases[$i][0]");
    close $out;
}

like($ngx->log, qr/http write filter 0[xX]?[0-9A-F]*[1-9A-F]/,
     'output was full');

$ngx->is_log_clean;

done_testing();
