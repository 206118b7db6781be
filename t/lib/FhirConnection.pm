package FhirConnection;

=head1 NAME

FhirConnection - one connection of a client, one request after the other

=head1 SYNOPSIS

    use FhirConnection;

    my $c = connection($ngx->port);
    my $r = $c->ask('HEAD /Binary/1', 'Accept: application/fhir+json');

    is($r->{end}, '');                      # it can be used again
    is($c->ask('GET /Binary/2')->{status}, 200);

=head1 FUNCTIONS

=head2 connection($port, %options)

Connects, with HTTP/1.1; C<window> in the options: with HTTP/2 (without TLS,
and without an upgrade), whose initial window of a stream it is.  C<limit>:
seconds after which an answer that does not come is none (20, as for a hang;
by FHIR_BINARY_PATIENCE).

=head2 $c->ask($line, @headers)

send() and answer().

=head2 $c->send($line, @headers)

Sends a request without a body, and without C<Connection: close>.  The target
goes out as it is written.  With HTTP/2 it returns the stream's number.

=head2 $c->answer($stream)

Reads the response to the oldest request that has none yet (HTTP/2: that of
the stream, or of the last one).  A hash: status, headers (a list of
[ name, value ]), head, body (without chunks), trailers (their text), interim
(the heads of 1xx responses), length, C<whole> (true when its framing says
that nothing is missing) and C<end>: '' when the connection can be used
again, 'close' when the response said that it cannot, otherwise what came
instead of a whole response: 'fin', 'rst', 'timeout', and with HTTP/2 'reset'
and 'goaway'.  Of the fields of HTTP/2 only what is not Huffman-coded is
there.

=head2 $c->await($pattern, $stream)

Reads until a part of the response is there: 'head', or so many bytes of the
body.  True if it came.

=head2 $c->window($stream, $bytes)

HTTP/2: opens the window of the stream by so many bytes.

=head2 works($c, $r, $line)

Whether the connection that gave $r can be used as it said: '' for yes, or
what is wrong.  $line is a request that must be answered with 200.

=head2 bodiless()

Rows of a method, a status and header lines: what is asked of a resource of
the version 7, so that the answer is decided by it and has none of its bytes.

=cut

use strict;
use warnings;

use Errno qw(EINTR);
use Exporter 'import';
use IO::Select ();
use IO::Socket::INET ();
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes 'time';

use FhirBinary ();

our @EXPORT = qw(connection works bodiless);


sub connection {
    my ($port, %opt) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $port, Proto => 'tcp')
        or die "connect: $!";

    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;

    my $self = bless {
        socket => $socket, in => '', methods => [], end => '',
        limit => ($opt{limit} // 20) * $FhirBinary::patience,
    }, defined $opt{window} ? 'FhirConnection::Http2' : __PACKAGE__;

    $self->open($opt{window}) if defined $opt{window};

    return $self;
}


sub ask {
    my ($self, @request) = @_;

    return $self->answer($self->send(@request));
}


