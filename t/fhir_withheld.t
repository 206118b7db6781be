# Data that a FHIR server withholds is a 502, in every form; only data that is
# absent is an empty document, from R4 on.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirServer;

my @versions = qw(dstu2 stu3 r4 r4b r5);
my %r4 = map { $_ => 1 } qw(r4 r4b r5);

my $v3 = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
my $old = 'http://hl7.org/fhir/v3/ObservationValue';
my $type = '"contentType":"text/plain"';
my $ns = 'xmlns="http://hl7.org/fhir"';
my $xtype = '<contentType value="text/plain"/>';
my $url = 'http://example.org/externalized-binary-id';
my $extension = qq({"extension":[{"url":"$url","valueString":"x"}]});
my $xextension = qq(<extension url="$url"><valueString value="x"/></extension>);
my $absent = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

sub json { return answer("{\"resourceType\":\"Binary\",$_[0]}") }
sub xml { return answer("<Binary $ns>$_[0]</Binary>") }

sub tag { return '"meta":{"tag":[{' . join(',', @_) . '}]}' }
sub xtag { return '<meta><tag>' . join('', @_) . '</tag></meta>' }

# NAME is the name of the data in the version that is asked

my $code = '"code":"SUBSETTED"';
my $xcode = '<code value="SUBSETTED"/>';

my %withheld = (
    'json: null' => json("$type,\"NAME\":null"),
    'json: an empty string' => json("$type,\"NAME\":\"\""),
    'json: blanks' => json("$type,\"NAME\":\" \\t\\u000a \""),
    'json: a number' => json("$type,\"NAME\":7"),
    'json: true' => json("$type,\"NAME\":true"),
    'json: an array' => json("$type,\"NAME\":[\"TWFu\"]"),
    'json: an array of many' =>
        json("$type,\"NAME\":[" . join(',', 1 .. 50_000) . ']'),
    'json: an object' => json("$type,\"NAME\":{\"value\":\"TWFu\"}"),
    'json: null, and its type behind it' => json("\"NAME\":null,$type"),
    'json: an extension' => json("$type,\"_NAME\":$extension"),
    'json: an extension on null' =>
        json("$type,\"NAME\":null,\"_NAME\":$extension"),
    'json: an extension on a value' =>
        json("$type,\"NAME\":\"TWFu\",\"_NAME\":$extension"),
    'json: one that comes first' =>
        json("\"_NAME\":$extension,$type,\"NAME\":\"TWFu\""),
    'json: a reason for the absence' =>
        json("$type,\"_NAME\":{\"extension\":[{\"url\":\"$absent\","
             . '"valueCode":"masked"}]}'),
    'json: an id alone' => json("$type,\"_NAME\":{\"id\":\"a\"}"),
    'json: a part' => json(tag("\"system\":\"$v3\"", $code) . ",$type"),
    'json: a part, as before R4' =>
        json(tag($code, "\"system\":\"$old\"") . ",$type"),
    'json: a part, of no system' => json(tag($code) . ",$type"),
    'json: a part with data' =>
        json(tag($code) . ",$type,\"NAME\":\"TWFu\""),
    'json: a part, said at the end' =>
        json("$type,\"NAME\":\"TWFu\"," . tag($code)),

    'xml: no value' => xml("$xtype<NAME/>"),
    'xml: an id alone' => xml("$xtype<NAME id=\"a\"/>"),
    'xml: an empty value' => xml("$xtype<NAME value=\"\"/>"),
    'xml: blanks' => xml("$xtype<NAME value=\" &#10; \"/>"),
    'xml: an extension' => xml("$xtype<NAME>$xextension</NAME>"),
    'xml: an extension, and its type behind it' =>
        xml("<NAME>$xextension</NAME>$xtype"),
    'xml: an extension on a value' =>
        xml("$xtype<NAME value=\"TWFu\">$xextension</NAME>"),
    'xml: a part' =>
        xml(xtag("<system value=\"$v3\"/>", $xcode) . $xtype),
    'xml: a part, as before R4' =>
        xml(xtag($xcode, "<system value=\"$old\"/>") . $xtype),
    'xml: a part, of no system' => xml(xtag($xcode) . $xtype),
    'xml: a part with data' =>
        xml(xtag($xcode) . "$xtype<NAME value=\"TWFu\"/>"),
    'xml: a part, said at the end' =>
        xml("$xtype<NAME value=\"TWFu\"/>" . xtag($xcode)),
);

