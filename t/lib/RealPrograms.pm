package RealPrograms;

=head1 NAME

RealPrograms - php-fpm and fcgiwrap, and what they run

=head1 SYNOPSIS

    use RealPrograms;

    my $dir = real_programs();      # or the suite ends here

    "fastcgi_pass unix:$dir/php.sock;
     fastcgi_param SCRIPT_FILENAME $dir/document.php; ...
     fastcgi_pass unix:$dir/cgi.sock;
     fastcgi_param SCRIPT_FILENAME $dir/document.cgi; ..."

Both programs serve the first bytes of document(100_000). The id in
REQUEST_URI says what it wants, in pairs of words: C<size>; C<told> (a
Content-Length); C<kill>: after so many bytes the process is killed that
serves it; C<exit>: the program ends there, as if that were all.  Of PHP
also C<flush> (after so many bytes each time) and C<shape> (json: a resource).

Without one of the two: make deps-fastcgi.

=cut

use strict;
use warnings;

use Exporter 'import';
use File::Temp ();
use IO::Socket::UNIX ();
use POSIX ();
use Test::More ();
use Time::HiRes qw(sleep time);

use Documents ();
use FhirBinary ();

our @EXPORT = qw(real_programs);

my $owner = $$;
my ($dir, @child);

my %program;

$program{php} = <<'PHP';
<?php
    preg_match('~/Binary/([\w.]+)~', $_SERVER['REQUEST_URI'], $found);

    $words = explode('.', $found[1]);
    for ($i = 0; $i < count($words); $i += 2) {
        $want[$words[$i]] = $words[$i + 1];
    }

    $body = substr(file_get_contents(__DIR__ . '/body'), 0, $want['size']);
    $type = 'application/pdf';

    if (isset($want['shape'])) {
        $type = 'application/fhir+json';
        $body = json_encode(['resourceType' => 'Binary', 'id' => 'x',
                             'contentType' => 'application/pdf',
                             'data' => base64_encode($body)]);
    }

    header('Content-Type: ' . $type);
    if (isset($want['told'])) {
        header('Content-Length: ' . strlen($body));
    }

    if (isset($want['kill'])) {
        echo substr($body, 0, $want['kill']);
        flush();
        exec('kill -9 ' . getmypid());
    }

    if (isset($want['exit'])) {
        echo substr($body, 0, $want['exit']);
        exit;
    }

    foreach (str_split($body, $want['flush'] ?? 1 << 20) as $piece) {
        echo $piece;
        if (isset($want['flush'])) {
            flush();
        }
    }
PHP

$program{cgi} = <<'CGI';
#!/bin/sh
uri=${REQUEST_URI##*/Binary/}
set -- $(echo "${uri%%\?*}" | tr . ' ')
while [ $# -gt 1 ]; do eval "$1=$2"; shift 2; done
body=${0%/*}/body
printf 'Content-Type: application/pdf\r\n'
[ -z "$told" ] || printf 'Content-Length: %d\r\n' "$size"
printf '\r\n'
[ -z "$kill$exit" ] || head -c "$kill$exit" "$body"
[ -z "$kill" ] || { sleep 0.02; kill -9 $PPID; }
[ -n "$kill$exit" ] || head -c "$size" "$body"
CGI


sub real_programs {
    my ($fpm) = grep { -x } glob '/usr/sbin/php-fpm*';
    my ($wrap) = grep { -x } '/usr/sbin/fcgiwrap', '/usr/bin/fcgiwrap';

    FhirBinary::need($fpm && $wrap,
                     'no php-fpm or no fcgiwrap: make deps-fastcgi');

    my $root = $> == 0;

    $dir = File::Temp::tempdir(CLEANUP => 1);

    write_file('body', Documents::document(100_000));
    write_file('document.php', $program{php});
    write_file('document.cgi', $program{cgi});
    write_file('fpm.conf', "[global]\nerror_log = $dir/fpm.log\n[www]\n"
               . "listen = $dir/php.sock\npm = static\npm.max_children = 3\n"
               . ($root ? "user = root\n" : ''));

    started('php', $fpm, '-n', '-F', '-y', "$dir/fpm.conf",
            $root ? '-R' : ());
    started('cgi', $wrap, '-c', 3, '-s', "unix:$dir/cgi.sock");

    return $dir;
}


sub write_file {
    my ($name, $bytes) = @_;

    open my $fh, '>:raw', "$dir/$name" or die "$name: $!";
    print $fh $bytes;
    close $fh;
    chmod 0755, "$dir/$name";
}


# A process that serves its socket.

sub started {
    my ($name, @command) = @_;

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        Test::More->builder->no_ending(1);
        setpgrp;
        open STDIN, '<', '/dev/null';
        open STDERR, '>', "$dir/$name.out";
        exec @command or POSIX::_exit(127);
    }

    push @child, $pid;

    my $end = time + 10 * $FhirBinary::patience;

    until (IO::Socket::UNIX->new(Peer => "$dir/$name.sock")) {
        Test::More::BAIL_OUT("$command[0] does not serve") if time > $end;
        sleep 0.01;
    }

}


END {
    if ($$ == $owner) {
        local ($?, $!);

        for my $pid (@child) {
            kill 'KILL', -$pid or kill 'KILL', $pid;
            waitpid $pid, 0;
        }
    }
}


1;
