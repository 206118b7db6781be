package FhirBinary;

=head1 NAME

FhirBinary - what the suites share: ports, nginx, backends, a raw client

=head1 SYNOPSIS

    use lib 't/lib';
    use FhirBinary 'no_plan';       # and all of Test::Nginx::Socket

    run_tests();

    __DATA__

    === TEST 1: a backend that dies leaves the answer cut
    --- backend eval
    ["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "hello", RST]
    --- config
    location /fhir/ {
        proxy_pass http://127.0.0.1:$TEST_NGINX_BACKEND_PORT;
    }
    ...

=head1 USE

C<use FhirBinary @args> loads Test::Nginx::Socket with C<@args> into the
caller, after it has chosen a free port and a server root of its own under
the build directory, so that suites run side by side.  The module that was
built is loaded into nginx.  C<-plain> among the arguments: without the
module (then it need not be built).  C<-more>: no Test::Nginx, for a suite
of Test::More that starts nginx itself with nginx_start().

From the environment: C<TEST_NGINX_BINARY> (the nginx to test),
C<FHIR_BINARY_BUILD> (the build directory, default F<build>),
C<TEST_NGINX_LOAD_MODULES> (the module, default from the build directory;
set but empty: it is linked in), C<FHIR_BINARY_PATIENCE> (a factor for the
time limits of raw_http() and stop(), under valgrind and the like).

The sections of a block that Test::Nginx does not have, and the words of its
configuration, are those of L<FhirNginx>.

=head1 FUNCTIONS

=head2 backend(@script)

Starts a TCP server on a free loopback port, in a process of its own that
ends with the test.  C<@script> is either the script of every connection or
a list of array references, one for each connection; the last one repeats.
For each connection the request is read (the head, and a body by its
Content-Length), recorded, and then the items of the script are carried out:

    "bytes"           send them, at once with the bytes that follow
    APART             wait until the peer has read all that was sent so far
                      and has done what it can do with it: what follows is
                      another read
    PIECES(1, $bytes) send in pieces of one byte, each of them APART
    WAIT('name')      as APART; then the test knows that a connection stands
                      here (reached()), and says when it goes on (go())
    NEXT              read and record the next request on this connection
    FIN               close in order (also what the end of a script does)
    RST               close with a reset; the peer may lose what it had not
                      read by then, so put an APART before it
    STALL             keep the connection open and say nothing more
    PAUSE(0.2)        wait so many seconds: the peer of a slow server, and
                      never a way to make one thing come after another
    sub { ... }       called with the request; the items it returns follow

The object returned has C<port>, C<requests> (a list of raw requests, head
and body), C<connections> (how many were accepted), C<wait_requests($n)>,
C<reached('name')> (how many connections have come to that WAIT; wait_for()
waits for it), C<go('name')> (they go on, and so does who comes later),
C<halt('name')> (who comes later waits again), C<finished> (how many
connections are over: their script ended, and the peer closed),
C<env('NAME')> (makes the port known as $TEST_NGINX_NAME in configurations)
and C<stop>.

=head2 raw_http($port, $bytes, %options)

Connects, sends the bytes as they are and returns a hash reference:

    received   all that came; also split: status, head, body
    end        'fin' or 'rst' (the peer's close), 'timeout' (still open),
               'local' (we left), 'refused'
    first      seconds from the request to the first byte, or undef
    elapsed    seconds from the request to the end
    pieces     [ [ seconds, length ], ... ] as they were read

Options: C<timeout> (of the whole exchange; 60, which is long: it ends what
hangs, and no test waits for it), C<until> (a pattern: leave when what came
matches; or code that is called with what came so far: leave when it is true
and nothing more is there to be read), C<stop_after> (leave after so many
bytes), C<rst> (leave with a reset), C<half_close> (close our half after
sending), C<rcvbuf> (a small SO_RCVBUF), C<send_size> (send in pieces, each
when the server has read the one before it and has dealt with it).

C<read_when> puts the first read off: C<stuck>, until the server can send no
more, since we do not read (or has sent all and closed); C<gone>, until it
has closed or reset the connection.

With C<later> it returns code as soon as the server has read the request and
done what it can do at once (or what C<read_when> says).  Called, the code
reads and returns the hash; it takes C<timeout>, C<until> and what else
concerns reading.  The client leaves where the code is forgotten.

C<pause> (seconds before the first read), C<read_pause> with C<read_size>,
and C<send_pause> make a slow client, and nothing that a test relies on.

=head2 peer_read($socket), peer_stuck($socket), peer_gone($socket),
wait_for($code)

What all of that is made of, for connections of a test's own: FhirPeer.

=head2 nginx_start(%options)

An nginx of its own for tests that talk to it with raw_http().  Options are
texts of configuration: C<main>, C<http>, C<server>, C<location> (the inside
of C<location />); also C<files> (a hash: contents by name, under the root;
F<html/> is what is served), C<master> (1: a master process and workers, for
reload and log tests), C<workers>, C<clock> (seconds since 1970: nginx's
time stands still there until the object's C<clock($seconds)> sets it anew;
it wants a C compiler), C<nomem> (1: the object's C<nomem($on)> takes all
memory from openssl and libxml2, or gives it back; not with C<clock>),
C<prepare> (code that is called with the server root
before nginx starts), C<conf> (code that is called with the server root and
the port, and returns the whole configuration).  The object returned has
C<port>, C<root>, C<pid>, C<log> (the error log), C<access_log>,
C<signal($name)>, C<reload(%options)> (a new configuration, SIGHUP; with
C<busy> the old workers need not end before it returns),
C<is_log_clean($name)> (a test: no alert, crit, emerg) and C<stop>.

=head2 nginx_conf_test($text, %options)

C<nginx -t> with the text in C<< context => 'http' >> (the default; also
main, server, location).  Returns the exit code and what nginx said.

=head2 free_port()

One more port for this suite (never the same one again), e.g. for a second
server.

=cut

use strict;
use warnings;

use Cwd ();
use Errno qw(EAGAIN EINTR ECONNRESET EPIPE);
use Exporter ();
use Fcntl qw(:DEFAULT :flock);
use File::Basename ();
use File::Path ();
use File::Spec ();
use FhirPeer;
use IO::Select ();
use IO::Socket::INET ();
use POSIX ();
use Scalar::Util qw(blessed looks_like_number);
use Socket qw(SOL_SOCKET SO_LINGER SO_RCVBUF IPPROTO_TCP TCP_NODELAY);
use Test::More ();
use Time::HiRes qw(sleep time);

my @items = qw(PAUSE PIECES APART WAIT NEXT FIN RST STALL);

our @EXPORT = (qw(backend raw_http nginx_start nginx_conf_test free_port),
               @FhirPeer::EXPORT, @items);

my $owner = $$;

# With this name in its environment nginx takes itself for an upgrade of a
# running one, and stays in the foreground.

delete $ENV{NGINX};

my $root = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../..');
my $build = File::Spec->rel2abs($ENV{FHIR_BINARY_BUILD} || "$root/build");

my $nginx = $ENV{TEST_NGINX_BINARY} || find_nginx();
my $module;

my ($port_base, $port_next, $port_lock);

# 1250 blocks of 16 ports, below the range of outgoing connections.

use constant { PORT_FIRST => 12000, PORT_BLOCKS => 1250, PORT_SIZE => 16 };

my @running;

our $patience = $FhirPeer::patience;


sub import {
    my ($class, @args) = @_;

    my %flag = map { $_ => 1 } grep { /^-(?:plain|more)$/ } @args;
    my $caller = caller;

    @args = grep { !$flag{$_} } @args;

    File::Path::make_path($build);

    need(defined $nginx && -x $nginx,
         'nginx is not installed: make deps, or set TEST_NGINX_BINARY');

    if ($flag{-plain}) {
        $ENV{TEST_NGINX_LOAD_MODULES} = '';

    } elsif (!defined $ENV{TEST_NGINX_LOAD_MODULES}) {
        my $so = "$build/ngx_http_fhir_binary_module.so";

        need(-e $so, "$so is not built: make");
        $ENV{TEST_NGINX_LOAD_MODULES} = $so;
    }

    $module = join '', map { "load_module $_;\n" }
                           split ' ', $ENV{TEST_NGINX_LOAD_MODULES};

    take_ports();

    $ENV{TEST_NGINX_BINARY} = $nginx;

    if ($flag{-more}) {
        $SIG{$_} //= sub { exit 1 } for qw(HUP INT TERM);
        eval "package $caller; Test::More->import(\@args); 1" or die $@;

    } else {
        require FhirNginx;
        FhirNginx::start($caller, $build, \@items, @args);
    }

    no strict 'refs';
    *{"${caller}::$_"} = \&{$_} for @EXPORT;
}


# A missing tool is a reason to skip for a visitor, and an error in CI.

sub need {
    my ($met, $why) = @_;

    return if $met;

    Test::More::BAIL_OUT($why) if $ENV{CI};
    Test::More::plan(skip_all => $why);
}


sub find_nginx {
    for my $dir (split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin') {
        return "$dir/nginx" if -x "$dir/nginx" && !-d _;
    }

    return;
}


# Ports.  A lock on a file stands for a block of ports; it is shared by all
# checkouts of this user, and let go by the end of the process.

sub take_ports {
    my $dir = File::Spec->tmpdir . "/fhir-binary-ports-$<";

    mkdir $dir, 0700;

    for my $i (0 .. PORT_BLOCKS - 1) {
        my $block = ($$ + $i) % PORT_BLOCKS;

        next if !sysopen my $lock, "$dir/$block", O_CREAT | O_RDWR, 0600;
        next if !flock $lock, LOCK_EX | LOCK_NB;

        $port_lock = $lock;
        $port_base = PORT_FIRST + $block * PORT_SIZE;
        $port_next = $port_base;

        return;
    }

    Test::More::BAIL_OUT('no free ports');
}


sub free_port {
    while ($port_next < $port_base + PORT_SIZE) {
        my $port = $port_next++;

        my $socket = IO::Socket::INET->new(
            LocalAddr => '0.0.0.0', LocalPort => $port, Proto => 'tcp',
            Listen => 1, ReuseAddr => 1);

        return $port if $socket;
    }

    Test::More::BAIL_OUT('this suite used up its block of ports');
}


# The backend: its script, in the child; its object, in the test.

sub action { return bless [@_], 'FhirBinary::Action' }

sub PAUSE ($)   { return action('pause', @_) }
sub PIECES      { return action('pieces', @_) }
sub APART ()    { return action('apart') }
sub WAIT ($)    { return action('wait', @_) }
sub NEXT ()     { return action('next') }
sub FIN ()      { return action('fin') }
sub RST ()      { return action('rst') }
sub STALL ()    { return action('stall') }


my $backends = 0;

sub backend {
    my (@script) = @_;

    my @scripts = (@script && ref $script[0] eq 'ARRAY')
                  ? @script : ([@script]);

    my $record = "$build/backends/$$-" . ++$backends;

    File::Path::make_path("$build/backends");
    File::Path::remove_tree($record);
    mkdir $record or die "mkdir $record: $!";

    my $listen = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => 0, Proto => 'tcp',
        Listen => 128) or die "backend: $!";

    my $self = bless {
        port => $listen->sockport, record => $record,
    }, 'FhirBinary::Backend';

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        Test::More->builder->no_ending(1);
        backend_serve($listen, $record, @scripts);
    }

    close $listen;

    $self->{pid} = $pid;
    push @running, $self;

    return $self;
}


