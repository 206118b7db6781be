# Where a request for a document goes on inside nginx, to a location that is
# not enabled, no error_page that this one inherits acts: the client gets an
# OperationOutcome.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;

my $dead = free_port();

# Where the store sends the gateway to: the id, the target, the status of the
# client.

my @rows = (
    [ 'missing', '/files/missing', 404 ],
    [ 'nowhere', '/nowhere/at/all', 404 ],
    [ 'denied', '/denied/x', 403 ],
    [ 'dead', '/dead/x', 502 ],
    [ 'returned', '/returned/x', 404 ],
    [ 'named', '@files', 404 ],
    [ 'named-dead', '@dead', 502 ],
    [ 'directory', '/files/', 403 ],
    [ 'intercepted', '/intercepted/500', '50[02]' ],
    [ 'intercepted-404', '/intercepted/none', 404 ],
    [ 'again', '/again/x', 404 ],
    [ 'limited', '/limited/x', 503 ],
);

my $be = answers(
    '/500' => [ '500 Oops', '<html>Secret', 'Content-Type: text/html' ],
    '/x' => [ '200 OK', '', 'X-Accel-Redirect: /files/missing' ],
    map { ("/Binary/$_->[0]" => [ '200 OK', '',
                                  "X-Accel-Redirect: $_->[1]" ]) } @rows);

my $to = 'http://127.0.0.1:' . $be->port;

my $locations = "
    location /fhir/Binary/ { @{[ open_endpoint() ]}
                             proxy_pass $to/Binary/; }
    location /tried/Binary/ { @{[ open_endpoint() ]}
                              root html; try_files \$uri \@files; }
    location /tried-dead/Binary/ { @{[ open_endpoint() ]}
                                   root html; try_files \$uri \@dead; }
    location /tried-code/Binary/ { @{[ open_endpoint() ]}
                                   root html; try_files \$uri =404; }
    location /tried-files/Binary/ { @{[ open_endpoint() ]}
                                    root html;
                                    try_files \$uri /files/missing; }
    location /files/ { internal; root html; }
    location /denied/ { internal; deny all; root html; }
    location /dead/ { internal; proxy_pass http://127.0.0.1:$dead; }
    location /returned/ { internal; return 404; }
    location /again/ { internal; proxy_pass $to/; }
    location /intercepted/ { internal; proxy_intercept_errors on;
                             proxy_pass $to/; }
    location /limited/ { internal; limit_req zone=none; root html; }
    location \@files { root html; }
    location \@dead { proxy_pass http://127.0.0.1:$dead; }
    location \@page { default_type text/html; return 200 '<html>page'; }
    location = /error.html { root html; }";

# What is inherited; the last is written around the servers.

my $codes = 'error_page 403 404 500 502 503';

my %inherited = (
    uri => "$codes /error.html;",
    is => "$codes = /error.html;",
    'is-200' => "$codes =200 /error.html;",
    away => "$codes https://help.example.org/;",
    named => "$codes \@page;",
    recursive => "recursive_error_pages on; $codes /error.html;",
    http => '',
);

my %port = map { $_ => free_port() } sort keys %inherited;

my $ngx = nginx_start(
    files => { 'html/error.html' => '<html>page', 'html/files/a' => '' },
    http => "$codes /error.html;
             limit_req_zone \$server_name zone=none:1m rate=1r/m;"
            . join('', map { "server { listen 127.0.0.1:$port{$_};
                                       server_name $_;
                                       $inherited{$_}
                                       $locations }\n" }
                           sort keys %inherited));

my %accept = (json => 'application/fhir+json', xml => 'application/fhir+xml',
              page => 'text/html, */*;q=0.8');

for my $server (sort keys %inherited) {

    # the first that is let through finds no file

    ask($port{$server}, 'GET /fhir/Binary/limited');

    for my $client (sort keys %accept) {
        for my $method ('GET', 'HEAD') {
            judge($server, $client, "$method /fhir/Binary/$_->[0]", $_->[2])
                for @rows;
            judge($server, $client, "$method /$_->[0]/Binary/x", $_->[1])
                for [ 'tried', 404 ], [ 'tried-dead', 502 ],
                    [ 'tried-code', 404 ], [ 'tried-files', 404 ];
        }
    }
}

$ngx->is_log_clean;

done_testing();


sub judge {
    my ($server, $client, $line, $status) = @_;

    my $r = ask($port{$server}, $line, "Accept: $accept{$client}");
    my $form = $client eq 'xml' ? 'xml' : 'json';
    my $got = $r->{status} // $r->{end};
    my $type = header($r, 'Content-Type') // 'none';

    $got .= ' ' . ($type =~ m{^application/fhir\+$form\b} ? $form : $type);
    $got .= ' ' . (outcome($r) ? 'an OperationOutcome'
                   : substr $r->{body}, 0, 20) if $line =~ /^GET/;

    like($got, $line =~ /^GET/ ? qr/^$status $form an OperationOutcome$/
                               : qr/^$status $form$/,
         "$server, $line, $client");
}
