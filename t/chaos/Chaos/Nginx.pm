package Chaos::Nginx;

# The nginx of one round: started, reloaded, ended in order, its log read.

use strict;
use warnings;

use Cwd ();
use File::Path ();
use IO::Socket::INET ();
use POSIX ();
use Time::HiRes qw(sleep time);


sub start {
    my ($class, %opt) = @_;

    my $self = bless { %opt, confs => 0 }, $class;
    my $root = $self->{root};

    for my $dir (qw(html logs store)) {
        File::Path::make_path("$root/$dir");
    }

    return $self;
}


sub run {
    my ($self, $conf) = @_;

    my $root = $self->{root};

    $self->write_conf($conf);

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        Test::More->builder->no_ending(1);
        setpgrp;

        # Each dynamic module has symbols of the same names as nginx.  Leaks:
        # nginx leaves its pools to the end of the process by design.

        $ENV{ASAN_OPTIONS} = 'detect_leaks=0:detect_odr_violation=0'
                             . ":log_path=$root/sanitizer";
        $ENV{UBSAN_OPTIONS} = 'print_stacktrace=1:log_path='
                              . "$root/sanitizer";
        open STDOUT, '>', "$root/output";
        open STDERR, '>&', \*STDOUT;
        exec $self->{binary}, '-e', "$root/error.log", '-p', $root, '-c',
             "$root/nginx.conf" or POSIX::_exit(127);
    }

    $self->{pid} = $pid;

    for (1 .. 1500) {
        return 1 if IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                          PeerPort => $self->{port});

        if (waitpid($pid, POSIX::WNOHANG()) == $pid) {
            delete $self->{pid};
            return 0;
        }

        sleep 0.02;
    }

    return 0;
}


# A reload that still runs must not read half of the next configuration.

sub write_conf {
    my ($self, $text) = @_;

    my $conf = "$self->{root}/nginx.conf";

    for my $path ("$conf.$self->{confs}", "$conf.new") {
        open my $fh, '>', $path or die "$path: $!";
        print $fh $text;
        close $fh;
    }

    rename "$conf.new", $conf or die "$conf: $!";
    $self->{confs}++;
}


sub reload {
    my ($self, $text) = @_;

    $self->write_conf($text);
    kill 'HUP', $self->{pid};
}


sub slurp {
    my ($self, $name) = @_;

    open my $fh, '<:raw', "$self->{root}/$name" or return '';
    local $/;
    return scalar(<$fh>) // '';
}


# In order, once all clients have left: a worker that stays has a request
# that never ends.  Returns what is wrong with that.

sub quit {
    my ($self, $patience) = @_;

    my $pid = delete $self->{pid} or return;

    # Time for what clients that have left had begun.

    sleep 0.2;

    for my $try ([ 'QUIT', $patience ], [ 'TERM', 5 ], [ 'KILL', 5 ]) {
        my ($name, $seconds) = @$try;
        my $end = time + $seconds;

        kill $name, $name eq 'KILL' ? -$pid : $pid;

        while (time < $end) {
            if (waitpid($pid, POSIX::WNOHANG()) != 0) {
                return if $name eq 'QUIT';

                $self->{killed} = 1;
                return "a worker had not ended $patience s after SIGQUIT";
            }

            sleep 0.01;
        }
    }

    return 'nginx could not be ended';
}


# Returns the lines that must not be there.

sub complaints {
    my ($self) = @_;

    my @bad;

    # Before 1.26 an nginx that ends did not wait for its threads.

    my $leaves = $self->slurp('error.log') =~ m{ nginx/1\.2[0-5]\.}
                 && $self->slurp('nginx.conf') =~ /^\s*aio threads/m;

    # None waits for a write that sendfile_max_chunk has put off to the next
    # turn: ngx_http_write_filter() posts an event for it, and a worker that
    # ends looks for timers only.

    $leaves ||= grep { $self->slurp($_) =~ /^\s*sendfile_max_chunk/m }
                map { m{([^/]*)$} } glob "$self->{root}/nginx.conf.*";

    for my $line (split /\n/, $self->slurp('error.log')
                              . $self->slurp('output'))
    {
        next if $line !~ /\[(?:alert|crit|emerg)\]|Sanitizer|runtime\ error
                          |exited\ on\ signal/x;
        next if ($self->{killed} || $leaves)
                && $line =~ /open socket|: aborting$/;

        # nginx itself, of a FastCGI answer with words on stderr before it

        next if $line =~ /fastcgi_cache\S* has md5 collision/;

        # and of a file that another worker replaces just then

        next if $line =~ /_cache\S* has too long header/;

        push @bad, $line;
    }

    for my $path (glob "$self->{root}/sanitizer*") {
        my ($name) = $path =~ m{([^/]*)$};
        push @bad, $self->slurp($name);
    }

    return @bad;
}


# A reload has ended when the old workers have.

sub wait_reload {
    my ($self, $count, $patience) = @_;

    my $end = time + $patience;

    while (time < $end) {
        my $now = () = $self->slurp('error.log')
                       =~ /worker process \d+ exited with/g;

        return 1 if $now >= $count;
        sleep 0.05;
    }

    return 0;
}


1;