# One process for each connection, all in one process group, so that a
# stalled connection holds up neither the next one nor the end.  They end by
# themselves when the test was killed.

sub backend_serve {
    my ($listen, $record, @scripts) = @_;

    setpgrp;
    $SIG{CHLD} = 'IGNORE';
    $SIG{PIPE} = 'IGNORE';
    $SIG{TERM} = $SIG{INT} = 'DEFAULT';

    my $n = 0;
    my $parent = getppid;
    my $select = IO::Select->new($listen);

    while (1) {
        if (!$select->can_read(1)) {
            kill 'KILL', -$$ if getppid != $parent;
            next;
        }

        my $socket = $listen->accept;

        next if !$socket && ($! == EINTR);
        last if !$socket;

        my $script = $scripts[$n < @scripts ? $n : -1];
        my $name = sprintf '%s/%06d', $record, $n++;

        close(touch($name . '.conn'));

        my $pid = fork // last;

        if ($pid == 0) {
            close $listen;
            eval { backend_talk($socket, $name, @$script) };
            close(touch("$name.end"));
            POSIX::_exit(0);
        }

        close $socket;
    }

    POSIX::_exit(0);
}


sub touch {
    my ($path) = @_;

    open my $fh, '>:raw', $path or die "$path: $!";
    return $fh;
}