my %present = (
    'json: data' => json("$type,\"NAME\":\"TWFu\""),
    'json: data with an id' =>
        json("$type,\"_NAME\":{\"id\":\"a\"},\"NAME\":\"TWFu\""),
    'json: data with another tag' =>
        json(tag('"system":"urn:x"', $code) . ",$type,\"NAME\":\"TWFu\""),
    'json: data with an extension elsewhere' =>
        json("\"_contentType\":$extension,$type,\"NAME\":\"TWFu\""),
    'xml: data' => xml("$xtype<NAME id=\"a\" value=\"TWFu\"/>"),
    'xml: data with another tag' =>
        xml(xtag('<system value="urn:x"/>', $xcode)
            . "$xtype<NAME value=\"TWFu\"/>"),
);

my %absent = (
    'json: absent' => json($type),
    'json: absent, with another tag' => json("$type," . tag('"code":"x"')),
    'xml: absent' => xml($xtype),
);

# What says so behind more data than is looked at before the header leaves.

my $long = 'TWFu' x 50_000;

my %late = (
    'json: an extension' => json("$type,\"NAME\":\"$long\","
                                 . "\"_NAME\":$extension"),
    'json: a part' => json("$type,\"NAME\":\"$long\"," . tag($code)),
    'xml: an extension' => xml("$xtype<NAME value=\"$long\">$xextension"
                               . '</NAME>'),
    'xml: a part' => xml("$xtype<NAME value=\"$long\"/>" . xtag($xcode)),
);

my (%table, %id);

for my $rows (\%withheld, \%present, \%absent, \%late) {
    for my $what (sort keys %$rows) {
        my $id = $id{$rows}{$what} = 'n' . keys %table;

        for my $name (qw(data content)) {
            my ($head, $body) = split /\r\n\r\n/, $rows->{$what}, 2;

            $body =~ s/NAME/$name/g;
            $head =~ s/^Content-Length: .*/'Content-Length: ' . length $body/me;
            $table{"/Binary/$name.$id"} = "$head\r\n\r\n$body";
        }
    }
}

my $server = fhir_server(%table);

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => 'add_header X-Reason "$fhir_binary_reason" always;'
              . join '', map { server_conf(version => $_, prefix => "/$_") }
                             @versions);

sub get {
    my ($method, $version, $where, $rows, $what, $form) = @_;

    my $name = $r4{$version} ? 'data' : 'content';

    return ask($ngx->port, "$method /$version/$where/Binary/$name."
                           . $id{$rows}{$what}
                           . ($form ? "?_format=$form" : ''));
}

# "200", the reason of a whole refusal, or "cut"

sub verdict {
    my ($r, $method) = @_;

    return 'cut' if !defined $r->{status} || !$r->{whole};
    return '200' if $r->{status} == 200;

    my $o = $method eq 'HEAD' ? { code => 'exception' } : outcome($r);

    return "$r->{status} " . ($o->{code} // 'no outcome') . ' '
           . (header($r, 'X-Reason') // '');
}

my $refused = '502 exception backend_incomplete';

for my $version (@versions) {
    for my $form ('', 'json', 'xml') {
        for my $case ([ \%withheld, $refused ], [ \%present, '200' ],
                      [ \%absent, $r4{$version} ? '200' : $refused ])
        {
            my ($rows, $wanted) = @$case;
            my @bad;

            for my $what (sort keys %$rows) {
                for my $method (qw(GET HEAD)) {
                    for my $where (qw(buffered direct)) {
                        my $r = get($method, $version, $where, $rows, $what,
                                    $form);
                        my $got = verdict($r, $method);

                        push @bad, "$method $where $what: $got"
                            if $got ne $wanted;
                    }
                }
            }

            is(join("\n", @bad), '', "$version, " . ($form || 'native')
               . ', ' . join(' ', (sort keys %$rows)[0], '...', $wanted));
        }

        is(join(' ', map { verdict(get('GET', $version, 'direct', \%late, $_,
                                       $form), 'GET') } sort keys %late),
           'cut cut cut cut', "$version, " . ($form || 'native')
           . ', behind much data: cut');
    }
}

is(get('GET', 'r4', 'direct', \%present, 'json: data')->{body}, 'Man',
   'what is there is given');
is(get('GET', 'r4', 'direct', \%absent, 'xml: absent')->{body}, '',
   'what is absent is empty');

$ngx->is_log_clean;
done_testing();
