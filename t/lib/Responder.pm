package Responder;

=head1 NAME

Responder - sources of documents: FastCGI, uwsgi, SCGI and HTTP

=head1 SYNOPSIS

    use Responder;

    my $fcgi = responder('fastcgi', sub {
        my ($ask, $responder) = @_;
        return wire($ask, 'the document', told => 1);
    });

    nginx_start(location => 'fhir_binary r4; ' . $fcgi->pass);

=head1 FUNCTIONS

=head2 responder($protocol, \&code)

A server on a free loopback port, in processes of its own that end with the
test.  C<$protocol>: fastcgi, uwsgi, scgi or http.  A request is read to its
end before the code gets it: a hash of C<protocol>, C<method>, C<uri>, C<id>
and C<query> (what follows F</Binary/>), C<tag> (If-None-Match), C<keep> (the
connection is kept, as the gateway wishes), C<state> (the word that state()
told last).  The code gets the object, too, and returns the items of a script,
as those of backend(): bytes (one system call), PAUSE, FIN, RST, STALL, or
code, which is called and may wait.

The object has C<port>, C<pass> (the directives that lead here),
C<state($word)>, C<tell($word)> and C<told($word)> (a word that is said once
and stays said: the script waits for the test), C<seen> (how many requests have
come), C<wait_seen($n)> and C<connections> (how many were accepted).

=head2 wire($ask, $body, %options)

The bytes of a response.  Options: C<status>, C<type>, C<headers> (a list of
lines), C<told> (1: a Content-Length; larger: this one), C<cut> (after so many
bytes of the body).  Of FastCGI: C<rec> (bytes in a record), C<pad> (records
are filled up, as PHP does it), C<err> (something on stderr between them),
C<end> (which records end the response: all, request, none).  Of HTTP:
C<chunk> (so many bytes in one), C<end> (none: without the last chunk),
C<version>.

=head2 broken($ask, $way, $body, %options)

The items of a response that ends in the middle, in one of the C<ways> of the
protocol: how its end would have been known (close: by the close of the
connection; told: by a length; chunk; open: by the records), and what happens
instead (fin, rst, stall, after half of it; mid: within a chunk or record, then
fin; stdout and request: the records of the end, too early; empty: nothing of
the body, then fin, with the records of the end where there is a length).

=cut

use strict;
use warnings;

use Exporter 'import';
use File::Temp ();
use IO::Socket::INET ();
use POSIX ();
use Socket qw(SOL_SOCKET SO_LINGER IPPROTO_TCP TCP_NODELAY);
use Test::More ();
use Time::HiRes qw(sleep time);

use FhirBinary ();

our @EXPORT = qw(responder wire broken ways record);

my $owner = $$;
my @running;

my %directive = (http => 'proxy', fastcgi => 'fastcgi', uwsgi => 'uwsgi',
                 scgi => 'scgi');


sub responder {
    my ($protocol, $code) = @_;

    my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                                       Listen => 256) or die "socket: $!";

    my $self = bless {
        protocol => $protocol, port => $listen->sockport,
        dir => File::Temp::tempdir(CLEANUP => 1), code => $code,
    };

    $self->state('start');

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        Test::More->builder->no_ending(1);
        setpgrp;
        $SIG{CHLD} = 'IGNORE';
        $SIG{PIPE} = 'IGNORE';
        $SIG{TERM} = $SIG{INT} = 'DEFAULT';
        $self->serve($listen);
    }

    $self->{pid} = $pid;
    push @running, $self;

    return $self;
}


sub port { return $_[0]{port} }


sub pass {
    my ($self) = @_;

    my $name = $directive{ $self->{protocol} };

    return "proxy_pass http://127.0.0.1:$self->{port};"
        if $name eq 'proxy';

    return "${name}_pass 127.0.0.1:$self->{port};
            ${name}_param REQUEST_METHOD \$request_method;
            ${name}_param REQUEST_URI \$request_uri;";
}


sub state {
    my ($self, $word) = @_;

    open my $fh, '>', "$self->{dir}/state.new" or die "state: $!";
    print $fh $word;
    close $fh;
    rename "$self->{dir}/state.new", "$self->{dir}/state";
}


sub tell {
    my ($self, $word) = @_;

    open my $fh, '>', "$self->{dir}/said.$word" or die "$word: $!";
}


