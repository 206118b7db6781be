# A FHIR server is asked for whole resources: neither _summary nor _elements
# reaches it, however they are written.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $be = backend("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                 . "Content-Length: 2\r\n\r\nok");

my $ngx = nginx_start(server => 'fhir_binary r4; fhir_binary_auth off;'
    . join '', map { <<"END" } qw(fhir auto raw));
    location /$_/ {
        fhir_binary_backend $_;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }
    location /$_/to/ {
        fhir_binary_backend $_;
        proxy_pass http://127.0.0.1:@{[ $be->port ]}/store/;
    }
END

# The query that the backend saw.

sub seen {
    my ($where, $query) = @_;

    ask($ngx->port, "GET /$where/Binary/1?$query");

    my ($target) = ($be->requests)[-1] =~ m{^GET (\S+) };

    return $target =~ /\?(.*)/ ? $1 : '';
}


my @never = (
    '_summary=true', '_summary=data', '_summary', '_summary=', '_elements=id',
    '_elements', '%5Fsummary=true', '_%73ummary=true', '_%53ummary=true',
    '%5f%73%75%6d%6d%61%72%79=1', '_element%73=id',
    '_summary=true&_summary=false', '_elements=id&_summary&_elements=meta',
    '_Summary=true', '_SUMMARY', '_Elements=id',
    '_summary:x=true', '_elements:exact=id', '_summary%3Ax=1', '_summary%3a',
    '_elements[]=id', '_elements%5B0%5D=id',
    '+_summary=true', '%20_summary=true', '_summary+=true', '_elements%09=id',
    '_summary%00=true', '_elements%zz=id', '%u005fsummary=true',
    ';_summary=true', '&_summary=true&', '_format=json;_summary=true',
);

for my $query (@never) {
    for my $where (qw(fhir auto fhir/to)) {
        is(seen($where, $query), '', "$where, $query: none");
        is(seen($where, "a=%41+;b&$query&c=%2F"), 'a=%41+;b&c=%2F',
           'and the others as they came');
    }
}

for my $query ('_summary2=x', 'x_summary=1', 'a=_summary=1', '_sum+mary=1',
               '%255Fsummary=1', 'a%3B_summary=1', 'a=%26_elements=id',
               'summary=true', '__elements=id')
{
    is(seen('fhir', $query), $query, "fhir, $query: another name");
}

is(seen('fhir', 'a=1;_summary=true;b=2'), 'a=1;b=2',
   'a server that splits at ";" is not asked for a part either');
is(seen('raw', '_summary=true&%5felements=id&_summary:x&c;_summary'),
   '_summary=true&%5felements=id&_summary:x&c;_summary',
   'a raw store has its own idea of these names');
is(seen('raw', '_summary=1&_format=json&_pretty=x&%zz=1'),
   '_summary=1&%zz=1', 'but none of what is said to the gateway');

$ngx->is_log_clean;
done_testing();
