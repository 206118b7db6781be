# satisfy any: whom another module admits stays admitted where the backend
# sends nginx to in the same location, whatever token comes along, and nowhere
# else.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirToken ();

my $be = backend(sub {
    return "HTTP/1.1 200 OK\r\nX-Accel-Redirect: /$1/Binary/there\r\n"
           . "Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
        if $_[0] =~ m{^GET /(\w+)/Binary/moved};

    return "HTTP/1.1 200 OK\r\nX-Accel-Redirect: /elsewhere/Binary/there\r\n"
           . "Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
        if $_[0] =~ m{^GET /leaving/};

    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
           . "Content-Length: 5\r\n\r\nthere";
});

my $up = 'fhir_binary r4; proxy_http_version 1.1; '
         . 'proxy_pass http://127.0.0.1:' . $be->port . ';';

my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a') },
    server => <<"END");
    fhir_binary_key_file jwks.json;
    fhir_binary_issuer @{[FhirToken::ISS]};
    fhir_binary_audience @{[FhirToken::AUD]};

    location /admitted/ { satisfy any; allow 127.0.0.1; deny all; $up }
    location /stranger/ { satisfy any; deny all; $up }

    location /leaving/ { satisfy any; allow 127.0.0.1; deny all; $up }
    location /elsewhere/ { internal; $up fhir_binary_auth off; }

    location /asked/ { satisfy any; allow 127.0.0.1; deny all; $up
        fhir_binary_introspect /_introspect/\$arg_realm; }
    location /_introspect/ { internal; return 200 '{"active":false}'; }
END

my $good = FhirToken::mint_token({ scope => 'user/Binary.read '
                                            . 'user/DocumentReference.read' });
my $narrow = FhirToken::mint_token({ scope => 'user/Patient.read' });

my @token = ([ 'no token' ], [ 'a good token', $good ],
             [ 'one without scopes', $narrow ], [ 'one that is none', 'x' ]);

for my $place ('admitted', 'asked', 'stranger') {
    for (@token) {
        my ($what, $token) = @$_;

        for my $id ('there', 'moved') {
            my $r = ask($ngx->port, "GET /$place/Binary/$id",
                        defined $token ? "Authorization: Bearer $token" : ());

            my $may = $place ne 'stranger' || $what eq 'a good token';

            is($r->{status} < 300 ? "$r->{status} $r->{body}" : 'refused',
               $may ? '200 there' : 'refused', "$place, $what: $id");
        }
    }
}

# Another location of the module's asks for the token: who was admitted without
# one was admitted to the first.

for (@token) {
    my ($what, $token) = @$_;
    my $r = ask($ngx->port, 'GET /leaving/Binary/moved',
                defined $token ? "Authorization: Bearer $token" : ());

    is($r->{status} < 300 ? "$r->{status} $r->{body}" : 'refused',
       $what eq 'a good token' ? '200 there' : 'refused',
       "another location, $what");
}

$ngx->is_log_clean;
done_testing();
