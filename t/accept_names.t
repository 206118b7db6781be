# The Content-Type of a FHIR form: the name that the client matched, charset
# up to STU3, and fhirVersion where the client wrote it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my %version = (dstu2 => '1.0', stu3 => '3.0', r4 => '4.0', r4b => '4.3',
               r5 => '5.0');

my $store = free_port();

my $locations = join '', map {
    "location /$_/ { fhir_binary $_; proxy_pass http://127.0.0.1:$store; }\n"
} sort keys %version;

my $ngx = nginx_start(http => <<"HTTP", server => <<"END");
    server {
        listen 127.0.0.1:$store;
        location / { default_type application/pdf; return 200 "%PDF"; }
    }
HTTP
    fhir_binary_auth off;
    $locations
END

sub type_of {
    my ($path, @headers) = @_;

    my $r = ask($ngx->port, "GET $path", @headers);

    return "$r->{status} " . (header($r, 'Content-Type') // '-');
}


for my $v (sort keys %version) {

    my $charset = $v =~ /^(?:dstu2|stu3)$/ ? ';charset=UTF-8' : '';
    my $echo = $charset ? '' : ";fhirVersion=$version{$v}";

    for my $form ('json', 'xml') {

        my ($old, $new) = ("application/$form+fhir", "application/fhir+$form");
        my $own = $v eq 'dstu2' ? $old : $new;

        for my $name ($old, $new) {
            is(type_of("/$v/Binary/1", "Accept: $name"), "200 $name$charset",
               "$v: $name is answered by its name");
        }

        is(type_of("/$v/Binary/1?_format=$form"), "200 $own$charset",
           "$v: _format=$form");
        is(type_of("/$v/Binary/1?_format=$old", "Accept: $new"),
           "200 $own$charset", "$v: _format=$old");

        for my $patch ('', '.1', '.99') {
            is(type_of("/$v/Binary/1",
                       "Accept: $own; fhirVersion=$version{$v}$patch"),
               "200 $own$charset$echo",
               "$v: fhirVersion=$version{$v}$patch");
        }

        is(type_of("/$v/Binary/1",
                   "Accept: $own;FHIRVERSION=\"$version{$v}\";charset=utf-8"),
           "200 $own$charset$echo", "$v: quoted, and in any case");

        for my $other ((grep { $_ ne $version{$v} } values %version),
                       '', "$version{$v}0", '4', '04.0')
        {
            is(type_of("/$v/Binary/1",
                       "Accept: $new; fhirVersion=\"$other\""),
               '406 ' . error_type($v, $form),
               "$v: another version, \"$other\"");
        }
    }
}


# A refusal is in the format that was asked for, under its own name.

sub error_type {
    my ($v, $form) = @_;

    return $v eq 'dstu2' ? "application/$form+fhir;charset=UTF-8"
           : "application/fhir+$form" . ($v eq 'stu3' ? ';charset=UTF-8' : '');
}


# The weights of both names of a form are apart; the one that won is echoed.

my @rows = (
    [ 'application/fhir+json;q=0.5, application/json+fhir;q=0.6',
      'application/json+fhir' ],
    [ 'application/json+fhir;q=0.5, application/fhir+json;q=0.6',
      'application/fhir+json' ],
    [ 'application/fhir+json;q=0, application/json+fhir',
      'application/json+fhir' ],
    [ 'application/fhir+json;fhirVersion=4.0, application/fhir+json',
      'application/fhir+json;fhirVersion=4.0' ],
    [ 'application/fhir+xml;q=0.9, application/fhir+json;q=0.8',
      'application/fhir+xml' ],
    [ 'application/fhir+json;fhirVersion=3.0, application/fhir+xml',
      'application/fhir+xml' ],
    [ 'application/fhir+json;fhirVersion=3.0, */*', 'application/pdf' ],
);

for my $row (@rows) {
    is(type_of('/r4/Binary/1', "Accept: $row->[0]"), "200 $row->[1]",
       $row->[0]);
}

$ngx->is_log_clean;
done_testing();
