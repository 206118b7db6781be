package Chaos::Client;

# One connection to nginx.  What a plan says:
#
#     port, requests      where, and what (a list of hashes with method,
#                         path, headers)
#     rcvbuf, read_size, read_pause, slow
#                         a client that reads so slowly, up to so many bytes
#     leave_after         leaves after so many bytes,
#     leave_time          or so many seconds
#     leave_how           fin or rst
#
# The results are one hash for each request: status, fields, body, and end:
# whole (the framing says so), cut, none (no answer came), hang, left (by us),
# unsent.  "why" says more, for a reader.
#
# Chaos::Http1 and Chaos::Http2 give opened(), received() and ended($how).

use strict;
use warnings;

use IO::Socket::INET ();
use Socket qw(SOL_SOCKET SO_LINGER SO_RCVBUF IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);


sub new {
    my ($class, $loop, $plan, $finished) = @_;

    my $self = bless {
        loop => $loop, plan => $plan, finished => $finished, in => '',
        out => '', total => 0, problems => [],
        results => [ map { { status => 0, fields => {}, body => '',
                             end => 'unsent' } } @{ $plan->{requests} } ],
    }, $class;

    return $self;
}


sub open {
    my ($self) = @_;

    my $plan = $self->{plan};
    my $socket = IO::Socket::INET->new(Proto => 'tcp') or die "socket: $!";

    # The window follows the buffer, if that is set before the connection.

    setsockopt $socket, SOL_SOCKET, SO_RCVBUF, $plan->{rcvbuf}
        if $plan->{rcvbuf};
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;

    connect $socket, Socket::pack_sockaddr_in(
                         $plan->{port}, Socket::inet_aton('127.0.0.1'))
        or die "connect: $!";

    $self->{socket} = $socket;
    $self->{opened} = $self->{progress} = time;
    $self->{loop}->add($socket, $self);

    if (defined $plan->{leave_time}) {
        $self->{loop}->after($plan->{leave_time}, sub { $self->go });
    }

    $self->opened;
    $self->write_ready;
}


# We leave.

sub go {
    my ($self) = @_;

    return if !defined $self->{socket};

    for my $r (@{ $self->{results} }) {
        $r->{end} = 'left' if $r->{end} eq 'waiting';
    }

    $self->{left} = 1;
    $self->finish($self->{plan}{leave_how});
}


sub hang {
    my ($self) = @_;

    for my $r (@{ $self->{results} }) {
        $r->{end} = 'hang' if $r->{end} eq 'waiting';
    }

    $self->finish('rst');
}


sub finish {
    my ($self, $how) = @_;

    my $socket = delete $self->{socket} or return;

    setsockopt $socket, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0
        if ($how // '') eq 'rst';

    $self->{loop}->remove($socket);
    close $socket;

    for my $r (@{ $self->{results} }) {
        if ($r->{end} eq 'waiting') {
            $r->{end} = 'none';
            $r->{why} = 'the connection ended';
        }
    }

    $self->{finished}->($self);
}


sub send {
    my ($self, $bytes) = @_;

    $self->{out} .= $bytes;
}


sub write_ready {
    my ($self) = @_;

    return if !defined $self->{socket};

    if ($self->{out} ne '') {
        my $sent = syswrite $self->{socket}, $self->{out};

        # A peer that closed: reading tells what it had said, but no more
        # that it has reset the connection.

        if (defined $sent) {
            substr $self->{out}, 0, $sent, '';
            $self->{progress} = time;
        } elsif (!$!{EAGAIN}) {
            $self->{out} = '';
            $self->{reset} = 1;
        }
    }

    if ($self->{out} eq '' && delete $self->{half_close}) {
        shutdown $self->{socket}, 1;
    }

    $self->wanted;
}


sub wanted {
    my ($self) = @_;

    return if !defined $self->{socket};

    $self->{loop}->want($self->{socket},
                        ($self->{pausing} ? '' : 'r')
                        . ($self->{out} eq '' ? '' : 'w'));
}


sub read_ready {
    my ($self) = @_;

    my $plan = $self->{plan};
    my $slow = $plan->{read_size} && $self->{total} < $plan->{slow};

    my $got = sysread $self->{socket}, $self->{in},
                      $slow ? $plan->{read_size} : 262_144,
                      length $self->{in};

    return if !defined $got && $!{EAGAIN};

    $self->{progress} = time;

    if (!$got) {
        $self->ended(defined $got && !$self->{reset} ? 'fin' : 'rst');
        $self->finish;
        return;
    }

    $self->{total} += $got;
    $self->received;

    return if !defined $self->{socket};

    if (defined $plan->{leave_after}
        && $self->{total} >= $plan->{leave_after})
    {
        return $self->go;
    }

    if ($slow) {
        $self->{pausing} = 1;
        $self->{loop}->after($plan->{read_pause}, sub {
            $self->{pausing} = 0;
            $self->{progress} = time;
            $self->wanted;
        });
    }

    $self->write_ready;
}


1;
