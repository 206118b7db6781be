# README.md names each example, and its configurations are good ones.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirExample;
use FhirToken 'jwks';

my $readme = do {
    open my $fh, '<', 'README.md' or die "README.md: $!";
    local $/;
    <$fh>;
};


# The examples

for my $name (example_names()) {
    like($readme, qr/^\| `\Q$name\E` \| \S/m, "the example $name");
}

is_deeply([ grep { !-e "conf-examples/$_" } $readme =~ /`([\w-]+\.conf)`/g ],
          [], 'no example that there is not');


# The configurations

my @snippets = $readme =~ /^```nginx\n(.*?)^```/msg;

ok(@snippets > 0, 'there is a configuration');

for my $text (@snippets) {
    my $lines = () = $text =~ /\n/g;

    cmp_ok($lines, '<=', 18, 'a short one');

    my ($exit, $said) = nginx_conf_test('', prepare_text($text));

    is("$exit $said", '0 ', 'and nginx takes it');
}


# nginx -t with the text as a whole; a port and a file that are there.

sub prepare_text {
    my ($text) = @_;

    return (conf => sub {
        my ($dir, $port) = @_;

        FhirBinary::write_files($dir, 'jwks.json' => jwks('ec-a'));

        my $module = join '', map { "load_module $_;\n" }
                              split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';

        $text =~ s/^load_module .*\n//m;
        $text =~ s/listen \K8080/127.0.0.1:$port/;
        $text =~ s{/etc/nginx/jwks\.json}{$dir/jwks.json};
        $text =~ s/^http \{\n\K/
            client_body_temp_path $dir\/a; proxy_temp_path $dir\/b;
            fastcgi_temp_path $dir\/c; uwsgi_temp_path $dir\/d;
            scgi_temp_path $dir\/e; access_log off;\n/m;

        return "${module}pid $dir/nginx.pid;\n$text";
    });
}

done_testing();
