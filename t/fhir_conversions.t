# Six ways through the gateway: a FHIR server's JSON or XML to native, JSON
# or XML, and from one version's field to the other's.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use FhirServer;
use MIME::Base64;

my $text = "M\xc3\xbcller \0 and 3 > 2 & 1 < 2\r\n";
my $base64 = encode_base64($text, '');

my %document = (
    plain => [ $text, $base64 ],
    empty => [ '', '' ],
    one => [ 'x', 'eA==' ],
    two => [ 'xy', 'eHk=' ],
    slashes => [ "\xff\xff\xff\xfb\xef\xbe", '////++++' ],
    large => [ document(100_000), encode_base64(document(100_000), '') ],
);

# Each value as it may be written.

my %written = (
    json => {
        plain => sub { $_[0] },
        slash => sub { $_[0] =~ s{/}{\\/}gr },
        unicode => sub { $_[0] =~ s{([+=A])}{sprintf '\\u%04X', ord $1}ger },
        lines => sub { $_[0] =~ s{(.{1,9})}{$1\\r\\n}gr },
        blanks => sub { $_[0] =~ s{(.{1,7})}{ $1\\t}gr },
        foreign => sub { join '', map { sprintf '\\u%04x', ord } split //,
                                  $_[0] },
    },
    xml => {
        plain => sub { $_[0] },
        lines => sub { $_[0] =~ s{(.{1,9})}{$1\r\n  }gr },
        decimal => sub { $_[0] =~ s{([+=A])}{sprintf '&#%d;', ord $1}ger },
        hex => sub { $_[0] =~ s{([/=B])}{sprintf '&#x%X;', ord $1}ger },
        breaks => sub { $_[0] =~ s{(.{1,5})}{$1&#10;&#xD;&#9;}gr },
    },
);

my (%table, @cases);

for my $form (qw(json xml)) {
    for my $field (qw(data content)) {
        for my $way (sort keys %{ $written{$form} }) {
            for my $name (sort keys %document) {
                my ($bytes, $base64) = @{ $document{$name} };

                next if $name eq 'large' && $way !~ /plain|lines|slash|hex/
                        || $name eq 'empty' && $way ne 'plain';

                my $id = "$form.$field.$way.$name";
                my $value = $written{$form}{$way}->($base64);

                push @cases, [ $id, $name, $bytes ];

                $table{"/Binary/$id"} = answer(
                    binary($form, id => $id,
                           $name eq 'empty' ? () : ($field => $value)),
                    @cases % 2 ? (chunk => 61) : ());
            }
        }
    }
}

my $server = fhir_server(%table);

my $ngx = nginx_start(
    http => upstream_conf($server),
    server => join('', map { server_conf(version => $_, prefix => "/$_") }
                           qw(dstu2 stu3 r4 r5)));

for ([ dstu2 => 'direct' ], [ stu3 => 'buffered' ],
     [ r4 => 'direct' ], [ r5 => 'buffered' ])
{
    my ($version, $where) = @$_;
    my $field = $version =~ /stu/ ? 'content' : 'data';

    for my $form (qw(native json xml)) {
        my @r = fetch($ngx->port, [ map { $_->[0] } @cases ],
                      prefix => "/$version/$where/Binary/",
                      accept => $TYPE{$form});

        my @bad = map { fault($r[$_], $form, $field, @{ $cases[$_] }) }
                      0 .. $#cases;

        is("@bad", '', "$version, $where, all that a server wrote as $form");
    }
}


sub fault {
    my ($r, $form, $field, $id, $name, $bytes) = @_;

    if ($name eq 'empty' && $field eq 'content') {
        # a Binary without data is none before R4
        return outcome($r) eq '502 exception' ? () : "$id: " . outcome($r);
    }

    return "$id: status $r->{status}" if $r->{status} != 200;
    return "$id: cut" if !$r->{complete};

    if ($form eq 'native') {
        return "$id: type" if $r->{h}{'content-type'} ne 'text/plain';
        return $r->{body} eq $bytes ? () : "$id: bytes";
    }

    my $found = unwrap($r) || return "$id: no resource";

    return "$id: form" if $found->{form} ne $form;
    return "$id: field" if $name ne 'empty' && $found->{field} ne $field;
    return "$id: id" if $found->{id} ne $id;
    return "$id: contentType" if $found->{contentType} ne 'text/plain';
    return $found->{data} eq $bytes ? () : "$id: bytes";
}


my %accept = map { $_ => 1 } map { /^Accept: (.*?)\r$/m } $server->requests;

is(join(' ', sort keys %accept), 'application/fhir+json application/json+fhir',
   'a FHIR server is asked for JSON, under the name of its version');

$ngx->is_log_clean;

done_testing();
