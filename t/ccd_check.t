# What leaves as a CCD is a ClinicalDocument: anything else is a 502, and one
# that turns out malformed later is cut.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use FhirBinary '-more';
use Documents;
use FhirServer;
use MIME::Base64;

my $v3 = 'xmlns="urn:hl7-org:v3"';
my $small = ccd_document(5000);

# What an EHR sends with status 200 instead of a document.

my %other = (
    'an HTML page' => '<!DOCTYPE html><html><body>Sorry</body></html>',
    'an XHTML page' => '<html xmlns="http://www.w3.org/1999/xhtml"/>',
    'nothing' => '',
    'blanks' => " \r\n ",
    'a text' => 'The document cannot be made at the moment.',
    'JSON' => '{"resourceType":"OperationOutcome"}',
    'a declaration alone' => '<?xml version="1.0"?>',
    'a comment alone' => '<!-- to come -->',
    'another root' => "<Document $v3/>",
    'another case' => "<clinicaldocument $v3/>",
    'no namespace' => '<ClinicalDocument/>',
    'another namespace' => '<ClinicalDocument xmlns="urn:hl7-org:v2"/>',
    'the namespace with a blank' => '<ClinicalDocument xmlns=" urn:hl7-org:v3"/>',
    'the root inside another' => "<x><ClinicalDocument $v3/></x>",
    'a root in a comment' => "<!-- <ClinicalDocument $v3> -->",
    'a DOCTYPE' => "<!DOCTYPE ClinicalDocument><ClinicalDocument $v3/>",
    'a DOCTYPE with a file' => '<!DOCTYPE ClinicalDocument SYSTEM '
        . "'file:///etc/passwd'><ClinicalDocument $v3/>",
    'a bomb' => '<!DOCTYPE ClinicalDocument ['
        . join('', '<!ENTITY a "ha">',
               map { my $c = chr 97 + $_; my $p = '&' . chr(96 + $_) . ';';
                     "<!ENTITY $c \"" . $p x 10 . '">' } 1 .. 9)
        . "]><ClinicalDocument $v3>&j;</ClinicalDocument>",
    'an entity' => "<ClinicalDocument $v3>&copy;</ClinicalDocument>",
    'a start that is cut' => '<ClinicalDocument xmlns="urn:hl7',
    'a root too late' => '<!--' . 'x' x 9000 . "--><ClinicalDocument $v3/>",
    'a root too large' => "<ClinicalDocument $v3 a='" . 'x' x 9000 . "'/>",
    'text before it' => "x<ClinicalDocument $v3/>",
    'a NUL' => "\0<ClinicalDocument $v3/>",
    'UTF-16' => join("\0", split //, "<ClinicalDocument $v3/>") . "\0",
);

# The start is right, what follows is not.

my %later = (
    'cut' => substr($small, 0, -20),
    'an end tag missing' => $small =~ s{</ClinicalDocument>}{}r,
    'a second root' => "$small<x/>",
    'text behind' => "${small}x",
    'crossed tags' => $small =~ s{</realmCode|</code>|</author>}{</x>}r
                             =~ s{</title>}{</titel>}r,
    'an entity' => $small =~ s{</title>}{&nbsp;</title>}r,
    'a byte that its encoding has not' => '<?xml version="1.0" encoding='
        . "'windows-1252'?><ClinicalDocument $v3>\x81</x></ClinicalDocument>",
    'bytes that are not UTF-8' => $small =~ s{</title>}{\xff</title>}r,
    'an end tag missing, large' => ccd_document(100_000)
                                   =~ s{</ClinicalDocument>}{}r,
);

my (%made, @other, @later);

for my $kind ([ \@other, \%other ], [ \@later, \%later ]) {
    my ($list, $documents) = @$kind;

    for my $what (sort keys %$documents) {
        my $bytes = $documents->{$what};

        for my $way (qw(length chunk json xml first)) {
            my $id = "$way." . @other . '.' . @later;
            my $base64 = encode_base64($bytes, '');
            my %field = (contentType => 'application/xml', data => $base64);

            next if $way eq 'first' && length $bytes > 40_000
                    || $bytes eq '' && $way eq 'first';
            delete $field{data} if $bytes eq '';

            $made{$id} = $way eq 'length'
                         ? answer($bytes, type => 'application/xml')
                       : $way eq 'chunk'
                         ? answer($bytes, type => 'text/xml', chunk => 700)
                       : answer(binary($way eq 'first' ? 'json' : $way, %field,
                                $way eq 'first' ? (order => [ reverse qw(
                                    contentType data) ]) : ()));

            push @$list, [ $id, "$what ($way)" ];
        }
    }
}

# The end of a malformed document must not leave with the last byte that its
# length promised, wherever it falls in a buffer: behind a first piece that
# lets the header go, this fills two buffers but for some bytes.

sub edge {
    my ($less, $end) = @_;

    my $start = "<ClinicalDocument $v3>";
    my $rest = "<!--X-->$end";

    $rest =~ s{X}{'x' x (4 * 4096 - $less + 1 - length $rest)}e;

    my $raw = answer($start . $rest, type => 'text/xml');

    return [ substr($raw, 0, -length $rest), APART, $rest ];
}


my @edge = (0 .. 3, 30, 60 .. 66);

for my $less (@edge) {
    $made{"bad.$less"} = edge($less, '');
    $made{"good.$less"} = edge($less, '</ClinicalDocument>');
}

# Blanks are no part of base64, and there may be any number of them.

for my $form (qw(json xml)) {
    my $raw = answer(binary($form, contentType => 'application/xml',
                            data => 'PENs' . ' ' x 500_000));

    $made{"blanks.$form"} = [ substr($raw, 0, 60_000), APART,
                              substr($raw, 60_000, 60_000), APART,
                              substr($raw, 120_000, 300), APART,
                              substr $raw, 120_300 ];
}

my $server = ccd_server(%made);

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => ccd_conf . ccd_conf(prefix => '/small',
                                  more => 'fhir_binary_buffers 2 4k;
                                           proxy_buffer_size 64k;
                                           proxy_buffers 4 64k;'));

for my $form (qw(native json xml)) {
    for my $where (qw(buffered direct)) {

        my @r = fetch($ngx->port, [ map { "$AUTOGEN?patient=$_->[0]" } @other ],
                      accept => $TYPE{$form}, prefix => "/$where/Binary/");

        my @bad = map {
            outcome($r[$_]) eq '502 exception' && $r[$_]{complete}
                ? () : "$other[$_][1]: " . outcome($r[$_])
        } 0 .. $#r;

        is(join("\n", @bad), '', "$form, $where: no ClinicalDocument, a 502");

        @bad = map {
            my ($r) = fetch($ngx->port, "$AUTOGEN?patient=$_->[0]",
                            accept => $TYPE{$form},
                            prefix => "/$where/Binary/");
            $r->{complete} && outcome($r) ne '502 exception'
                ? "$_->[1]: complete, " . outcome($r) : ()
        } @later;

        is(join("\n", @bad), '',
           "$form, $where: malformed later, never a complete answer");
    }
}

for my $kind (qw(good bad)) {
    my @seen = map {
        fetch($ngx->port, "$AUTOGEN?patient=$kind.$_",
              prefix => '/small/direct/Binary/')
    } @edge;

    is(join(' ', map { "$_->{status} $_->{complete}" } @seen),
       join(' ', ($kind eq 'good' ? '200 1' : '200 0') x @edge),
       "$kind at the end, which is that of the buffers");
}

for my $id (qw(blanks.json blanks.xml)) {
    my ($r) = fetch($ngx->port, "$AUTOGEN?patient=$id",
                    prefix => '/small/direct/Binary/');

    is(outcome($r), '502 exception', "blanks where a CCD should begin, $id");
}

my ($r) = fetch($ngx->port, "$AUTOGEN?patient=length.0.0",
                prefix => '/unchecked/Binary/');

is("$r->{status} $r->{h}{'content-type'} $r->{body}",
   "200 application/xml $other{JSON}",
   'without fhir_binary_ccd_check what there is passes');

like($ngx->log, qr/refused with 502 \(backend_ccd\)/, 'the log names it');
unlike($ngx->log, qr{/etc/passwd}, 'nothing was looked up');

$ngx->is_log_clean;

done_testing();