sub backend_talk {
    my ($socket, $name, @script) = @_;

    my $rest = '';
    my $n = 0;
    my $request;

    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;

    $request = backend_read($socket, \$rest, $name, $n++) // return;

    while (@script) {
        my $item = shift @script;

        if (ref $item eq 'CODE') {
            unshift @script, $item->($request);
            next;
        }

        if (!blessed $item) {
            $item .= shift @script while @script && !ref $script[0];
            send_all($socket, $item) or return;
            next;
        }

        my ($verb, @arg) = @$item;

        if ($verb eq 'pause') {
            sleep $arg[0];

        } elsif ($verb eq 'pieces') {
            my ($size, $bytes) = @arg;

            for (my $at = 0; $at < length $bytes; $at += $size) {
                peer_read($socket);
                send_all($socket, substr $bytes, $at, $size) or return;
            }

            peer_read($socket);

        } elsif ($verb eq 'apart') {
            peer_read($socket);

        } elsif ($verb eq 'wait') {
            peer_read($socket);
            backend_wait($name, $arg[0]);

        } elsif ($verb eq 'next') {
            $request = backend_read($socket, \$rest, $name, $n++) // return;

        } elsif ($verb eq 'rst') {
            reset_close($socket);
            return;

        } elsif ($verb eq 'stall') {
            sleep 3600;

        } else {
            last;
        }
    }

    # Closing with unread input would make it a reset: read it out.

    shutdown $socket, 1;
    1 while IO::Select->new($socket)->can_read(60 * $patience)
            && sysread $socket, my $ignored, 65536;
}


