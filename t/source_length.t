# A backend that gives two lengths for one document gave none: 502, in every
# form, and nothing of it is kept.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use MIME::Base64;

my $text = 'a document of some bytes';
my $n = length $text;

my %document = (
    raw => [ 'application/pdf', $text ],
    json => [ 'application/fhir+json',
              '{"resourceType":"Binary","contentType":"application/pdf",'
              . '"data":"' . encode_base64($text, '') . '"}' ],
    xml => [ 'application/fhir+xml',
             '<Binary xmlns="http://hl7.org/fhir"><contentType value='
             . '"application/pdf"/><data value="' . encode_base64($text, '')
             . '"/></Binary>' ],
);

# The lengths, by what they differ from the true one; 'ok': the document or a
# 502, as nginx likes (from 1.23 on it takes no field twice).

my @rows = (
    [ 'larger', 502, 0, 3 ],
    [ 'larger-first', 502, 3, 0 ],
    [ 'smaller', 502, 0, -3 ],
    [ 'smaller-first', 502, -3, 0 ],
    [ 'both-smaller', 502, -3, -5 ],
    [ 'both-larger', 502, 5, 3 ],
    [ 'zero', 502, 0, -$n ],
    [ 'zero-first', 502, -$n, 0 ],
    [ 'third', 502, 0, 0, 3 ],
    [ 'third-first', 502, 3, 0, 0 ],
    [ 'one', 200, 0 ],
    [ 'equal', 'ok', 0, 0 ],
    [ 'thrice', 'ok', 0, 0, 0 ],
);

my %lengths = map { $_->[0] => [ @$_[2 .. $#$_] ] } @rows;
my %n;

my $be = backend(sub {
    my ($request) = @_;
    my ($form, $name) = $request =~ m{/Binary/(\w+)\.([\w-]+)};
    my ($type, $body) = @{ $document{$form} };

    return join "\r\n", 'HTTP/1.1 200 OK', "Content-Type: $type",
                (map { 'Content-Length: ' . (($_ < -9 ? $n : length $body)
                                             + $_) } @{ $lengths{$name} }),
                'X-Other: 1', '', $request =~ /^HEAD/ ? '' : $body;
});

my $proxy = open_endpoint($be);

my $ngx = nginx_start(
    http => 'proxy_cache_path cache keys_zone=c:1m; proxy_cache_key $uri;',
    server => "location /buffered/Binary/ { $proxy }
               location /direct/Binary/ { $proxy proxy_buffering off; }
               location /cached/Binary/ { $proxy proxy_cache c;
                                          proxy_cache_valid any 10m; }");

my %accept = (native => '*/*', json => 'application/fhir+json',
              xml => 'application/fhir+xml');

for my $where ('buffered', 'direct', 'cached', 'cached') {
    for my $form (sort keys %document) {
        for my $row (@rows) {
            my ($name, $status) = @$row;

            for my $method ('HEAD', 'GET') {
                for my $client (sort keys %accept) {
                    my $r = ask($ngx->port,
                                "$method /$where/Binary/$form.$name",
                                "Accept: $accept{$client}");

                    judge($r, $status, $client, "$method $where, $form,"
                                                . " $client: $name");
                }
            }
        }
    }
}

$ngx->is_log_clean;

done_testing();


sub judge {
    my ($r, $status, $client, $name) = @_;

    return is_refused($r, $name) if $status eq 502;
    return ok(1, "$name: refused, too") if $status eq 'ok'
                                           && $r->{status} == 502;

    my $data = $r->{body};

    ($data) = $data =~ /"?data"?(?:":| value=)"([^"]*)"/
        if $client ne 'native';
    $data = decode_base64($data // '') if $client ne 'native';

    is("$r->{status} " . ($name =~ /^HEAD/ ? '' : $data),
       '200 ' . ($name =~ /^HEAD/ ? '' : $text), "$name: the document");
}


sub is_refused {
    my ($r, $name) = @_;

    my $code = $name =~ /^HEAD/ ? '' : (outcome($r) // {})->{code} // 'none';

    like("$r->{status} $code", qr/^502 (?:exception|transient|)$/,
         "$name: 502");
}
