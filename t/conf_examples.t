#!/usr/bin/perl

# Every example is a configuration that nginx takes.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use FindBin;
use Test::More;

my $root = abs_path("$FindBin::Bin/..");
my $build = $ENV{FHIR_BINARY_BUILD} || "$root/build";
my $nginx = $ENV{TEST_NGINX_BINARY} || 'nginx';

my @examples = glob "'$root'/conf-examples/*.conf";

plan tests => scalar @examples;

for my $example (@examples) {
    my $dir = tempdir(CLEANUP => 1);

    open my $in, '<', $example or die "$example: $!\n";
    my $conf = do { local $/; <$in> };

    # what a run would leave behind goes to a directory of its own

    $conf =~ s{\S*(ngx_http_fhir_binary_module\.so)}{"$build/$1"};
    $conf =~ s{build/demo}{$dir}g;

    open my $out, '>', "$dir/nginx.conf" or die "$dir/nginx.conf: $!\n";
    print $out $conf;
    close $out;

    my $said = qx('$nginx' -t -q -e '$dir/error.log' -p '$root/' \\
                  -c '$dir/nginx.conf' 2>&1);

    is($said, '', $example =~ s{.*/}{}r);
}
