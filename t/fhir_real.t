# In front of a FHIR server that others wrote, in three versions of FHIR, and
# read by parsers that others wrote.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use Cwd 'abs_path';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FindBin;
use IPC::Open2 'open2';
use JSON::PP ();
use MIME::Base64;
use POSIX ();

my $root = abs_path("$FindBin::Bin/..");
my $npm = $ENV{FHIR_BINARY_NPM} // "$root/build/npm";

for my $package ('@asymmetrik/node-fhir-server-core', 'fhir') {
    next if -e "$npm/node_modules/$package/package.json"
            && `node --version 2>&1` =~ /^v/;

    diag("SKIPPED: no $package in $npm ('make deps' installs it)");
    plan(skip_all => "no $package of npm");
}

my @files = (glob("'$root'/conf-examples/documents/*"),
             glob("'$root'/t/data/small.*"));

my %file = map { s{.*/}{}r =~ s/\.\w+$//r => $_ } @files;

my $port = free_port();
my $log = "$root/build/fhirserver.$$";

my $pid = fork // die "fork: $!";

if ($pid == 0) {
    Test::More->builder->no_ending(1);
    open STDOUT, '>', $log;
    open STDERR, '>&', \*STDOUT;
    exec 'node', "$root/t/lib/fhirserver.mjs", $npm, $port, values %file
        or POSIX::_exit(127);
}

END {
    local $?;

    if ($pid) {
        kill 'TERM', $pid;
        waitpid $pid, 0;
        unlink $log;
    }
}

my $up;

wait_for(sub {
    $up = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);

    return $up || waitpid($pid, POSIX::WNOHANG) == $pid && !($pid = 0);
});

if (!$up) {
    my $said = slurp($log);

    unlink $log;
    die "the FHIR server did not start:\n$said";
}

my %base = (dstu2 => '1_0_2', stu3 => '3_0_1', r4 => '4_0_0', r5 => '4_0_0');

# Each version in front of its own, and R4 and DSTU2 in front of each other.

my $ngx = nginx_start(server => join '', map {
    my ($path, $version, $base) = @$_;

    "location /$path/Binary/ {
         @{[ open_endpoint(undef, version => $version) ]}
         fhir_binary_backend fhir;
         proxy_http_version 1.1;
         proxy_pass http://127.0.0.1:$port/$base/Binary/;
     }"
} (map { [ $_, $_, $base{$_} ] } keys %base),
    [ 'up', 'r4', '1_0_2' ], [ 'down', 'dstu2', '4_0_0' ]);

my $tag = 'W/"3"';
my @check;

for my $path (sort(keys %base), 'up', 'down') {
    my $field = $path =~ /stu|down/ ? 'content' : 'data';
    my $fhir = $path =~ /dstu2|down/ ? 'application/%s+fhir'
                                     : 'application/fhir+%s';

    for my $id (sort keys %file) {
        my $document = slurp($file{$id});
        my $r = ask($ngx->port, "GET /$path/Binary/$id");

        ok($r->{status} == 200 && $r->{whole} && $r->{body} eq $document,
           "$path, $id: the document, byte for byte")
            or diag($r->{head});

        is(join(' | ', map { header($r, $_) // '-' } qw(Last-Modified ETag
                Access-Control-Allow-Origin Expect-CT X-Frame-Options)),
           'Thu, 02 Jan 2020 03:04:05 GMT | "3~raw" | - | - | DENY',
           "$path, $id: its fields, and none of the server's own");

        for my $form (qw(json xml)) {
            my $r = ask($ngx->port, "GET /$path/Binary/$id",
                        'Accept: ' . sprintf $fhir, $form);

            ok($r->{status} == 200 && $r->{whole}
               && $r->{body} =~ /[<"]$field\b/
               && $r->{body} =~ /2020-01-02T03:04:05\.000Z/,
               "$path, $id: $form, with $field");

            push @check, { name => "$path.$id.$form", form => $form,
                           body => encode_base64($r->{body}, ''),
                           native => encode_base64($document, '') }
                if $path =~ /^(?:r4|up)$/;
        }
    }

    my $r = ask($ngx->port, "HEAD /$path/Binary/small");

    is("$r->{status} $r->{length} " . header($r, 'Content-Type'),
       '200 0 ' . header(ask($ngx->port, "GET /$path/Binary/small"),
                         'Content-Type'), "$path: HEAD");

    is_outcome(ask($ngx->port, "GET /$path/Binary/nobody"), 404, 'not-found',
               "$path: its outcome comes as plain JSON, and is replaced");

    my $text = slurp($file{'CCD-12724066'});

    $r = ask($ngx->port, "GET /$path/Binary/$AUTOGEN?patient=12724066");

    ok($r->{status} == 200 && $r->{body} eq $text && $r->{whole},
       "$path: a CCD");
    is(header($r, 'ETag'), undef, 'without a tag');
}

# Others read what was made.

my $said = open2(my $out, my $in, 'node', "$root/t/lib/fhircheck.mjs", $npm);

if (!fork) {
    Test::More->builder->no_ending(1);
    print $in map { JSON::PP->new->encode($_) . "\n" } @check;
    close $in;
    POSIX::_exit(0);
}

close $in;

is(join('', sort <$out>), join('', sort map { "ok $_->{name}\n" } @check),
   'npm\'s fhir takes each for a valid Binary of R4, with the same data');

waitpid $said, 0;

$ngx->is_log_clean;

done_testing();


sub slurp {
    open my $in, '<:raw', $_[0] or die "$_[0]: $!";
    local $/;
    return scalar <$in>;
}
