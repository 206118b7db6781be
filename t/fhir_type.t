# A contentType that is no media type says nothing: the native form is octets,
# and there is no FHIR form of it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirServer;

my @versions = qw(dstu2 stu3 r4 r4b r5);

my $server = fhir_server(map {
    my %field = ($_ => 'TWFu', contentType => 'SECRET-pdf');

    ("/Binary/json.$_" => answer(binary('json', %field)),
     "/Binary/xml.$_" => answer(binary('xml', %field)))
} qw(data content));

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => 'add_header X-Reason "$fhir_binary_reason" always;'
              . join '', map { server_conf(version => $_, prefix => "/$_") }
                             @versions);

for my $version (@versions) {
    my $name = $version =~ /^r/ ? 'data' : 'content';

    for my $id ("json.$name", "xml.$name") {
        for my $where (qw(buffered direct)) {
            my $uri = "/$version/$where/Binary/$id";
            my $r = ask($ngx->port, "GET $uri");

            is("$r->{status} $r->{body} " . header($r, 'Content-Type'),
               '200 Man application/octet-stream', "$uri: octets");

            for my $form (qw(json xml)) {
                $r = ask($ngx->port, "GET $uri?_format=$form");
                is_outcome($r, 502, 'exception', "$uri, $form: a refusal");
                is(header($r, 'X-Reason'), 'backend_type', 'of the type');

                $r = ask($ngx->port, "HEAD $uri?_format=$form");
                is($r->{status}, 502, 'as for HEAD');
            }
        }
    }
}

my @lines = grep { /fhir binary: the backend's contentType is not a media/ }
                 split /\n/, $ngx->log;

is(@lines, 5 * 2 * 2 * 4, 'the log has a line for each');
like($lines[0], qr/ is not a media type \(10 bytes\)/, 'that says its length');
unlike($ngx->log, qr/SECRET/, 'and not what it holds');

$ngx->is_log_clean;
done_testing();
