# Subrequests of other modules get no documents, and lend none of theirs.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

my $store = store();

my $on = open_endpoint() . 'proxy_http_version 1.1;';
my $url = 'http://127.0.0.1:' . $store->port . '/Binary/';

# A backend that answers ranges, for the slice module.

my $whole = document(10_000);
my $ranges = backend(sub {
    my ($from, $to) = $_[0] =~ /^Range: bytes=(\d+)-(\d+)/mi
        or return "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
                  . "Content-Length: 10000\r\n\r\n$whole";

    $to = 9999 if $to > 9999;
    return "HTTP/1.1 206 Partial Content\r\nContent-Type: application/pdf\r\n"
           . "Content-Range: bytes $from-$to/10000\r\n"
           . 'Content-Length: ' . ($to - $from + 1) . "\r\n\r\n"
           . substr $whole, $from, $to - $from + 1;
});

my $ngx = nginx_start(
    files => {
        'html/page.html' => 'a<!--#include virtual="/Binary/size.20"-->b',
        'html/two.html' => 'a<!--#include virtual="/Binary/size.20" -->'
                         . '<!--#include virtual="/Binary/a_b" -->b',
    },
    server => "
        types { text/html html; }
        location /Binary/ { $on proxy_pass $url; }
        location / { ssi on; }
        location /ssi/Binary/ { $on proxy_pass $url; ssi on; ssi_types *; }
        location /mirror/Binary/ { $on mirror /copy; proxy_pass $url; }
        location /back/Binary/ { $on mirror /Binary/size.3;
                                 proxy_pass $url; }
        location /copy { internal; proxy_pass ${url}size.1; }
        location /asked/Binary/ { $on auth_request /yes; proxy_pass $url; }
        location /denied/Binary/ { $on auth_request /no; proxy_pass $url; }
        location /document/Binary/ { $on auth_request /Binary/size.1;
                                     proxy_pass $url; }
        location = /yes { internal; return 204; }
        location = /no { internal; return 403; }
        location /plain/ { auth_request /Binary/size.1; proxy_pass $url; }
        location /slice/Binary/ { $on slice 1k;
                                  proxy_set_header Range \$slice_range;
                                  proxy_pass http://127.0.0.1:"
                                  . $ranges->port . "; }
    ");

# SSI: a page gets the refusal's text where the document would be.

for my $page (qw(page two)) {
    my $r = fetch($ngx->port, "$page.html", prefix => '/');

    is($r->{status}, 200, "SSI, $page: the page itself");
    like($r->{body}, qr/\Aa\{"resourceType":"OperationOutcome".*"forbidden".*
                        \}b\z/sx, "SSI, $page: a refusal in it");
    is($r->{complete}, 1, "SSI, $page: ends as it should");
    unlike($r->{body}, qr/\Q@{[ document(20) ]}\E/, "SSI, $page: no document");
}

for my $form (qw(native json xml)) {

    # The document may hold what looks like an order to nginx.

    is(what('/ssi/', 'size.300', $form), 300, "SSI in the location, $form");
    is(what('/mirror/', 'size.300', $form), 300, "a mirror, $form");
    is(what('/back/', 'size.300', $form), 300, "a mirror to us, $form");
    is(what('/asked/', 'size.300', $form), 300, "auth_request, $form");
    is(what('/denied/', 'size.300', $form), '403 forbidden',
       "auth_request that denies, $form");
    is(what('/document/', 'size.300', $form), '403 forbidden',
       "auth_request to a document, $form");
    is(what('/plain/', 'size.300', $form), '403',
       "auth_request to a document, from elsewhere, $form");

    # Never a document made of slices and refusals.

    is(what('/slice/', 'a', $form), '502 exception', "slice, $form");
}

like($ngx->log, qr/fhir binary: .*slice/, 'the log names slice');

$ngx->is_log_clean;

done_testing();


sub what {
    my ($prefix, $id, $form) = @_;

    my $r = fetch($ngx->port, $id, accept => $TYPE{$form},
                  prefix => $prefix . 'Binary/');

    return outcome($r) if $r->{status} != 200;
    return 'cut' if !$r->{complete};

    my $data = $form eq 'native' ? $r->{body} : (unwrap($r) // {})->{data};

    return 'none' if !defined $data;
    return $data eq document(length $data) ? length $data : 'other';
}
