# However a target is spelled, a cache keeps under a document's key this
# document and no other, whether the key is made of $uri or of $request_uri.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirConnection;
use FhirTarget;
use FhirToken;
use MIME::Base64;

my $scopes = 'XX/Binary.read XX/DocumentReference.read';

my %token = (
    user => mint_token({ scope => $scopes =~ s/XX/user/gr }),
    map { $_ => mint_token({ scope => $scopes =~ s/XX/patient/gr,
                             patient => "$_" }) } 12, 13,
);

# Two stores, which make of a strange target what they like: one resolves dot
# segments anywhere, the other takes the first id.

sub store {
    my ($reading) = @_;

    return backend(sub {
        my ($target) = $_[0] =~ /^GET ([^ ?]+)/;

        $target =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
        $target =~ s{(?:^|/)[^/]+/+\.\.(?=/)}{} while $reading eq 'resolves'
                && $target =~ m{[^/]/+\.\./};

        my @ids = $target =~ /\b((?:Mine|Other)\d+)/g;
        my $id = $reading eq 'resolves' ? $ids[-1] : $ids[0];
        my $body = "the document $id";
        my $owner = $id =~ /^Mine/ ? 12 : 13;

        return "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
               . "Owner: Patient/$owner\r\n"
               . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
    });
}

my @keys = ('$uri', '$request_uri', '$uri$is_args$args',
            '$scheme$proxy_host$request_uri');

my (@servers, $servers);

for my $reading ('resolves', 'first') {
    my $to = 'http://127.0.0.1:' . store($reading)->port;

    for my $key ($reading eq 'first' ? @keys[0, 1] : @keys) {
        push @servers, { reading => $reading, key => $key,
                         port => free_port() };

        my $zone = 'c' . @servers;

        $servers .= <<"END";
            proxy_cache_path $zone keys_zone=$zone:1m;
            server {
                listen 127.0.0.1:$servers[-1]{port};
                location /fhir/Binary/ {
                    proxy_pass $to;
                    proxy_cache $zone;
                    proxy_cache_key $key;
                    proxy_cache_valid any 10m;
                    add_header X-Cache \$upstream_cache_status always;
                }
            }
END
    }
}

my $nginx = nginx_start(
    files => { 'jwks.json' => jwks('ec-a') },
    http => "fhir_binary r4;
             @{[ jwt_endpoint() ]}
             fhir_binary_patient header Owner;
             $servers");

for my $server (@servers) {
    my $name = "$server->{key}, a store that takes the first id";

    $name =~ s/takes the first id/resolves dots/
        if $server->{reading} eq 'resolves';

    # New documents for each row: nothing is there yet.

    my @rows = spellings('Mine', 'Other');

    for my $i (0 .. $#rows) {
        my ($mine, $other) = ("Mine$i", "Other$i");
        my ($target, $expected) = @{ (spellings($mine, $other))[$i] };
        my $known = $expected eq $mine || $expected eq $other
                    || $server->{key} eq '$uri' && $expected =~ /^\w+\?/;

        my ($id) = $expected =~ /^([A-Z]\w+)/;
        my ($said, $cache) = ask($server, 'user', $target);

        is($said, defined $id ? "200 the document $id" : $expected,
           "$name: $target");

        ($said, $cache) = ask($server, 12, "/fhir/Binary/$mine");

        is($said, "200 the document $mine", "$name: the patient's own after"
                                            . " $target");
        is($cache, 'HIT', "$name: which was one with it")
            if $known && $expected =~ /^Mine/;

        ($said, $cache) = ask($server, 13, "/fhir/Binary/$other");

        is($said, "200 the document $other", "$name: the other's own after"
                                             . " $target");
    }
}

$nginx->is_log_clean;

done_testing();


sub ask {
    my ($server, $who, $target) = @_;

    my $c = connection($server->{port});
    my $r = $c->ask("GET $target", "Authorization: Bearer $token{$who}");
    my ($data) = $r->{body} =~ /"data":"([^"]*)"/;
    my $document = defined $data ? decode_base64($data) : $r->{body};

    return join(' ', $r->{status} // $r->{end},
                     ($r->{status} // 0) == 200 ? $document : ()),
           header($r, 'X-Cache');
}
