# What was held while the header waited comes before what follows, whatever
# way a document takes through nginx.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirServer;
use MIME::Base64;

my @sizes = (20_000, 60_000, 80_000, 100_000, 300_000);
my (%table, %want);

for my $n (@sizes) {
    my $text = join '', map { sprintf "%09d\n", $_ } 1 .. $n / 10;
    my $ccd = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><t>$text</t>"
              . '</ClinicalDocument>';

    my $raw = "\$autogen-ccd-if?patient=$n";
    my $resource = "\$autogen-ccd-if?patient=9$n";

    $want{$n} = $want{"chunk.$n"} = $text;
    $want{$raw} = $want{$resource} = $ccd;

    my $json = binary('json', data => encode_base64($text, ''));

    $table{"/Binary/$n"} = answer($json);
    $table{"/Binary/chunk.$n"} = answer($json, chunk => 30_000);
    $table{"/Binary/$raw"} = answer($ccd, type => 'application/xml');
    $table{"/Binary/$resource"} = answer(binary('json',
        contentType => 'application/xml', data => encode_base64($ccd, '')));
}

my $backend = fhir_server(%table);

my $proxy = open_endpoint($backend) . '
             fhir_binary_patient trust;
             fhir_binary_ccd_check on;
             proxy_set_header Connection "";';

my $ngx = nginx_start(
    http => 'proxy_cache_path cache keys_zone=cache:1m;
             proxy_cache_key $uri$is_args$args$http_accept;
             proxy_cache_valid any 1m;',
    server => "location /buffered/Binary/ { $proxy }
               location /not/Binary/ { $proxy proxy_buffering off; }
               location /cached/Binary/ { $proxy proxy_cache cache; }
               location /stored/Binary/ { $proxy proxy_store on;
                                          root store; }
               location /parts/Binary/ { $proxy proxy_buffers 8 4k;
                                         proxy_busy_buffers_size 8k; }");

# the second time the cache has it

for my $where (qw(buffered not cached cached stored parts)) {
    for my $form ('native', 'json') {
        for my $id (sort keys %want) {
            my $r = ask($ngx->port, "GET /$where/Binary/$id", $form eq 'json'
                        ? 'Accept: application/fhir+json' : 'Accept: */*');
            my $body = $r->{body};

            if ($form eq 'json') {
                $body = $body =~ /"data":"([^"]*)"\}\z/ ? decode_base64($1) : '';
            }

            is("$r->{status} $r->{whole} " . ($body eq $want{$id}), '200 1 1',
               "$where, $form, $id: every byte in its place");
        }
    }
}

$ngx->is_log_clean;

done_testing();
