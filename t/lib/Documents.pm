package Documents;

=head1 NAME

Documents - documents, a store that serves them, and what came of them

=head1 SYNOPSIS

    use FhirBinary '-more';
    use Documents;

    my $store = store();
    my $ngx = nginx_start(http => $store->{upstream}, location => ...);
    my ($r) = fetch($ngx->port, 'size.100.chunk.7', accept => $TYPE{json});

    is($r->{complete}, 1, 'ends as it should');
    is(unwrap($r)->{data}, document(100), 'and holds the document');

=head1 FUNCTIONS

=head2 document($size)

So many bytes, always the same: every byte value, NUL and all, broken UTF-8.

=head2 store()

A backend() that serves what an id asks for, in pairs of words: C<size> of
the document; C<chunk>, chunked with chunks of so many bytes; C<split>, so many
bytes of the body as it is on the wire, and the others APART; C<hold>, the
same with a C<WAIT('hold')> between; C<piece>, all of the body in such
PIECES; C<cut>, nothing after so many bytes of the body
on the wire (C<n3>: 3 before its end; C<h>: nothing at all), C<how> it
then ends (fin, rst, stall, wait: at C<WAIT('cut')>). Each connection serves
request after request.

=head2 fetch($port, $id or [@ids], %options)

One connection, one GET after the other (pipelined). Options: C<accept>,
C<method>, C<version> (1.1), C<headers> (a text of lines), C<prefix> (of the
path, C</Binary/>), and those of raw_http(). Returns a list of responses:
hashes with status, head, C<h> (fields by lower case name; several joined by
", "), body (without chunks), C<complete> (1 when a client that knows HTTP
would take it for whole), C<raw> (that of raw_http()); with C<later>, code
that returns it.

=head2 split_http($raw, @methods)

The same from what raw_http() gave.

=head2 unwrap($response)

The Binary resource of a response, JSON or XML: id, contentType, data
(decoded), field (content or data), form. undef where it is none.

=head2 outcome($response)

The status and issue code of an OperationOutcome: "502 transient"; of anything
else the status alone.

=cut

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();
use MIME::Base64 ();

use FhirBinary ();

our @EXPORT = qw(document store script fetch split_http unwrap outcome
                 nginx_has %TYPE);

our %TYPE = (json => 'application/fhir+json', xml => 'application/fhir+xml',
             native => '*/*');


my $bytes = '';

sub document {
    my ($size) = @_;

    # Blocks of all byte values in another order each time.

    for (my $i = length($bytes) / 256; length $bytes < $size; $i++) {
        my ($add, $times) = ($i * 37 & 255, ($i * 2 + 1) & 255);

        $bytes .= pack 'C*', map { ($_ * $times + $add) & 255 } 0 .. 255;

        if (length $bytes == 1 << 16) {
            $bytes x= 1 + int($size / length $bytes);
        }
    }

    return substr $bytes, 0, $size;
}


