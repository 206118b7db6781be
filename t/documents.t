#!/usr/bin/perl

# The committed sample documents are what their generator makes.

use strict;
use warnings;

use FindBin;
use Test::More tests => 1;

my $said = `$^X $FindBin::Bin/data/make_documents.pl --check 2>&1`;

is($said, '', 'make_documents.pl makes the same bytes again');
