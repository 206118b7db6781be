# Trailers and early hints of a backend are fields of its response: under the
# sandbox only those pass that may pass in a head.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirConnection;

# 1.27.2 has proxy_pass_trailers, 1.29.0 early_hints.

my %has = map {
    my ($exit) = nginx_conf_test("$_;", context => 'server');
    $_ => $exit == 0;
} 'proxy_pass_trailers on', 'early_hints $http_x_hints';

plan(skip_all => 'this nginx passes neither trailers nor early hints')
    if !grep { $_ } values %has;

my $curl = `curl -V` =~ /\bHTTP2\b/;

my @fields = (
    [ 'X-Request-Id', 'request-1', 1 ],
    [ 'X-Correlation-Id', 'correlation-1', 1 ],
    [ 'Set-Cookie', 'session=secret' ],
    [ 'X-Patient', 'secret' ],
    [ 'Link', '</secret.css>; rel=preload' ],
    [ 'Location', 'http://internal.example/secret' ],
    [ 'Server-Timing', 'db;desc="secret"' ],
    [ 'grpc-message', 'secret' ],
    [ 'Content-Security-Policy', "default-src 'secret'" ],
    [ 'Access-Control-Allow-Origin', 'http://secret.example' ],
);

my $fields = join '', map { "$_->[0]: $_->[1]\r\n" } @fields;

# a document, a resource, an OperationOutcome, a page

my %body = (
    raw => [ '200 OK', 'application/pdf', 'a document' ],
    fhir => [ '200 OK', 'application/fhir+json', '{"resourceType":"Binary",'
              . '"contentType":"application/pdf","data":"TWFu"}' ],
    own => [ '404 No', 'application/fhir+json', '{"resourceType":'
             . '"OperationOutcome","issue":[{"severity":"error","code":'
             . '"not-found"}]}' ],
    page => [ '404 No', 'text/html', '<html>' ],
    failed => [ '500 No', 'text/html', '<html>' ],
);

my $be = backend(sub {
    my ($request) = @_;
    my ($name) = $request =~ m{/Binary/(\w+)};
    my ($status, $type, $body) = @{ $body{$name} };

    # Cut in two, so that the head is read before the trailers are there.

    my $n = length($body) - 2;

    return ("HTTP/1.1 103 Early Hints\r\n$fields\r\n",
            "HTTP/1.1 $status\r\nContent-Type: $type\r\nTrailer: X-Patient\r\n"
            . "Transfer-Encoding: chunked\r\n\r\n"
            . sprintf("%x\r\n%s\r\n2\r\n%s\r\n", $n, substr($body, 0, $n),
                      substr $body, $n),
            "0\r\n$fields\r\n");
});

my $pass = join ' ', $has{'proxy_pass_trailers on'}
                     ? ('proxy_pass_trailers on;',
                        'proxy_set_header TE trailers;',
                        'proxy_set_header Connection te;') : (),
                     $has{'early_hints $http_x_hints'}
                     ? 'early_hints $http_x_hints;' : ();

my $proxy = "$pass proxy_http_version 1.1;
             proxy_pass http://127.0.0.1:" . $be->port . '/Binary/;';

my $on = open_endpoint();
my $h2 = free_port();

my $locations = "
    location /buffered/Binary/ { $on $proxy }
    location /direct/Binary/ { $on $proxy proxy_buffering off; }
    location /open/Binary/ { $on $proxy fhir_binary_sandbox off; }
    location /stock/Binary/ { $proxy }";

my $ngx = nginx_start(
    http => "server { listen 127.0.0.1:$h2; http2 on; $locations }",
    server => $locations);

my %accept = (native => '*/*', json => 'application/fhir+json',
              xml => 'application/fhir+xml');

for my $hints (0, 1) {
    for my $name (sort keys %body) {
        for my $client (sort keys %accept) {
            for my $method ('GET', 'HEAD') {
                judge($_, $name, $client, $method, $hints)
                    for 'buffered', 'direct';
            }
        }
    }

    # What stock nginx passes, and the gateway without the sandbox, is what
    # the others do not.

    for my $where ('stock', 'open') {
        my $r = ask($where, 'raw', 'native', 'GET', $hints);

        like($r->{trailers}, qr/secret/, "$where: trailers pass")
            if $has{'proxy_pass_trailers on'};
        like("@{ $r->{interim} }", $hints ? qr/secret/ : qr/^$/,
             "$where: early hints pass if the client wants them")
            if $has{'early_hints $http_x_hints'};
    }
}

$ngx->is_log_clean;

done_testing();


sub ask {
    my ($where, $name, $client, $method, $hints) = @_;

    return connection($ngx->port)->ask("$method /$where/Binary/$name",
        "Accept: $accept{$client}", 'TE: trailers', "X-Hints: $hints");
}


sub judge {
    my ($where, $name, $client, $method, $hints) = @_;

    my $r = ask($where, $name, $client, $method, $hints);
    my $test = "$where, $name, $method by $client"
               . ($hints ? ', with hints' : '');
    my $rest = join '', @{ $r->{interim} }, $r->{trailers};

    my %may = map { $_->[2] ? (lc $_->[0] => 1) : () } @fields;
    my @bad = grep { !$may{lc $_} } $rest =~ /^([^:\s]+):/mg;

    is("@bad", '', "$test: no field but those that may pass");
    unlike("$r->{head}$rest", qr/secret/, "$test: nor a value of theirs");
    ok($r->{whole}, "$test: a whole response");

    # over HTTP/2, as curl shows it

    return if !$curl;

    my $seen = `curl -s -D - --http2-prior-knowledge -H 'X-Hints: $hints' \\
                -H 'TE: trailers' -H 'Accept: $accept{$client}' \\
                http://127.0.0.1:$h2/$where/Binary/$name`;

    unlike($seen, qr/secret/, "$test: nor over HTTP/2");
}
