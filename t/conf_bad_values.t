# A wrong configuration does not start, and nginx -t names the directive, the
# value and what is allowed: what t/directive_*.t have no block for.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';

my $open = "fhir_binary r4; fhir_binary_auth off;\n";

# directive, wrong value, what the message must say beside both

my @values = (
    [ 'fhir_binary', 'on', qr/"r5" or "off"/ ],
    [ 'fhir_binary', 'R4', qr/"r4"/ ],
    [ 'fhir_binary', '""', qr/"r4"/ ],
    [ 'fhir_binary_auth', 'yes', qr/"on" or "off"/ ],
    [ 'fhir_binary_realm', q("a\\\\b"), qr/printable ASCII/ ],
    [ 'fhir_binary_realm', qq("a\nb"), qr/printable ASCII/ ],
    [ 'fhir_binary_realm', "\xc3\xa9", qr/printable ASCII/ ],
    [ 'fhir_binary_cors', 'on', qr/"off", "\*" alone, or origins/ ],
    [ 'fhir_binary_cors', 'null', qr/origins/ ],
    [ 'fhir_binary_cors', 'app.example.org', qr/origins/ ],
    [ 'fhir_binary_cors', 'https://a.example/', qr/no slash/ ],
    [ 'fhir_binary_cors', 'https://', qr/origins/ ],
    [ 'fhir_binary_cors', '://a.example', qr/origins/ ],
    [ 'fhir_binary_cors', 'https://*.example.org', qr/origins/ ],
    [ 'fhir_binary_cors', 'https://A.example', qr/lower case/ ],
    [ 'fhir_binary_cors', '"https://a.example b"', qr/origins/ ],
    [ 'fhir_binary_cors', '""', qr/origins/ ],
    [ 'fhir_binary_buffers', 'x 32k', qr/number of 2 or more/ ],
    [ 'fhir_binary_buffers', '-1 32k', qr/number of 2 or more/ ],
    [ 'fhir_binary_buffers', '99999999999999999999 32k',
      qr/number of 2 or more/ ],
    [ 'fhir_binary_buffers', '4 1k', qr/size of 2k or more/, '1k' ],
    [ 'fhir_binary_buffers', '4 32q', qr/size of 2k or more/, '32q' ],
    [ 'fhir_binary_buffers', '4 -1', qr/size of 2k or more/, '-1' ],
    [ 'fhir_binary_lookahead', 'far', qr/size/ ],
    [ 'fhir_binary_lookahead', '0', qr/size/ ],
    [ 'fhir_binary_leeway', '-1s', qr/time/ ],
    [ 'fhir_binary_introspect', 'auth', qr/internal location/ ],
    [ 'fhir_binary_algorithms', 'none', qr/RS256/ ],
    [ 'fhir_binary_algorithms', 'RS256 rs384', qr/RS384/, 'rs384' ],
    [ 'fhir_binary_token_cache', 'on', qr/zone=/ ],
);

for my $row (@values) {
    my ($directive, $value, $allowed, $named) = @$row;

    my ($exit, $said) = nginx_conf_test("$directive $value;",
                                        context => 'server');

    if (!defined $named) {
        ($named) = $value =~ /^["'](.*)["']$/s;
        ($named) = split ' ', $value if !defined $named;
        $named =~ s/\\\\/\\/g;
    }

    isnt($exit, 0, "$directive $value;");
    like($said, qr/\[emerg\][^\n]*"\Q$named\E"/, 'names the value');
    like($said, qr/"$directive"/, 'and the directive');
    like($said, $allowed, 'and what is allowed');
}


# Twice in one place; and the numbers of arguments.

my @once = (
    'fhir_binary r4', 'fhir_binary_backend raw', 'fhir_binary_accept strict',
    'fhir_binary_default fhir', 'fhir_binary_auth off',
    'fhir_binary_sandbox on', 'fhir_binary_realm a', 'fhir_binary_cors *',
    'fhir_binary_cors off', 'fhir_binary_cors https://a.example',
    'fhir_binary_lookahead 4k', 'fhir_binary_ccd off',
    'fhir_binary_ccd_check off', 'fhir_binary_buffers 4 32k',
    'fhir_binary_leeway 5s',
    'fhir_binary_token_profile smart', 'fhir_binary_issuer https://a',
    'fhir_binary_audience off', 'fhir_binary_algorithms RS256',
    'fhir_binary_key_request /a', 'fhir_binary_introspect /a',
    'fhir_binary_patient deny', 'fhir_binary_base https://a',
    'fhir_binary_tenant a', 'fhir_binary_resource_metadata https://a',
);

for my $line (@once) {
    my ($directive) = $line =~ /^(\S+)/;
    my ($exit, $said) = nginx_conf_test("$line; $line;", context => 'server');

    isnt($exit, 0, "$line, twice");
    like($said, qr/"$directive" directive is duplicate/, 'is a duplicate');

    ($exit, $said) = nginx_conf_test("$directive;");
    isnt($exit, 0, "$directive alone");
    like($said, qr/number of arguments in "$directive"/, 'lacks its value');

    # in all three places, one inside of the other

    ($exit, $said) = nginx_conf_test(
        "$line; server { listen 127.0.0.1:" . free_port_of() . ';'
        . "$line; location / { fhir_binary_auth off;"
        . ($line =~ /_auth/ ? '' : "$line;") . ' } }',
        location => 'fhir_binary_auth off;');
    is($exit, 0, 'stands in http, server and location') or diag($said);

    ($exit, $said) = nginx_conf_test("$line;", context => 'main');
    like($said, qr/"$directive" directive is not allowed here/,
         'but not in main');

    ($exit, $said) = nginx_conf_test("upstream a { $line; }");
    like($said, qr/"$directive" directive is not allowed here/,
         'nor in upstream');
}

my $port;

sub free_port_of { return $port //= free_port() }

($port) = nginx_conf_test("fhir_binary_nothing on;");
isnt($port, 0, 'a directive that is not there');


# What needs nothing that could check a token.

my ($exit, $said) = nginx_conf_test($open, context => 'location');
is($exit, 0, 'an open endpoint') or diag($said);

($exit, $said) = nginx_conf_test('fhir_binary off; fhir_binary_auth on;',
                                 context => 'location');
is($exit, 0, 'off needs nothing') or diag($said);

done_testing();
