#!/usr/bin/perl

# The style that a machine can see.  Prints FILE:LINE: RULE, exits 1 if any.
#
#     style.pl [FILE ...]       default: every file of the project
#
# t/check/size.allow excuses a function from its length, with a reason.

use strict;
use warnings;

# Lines of a function's body at most, and parameters in the core.

my %length = (core => 80, http => 100);
my $params = 5;

# Memory comes from pools and fhb_alloc_t; strings have lengths.

my @banned = qw(malloc calloc realloc free strdup strlen strstr strcmp
                sprintf atoi strtol);

# The core is told the time and reads nothing by itself.

my @banned_core = qw(time gettimeofday clock_gettime clock localtime gmtime
                     localtime_r gmtime_r mktime timegm getenv secure_getenv
                     fopen freopen open openat read write close printf
                     fprintf puts putchar perror socket connect send recv
                     rand random);

my ($bad, %allow) = (0);

read_allow('t/check/size.allow');

my @files = @ARGV ? @ARGV : find_files();

check_file($_) for @files;

exit($bad ? 1 : 0);


sub find_files {
    my @all = `git ls-files --cached --others --exclude-standard 2>/dev/null`;

    @all = `find . -type f -not -path './build/*' -not -path './.git/*'`
        if !@all;

    chomp @all;
    s{^\./}{} for @all;

    return grep { -f && !m{^t/(?:data|fuzz/corpus)/}
                  && m{(?:\.(?:[ch]|def|pl|pm|t|sh|conf|md)
                       |(?:^|/)(?:Makefile|config|run))$}x } @all;
}


sub complain {
    my ($file, $line, $rule) = @_;

    print "$file:$line: $rule\n";
    $bad++;
}


