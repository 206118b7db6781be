# fhir_binary_accept and fhir_binary_default: what they change, and nothing
# more.  Vary is on every answer.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $store = free_port();

my %locations = (
    strict => '',
    lenient => 'fhir_binary_accept lenient;',
    fhir => 'fhir_binary_default fhir;',
    both => 'fhir_binary_accept lenient; fhir_binary_default fhir;',
);

my $locations = join '', map {
    "location /$_/ { fhir_binary r4; $locations{$_}
                     proxy_pass http://127.0.0.1:$store/; }\n"
} sort keys %locations;

my $ngx = nginx_start(http => <<"HTTP", server => <<"END");
    server {
        listen 127.0.0.1:$store;
        location /Binary/pdf { default_type application/pdf; return 200 x; }
        location /Binary/html { default_type text/html; return 200 x; }
        location /Binary/json { default_type application/json; return 200 x; }
        location /Binary/none { return 404; }
    }
HTTP
    fhir_binary_auth off;
    $locations
END


sub form {
    my ($where, $id, $accept, $query) = @_;

    my @headers = defined $accept ? $accept eq '' ? 'Accept:'
                                    : "Accept: $accept" : ();
    my $r = ask($ngx->port, "GET /$where/Binary/$id" . ($query // ''),
                @headers);
    my $type = header($r, 'Content-Type') // '';

    return "no Vary: $r->{head}"
        if (header($r, 'Vary') // '') !~ /\bAccept\b/;

    return $r->{status} != 200 ? $r->{status}
           : $type =~ /fhir\+(json|xml)/ ? substr $1, 0, 1
           : $r->{body} eq 'x' ? 'n' : $type;
}


# Accept, then for pdf, html and json: strict, lenient, default fhir, both

my @table = (
    [ undef, 'nnn', 'nnn', 'jjj', 'jjj' ],
    [ '', 'nnn', 'nnn', 'jjj', 'jjj' ],
    [ '*/*', 'nnn', 'nnn', 'jjj', 'jjj' ],
    [ '*/*;q=0.1', 'nnn', 'nnn', 'jjj', 'jjj' ],
    [ 'application/fhir+json', 'jjj', 'jjj', 'jjj', 'jjj' ],
    [ 'application/fhir+xml', 'xxx', 'xxx', 'xxx', 'xxx' ],
    [ 'application/pdf', 'n..', 'nnn', 'n..', 'nnn' ],
    [ 'application/json', '..n', 'nnn', '..n', 'nnn' ],
    [ 'image/png', '...', 'nnn', '...', 'nnn' ],
    [ 'garbage', '...', 'nnn', '...', 'nnn' ],
    [ 'text/*', '.n.', 'nnn', '.n.', 'nnn' ],
    [ 'application/*', 'n.n', 'nnn', 'n.n', 'nnn' ],
    [ 'text/html, */*;q=0.1', 'nnn', 'nnn', 'jnj', 'jnj' ],
    [ 'text/*, */*;q=0.1', 'nnn', 'nnn', 'jnj', 'jnj' ],
    [ 'application/json, text/plain, */*', 'nnn', 'nnn', 'jjn', 'jjn' ],
    [ 'application/xml;q=0.9, */*;q=0.8', 'nnn', 'nnn', 'jjj', 'jjj' ],
    [ 'application/fhir+json;q=0, */*', 'nnn', 'nnn', 'nnn', 'nnn' ],
    [ 'application/fhir+json;q=0.5, */*', 'nnn', 'nnn', 'nnn', 'nnn' ],
    [ 'application/fhir+xml, */*;q=0.5', 'xxx', 'xxx', 'xxx', 'xxx' ],
    [ '*/*, application/pdf;q=0', '.nn', '.nn', 'jjj', 'jjj' ],
    [ '*/*;q=0', '...', '...', '...', '...' ],
    [ 'application/pdf;q=0', '...', '.nn', '...', '.nn' ],
    [ 'image/png, */*;q=0', '...', '...', '...', '...' ],
    [ 'application/fhir+json;fhirVersion=3.0', ('...') x 4 ],
    [ 'application/fhir+json;charset=latin1', ('...') x 4 ],
    [ 'application/fhir+json;q=0', '...', 'nnn', '...', 'nnn' ],
);

for my $row (@table) {
    my ($accept, @expected) = @$row;

    for my $where (qw(strict lenient fhir both)) {
        my $got = join '', map { form($where, $_, $accept) }
                               qw(pdf html json);
        $got =~ s/406/./g;

        is($got, shift @expected, "$where: Accept: " . ($accept // '(none)'));
    }
}


# _format is no wish but an order: it overrides all, and must be known.

for my $where (sort keys %locations) {
    is(form($where, 'pdf', 'application/pdf', '?_format=xml'), 'x',
       "$where: _format=xml");
    is(form($where, 'pdf', '*/*', '?_format=ttl'), 406,
       "$where: _format=ttl is a 406");
    is(form($where, 'pdf', 'application/pdf', '?_format='), 'n',
       "$where: an empty _format is none");
    is(form($where, 'pdf', undef, '?_format=json&_format=json'), 'j',
       "$where: twice the same _format");
    is(form($where, 'pdf', undef, '?_format=json&_format=xml'), 400,
       "$where: two different ones");
    is(form($where, 'none', undef, '?_format=ttl'), 404,
       "$where: 404 goes before 406");
    is(form($where, 'none', 'image/png'), 404, "$where: with Accept too");
}

$ngx->is_log_clean;
done_testing();