# What WAIT and the test tell each other, as files beside the requests.

sub backend_wait {
    my ($name, $what) = @_;

    my $go = File::Basename::dirname($name) . "/$what.go";

    close(touch("$name.$what.wait"));

    sleep 0.002 while !-e $go;
}


sub backend_read {
    my ($socket, $rest, $name, $n) = @_;

    my $buf = $$rest;
    my $need;

    while (1) {
        if (!defined $need && $buf =~ /\r\n\r\n/) {
            $need = $+[0];

            my $head = substr $buf, 0, $need;

            $need += $1 if $head =~ /^Content-Length:\s*(\d+)/mi;
        }

        last if defined $need && length $buf >= $need;

        my $got = sysread $socket, $buf, 65536, length $buf;

        next if !defined $got && $! == EINTR;

        if (!$got) {
            return if $buf eq '';
            $need = length $buf;
        }
    }

    $$rest = substr $buf, $need;
    $buf = substr $buf, 0, $need;

    my $path = sprintf '%s-%03d', $name, $n;
    my $fh = touch("$path.tmp");

    print $fh $buf;
    close $fh;
    rename "$path.tmp", "$path.req";

    return $buf;
}


sub send_all {
    my ($socket, $bytes) = @_;

    my $at = 0;

    while ($at < length $bytes) {
        my $sent = syswrite $socket, $bytes, length($bytes) - $at, $at;

        if (!defined $sent) {
            next if $! == EINTR;
            return 0;
        }

        $at += $sent;
    }

    return 1;
}


sub reset_close {
    my ($socket) = @_;

    setsockopt $socket, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    close $socket;
}


package FhirBinary::Backend;

use Time::HiRes qw(sleep time);

sub port { return $_[0]{port} }


sub requests {
    my ($self) = @_;

    my @found;

    for my $path (sort glob "$self->{record}/*.req") {
        open my $fh, '<:raw', $path or next;
        local $/;
        push @found, scalar <$fh>;
    }

    return @found;
}


sub connections {
    my ($self) = @_;

    my @found = glob "$self->{record}/*.conn";
    return scalar @found;
}


sub wait_requests {
    my ($self, $count) = @_;

    return FhirPeer::wait_for(sub { (() = $self->requests) >= $count });
}


sub finished {
    my ($self) = @_;

    my @found = glob "$self->{record}/*.end";
    return scalar @found;
}


sub reached {
    my ($self, $what) = @_;

    my @found = glob "$self->{record}/*.$what.wait";
    return scalar @found;
}


