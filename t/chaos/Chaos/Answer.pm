package Chaos::Answer;

# What the backend puts on the wire for a case: a list of bytes and verbs
# ([ pause => seconds ], [ 'fin' ], [ 'rst' ], [ 'next' ]).

use strict;
use warnings;

use Compress::Zlib ();
use Exporter 'import';

use Chaos::Case ();
use Chaos::Random;

our @EXPORT_OK = qw(answer);


# request: proto (http, fastcgi, cgi), method, version, count (of this path so
# far), header (by lower case name), keep (for FastCGI), accel (a path).

sub answer {
    my ($case, $request) = @_;

    my $now = { %$case };

    @$now{qw(end at)} = ('w', '')
        if $case->{t} > 0 && $request->{count} > $case->{t};

    my $random = Chaos::Random->new("answer $case->{id} $request->{count}");

    return ([ 'fin' ]) if $now->{end} eq 'z';

    my $answer = content($now, $request);

    return fastcgi($now, $request, $answer, $random)
        if $request->{proto} eq 'fastcgi';

    return http($now, $request, $answer, $random);
}


# The answer before it meets its protocol: status, fields, body.

sub content {
    my ($case, $request) = @_;

    if (defined $request->{accel}) {
        return { status => 200, body => 'not this', framing => 'l',
                 fields => [ "X-Accel-Redirect: $request->{accel}",
                             'Content-Type: text/plain' ] };
    }

    my $etag = Chaos::Case::etag($case);
    my @fields = ("X-Patient: $case->{patient}");

    push @fields, "ETag: $etag" if defined $etag;
    push @fields, 'Last-Modified: Mon, 02 Dec 2019 10:00:00 GMT'
        if $case->{e} != 0;

    if ($case->{s} != 200) {
        my ($type, $body) = Chaos::Case::error_body($case);

        push @fields, 'Location: /elsewhere' if $case->{s} =~ /^3/;

        return { status => $case->{s}, body => $body, framing => $case->{f},
                 fields => [ @fields, "Content-Type: $type" ] };
    }

    return { status => 304, body => undef, framing => '',
             fields => [ @fields ] }
        if defined $etag && $case->{end} eq 'w'
           && ($request->{header}{'if-none-match'} // '') eq $etag;

    my $type = $case->{type};

    if ($case->{b} ne 'r') {
        my ($form) = $case->{b} eq 'j' ? 'json' : 'xml';

        $type = $case->{v} == 2 ? "application/$form+fhir"
                                : "application/fhir+$form";
        $type .= '; charset=utf-8' if $case->{g} % 3 == 0;
    }

    my $body = $case->{end} eq 't' ? wrong($case, \$type)
               : $case->{b} eq 'r' ? Chaos::Case::document($case)
               : Chaos::Case::resource($case);

    $body .= ('}', '<Binary/>', "\0", '{"resourceType":"Binary"}')
             [$case->{g} % 4] if $case->{end} eq 'j';

    if ($case->{end} eq 'a') {
        $body = Compress::Zlib::memGzip($body);
        push @fields, 'Content-Encoding: gzip';
    }

    my $answer = { status => 200, body => $body, framing => $case->{f},
                   fields => [ @fields, "Content-Type: $type" ] };

    part($answer, $request, length $body)
        if $case->{b} eq 'r' && $case->{f} eq 'l' && $case->{end} eq 'w'
           && $case->{g} % 2;

    return $answer;
}


# A resource is announced, and something else comes.

sub wrong {
    my ($case, $type) = @_;

    my $how = $case->{g} % 4;

    return Chaos::Case::document($case) if $how == 0;
    return '{"resourceType":"Patient","contentType":"text/plain",'
           . '"data":"TWFu"}' if $how == 1 && $case->{b} eq 'j';
    return '<Patient xmlns="http://hl7.org/fhir"><id value="1"/></Patient>'
        if $how == 1;

    return '' if $how == 2;

    $$type =~ s/(json|xml)/$1 eq 'json' ? 'xml' : 'json'/e;

    return Chaos::Case::resource({ %$case, end => 'w' });
}


sub part {
    my ($answer, $request, $size) = @_;

    my ($from, $to) = ($request->{header}{range} // '')
                      =~ /^bytes=(\d+)-(\d*)$/ or return;

    return if $from >= $size;

    $to = $size - 1 if $to eq '' || $to >= $size;
    return if $to < $from;

    $answer->{status} = 206;
    $answer->{body} = substr $answer->{body}, $from, $to - $from + 1;
    push @{ $answer->{fields} }, "Content-Range: bytes $from-$to/$size";
}


sub length_fields {
    my ($case, $body, $random) = @_;

    my $length = length $body;

    $length += $random->between(1, 3000) if $case->{end} eq 'l';

    return ("Content-Length: $length",
            $case->{end} eq 'o' ? 'Content-Length: ' . (1 + $length) : ());
}


sub http {
    my ($case, $request, $answer, $random) = @_;

    my $body = $answer->{body};
    my $framing = $answer->{framing};
    my $cgi = $request->{proto} eq 'cgi';
    my @fields = @{ $answer->{fields} };
    my $last = $cgi || $request->{version} eq '1.0';

    # What is too much must not become the answer to somebody else's request
    # on a connection that nginx has kept.

    $framing = 'e' if $framing eq 'c' && $last;
    $last = 1 if $framing eq 'e' || $case->{end} eq 'm';

    push @fields, length_fields($case, $body, $random) if $framing eq 'l';
    push @fields, 'Transfer-Encoding: chunked'         if $framing eq 'c';
    push @fields, 'Connection: close'                  if $last && !$cgi;

    my $line = $cgi && $random->chance(50) ? 'Status:' : 'HTTP/1.1';
    my $head = join "\r\n", "$line $answer->{status} Chaos", @fields, '', '';

    return ($head, $last ? [ 'fin' ] : [ 'next' ])
        if !defined $body || $request->{method} eq 'HEAD';

    my $wire = $framing eq 'c' ? chunks($body, $random) : $body;

    return ending($case, $random, $head, $wire, $framing, $last);
}


sub chunks {
    my ($body, $random) = @_;

    my $size = $random->pick(1, 7, 100, 1000, 4096, 10_000, 70_000);
    my $least = 1 + int(length($body) / 2000);

    $size = $least if $size < $least;

    return join '', (map { sprintf "%x\r\n%s\r\n", length, $_ }
                         unpack "(a$size)*", $body), "0\r\n\r\n";
}


# The place of an end in so many bytes.

sub place {
    my ($case, $length) = @_;

    my $at = $case->{at} eq '' ? 500 : $case->{at};

    if ($at =~ /^n(\d+)/) {
        return $length > $1 ? $length - $1 : 0;
    }

    return int($length * $at / 1000);
}


sub ending {
    my ($case, $random, $head, $wire, $framing, $last) = @_;

    my $end = $case->{end};
    my @then = $last ? [ 'fin' ] : [ 'next' ];

    if ($end eq 'h') {
        return (substr($head, 0, 1 + $random->below(length($head) - 1)),
                $random->chance(50) ? [ 'fin' ] : [ 'rst' ]);

    } elsif ($end =~ /^[crs]$/) {
        my $at = place($case, length $wire);

        $at-- if $at == length $wire && $at > 0;
        $wire = substr $wire, 0, $at;
        @then = $end eq 'c' ? [ 'fin' ]
                : $end eq 'r' ? ([ pause => 0.01 ], [ 'rst' ])
                : ([ pause => 0.5 + $random->below(150) / 100 ], [ 'fin' ]);

    } elsif ($end eq 'l') {
        @then = [ 'fin' ];
        $wire =~ s/0\r\n\r\n\z// if $framing eq 'c';

    } elsif ($end eq 'm') {
        $wire .= $random->pick('x', "\r\n", "HTTP/1.1 200 OK\r\n"
                               . "Content-Length: 5\r\n\r\nother",
                               'y' x 10_000);

    } elsif ($end eq 'u' && $framing eq 'c') {
        my @start;

        push @start, $-[1] while $wire =~ /(?:^|\r\n)([0-9a-f]+\r\n)/g
                                 && @start < 50;
        my $at = $start[$random->below(scalar @start)];
        my $instead = $random->pick('z', '-', "\r", '');

        # Zeros alone would be the last chunk.

        $instead = 'z' if substr($wire, $at + 1) =~ /^0+\r/;
        substr($wire, $at, 1) = $instead;
    }

    return (paced($case, $random, $head . $wire), @then);
}


sub paced {
    my ($case, $random, $bytes) = @_;

    my $length = length $bytes;

    return $bytes if $case->{w} == 0 || $length < 2;

    my @at;

    if ($case->{w} == 3) {
        my $from = $random->below($length > 150 ? $length - 150 : 1);

        @at = grep { $_ < $length } $from + 1 .. $from + 150;

    } else {
        @at = map { 1 + $random->below($length - 1) }
                  1 .. $random->between(1, 12);
    }

    my @items;
    my $done = 0;
    my %seen;

    for my $at (sort { $a <=> $b } grep { !$seen{$_}++ } @at) {
        push @items, substr($bytes, $done, $at - $done),
                     [ pause => $case->{w} == 2 ? 0.03 : 0.001 ];
        $done = $at;
    }

    return (@items, substr $bytes, $done);
}


sub record {
    my ($type, $content, $padding) = @_;

    $padding //= 0;

    return pack('CCnnCC', 1, $type, 1, length $content, $padding, 0)
           . $content . "\0" x $padding;
}


sub fastcgi {
    my ($case, $request, $answer, $random) = @_;

    my $end = $case->{end};
    my $body = $answer->{body} // '';
    my @fields = ("Status: $answer->{status} Chaos", @{ $answer->{fields} });

    push @fields, length_fields($case, $body, $random)
        if $answer->{framing} eq 'l' && defined $answer->{body};

    $body = '' if $request->{method} eq 'HEAD';
    $body .= 'and more' if $end eq 'm' && $answer->{framing} eq 'l'
                           && $body ne '';

    my $head = join "\r\n", @fields, '', '';
    my $most = $random->pick(1, 50, 1000, 4096, 8184, 32_768, 65_535);
    my $least = 1 + int(length($body) / 500);

    $most = $least > 65_535 ? 65_535 : $least if $most < $least;

    # The head may share a record with the body.  In records of its own that
    # are very small it would be too large for nginx's first buffer.

    my $stream = $head . $body;
    my $first = '';

    if ($most < 50 || $random->chance(50)) {
        $first = record(6, $head);
        $stream = $body;
    }

    my $records = join '', map {
        record(6, $_, $random->chance(30) ? $random->below(256) : 0)
    } unpack "(a$most)*", $stream;

    $records = record(7, "a warning\n") . $records if $random->chance(10);

    my $tail = ($random->chance(70) ? record(6, '') : '')
               . record(3, "\0" x 8);

    my @then = $request->{keep} ? [ 'next' ] : [ 'fin' ];

    if ($end =~ /^[crs]$/) {
        my $at = place($case, length $records);

        $records = substr $records, 0, $at;
        $tail = '';
        @then = $end eq 'c' ? [ 'fin' ]
                : $end eq 'r' ? ([ pause => 0.01 ], [ 'rst' ])
                : ([ pause => 0.5 + $random->below(150) / 100 ], [ 'fin' ]);

    } elsif ($end eq 'h') {
        return (substr($first . $records, 0, 1 + $random->below(40)),
                [ 'fin' ]);

    } elsif ($end eq 'u') {
        my $at = $random->below(1 + length $records);

        # No end behind it: where the bytes fill the record that was cut, an
        # end would make them a whole answer.

        $records = substr($records, 0, $at) . "\x07" x 20;
        $tail = '';
        @then = [ 'fin' ];
    }

    return (paced($case, $random, $first . $records . $tail), @then);
}


1;
