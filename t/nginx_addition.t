# Other modules' filters below ours: one that adds to a document ends it in the
# middle of our call, and one that keeps a header back until it has the body is
# given that body, also of a HEAD.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $be = backend("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                 . "Content-Length: 5\r\n\r\nhello");

my $on = 'fhir_binary r4; fhir_binary_auth off; addition_types *;';
my $up = 'proxy_http_version 1.1; proxy_pass http://127.0.0.1:' . $be->port
         . ';';

my $ngx = nginx_start(
    files  => { map { ("html/$_/Binary/1" => 'hello') }
                    qw(file-after file-before file-both) },
    server => <<"END");
    default_type text/plain;
    location = /head { return 200 "HEAD "; }
    location = /foot { return 200 " FOOT"; }

    location /file-after/ { $on add_after_body /foot; }
    location /file-before/ { $on add_before_body /head; }
    location /file-both/ { $on add_before_body /head; add_after_body /foot; }
    location /proxy-after/ { $on $up add_after_body /foot; }
    location /proxy-both/ { $on $up add_before_body /head;
                            add_after_body /foot; }
END

my %body = (after => 'hello FOOT', before => 'HEAD hello',
            both => 'HEAD hello FOOT');

for my $place (qw(file-after file-before file-both proxy-after proxy-both)) {
    my ($how) = $place =~ /-(.*)/;

    for my $version ('1.0', '1.1') {
        my $r = ask($ngx->port, "GET /$place/Binary/1 HTTP/$version");

        is("$r->{status} $r->{body}", "200 $body{$how}",
           "$place, HTTP/$version");
    }

    my $r = ask($ngx->port, "HEAD /$place/Binary/1");

    is("$r->{status} $r->{body}", '200 ', "$place, HEAD");
}

$ngx->is_log_clean;
done_testing();
