package Chaos::Backend;

# The backend: one process that speaks HTTP, FastCGI, SCGI and uwsgi, and
# does what the id in the path asks for.
#
#     my $backend = Chaos::Backend->start($log);
#
#     $backend->{port}{fastcgi};
#     $backend->stop;

use strict;
use warnings;

use IO::Socket::INET ();
use POSIX ();
use Socket qw(SOL_SOCKET SO_LINGER IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

use Chaos::Answer 'answer';
use Chaos::Case ();
use Chaos::Loop;

my @protocols = qw(http fastcgi scgi uwsgi);


sub start {
    my ($class, $log) = @_;

    my $self = bless { port => {} }, $class;
    my %listen;

    for my $name (@protocols) {
        $listen{$name} = IO::Socket::INET->new(
            LocalAddr => '127.0.0.1', Listen => 511, Proto => 'tcp')
            or die "backend: $!";
        $self->{port}{$name} = $listen{$name}->sockport;
    }

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        Test::More->builder->no_ending(1);
        $SIG{PIPE} = 'IGNORE';
        $SIG{TERM} = $SIG{INT} = 'DEFAULT';
        eval { serve($log, %listen) };
        print STDERR "backend: $@" if $@;
        POSIX::_exit(1);
    }

    $self->{pid} = $pid;

    return $self;
}


sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;

    kill 'KILL', $pid;
    waitpid $pid, 0;
}


sub serve {
    my ($log, %listen) = @_;

    my $loop = Chaos::Loop->new;
    my $common = { count => {}, parent => getppid };

    open $common->{log}, '>>', $log or die "$log: $!";
    $common->{log}->autoflush(1);

    $loop->add($listen{$_}, Chaos::Backend::Door->new(
        $loop, $listen{$_}, $_, $common)) for keys %listen;

    $loop->turn(1) while getppid == $common->{parent};
}


package Chaos::Backend::Door;

sub new {
    my ($class, $loop, $socket, $protocol, $common) = @_;

    return bless { loop => $loop, socket => $socket, protocol => $protocol,
                   common => $common }, $class;
}


sub read_ready {
    my ($self) = @_;

    while (my $socket = $self->{socket}->accept) {
        setsockopt $socket, Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1;
        $self->{loop}->add($socket, bless {
            %$self, socket => $socket, in => '', out => '', items => [],
            busy => 0,
        }, 'Chaos::Backend::Connection');
    }
}


package Chaos::Backend::Connection;

sub read_ready {
    my ($self) = @_;

    my $got = sysread $self->{socket}, $self->{in}, 65536,
                      length $self->{in};

    return if !defined $got && $!{EAGAIN};
    return $self->leave if !$got;

    $self->next_request if !$self->{busy};
}


sub write_ready {
    my ($self) = @_;

    my $sent = syswrite $self->{socket}, $self->{out};

    return if !defined $sent && $!{EAGAIN};
    return $self->leave if !defined $sent;

    substr $self->{out}, 0, $sent, '';
    $self->go_on if $self->{out} eq '';
}


sub next_request {
    my ($self) = @_;

    my $read = "read_$self->{protocol}";
    my $request = $self->$read // return;

    my ($path) = $request->{path} =~ /^([^?]*)/;
    my ($id) = $path =~ m{([^/]*)$};
    my $case = Chaos::Case::parse($id);

    $request->{count} = ++$self->{common}{count}{$path};
    $request->{accel} = "/inner$path" if $path =~ s{^/accel/}{/};

    printf { $self->{common}{log} } "%.3f %s %s %s #%d%s\n",
        Time::HiRes::time(), $self->{protocol}, $request->{method}, $path,
        $request->{count}, join '', map { " $_=$request->{header}{$_}" }
            grep { defined $request->{header}{$_} } qw(range if-none-match);

    $self->{busy} = 1;
    $self->{items} = $case ? [ Chaos::Answer::answer($case, $request) ]
                     : [ $self->{protocol} eq 'http'
                         ? "HTTP/1.1 404 Not Found\r\nConnection: close\r\n"
                           . "Content-Length: 0\r\n\r\n" : (), [ 'fin' ] ];
    $self->go_on;
}


