package FhirServer;

=head1 NAME

FhirServer - a scripted FHIR server, and the resources that it serves

=head1 SYNOPSIS

    use FhirServer;

    my $server = fhir_server(
        '/Binary/1' => answer(binary('json', data => 'TWFu')),
        '/Binary/2' => [ answer('{}', status => '404 Not Found'), APART, RST ],
    );

=head1 FUNCTIONS

=head2 fhir_server(%table)

A backend() that answers by the path of the request (or by the path and the
query, where the table has that): bytes, a list of script items, or code that
is called with the request and returns such a list. A path that is not there
is a plain 404. Each connection serves request after request, unless the
items end it.

=head2 answer($body, %options)

The bytes of a response. Options: C<type> (by default that of R4 by the
first character of the body), C<status>, C<headers> (a list of lines),
C<chunk> (chunks of so many bytes instead of a Content-Length), C<length> (a
Content-Length that lies), C<close> (no framing).

=head2 binary($form, %fields)

A Binary resource in C<json> or C<xml>: id, versionId, lastUpdated,
contentType (text/plain; undef: without), securityContext, data or content
(base64, as it is to be written: escapes stay). C<order>: the fields in this
order.

=head2 upstream_conf($server)

The text, for C<http>, of the upstream C<fhir>: this server, with connections
that are kept.

=head2 server_conf(%options)

The text of two locations with that upstream: C</buffered/Binary/> and
C</direct/Binary/>, the latter without proxy_buffering. Options: C<version>
(r4), C<backend> (fhir), C<more> (directives), C<prefix> (of both paths).

=cut

use strict;
use warnings;

use Exporter 'import';

use Endpoint ();
use FhirBinary ();

our @EXPORT = qw(fhir_server answer binary upstream_conf server_conf);


sub fhir_server {
    my (%table) = @_;

    my $again;

    $again = sub {
        my ($request) = @_;

        my ($query) = $request =~ /^\S+ (\S+)/;
        my ($path) = $query =~ /^([^?]*)/;
        my $found = $table{$query} // $table{$path}
                    // answer('no', status => '404 Not Found',
                              type => 'text/plain');

        $found = [ $found->($request) ] if ref $found eq 'CODE';

        return (ref $found ? @$found : $found, FhirBinary::NEXT, $again);
    };

    return FhirBinary::backend($again);
}


sub answer {
    my ($body, %opt) = @_;

    my $type = exists $opt{type} ? $opt{type}
               : $body =~ /^\s*</ ? 'application/fhir+xml'
               : 'application/fhir+json';

    my @head = ('HTTP/1.1 ' . ($opt{status} // '200 OK'),
                @{ $opt{headers} // [] });

    push @head, "Content-Type: $type" if defined $type;

    if ($opt{chunk}) {
        push @head, 'Transfer-Encoding: chunked';
        $body = join '', (map { sprintf "%x\r\n%s\r\n", length $_, $_ }
                              unpack "(a$opt{chunk})*", $body), "0\r\n\r\n";

    } elsif ($opt{close}) {
        push @head, 'Connection: close';

    } else {
        push @head, 'Content-Length: ' . ($opt{length} // length $body);
    }

    return join("\r\n", @head, '', '') . $body;
}


my @order = qw(id meta contentType securityContext data content);

sub binary {
    my ($form, %field) = @_;

    my @fields = @{ delete $field{order} // \@order };

    %field = (id => '1', contentType => 'text/plain', %field);

    my @parts;

    for my $name (@fields) {
        my $part;

        if ($name eq 'meta') {
            $part = meta($form, %field);

        } elsif (!defined $field{$name}) {
            next;

        } elsif ($name eq 'securityContext') {
            $part = $form eq 'json'
                    ? qq("$name":{"reference":"$field{$name}"})
                    : qq(<$name><reference value="$field{$name}"/></$name>);

        } else {
            $part = $form eq 'json' ? qq("$name":"$field{$name}")
                                    : qq(<$name value="$field{$name}"/>);
        }

        push @parts, $part if defined $part;
    }

    return $form eq 'json'
           ? '{' . join(',', '"resourceType":"Binary"', @parts) . '}'
           : '<Binary xmlns="http://hl7.org/fhir">' . join('', @parts)
             . '</Binary>';
}


sub meta {
    my ($form, %field) = @_;

    my @parts = map {
        !defined $field{$_} ? ()
        : $form eq 'json' ? qq("$_":"$field{$_}")
        : qq(<$_ value="$field{$_}"/>)
    } qw(versionId lastUpdated);

    return if !@parts;

    return $form eq 'json' ? '"meta":{' . join(',', @parts) . '}'
                           : '<meta>' . join('', @parts) . '</meta>';
}


sub upstream_conf {
    my ($server) = @_;

    return 'keepalive_requests 10000;
            upstream fhir { server 127.0.0.1:' . $server->port . ';
                            keepalive 4; keepalive_requests 10000; }';
}


sub server_conf {
    my (%opt) = @_;

    my $backend = $opt{backend} // 'fhir';
    my $prefix = $opt{prefix} // '';
    my $more = $opt{more} // '';

    my $conf = '';
    my $on = Endpoint::open_endpoint('fhir', version => $opt{version});

    for my $where ('buffered', 'direct') {
        my $buffering = $where eq 'direct' ? 'off' : 'on';

        $conf .= "location $prefix/$where/Binary/ {
                      $on
                      fhir_binary_backend $backend;
                      proxy_buffering $buffering;
                      $more
                  }\n";
    }

    return $conf;
}


1;
