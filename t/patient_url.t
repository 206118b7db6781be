# fhir_binary_patient request: only a URL of this server, relative or below
# fhir_binary_base, shows whose a document is; a version is the document.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirServer 'answer';
use FhirToken ();
use JSON::PP;

my %base = (none => '', https => 'fhir_binary_base https://ehr.example/r4;',
            slash => 'fhir_binary_base https://EHR.example:443/r4/;',
            host => 'fhir_binary_base https://ehr.example;',
            inside => 'fhir_binary_base http://ehr:8080/fhir;',
            path => 'fhir_binary_base /r4;');

# The locations where each URL owns the document.

my @rows = (
    [ 'Binary/D1', sort keys %base ],
    [ 'Binary/D1?x#y', sort keys %base ],
    [ './Binary/D1' ], [ '../Binary/D1' ], [ 'r4/Binary/D1' ],
    [ 'Binary%2FD1' ], [ 'Binary/D1/' ], [ 'D1' ], [ 'Binary/D2' ],

    [ 'https://ehr.example/r4/Binary/D1', qw(https slash) ],
    [ 'HTTPS://EHR.EXAMPLE:443/r4/Binary/D1', qw(https slash) ],
    [ 'https://ehr.example/Binary/D1', 'host' ],
    [ 'http://ehr:8080/fhir/Binary/D1', 'inside' ],
    [ '/r4/Binary/D1', qw(https slash) ],
    [ '/fhir/Binary/D1', 'inside' ],
    [ '/Binary/D1', 'host' ],

    [ 'https://other.example/fhir/Binary/D1' ],
    [ 'https://ehr.example/r4X/Binary/D1' ],
    [ 'https://ehr.example/dstu2/Binary/D1' ],
    [ 'https://ehr.example.evil/r4/Binary/D1' ],
    [ 'https://ehr.example:8443/r4/Binary/D1' ],
    [ 'https://x@ehr.example/r4/Binary/D1' ],
    [ 'https://ehr.example@evil.example/r4/Binary/D1' ],
    [ 'http://ehr:80/fhir/Binary/D1' ],
    [ '/dstu2/Binary/D1' ],
    [ '//ehr.example/r4/Binary/D1' ],
    [ '//other.example/Binary/D1' ],
);

# Versions: an entry of any, or of none, owns the document and each of its
# versions, as it is asked like the current one.

my @versions = qw(Binary/D1 Binary/D1/_history/3 /r4/Binary/D1/_history/3
                  https://ehr.example/r4/Binary/D1/_history/3);

my @others = qw(Binary/D1/_history Binary/D1/_history/ Binary/D1/_history/3/4
                Binary/D2/_history/D1 Binary/D1/_history/a_b
                https://other.example/r4/Binary/D1/_history/3);

# The path of the document names the URL in the answer: /LOCATION/N/Binary/D1.

my @urls = ((map { $_->[0] } @rows), @versions, @others);
my %number = map { $urls[$_] => $_ } 0 .. $#urls;

sub bundle {
    return encode_json({ resourceType => 'Bundle', entry => [ {
        resource => { resourceType => 'DocumentReference',
                      subject => { reference => 'Patient/12' },
                      content => [ { attachment => { url => $_[0] } } ] },
    } ] });
}

my $ehr = backend(sub {
    my ($n) = $_[0] =~ m{^GET /find\?of=/\w+/(\d+)/Binary/};

    return answer(bundle($urls[$n]));
});

my $store = backend(answer('<secret/>', type => 'application/pdf'));

my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a') },
    server => <<"END");
    @{[ jwt_endpoint() ]}
    fhir_binary r4;
    fhir_binary_patient request /_owner?of=\$uri;
    add_header X-Reason \$fhir_binary_reason always;

    @{[ map { "location /$_/ { $base{$_}
                  proxy_pass http://127.0.0.1:@{[ $store->port ]}; }" }
        sort keys %base ]}

    location = /_owner { internal;
        proxy_pass http://127.0.0.1:@{[ $ehr->port ]}/find; }
END

my $bearer = 'Authorization: Bearer ' . FhirToken::mint_token({
    scope => 'patient/Binary.read patient/DocumentReference.read',
    patient => '12' });

sub is_owned {
    my ($url, $where, $owned, $tail) = @_;

    my $r = ask($ngx->port, "GET /$where/$number{$url}/Binary/D1"
                            . ($tail // ''), $bearer);

    is("$r->{status} " . (header($r, 'X-Reason') // ''),
       $owned ? '200 ' : '403 patient',
       "$where" . ($tail // '') . ": $url " . ($owned ? 'owns' : 'does not'));
    is($r->{body} eq '<secret/>', !!$owned, 'and its document');
}

for my $row (@rows) {
    my ($url, @owned) = @$row;
    my %owned = map { $_ => 1 } @owned;

    is_owned($url, $_, $owned{$_}) for sort keys %base;
}

for my $url (@versions) {
    is_owned($url, 'https', 1, $_) for '', '/_history/3', '/_history/4';
}

for my $url (@others) {
    is_owned($url, 'https', 0, $_) for '', '/_history/3';
}

$ngx->is_log_clean;
done_testing();
