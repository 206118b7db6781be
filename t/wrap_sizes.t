# A document of any small size is wrapped byte for byte, and its length told
# in advance where the backend tells it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;
use FhirServer 'upstream_conf';

my $store = store();
my $ngx = nginx_start(
    http => upstream_conf($store),
    location => open_endpoint('fhir', path => ''));

my @sizes = (0 .. 260);

for my $form (qw(native json xml)) {
    for my $wire ('', '.chunk.1000', '.chunk.7') {
        my $name = $form . ($wire || ' with a length');

        my @r = fetch($ngx->port, [map { "size.$_$wire" } @sizes],
                      accept => $TYPE{$form});

        my (@status, @complete, @length, @type, @bytes);

        for my $size (@sizes) {
            my $r = shift @r;
            my $found = $form eq 'native' ? { data => $r->{body} }
                                          : unwrap($r) // {};

            push @status, $size if $r->{status} != 200;
            push @complete, $size if !$r->{complete};
            push @bytes, $size if ($found->{data} // '') ne document($size);

            if ($form ne 'native') {
                push @type, $size
                    if $r->{h}{'content-type'} ne $TYPE{$form}
                       || ($found->{contentType} // '') ne 'application/pdf'
                       || ($found->{id} // '') ne "size.$size$wire"
                       || defined $found->{field} != ($size != 0);
            }

            # Of an empty document the end may come with the header.

            my $told = $r->{h}{'content-length'} // 'no';

            push @length, $size
                if $wire eq '' ? $told ne length $r->{body}
                               : $size && $told ne 'no';
        }

        is("@status", '', "$name: no size is refused");
        is("@complete", '', "$name: every size ends as it should");
        is("@bytes", '', "$name: every size comes back byte for byte");
        is("@length", '', "$name: every size is framed as it can be");
        is("@type", '', "$name: every resource says what it holds");
    }
}

is($store->connections, 1, 'the backend served it all on one connection');

$ngx->is_log_clean;

done_testing();
