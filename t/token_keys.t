# fhir_binary_key_request: one fetch for all who wait, age, unknown kids, and
# a source that fails.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;

use constant NOW => 1800000000;

my %scope = (scope => 'user/*.read');
my $a = mint_token({ %scope, exp => NOW + 1e6 }, now => NOW);
my $b = mint_token({ %scope, exp => NOW + 1e6 }, now => NOW, key => 'ec-b');
my $c = mint_token({ %scope, exp => NOW + 1e6 }, now => NOW, key => 'rsa-a');

sub answer {
    my ($text, $status) = @_;

    return sprintf "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                   . "Content-Length: %d\r\n\r\n%s",
                   $status // '200 OK', length $text, $text;
}

sub start {
    my (@script) = @_;

    my $source = backend(@script);
    my $port = $source->port;

    my $nginx = nginx_start(
        clock => NOW,
        files => { 'html/Binary/1' => 'a document' },
        server => <<"END");
        add_header X-Reason \$fhir_binary_reason always;
        proxy_max_temp_file_size 0;

        location /Binary/ {
            fhir_binary r4;
            fhir_binary_key_request /_jwks?from=gateway;
            fhir_binary_issuer @{[ISS]};
            fhir_binary_audience @{[AUD]};
        }

        location = /_jwks {
            internal;
            proxy_pass http://127.0.0.1:$port/keys;
        }
END

    return ($source, $nginx);
}

sub ask {
    my ($nginx, $token, @more) = @_;

    return said(raw_http($nginx->port, get('/Binary/1', $token, @more)));
}

