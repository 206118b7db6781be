package FhirTarget;

=head1 NAME

FhirTarget - the ways to write one request target

=head1 SYNOPSIS

    use FhirTarget;

    for my $row (spellings('MINE', 'OTHER')) {
        my ($target, $expected) = @$row;
        ...
    }

=head1 FUNCTIONS

=head2 spellings($mine, $other)

Rows of a raw target under F</fhir/Binary/> and what must become of it: the
path and query from the id on, as the one document that it names has them; or
the status of a refusal that nothing behind the gateway hears of.  The ids
are of letters and digits, and begin with a letter.

=cut

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(spellings);


sub spellings {
    my ($mine, $other) = @_;

    my $letter = sprintf '%%%02x', ord $mine;
    my $upper = uc $letter;
    my $rest = substr $mine, 1;
    my $coded = join '', map { sprintf '%%%02X', ord } split //, $mine;

    return (
        # dot segments and slashes
        [ "/fhir/Binary/$mine", $mine ],
        [ "/fhir/Binary/./$mine", $mine ],
        [ "/./fhir/./Binary/$mine", $mine ],
        [ "//fhir///Binary//$mine", $mine ],
        [ "/fhir/Binary/$other/../$mine", $mine ],
        [ "/fhir/Binary/$other//../$mine", $mine ],
        [ "/x/../fhir/x/../Binary/$mine", $mine ],
        [ "/fhir/Binary/../Binary/$mine", $mine ],

        # escapes
        [ "/fhir/Binary/$other/%2e%2e/$mine", $mine ],
        [ "/fhir/Binary/$other/%2E./$mine", $mine ],
        [ "/fhir/Binary/%2e/$mine", $mine ],
        [ "/fhir/Binary/$other%2F..%2f$mine", $mine ],
        [ "/fhir/Binary%2F$mine", $mine ],
        [ "/fhir%2fBinary/$mine", $mine ],
        [ "/fhir/%42inary/$mine", $mine ],
        [ "/%66hir/Binary/$mine", $mine ],
        [ "/fhir/%42inary/../Binary/$mine", $mine ],
        [ "/fhir/Binary/$letter$rest", $mine ],
        [ "/fhir/Binary/$upper$rest", $mine ],
        [ "/fhir/Binary/$coded", $mine ],

        # queries
        [ "/fhir/Binary/$mine?", $mine ],
        [ "/fhir/Binary/$mine?_pretty=true", $mine ],
        [ "/fhir/Binary/$mine?_format=json", $mine ],
        [ "/fhir/Binary/$mine?a=%2F%2e%2E+b&_pretty=x&c",
          "$mine?a=%2F%2e%2E+b&c" ],
        [ "/fhir/Binary/$mine?a=/../$other", "$mine?a=/../$other" ],
        [ "/fhir/Binary/$other/../$mine?a=b", "$mine?a=b" ],
        [ "/fhir/Binary/$mine??a=b", "$mine??a=b" ],
        [ "/fhir/Binary/$mine?a=%23", "$mine?a=%23" ],

        # versions
        [ "/fhir/Binary/$mine/_history/3", "$mine/_history/3" ],
        [ "/fhir/Binary/$mine/%5fhistory/%33", "$mine/_history/3" ],
        [ "/fhir/Binary/$mine/_history/4/../3", "$mine/_history/3" ],
        [ "/fhir/Binary/$other/../$mine//_history/./3?a=b&_pretty=1",
          "$mine/_history/3?a=b" ],
        [ "/fhir/Binary/$mine/_history/3/../..", 404 ],
        [ "/fhir/Binary/$mine/../$mine/_history/../_history/3",
          "$mine/_history/3" ],

        # the other document
        [ "/fhir/Binary/$mine/../$other", $other ],
        [ "/fhir/Binary/$mine/%2e%2e/$other", $other ],
        [ "/fhir/Binary/$mine%2f..%2f$other", $other ],
        [ "/fhir/Binary/$mine;/../$other", $other ],
        [ "/fhir/Binary/$mine%23/../$other", $other ],
        [ "/fhir/Binary/$mine%3F/../$other", $other ],
        [ "/fhir/Binary/$mine%3Fa=b/../$other", $other ],

        # none
        [ "/fhir/Binary/$mine;x", 404 ],
        [ "/fhir/Binary/$mine%3Bx", 404 ],
        [ "/fhir/Binary/$mine\\", 404 ],
        [ "/fhir/Binary/$other\\..\\$mine", 404 ],
        [ "/fhir/Binary/$mine%5C..%5C$other", 404 ],
        [ "/fhir/Binary/$mine%23", 404 ],
        [ "/fhir/Binary/$mine%3F", 404 ],
        [ "/fhir/Binary/$mine%252F..%252F$other", 404 ],
        [ "/fhir/Binary/$mine/", 404 ],
        [ "/fhir/Binary/$mine%20", 404 ],

        # a fragment
        [ "/fhir/Binary/$mine#", 400 ],
        [ "/fhir/Binary/$mine#x", 400 ],
        [ "/fhir/Binary/$mine#/../$other", 400 ],
        [ "/fhir/Binary/$mine#/%2e%2e/$other", 400 ],
        [ "/fhir/Binary/$mine#?access_token=x", 400 ],
        [ "/fhir/Binary/$mine?#", 400 ],
        [ "/fhir/Binary/$mine?a=b#/../$other", 400 ],
        [ "/fhir/Binary/$other/../$mine#", 400 ],
        [ "/fhir/Binary/$mine/_history/3#/../../../$other", 400 ],
        [ "/fhir/Binary/$mine%23#", 400 ],
        [ "/fhir/Binary/#/../$mine", 400 ],
    );
}


1;