sub told {
    my ($self, $word) = @_;

    return wait_for(sub { -e "$self->{dir}/said.$word" });
}


sub seen {
    my ($self) = @_;

    return -s "$self->{dir}/seen" // 0;
}


sub connections {
    my ($self) = @_;

    return -s "$self->{dir}/accepted" // 0;
}


sub count {
    my ($self, $what) = @_;

    open my $fh, '>>', "$self->{dir}/$what" or die "$what: $!";
    syswrite $fh, '.';
}


sub wait_seen {
    my ($self, $n) = @_;

    return wait_for(sub { $self->seen >= $n });
}


sub wait_for {
    my ($what) = @_;

    my $end = time + 10 * $FhirBinary::patience;

    until ($what->()) {
        return 0 if time > $end;
        sleep 0.005;
    }

    return 1;
}


# A few processes accept; what takes long goes to a process of its own.

sub serve {
    my ($self, $listen) = @_;

    for (1 .. 3) {
        last if !fork;
    }

    while (1) {
        my $socket = $listen->accept or next;

        setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
        $self->count('accepted');
        1 while eval { $self->talk($socket) };
        POSIX::_exit(0) if $self->{detached};
        close $socket;
    }
}


sub detach {
    my ($self) = @_;

    return 1 if $self->{detached};

    my $pid = fork;

    $self->{detached} = defined $pid && $pid == 0;
    return $self->{detached};
}


sub talk {
    my ($self, $socket) = @_;

    my $ask = $self->can("read_$self->{protocol}")->($socket) // return 0;

    $ask->{protocol} = $self->{protocol};
    @$ask{qw(id query)} = $ask->{uri} =~ m{/Binary/([^?]*)\??(.*)};

    $self->count('seen');

    open my $fh, '<', "$self->{dir}/state" or die;
    $ask->{state} = <$fh>;

    my @script = $self->{code}->($ask, $self);

    while (@script) {
        my $item = shift @script;

        if (ref $item eq 'CODE') {
            $self->detach or return 0;
            unshift @script, $item->();
            next;
        }

        if (!ref $item) {
            FhirBinary::send_all($socket, $item) or return 0;
            next;
        }

        my ($verb, $arg) = @$item;

        sleep $arg if $verb eq 'pause';
        return 0 if $verb eq 'stall' && !$self->detach;
        sleep 3600 if $verb eq 'stall';
        FhirBinary::reset_close($socket) if $verb eq 'rst';

        return 0 if $verb =~ /^(?:fin|rst)$/;
    }

    return $ask->{keep} && $self->detach;
}


# n more bytes, or undef: the peer has left

sub take {
    my ($socket, $n) = @_;

    my $bytes = '';

    while (length $bytes < $n) {
        sysread $socket, $bytes, $n - length $bytes, length $bytes
            or return;
    }

    return $bytes;
}


sub asked {
    my (%param) = @_;

    return { method => $param{REQUEST_METHOD}, uri => $param{REQUEST_URI},
             keep => 0,
             tag => $param{HTTP_IF_NONE_MATCH} };
}


sub read_http {
    my ($socket) = @_;

    my $head = '';

    while ($head !~ /\r\n\r\n\z/) {
        sysread $socket, $head, 65536, length $head or return;
    }

    my ($method, $uri, $version) = $head =~ m{^(\S+) (\S+) HTTP/(\S+)\r\n};
    my ($tag) = $head =~ /^If-None-Match: (.*?)\r$/mi;

    return { method => $method, uri => $uri, tag => $tag,
             keep => $version eq '1.1' && $head !~ /^Connection: close/mi };
}


sub read_fastcgi {
    my ($socket) = @_;

    my ($params, $keep) = ('', 0);

    while (1) {
        my ($version, $type, $id, $length, $pad)
            = unpack 'CCnnC', take($socket, 8) // return;
        my $content = take($socket, $length + $pad) // return;

        substr $content, $length, $pad, '';

        $keep = unpack('x2C', $content) & 1 if $type == 1;
        $params .= $content if $type == 4;
        last if $type == 5 && $length == 0;
    }

    my @pairs;

    while ($params ne '') {
        my @length;

        for (1 .. 2) {
            my $long = ord($params) & 0x80;
            my ($n) = unpack $long ? 'N' : 'C',
                             substr $params, 0, $long ? 4 : 1, '';

            push @length, $n & 0x7fffffff;
        }

        push @pairs, map { substr $params, 0, $_, '' } @length;
    }

    my $ask = asked(@pairs);

    $ask->{keep} = $keep;
    return $ask;
}


