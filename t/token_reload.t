# Under load: reloads, slow fetches that overlap, clients that leave, and
# streams of HTTP/2 that are reset while they wait.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use JSON::PP;

my $jwt = mint_token({ scope => 'user/*.read' });
my $unknown = mint_token({ scope => 'user/*.read' }, key => 'ec-c');

sub answer {
    my ($body) = @_;

    return sprintf "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                   . "Content-Length: %d\r\n\r\n%s", length $body, $body;
}

# Slow ones, so that much is under way at any time; one waits for the test.

my $source = backend(PAUSE(0.15), answer(jwks('ec-a')));
my $slow = backend(WAIT('keys'), answer(jwks('ec-a')));
my $endpoint = backend(PAUSE(0.15), answer(encode_json({
    active => JSON::PP::true, scope => 'user/*.read', iss => ISS,
    aud => AUD })));

my ($keys, $slow_keys, $introspect) = map { $_->port } $source, $slow,
                                                        $endpoint;
my $h2 = free_port();

my %configuration = (
    http => <<"END",
        server {
            listen 127.0.0.1:$h2 http2;
            add_header X-Reason \$fhir_binary_reason always;
            fhir_binary_key_request /_jwks;
            fhir_binary_issuer @{[ISS]};
            fhir_binary_audience @{[AUD]};

            location /Binary/ { fhir_binary r4; }
            location /_jwks {
                internal;
                proxy_pass http://127.0.0.1:$slow_keys;
            }
        }
END
    server => <<"END",
        add_header X-Reason \$fhir_binary_reason always;
        fhir_binary_key_request /_jwks;
        fhir_binary_introspect /_introspect;
        fhir_binary_issuer @{[ISS]};
        fhir_binary_audience @{[AUD]};
        fhir_binary_token_cache zone=tokens:64k;

        location /Binary/ { fhir_binary r4; }
        location /all/ {
            fhir_binary r4;
            fhir_binary_introspect /_introspect all;
            alias html/;
        }
        location /_jwks { internal; proxy_pass http://127.0.0.1:$keys; }
        location /_introspect {
            internal;
            proxy_method POST;
            proxy_set_body token=\$fhir_binary_token;
            proxy_pass http://127.0.0.1:$introspect;
        }
END
);

my ($exit, $said) = nginx_conf_test($configuration{http});
my $has_h2 = $exit == 0;

if (!$has_h2) {
    diag("SKIPPED: this nginx has no \"listen ... http2\": $said");
    $configuration{http} = '';
}

my $nginx = nginx_start(
    %configuration,
    master => 1,
    workers => 2,
    files => { 'html/Binary/1' => 'a document' },
);

# HTTP/2 by hand: streams that are reset while the keys are on their way.

if ($has_h2) {
    my $field = sub {
        my ($name, $value) = @_;

        my $length = length $value;
        my $prefix = chr $length;

        if ($length >= 127) {
            my $left = $length - 127;

            $prefix = chr 127;
            while ($left >= 128) {
                $prefix .= chr($left % 128 | 128);
                $left = int $left / 128;
            }
            $prefix .= chr $left;
        }

        return "\0" . chr(length $name) . $name . $prefix . $value;
    };

    my $frame = sub {
        my ($type, $flags, $stream, $payload) = @_;

        return substr(pack('N', length $payload), 1)
               . pack('CCN', $type, $flags, $stream) . $payload;
    };

    my $head = join '', map { $field->(@$_) }
        [':method', 'GET'], [':scheme', 'http'], [':path', '/Binary/1'],
        [':authority', 'localhost'], ['authorization', "Bearer $jwt"];

    my $bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . $frame->(4, 0, 0, '');

    $bytes .= $frame->(1, 5, $_ * 2 + 1, $head) for 0 .. 5;

    # the one that asks, and two that wait

    my $resets = join '', map { $frame->(3, 0, $_, pack 'N', 8) } 1, 5, 9;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $h2) or die;

    syswrite $socket, $bytes;
    wait_for(sub { $slow->reached('keys') == 1 });
    syswrite $socket, $resets;
    peer_read($socket);
    $slow->go('keys');

    my $got = '';

    while ((() = $got =~ /a document/g) < 3) {
        last if !IO::Select->new($socket)->can_read(60);
        last if !sysread $socket, $got, 65536, length $got;
    }

    is(scalar(() = $got =~ /a document/g), 3,
       'of six streams that wait for keys, the three that stay are answered');

    close $socket;

    # all of a connection goes, at once, before the answer

    $slow->halt('keys');

    $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                    PeerPort => $h2) or die;
    syswrite $socket, $bytes =~ s/\Q$jwt\E/$unknown/gr;
    wait_for(sub { $slow->reached('keys') == 2 });
    close $socket;
    $slow->go('keys');
}

# Load: some stay, some leave at once; nginx is reloaded meanwhile.

my @pipes;
my $enough = $nginx->root . '/enough';

for my $client (1 .. 4) {
    my $pid = open(my $pipe, '-|') // die;

    if ($pid == 0) {
        Test::More->builder->no_ending(1);

        my %count;
        my $n = 0;

        while ($n < 12 || !-e $enough) {
            my $path = $n % 2 ? '/Binary/1' : '/all/Binary/1';
            my $token = $n % 3 ? $jwt : "opaque-" . int($n / 9);

            # this one leaves at any moment

            if ($client == 4) {
                raw_http($nginx->port, get($path, $token . 'x' x ($n % 2)),
                         timeout => 0.02, until => qr/./, rst => $n % 2);
                $n++;
                next;
            }

            my $r = raw_http($nginx->port, get($path, $token));

            $count{ $r->{status} ? "$r->{status} " . reason($r)
                    : $r->{received} eq '' && $r->{end} =~ /rst|refused|fin/
                      ? 'gone' : $r->{end} }++;
            $n++;
        }

        print encode_json(\%count);
        close STDOUT;
        POSIX::_exit(0);
    }

    push @pipes, $pipe;
}

wait_for(sub { (() = $nginx->access_log =~ /\n/g) > 8 });
ok($nginx->reload, 'a reload under load') for 1 .. 3;

write_file($enough, '');

my %count;

for my $pipe (@pipes) {
    my $one = decode_json(scalar(<$pipe>) // '{}');
    $count{$_} += $one->{$_} for keys %$one;
}

my $served = delete $count{'200 '} // 0;
my $gone = delete $count{gone} // 0;

ok($served > 20, "$served requests were served");
ok($gone <= 12, "$gone met a socket that was closing");
is_deeply(\%count, {}, 'and no other answer was given');

$nginx->is_log_clean;
unlike($nginx->log, qr/exited on signal/, 'no worker died');
$nginx->stop;
$_->stop for $source, $slow, $endpoint;

done_testing();
