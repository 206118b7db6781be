# The edges of the output buffers leave no trace in a document.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;
use FhirServer 'upstream_conf';

my $store = store();
my $file = 400_000;

my $proxy = open_endpoint('fhir');

my $ngx = nginx_start(
    files => { 'html/Binary/file' => document($file) },
    http => upstream_conf($store),
    server => "location /2k/Binary/ { $proxy fhir_binary_buffers 2 2k; }
               location /odd/Binary/ { $proxy fhir_binary_buffers 3 2049; }
               location /32k/Binary/ { $proxy }
               location /many/Binary/ { $proxy fhir_binary_buffers 16 32k;
                                        postpone_output 400k; }
               location /file/Binary/ { @{[ open_endpoint() ]}
                                        fhir_binary_buffers 8 32k;
                                        output_buffers 1 1m;
                                        postpone_output 200k;
                                        alias html/Binary/; }
               location /wide/Binary/ { $proxy fhir_binary_buffers 2 192k; }
               location /parts/Binary/ { $proxy fhir_binary_buffers 16 8k;
                                         proxy_buffers 8 4k;
                                         proxy_busy_buffers_size 8k; }");

# The head's length follows from a first answer.  With it, documents whose
# base64 or whose tail ends within a few bytes of a buffer's end; an id of
# another length moves them by one byte.  A send has no more than 120 kB.

for my $form (qw(json xml)) {
    my $r = fetch($ngx->port, 'size.10000', accept => $TYPE{$form},
                  prefix => '/2k/Binary/');

    my $head = $r->{body} =~ m{"data":"|<data value="} ? $+[0] : 0;

    cmp_ok($head, '>', 50, "$form: where the data begins");

    for my $case ([ '2k', 2048, 1, 2, 3 ], [ 'odd', 2049, 1, 3, 4 ],
                  [ '32k', 32768, 1, 3.75 ], [ 'many', 32768, 3.75, 7.5 ],
                  [ 'wide', 196608, 0.625 ], [ 'parts', 8192, 1, 15 ])
    {
        my ($where, $buffer, @times) = @$case;
        my (@sizes, %seen);

        for my $edge (map { $_ * $buffer } @times) {
            my $middle = int(($edge - $head) / 4) * 3;

            push @sizes, map { ($middle + 3 * $_ - $_ % 3) x 4 } -7 .. 1;
        }

        for my $wire ('', '.chunk.4097') {
            my @ids = map { "size.$sizes[$_].x." . 'x' x (1 + $_ % 4)
                            . $wire } 0 .. $#sizes;

            my @r = fetch($ngx->port, \@ids, accept => $TYPE{$form},
                          prefix => "/$where/Binary/");

            my @bad = grep { fault($r[$_], $sizes[$_]) } 0 .. $#ids;

            is("@ids[@bad]", '', "$form, $where$wire");
            $seen{length $r[$_]{body}} = 1 for 0 .. $#ids;
        }

        is(scalar grep({ $seen{$_ * $buffer} } @times), scalar @times,
           "$form, $where: some filled all buffers to the last byte");
    }
}


# A portion leaves where nginx would rather wait for more than one, and nothing
# comes behind it that could push.

my $r = fetch($ngx->port, 'file', accept => $TYPE{json},
              prefix => '/file/Binary/');

is(fault($r, $file), '', 'a file, with a large postpone_output');


sub fault {
    my ($r, $size) = @_;

    return 'status' if $r->{status} != 200;
    return 'cut' if !$r->{complete};

    my $found = unwrap($r) || return 'no resource';

    return $found->{data} ne document($size);
}


$ngx->is_log_clean;

done_testing();
