# The oracle of negotiation: each row of the decision table, for five stored
# types, on R4 and on DSTU2.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

use JSON::PP ();
use MIME::Base64;

my $store = free_port();

my @types = ('application/pdf', 'text/html; charset=UTF-8', 'application/xml',
             'application/json', 'application/fhir+json',
             'application/json+fhir');

my $documents = join "\n", map {
    qq{location = /$_/Binary/1 { default_type "$types[$_]";
                                 return 200 "document $_ {}\xc3\xbf"; }
       location = /$_/dstu2/Binary/1 { default_type "$types[$_]";
                                 return 200 "document $_ {}\xc3\xbf"; }}
} 0 .. $#types;

my $ngx = nginx_start(http => <<"HTTP", server => <<"END");
    server { listen 127.0.0.1:$store; $documents }
HTTP
    fhir_binary_auth off;
    fhir_binary_backend raw;

    location ~ ^/[0-4]/Binary {
        fhir_binary r4;
        proxy_pass http://127.0.0.1:$store;
    }

    location ~ ^/[0-5]/dstu2/ {
        fhir_binary dstu2;
        proxy_pass http://127.0.0.1:$store;
    }
END


# Accept (lines divided by "|"), _format, then the form of each stored type:
# n native, j FHIR JSON, x FHIR XML, . 406.  The names are those of R4.

my $any = 'application/pdf';

my @table = (
    [ undef, undef, 'nnnnn' ],
    [ '*/*', undef, 'nnnnn' ],
    [ 'application/fhir+json', undef, 'jjjjj' ],
    [ 'application/fhir+xml', undef, 'xxxxx' ],
    [ 'application/json+fhir', undef, 'jjjjj' ],
    [ 'application/xml+fhir', undef, 'xxxxx' ],
    [ 'application/json', undef, '...nn' ],
    [ 'application/xml', undef, '..n..' ],
    [ 'text/xml', undef, '..n..' ],
    [ 'application/pdf', undef, 'n....' ],
    [ 'text/html', undef, '.n...' ],
    [ 'text/*', undef, '.n...' ],
    [ 'application/*', undef, 'n.nnn' ],
    [ 'image/png', undef, '.....' ],
    [ 'text/turtle', undef, '.....' ],
    [ 'application/fhir+turtle', undef, '.....' ],
    [ 'application/fhir+json, */*', undef, 'jjjjj' ],
    [ '*/*, application/fhir+json', undef, 'jjjjj' ],
    [ 'application/fhir+json;q=0.5, */*', undef, 'nnnnn' ],
    [ 'application/fhir+json;q=0.9, */*;q=0.1', undef, 'jjjjj' ],
    [ 'application/pdf, application/fhir+json', undef, 'njjjj' ],
    [ 'application/pdf;q=0.8, application/fhir+json;q=0.9', undef, 'jjjjj' ],
    [ '*/*, application/pdf;q=0', undef, '.nnnn' ],
    [ 'application/fhir+json;q=0, */*', undef, 'nnnnn' ],
    [ 'application/fhir+json;q=0', undef, '.....' ],
    [ '*/*;q=0', undef, '.....' ],
    [ 'application/json, text/plain, */*', undef, 'nnnnn' ],
    [ 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      undef, 'nnnnn' ],
    [ 'application/fhir+json;fhirVersion=4.0', undef, 'jjjjj' ],
    [ 'application/fhir+json;fhirVersion=4.0.1', undef, 'jjjjj' ],
    [ 'application/fhir+json;fhirVersion=3.0', undef, '.....' ],
    [ 'application/fhir+json; charset=utf-8', undef, 'jjjjj' ],
    [ 'application/fhir+json; charset=iso-8859-1', undef, '.....' ],
    [ 'text/html; charset="utf-8"', undef, '.n...' ],
    [ 'text/html; charset=iso-8859-1', undef, '.....' ],
    [ 'text/html;level=1', undef, '.....' ],
    [ 'application/pdf|application/fhir+json;q=0.1', undef, 'njjjj' ],
    [ 'image/png|application/fhir+xml;q=0.1|application/fhir+json;q=0.2',
      undef, 'jjjjj' ],
    [ 'garbage', undef, '.....' ],
    [ 'application/', undef, '.....' ],
    [ ';q=1', undef, '.....' ],
    [ 'Application/FHIR+JSON;Q=1.000', undef, 'jjjjj' ],
    [ 'application/fhir+json;q=1.5', undef, '.....' ],
    [ 'application/fhir+xml, application/fhir+json', undef, 'xxxxx' ],
    [ 'application/fhir+json, application/fhir+xml', undef, 'jjjjj' ],
    [ 'application/fhir+json;profile="a,*/*,b", image/png', undef, 'jjjjj' ],
    [ '', undef, 'nnnnn' ],
    [ ' , ,', undef, 'nnnnn' ],
    [ '*', undef, 'nnnnn' ],
    [ $any, 'json', 'jjjjj' ],
    [ 'application/json', 'application/json', 'jjjjj' ],
    [ $any, 'xml', 'xxxxx' ],
    [ $any, 'text/xml', 'xxxxx' ],
    [ $any, 'application/fhir+json', 'jjjjj' ],
    [ $any, 'application/fhir%20json', 'jjjjj' ],
    [ $any, 'application/fhir%2Bxml', 'xxxxx' ],
    [ '*/*;q=0', 'json', 'jjjjj' ],
    [ $any, 'ttl', '.....' ],
    [ $any, 'html', '.....' ],
    [ $any, 'text/html', '.....' ],
    [ $any, 'application/pdf', '.....' ],
    [ $any, 'foo', '.....' ],
    [ 'application/fhir+json', '', 'jjjjj' ],
);


