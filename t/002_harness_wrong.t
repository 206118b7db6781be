# What a block says and nginx does not do is a failure, section by section: a
# suite of nothing but wrong blocks, run in a process of its own.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;
use File::Path 'remove_tree';
use File::Temp 'tempfile';
use JSON::PP;
use MIME::Base64 'decode_base64';

require FhirNginx;

# Runs the blocks, returns what they said.

sub suite_says {
    my ($blocks) = @_;

    my ($fh, $path) = tempfile('harness-XXXXXX', TMPDIR => 1, SUFFIX => '.t',
                               UNLINK => 1);

    print $fh "use lib 't/lib';\nuse FhirBinary 'no_plan';\n"
              . "run_tests();\n__DATA__\n\n$blocks";
    close $fh;

    my @paths = map { ('-I', $_) } 't/lib', grep { !ref && /perl5/ } @INC;

    local %ENV = %ENV;
    delete @ENV{grep { /^TEST_NGINX_(?:PORT|SERV|ROOT)/ } keys %ENV};

    my $pid = open(my $out, '-|') // die "fork: $!";

    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        exec $^X, @paths, $path;
    }

    my $said = do { local $/; <$out> };

    close $out;

    # what failed leaves its traces, which nobody is to look at here

    remove_tree(glob(($ENV{FHIR_BINARY_BUILD} || 'build')
                     . "/{servroot/$pid,servroot/$pid.jwks,backends/$pid-*}"));

    return ($? >> 8, $said);
}

my $config = '--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- document: text/plain
--- request
GET /fhir/Binary/1
';

my $fine = '--- token: scope=user/*.read
--- more_headers
Accept: application/fhir+json
';

my @wrong = (
    [ 'decoded_eq of other bytes', $fine, 'decoded_eq: hallo',
      qr/got: 'hello'/ ],
    [ 'decoded_eq of no resource', '--- token: scope=user/*.read',
      'decoded_eq: hello', qr/no data of a Binary: hello/ ],
    [ 'outcome where there is none', $fine, 'outcome: 403 forbidden scope',
      qr/status 200; .*reason ; no OperationOutcome/ ],
    [ 'outcome with another status', '', 'outcome: 403 login login',
      qr/got: 'status 401'/ ],
    [ 'outcome with another code', '', 'outcome: 401 expired login',
      qr/got: 'error login A bearer token is required'/ ],
    [ 'outcome with another reason', '', 'outcome: 401 login token_invalid',
      qr/got: 'reason login; error login A bearer/ ],
    [ 'outcome in another form', '', 'outcome: 401 login login xml',
      qr/Content-Type application\/fhir\+json/ ],
    [ 'outcome of no reason', '', 'outcome: 401 login logn',
      qr/there is no reason logn/ ],
    [ 'no outcome where there is one', '', "outcome\n-\n--- error_code: 401",
      qr/got: 'refused: login'/ ],
    [ 'backend_requests', $fine, 'backend_requests: 2', qr/got: '1'/ ],
    [ 'backend_request_like', $fine, 'backend_request_like: ^HEAD',
      qr/GET .*doesn't match/s ],
);

my $n = 0;
my ($status, $all) = suite_says(join "\n\n", map {
    "=== TEST @{[ ++$n ]}: $_->[0];\n$config$_->[1]\n--- $_->[2]\n"
} @wrong);

isnt($status, 0, 'the suite of wrong blocks fails');

for my $row (@wrong) {
    my ($name, undef, undef, $why) = @$row;
    my $failed = join "\n", $all =~ /^(not ok .* \Q$name\E;.*\n(?:\s*#.*\n|\n)*)/mg;

    like($failed, $why, "$name is a failure that says why");
}

for my $row (
    [ 'a section that is misspelt', "$config--- reponse_body: hello",
      qr/TEST 1: .* no section "reponse_body"/ ],
    [ 'a word that is misspelt', $config =~ s/GUARD/GARD/r,
      qr/there is no \$FHIR_GARD/ ],
    [ 'a backend that is missing', $config =~ s/--- document.*\n//r,
      qr/\$FHIR_STORE without a backend/ ],
    [ 'two outcomes for one request',
      "$config--- outcome\n401 login login\n401 login login",
      qr/an outcome for each request/ ],
    [ 'a token that cannot be read', "$config--- token: scope=\"a",
      qr/a token of "scope="a"\?/ ],
) {
    my ($name, $block, $why) = @$row;
    my ($exit, $said) = suite_says("=== TEST 1: $name\n$block\n");

    isnt($exit, 0, "$name ends the suite");
    like($said, $why, 'and is named');
}

# What a line of the section says is what the token has.

my ($head, $claims) = map { decode_json(decode_base64(tr{-_}{+/}r)) }
    (split /\./, FhirNginx::token('scope="a b" -aud exp=-60 n={"m":[1]} '
                                  . 'typ=JWT header={"crit":["x"]}'))[0, 1];

is($claims->{scope}, 'a b', 'a claim with a blank');
is($claims->{iss}, ISS, 'and one by default');
is_deeply($claims->{n}, { m => [1] }, 'and one in JSON');
ok(!exists $claims->{aud}, 'without what is taken out');
cmp_ok(abs($claims->{exp} - time + 60), '<', 30, 'a time from now');
is_deeply([ @$head{qw(typ crit)} ], [ 'JWT', ['x'] ], 'and the header');

done_testing();