sub script {
    my ($request) = @_;

    my ($id) = $request =~ m{^[A-Z]+ \S*/Binary/([\w.-]+)};
    my %ask = split /\./, $id // '';

    my $body = document($ask{size} // 0);
    my $head = "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n";
    my $wire = $body;

    if ($ask{chunk}) {
        $head .= "Transfer-Encoding: chunked\r\n\r\n";
        $wire = join '', map { sprintf "%x\r\n%s\r\n", length $_, $_ }
                             unpack "(a$ask{chunk})*", $body;
        $wire .= "0\r\n\r\n";

    } else {
        $head .= 'Content-Length: ' . length($body) . "\r\n\r\n";
    }

    return $head if $request =~ /^HEAD/;

    if (defined(my $cut = $ask{cut})) {
        my @end = $ask{how} eq 'fin' ? FhirBinary::FIN
                  : $ask{how} eq 'rst' ? (FhirBinary::APART,
                                          FhirBinary::RST)
                  : $ask{how} eq 'wait' ? FhirBinary::WAIT('cut')
                  : FhirBinary::STALL;

        return @end if $cut eq 'h';

        $cut = length($wire) - $1 if $cut =~ /^n(\d+)/;

        return ($head . substr($wire, 0, $cut), @end);
    }

    if (my $at = $ask{split} // $ask{hold}) {
        return ($head . substr($wire, 0, $at),
                $ask{hold} ? FhirBinary::WAIT('hold') : FhirBinary::APART,
                substr($wire, $at));
    }

    return ($head, FhirBinary::PIECES($ask{piece}, $wire)) if $ask{piece};

    return $head . $wire;
}


sub store {
    my $again;

    $again = sub { return (script($_[0]), FhirBinary::NEXT, $again) };

    return FhirBinary::backend($again);
}


sub fetch {
    my ($port, $ids, %opt) = @_;

    my $method = delete $opt{method} // 'GET';
    my $version = delete $opt{version} // '1.1';
    my $prefix = delete $opt{prefix} // '/Binary/';
    my $headers = delete $opt{headers} // '';
    my $accept = delete $opt{accept};
    my @ids = ref $ids ? @$ids : $ids;
    my $bytes = '';

    $headers .= "Accept: $accept\r\n" if defined $accept;

    for my $i (0 .. $#ids) {
        $bytes .= "$method $prefix$ids[$i] HTTP/$version\r\nHost: a\r\n"
                . $headers;
        $bytes .= "Connection: close\r\n" if $i == $#ids;
        $bytes .= "\r\n";
    }

    my $raw = FhirBinary::raw_http($port, $bytes, %opt);

    my $split = sub {
        my @responses = split_http($_[0], ($method) x @ids);

        return wantarray ? @responses : $responses[0];
    };

    return sub { $split->($raw->(@_)) } if $opt{later};
    return $split->($raw);
}


sub split_http {
    my ($raw, @methods) = @_;

    my @responses;
    my $rest = $raw->{received};

    while (@methods) {
        my $method = shift @methods;
        my $r = { status => 0, head => '', h => {}, body => '', raw => $raw,
                  complete => 0, method => $method };

        push @responses, $r;
        next if $rest !~ s{^(HTTP/1\.[01] (\d{3}) .*?\r\n)\r\n}{}s;

        @$r{qw(head status)} = ($1, $2);

        while ($r->{head} =~ /^([\w-]+): ?(.*?)\r$/mg) {
            my ($name, $value) = (lc $1, $2);

            $r->{h}{$name} = defined $r->{h}{$name}
                             ? "$r->{h}{$name}, $value" : $value;
        }

        $rest = split_body($r, $rest);
    }

    $responses[-1]{rest} = $rest;

    return @responses;
}


sub split_body {
    my ($r, $rest) = @_;

    if ($r->{method} eq 'HEAD' || $r->{status} =~ /^(?:204|304)/) {
        $r->{complete} = 1;

    } elsif (($r->{h}{'transfer-encoding'} // '') eq 'chunked') {
        while ($rest =~ s/^([0-9a-f]+)\r\n//i) {
            my $size = hex $1;

            if ($size == 0) {
                $r->{complete} = 1 if $rest =~ s/^\r\n//;
                last;
            }

            $r->{body} .= substr $rest, 0, $size, '';
            last if $rest !~ s/^\r\n//;
        }

    } elsif (defined(my $length = $r->{h}{'content-length'})) {
        $r->{complete} = 1 if length $rest >= $length;
        $length = length $rest if !$r->{complete};
        $r->{body} = substr $rest, 0, $length, '';

    } else {
        $r->{complete} = 1 if $r->{raw}{end} eq 'fin';
        $r->{body} = $rest;
        $rest = '';
    }

    return $rest;
}


sub unwrap {
    my ($r) = @_;

    my %found;

    if ($r->{body} =~ /^\{/) {

        # JSON::PP is slow with long strings: it gets the rest.

        my ($before, $field, $value, $after)
            = $r->{body} =~ /^(.*?"(data|content)":")([^"]*)(".*)\z/s;

        my $json = eval { JSON::PP->new->utf8->decode(
            defined $field ? $before . $after : $r->{body}) } || return;

        return if $json->{resourceType} ne 'Binary';

        %found = (%$json, form => 'json');
        $found{$field} = $value if defined $field;

    } else {
        return if $r->{body} !~ m{^<\?xml\ version="1\.0"\ encoding="UTF-8"\?>
            <Binary\ xmlns="http://hl7\.org/fhir">
            <id\ value="([^"<]*)"/>(?:<meta>[^"]*(?:"[^"]*"[^"]*)*</meta>)?
            <contentType\ value="([^"<]*)"/>
            (?:<(data|content)\ value="([^"<]+)"/>)?</Binary>\z}x;

        %found = (form => 'xml', id => $1, contentType => $2);
        $found{$3} = $4 if defined $3;
    }

    for my $field (qw(data content)) {
        my $value = $found{$field} // next;

        # MIME::Base64 skips what it does not know; the way back does not.

        $found{field} = $field;
        $found{data} = MIME::Base64::decode_base64($value);

        return if $value eq ''
                  || MIME::Base64::encode_base64($found{data}, '') ne $value;
    }

    $found{data} //= '';

    return \%found;
}


sub outcome {
    my ($r) = @_;

    my $json = eval { JSON::PP->new->utf8->decode($r->{body}) };

    return "$r->{status} $json->{issue}[0]{code}"
        if ref $json eq 'HASH'
           && $json->{resourceType} eq 'OperationOutcome';

    return "$r->{status} $1"
        if $r->{body} =~ m{<OperationOutcome\ xmlns="http://hl7\.org/fhir">
            <issue><severity\ value="\w+"/><code\ value="([\w-]+)"/>.*
            </OperationOutcome>\z}x;

    return $r->{status};
}


my $said;

sub nginx_has {
    my ($what) = @_;

    $said //= `'$ENV{TEST_NGINX_BINARY}' -V 2>&1`;

    return $said =~ /\Q$what\E/;
}


1;
