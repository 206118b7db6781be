package FhirClient;

=head1 NAME

FhirClient - one request, one parsed response, for tables of requests

=head1 SYNOPSIS

    use FhirClient;

    my $r = ask($ngx->port, 'GET /Binary/1', 'Accept: application/pdf');

    is($r->{status}, 200);
    is(header($r, 'Content-Type'), 'application/pdf');
    is_outcome($r, 404, 'not-found', 'nothing there');

=head1 FUNCTIONS

=head2 ask($port, $line, @headers)

Sends C<$line> with C<HTTP/1.1> behind it (unless the line says which), a
Host and C<Connection: close>, and the header lines given.  Returns the hash
of raw_http(), whose C<body> is without its chunks and which also has
C<headers> (a list of [ name, value ] as received), C<length> (bytes that
were received behind the header) and C<whole> (true when the framing says
that nothing is missing).  The last element of C<@headers> may be a hash
reference with the options of raw_http() and C<body>.

=head2 header($r, $name)

The values of a header, joined by ", ", or undef.

=head2 answers(%table)

A backend() whose answer depends on the path of the request: C<< path =>
[ status, body, header lines ... ] >> (the body without a Content-Length,
which is added; undef for a body: none of both) or C<< path => raw bytes or
code >>.  HEAD gets the header alone; a path that is not there is a 404.

=head2 outcome($r)

The one issue of an OperationOutcome, in JSON or in XML by its Content-Type,
as a hash: severity, code, text, diagnostics, expression, form; undef when
the body is anything else.

=head2 is_outcome($r, $status, $code, $name)

One test: the status, an OperationOutcome with this issue code, no-store,
Vary: Accept, and a true Content-Length.

=cut

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();
use Test::More ();

use FhirBinary ();

our @EXPORT = qw(ask header answers outcome is_outcome);


sub ask {
    my ($port, $line, @headers) = @_;

    my %opt = @headers && ref $headers[-1] ? %{ pop @headers } : ();
    my $body = delete $opt{body} // '';

    $line .= ' HTTP/1.1' if $line !~ m{ HTTP/[\d.]+$};

    my $r = FhirBinary::raw_http($port,
        join("\r\n", $line, 'Host: localhost', 'Connection: close', @headers,
             '', '') . $body, %opt);

    $r->{headers} = [ map { /^([^:]+):[ \t]*(.*?)\r?$/ ? [ $1, $2 ] : () }
                          split /\n/, $r->{head} ];
    $r->{length} = length $r->{body};

    my $length = header($r, 'Content-Length');

    if (lc(header($r, 'Transfer-Encoding') // '') eq 'chunked') {
        ($r->{body}, $r->{whole}) = dechunk($r->{body});

    } elsif ($line =~ /^HEAD / || ($r->{status} // 0) =~ /^(?:204|304)$/) {
        $r->{whole} = $r->{length} == 0 && $r->{end} eq 'fin';

    } else {
        $r->{whole} = defined $length ? $length == $r->{length}
                                      : $r->{end} eq 'fin';
    }

    return $r;
}


sub dechunk {
    my ($in) = @_;

    my $out = '';

    while ($in =~ s/^([0-9a-f]+)\r\n//i) {
        my $n = hex $1;

        return ($out, $in eq "\r\n") if $n == 0;
        return ($out . $in, 0) if length $in < $n + 2;

        $out .= substr $in, 0, $n;
        return ($out, 0) if substr($in, $n, 2) ne "\r\n";
        $in = substr $in, $n + 2;
    }

    return ($out, 0);
}


sub header {
    my ($r, $name) = @_;

    my @found = map { $_->[1] } grep { lc $_->[0] eq lc $name }
                    @{ $r->{headers} };

    return @found ? join ', ', @found : undef;
}


sub answers {
    my (%table) = @_;

    return FhirBinary::backend(sub {
        my ($request) = @_;

        my ($method, $path) = $request =~ m{^(\S+) ([^ ?]*)};
        my $answer = $table{$path} // [ '404 Not Found', 'nothing' ];

        return $answer->($request) if ref $answer eq 'CODE';
        return $answer if !ref $answer;

        my ($status, $body, @headers) = @$answer;

        push @headers, 'Content-Length: ' . length $body if defined $body;

        return join("\r\n", "HTTP/1.1 $status", @headers, '', '')
               . ($method eq 'HEAD' ? '' : $body // '');
    });
}


sub outcome {
    my ($r) = @_;

    my $type = header($r, 'Content-Type') // '';

    if ($type =~ m{^application/(?:fhir\+json|json\+fhir)\b}) {
        my $o = eval { JSON::PP->new->utf8->decode($r->{body}) } or return;

        return if ref $o ne 'HASH'
                  || ($o->{resourceType} // '') ne 'OperationOutcome'
                  || @{ $o->{issue} // [] } != 1;

        my $i = $o->{issue}[0];

        return {
            form => 'json', severity => $i->{severity}, code => $i->{code},
            text => $i->{details}{text}, diagnostics => $i->{diagnostics},
            expression => $i->{expression} && $i->{expression}[0],
        };
    }

    return if $type !~ m{^application/(?:fhir\+xml|xml\+fhir)\b}
              || $r->{body} !~ m{^(?:<\?xml[^>]*\?>)?<OperationOutcome
                                 \ xmlns="http://hl7\.org/fhir"><issue>
                                 (.*)</issue></OperationOutcome>$}sx;

    my $issue = $1;
    my %value = (form => 'xml');

    for my $name (qw(severity code text diagnostics expression)) {
        $value{$name} = $1 if $issue =~ m{<$name value="([^"]*)"/>};
    }

    return \%value;
}


sub is_outcome {
    my ($r, $status, $code, $name) = @_;

    my $o = outcome($r) // { severity => '', code => 'no OperationOutcome' };
    my $length = header($r, 'Content-Length') // '';
    my $wanted = "$status $code";
    my $got = ($r->{status} // 'nothing') . " $o->{code}";

    $got .= ' (not an error)' if $o->{severity} !~ /^(?:error|fatal)$/;
    $got .= ' (not whole)' if !$r->{whole} || $length ne $r->{length};
    $got .= ' (cacheable)' if (header($r, 'Cache-Control') // '')
                               ne 'no-store';
    $got .= ' (no Vary)' if (header($r, 'Vary') // '') !~ /\bAccept\b/;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    return Test::More::is($got, $wanted, $name)
           || Test::More::diag($r->{received});
}


1;
