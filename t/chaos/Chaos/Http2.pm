package Chaos::Http2;

# An HTTP/2 client over cleartext, all its requests at once.  Beside what
# Chaos::Client reads in a plan:
#
#     window         SETTINGS_INITIAL_WINDOW_SIZE
#     lazy           windows are opened again only this many seconds later
#     cancel         { index => bytes }: a stream is reset after so many

use strict;
use warnings;

use parent 'Chaos::Client';

use Chaos::Hpack;

use constant {
    DATA => 0, HEADERS => 1, RST_STREAM => 3, SETTINGS => 4, PING => 6,
    GOAWAY => 7, WINDOW_UPDATE => 8, CONTINUATION => 9,
    END_STREAM => 1, ACK => 1, END_HEADERS => 4, PADDED => 8,
};


sub frame {
    my ($type, $flags, $stream, $payload) = @_;

    return substr(pack('N', length $payload), 1)
           . pack('CCN', $type, $flags, $stream) . $payload;
}


sub opened {
    my ($self) = @_;

    my $plan = $self->{plan};

    # No push; the size of windows of new streams.

    $self->send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
                . frame(SETTINGS, 0, 0, pack 'nNnN', 2, 0, 4,
                                             $plan->{window}));

    for my $i (0 .. $#{ $plan->{requests} }) {
        my $request = $plan->{requests}[$i];

        my @fields = (':method', $request->{method}, ':scheme', 'http',
                      ':path', $request->{path}, ':authority', 'localhost',
                      map { /^([^:]+):\s*(.*)/ ? (lc $1, $2) : () }
                          @{ $request->{headers} });

        $self->send(frame(HEADERS, END_HEADERS | END_STREAM, 2 * $i + 1,
                          Chaos::Hpack::encode(@fields)));
        $self->{results}[$i]{end} = 'waiting';
    }
}


sub received {
    my ($self) = @_;

    while (length $self->{in} >= 9) {
        my ($high, $low, $type, $flags, $stream)
            = unpack 'CnCCN', substr $self->{in}, 0, 9;
        my $length = ($high << 16) + $low;

        last if length $self->{in} < 9 + $length;

        my $payload = substr $self->{in}, 9, $length;

        substr $self->{in}, 0, 9 + $length, '';
        $self->take_frame($type, $flags, $stream & 0x7fffffff, $payload);

        return if !defined $self->{socket};
    }
}


sub take_frame {
    my ($self, $type, $flags, $stream, $payload) = @_;

    if ($type == SETTINGS) {
        $self->send(frame(SETTINGS, ACK, 0, '')) if !($flags & ACK);
        return;
    }

    if ($type == PING) {
        $self->send(frame(PING, ACK, 0, $payload)) if !($flags & ACK);
        return;
    }

    if ($type == GOAWAY) {
        my ($last, $code) = unpack 'NN', $payload;

        # Streams behind the last one may be asked for elsewhere.

        for my $i (0 .. $#{ $self->{results} }) {
            my $r = $self->{results}[$i];

            $r->{end} = 'unsent'
                if $r->{end} eq 'waiting' && 2 * $i + 1 > $last;
        }

        $self->{goaway} = $code;
        push @{ $self->{problems} }, "GOAWAY with error $code" if $code;
        $self->finish if !grep { $_->{end} eq 'waiting' }
                              @{ $self->{results} };
        return;
    }

    return if $type == WINDOW_UPDATE || $stream == 0;

    my $r = $self->{results}[($stream - 1) / 2];

    if (!$r) {
        push @{ $self->{problems} }, "a frame of stream $stream";
        return $self->finish;
    }

    # A stream that we cancelled may go on for a while; what it takes of the
    # connection's window is given back like all the rest.

    $self->give_back($stream, length $payload, $r->{end} eq 'waiting')
        if $type == DATA;

    return if $r->{end} ne 'waiting';

    if ($type == DATA) {
        if ($flags & PADDED) {
            my $padding = ord substr $payload, 0, 1, '';
            substr $payload, -$padding, $padding, '' if $padding;
        }

        if (!$r->{status}) {
            push @{ $self->{problems} }, "stream $stream: DATA first";
        }

        $r->{body} .= $payload;
        $self->cancel($stream, $r);

    } elsif ($type == HEADERS || $type == CONTINUATION) {
        $r->{block} .= $payload;

        if ($flags & END_HEADERS) {
            eval { $self->fields($r, delete $r->{block}); 1 }
                or push @{ $self->{problems} }, "stream $stream: $@";
        }

    } elsif ($type == RST_STREAM) {
        $r->{end} = 'cut';
        $r->{why} = 'RST_STREAM, error ' . unpack 'N', $payload;
    }

    $self->whole($stream, $r)
        if ($type == DATA || $type == HEADERS) && $flags & END_STREAM
           && $r->{end} eq 'waiting';

    $self->finish if !grep { $_->{end} eq 'waiting' } @{ $self->{results} };
}


sub fields {
    my ($self, $r, $block) = @_;

    for my $field (Chaos::Hpack::decode($block)) {
        my ($name, $value) = @$field;

        if ($name eq ':status') {
            $r->{status} = $value;
            next;
        }

        $r->{head} .= "$name: $value\r\n";
        $r->{fields}{$name} = defined $r->{fields}{$name}
                              ? "$r->{fields}{$name}, $value" : $value;
    }
}


sub whole {
    my ($self, $stream, $r) = @_;

    my $length = $r->{fields}{'content-length'};
    my $method = $self->{plan}{requests}[($stream - 1) / 2]{method};

    $r->{framing} = 'stream';
    $r->{end} = 'whole';

    if (defined $length && $method ne 'HEAD' && $r->{status} != 304
        && $length != length $r->{body})
    {
        $r->{end} = 'cut';
        $r->{why} = "END_STREAM, but not the $length bytes announced";
        push @{ $self->{problems} }, "stream $stream: $r->{why}";
    }
}


sub cancel {
    my ($self, $stream, $r) = @_;

    my $after = $self->{plan}{cancel}{ ($stream - 1) / 2 };

    return if !defined $after || length $r->{body} < $after;

    $self->send(frame(RST_STREAM, 0, $stream, pack 'N', 8));
    $r->{end} = 'left';
}


sub give_back {
    my ($self, $stream, $length, $open) = @_;

    return if !$length;

    my $plan = $self->{plan};

    my $give = sub {
        return if !defined $self->{socket};

        # nginx closes a connection that sends too many small updates only
        # when it does nothing else; these open a window that is used.

        $self->send(frame(WINDOW_UPDATE, 0, 0, pack 'N', $length));
        $self->send(frame(WINDOW_UPDATE, 0, $stream, pack 'N', $length))
            if $open;
        $self->write_ready;
    };

    if (defined $plan->{lazy}) {
        $self->{loop}->after($plan->{lazy}, sub {
            $self->{progress} = Time::HiRes::time();
            $give->();
        });
    } else {
        $give->();
    }
}


sub ended {
    my ($self, $how) = @_;

    for my $r (@{ $self->{results} }) {
        next if $r->{end} ne 'waiting';

        $r->{end} = $r->{status} ? 'cut' : 'none';
        $r->{why} = "connection ended by $how"
                    . (defined $self->{goaway} ? ' after GOAWAY' : '');
    }
}


1;
