# fhir_binary_patient request: how the location of a search may be written, so
# that it finds the next page; and who is searched for.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirServer 'answer';
use FhirToken ();
use JSON::PP;

# A search of three pages; a document of the patient is on the one that its id
# says.  The next link is one of a server that keeps pages apart from types.

sub page {
    my ($on, $n) = @_;

    my $entry = { resource => {
        resourceType => 'DocumentReference',
        subject => { reference => 'Patient/12' },
        content => [ { attachment => { url => "Binary/$on" } } ] } };

    return encode_json({ resourceType => 'Bundle',
        entry => [ $n == $on ? $entry : () ],
        link => [ $n == 3 ? () : { relation => 'next',
            url => "http://ehr/fhir?_getpages=$on&_offset=" . ($n + 1) } ] });
}

my $ehr = backend(sub {
    my ($on) = $_[0] =~ /[?&](?:id|_getpages)=(\d)/;
    my ($n) = $_[0] =~ /[?&]_offset=(\d)/;

    return answer(page($on, $n // 1));
});

my $store = backend(answer('<secret/>', type => 'application/pdf'));
my $find = 'http://127.0.0.1:' . $ehr->port . '/fhir';
my $query = '?patient=$fhir_binary_patient&id=$fhir_binary_id';

my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a'),
               'html/_file.json' => page(2, 1) },
    http => 'proxy_cache_path cache keys_zone=pages:64k;',
    server => <<"END");
    @{[ jwt_endpoint() ]}
    fhir_binary dstu2;

    @{[ map { my $uri = $_ eq 'file' ? '/_file.json' : "/_$_$query";
              "location /$_/ { proxy_pass http://127.0.0.1:"
              . $store->port . "; fhir_binary_patient request $uri; }\n" }
        qw(plain args path own file cached) ]}

    location /_ { internal; }
    location = /_plain { internal; proxy_pass $find/DocumentReference; }
    location = /_args { internal;
        proxy_pass $find/DocumentReference\$is_args\$args; }
    location = /_path {
        internal;
        set \$path /DocumentReference;
        if (\$arg__getpages) { set \$path ''; }
        proxy_pass $find\$path\$is_args\$args;
    }
    location = /_own { internal; proxy_pass $find/DocumentReference$query; }
    location = /_cached { internal; proxy_pass $find;
        proxy_cache pages; proxy_cache_valid 1m;
        proxy_cache_key \$uri\$is_args\$args; }
END

my %scope = (
    patient => 'patient/Binary.read patient/DocumentReference.read',
    user => 'user/Binary.read user/DocumentReference.read',
    mixed => 'user/Binary.read user/DocumentReference.read '
             . 'patient/DiagnosticReport.read',
);

my %bearer = map { $_ => 'Authorization: Bearer ' . FhirToken::mint_token(
                       { scope => $scope{$_}, patient => '12' }) } keys %scope;
my $seen = 0;

sub is_asked {
    my ($line, $who, $status, $name, @wanted) = @_;

    my $r = ask($ngx->port, $line, $bearer{$who});

    is($r->{status}, $status, $name);
    is($r->{body} eq '<secret/>', $status == 200 && $line =~ /^GET/,
       'and its document');

    my @asked = $ehr->requests;
    my @new = map { m{^GET /fhir(\S*)} ? $1 : $_ } splice @asked, $seen;

    $seen += @new;
    is_deeply(\@new, \@wanted, 'and what was asked');
}

sub first { return "/DocumentReference?patient=12&id=$_[0]" }
sub later { return map { "$_[0]?_getpages=$_[1]&_offset=$_" } 2 .. $_[2] }

for my $where (qw(plain args)) {
    for my $on (1 .. 3) {
        is_asked("GET /$where/Binary/$on", 'patient', 200, "$where: page $on",
                 first($on), later('/DocumentReference', $on, $on));
    }

    is_asked("GET /$where/Binary/9", 'patient', 403, "$where: on none",
             first(9), later('/DocumentReference', 9, 3));
}

is_asked('GET /path/Binary/3', 'patient', 200, 'pages have a path of their own',
         first(3), later('', 3, 3));

is_asked('GET /own/Binary/1', 'patient', 200, 'a query that is written there',
         first(1));
is_asked('GET /own/Binary/3', 'patient', 403, 'finds the first page alone',
         first(3), first(3));

is_asked('GET /file/Binary/2', 'patient', 403, 'a file is one page');

is_asked('GET /cached/Binary/3', 'patient', 200, 'a cache is filled',
         '?patient=12&id=3', later('', 3, 3));
is_asked('GET /cached/Binary/3', 'patient', 200, 'and asked');

# Whatever is asked for, and by whom.

is_asked('GET /plain/Binary/2/_history/7', 'patient', 200, 'a version',
         first(2), later('/DocumentReference', 2, 2));
is_asked('HEAD /plain/Binary/2', 'patient', 200, 'HEAD',
         first(2), later('/DocumentReference', 2, 2));
is_asked('GET /plain/Binary/9', 'user', 200, 'a user is not asked about');
is_asked('GET /plain/Binary/9', 'mixed', 200, 'whom the type may yet free',
         first(9), later('/DocumentReference', 9, 3));

$ngx->is_log_clean;
done_testing();
