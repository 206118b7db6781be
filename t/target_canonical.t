# However a target is spelled, who asks the store, the patient look-up and the
# log is the one document that was authorized.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents ();
use Endpoint;
use FhirConnection;
use FhirTarget;
use FhirToken;
use JSON::PP;

plan(skip_all => 'nginx without http_v2_module')
    if !Documents::nginx_has('http_v2');

my $token = mint_token({ patient => '12', scope =>
    'patient/Binary.read patient/DocumentReference.read' });

my ($mine, $other) = ('Mine1', 'Other1');

sub bundle {
    return encode_json({ resourceType => 'Bundle', entry => [ map +{
        resource => {
            resourceType => 'DocumentReference', status => 'current',
            subject => { reference => 'Patient/12' },
            content => [ { attachment => { url => "Binary/$_" } } ],
        } }, @_ ] });
}

my $look_up = backend(sub {
    my $body = bundle($mine);

    return "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"
           . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
});

my $store = backend("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
                    . "Content-Length: 10\r\n\r\na document");

my $to = '127.0.0.1:' . $store->port;

# name, proxy_pass, where the store has its documents

my @shapes = (
    [ 'without a path', "http://$to", '/fhir/Binary/' ],
    [ 'with a path', "http://$to/docs/", '/docs/' ],
    [ 'with $request_uri', 'http://$store$request_uri', '/fhir/Binary/' ],
    [ 'with $uri', 'http://$store$uri$is_args$args', '/fhir/Binary/' ],
);

my %port = map { ($_->[0] => { 1 => free_port(), 2 => free_port() }) } @shapes;

my $servers = join '', map {
    my ($shape, $pass) = @$_;

    "server {
         listen 127.0.0.1:$port{$shape}{1};
         listen 127.0.0.1:$port{$shape}{2} http2;
         set \$store $to;
         access_log logs/target.log target;
         location /fhir/Binary/ { proxy_pass $pass; }
         location = /_docs {
             internal;
             proxy_pass http://127.0.0.1:@{[ $look_up->port ]}/;
         }
         location / { proxy_pass http://$to; }
     }\n"
} @shapes;

my $nginx = nginx_start(
    files => { 'jwks.json' => jwks('ec-a') },
    http => "log_format target '\$http_x_row \$request_uri \$uri';
             fhir_binary r4;
             @{[ jwt_endpoint() ]}
             fhir_binary_patient request /_docs?id=\$fhir_binary_id&row=\$http_x_row;
             $servers");


my (@done, %asked, %looked, %logged);

for my $shape (@shapes) {
    my ($name, undef, $base) = @$shape;

    for my $http (1, 2) {
        ask($name, $base, $http, @$_) for spellings($mine, $other);
    }

    # the absolute form, as to a proxy

    ask($name, $base, 1, "http://localhost$_->[0]", $_->[1])
        for [ "/fhir/Binary/$mine", $mine ],
            [ "/fhir/Binary/$other/../$mine?a=b", "$mine?a=b" ],
            [ "/fhir/Binary/$mine/../$other", $other ],
            [ "/fhir/Binary/$mine#", 400 ],
            [ "/fhir/Binary/$mine#/../$other", 400 ];
}

sub ask {
    my ($name, $base, $http, $target, $expected) = @_;

    my $c = connection($port{$name}{$http}, $http == 2 ? (window => 65535)
                                                       : ());
    my $r = $c->ask("GET $target", "Authorization: Bearer $token",
                    'X-Row: ' . @done);

    push @done, [ "$name, HTTP/$http, $target", $base, $expected, $r ];
}

$nginx->is_log_clean;
$nginx->stop;

for my $request ($store->requests) {
    my ($target) = $request =~ /^GET (\S+) HTTP/ or next;
    my ($row) = $request =~ /^X-Row: (\d+)/mi or next;

    push @{ $asked{$row} }, $target;
}

for my $request ($look_up->requests) {
    push @{ $looked{$2} }, $1 if $request =~ /^GET \/\?id=(.*)&row=(\d+) /;
}

for my $line (split /\n/, $nginx->slurp('logs/target.log')) {
    push @{ $logged{$1} }, $2 if $line =~ /^(\d+) (.*)/;
}

for my $row (0 .. $#done) {
    my ($what, $base, $expected, $r) = @{ $done[$row] };

    my $got = join ', ', $r->{status} // $r->{end}, outcome($r) || (),
                         map { "@{ $_->{$row} // ['nothing'] }" }
                             \%asked, \%looked;

    if ($expected =~ /^\d+$/) {
        my $code = $expected == 400 ? 'invalid' : 'not-found';

        is($got, "$expected, $code, nothing, nothing", "$what: refused");
        next;
    }

    my ($id) = $expected =~ /^(\w+)/;
    my ($path) = $expected =~ /^([^?]+)/;

    if ($id eq $other) {
        is($got, "403, forbidden, nothing, $other", "$what: not the patient's");
        next;
    }

    is($got, "200, $base$expected, $mine", "$what: is $base$expected");
    is("@{ $logged{$row} // [] }", "/fhir/Binary/$expected /fhir/Binary/$path",
       "$what: and is logged as that");
}

done_testing();


# The issue code of an OperationOutcome.

sub outcome {
    my ($r) = @_;

    my $found = eval { decode_json($r->{body}) } // {};

    return ($found->{resourceType} // '') eq 'OperationOutcome'
           ? $found->{issue}[0]{code} : '';
}
