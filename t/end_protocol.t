# What a protocol says besides a body is believed only where nginx acts on it:
# chunks of a source that has none, a HEAD behind an update of a cache, a 101.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;
use FhirPeer ();
use Responder;

use constant NOW => 1_800_000_000;

my $document = document(20_000);

# uwsgi and SCGI have no chunks: nginx reads the field and not the framing.

for my $protocol (qw(uwsgi scgi)) {
    my $source = responder($protocol, sub {
        my ($ask) = @_;

        return wire($ask, substr($document, 0, 9_000),
                    type => 'application/pdf',
                    headers => [ 'Transfer-Encoding: chunked' ]), FIN;
    });

    my $on = open_endpoint($source);

    my $ngx = nginx_start(
        http => "${protocol}_cache_path cache keys_zone=c:1m;
                 ${protocol}_cache_key \$uri; ${protocol}_cache_valid any 1m;",
        server => "location /buffered/Binary/ { $on }
                   location /direct/Binary/ { $on ${protocol}_buffering off; }
                   location /cached/Binary/ { $on ${protocol}_cache c; }");

    for my $where (qw(buffered direct cached cached)) {
        for my $form (qw(native json xml)) {
            my $r = fetch($ngx->port, 'a', accept => $TYPE{$form},
                          prefix => "/$where/Binary/");

            is(outcome($r), '502 exception',
               "$protocol with Transfer-Encoding, $where, $form: refused");
        }
    }

    $ngx->is_log_clean;
}

# A stale document is updated behind a HEAD: php-fpm, say, is asked with HEAD
# too, as $request_method is the client's, and gives no body.

for my $protocol (qw(fastcgi uwsgi scgi)) {
    my $source = responder($protocol, sub {
        my ($ask) = @_;

        return wire($ask, $ask->{method} eq 'HEAD' ? '' : $document,
                    type => 'application/pdf', told => 1);
    });

    my $on = open_endpoint($source);

    my $ngx = nginx_start(
        clock => NOW,
        http => "${protocol}_cache_path cache keys_zone=c:1m;
                 ${protocol}_cache_key \$uri; ${protocol}_cache_valid 200 1s;
                 ${protocol}_cache_use_stale updating;
                 ${protocol}_cache_background_update on;",
        server => "location /auto/Binary/ { $on ${protocol}_cache c; }
                   location /raw/Binary/ { $on ${protocol}_cache c;
                                           fhir_binary_backend raw; }");

    for my $where (qw(auto raw)) {
        my $seen = $source->seen;
        my $get = sub {
            my $r = fetch($ngx->port, 'b', prefix => "/$where/Binary/",
                          accept => $TYPE{native});

            return $r->{body} eq $document ? 'whole' : outcome($r);
        };

        is($get->(), 'whole', "$protocol, $where: a document");

        $ngx->clock(NOW + 100 * ++$seen);
        fetch($ngx->port, 'b', prefix => "/$where/Binary/", method => 'HEAD');
        FhirPeer::wait_for(sub { $source->seen >= $seen + 1 });

        is($get->(), 'whole', "$protocol, $where: and behind a HEAD")
            for 1 .. 3;
    }

    $ngx->is_log_clean;
}

# A backend that changes the protocol gets no tunnel through the gateway.

my $tunnel = backend("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n"
                     . "Connection: Upgrade\r\n\r\n", NEXT,
                     "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret");

my $ngx = nginx_start(map { $_ => open_endpoint($tunnel, path => '')
    . 'proxy_set_header Upgrade $http_upgrade;
       proxy_set_header Connection upgrade;' } 'location');

for my $more ('', "Connection: Upgrade\r\nUpgrade: x\r\n") {
    my $r = raw_http($ngx->port, "GET /Binary/1 HTTP/1.1\r\nHost: a\r\n$more"
                     . "\r\nGET /secret HTTP/1.1\r\nHost: a\r\n"
                     . "Connection: close\r\n\r\n");

    is($r->{status}, 502, 'a 101 is no document');
    unlike($r->{received}, qr/secret/, 'and no way to the backend');
}

is(scalar(grep { m{^GET /secret} } $tunnel->requests), 0,
   'which hears nothing more');

$ngx->is_log_clean;

done_testing();
