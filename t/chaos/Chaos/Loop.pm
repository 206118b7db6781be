package Chaos::Loop;

# Many sockets and timers in one process.
#
#     $loop->add($socket, $object);    its read_ready(), write_ready()
#     $loop->want($socket, 'rw');      what of these it is called for
#     $loop->after(0.5, sub { ... });  once, later
#     $loop->turn(0.1);                wait at most so long, then call

use strict;
use warnings;

use Time::HiRes qw(time);


sub new { return bless { of => {}, r => '', w => '', timers => [] }, shift }


sub add {
    my ($self, $socket, $object) = @_;

    $socket->blocking(0);
    $self->{of}{ fileno $socket } = [ $socket, $object ];
    $self->want($socket, 'r');
}


sub want {
    my ($self, $socket, $what) = @_;

    my $fd = fileno $socket;

    return if !defined $fd;

    vec($self->{r}, $fd, 1) = $what =~ /r/ ? 1 : 0;
    vec($self->{w}, $fd, 1) = $what =~ /w/ ? 1 : 0;
}


sub remove {
    my ($self, $socket) = @_;

    my $fd = fileno $socket;

    return if !defined $fd;

    $self->want($socket, '');
    delete $self->{of}{$fd};
}


sub after {
    my ($self, $seconds, $code) = @_;

    my $timers = $self->{timers};

    @$timers = sort { $a->[0] <=> $b->[0] } @$timers,
                                            [ time + $seconds, $code ];
}


sub turn {
    my ($self, $most) = @_;

    my $timers = $self->{timers};

    if (@$timers) {
        my $next = $timers->[0][0] - time;
        $most = $next < 0 ? 0 : $next if $next < $most;
    }

    my ($r, $w) = ($self->{r}, $self->{w});

    if (select($r, $w, undef, $most) > 0) {
        for my $fd (keys %{ $self->{of} }) {
            my $entry = $self->{of}{$fd} // next;

            $entry->[1]->write_ready if vec $w, $fd, 1;
            $entry->[1]->read_ready
                if vec($r, $fd, 1) && ($self->{of}{$fd} // 0) == $entry;
        }
    }

    my $now = time;

    while (@$timers && $timers->[0][0] <= $now) {
        (shift @$timers)->[1]->();
    }
}


1;