sub read_allow {
    my ($path) = @_;

    open my $fh, '<', $path or return;

    while (<$fh>) {
        next if /^\s*(?:#|$)/;

        my ($what, $lines, $reason) = split ' ', $_, 3;

        complain($path, $., 'an exception needs: NAME LINES REASON')
            if !defined $reason || $lines !~ /^\d+$/;

        $allow{$what} = $lines;
    }
}


sub check_file {
    my ($file) = @_;

    open my $fh, '<', $file or die "$file: $!\n";
    my @lines = <$fh>;
    close $fh;

    check_lines($file, @lines);

    if ($file =~ /\.(?:c|h|def)$/) {
        check_tests_exist($file, @lines) if $file =~ m{^src/};
        check_tests_named($file, @lines) if $file =~ m{^src/http/.*\.c$};

        my $code = code_only($file, join '', @lines);

        check_calls($file, $code);
        check_functions($file, $code, @lines);
    }
}


sub check_lines {
    my ($file, @lines) = @_;

    my $wide = $file =~ /\.(?:md|t|conf)$/;

    for my $i (0 .. $#lines) {
        (my $line = $lines[$i]) =~ s/\n//
            or complain($file, $i + 1, 'no newline at the end of the file');

        complain($file, $i + 1, 'trailing blanks') if $line =~ /\s$/;
        complain($file, $i + 1, 'a tab')
            if $line =~ /\t/ && $file !~ /Makefile$/;
        complain($file, $i + 1, 'more than 80 columns')
            if !$wide && length($line) > 80;
        complain($file, $i + 1, 'TO' . 'DO without an issue number')
            if $line =~ /\b(?:TO[D]O|FIX[M]E|X[X]X)\b(?!.*#\d)/;
    }

    complain($file, scalar @lines, 'a blank line at the end of the file')
        if @lines && $lines[-1] =~ /^\s*$/;
}


# The blocks above the functions of the core name their tests, and so do the
# heads of the rooms.

sub check_tests_exist {
    my ($file, @lines) = @_;

    for my $i (0 .. $#lines) {
        next if $lines[$i] !~ /^ \*/;

        for my $test ($lines[$i] =~ m{\bt/[\w/]+\.[ct]\b}g) {
            complain($file, $i + 1, "names $test, which does not exist")
                if !-e $test;
        }
    }
}


# The head of a room: " * test     t/a.t, t/b.t", which may go on below.

sub check_tests_named {
    my ($file, @lines) = @_;

    my ($head) = join('', @lines) =~ m{^\s*(/\*.*?\*/)}s;

    complain($file, 1, 'the first comment names no test: " * test     t/x.t"')
        if ($head // '') !~ m{^ \* test     t/\w+\.t(?:,\s|$)}m;
}


# The text with comments and the inside of literals blanked out.

sub code_only {
    my ($file, $text) = @_;

    my $out = '';
    my $line = 1;

    while ($text =~ m{\G(?:(/\*.*?\*/)|(//[^\n]*)|("(?:\\.|[^"\\\n])*")
                      |('(?:\\.|[^'\\\n])*')|(.))}gxs)
    {
        my $found = defined $1 ? $1 : defined $2 ? $2 : defined $3 ? $3
                    : defined $4 ? $4 : $5;

        complain($file, $line, 'a // comment') if defined $2;

        $line += $found =~ tr/\n//;

        if (defined $5) {
            $out .= $found;
            next;
        }

        my $mark = defined $1 || defined $2 ? ' ' : substr $found, 0, 1;

        $found =~ s/[^\n]/ /g;
        substr($found, 0, 1) = $mark;
        substr($found, -1, 1) = $mark;
        $out .= $found;
    }

    return $out;
}


sub check_calls {
    my ($file, $code) = @_;

    return if $file !~ m{^(?:src/|ngx_http_fhir_binary_module\.c)};

    my @names = @banned;
    push @names, @banned_core if $file =~ m{^src/core/};

    my $names = join '|', @names;
    my $n = 0;

    for my $line (split /\n/, $code, -1) {
        $n++;

        complain($file, $n, "$1() is banned")
            if $line =~ /(?<![\w.>])($names)\s*\(/;
        complain($file, $n, '#if 0: delete it') if $line =~ /^\s*#\s*if\s+0\b/;
    }
}


# A function is what ends with a brace in the first column; its head begins
# after the last blank line or the end of what came before.

sub check_functions {
    my ($file, $code, @lines) = @_;

    my @code = split /\n/, $code, -1;
    my %declared;

    for my $open (0 .. $#code) {
        if ($code[$open] =~ /^static\b[^;={]*?\b(\w+)\s*\(/) {
            my $name = $1;
            my $head = join ' ', @code[$open .. min($open + 9, $#code)];

            $declared{$name} = 1 if $head =~ /^[^{;]*;/;
        }

        complain($file, $open + 1, 'return type and brace: own lines')
            if $code[$open] =~ /^\w[\w\s*]*\([^;]*\)\s*\{/;

        next if $code[$open] !~ /^\{/;

        my $first = $open;

        $first-- while $first > 0
                       && $code[$first - 1] !~ /^\s*$|^#|[;}]\s*$|^\S.*\{$/
                       && $lines[$first - 1] !~ m{\*/\s*$};

        my $head = join "\n", @code[$first .. $open - 1];

        next if $head !~ /\(/ || $head =~ /^\s*(?:typedef|struct|enum)\s*\w*$/;

        check_function($file, \%declared, \@code, \@lines, $first, $open);
    }
}


sub check_function {
    my ($file, $declared, $code, $lines, $first, $open) = @_;

    my $head = join "\n", @$code[$first .. $open - 1];
    my $at = $first + 1;

    if ($head !~ /^[^(\n]+\n(\w+)\(/) {
        complain($file, $at, 'the return type belongs on its own line');
        return;
    }

    my $name = $1;

    complain($file, $at, "static $name() has no prototype above it")
        if $head =~ /^static\b/ && $head !~ /\binline\b|\bngx_inline\b/
           && $file !~ m{^t/} && !$declared->{$name};

    check_blank($file, $lines, $first);

    my $room = $file =~ m{^src/core/} ? 'core'
               : $file =~ m{^src/http/|^ngx_} ? 'http' : return;

    my $close = $open;
    $close++ while $close < $#$code && $code->[$close] !~ /^\}/;

    my $length = $close - $open - 1;
    my $most = $allow{"$file:$name"} || $length{$room};

    complain($file, $at, "$name() has $length lines, budget $most")
        if $length > $most;

    (my $list = $head) =~ s/^[^(]*\(//;

    1 while $list =~ s/\([^()]*\)(?=.*\))//s;

    my $count = 1 + ($list =~ tr/,//);

    complain($file, $at, "$name() has $count parameters, budget $params")
        if $room eq 'core' && $count > $params && !$allow{"$file:$name"};
}


# Two blank lines above a function and the comment that belongs to it; one
# is enough after a line of the preprocessor.

sub check_blank {
    my ($file, $lines, $first) = @_;

    my $i = $first - 1;

    if ($i >= 0 && $lines->[$i] =~ m{\*/\s*$}) {
        $i-- while $i >= 0 && $lines->[$i] !~ m{^\s*/\*};
        $i--;

    } elsif ($i > 0 && $lines->[$i] =~ /^\s*$/
             && $lines->[$i - 1] =~ m{\*/\s*$})
    {
        # A comment set off by a blank line: the rule holds above it too.
        $i--;
        $i-- while $i >= 0 && $lines->[$i] !~ m{^\s*/\*};
        $i--;
    }

    my $blank = 0;

    while ($i >= 0 && $lines->[$i] =~ /^\s*$/) {
        $blank++;
        $i--;
    }

    return if $i < 0;
    return if $lines->[$i] =~ /^\s*#/ && $blank >= 1;

    complain($file, $first + 1, "$blank blank lines above a function, not 2")
        if $blank != 2;
}


sub min { return $_[0] < $_[1] ? $_[0] : $_[1] }