sub go {
    my ($self, $what) = @_;

    close(FhirBinary::touch("$self->{record}/$what.go"));
}


sub halt {
    my ($self, $what) = @_;

    unlink "$self->{record}/$what.go";
}


sub env {
    my ($self, $name) = @_;

    $ENV{"TEST_NGINX_$name"} = $self->{port};
    return $self;
}


sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;

    local ($?, $!);

    kill 'KILL', -$pid or kill 'KILL', $pid;
    waitpid $pid, 0;

    File::Path::remove_tree($self->{record});
}


package FhirBinary;

# The raw client.

sub raw_http {
    my ($port, $bytes, %opt) = @_;

    my %r = (received => '', end => 'refused', pieces => [],
             status => undef, head => '', body => '', first => undef,
             elapsed => 0);

    my $socket = IO::Socket::INET->new(Proto => 'tcp') or die "socket: $!";

    # The window follows the buffer, if that is set before the connection.

    setsockopt $socket, SOL_SOCKET, SO_RCVBUF, $opt{rcvbuf} if $opt{rcvbuf};
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;

    connect $socket, Socket::pack_sockaddr_in(
                         $port, Socket::inet_aton($opt{host} // '127.0.0.1'))
        or return $opt{later} ? sub { \%r } : \%r;

    local $SIG{PIPE} = 'IGNORE';

    my $start = time;
    my $size = $opt{send_size} || length $bytes || 1;

    for (my $at = 0; $at < length $bytes; $at += $size) {
        peer_read($socket) if $at;
        send_all($socket, substr $bytes, $at, $size) or last;
        sleep $opt{send_pause} if $opt{send_pause};
    }

    shutdown $socket, 1 if $opt{half_close};
    sleep $opt{pause} if $opt{pause};

    my %wait = (read => \&peer_read, stuck => \&peer_stuck,
                gone => \&peer_gone);
    my $when = $opt{read_when} // ($opt{later} ? 'read' : 'now');

    $wait{$when}->($socket) if $when ne 'now';

    my $finish = sub { raw_finish($socket, \%r, $start, %opt, @_) };

    return $opt{later} ? $finish : $finish->();
}


sub raw_finish {
    my ($socket, $r, $start, %opt) = @_;

    local $SIG{PIPE} = 'IGNORE';

    my $end = time + ($opt{timeout} // 60) * $patience;

    $r->{end} = raw_read($socket, $r, $start, $end, %opt);
    $r->{elapsed} = time - $start;

    if ($opt{rst} && $r->{end} eq 'local') {
        reset_close($socket);
    } else {
        close $socket;
    }

    if ($r->{received} =~ /\r\n\r\n/) {
        $r->{head} = substr $r->{received}, 0, $+[0];
        $r->{body} = substr $r->{received}, $+[0];
    }

    $r->{status} = $1 if $r->{received} =~ m{^HTTP/\d\.\d (\d{3})};

    return $r;
}


sub raw_read {
    my ($socket, $r, $start, $end, %opt) = @_;

    my $select = IO::Select->new($socket);
    my ($asks, $until) = ref($opt{until} // '') eq 'CODE'
                         ? $opt{until} : (undef, $opt{until});

    while (1) {
        if (defined $opt{stop_after}
            && length $r->{received} >= $opt{stop_after}
            || defined $until && $r->{received} =~ $until)
        {
            return 'local';
        }

        my $enough = $asks && $asks->($r->{received});
        my $left = $end - time;

        return 'timeout' if $left <= 0;

        if (!$select->can_read($enough ? 0 : $asks ? 0.005 : $left)) {
            return 'local' if $enough;
            next;
        }

        my $got = sysread $socket, $r->{received}, $opt{read_size} || 65536,
                          length $r->{received};

        if (!defined $got) {
            next if $! == EINTR || $! == EAGAIN;
            return 'rst';
        }

        return 'fin' if $got == 0;

        $r->{first} //= time - $start;
        push @{ $r->{pieces} }, [ time - $start, $got ];

        sleep $opt{read_pause} if $opt{read_pause};
    }
}


# An nginx of one's own.

my $instances = 0;

sub nginx_conf {
    my ($dir, $port, %opt) = @_;

    return $opt{conf}->($dir, $port) if $opt{conf};

    my %text = map { $_ => $opt{$_} // '' } qw(main http server location);
    my $master = $opt{master} ? 'on' : 'off';
    my $workers = $opt{workers} || 1;
    my $user = $> == 0 ? 'user root;' : '';
    my $temp = join "\n    ", map { "${_}_temp_path $dir/${_}_temp;" }
                                  qw(client_body proxy fastcgi scgi uwsgi);

    my $location = $text{location} eq '' ? ''
                   : "location / {\n$text{location}\n}";

    return <<"END";
$module
$user
daemon off;
master_process $master;
worker_processes $workers;
pid $dir/nginx.pid;
error_log $dir/error.log debug;
$text{main}

events {
    worker_connections 512;
}

http {
    access_log $dir/access.log;
    $temp
    default_type text/plain;
    $text{http}

    server {
        listen 127.0.0.1:$port;
        server_name localhost;
        root $dir/html;
        $text{server}
        $location
    }
}
END
}


sub nginx_dir {
    my $dir = "$build/instances/$$-" . ++$instances;

    File::Path::remove_tree($dir);
    File::Path::make_path("$dir/html", "$dir/logs");

    return $dir;
}


sub write_files {
    my ($dir, %files) = @_;

    for my $name (keys %files) {
        File::Path::make_path(File::Basename::dirname("$dir/$name"));

        my $fh = touch("$dir/$name");

        print $fh $files{$name};
        close $fh or die "$dir/$name: $!";
    }
}


sub write_conf {
    my ($dir, $text) = @_;

    my $fh = touch("$dir/nginx.conf");

    print $fh $text;
    close $fh;

    return "$dir/nginx.conf";
}


sub nginx_conf_test {
    my ($text, %opt) = @_;

    my $context = delete $opt{context} || 'http';
    my $dir = nginx_dir();

    $opt{$context} = ($opt{$context} // '') . "\n$text\n";

    my $conf = write_conf($dir, nginx_conf($dir, free_port_reused(), %opt));

    my $said = `'$nginx' -t -q -e stderr -p '$dir' -c '$conf' 2>&1`;
    my $exit = $? >> 8 || $? & 127;

    File::Path::remove_tree($dir);

    return ($exit, $said);
}


# nginx -t binds its ports; one port does for all those runs.

my $conf_test_port;

sub free_port_reused { return $conf_test_port //= free_port() }


sub nginx_start {
    my (%opt) = @_;

    my $dir = nginx_dir();
    my $port = free_port();
    my $conf = write_conf($dir, nginx_conf($dir, $port, %opt));

    write_files($dir, %{ $opt{files} // {} });

    local %ENV = %ENV;

    if (defined $opt{clock}) {
        @ENV{qw(LD_PRELOAD FHIR_BINARY_CLOCK)} = (preload('clock'),
                                                  "$dir/clock");
        set_clock($dir, $opt{clock});
    }

    if ($opt{nomem}) {
        @ENV{qw(LD_PRELOAD FHIR_BINARY_NOMEM)} = (preload('nomem'),
                                                  "$dir/nomem");
        set_nomem($dir, 0);
    }

    $opt{prepare}->($dir) if $opt{prepare};

    my @command = ($nginx, '-e', "$dir/error.log", '-p', $dir, '-c', $conf);

    if ($ENV{TEST_NGINX_USE_VALGRIND}) {
        unshift @command, 'valgrind', '-q',
                split ' ', $ENV{TEST_NGINX_USE_VALGRIND};
    }

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        Test::More->builder->no_ending(1);
        setpgrp;
        open STDOUT, '>', "$dir/output";
        open STDERR, '>&', \*STDOUT;
        exec @command or POSIX::_exit(127);
    }

    my $self = bless {
        pid => $pid, port => $port, root => $dir, opt => {%opt},
    }, 'FhirBinary::Nginx';

    push @running, $self;

    wait_for(sub {
        if (waitpid($pid, POSIX::WNOHANG()) == $pid) {
            delete $self->{pid};
            Test::More::BAIL_OUT("nginx did not start:\n"
                                 . $self->log . $self->slurp('output'));
        }

        return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                     PeerPort => $port);
    });

    return $self;
}


sub preload {
    my ($name) = @_;

    my $object = "$build/$name.so";
    my $source = "$root/t/lib/$name.c";

    if (!-e $object || -M $object > -M $source) {
        need(system("cc -O2 -shared -fPIC -o '$object.$$' "
                    . "'$source' 2>'$build/$name.log'") == 0,
             "no C compiler for t/lib/$name.c");
        rename "$object.$$", $object;
    }

    return $object;
}


# One write() of eight bytes: nginx reads the old time or the new one.

sub set_clock {
    my ($dir, $seconds) = @_;

    sysopen my $fh, "$dir/clock", O_CREAT | O_WRONLY, 0600
        or die "$dir/clock: $!";
    syswrite $fh, pack 'q', $seconds;
}


sub set_nomem {
    my ($dir, $on) = @_;

    sysopen my $fh, "$dir/nomem", O_CREAT | O_WRONLY, 0600
        or die "$dir/nomem: $!";
    syswrite $fh, pack 'C', $on ? 1 : 0;
}


package FhirBinary::Nginx;

use Time::HiRes qw(sleep time);

sub port { return $_[0]{port} }
sub root { return $_[0]{root} }
sub pid  { return $_[0]{pid} }

sub log        { return $_[0]->slurp('error.log') }
sub access_log { return $_[0]->slurp('access.log') }


sub slurp {
    my ($self, $name) = @_;

    open my $fh, '<:raw', "$self->{root}/$name" or return '';
    local $/;
    return scalar(<$fh>) // '';
}


sub clock {
    my ($self, $seconds) = @_;

    FhirBinary::set_clock($self->{root}, $seconds);
}


sub nomem {
    my ($self, $on) = @_;

    FhirBinary::set_nomem($self->{root}, $on);
}


sub signal {
    my ($self, $name) = @_;

    return kill $name, $self->{pid};
}


# Returns when the workers of the new configuration answer alone: the old ones
# have ended, or (busy) finish what they have begun.

sub reload {
    my ($self, %opt) = @_;

    my $line = delete $opt{busy} ? qr/: gracefully shutting down$/m
                                 : qr/worker process \d+ exited with/;
    my $before = () = $self->log =~ /$line/g;

    %opt = (%{ $self->{opt} }, %opt);

    FhirBinary::write_conf($self->{root}, FhirBinary::nginx_conf(
        $self->{root}, $self->{port}, %opt));

    $self->signal('HUP');

    return FhirPeer::wait_for(sub {
        my $now = () = $self->log =~ /$line/g;
        return $now >= $before + ($opt{workers} || 1);
    });
}


sub is_log_clean {
    my ($self, $name) = @_;

    my @bad = grep { /\[(?:alert|crit|emerg)\]|Sanitizer|runtime error/ }
                   split /^/, $self->log . $self->slurp('output');

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return Test::More::is("@bad", '', $name // 'nothing bad in the log');
}


# Slow only where nginx does not want to end.

sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;

    local ($?, $!);

    for my $try ([ 'QUIT', 2 ], [ 'TERM', 20 ], [ 'KILL', 20 ]) {
        my ($name, $seconds) = @$try;
        my $end = time + $seconds * $FhirBinary::patience;

        kill $name, $name eq 'KILL' ? -$pid : $pid;

        while (time < $end) {
            my $ended = waitpid $pid, POSIX::WNOHANG();

            if ($ended == $pid || $ended == -1) {
                $self->{exit} = $ended == $pid ? $? : 0;
                $self->{pid} = undef;
                return $self->{exit};
            }

            sleep 0.01;
        }
    }

    return;
}


package FhirBinary;

# What this process started ends with it; what failed leaves its traces.

END {
    if ($$ == $owner && @running) {
        my $status = $?;
        my $passed = Test::More->builder->is_passing;

        $_->stop for @running;

        for my $self (grep { $_->isa('FhirBinary::Nginx') } @running) {
            File::Path::remove_tree($self->{root}) if $passed;
        }

        $? = $status;
    }

    if ($$ == $owner && Test::More->builder->is_passing
        && defined $ENV{TEST_NGINX_SERVROOT}
        && $ENV{TEST_NGINX_SERVROOT} eq "$build/servroot/$$"
        && !$ENV{TEST_NGINX_NO_CLEAN})
    {
        File::Path::remove_tree($ENV{TEST_NGINX_SERVROOT});
    }

    FhirNginx::clean() if $$ == $owner && $INC{'FhirNginx.pm'};
}


1;
