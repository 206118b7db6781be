# A real browser: an app of another origin reads documents and refusals, and
# hostile documents do nothing.  t/lib/browser.mjs has the checks.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;
use Cwd ();
use JSON::PP ();

my $npm = Cwd::abs_path('build/npm') // '';
my ($chromium) = grep { -x } $ENV{CHROMIUM} // (), '/usr/bin/chromium',
                             '/usr/bin/chromium-browser';
my ($node) = grep { -x } map { "$_/node" } split /:/, $ENV{PATH};

my @missing = (
    $chromium ? () : 'chromium',
    $node ? () : 'node',
    -e "$npm/node_modules/playwright-core/package.json" ? ()
        : 'playwright-core',
    -e "$npm/node_modules/fhirclient/package.json" ? () : 'fhirclient',
);

if (@missing) {
    diag("NO BROWSER TESTS, for want of @missing: make deps-browser");
    plan(skip_all => "no @missing: make deps-browser");
}

my %port = map { $_ => free_port() } qw(gateway store app beacon);
my $to = "proxy_pass http://127.0.0.1:$port{store}/;";

# Two servers: the gateway, and a proxy in front that takes away what makes
# a browser save a document instead of showing it.

my $ngx = nginx_start(
    files => { 'keys.json' => jwks('ec-a') },
    server => "location / {
                   proxy_hide_header Content-Disposition;
                   proxy_pass http://127.0.0.1:$port{gateway};
               }",
    http => <<"END");
    server {
        listen 127.0.0.1:$port{gateway};

        fhir_binary r4;
        @{[ jwt_endpoint(keys => 'keys.json') ]}

        location /any/ { fhir_binary_cors *; $to }
        location /list/ {
            fhir_binary_cors https://a.example http://127.0.0.1:$port{app};
            $to
        }
        location /none/ { $to }
        location /bare/ { fhir_binary off; $to }
    }
END

my $shots = Cwd::abs_path($ENV{FHIR_BINARY_BUILD} || 'build') . '/browser';

mkdir $shots;

$ENV{FHIR_BROWSER} = JSON::PP::encode_json({
    %port, chromium => $chromium, npm => $npm, dir => $shots,
    strip => $ngx->port,
    token => mint_token({ scope => 'user/Binary.read '
        . 'user/DocumentReference.read user/DiagnosticReport.read' }),
});

my $pid = open my $out, '-|', $node, 't/lib/browser.mjs' or die "$node: $!";
my $last = '';

local $SIG{ALRM} = sub { kill 'TERM', $pid };
alarm 90;

while (my $line = <$out>) {
    chomp $line;

    if ($line =~ /^(not )?ok (.*?)(?: # (.*))?$/) {
        ok(!$1, $2) or diag $3;
    } elsif ($line ne 'done') {
        diag $line;
    }

    $last = $line;
}

alarm 0;
close $out;

is("$? $last", '0 done', 'the browser came to its end');

$ngx->is_log_clean;
done_testing();
