package Crowd;

=head1 NAME

Crowd - many clients at once, and what each of them got

=head1 SYNOPSIS

    use Documents;
    use Crowd;

    my @r = together($ngx->port, map { get("/x/Binary/$_") } 1 .. 50);

    is(verdict($r[0], document(100)), 'whole 0');
    wait_logged($ngx, 50);

=head1 FUNCTIONS

=head2 get($path, %options)

A request as together() takes it.  Options: C<method>, C<accept>, C<version>,
C<headers> (a text of lines).

=head2 pipeline(@requests)

One request for together() that stands for several on one connection, sent at
once; the last one closes it.

=head2 together($port, @requests)

Sends each on a connection of its own, then reads all of them to their ends.
Returns the responses, in order, as split_http() gives them.

=head2 leave($port, \&when, @requests)

Sends them all, calls the code with the sockets, and leaves without having
read a byte.

=head2 heard(@sockets)

Until each of them has something to read.

=head2 verdict($response, @documents)

"whole N": the Nth of the documents (from 0), in whatever form, and nothing
missing; "502 transient" and the like: a refusal that is whole; "cut": a
client sees that something is missing; "304", "412" ...; "open": the client
still waits; "SHORT": a 200 that looks whole and is none of the documents.

=head2 wait_logged($ngx, $n)

Until so many requests are over, their background and their cache included:
nginx logs a request when it frees it.

=cut

use strict;
use warnings;

use Exporter 'import';
use IO::Select ();
use IO::Socket::INET ();
use Time::HiRes qw(sleep time);

use Documents ();
use FhirBinary ();

our @EXPORT = qw(get pipeline together leave heard verdict wait_logged);


sub get {
    my ($path, %opt) = @_;

    my $method = $opt{method} // 'GET';
    my $accept = $opt{accept} // '*/*';

    return [ [ $method ], "$method $path HTTP/" . ($opt{version} // '1.1')
                      . "\r\nHost: a\r\nAccept: $accept\r\n"
                      . "Connection: close\r\n" . ($opt{headers} // '')
                      . "\r\n" ];
}


sub pipeline {
    my (@requests) = @_;

    my $last = pop @requests;
    my @methods = map { @{ $_->[0] } } @requests, $last;
    my $bytes = join '', map { $_->[1] =~ s/^Connection: close\r\n//mr }
                             @requests;

    return [ \@methods, $bytes . $last->[1] ];
}


sub connected {
    my ($port, @requests) = @_;

    return map {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                           PeerPort => $port)
            or die "connect: $!";

        FhirBinary::send_all($socket, $_->[1]);
        $socket;
    } @requests;
}


sub together {
    my ($port, @requests) = @_;

    my @sockets = connected($port, @requests);
    my @raw = map { { received => '', end => 'timeout' } } @requests;
    my %number = map { fileno($sockets[$_]) => $_ } 0 .. $#sockets;

    my $end = time + 10 * $FhirBinary::patience;
    my $select = IO::Select->new(@sockets);

    while ($select->count && time < $end) {
        for my $socket ($select->can_read($end - time)) {
            my $raw = $raw[ $number{ fileno $socket } ];
            my $got = sysread $socket, $raw->{received}, 65536,
                              length $raw->{received};

            next if $got || !defined $got && $!{EINTR};

            $raw->{end} = defined $got ? 'fin' : 'rst';
            $select->remove($socket);
        }
    }

    return map { Documents::split_http($raw[$_], @{ $requests[$_][0] }) }
               0 .. $#requests;
}


sub leave {
    my ($port, $when, @requests) = @_;

    my @sockets = connected($port, @requests);

    $when->(@sockets);
    close $_ for @sockets;
}


sub heard {
    my (@sockets) = @_;

    my $end = time + 10 * $FhirBinary::patience;
    my $select = IO::Select->new(@sockets);

    while ($select->count) {
        return 0 if time > $end;
        $select->remove($select->can_read($end - time));
    }

    return 1;
}


sub verdict {
    my ($r, @documents) = @_;

    return 'open' if $r->{raw}{end} eq 'timeout';
    return 'cut' if !$r->{complete};
    return Documents::outcome($r) if $r->{status} != 200;
    return '200' if $r->{method} eq 'HEAD';

    my $type = $r->{h}{'content-type'} // '';
    my $data = $type =~ /fhir/ ? (Documents::unwrap($r) // {})->{data}
               : $r->{body};

    for my $i (0 .. $#documents) {
        return "whole $i" if defined $data && $data eq $documents[$i];
    }

    return 'SHORT';
}


sub wait_logged {
    my ($ngx, $n) = @_;

    my $end = time + 10 * $FhirBinary::patience;

    until (($ngx->access_log =~ tr/\n//) >= $n) {
        return 0 if time > $end;
        sleep 0.01;
    }

    return 1;
}


1;
