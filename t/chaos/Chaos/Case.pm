package Chaos::Case;

# A case is a document and what its backend does to it, all told by the id:
#
#     z5000-yp-br-fl-g12-kc500-p1-t0-e1-w0-v4-n17
#
#     z  size of the document in bytes
#     y  its type, by a letter of %TYPE
#     b  r: the document itself; j, x: a Binary resource in JSON, in XML
#     f  framing: l Content-Length, c chunked, e the end of the connection
#     g  what decides the details: white space, escapes, sizes of chunks
#     k  how it ends, by a letter of %ENDS, and where: so many thousandths of
#        the body, or after an n so many bytes before its end
#     s  a status other than 200
#     p  the patient
#     t  so many requests see the k of the case, the next ones a whole
#        document; 0: all see it
#     e  0 no entity-tag, 1 a strong one, 2 a weak one
#     w  0 in one write, 1 in several, 2 in slow ones, 3 byte by byte
#     v  the member of the resource: 2 content, 4 data
#     n  makes the id, and so the document, another one

use strict;
use warnings;

use Exporter 'import';
use Digest::MD5 'md5';
use MIME::Base64 ();

use Chaos::Random;

our @EXPORT_OK = qw(parse make document resource error_body etag %TYPE %ENDS
                    $SECRET);

our %TYPE = (
    p => 'application/pdf', h => 'text/html', t => 'text/plain',
    q => 'text/plain; charset=utf-8', o => 'application/octet-stream',
    j => 'application/json', x => 'application/xml', i => 'image/png',
);

# 1: there is a document behind it, which may come out whole after all.

our %ENDS = (
    w => 1,     # whole
    c => 1,     # FIN
    r => 1,     # RST
    s => 1,     # silence, then FIN
    l => 1,     # in order, but shorter than its Content-Length
    m => 1,     # longer than its framing says
    u => 1,     # a chunk that is none
    h => 1,     # FIN within the head
    z => 1,     # FIN at once
    a => 1,     # compressed, without having been asked
    o => 0,     # two different lengths
    t => 0,     # no resource where one is announced
    d => 0,     # the data is withheld
    b => 0,     # bad base64
    j => 0,     # something behind the resource
);

# Stands in every error of a backend that must not reach a client.

our $SECRET = 'java.lang.NullPointerException';

my @order = qw(z y b f g k s p t e w v n);
my %last = (id => '');


sub make {
    my (%field) = @_;

    return join '-', map { defined $field{$_} ? "$_$field{$_}" : () } @order;
}


sub parse {
    my ($id) = @_;

    my %case = (id => $id, s => 200, map { /^([a-z])(.*)/s ? ($1, $2) : () }
                                         split /-/, $id);

    return if grep { !defined $case{$_} } qw(z y b f g k p t e w v n);

    @case{qw(end at)} = $case{k} =~ /^([a-z])(.*)/ or return;
    $case{type} = $TYPE{ $case{y} } // return;
    $case{patient} = "Patient/P$case{p}";
    $case{truth} = ($ENDS{ $case{end} } || $case{t} > 0) && $case{s} == 200;

    return \%case;
}


# Each block of 4096 bytes is the first one, and the block's number mixed in.

sub document {
    my ($case) = @_;

    return $last{document} if $last{id} eq $case->{id};

    my $first = join '', map { md5("$case->{id}.$_") } 0 .. 255;
    my $bytes = '';

    for (my $i = 0; length $bytes < $case->{z}; $i++) {
        $bytes .= $first ^ (pack('N', $i * 0x01010101 & 0xffffffff) x 1024);
    }

    %last = (id => $case->{id}, document => substr $bytes, 0, $case->{z});

    return $last{document};
}


sub etag {
    my ($case) = @_;

    return undef if $case->{e} == 0;
    return ($case->{e} == 2 ? 'W/' : '') . "\"n$case->{n}\"";
}


# The resource, as odd as its grammar allows.

sub resource {
    my ($case) = @_;

    my $random = Chaos::Random->new("resource $case->{id}");
    my $base64 = MIME::Base64::encode_base64(document($case), '');

    if ($case->{end} eq 'b') {
        my $at = $random->below(1 + length $base64);

        substr($base64, $at, 1) = $random->pick('_', '!', '=', '-', '%');
        $base64 .= '==A';
    }

    return $case->{b} eq 'j' ? json($case, $random, $base64)
                             : xml($case, $random, $base64);
}


