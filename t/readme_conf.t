# README.md names each example and each room of the house, and its
# configurations do what it says of them.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirExample;
use FhirToken qw(mint_token jwks);

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


# The house map: a room by its name, a part of one by its noun.

my ($map) = $readme =~ /^## House map\n(.*?)^## /ms;

my @rooms = glob 'src/http/*.c src/http/*/*.c src/core/*.c';

cmp_ok(scalar(@rooms), '>', 80, 'the rooms are there');

for my $path (@rooms) {
    my ($name) = $path =~ m{/(?:ngx_http_fhir_binary|fhb)_(\w+)\.c$};
    my ($noun) = $path =~ /core/ ? $name =~ /^([^_]+)/ : $name;

    like($map, qr/^\|(?:[^|]*\|)?[^|]*`(?:$name|$noun)`/m, "the room $name");
}


# The configurations

my $store = answers('/documents/XR-197198634' => [ '200 OK', '%PDF-1.4',
                                                   'Content-Type: application/pdf' ]);

my @snippets = $readme =~ /^```nginx\n(.*?)^```/msg;

ok(@snippets > 0, 'there is a configuration');

for my $text (@snippets) {
    my $lines = () = $text =~ /\n/g;

    cmp_ok($lines, '<=', 18, 'a short one');

    my ($exit, $said) = nginx_conf_test('', conf => conf_of($text));

    is("$exit $said", '0 ', 'nginx takes it');

    my $ngx = nginx_start(conf => conf_of($text, 'daemon off;'
                                          . 'master_process off;'));
    my $url = 'GET /fhir/Binary/XR-197198634';
    my $token = mint_token({ iss => 'https://auth.example.org',
        aud => 'https://fhir.example.org/fhir',
        scope => 'user/Binary.read user/DocumentReference.read' });

    is_outcome(ask($ngx->port, $url), 401, 'login', 'no token, no document');
    is(ask($ngx->port, $url, "Authorization: Bearer $token")->{body},
       '%PDF-1.4', 'a token, the document');
    like(ask($ngx->port, $url, "Authorization: Bearer $token",
             'Accept: application/fhir+json')->{body},
         qr/^\{"resourceType":"Binary","id":"XR-197198634",/,
         'and the resource');
}


# The text as a whole, with ports and files that are there.

sub conf_of {
    my ($text, $main) = @_;

    return sub {
        my ($dir, $port) = @_;

        FhirBinary::write_files($dir, 'jwks.json' => jwks('ec-a'));

        my $module = join '', map { "load_module $_;\n" }
                              split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
        my $user = $> == 0 ? 'user root;' : '';

        $text =~ s/^load_module .*\n//m;
        $text =~ s/listen \K8080/127.0.0.1:$port/;
        $text =~ s/127\.0\.0\.1:\K8081/$store->port/e;
        $text =~ s{/etc/nginx/jwks\.json}{$dir/jwks.json};
        $text =~ s/^http \{\n\K/
            client_body_temp_path $dir\/a; proxy_temp_path $dir\/b;
            fastcgi_temp_path $dir\/c; uwsgi_temp_path $dir\/d;
            scgi_temp_path $dir\/e; access_log off;\n/m;

        return "$module$user pid $dir/nginx.pid; @{[ $main // '' ]}\n$text";
    };
}

done_testing();
