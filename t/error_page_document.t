# An error_page that leads to a document is judged by the document that it
# leads to: its token, scope, patient and form.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirToken qw(mint_token jwks);

sub document {
    return [ '200 OK', "the document $_[0]", 'Content-Type: application/pdf',
             'Owner: Patient/' . ($_[0] eq 'mine' ? 12 : 13) ];
}

my $be = answers(map { ("/Binary/$_" => document($_),
                        "/docs/$_" => document($_)) } 'mine', 'other');

my $to = 'http://127.0.0.1:' . $be->port;
my $dead = free_port();

# Where the error_page leads, and what is there.  The first four are Binary
# routes, whose document is known by its id; "on" is enabled, too.

my @targets = (
    [ 'on', '/on/Binary/ID',
      "location /on/Binary/ { fhir_binary r4; proxy_pass $to/Binary/; }" ],
    [ 'off', '/off/Binary/ID',
      "location /off/Binary/ { fhir_binary off; proxy_pass $to/Binary/; }" ],
    [ 'named', '@ID', "location \@ID { fhir_binary r4;
                                       rewrite ^ /Binary/ID break;
                                       proxy_pass $to; }" ],
    [ 'named-off', '@ID-off', "location \@ID-off { rewrite ^ /Binary/ID break;
                                                   proxy_pass $to; }" ],
    [ 'rewritten', '/rewritten/Binary/ID',
      "location /rewritten/Binary/ { fhir_binary r4;
           rewrite ^/rewritten/Binary/(.*) /docs/\$1 break; proxy_pass $to; }"
    ],
    [ 'named-rewritten', '@ID-rewritten',
      "location \@ID-rewritten { fhir_binary r4; rewrite ^ /docs/ID break;
                                 proxy_pass $to; }" ],
    [ 'no-route', '/no-route/ID',
      "location /no-route/ { fhir_binary r4; proxy_pass $to/docs/; }" ],
    [ 'tried', '/tried/Binary/ID',
      "location /tried/Binary/ { fhir_binary r4; root html;
           default_type application/pdf; try_files /docs/other =404; }" ],
);

my (%there, @cases, $locations);

for my $target (@targets) {
    my ($name, $uri, $location) = @$target;

    for my $id ('mine', 'other') {
        for my $how ('', '=', '=200') {
            next if $how eq '=200' && $name ne 'on';

            my $case = join '-', $name, $id, $how =~ s/=/is/r || ();
            my $page = 'error_page 401 403 404 405 406 502 ' . $how . ' '
                       . $uri =~ s/ID/$id/r . ';';

            push @cases, [ $case, $name, $id, $how ];
            $locations .= "
                location /$case/Binary/ { fhir_binary r4; $page
                    proxy_intercept_errors on; proxy_pass $to/Binary/; }
                location /dead-$case/Binary/ { fhir_binary r4; $page
                    proxy_pass http://127.0.0.1:$dead/; }\n";
        }

        my $text = $location =~ s/ID/$id/gr;

        $locations .= "$text\n" if !$there{$text}++;
    }
}

# The page of an operator is a page.

$locations .= "
    location /page/Binary/ { fhir_binary r4;
        error_page 401 403 404 405 406 502 /page.html;
        proxy_intercept_errors on; proxy_pass $to/Binary/; }
    location /page-named/Binary/ { fhir_binary r4;
        error_page 401 403 404 405 406 502 \@page;
        proxy_intercept_errors on; proxy_pass $to/Binary/; }
    location \@page { return 200 'the page'; }
    location = /page.html { root html; }\n";

# The look-up knows of the first document alone, and of the missing ones.

my $bundle = '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":'
    . '"DocumentReference","status":"current","subject":{"reference":'
    . '"Patient/12"},"content":[' . join(',', map {
        qq({"attachment":{"url":"Binary/$_"}}) } 'mine', 'missing')
    . ']}}]}';

my %port = (header => free_port(), request => free_port());

my $ngx = nginx_start(
    files => { 'html/docs/other' => 'the document other',
               'html/page.html' => 'the page',
               'jwks.json' => jwks('ec-a') },
    http => join '', map { "server {
        listen 127.0.0.1:$port{$_};
        @{[ jwt_endpoint() ]}
        fhir_binary_patient $_ " . ($_ eq 'header' ? 'Owner' : '/_look_up')
        . "; location = /_look_up { internal;
                                    default_type application/fhir+json;
                                    return 200 '$bundle'; }
        $locations }\n" } 'header', 'request');

my %token = (
    none => undef,
    coarse => mint_token({ scope => 'user/Binary.read' }),
    patient => mint_token({ scope => 'patient/*.read', patient => '12' }),
    user => mint_token({ scope => 'user/*.read' }),
);

my @from = map { my $way = $_; map { [ $way, @$_ ] }
                 [ 'GET', 'missing' ], [ 'GET', 'a_b' ], [ 'POST', 'mine' ] }
           '', 'dead-';

for my $mode ('header', 'request') {
    for my $case (@cases) {
        for my $who (sort keys %token) {
            judge($mode, $who, $case, $_) for @from;
        }
    }

    for my $where ('page', 'page-named') {
        is(asked($mode, $_, 'GET', "/$where/Binary/missing")->{body},
           'the page', "$mode, $where, $_: the page of the operator")
            for sort keys %token;
    }
}

$ngx->is_log_clean;

done_testing();


sub asked {
    my ($mode, $who, $method, $path, $accept) = @_;

    return ask($port{$mode}, "$method $path",
               'Accept: ' . ($accept // '*/*'),
               $method eq 'POST' ? 'Content-Length: 0' : (),
               $token{$who} ? "Authorization: Bearer $token{$who}" : ());
}


sub judge {
    my ($mode, $who, $case, $from) = @_;

    my ($name, $target, $id, $how) = @$case;
    my ($way, $method, $asked) = @$from;
    my $path = "/$way$name/Binary/$asked";
    my $route = $target =~ /^(?:on|off|named|named-off)$/;

    # with "=" and a good request the document comes in the place of the
    # error; without it the error stays one

    my $good = $how && $method eq 'GET' && $asked eq 'missing'
               && ($who eq 'user' || $who eq 'patient' && $id eq 'mine');

    for my $accept ('*/*', $good ? ('application/fhir+json', 'image/png')
                                 : ()) {
        my $r = asked($mode, $who, $method, $path, $accept);
        my $o = outcome($r);
        my $what = $o && $r->{status} >= 400 ? 'an OperationOutcome'
                                             : "$r->{status} $r->{body}";
        my $form = $accept =~ /json/ ? qr/^200 .*"data":/
                                      : qr/^200 the document $id$/;
        my $test = "$mode, $who, $method $path, $accept";

        if ($good && $route && $accept ne 'image/png') {
            like("$r->{status} $r->{body}", $form, "$test: the document");

        } elsif ($good && $accept ne 'image/png') {

            # no route: whether it may is not told here

            next;

        } else {
            is($what, 'an OperationOutcome', "$test: no document");
        }
    }
}
