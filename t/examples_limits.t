# The examples about limits and failover: each does what it is for.

use strict;
use warnings;

use JSON::PP 'decode_json';
use MIME::Base64 'decode_base64';

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirExample;

my $fhir = 'Accept: application/fhir+json';

my $pdf = do {
    open my $fh, '<:raw', 'conf-examples/documents/XR-197198634.pdf' or die;
    local $/;
    <$fh>;
};


rate_limits: {

    # A slow machine sends as many as the burst allows, and no more.

    my $ngx = example_start('rate-limits.conf', edit => sub {
        s{zone=token\S*\s+rate=\K5r/s}{5r/m} or die;
    });

    my @r = map { ask($ngx->port, 'GET /fhir/Binary/XR-197198634',
                      'Authorization: Bearer one') } 1 .. 16;
    my @over = grep { $_->{status} == 429 } @r;

    is($r[0]{body}, $pdf, 'rate-limits: the first has the document');
    is(scalar @over, 5, 'rate-limits: the last ones have not')
        or diag(join ' ', map { $_->{status} } @r);
    is_outcome($over[-1], 429, 'throttled', 'rate-limits: but an outcome');
    is(header($over[-1], 'Retry-After'), '1', 'rate-limits: and a hint');
    is(header($r[0], 'Retry-After'), undef, 'rate-limits: for them alone');
    is(ask($ngx->port, 'GET /fhir/Binary/XR-197198634',
           'Authorization: Bearer two')->{status}, 200,
       'rate-limits: another token is not held back');
    example_stop($ngx);
}


failover: {
    my $url = 'GET /fhir/Binary/XR-197198634';
    my $ngx = example_start('failover.conf');

    is(ask($ngx->port, $url)->{body}, $pdf, 'failover: both are there');
    example_stop($ngx);

    my %sick = (
        'is gone'            => free_port(),
        'closes at once'     => backend(RST)->port,
        'answers with 503'   => backend("HTTP/1.1 503 No\r\n"
                                        . "Content-Length: 0\r\n\r\n")->port,
    );

    for my $how (sort keys %sick) {
        my $ngx = example_start('failover.conf', 8082 => $sick{$how});
        my @got = map { ask($ngx->port, $url, $fhir) } 1 .. 3;

        example_stop($ngx);
        is(join(' ', map { $_->{status} } @got), '200 200 200',
           "failover: one $how, and the other answers");
        is(decode_base64(decode_json($got[2]{body})->{data}), $pdf,
           'failover: with the document');
    }

    my $cut = backend("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
                      . "Content-Length: 1000\r\n\r\n%PDF", APART, RST);

    $ngx = example_start('failover.conf', 8082 => $cut->port);

    my @got = map { ask($ngx->port, $url) } 1, 2;

    is(scalar(grep { $_->{whole} } @got), 1,
       'failover: what breaks off is seen to');
    is((grep { $_->{whole} } @got)[0]{body}, $pdf,
       'failover: and asking again helps');
}

done_testing();