sub go_on {
    my ($self) = @_;

    while (defined $self->{socket}) {
        if ($self->{out} ne '') {
            $self->{loop}->want($self->{socket}, 'rw');
            return;
        }

        $self->{loop}->want($self->{socket}, 'r');

        my $item = shift @{ $self->{items} };

        return $self->leave if !defined $item;

        if (!ref $item) {
            $self->{out} = $item;
            $self->write_now or return;
            next;
        }

        my ($verb, $seconds) = @$item;

        if ($verb eq 'pause') {
            $self->{loop}->after($seconds, sub { $self->go_on });
            return;
        }

        if ($verb eq 'next') {
            $self->{busy} = 0;
            return $self->next_request;
        }

        return $self->leave($verb);
    }
}


sub write_now {
    my ($self) = @_;

    my $sent = syswrite $self->{socket}, $self->{out};

    if (!defined $sent && !$!{EAGAIN}) {
        $self->leave;
        return 0;
    }

    substr $self->{out}, 0, $sent // 0, '';

    return 1;
}


# An orderly end must not meet unread input, which makes a reset of it: only
# what was asked for was sent, and that has been read.

sub leave {
    my ($self, $how) = @_;

    my $socket = delete $self->{socket} or return;

    setsockopt $socket, Socket::SOL_SOCKET, Socket::SO_LINGER,
               pack 'ii', 1, 0 if ($how // '') eq 'rst';

    $self->{loop}->remove($socket);
    close $socket;
}


sub read_http {
    my ($self) = @_;

    $self->{in} =~ s/\A(.*?\r\n)\r\n//s or return;

    my $head = $1;
    my ($method, $path, $version) = $head =~ m{^(\S+) (\S+) HTTP/(\S+)\r};

    return {
        proto => 'http', method => $method, path => $path,
        version => $version,
        header => { map { /^([^:]+):\s*(.*)$/ ? (lc $1, $2) : () }
                        split /\r\n/, $head },
    };
}


sub from_vars {
    my (%var) = @_;

    return {
        proto => 'cgi', method => $var{REQUEST_METHOD} // 'GET',
        path => $var{DOCUMENT_URI} // '/', version => '1.0',
        header => { map { /^HTTP_(.*)/ ? (lc($1) =~ tr/_/-/r, $var{$_}) : () }
                        keys %var },
    };
}


sub read_scgi {
    my ($self) = @_;

    my ($length) = $self->{in} =~ /\A(\d+):/ or return;
    my $from = 1 + length $length;

    return if length $self->{in} < $from + $length + 1;

    my %var = unpack "(Z*)*", substr $self->{in}, $from, $length;

    $self->{in} = substr $self->{in}, $from + $length + 1;

    return from_vars(%var);
}


sub read_uwsgi {
    my ($self) = @_;

    return if length $self->{in} < 4;

    my (undef, $length) = unpack 'Cv', $self->{in};

    return if length $self->{in} < 4 + $length;

    my %var = unpack '(v/a)*', substr $self->{in}, 4, $length;

    substr $self->{in}, 0, 4 + $length, '';

    return from_vars(%var);
}


# The parameters end with an empty record, and so does the empty input.

sub read_fastcgi {
    my ($self) = @_;

    my $at = 0;
    my $params = '';
    my $keep = 0;

    while (length $self->{in} >= $at + 8) {
        my (undef, $type, undef, $length, $padding)
            = unpack 'CCnnC', substr $self->{in}, $at, 8;

        last if length $self->{in} < $at + 8 + $length + $padding;

        my $content = substr $self->{in}, $at + 8, $length;

        $at += 8 + $length + $padding;
        $keep = ord substr $content, 2, 1 if $type == 1;
        $params .= $content               if $type == 4;

        if ($type == 5 && $length == 0) {
            $self->{in} = substr $self->{in}, $at;

            return { %{ from_vars(pairs($params)) }, proto => 'fastcgi',
                     keep => $keep & 1 };
        }
    }

    return;
}


sub pairs {
    my ($bytes) = @_;

    my @pairs;

    while ($bytes ne '') {
        my @length;

        for (1 .. 2) {
            if (ord $bytes & 0x80) {
                push @length, unpack('N', substr $bytes, 0, 4, '')
                              & 0x7fffffff;
            } else {
                push @length, ord substr $bytes, 0, 1, '';
            }
        }

        push @pairs, substr($bytes, 0, $length[0], ''),
                     substr($bytes, 0, $length[1], '');
    }

    return @pairs;
}


1;