# What came, as a letter of the table; whatever is not quite that, in full.

sub form_of {
    my ($r, $document, $type) = @_;

    my $sent = header($r, 'Content-Type') // '';
    my $o = outcome($r);

    return "no Vary in $r->{head}"
        if (header($r, 'Vary') // '') !~ /\bAccept\b/ || !$r->{whole};

    if ($r->{status} == 406) {
        return 'bad 406: ' . $r->{received}
            if !$o || $o->{code} ne 'not-supported'
               || index($o->{diagnostics} // '', $type) < 0
               || $o->{diagnostics} !~ m{fhir.*\+json|json\+fhir};
        return '.';
    }

    return $r->{received} if $r->{status} != 200;
    return 'n' if $sent eq $type && $r->{body} eq $document;

    if ($sent =~ m{^application/(?:fhir\+json|json\+fhir)}) {
        my $b = eval { JSON::PP->new->utf8->decode($r->{body}) } || {};
        my $data = $b->{data} // $b->{content} // '';

        return 'j' if decode_base64($data) eq $document
                      && $b->{contentType} eq $type;
    }

    if ($sent =~ m{^application/(?:fhir\+xml|xml\+fhir)}) {
        return 'x' if $r->{body} =~ m{<contentType\ value="\Q$type\E"/>
                                      <(?:data|content)\ value="([^"]*)"/>}x
                      && decode_base64($1) eq $document;
    }

    return $r->{received};
}


# In the names of DSTU2 both names of a form are read as well.

sub dstu2 {
    my ($s) = @_;

    $s =~ s{application/(?!fhir\+turtle)(?:fhir\+(json|xml)|(json|xml)\+fhir)}
           {$1 ? "application/$1+fhir" : "application/fhir+$2"}ge;
    $s =~ s/fhirVersion=4\.0/fhirVersion=1.0/;

    return $s;
}


for my $version ('r4', 'dstu2') {
    for my $row (@table) {
        my ($accept, $format, $expected) = @$row;

        my $got = '';
        my $path = $version eq 'r4' ? 'Binary/1' : 'dstu2/Binary/1';
        my @columns = $version eq 'r4' ? (0 .. 4) : (0 .. 3, 5);

        $accept = dstu2($accept) if defined $accept && $version eq 'dstu2';

        my $query = defined $format ? "?_format=$format" : '';
        my @lines = defined $accept ? $accept eq '' ? ('Accept:')
                    : map { "Accept: $_" } split /\|/, $accept : ();

        for my $i (@columns) {
            $got .= form_of(ask($ngx->port, "GET /$i/$path$query", @lines),
                            "document $i {}\xc3\xbf", $types[$i]);
        }

        is($got, $expected, "$version: Accept: "
           . (defined $accept ? $accept : '(none)')
           . ($format ? ", _format=$format" : ''));
    }
}

$ngx->is_log_clean;
done_testing();
