package Endpoint;

=head1 NAME

Endpoint - the directives of an endpoint, as most suites write them

=head1 SYNOPSIS

    use Endpoint;

    my $proxy = open_endpoint($store);

    nginx_start(
        files => { 'jwks.json' => jwks('ec-a') },
        server => "location /buffered/Binary/ { $proxy }
                   location /direct/Binary/ { $proxy proxy_buffering off; }
                   location /guarded/ { fhir_binary r4; alias html/;
                                        @{[ jwt_endpoint() ]} }");

A suite whose subject is one of these directives writes them out.

=head1 FUNCTIONS

=head2 open_endpoint($backend, %options)

The inside of a location (or server) that asks for no token: C<fhir_binary>,
C<fhir_binary_auth off>, and the way to the backend.  That is an object with
C<pass> (responder(), real_programs()); one with C<port> (backend() and what
is made of it), asked over HTTP/1.1; the name of an upstream, whose
connections are kept; or undef: none.  Options: C<version> (r4), C<path>
(behind the backend's address, F</Binary/>; '' for none).

=head2 jwt_endpoint(%options)

The three directives that have tokens checked as JWTs: the tokens of
mint_token(), by the keys in F<jwks.json> beside F<html/>.  Options: C<keys>
(another file), C<issuer>, C<audience>.

=head2 introspection($server)

The location F</_introspect>, which asks a backend() about the token.

=head2 http2_too($port, $locations, %more)

Options for nginx_start(): the locations in the server, and once more in one
of HTTP/2 on C<$port>.  C<http> stands before that one.

=cut

use strict;
use warnings;

use Exporter 'import';
use Scalar::Util 'blessed';

use FhirToken ();

our @EXPORT = qw(open_endpoint jwt_endpoint introspection http2_too);


sub open_endpoint {
    my ($backend, %opt) = @_;

    my $version = $opt{version} // 'r4';
    my $path = $opt{path} // '/Binary/';
    my $text = "fhir_binary $version; fhir_binary_auth off;";

    return $text if !defined $backend;
    return "$text " . $backend->pass
        if blessed $backend && $backend->can('pass');

    $text .= ' proxy_http_version 1.1;';

    return "$text proxy_pass http://127.0.0.1:" . $backend->port . "$path;"
        if blessed $backend;
    return "$text proxy_set_header Connection ''; proxy_pass http://$backend"
           . "$path;";
}


sub jwt_endpoint {
    my (%opt) = @_;

    my $keys = $opt{keys} // 'jwks.json';
    my $issuer = $opt{issuer} // FhirToken::ISS;
    my $audience = $opt{audience} // FhirToken::AUD;

    return "fhir_binary_key_file $keys; fhir_binary_issuer $issuer;"
           . " fhir_binary_audience $audience;";
}


sub introspection {
    my ($server) = @_;

    return 'location = /_introspect {
                internal;
                proxy_method POST;
                proxy_set_body token=$fhir_binary_token;
                proxy_pass http://127.0.0.1:' . $server->port . '/;
            }';
}


sub http2_too {
    my ($port, $locations, %more) = @_;

    return (http => ($more{http} // '')
                    . " server { listen 127.0.0.1:$port http2; $locations }",
            server => $locations);
}


1;