sub said {
    my ($r) = @_;

    return ($r->{status} // $r->{end}) . ' ' . reason($r);
}

# Asks one after the other while the source waits, then lets that answer; what
# each got.

sub ask_many {
    my ($source, $nginx, @tokens) = @_;

    my @waiting = map { raw_http($nginx->port, get('/Binary/1', $_),
                                 later => 1) } @tokens;

    $source->go('keys');

    return map { said($_->()) } @waiting;
}

sub stop {
    my ($source, $nginx) = @_;

    $nginx->is_log_clean;
    $nginx->stop;
    $source->stop;
}

# Many requests during one slow fetch; the one that asked, and some of those
# that wait, leave.

{
    my ($source, $nginx) = start(WAIT('keys'), answer(jwks('ec-a')));

    for (1, 2) {
        my $gone = raw_http($nginx->port, get('/Binary/1', $a, 'Cookie: x'),
                            later => 1)
                   ->(until => sub { $source->reached('keys') });

        is($gone->{status}, undef, 'a client leaves before the keys are here');
    }

    is_deeply([ ask_many($source, $nginx, $a, $b, $a, $a) ],
              [ '200 ', '401 token_invalid', '200 ', '200 ' ],
              'all who wait for the keys are answered');

    my @requests = $source->requests;

    like($requests[0], qr{\AGET /keys\?from=gateway HTTP/1\.[01]\r\n},
         'the location is asked with its query');
    like($requests[0], qr{^Accept: application/json\r$}m, 'for JSON');
    unlike($requests[0], qr{^(?:Authorization|Cookie):}mi,
           "and learns nothing of the client's");
    is(scalar @requests, 2, 'one fetch, and one for the unknown kid');

    stop($source, $nginx);
}

# Unknown kids: once in 30 seconds; the answers between are not waited for.

{
    my ($source, $nginx) = start([ answer(jwks('ec-a')) ],
                                 [ answer(jwks('ec-a', 'ec-b')) ]);

    is(ask($nginx, $a), '200 ', 'the first keys');
    is(ask($nginx, $b), '200 ', 'a new key is found at once');
    is(ask($nginx, $c), '401 token_invalid', 'another kid is unknown');
    is(scalar(() = $source->requests), 2, 'and not looked for again so soon');

    $nginx->clock(NOW + 29);
    ask($nginx, $c);
    is(scalar(() = $source->requests), 2, 'nor after 29 seconds');

    $nginx->clock(NOW + 30);
    ask($nginx, $c) for 1 .. 3;
    is(scalar(() = $source->requests), 3, 'but after 30, once');

    # Age: the old set answers while a new one is fetched.

    $nginx->clock(NOW + 629);
    ask($nginx, $a);
    is(scalar(() = $source->requests), 3, 'the set is young for 600 seconds');

    $nginx->clock(NOW + 630);

    my $r = raw_http($nginx->port, get('/Binary/1', $a)
                                   =~ s/Connection: close\r\n//r,
                     until => qr/a document/);
    is($r->{status}, 200, 'an old set is good for an answer');
    is(header($r, 'Connection'), 'close',
       'whose connection is not kept behind the fetch');
    ok($source->wait_requests(4), 'and is fetched anew beside it');

    stop($source, $nginx);
}

# The source fails: what was read stays.

{
    my ($source, $nginx) = start([ answer(jwks('ec-a')) ],
                                 [ answer('{"keys":[]}') ],
                                 [ answer('<html>') ], [ RST ],
                                 [ answer(jwks('ec-b'), '500 Oops') ],
                                 [ answer(jwks('ec-b'), '206 Part') ],
                                 [ "HTTP/1.1 200 OK\r\nContent-Length: 99999"
                                   . "\r\n\r\n" . jwks('ec-b') ],
                                 [ answer(jwks('ec-b') . ' ' x 262144) ],
                                 [ answer(jwks('ec-b')) ]);

    is(ask($nginx, $a), '200 ', 'the first keys');

    my $now = NOW + 600;

    for my $n (2 .. 8) {
        $nginx->clock($now += 31);
        ask($nginx, $a);
        wait_for(sub { $source->finished == $n });

        is(ask($nginx, $a), '200 ', "the old keys outlive bad answer $n");
        is(scalar(() = $source->requests), $n, 'that is asked for once');
    }

    $nginx->clock($now += 31);
    ask($nginx, $a);
    wait_for(sub { $source->finished == 9 });

    is(ask($nginx, $a), '401 token_invalid', 'a withdrawn key is gone');
    is(ask($nginx, $b), '200 ', 'and the new one is there');

    is(scalar(() = $nginx->log =~ /no JWKS from "\/_jwks\?/g), 5,
       'each failure to fetch is logged');
    is(scalar(() = $nginx->log =~ /no usable JWKS from "\/_jwks\?/g), 2,
       'and each set that is none');

    stop($source, $nginx);
}

# No keys yet: 503 for all, and no storm.

{
    my ($source, $nginx) = start([ WAIT('keys'), answer('', '404 No') ],
                                 [ answer(jwks('ec-a')) ]);

    is_deeply([ ask_many($source, $nginx, ($a) x 4) ],
              [ ('503 keys_unavailable') x 4 ],
              'without keys all are turned away');

    my $r = raw_http($nginx->port, get('/Binary/1', $a));

    is_deeply([ $r->{status}, header($r, 'Retry-After'),
                header($r, 'WWW-Authenticate') ], [ 503, 5, undef ],
              'for a while, and no token is blamed');
    is(scalar(() = $source->requests), 1, 'without asking each time');

    is(ask($nginx, undef), '401 login', 'no token is told first');

    $nginx->clock(NOW + 2);
    is(ask($nginx, $a), '200 ', 'and then the keys are there');

    stop($source, $nginx);
}

# A set larger than all buffers of a proxy.

{
    my @many = map { jwk('rsa-a', kid => "k$_", 'x-pad' => 'p' x 2500) }
               1 .. 60;

    my ($source, $nginx) = start(answer(jwks(@many, 'ec-a')));

    is(ask($nginx, $a), '200 ', 'a JWKS of 180 KiB is read');

    stop($source, $nginx);
}

done_testing();
