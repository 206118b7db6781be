# uwsgi and SCGI: a document is whole where a length or the resource itself
# says so; one that ends by the close of the connection alone is refused.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Crowd;
use Documents;
use Endpoint;
use FhirServer 'binary';
use MIME::Base64 'encode_base64';
use Responder;

# An id says what it wants: size, shape (raw, json, xml), told, and whether
# it is cut, and how.

sub answer {
    my ($ask) = @_;
    my %want = split /\./, $ask->{id};
    my $body = document($want{size});
    my $type = 'application/pdf';

    if ($want{shape} ne 'raw') {
        $type = "application/fhir+$want{shape}";
        $body = binary($want{shape}, data => encode_base64($body, ''));
    }

    return broken($ask, $want{way}, $body, type => $type) if $want{way};

    return wire($ask, $body, type => $type, told => $want{told},
                defined $want{cut} ? (cut => int(length($body) / 2)) : ());
}

my @sizes = (1, 4_200, 8_192, 22_826, 100_000);

for my $protocol (qw(uwsgi scgi)) {
    my $source = responder($protocol, \&answer);
    my $on = open_endpoint($source);

    my $ngx = nginx_start(
        http => "${protocol}_cache_path cache keys_zone=c:1m;
                 ${protocol}_cache_key \$uri;
                 ${protocol}_cache_valid 200 1m;",
        server => "location /buffered/Binary/ { $on }
                   location /direct/Binary/ { $on ${protocol}_buffering off; }
                   location /cached/Binary/ { $on ${protocol}_cache c; }");

    for my $where (qw(buffered direct cached)) {
        for my $form (qw(native json xml)) {
            my $case = "$protocol, $where, $form";
            my $all = sub { said($ngx, $where, $form, @_) };

            is($all->(map { my $size = $_; map { "size.$size.shape.$_.told.1" }
                                               qw(raw json xml) } @sizes),
               'whole 0', "$case: whole, with a length");

            is($all->(map { my $size = $_; map { "size.$size.shape.$_.told.0" }
                                               qw(json xml) } @sizes),
               'whole 0', "$case: a resource closes itself");

            is($all->(map { "size.$_.shape.raw.told.0" } @sizes),
               '502 exception', "$case: a raw document does not");

            # What follows a refusal is the same to all.

            is($all->(map { "size.$_.shape.raw.told.0" } 8_192),
               '502 exception', "$case: again");

            my @cut = map { my $shape = $_;
                            map { "size.22826.shape.$shape.told.1.way.$_" }
                                qw(told-fin told-rst) } qw(raw json xml);

            unlike($all->(@cut), qr/whole|SHORT|open/,
                   "$case: shorter than its length");

            unlike($all->(map { "size.22826.shape.$_.told.0.cut.1" }
                              qw(raw json xml)),
                   qr/whole|SHORT|open/, "$case: half of it, without one");
        }
    }

    # A hit asks nobody.

    my $before = $source->seen;

    is(said($ngx, 'cached', 'native', map { "size.$_.shape.raw.told.1" }
                                          @sizes),
       'whole 0', "$protocol: out of the cache");
    is($source->seen, $before, "$protocol: which has them");

    $ngx->is_log_clean("$protocol: nothing bad in the log");
}

done_testing();


# What came of them, each verdict once.

sub said {
    my ($ngx, $where, $form, @ids) = @_;

    my @r = together($ngx->port, map { get("/$where/Binary/$_",
                                           accept => $TYPE{$form}) } @ids);
    my %said;

    for my $i (0 .. $#ids) {
        my ($size) = $ids[$i] =~ /^size\.(\d+)/;

        $said{ verdict($r[$i], document($size)) } = 1;
    }

    return join ' ', sort keys %said;
}
