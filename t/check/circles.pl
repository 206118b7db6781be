#!/usr/bin/perl

# circles.pl TREE: no rooms of src/http call each other in a circle.  What
# they call is read from the objects of the build in TREE.

use strict;
use warnings;

my ($tree) = @ARGV;
my (%room, %calls, %state);
my $circles = 0;

my @objects = grep { !/_modules\.o$/ }
              glob "$tree/objs/addon/*/ngx_http_fhir_binary_*.o";

my @sources = ('ngx_http_fhir_binary_module.c',
               glob 'src/http/*.c src/http/*/*.c');

if (@objects != @sources) {
    printf "%d objects of %d files in %s\n", scalar @objects,
           scalar @sources, $tree;
    exit 1;
}

for my $object (@objects) {
    my ($name) = $object =~ /ngx_http_fhir_binary_(\w+)\.o$/;

    for (`nm $object`) {
        $room{$1} = $name if / [TDBR] (ngx_http_fhir_binary\w+)$/;
        $calls{$name}{$1} = 1 if / U (ngx_http_fhir_binary\w+)$/;
    }
}

visit($_) for sort keys %calls;

exit($circles ? 1 : 0);


# The rooms on the way here are in the order of the calls.

sub visit {
    my ($name, @way) = @_;

    if (($state{$name} // '') eq 'on the way') {
        shift @way while $way[0] ne $name;
        print 'a circle: ', join(' -> ', @way, $name), "\n";
        $circles++;
        return;
    }

    return if $state{$name};

    $state{$name} = 'on the way';

    my %to = map { $_ => 1 } grep { $_ ne $name }
             map { $room{$_} // () } keys %{ $calls{$name} };

    # the module's own table is data, that of the front door

    visit($_, @way, $name) for sort grep { $_ ne 'module' } keys %to;

    $state{$name} = 'done';
}
