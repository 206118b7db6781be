package FhirPeer;

=head1 NAME

FhirPeer - what the other end of a loopback connection has done so far

=head1 SYNOPSIS

    use FhirPeer;

    syswrite $socket, $first;
    peer_read($socket);             # a later read will not find it
    syswrite $socket, $second;

    wait_for(sub { -e $path }) or die;

=head1 FUNCTIONS

They take the place of a pause that is meant to be long enough.  The kernel
tells (by sock_diag, which sees both ends of a connection on this machine)
what the peer has received and what of it is unread, and /proc whether its
process sleeps: an event loop that has read all and sleeps has done what it
can do.  Each returns false, and says so, when 60 seconds were not enough.
Where the kernel does not tell, they are a pause.

=head2 peer_read($socket)

Waits until the peer has read all that was sent to it, has dealt with it and
sleeps; or has closed.

=head2 peer_stuck($socket)

Waits until the peer can send no more, since this end does not read; or has
closed.

=head2 peer_gone($socket)

Waits until the peer has closed.

=head2 wait_for($code, $seconds)

Calls the code again and again, until it returns something true, and returns
that; false after so many seconds (60) times C<FHIR_BINARY_PATIENCE>.

=cut

use strict;
use warnings;

use Exporter 'import';
use Socket qw(SOCK_RAW IPPROTO_TCP sockaddr_in);
use Time::HiRes qw(sleep time);

our @EXPORT = qw(peer_read peer_stuck peer_gone wait_for);

# linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h, linux/tcp.h

use constant {
    AF_NETLINK => 16, NETLINK_SOCK_DIAG => 4, SOCK_DIAG_BY_FAMILY => 20,
    NLM_F_REQUEST => 1, NLMSG_ERROR => 2, TCP_INFO => 11,
    DIAG_INFO => 2, DIAG_SKMEMINFO => 7,
};

use constant { MEM_SNDBUF => 3, MEM_QUEUED => 5 };

# Of the states of a TCP connection: those of an end that has not closed.

my %open = map { $_ => 1 } 1, 3, 8, 12;

our $patience = $ENV{FHIR_BINARY_PATIENCE} || 1;

my ($netlink, $netlink_owner);
my $sequence = 0;
my (%owner, %known);


sub wait_for {
    my ($code, $seconds) = @_;

    my $end = time + ($seconds // 60) * $patience;
    my $nap = 0.0001;

    while (1) {
        my $value = $code->();

        return $value if $value;
        return if time > $end;

        sleep $nap;
        $nap *= 1.5 if $nap < 0.01;
    }
}


sub peer_read {
    my ($socket) = @_;

    my $sent = sent($socket) // return guess();
    my $arrived;

    # The kernel looks at what is unread before it looks at what arrived.

    return waited('read what was sent', sub {
        my $peer = peer($socket) // return 1;

        return if !$peer->{inode};
        return $peer->{unread} == 0 && sleeps($peer->{inode}) if $arrived;

        $arrived = $peer->{received} >= $sent;
        return;
    });
}


sub peer_stuck {
    my ($socket) = @_;

    return guess() if !netlink();

    return waited('filled its output', sub {
        my $peer = peer($socket) // return 1;

        return if !$peer->{inode};

        my $left = $peer->{sndbuf} - $peer->{queued};

        return $left < $peer->{queued} / 2 && sleeps($peer->{inode});
    });
}


sub peer_gone {
    my ($socket) = @_;

    return guess() if !netlink();
    return waited('closed', sub { !peer($socket) });
}


sub waited {
    my ($what, $code) = @_;

    return 1 if wait_for($code);

    print STDERR "# FhirPeer: the peer has not $what in time\n";
    return 0;
}


sub guess {
    sleep 0.1 * $patience;
    return 1;
}


# What was written into the socket, whether it left or not.

sub sent {
    my ($socket) = @_;

    my $info = netlink() && getsockopt $socket, IPPROTO_TCP, TCP_INFO;

    return if !$info || length $info < 216;

    my ($waits) = unpack 'x144 L', $info;
    my ($left, $again) = unpack 'x200 Q2', $info;

    return $waits + $left - $again;
}


# What the kernel knows of the other end; undef when that has closed.  One
# that nobody has accepted yet has no inode.

sub peer {
    my ($socket) = @_;

    my ($there, $here) = (getpeername $socket, getsockname $socket);

    return if !$there || !$here;

    my ($port, $address) = sockaddr_in($there);
    my ($own_port, $own_address) = sockaddr_in($here);
    my $ports = pack 'n2', $port, $own_port;

    my $found = diag($ports . pack 'a4 x12 a4 x12 L3', $address, $own_address,
                     0, 0xffffffff, 0xffffffff) // return;

    my ($state) = unpack 'x17 C', $found;

    return if !$open{$state} || substr($found, 20, 4) ne $ports;

    my ($unread, undef, undef, $inode) = unpack 'x72 L4', $found;
    my %part = attributes(substr $found, 88);
    my @memory = unpack 'L*', $part{+DIAG_SKMEMINFO} // '';

    return {
        unread => $unread,
        inode => $inode,
        received => unpack('x128 Q', $part{+DIAG_INFO} // "\0" x 136),
        sndbuf => $memory[MEM_SNDBUF] // 0,
        queued => $memory[MEM_QUEUED] // 0,
    };
}


sub attributes {
    my ($bytes) = @_;

    my %found;

    while (length $bytes >= 4) {
        my ($length, $type) = unpack 'S2', $bytes;

        last if $length < 4;

        $found{$type} = substr $bytes, 4, $length - 4;
        $bytes = substr $bytes, $length + 3 & ~3;
    }

    return %found;
}


# A socket of this process: another's would get the answers, too.

sub netlink {
    if (!$netlink_owner || $netlink_owner != $$) {
        $netlink_owner = $$;
        undef $netlink;
        socket $netlink, AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG
            or undef $netlink;
    }

    return $netlink;
}


sub diag {
    my ($id) = @_;

    my $want = 1 << DIAG_INFO - 1 | 1 << DIAG_SKMEMINFO - 1;

    send netlink(), pack('L S2 L2 C3 x L', 72, SOCK_DIAG_BY_FAMILY,
                         NLM_F_REQUEST, ++$sequence, 0, Socket::AF_INET,
                         IPPROTO_TCP, $want, 0xffffffff) . $id, 0
        or die "sock_diag: $!";

    defined recv netlink(), my $answer, 65536, 0 or die "sock_diag: $!";

    my (undef, $type) = unpack 'L S', $answer;

    return $type == SOCK_DIAG_BY_FAMILY ? $answer : undef;
}


# All threads of the process that has the socket sleep.

sub sleeps {
    my ($inode) = @_;

    my $fd = $owner{$inode};

    if (!$fd || (readlink $fd // '') ne "socket:[$inode]") {
        $fd = $owner{$inode} = owner($inode) // return;
    }

    my ($process) = $fd =~ m{^(/proc/\d+)};

    for my $path (glob "$process/task/*/stat") {
        open my $in, '<', $path or next;

        return if (<$in> // '') !~ /.*\) S /;
    }

    return 1;
}


# Where it was found before is the best place to look.

sub owner {
    my ($inode) = @_;

    for my $process (sort { ($known{$b} // 0) <=> ($known{$a} // 0) }
                          glob '/proc/[0-9]*')
    {
        opendir my $dir, "$process/fd" or next;

        for my $fd (grep { /\d/ } readdir $dir) {
            next if (readlink "$process/fd/$fd" // '') ne "socket:[$inode]";

            $known{$process} = time;
            return "$process/fd/$fd";
        }
    }

    return;
}


1;
