package Ccd;

=head1 NAME

Ccd - Continuity of Care Documents of any size, and servers that make them

=head1 FUNCTIONS

=head2 ccd_document($size)

One of at least so many bytes: that of the examples, whose body is repeated
as often as it takes. Below 20000 it is the small one of t/data, and below
1000 the least that the check lets pass.

=head2 ccd_server(%made)

A backend() whose C<$autogen-ccd-if> gives what the table has for the id in
C<patient>: bytes or script items, as fhir_server() takes them.

=head2 ccd_conf(%options)

Locations C</buffered/Binary/>, C</direct/Binary/> and C</unchecked/Binary/>
that ask the upstream of upstream_conf(). Options as server_conf().

=head2 $AUTOGEN

The name of the operation, which Perl would take for a variable.

=cut

use strict;
use warnings;

use Exporter 'import';
use FindBin;

use FhirServer;

our @EXPORT = qw(ccd_document ccd_server ccd_conf $AUTOGEN);

our $AUTOGEN = '$autogen-ccd-if';

my %cache;


sub ccd_document {
    my ($size) = @_;

    return $cache{$size} //= made($size);
}


sub made {
    my ($size) = @_;

    my $least = '<ClinicalDocument xmlns="urn:hl7-org:v3"/>';

    return $least if $size < 1000;
    return slurp('data/small-ccd.xml') if $size < 20_000;

    my $text = slurp('../conf-examples/documents/CCD-12724066.xml');

    my ($start, $body, $end)
        = $text =~ m{^(.*<structuredBody>)(.*)(</structuredBody>.*)\z}s;

    my $left = $size - length($start) - length $end;

    if ($left < length $body) {
        my @parts = $body =~ m{(<component>.*?</component>\s*)}gs;

        $body = '';
        $body .= shift @parts while @parts && length $body < $left;

        return $start . $body . $end;
    }

    return $start . $body x (1 + int($left / length $body)) . $end;
}


sub slurp {
    my ($name) = @_;

    open my $in, '<:raw', "$FindBin::Bin/$name" or die "$name: $!\n";
    local $/;
    return scalar <$in>;
}


sub ccd_server {
    my (%made) = @_;

    return fhir_server(map { ("/Binary/$AUTOGEN?patient=$_" => $made{$_}) }
                           keys %made);
}


sub ccd_conf {
    my (%opt) = @_;

    $opt{backend} //= 'auto';

    my $more = delete $opt{more} // '';
    my $on = 'fhir_binary_ccd_check on;';

    my ($unchecked) = server_conf(%opt, more => $more)
                          =~ m{(location \S*/buffered/.*?\})}s;

    $unchecked =~ s{/buffered/}{/unchecked/};

    return server_conf(%opt, more => $more . $on) . $unchecked;
}


1;