sub read_uwsgi {
    my ($socket) = @_;

    my ($size) = unpack 'xv', take($socket, 4) // return;

    return asked(unpack '(v/a*)*', take($socket, $size) // return);
}


sub read_scgi {
    my ($socket) = @_;

    my $size = '';

    while ($size !~ s/:\z//) {
        $size .= take($socket, 1) // return;
    }

    my $params = take($socket, $size + 1) // return;

    my @pairs = split /\0/, $params, -1;

    pop @pairs;
    return asked(@pairs);
}


sub record {
    my ($type, $content, $pad) = @_;

    my $n = $pad ? -length($content) & 7 : 0;

    return pack('CCnnCC', 1, $type, 1, length $content, $n, 0) . $content
           . "\0" x $n;
}


sub wire {
    my ($ask, $body, %opt) = @_;

    my $told = $opt{told} // 0;
    my $end = $opt{end} // 'all';
    my $length = $told > 1 ? $told : length $body;

    my @head = (($ask->{protocol} eq 'http'
                 ? 'HTTP/' . ($opt{version} // '1.1') . ' ' : 'Status: ')
                . ($opt{status} // '200 OK'),
                'Content-Type: ' . ($opt{type} // 'application/pdf'),
                @{ $opt{headers} // [] });

    push @head, "Content-Length: $length" if $told;
    push @head, 'Transfer-Encoding: chunked' if $opt{chunk};

    # PHP and others leave the body away by themselves.

    my $bare = $ask->{method} eq 'HEAD';

    $body = substr $body, 0, $opt{cut} if defined $opt{cut};
    $body = '' if $bare;

    if ($opt{chunk} && !$bare) {
        $body = join '', map { sprintf "%x\r\n%s\r\n", length $_, $_ }
                             unpack "(a$opt{chunk})*", $body;
        $body .= "0\r\n\r\n" if $end ne 'none';
    }

    my $bytes = join("\r\n", @head, '', '') . $body;

    return $bytes if $ask->{protocol} ne 'fastcgi';

    my $rec = $opt{rec} // 8184;

    my $said = $opt{err} ? record(7, 'PHP Warning:  nothing') : '';

    return join '', (map { $said . record(6, $_, $opt{pad}) }
                         unpack "(a$rec)*", $bytes), $said,
                    $end eq 'all' ? record(6, '') : (),
                    $end ne 'none' ? record(3, "\0" x 8) : ();
}


my %ways = (
    http => [ qw(close-fin close-rst close-stall
                 told-empty told-fin told-rst told-stall
                 chunk-empty chunk-fin chunk-mid chunk-rst chunk-stall) ],
    fastcgi => [ qw(open-empty open-fin open-mid open-rst open-stall
                    told-empty told-fin told-rst told-stall
                    told-stdout told-request) ],
    plain => [ qw(close-fin close-rst close-stall
                  told-empty told-fin told-rst told-stall) ],
);

sub ways {
    my ($protocol) = @_;

    return @{ $ways{$protocol} // $ways{plain} };
}


sub broken {
    my ($ask, $way, $body, %opt) = @_;

    my ($known, $how) = split /-/, $way;

    $opt{told} = length $body if $known eq 'told';
    $opt{chunk} = 1000 if $known eq 'chunk';
    $opt{cut} = $how eq 'empty' ? 0 : int(length($body) / 2);
    $opt{end} = $how eq 'request' ? 'request'
                : $how eq 'stdout' || $way eq 'told-empty' ? 'all' : 'none';

    my $bytes = wire($ask, $body, %opt);

    substr $bytes, -100, 100, '' if $how eq 'mid';

    return ($bytes, $how eq 'rst' ? (FhirBinary::PAUSE(0.01), FhirBinary::RST)
                    : $how eq 'stall' ? FhirBinary::STALL : FhirBinary::FIN);
}


END {
    if ($$ == $owner) {
        local ($?, $!);

        for my $pid (map { $_->{pid} } @running) {
            kill 'KILL', -$pid or kill 'KILL', $pid;
            waitpid $pid, 0;
        }
    }
}


1;
