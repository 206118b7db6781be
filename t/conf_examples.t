# Every example is a configuration that nginx takes, without a warning.

use strict;
use warnings;

use File::Temp qw(tempdir);

use lib 't/lib';
use FhirBinary '-more';
use FhirExample;

my $nginx = $ENV{TEST_NGINX_BINARY};
my %ports = map { $_ => free_port() } 8080 .. 8083;

for my $example (example_names()) {
    my $dir = tempdir(CLEANUP => 1);
    open my $out, '>', "$dir/nginx.conf" or die "$dir/nginx.conf: $!\n";
    print $out example_text($example, $dir, \%ports);
    close $out;

    my $said = qx('$nginx' -t -q -e '$dir/error.log' -p '$dir' \\
                  -c '$dir/nginx.conf' 2>&1);

    is($said, '', $example);
}

done_testing();
