# Over HTTP/2 too, what FastCGI, uwsgi and SCGI send is whole, or a stream
# error, or a refusal.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;
use FhirServer 'binary';
use MIME::Base64 'encode_base64';
use Responder;

FhirBinary::need(nginx_has('http_v2'), 'nginx has no http_v2');
FhirBinary::need(`curl -V` =~ /\bHTTP2\b/, 'curl knows no HTTP/2');

my $port = free_port();

# An id says what it wants: size, shape (raw, json), told, and whether it is
# broken, and in which way.

my %source = map { $_ => responder($_, sub {
    my ($ask) = @_;
    my %want = split /\./, $ask->{id};
    my $body = document($want{size});
    my @with = (told => $want{told});

    if ($want{shape} eq 'json') {
        push @with, type => 'application/fhir+json';
        $body = binary('json', data => encode_base64($body, ''));
    }

    return broken($ask, $want{way}, $body, @with) if $want{way};
    return (wire($ask, $body, @with), PAUSE(0.001));
}) } qw(fastcgi uwsgi scgi);

my $ngx = nginx_start(http => "server {
    listen 127.0.0.1:$port http2;\n" . join('', map {
        my $on = open_endpoint($source{$_});

        "location /$_/buffered/Binary/ { $on }
         location /$_/direct/Binary/ { $on ${_}_buffering off; }\n"
    } sort keys %source) . '}');

my @sizes = (4_200, 22_826, 100_000);

for my $name (sort keys %source) {
    for my $where (qw(buffered direct)) {
        for my $form (qw(native json)) {
            my $case = "$name, $where, $form";

            # Raw and without a length is for FastCGI alone.

            my @whole = map { my $size = $_;
                              map { "size.$size.shape.$_" }
                                  ('raw.told.1', 'json.told.1', 'json.told.0',
                                   $name eq 'fastcgi' ? 'raw.told.0' : ()) }
                            @sizes;

            is(join(' ', map { got($name, $where, $form, $_, qr/^whole$/) }
                             @whole), '', "$case: whole ones");

            my @broken = map { my $way = $_;
                               map { "size.22826.shape.$_.way.$way" }
                                   qw(raw json) }
                             grep { !/stall/ } ways($name);

            is(join(' ', map { got($name, $where, $form, $_,
                                   qr/^(?:92|50[24] \w+)$/) } @broken), '',
               "$case: what breaks off");
        }
    }
}

$ngx->is_log_clean;

done_testing();


# What came of it, where that is not as wanted.

sub got {
    my ($name, $where, $form, $id, $wanted) = @_;

    my $file = $ngx->root . '/got';
    my ($size) = $id =~ /^size\.(\d+)/;

    unlink $file;

    my $status = `curl -s --http2-prior-knowledge -m 10 -o '$file' \\
        -w '%{http_code}' -H 'Accept: $TYPE{$form}' \\
        http://127.0.0.1:$port/$name/$where/Binary/$id`;
    my $exit = $? >> 8;
    my $r = { status => $status, body => $ngx->slurp('got') };

    my $data = $exit || $status != 200 ? ''
               : $form eq 'native' ? $r->{body}
               : (unwrap($r) // {})->{data} // '';
    my $said = $exit || $status != 200 ? $exit || outcome($r)
               : $data eq document($size) ? 'whole' : 'SHORT';

    return $said =~ $wanted ? () : "$id: $said";
}
