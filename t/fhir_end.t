# What is wrong at the end of a resource is a 502 where all of it came before
# the header left, and a cut connection where the header had to go before.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirServer;
use MIME::Base64;

my $json = '{"resourceType":"Binary","contentType":"text/plain",'
           . '"data":"aGVsbG8="';
my $first = '{"data":"aGVsbG8=","resourceType":"Binary",'
            . '"contentType":"text/plain"}';
my $xml = '<Binary xmlns="http://hl7.org/fhir"><contentType value="a/b"/>'
          . '<data value="aGVsbG8="/>';
my $long = encode_base64('x' x 6999, '');

my %bad = (
    'a word behind the value' => "$json garbage",
    'a word, then the end' => "$json garbage}",
    'no end' => $json,
    'no end, and a comma' => "$json,",
    'a comma too much' => "$json,}",
    'a bracket for the brace' => "$json]",
    'a second value' => "$json,\"data\":\"aGVsbG8=\"}",
    'a type that comes twice' => "$json,\"contentType\":\"a/b\"}",
    'a securityContext behind the value' =>
        "$json,\"securityContext\":{\"reference\":\"Patient/1\"}}",
    'a word behind the resource' => "$json} x",
    'a second resource' => "$json}$json}",
    'a NUL behind the resource' => "$json}\0",
    'a word behind the type' => "$first x",
    'base64 that is short' => ($json =~ s/8=/8/r) . '}',

    'no end, XML' => $xml,
    'a tag that is not whole' => "$xml</Binary",
    'another end tag' => "$xml</binary>",
    'no tag at all' => "$xml garbage</Binary>",
    'an attribute without a value' => ($xml =~ s{/>\z}{ x/>}r) . '</Binary>',
    'a second value, XML' => "$xml<data value=\"aGVsbG8=\"/></Binary>",
    'text behind the root' => "$xml</Binary>x",
    'a second root' => "$xml</Binary><x/>",
    'base64 that is short, XML' => ($xml =~ s/8=/8/r) . '</Binary>',
);

my %table = ('/Binary/good.json' => answer("$json}\n"),
             '/Binary/good.first' => answer("$first "),
             '/Binary/good.chunk' => answer("$json}\n", chunk => 9),
             '/Binary/good.xml' => answer("$xml</Binary>\n<!-- x -->"));

my @cases;

for my $what (sort keys %bad) {
    my $body = $bad{$what};
    my $n = @cases;

    push @cases, map { [ "$_.$n", "$what, $_" ] } qw(length chunk close);

    $table{"/Binary/length.$n"} = answer($body);
    $table{"/Binary/chunk.$n"} = answer($body, chunk => 20);
    $table{"/Binary/close.$n"} = [ answer($body, close => 1), FIN ];
}

# All of it at once, but larger than the lookahead; and in two parts.

for my $case ([ large => "$long$long" ], [ late => $long ]) {
    my ($id, $data) = @$case;

    for my $form (qw(json xml)) {
        my $body = binary($form, data => $data) . 'x';
        my $raw = answer($body);

        $table{"/Binary/$id.$form"} = $id eq 'large' ? $raw
            : [ substr($raw, 0, -1), APART, substr $raw, -1 ];

        # as much as comes is all there is, but nobody says so

        $table{"/Binary/open.$form"} = [
            answer($body =~ s/x\z//r, length => 12_000), STALL ];
    }
}

my $stalled = answer(binary('json', data => $long x 4));

$table{'/Binary/stall'} = [ substr($stalled, 0, 16_384), STALL ];

my $server = fhir_server(%table);

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => server_conf
              . server_conf(prefix => '/wide', more =>
                  'fhir_binary_lookahead 16k; proxy_buffer_size 32k;
                   proxy_buffers 4 32k;'));

my @forms = ([ 'GET', '*/*' ], [ 'GET', 'application/fhir+json' ],
             [ 'GET', 'application/fhir+xml' ],
             [ 'HEAD', 'application/fhir+json' ]);

for my $form (@forms) {
    my ($method, $accept) = @$form;

    for my $where (qw(buffered direct)) {
        my @bad;

        for my $case (@cases) {
            my $r = ask($ngx->port, "$method /$where/Binary/$case->[0]",
                        "Accept: $accept");

            # unbuffered, nginx passes on what came before it sees a close

            my $late = $case->[0] =~ /close/ && $where eq 'direct'
                       && ($method eq 'HEAD' || verdict($r) ne '200 whole');

            push @bad, "$case->[1]: " . verdict($r)
                if !$late && verdict($r) !~ /^502/;
        }

        is(join("\n", @bad), '', "$method, $accept, $where: a 502");

        my @good = grep {
            verdict(ask($ngx->port, "$method /$where/Binary/good.$_",
                        "Accept: $accept")) ne '200 whole'
        } qw(json first chunk xml);

        is("@good", '', "$method, $accept, $where: and what is right, 200");
    }
}


sub verdict {
    my ($r) = @_;

    return 'nothing' if !defined $r->{status};

    my $o = outcome($r);

    return "$r->{status} " . ($o ? $o->{code} : $r->{whole} ? 'whole' : 'cut');
}


# What all came but is not held has left when its end is seen.

for my $id (qw(large.json large.xml)) {
    unlike(verdict(ask($ngx->port, "GET /wide/direct/Binary/$id")),
           qr/^200 whole/, "$id: more than the lookahead is not held");
}

for my $id (qw(late.json late.xml)) {
    is(verdict(ask($ngx->port, "GET /wide/direct/Binary/$id")), '200 cut',
       "$id: the header had to leave");
}

like($ngx->log, qr/the connection is cut \(backend_resource\)/,
     'and the log says why');

# Nobody waits for an end that is not in hand.

for my $case ([ 'stall', 11_000 ], [ 'open.json', 6999 ],
              [ 'open.xml', 6999 ])
{
    my ($id, $n) = @$case;

    my $r = ask($ngx->port, "GET /wide/direct/Binary/$id",
                { until => qr/x{$n}/ });

    is("$r->{status} $r->{end}", '200 local',
       "$id: the client has what the backend sent");
}

$ngx->is_log_clean;

done_testing();
