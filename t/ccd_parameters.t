# The parameters of the operation: what is refused, and the exact query that
# the backend is asked with otherwise.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use FhirBinary '-more';
use FhirClient;
use FhirServer;
use MIME::Base64;

# What came is in the document: the query, and the variables.

my $server = fhir_server("/Binary/$AUTOGEN" => sub {
    my ($request) = @_;

    my ($query) = $request =~ /^GET [^ ?]*\?(\S*) /;
    my ($values) = $request =~ /^X-Values: (.*?)\r$/m;

    $_ = s/&/&amp;/gr for $query, $values;

    return answer(qq(<ClinicalDocument xmlns="urn:hl7-org:v3" q="$query")
                  . qq( v="$values"/>), type => 'application/xml');
});

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => join '', map { ccd_conf(version => $_, prefix => "/$_",
        more => 'fhir_binary_base https://ehr.example.org/base/r4;
                 proxy_set_header X-Values "$fhir_binary_ccd_patient
|$fhir_binary_ccd_start|$fhir_binary_ccd_end|$fhir_binary_ccd_encounter";'
        =~ s/\n//gr) } qw(dstu2 stu3 r4 r5));

sub id { return "a" x $_[0] }
sub value { return "400 value http.$_[0]" }

my $noon = '2014-09-24T12:00:00Z';

# query => what the backend is asked with, or the refusal

my @rows = (
    # patient: d.3

    'patient=12724066' => 'patient=12724066',
    'patient=Patient/12724066' => 'patient=12724066',
    'patient=Patient%2F12724066' => 'patient=12724066',
    'patient=https://ehr.example.org/base/r4/Patient/1' => 'patient=1',
    'patient=http://EHR.example.org/base/r4/Patient/1' => 'patient=1',
    'patient=https%3A%2F%2Fehr.example.org%2Fbase%2Fr4%2FPatient%2F1'
        => 'patient=1',
    'patient=https://ehr.example.org/base/R4/Patient/1' => value('patient'),
    'patient=https://evil.example.org/base/r4/Patient/1' => value('patient'),
    'patient=https://ehr.example.org/Patient/1' => value('patient'),
    'patient=https://ehr.example.org.evil/base/r4/Patient/1'
        => value('patient'),
    (map { ("patient=$_" => value('patient')) }
         'Patient/1/_history/2', 'Patient/1%23x', 'urn:uuid:1', '%23p1',
         'Practitioner/1', 'patient/1', '1,2', 'a_b', '../1', '1%00',
         '1%0d%0a', '1%252C2', ' 1', '1+', '%G1', '1%', 'Patient/',
         'Patient//1', '/1', '1/', '%E2%82%AC', '1|2', '1$2', id(65)),
    'patient=' . id(64) => 'patient=' . id(64),
    'patient=-s' => 'patient=-s',
    'patient=489580643.0.-4.prsnl' => 'patient=489580643.0.-4.prsnl',
    '%70atient=1' => 'patient=1',
    'patient=%31%32' => 'patient=12',
    '' => '400 required http.patient',
    'patient=' => '400 required http.patient',
    'patient' => '400 required http.patient',
    "start=$noon" => '400 required http.patient',

    # names: d.2

    'patient=1&patient=1' => '400 invalid http.patient',
    'patient=1&%70atient=1' => '400 invalid http.patient',
    "patient=1&start=$noon&start=$noon" => '400 invalid http.start',
    'Patient=1' => '400 not-supported http.Patient',
    'patient=1&foo=1' => '400 not-supported http.foo',
    'patient=1&foo' => '400 not-supported http.foo',
    'patient=1&_since=2014' => '400 not-supported http._since',
    'patient=1&_id=2' => '400 not-supported http._id',
    'patient:Patient=1' => '400 not-supported http."patient:Patient"',
    'patient:identifier=1' => '400 not-supported http."patient:identifier"',
    'patient.identifier=1' => '400 not-supported http."patient.identifier"',
    'patient=1&start:exact=' . $noon => '400 not-supported http."start:exact"',
    'patient=1&' . join('&', map { "_pretty=$_" } 1 .. 16)
        => '400 too-long ',
    'patient=1&_pretty=' . 'x' x 5000 => '400 too-long ',
    'patient=1&_format=json&_pretty=true' => 'patient=1',
    'patient=1;start=2014' => value('patient'),
    '&&patient=1&&' => 'patient=1',

    # dates: d.1

    (map { ("patient=1&start=$_" => 'patient=1&start=' . s/\+/%2B/r) }
         '2014-09-24T12:00:00.000Z', '2014-09-24T12:00:00+14:00',
         '2014-09-24T12:00:00-00:00', '0001-01-01T00:00:00Z',
         '9999-12-31T23:59:59Z', '2012-02-29T00:00:00-05:30',
         '2014-09-24T12:00:00.123456789Z', '2099-01-01T00:00:00Z'),
    "patient=1&start=eq$noon" => "patient=1&start=$noon",
    'patient=1&start=2014-09-24T12%3A00%3A00%2B02%3A00'
        => 'patient=1&start=2014-09-24T12:00:00%2B02:00',
    'patient=1&start=2014-09-24T12:00:00%2002:00'
        => 'patient=1&start=2014-09-24T12:00:00%2B02:00',
    (map { ("patient=1&start=$_" => value('start')) }
         '2014-09-24T12:00:00%2B14:30', '2014-09-24T12:00:00%2B0500',
         '2014-09-24T12:00:00%2B5:00', '2014-09-24', '2014', '2014-09',
         '2014-09-24T12:00Z', '2014-09-24T12:00:00', '2014-09-24Z',
         '2014-09-24T12:00:00%2B', '2014-09-24T24:00:00Z',
         '2014-02-30T12:00:00Z', '2013-02-29T12:00:00Z',
         '2014-09-00T12:00:00Z', '0000-01-01T12:00:00Z',
         '-2014-01-01T12:00:00Z', '2014-09-24t12:00:00z',
         '2014-09-24T12:00:00.Z', '2014-09-24T12:00:00,5Z',
         '2014-13-01T12:00:00Z', '2014-09-24T12:60:00Z',
         '2014-09-24T12:00:61Z', '2014-09-24T12:00:60Z',
         (map { $_ . $noon } qw(ge le gt lt ne sa eb ap EQ = eqeq)),
         'eq', '', "$noon,$noon", "$noon|", "%20$noon", "$noon%20",
         "$noon%00", '2014-09-24T12:00:00%G1', 'x' x 70),

    # both: d.2

    "patient=1&start=$noon&end=2014-09-24T12:00:01Z"
        => "patient=1&start=$noon&end=2014-09-24T12:00:01Z",
    "end=$noon&start=$noon&patient=1" => "patient=1&start=$noon&end=$noon",
    "patient=1&end=$noon" => "patient=1&end=$noon",
    "patient=1&start=$noon&end=2014-09-24T11:59:59Z" => value('start'),
    "patient=1&start=$noon&end=2014-09-24T14:00:00%2B02:00"
        => "patient=1&start=$noon&end=2014-09-24T14:00:00%2B02:00",
    "patient=1&start=$noon&end=2014-09-24T13:59:59%2B02:00"
        => value('start'),
    "patient=1&start=$noon&end=2014" => value('end'),
);

for my $version (qw(dstu2 r4)) {
    check($version, @rows);
}

my $leap = '2016-12-31T23:59:60Z';
my $fine = '2014-09-24T12:00:00.1234567890Z';

check('dstu2', "patient=1&start=$leap" => value('start'),
      "patient=1&start=$fine" => "patient=1&start=$fine",
      'patient=1&encounter=2' => '400 not-supported http.encounter');
check('stu3', "patient=1&start=$leap" => value('start'),
      'patient=1&encounter=2' => '400 not-supported http.encounter');
check('r5', "patient=1&start=$fine" => value('start'),
      'patient=12458002&encounter=97697440'
          => 'patient=12458002&encounter=97697440');
check('r4', "patient=1&start=$leap" => "patient=1&start=$leap",
      "patient=1&start=$fine" => "patient=1&start=$fine",
      'encounter=Encounter/2&patient=1' => 'patient=1&encounter=2',
      'patient=1&encounter=https://ehr.example.org/base/r4/Encounter/2'
          => 'patient=1&encounter=2',
      "end=$noon&encounter=2&start=$noon&patient=1"
          => "patient=1&start=$noon&end=$noon&encounter=2",
      (map { ("patient=1&encounter=$_" => value('encounter')) }
           '', 'Patient/2', 'encounter/2', '2,3', 'Encounter/2/_history/1'),
      'patient=1&encounter=2&encounter=2' => '400 invalid http.encounter');


sub check {
    my ($version, @rows) = @_;

    my @bad;
    my $count = @rows / 2;

    while (my ($query, $wanted) = splice @rows, 0, 2) {

        # each by both of its names

        my $name = @rows % 4 ? $AUTOGEN : '%24autogen-ccd-if';

        my $got = seen(ask($ngx->port,
            "GET /$version/buffered/Binary/$name?" . $query =~ s/ /%20/gr,
            'Accept: application/xml, application/fhir+json;q=0.1'));

        # before R4 an OperationOutcome has no expression

        $wanted =~ s/^(\d+ \S+) .*/$1 / if $version =~ /dstu2/;

        push @bad, "$query:\n    $got" if $got ne $wanted;
    }

    is(join("\n", @bad), '', "$version: $count queries");
}


sub seen {
    my ($r) = @_;

    if ($r->{status} != 200) {
        my $o = outcome($r) // {};

        return join ' ', $r->{status}, $o->{code} // 'no outcome',
                    $o->{expression} // '';
    }

    my $body = $r->{body} =~ /"(?:data|content)":"([^"]+)"/
               ? decode_base64($1) : $r->{body};

    my ($query, $values) = $body =~ /q="([^"]*)" v="([^"]*)"/;

    $query =~ s/&amp;/&/g;

    # the variables are the same values, not encoded

    my %value = map { split /=/, $_, 2 } split /&/, $query =~ s/%2B/+/gr;

    return "variables: $values" if $values ne join '|',
        map { $value{$_} // '' } qw(patient start end encounter);

    return $query;
}


$ngx->is_log_clean;

done_testing();
