# Verdicts and keys are known by what was really asked: by the URI that
# fhir_binary_key_request or fhir_binary_introspect comes to.  Where it has no
# variables, the internal location sees nothing of the request.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use POSIX ();
use Time::HiRes qw(sleep);

use constant NOW => 1800000000;

sub answer {
    my ($body, $status) = @_;

    return sprintf "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                   . "Content-Length: %d\r\n\r\n%s",
                   $status // '200 OK', length $body, $body;
}

# Tenant a has one key and one opaque token, b has others.

my %keys = (a => jwks('ec-a'), b => jwks('ec-b'));

my $server = backend(sub {
    my ($request) = @_;
    my ($what, $tenant) = $request =~ m{\A\w+ /(\w+)/(\w*)};

    return answer($keys{$tenant} // '', $keys{$tenant} ? '200 OK' : '404 No')
        if $what eq 'keys';

    my ($owner) = $request =~ /token=opaque-(\w)/;
    my $body = '{"active":' . ($owner eq $tenant ? 'true' : 'false')
               . ',"scope":"user/*.read","iss":"' . ISS . '"}';

    return (PAUSE($request =~ /slow/ ? 0.4 : 0), answer($body));
});

my $port = $server->port;

my $policy = <<"END";
            root html/docs;
            try_files /document =404;
            fhir_binary r4;
            fhir_binary_issuer @{[ISS]};
            fhir_binary_audience off;
END

my $nginx = nginx_start(
    clock => NOW,
    files => { 'html/docs/document' => 'a document' },
    http => 'map $arg_u $mapped { default $arg_u; }',
    server => <<"END");
        server_name second.example third.example;
        add_header X-Reason \$fhir_binary_reason always;
        add_header X-Cache \$fhir_binary_token_cache always;
        fhir_binary_token_cache zone=tokens:256k;

        location ~ ^/of/(?<tenant>\\w+)/ {
            $policy
            fhir_binary_key_request /_keys/\$tenant;
            fhir_binary_introspect /_ask/\$tenant opaque;
        }

        # a location that depends on what its URI has, and takes it from there
        # or from the request

        location ~ ^/same/(?<tenant>\\w+)/ {
            $policy
            fhir_binary_key_request /_same?\$tenant;
            fhir_binary_introspect /_same_ask?\$tenant opaque;
        }

        location = /_same {
            internal;
            proxy_pass http://127.0.0.1:$port/keys/\$tenant;
        }

        location = /_same_ask {
            internal;
            proxy_method POST;
            proxy_set_body token=\$fhir_binary_token;
            proxy_pass http://127.0.0.1:$port/ask/\$tenant;
        }

        location ~ ^/hidden/(?<tenant>\\w+)/ {
            $policy
            fhir_binary_key_request /_hidden;
            fhir_binary_introspect /_hidden?ask opaque;
        }

        location ~ ^/part/(?<tenant>\\w+)/ {
            $policy
            fhir_binary_key_request /_part?\$tenant;
            fhir_binary_introspect /_part?\$tenant opaque;
        }

        location ~ ^/host/(?<tenant>\\w+)/ {
            $policy
            fhir_binary_key_request /_part?\$host;
            fhir_binary_introspect /_part?\$host opaque;
        }

        location = /_part {
            internal;
            proxy_method POST;
            proxy_set_body "part \$tenant|\$host|\$http_host|";
            proxy_pass http://127.0.0.1:$port/keys/;
        }

        location /any/ {
            $policy
            fhir_binary_key_request \$mapped;
            fhir_binary_introspect \$mapped opaque;
        }

        location ~ ^/_(?<what>keys|ask)/(?<of>.*) {
            internal;
            proxy_method POST;
            proxy_set_body token=\$fhir_binary_token;
            proxy_pass http://127.0.0.1:$port/\$what/\$of;
        }

        location = /_hidden {
            internal;
            proxy_method POST;
            proxy_set_body "\$host|\$http_host|\$request_uri|\$http_cookie|";
            proxy_pass http://127.0.0.1:$port/keys/\$tenant;
        }
END

sub ask {
    my ($path, $token, $host) = @_;

    my $request = get($path, $token, 'Cookie: c');

    $request =~ s/^Host: .*\r$/Host: $host\r/m if $host;

    my $r = raw_http($nginx->port, $request);

    return join ' ', $r->{status} // $r->{end},
                     header($r, 'X-Cache') // '-', reason($r) || ();
}

my %scope = (scope => 'user/*.read', exp => NOW + 300);

my $a = mint_token({%scope}, now => NOW);
my $b = mint_token({%scope}, now => NOW, key => 'ec-b',
                   header => { kid => 'ec-a' });

# One location, two tenants: keys and verdicts of one are not the other's.

is(ask('/of/a/Binary/1', $a), '200 MISS', 'the keys of a tenant');
is(ask('/of/a/Binary/2', $a), '200 HIT', 'and its verdict');
is(ask('/of/b/Binary/1', $a), '401 MISS token_invalid',
   'open nothing of another tenant');
is(ask('/of/a/Binary/1', $a), '200 HIT', 'whatever came between');

is(ask('/of/a/Binary/1', 'opaque-a'), '200 MISS', 'a token is asked about');
is(ask('/of/a/Binary/1', 'opaque-a'), '200 HIT', 'once for a tenant');
is(ask('/of/b/Binary/1', 'opaque-a'), '401 MISS token_invalid',
   'and again for another');
is(ask('/of/b/Binary/1', 'opaque-a'), '401 HIT token_invalid',
   'whose refusal is its own');
is(ask('/of/a/Binary/1', 'opaque-a'), '200 HIT', 'as well');

is(scalar(grep { m{ /keys/} } $server->requests), 3,
   'each has its keys fetched once, and anew for the kid it has not');

is(ask('/same/a/Binary/1', $a), '200 MISS', 'a capture of the request');
is(ask('/same/b/Binary/1', $a), '401 MISS token_invalid',
   'is as good as one of the URI');
is(ask('/same/a/Binary/1', 'opaque-a'), '200 MISS', 'for any token');
is(ask('/same/b/Binary/1', 'opaque-a'), '401 MISS token_invalid',
   'for all of them');

# At the same time: who waits for one answer does not get the other.

my @pipes;

for my $tenant (qw(a b a b)) {
    my $pid = open(my $pipe, '-|') // die;

    if ($pid == 0) {
        Test::More->builder->no_ending(1);
        print ask("/of/$tenant/Binary/1", 'opaque-b-slow');
        close STDOUT;
        POSIX::_exit(0);
    }

    push @pipes, $pipe;
    sleep 0.05;
}

is_deeply([ map { scalar <$_> } @pipes ],
          [ ('401 MISS token_invalid', '200 MISS') x 2 ],
          'one question for each tenant');
is(scalar(grep { /slow/ } $server->requests), 2, 'and no more than that');

# An internal location cannot tell one request from another.

my $before = () = $server->requests;

for my $host (qw(localhost second.example evil.example)) {
    for my $tenant (qw(a b)) {
        ask("/hidden/$tenant/Binary/1", $a, $host);
        $nginx->clock(NOW + 2 * ++$before);
    }
}

my %seen = map { ((split / HTTP/)[0] . ' ' . (/\r\n\r\n(.*)/s)[0] => 1) }
           grep { /\|/ } $server->requests;

is_deeply([ sort keys %seen ],
          [ 'POST /keys/ localhost||/_hidden||' ],
          'neither by Host, nor by a capture, nor by the target');

# One whose URI has variables does not see the Host, unless it has that, too.

for my $host (qw(localhost evil.example)) {
    for my $where (qw(part host)) {
        ask("/$where/a/Binary/1", $a, $host);
        $nginx->clock(NOW + 2 * ++$before);
    }
}

%seen = map { (/\r\n\r\n(part .*)/s)[0] => 1 }
        grep { /\r\n\r\npart / } $server->requests;

is_deeply([ sort keys %seen ],
          [ 'part a|evil.example|evil.example|', 'part a|localhost|localhost|',
            'part a|localhost||' ],
          'but by what its URI says');

# URIs that are none.

my $open = '/any/Binary/1?u=';

is(ask("$open/_keys/a", $a), '200 MISS', 'a whole URI from the request');

for my $u ('', 'http://127.0.0.1/keys/a', '_keys/a', '/_keys/../_keys/a',
           '/_keys/%2e%2e/a', '/_keys/..', '..', '/_keys/%00a', '?/_keys/a')
{
    is(ask("$open$u", $a), '503 - keys_unavailable', "no URI: \"$u\"");
    is(ask("$open$u", 'opaque-a'), '503 MISS introspection_unavailable',
       'for no kind of token');
}

is(scalar(() = $nginx->log
          =~ /what "fhir_binary_key_request" comes to is no URI of/g), 18,
   'the log names the directive');

$nginx->is_log_clean;
$nginx->stop;
$server->stop;

done_testing();
