# The status of a backend's error does not depend on Accept: a 5xx leaves as
# the gateway's own text, a 4xx keeps its status, and its own OperationOutcome
# if it is one.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirToken qw(mint_token jwks);

# What the gateway says where the backend does not say it better: by the
# backend's status, the client's and the issue code.

my %said = (
    400 => '400 processing', 401 => '401 login', 403 => '403 forbidden',
    404 => '404 not-found', 409 => '409 conflict', 410 => '410 deleted',
    429 => '429 throttled',

    # no row of its own

    (map { $_ => "$_ processing" } 402, 418, 422, 423, 424, 425, 444,
                                  451, 498, 499),

    # the gateway's fault: it sent what the backend does not want

    (map { $_ => '502 exception' } 405, 406, 408, 411, 412, 413, 415, 417,
                                   426, 428, 431),
    407 => '502 exception', 416 => '502 exception',

    # the backend's

    502 => '502 transient', 503 => '503 transient', 504 => '504 timeout',
    (map { $_ => '502 exception' } 500, 501, 505, 507, 508, 511, 599),
);

# Of these an OperationOutcome of its own may pass or not, in all forms.

my %either = map { $_ => 1 } 405, 406, 408, 411, 412, 413, 415, 417, 426,
                             428, 431;

my $secret = 'java.lang.NullPointerException at Secret.java:42';
my $xmlns = 'xmlns="http://hl7.org/fhir"';

sub own_json {
    my ($more) = @_;

    return '{"resourceType":"OperationOutcome","issue":[{"severity":"error",'
           . qq("code":"business-rule","diagnostics":"$more"}]});
}

sub own_xml {
    my ($more) = @_;

    return "<OperationOutcome $xmlns><issue><severity value=\"error\"/>"
           . '<code value="business-rule"/>'
           . "<diagnostics value=\"$more\"/></issue></OperationOutcome>";
}

my ($json, $xml) = map { "Content-Type: application/fhir+$_" } 'json', 'xml';

# name, body, its type, the form that it is an OperationOutcome of

my @bodies = (
    [ 'none', '' ],
    [ 'html', "<html><pre>$secret</pre></html>", 'Content-Type: text/html' ],
    [ 'own-json', own_json($secret), $json, 'json' ],
    [ 'own-xml', own_xml($secret), $xml, 'xml' ],
    [ 'legacy-json', own_json($secret),
      'Content-Type: application/json+fhir;charset=UTF-8', 'json' ],
    [ 'plain-json', own_json($secret), 'Content-Type: application/json' ],
    [ 'other-json', qq({"resourceType":"Patient","x":"$secret"}), $json ],
    [ 'cut-json', substr(own_json($secret), 0, -3), $json ],
    [ 'cut-xml', substr(own_xml($secret), 0, -3), $xml ],
    [ 'large-json', own_json('x' x 70_000), $json ],
    [ 'no-type', own_json($secret) ],
);

my %accept = (native => 'application/pdf', json => 'application/fhir+json',
              xml => 'application/fhir+xml');

my (%table, %body);

for my $row (@bodies) {
    my ($name, $body, @type) = @$row;

    $body{$name} = $body;
    $table{"/Binary/$_.$name"} = [ "$_ Error", $body, @type ? $type[0] : () ]
        for keys %said;
}

my $be = answers(%table);

my $proxy = 'fhir_binary r4; proxy_http_version 1.1;
             proxy_pass http://127.0.0.1:' . $be->port . '/Binary/;';

my $ngx = nginx_start(
    files => { 'jwks.json' => jwks('ec-a') },
    server => "
        location /auto/Binary/ { $proxy fhir_binary_auth off; }
        location /fhir/Binary/ { $proxy fhir_binary_auth off;
                                 fhir_binary_backend fhir; }
        location /raw/Binary/ { $proxy fhir_binary_auth off;
                                fhir_binary_backend raw;
                                proxy_buffering off; }
        location /token/Binary/ { $proxy
                                  @{[ jwt_endpoint() ]} }");

my @token = 'Authorization: Bearer ' . mint_token({ scope => 'user/*.read' });


# Each error, and all clients.

for my $row (@bodies) {
    one_status('/auto/Binary', $_, $said{$_}, @$row) for sort keys %said;

    for my $status (404, 405, 422, 451, 500, 503) {
        one_status("/$_/Binary", $status, $said{$status}, @$row)
            for 'fhir', 'raw';
    }

    # where the gateway has accepted the token, it is to blame

    one_status('/token/Binary', 401, '502 exception', @$row[0 .. 2]);
    one_status('/token/Binary', 422, $said{422}, @$row);
}

$ngx->is_log_clean;

done_testing();


sub one_status {
    my ($where, $status, $said, $name, undef, undef, $own) = @_;

    my $path = "$where/$status.$name";
    my ($wanted) = $said =~ /^(\d+)/;
    my (%seen, @bad);

    # what another form has of its own OperationOutcome: status and code

    my $may = $own && $status < 500 && ($wanted == $status || $either{$status});

    for my $client (sort keys %accept) {
        my $r = ask($ngx->port, "GET $path", "Accept: $accept{$client}",
                    @token);
        my $o = outcome($r) // { code => 'no OperationOutcome', form => '' };
        my $reads = $client eq 'xml' ? 'xml' : 'json';
        my $got = "$r->{status} $o->{code}";

        $seen{$got} = 1;

        push @bad, "$client: $got" if !($may && $got eq "$status business-rule"
                                        || (!$may || $either{$status})
                                           && $got eq $said);
        push @bad, "$client: in another form" if $o->{form} ne $reads;

        if ($may && $r->{status} == $status && $own eq $reads) {
            push @bad, "$client: not its own" if $r->{body} ne $body{$name};

        } elsif ($r->{received} =~ /Secret/) {
            push @bad, "$client: the text of the backend";
        }

        # to HEAD a raw store does not say what its body would be

        next if $name !~ /^(?:none|own-json)$/;

        my $head = ask($ngx->port, "HEAD $path", "Accept: $accept{$client}",
                       @token);

        push @bad, "$client: $head->{status} to HEAD"
            if $head->{status} ne $r->{status}
               && !($where =~ /raw/ && $either{$status});
    }

    push @bad, 'it depends on Accept' if keys %seen > 1;

    is(join('; ', @bad), '', "$path: " . ($may ? "$status and its own code"
                                          : $said) . ', whoever asks');
}