sub json {
    my ($case, $random, $base64) = @_;

    my $name = $case->{v} == 2 ? 'content' : 'data';
    my $data = json_text($random, $base64);
    my @members = (qq("id":"$case->{id}"),
                   '"contentType":' . json_text($random, $case->{type}));

    push @members, qq("meta":{"versionId":"$case->{n}")
                   . $random->pick('', ',"tag":[{"code":"\"data\":"}]') . '}'
        if $random->chance(40);
    push @members, '"language":"en"' if $random->chance(20);

    if ($case->{end} eq 'd') {
        my $gone = '{"extension":[{"url":"http://hl7.org/fhir/Structure'
                   . 'Definition/data-absent-reason","valueCode":"masked"}]}';

        push @members, $random->pick(
            qq("_$name":$gone), qq("$name":null), qq("$name":""),
            qq("$name":" "), qq("$name":null,"_$name":$gone));

    } elsif ($case->{z} > 0) {
        push @members, qq("$name":$data);
    }

    @members = mix($random, @members);

    # Most servers write the data last, and resourceType first.

    @members = ((grep { !/^"$name"/ } @members),
                (grep { /^"$name"/ } @members)) if $random->chance(80);

    my $kind = '"resourceType":"Binary"';

    if ($random->chance(85)) {
        unshift @members, $kind;
    } else {
        splice @members, $random->below(@members + 1), 0, $kind;
    }

    my @blank = map { $random->pick('', '', ' ', "\n", "\r\n\t") } 1 .. 4;

    return $blank[0] . '{' . $blank[1]
           . join("$blank[2],$blank[3]", @members) . "$blank[1]}$blank[0]";
}


sub json_text {
    my ($random, $text) = @_;

    my $how = $random->weighted(plain => 6, slash => 2, code => 1, few => 1,
                                lines => 1);

    $text =~ s{/}{\\/}g                         if $how eq 'slash';
    $text =~ s{([+/])}{sprintf '\\u%04x', ord $1}ge if $how eq 'code';
    $text =~ s{(A)}{\\u0041}g                   if $how eq 'few';
    $text =~ s/(.{76})/$1\\r\\n/g               if $how eq 'lines'
                                                   && length $text > 76;

    return qq("$text");
}


sub xml {
    my ($case, $random, $base64) = @_;

    my $name = $case->{v} == 2 ? 'content' : 'data';
    my $quote = $random->pick('"', "'");

    my $how = $random->weighted(plain => 6, plus => 2, lines => 1);

    $base64 =~ s/\+/&#x2B;/g     if $how eq 'plus';
    $base64 =~ s/(.{76})/$1\n/g  if $how eq 'lines';

    my @parts = ("<id value=$quote$case->{id}$quote/>");

    push @parts, "<meta><versionId value=\"$case->{n}\"/></meta>"
        if $random->chance(40);
    push @parts, '<!-- <data value="x"/> -->' if $random->chance(20);
    push @parts, "<contentType value=\"$case->{type}\"/>";

    if ($case->{end} eq 'd') {
        my $gone = '<extension url="http://hl7.org/fhir/StructureDefinition/'
                   . 'data-absent-reason"><valueCode value="masked"/>'
                   . '</extension>';

        push @parts, $random->pick("<$name>$gone</$name>",
                                   "<$name value=\"\"/>");

    } elsif ($case->{z} > 0) {
        push @parts, $random->pick("<$name value=$quote$base64$quote/>",
                                   "<$name value=$quote$base64$quote></$name>",
                                   "<$name  value = $quote$base64$quote />");
    }

    my $blank = $random->pick('', '', "\n  ", ' ');

    return $random->pick('', "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
           . '<Binary xmlns="http://hl7.org/fhir">' . $blank
           . join($blank, @parts) . "$blank</Binary>"
           . $random->pick('', "\n");
}


sub mix {
    my ($random, @list) = @_;

    for (my $i = $#list; $i > 0; $i--) {
        my $j = $random->below($i + 1);
        @list[$i, $j] = @list[$j, $i];
    }

    return @list;
}


# What a backend says instead of a document: a type and a body.

sub error_body {
    my ($case) = @_;

    my $version = $case->{v};
    my $kind = (qw(html empty text json xml))[$case->{g} % 5];

    return ('text/html', "<html><pre>$SECRET</pre></html>" . 'x' x $case->{z})
        if $kind eq 'html';

    return ('text/plain', '')            if $kind eq 'empty';
    return ('text/plain', "$SECRET\n")   if $kind eq 'text';

    return ($version == 2 ? 'application/json+fhir' : 'application/fhir+json',
            '{"resourceType":"OperationOutcome","issue":[{"severity":"error",'
            . '"code":"processing","diagnostics":"of the backend"}]}')
        if $kind eq 'json';

    return ($version == 2 ? 'application/xml+fhir' : 'application/fhir+xml',
            '<OperationOutcome xmlns="http://hl7.org/fhir"><issue>'
            . '<severity value="error"/><code value="processing"/>'
            . '<diagnostics value="of the backend"/></issue>'
            . '</OperationOutcome>');
}


1;
