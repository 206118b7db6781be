# However a request for a CCD is spelled, and whatever proxy_pass is made of,
# the store is asked for it in one way, with values that were checked.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirConnection;
use FhirToken;

my $store = backend("HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"
                    . "Content-Length: 4\r\n\r\n<a/>");

my $to = '127.0.0.1:' . $store->port;

my %pass = (
    bare => "http://$to",
    path => "http://$to/fhir/Binary/",
    request => 'http://$store$request_uri',
    uri => 'http://$store$uri$is_args$args',
);

my %port = map { $_ => free_port() } sort keys %pass;

my $nginx = nginx_start(
    http => "log_format target '\$http_x_row \$request_uri';
             fhir_binary r4;
             fhir_binary_auth off;
             fhir_binary_patient trust;"
            . join '', map { "server {
                 listen 127.0.0.1:$port{$_};
                 set \$store $to;
                 access_log logs/target.log target;
                 location /fhir/Binary/ { proxy_pass $pass{$_}; }
             }\n" } sort keys %pass);

my $ccd = '/fhir/Binary/$autogen-ccd-if';
my $start = 'start=2026-01-02T03:04:05Z';

my %spelled = (
    "$ccd?patient=12" => [
        "$ccd?patient=12", "$ccd?patient=Patient/12", "$ccd?patient=Patient%2F12",
        "/fhir/Binary/%24autogen-ccd-if?patient=12",
        "/fhir/Binary/x/../\$autogen-ccd-if?patient=%31%32",
        "/fhir//Binary/./%24autogen%2Dccd-if?%70atient=12",
        "$ccd?patient=12&_format=xml", "$ccd?_pretty=1&patient=12",
    ],
    "$ccd?patient=12&$start" => [
        "$ccd?patient=12&$start", "$ccd?$start&patient=Patient%2f12",
        "/fhir/Binary/a/../\$autogen-ccd-if?$start&patient=12&_format=json",
        "$ccd?start=eq2026-01-02T03%3A04%3A05Z&patient=12",
    ],
    '' => [
        "$ccd?patient=12#", "$ccd#?patient=12", "$ccd?patient=12#&patient=13",
        "/fhir/Binary/x/../\$autogen-ccd-if?patient=12#",
    ],
);

my @done;

for my $shape (sort keys %pass) {
    for my $target (sort keys %spelled) {
        for my $spelling (@{ $spelled{$target} }) {
            my $r = connection($port{$shape})->ask("GET $spelling",
                'Accept: */*', 'X-Row: ' . @done);

            push @done, [ "$shape, $spelling", $target, $r->{status} ];
        }
    }
}

$nginx->is_log_clean;
$nginx->stop;

my (%asked, %logged);

for my $request ($store->requests) {
    $asked{$2} = plain($1) if $request =~ /^GET (\S+) .*^X-Row: (\d+)/msi;
}

for my $line (split /\n/, $nginx->slurp('logs/target.log')) {
    $logged{$1} = plain($2) if $line =~ /^(\d+) (.*)/;
}

for my $row (0 .. $#done) {
    my ($what, $target, $status) = @{ $done[$row] };

    if ($target eq '') {
        is("$status " . ($asked{$row} // 'nobody'), '400 nobody',
           "$what: refused");
        next;
    }

    is($asked{$row}, $target, "$what: is $target");
    is($logged{$row}, $target, "$what: and is logged as that");
}

done_testing();


# A "$" and a ":" may be escaped or not.

sub plain {
    my ($target) = @_;

    return $target =~ s/%24/\$/r =~ s/%3A/:/gir;
}
