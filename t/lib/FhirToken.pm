package FhirToken;

=head1 NAME

FhirToken - access tokens for the suites, made with the openssl command

=head1 SYNOPSIS

    use FhirToken;

    my $token = mint_token({ scope => 'user/Binary.read' });
    my $other = mint_token({ aud => undef }, key => 'rsa-a', alg => 'PS256');

    write_file($path, jwks('ec-a', 'rsa-a'));
    raw_http($port, get('/Binary/1', $token));

=head1 FUNCTIONS

=head2 mint_token(\%claims, %options)

A JWT of issuer ISS for audience AUD that was made a minute ago and expires
in an hour, signed by the key F<t/data/keys/ec-a.pem>.  What is in the claims
takes the place of that; undef takes a claim out.  A string instead of the
hash is the payload as it is.  Options: C<key> (a name there; its kid is the
name), C<alg> (ES256 for ec-*, RS256 for rsa-*; also RS384, RS512, PS256,
PS384, PS512), C<header> (members that are added, or taken out with undef),
C<now> (default: time).

=head2 sign_token($header, $payload, %options)

The same of two JSON texts.

=head2 jwks(@names)

The JWKS of these keys; C<jwk($name, %members)> is one of them as a hash,
and C<jwks> takes such hashes too.

=head2 get($path, $token, @headers)

An HTTP/1.1 request with C<Connection: close> and the token.

=head2 header($response, $name)

All values of a header in what raw_http() returned, joined by " | ", or
undef.  C<reason($response)> is what the header X-Reason says (the suites
write C<add_header X-Reason $fhir_binary_reason always>).

=head2 write_file($path, $text)

Takes the file's place at once.

=cut

use strict;
use warnings;

use Cwd ();
use Exporter 'import';
use File::Basename ();
use IPC::Open2 'open2';
use JSON::PP ();
use MIME::Base64 ();

our @EXPORT = qw(mint_token sign_token jwk jwks get header reason write_file
                 ISS AUD b64url);

use constant {
    ISS => 'https://ehr.example.org/auth',
    AUD => 'https://fhir.example.org/r4',
};

my $keys = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../data/keys');
my $json = JSON::PP->new->utf8->canonical->allow_nonref;


sub b64url {
    my $text = MIME::Base64::encode_base64($_[0], '');

    $text =~ tr{+/}{-_};
    $text =~ s/=+\z//;

    return $text;
}


sub mint_token {
    my ($claims, %opt) = @_;

    my $key = $opt{key} // 'ec-a';
    my $now = $opt{now} // time;
    my $payload = $claims // {};

    my $alg = $opt{alg} // ($key =~ /^ec/ ? 'ES256' : 'RS256');

    my %header = (alg => $alg, kid => $key, typ => 'at+jwt',
                  %{ $opt{header} // {} });

    delete $header{$_} for grep { !defined $header{$_} } keys %header;

    if (ref $payload) {
        my %all = (iss => ISS, aud => AUD, sub => 'user-1',
                   client_id => 'app-1', jti => 'jti-1', iat => $now - 60,
                   exp => $now + 3600, %$payload);

        delete $all{$_} for grep { !defined $all{$_} } keys %all;
        $payload = $json->encode(\%all);
    }

    return sign_token($json->encode(\%header), $payload,
                      key => $key, alg => $alg);
}


sub sign_token {
    my ($header, $payload, %opt) = @_;

    my $text = b64url($header) . '.' . b64url($payload);

    return $text . '.' . b64url(signature($text, $opt{key}, $opt{alg}));
}


sub signature {
    my ($text, $key, $alg) = @_;

    my ($family, $bits) = $alg =~ /^(RS|PS|ES)(\d+)$/ or die "alg $alg";

    my @command = ('openssl', 'dgst', "-sha$bits", '-sign',
                   "$keys/$key.pem");

    push @command, qw(-sigopt rsa_padding_mode:pss -sigopt
                      rsa_pss_saltlen:digest) if $family eq 'PS';

    my $signature = pipe_through($text, @command);

    return $signature if $family ne 'ES';

    # SEQUENCE { INTEGER r, INTEGER s } to r || s

    my ($r, $s) = unpack 'x2 x C/a x C/a', $signature;

    return join '', map { s/\A\0+//; "\0" x (32 - length) . $_ } $r, $s;
}


sub pipe_through {
    my ($text, @command) = @_;

    my $pid = open2(my $out, my $in, @command);

    binmode $_ for $in, $out;
    print $in $text;
    close $in;

    local $/;
    my $got = <$out>;

    waitpid $pid, 0;
    die "@command: exit code $?" if $?;

    return $got;
}


sub jwk {
    my ($key, %more) = @_;

    my %jwk = (kid => $key, use => 'sig');

    if ($key =~ /^ec/) {
        my $der = pipe_through('', 'openssl', 'pkey', '-in',
                               "$keys/$key.pem", qw(-pubout -outform DER));

        @jwk{qw(kty crv x y)} = ('EC', 'P-256', b64url(substr $der, -64, 32),
                                 b64url(substr $der, -32));
    } else {
        my ($hex) = pipe_through('', 'openssl', 'rsa', '-in',
                                 "$keys/$key.pem", qw(-noout -modulus))
                    =~ /=([0-9A-F]+)/;

        @jwk{qw(kty n e)} = ('RSA', b64url(pack 'H*', $hex), 'AQAB');
    }

    %jwk = (%jwk, %more);
    delete $jwk{$_} for grep { !defined $jwk{$_} } keys %jwk;

    return \%jwk;
}


sub jwks {
    return $json->encode({ keys => [ map { ref $_ ? $_ : jwk($_) } @_ ] });
}


sub get {
    my ($path, $token, @headers) = @_;

    unshift @headers, "Authorization: Bearer $token" if defined $token;

    return join "\r\n", "GET $path HTTP/1.1", 'Host: localhost',
                'Connection: close', @headers, '', '';
}


sub header {
    my ($response, $name) = @_;

    my @values = $response->{head} =~ /^\Q$name\E:[ ]*(.*?)\r?$/mgi;

    return @values ? join ' | ', @values : undef;
}


sub reason { return header($_[0], 'X-Reason') // '' }


sub write_file {
    my ($path, $text) = @_;

    open my $fh, '>:raw', "$path.new" or die "$path: $!";
    print $fh $text;
    close $fh;

    rename "$path.new", $path or die "$path: $!";
}


1;
