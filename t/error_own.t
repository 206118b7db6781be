# A backend's error in a FHIR type passes only where it is one whole
# OperationOutcome; any other is answered as one without it would be.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirServer;

my $json = '{"resourceType":"OperationOutcome","issue":[{"severity":"error",'
           . '"code":"business-rule","diagnostics":"from the server"}]}';
my $xml = '<OperationOutcome xmlns="http://hl7.org/fhir"><issue>'
          . '<severity value="error"/><code value="business-rule"/>'
          . '</issue></OperationOutcome>';

my %own = (json => $json, 'json, in lines' => "\n$json\r\n",
           xml => $xml, 'xml, declared' =>
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n$xml\n");

my %other = (
    nothing => '',
    blanks => " \n",
    'an HTML page' => '<html><pre>at Secret.java:42</pre></html>',
    'an XHTML page' => '<html xmlns="http://www.w3.org/1999/xhtml"/>',
    'a text' => 'at Secret.java:42',
    'a JSON object' => '{"error":"Secret","stack":["Secret.java:42"]}',
    'a Patient' => '{"resourceType":"Patient","name":"Secret"}',
    'a Bundle of one' => "{\"resourceType\":\"Bundle\",\"entry\":[$json]}",
    'an array of one' => "[$json]",
    'one and a half' => $json . substr($json, 0, 20),
    'one that is cut' => substr($json, 0, -3),
    'one that is not UTF-8' => $json =~ s/server/\xff/r,
    'XML without a namespace' => '<OperationOutcome><issue/>'
                                 . '</OperationOutcome>',
    'XML that is cut' => substr($xml, 0, -3),
    'XML with a DTD' => "<!DOCTYPE OperationOutcome>$xml",
);

$other{'one that is too large'} = $json =~ s/server/'x' x 4096/er;

my (%table, @own, @other, %status);

for my $what (sort keys %own) {
    my $n = @own;

    push @own, [ $n, $what ];
    $table{"/Binary/own.$n"} = answer($own{$what}, status => '422 No');
    $table{"/Binary/own.chunk.$n"} = answer($own{$what}, chunk => 7,
                                            status => '422 No');
    $table{"/Binary/own.slow.$n"} = [
        answer($own{$what}, status => '422 No') =~ /^(.*?\r\n\r\n..)(.*)\z/s,
        ];
    splice @{ $table{"/Binary/own.slow.$n"} }, 1, 0, APART;
}

for my $what (sort keys %other) {
    my $n = @other;

    push @other, [ $n, $what ];

    for my $form (qw(json xml)) {
        my $type = "application/fhir+$form";

        for my $status (404, 422, 500, 503) {
            $table{"/Binary/$form.$status.$n"} = answer($other{$what},
                type => $type, status => "$status No",
                headers => [ 'Retry-After: 7' ]);
        }

        $table{"/Binary/$form.chunk.$n"} = answer($other{$what}, chunk => 50,
            type => $type, status => '404 No');
    }
}

my $half = substr $json, 0, 40;

%table = (
    %table,
    '/Binary/short' => [ answer($half, status => '404 No', length => 900),
                         FIN ],
    '/Binary/reset' => [ answer($half, status => '404 No', length => 900),
                         APART, RST ],
    '/Binary/chunks' => [ answer($json, status => '404 No', chunk => 50)
                          =~ s/0\r\n\r\n\z//r, FIN ],
    '/Binary/stall' => [ answer($half, status => '404 No', length => 900),
                         STALL ],
    '/Binary/large' => [ answer($half, status => '404 No', length => 1 << 33),
                         STALL ],
    '/Binary/endless' => [ (answer($json . ' ' x 200_000, chunk => 50_000,
                                   status => '404 No')
                            =~ s/0\r\n\r\n\z//r), STALL ],
);

my $server = fhir_server(%table);
my $more = 'fhir_binary_lookahead 2k;
            add_header X-Reason "$fhir_binary_reason" always;';

my $ngx = nginx_start(
    http => upstream_conf($server) . 'proxy_cache_path cache keys_zone=c:1m;',
    server => server_conf(more => $more)
              . server_conf(prefix => '/soon', more => "$more
                            proxy_read_timeout 1s;")
              . server_conf(prefix => '/auto', backend => 'auto',
                            more => $more)
              . server_conf(prefix => '/cache', more => "$more
                            proxy_cache c; proxy_cache_valid any 1m;"));

my @where = map { my $p = $_; map { "$p/$_" } qw(buffered direct) }
                '', '/auto', '/cache';

for my $where (@where) {
    for my $way ('own', 'own.chunk', 'own.slow') {
        my @bad;

        for my $case (@own) {
            my ($n, $what) = @$case;
            my $accept = $what =~ /xml/ ? 'application/fhir+xml' : '*/*';

            my $r = ask($ngx->port, "GET $where/Binary/$way.$n",
                        "Accept: $accept");
            my $h = ask($ngx->port, "HEAD $where/Binary/$way.$n",
                        "Accept: $accept");

            push @bad, $what
                if "$r->{status} $r->{body}" ne "422 $own{$what}"
                   || !$r->{whole}
                   || (header($r, 'Content-Length') // 0)
                       != length $own{$what}
                   || header($r, 'Cache-Control') ne 'no-store'
                   || header($r, 'X-Reason')
                   || "$h->{status} $h->{length}" ne '422 0'
                   || (header($h, 'Content-Length') // 0)
                       != length $own{$what};
        }

        is("@bad", '', "$way, $where: passes");
    }

    for my $form (qw(json xml)) {
        my @bad;

        for my $case (@other) {
            my ($n, $what) = @$case;

            for my $row ([ 404, 404, 'not-found' ], [ 422, 422, 'processing' ],
                         [ 500, 502, 'exception' ], [ 503, 503, 'transient' ],
                         [ 'chunk', 404, 'not-found' ])
            {
                my ($status, $sent, $code) = @$row;

                my $r = ask($ngx->port,
                            "GET $where/Binary/$form.$status.$n",
                            "Accept: application/fhir+$form");
                my $o = outcome($r) // { code => 'none', form => '' };

                push @bad, "$what, $status: $r->{status} $o->{code}"
                    if "$r->{status} $o->{code} $o->{form}"
                           ne "$sent $code $form"
                       || !$r->{whole}
                       || $r->{received} =~ /Secret|from the server/
                       || (header($r, 'Retry-After') // '')
                           ne ($sent == 503 ? 7 : '');
            }
        }

        is(join("\n", @bad), '', "$form, $where: is answered by the gateway");
    }
}

# Nothing is waited for that is not needed: the client would leave without an
# answer, before nginx's minute is over.  A half is, as long as nginx waits.

for my $where (qw(buffered direct)) {
    for my $id (qw(short reset chunks large endless)) {
        my $r = ask($ngx->port, "GET /$where/Binary/$id",
                    { timeout => 30, until => qr/\}\z/ });

        is_outcome($r, 404, 'not-found', "$id, $where: not waited for");
        isnt($r->{end}, 'timeout', 'but there');
    }

    is_outcome(ask($ngx->port, "GET /soon/$where/Binary/stall"), 404,
               'not-found', "stall, $where: not waited for without end");
}

$ngx->is_log_clean;

done_testing();