sub works {
    my ($c, $r, $line) = @_;

    return "the answer ended in $r->{end}"
        if !$r->{whole} || $r->{end} !~ /^(?:|close)$/;

    return '' if $r->{end} eq 'close';

    my $next = $c->ask($line);

    return '' if ($next->{status} // 0) == 200 && $next->{whole};

    return 'the next request was not answered: '
           . ($next->{status} // $next->{end});
}


sub bodiless {
    return ([ 'HEAD', 200 ],
            [ 'GET', 304, 'If-None-Match: W/"7"' ],
            [ 'GET', 412, 'If-Match: "other"' ],
            [ 'GET', 406, 'Accept: image/png' ]);
}


sub send {
    my ($self, $line, @headers) = @_;

    push @{ $self->{methods} }, $line =~ /^(\S+)/;

    $self->put(join "\r\n", "$line HTTP/1.1", 'Host: localhost', @headers,
                            '', '');
    return;
}


sub put {
    my ($self, $bytes) = @_;

    local $SIG{PIPE} = 'IGNORE';

    FhirBinary::send_all($self->{socket}, $bytes);
}


# More of what comes; false at the end, which $self->{end} then tells.

sub more {
    my ($self, $until) = @_;

    return 0 if $self->{end} ne '';

    my $left = $until - time;

    if ($left <= 0
        || !IO::Select->new($self->{socket})->can_read($left))
    {
        $self->{end} = 'timeout';
        return 0;
    }

    my $got = sysread $self->{socket}, $self->{in}, 65536,
                      length $self->{in};

    return 1 if $got || (!defined $got && $! == EINTR);

    $self->{end} = defined $got ? 'fin' : 'rst';
    return 0;
}


sub answer {
    my ($self) = @_;

    my $until = time + $self->{limit};
    my $method = shift @{ $self->{methods} };
    my $r = { status => undef, head => '', headers => [], body => '',
              interim => [], trailers => '', whole => 0, received => '' };

    $self->read_response($r, $method, $until);

    $r->{received} = $r->{head} . $r->{body};
    $r->{length} = length $r->{body};

    if ($r->{whole} && $self->{end} eq '' && $r->{close}) {
        $self->{end} = 'close';
    }

    $r->{end} = $self->{end};

    return $r;
}


sub read_response {
    my ($self, $r, $method, $until) = @_;

    while (1) {
        $r->{head} = $self->take(qr/^.*?\r\n\r\n/s, $until) // return;
        ($r->{status}) = $r->{head} =~ m{^HTTP/1\.[01] (\d{3})};

        last if !defined $r->{status} || $r->{status} >= 200;
        push @{ $r->{interim} }, $r->{head};
    }

    $r->{headers} = [ map { /^([^:]+):[ \t]*(.*?)\r?$/ ? [ $1, $2 ] : () }
                          split /\n/, $r->{head} ];

    my %field = map { lc $_->[0] => lc $_->[1] } @{ $r->{headers} };

    $r->{close} = ($field{connection} // '') eq 'close';

    if ($method eq 'HEAD' || $r->{status} =~ /^(?:204|304)$/) {
        $r->{whole} = 1;

    } elsif (($field{'transfer-encoding'} // '') eq 'chunked') {
        $r->{whole} = $self->read_chunks($r, $until);

    } elsif (defined(my $length = $field{'content-length'})) {
        1 while length $self->{in} < $length && $self->more($until);
        $r->{whole} = length $self->{in} >= $length;
        $r->{body} = substr $self->{in}, 0, $length, '';

    } else {
        1 while $self->more($until);
        $r->{body} = $self->{in};
        $r->{whole} = $self->{end} eq 'fin';
        $self->{end} = 'close' if $r->{whole};
    }
}


sub read_chunks {
    my ($self, $r, $until) = @_;

    while (1) {
        my $line = $self->take(qr/^[0-9a-fA-F]+\r\n/, $until) // return 0;
        my ($size) = map { hex } $line =~ /^(\w+)/;

        last if $size == 0;

        1 while length $self->{in} < $size + 2 && $self->more($until);
        return 0 if length $self->{in} < $size + 2;

        $r->{body} .= substr $self->{in}, 0, $size, '';
        substr $self->{in}, 0, 2, '';
    }

    $r->{trailers} = $self->take(qr/^(?:[^\r\n]+\r\n)*\r\n/, $until);

    return defined $r->{trailers};
}


sub take {
    my ($self, $pattern, $until) = @_;

    while (1) {
        return $1 if $self->{in} =~ s/($pattern)//;
        return if !$self->more($until);
    }
}


package FhirConnection::Http2;

our @ISA = ('FhirConnection');

use Time::HiRes 'time';

use constant {
    DATA => 0, HEADERS => 1, RST_STREAM => 3, SETTINGS => 4, PING => 6,
    GOAWAY => 7, WINDOW_UPDATE => 8, END_STREAM => 1, ACK => 1,
    END_HEADERS => 4,
};

# The statuses of HPACK's static table.

my %status = (8 => 200, 9 => 204, 10 => 206, 11 => 304, 12 => 400,
              13 => 404, 14 => 500);

my %name = (8 => ':status', 28 => 'content-length', 31 => 'content-type');


sub open {
    my ($self, $window) = @_;

    $self->{next} = 1;
    $self->{streams} = {};

    $self->put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
               . frame(SETTINGS, 0, 0, pack 'nN', 4, $window)
               . frame(WINDOW_UPDATE, 0, 0, pack 'N', (1 << 31) - 65536));
}


sub frame {
    my ($type, $flags, $stream, $payload) = @_;

    return substr(pack('N', length $payload), 1)
           . pack('CCN', $type, $flags, $stream) . $payload;
}


# A literal that is neither indexed nor Huffman-coded.

sub text {
    my ($bytes) = @_;

    my $n = length $bytes;

    return pack('C', $n) . $bytes if $n < 127;

    my $length = pack 'C', 127;

    for ($n -= 127; $n >= 128; $n >>= 7) {
        $length .= pack 'C', $n & 127 | 128;
    }

    return $length . pack('C', $n) . $bytes;
}


sub send {
    my ($self, $line, @headers) = @_;

    my ($method, $path) = $line =~ /^(\S+) (.*)/s;
    my $stream = $self->{next};

    $self->{next} += 2;
    $self->{streams}{$stream} = {
        status => undef, head => '', headers => [], body => '',
        interim => [], trailers => '', whole => 0, ended => '',
    };

    my $block = join '', map { "\0" . text($_->[0]) . text($_->[1]) }
        [ ':method', $method ], [ ':scheme', 'http' ], [ ':path', $path ],
        [ ':authority', 'localhost' ],
        map { /^([^:]+):\s*(.*)/s ? [ lc $1, $2 ] : () } @headers;

    $self->put(frame(HEADERS, END_STREAM | END_HEADERS, $stream, $block));

    return $stream;
}


sub window {
    my ($self, $stream, $bytes) = @_;

    $self->put(frame(WINDOW_UPDATE, 0, $stream, pack 'N', $bytes));
}


sub answer {
    my ($self, $stream) = @_;

    $stream //= $self->{next} - 2;

    my $r = $self->{streams}{$stream};
    my $until = time + $self->{limit};

    1 while $r->{ended} eq '' && $self->step($until);

    $r->{whole} = $r->{ended} eq 'stream';
    $r->{length} = length $r->{body};
    $r->{received} = $r->{head} . $r->{body};
    $r->{end} = $r->{whole} ? ($self->{goaway} ? 'close' : '')
                : $r->{ended} || $self->{end};

    return $r;
}


sub await {
    my ($self, $what, $stream) = @_;

    my $r = $self->{streams}{$stream // $self->{next} - 2};
    my $until = time + $self->{limit};

    while ($what eq 'head' ? !defined $r->{status}
                           : length $r->{body} < $what)
    {
        return 0 if $r->{ended} ne '' || !$self->step($until);
    }

    return 1;
}


# One frame.

sub step {
    my ($self, $until) = @_;

    while (length $self->{in} < 9
           || length $self->{in} < 9 + unpack 'N', "\0$self->{in}")
    {
        return 0 if !$self->more($until);
    }

    my $n = unpack 'N', "\0$self->{in}";
    my ($type, $flags, $stream) = unpack 'x3CCN', substr $self->{in}, 0, 9,
                                                         '';
    my $payload = substr $self->{in}, 0, $n, '';
    my $r = $self->{streams}{$stream};

    if ($type == SETTINGS && !($flags & ACK)) {
        $self->put(frame(SETTINGS, ACK, 0, ''));

    } elsif ($type == PING && !($flags & ACK)) {
        $self->put(frame(PING, ACK, 0, $payload));

    } elsif ($type == GOAWAY) {
        $self->{goaway} = 1;

        my $last = unpack 'N', $payload;

        for my $id (grep { $_ > $last } keys %{ $self->{streams} }) {
            $self->{streams}{$id}{ended} ||= 'goaway';
        }

    } elsif ($r && $type == RST_STREAM) {
        $r->{ended} ||= 'reset';

    } elsif ($r && $type == HEADERS) {
        fields($r, $payload);

    } elsif ($r && $type == DATA) {
        $r->{body} .= $payload;
        $self->put(frame(WINDOW_UPDATE, 0, 0, pack 'N', $n)) if $n;
    }

    $r->{ended} ||= 'stream' if $r && $flags & END_STREAM
                                && ($type == DATA || $type == HEADERS);
    return 1;
}


# What nginx sends: indexed fields of the static table, and literals.

sub fields {
    my ($r, $block) = @_;

    my %seen;

    while (length $block) {
        my $first = ord $block;

        if ($first & 0x80) {
            integer(\$block, 0x7f);
            $seen{':status'} = $status{$first & 0x7f}
                if $status{$first & 0x7f};
            next;
        }

        if (($first & 0xe0) == 0x20) {
            integer(\$block, 0x1f);
            next;
        }

        my $index = integer(\$block, $first & 0x40 ? 0x3f : 0x0f);
        my $name = $index ? $name{$index} : literal(\$block);
        my $value = literal(\$block);

        $seen{lc $name} = $value if defined $name && defined $value;
    }

    push @{ $r->{headers} }, map { [ $_, $seen{$_} ] } sort keys %seen;
    $r->{head} .= join '', map { "$_: $seen{$_}\r\n" } sort keys %seen;

    $r->{status} = $seen{':status'}
        if defined $seen{':status'} && $seen{':status'} >= 200;
}


sub integer {
    my ($in, $mask) = @_;

    my $n = ord(substr $$in, 0, 1, '') & $mask;

    return $n if $n < $mask;

    for (my $shift = 0; ; $shift += 7) {
        my $byte = ord substr $$in, 0, 1, '';

        $n += ($byte & 127) << $shift;
        return $n if $byte < 128;
    }
}


sub literal {
    my ($in) = @_;

    my $huffman = ord($$in) & 0x80;
    my $n = integer($in, 0x7f);
    my $bytes = substr $$in, 0, $n, '';

    return $huffman ? undef : $bytes;
}


1;
