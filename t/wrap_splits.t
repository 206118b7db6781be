# Wherever the network cuts a document, it arrives whole.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;
use FhirServer 'upstream_conf';

my $store = store();

my $proxy = open_endpoint('fhir', version => 'stu3');

my $ngx = nginx_start(
    http => upstream_conf($store),
    server => "location /direct/Binary/ { $proxy proxy_buffering off; }
               location /buffered/Binary/ { $proxy }");

# On the wire: 37 bytes, or these in chunks of 5.

my $size = 37;

for my $wire ('', '.chunk.5') {
    my $length = $wire ? 5 * int($size / 5) + 2 + 5 * 8 + 5 : $size;

    my @ids = map { "size.$size.split.$_$wire" } 1 .. $length - 1;

    check("two pieces$wire", $size, @ids);
}

check('one byte at a time', $_, "size.$_.piece.1", "size.$_.chunk.3.piece.1")
    for 1, 2, 3, 4, 100;

check('pieces of 17', 2000, "size.2000.piece.17", "size.2000.chunk.48.piece.17",
      "size.2000.chunk.1.piece.700");


# All ids in each form, in a direct and in a buffered location.

sub check {
    my ($what, $size, @ids) = @_;

    for my $form (qw(native json xml)) {
        for my $where (qw(direct buffered)) {

            my @r = fetch($ngx->port, \@ids, accept => $TYPE{$form},
                          prefix => "/$where/Binary/");

            my @bad = grep { $_ ne '' } map { fault($r[$_], $form, $size)
                                              ? $ids[$_] : '' } 0 .. $#ids;

            is("@bad", '', "$what, $size bytes, $form, $where");
        }
    }
}


sub fault {
    my ($r, $form, $size) = @_;

    return 'status' if $r->{status} != 200;
    return 'cut' if !$r->{complete};

    return $r->{body} ne document($size) if $form eq 'native';

    my $found = unwrap($r) || return 'no resource';

    return 'field' if $found->{field} ne 'content';
    return $found->{data} ne document($size);
}


is($store->connections, 1, 'the backend served it all on one connection');

$ngx->is_log_clean;

done_testing();
