package Chaos::Hpack;

# As much of HPACK (RFC 7541) as a client of nginx needs: fields are written
# as literals, and read with Huffman codes and the static table.  nginx uses
# no dynamic table in responses.

use strict;
use warnings;

use Exporter 'import';

our @EXPORT_OK = qw(encode decode);

# Names of the static table, and the values of :status.

my @names = qw(
    :authority :method :method :path :path :scheme :scheme :status :status
    :status :status :status :status :status accept-charset accept-encoding
    accept-language accept-ranges accept access-control-allow-origin age
    allow authorization cache-control content-disposition content-encoding
    content-language content-length content-location content-range
    content-type cookie date etag expect expires from host if-match
    if-modified-since if-none-match if-range if-unmodified-since
    last-modified link location max-forwards proxy-authenticate
    proxy-authorization range referer refresh retry-after server set-cookie
    strict-transport-security transfer-encoding user-agent vary via
    www-authenticate
);

my %values = (8 => 200, 9 => 204, 10 => 206, 11 => 304, 12 => 400, 13 => 404,
              14 => 500);

# Lengths of the codes of space to tilde; the codes follow from them, in the
# order of length and symbol.  NUL stands in line with those of 13 bits.

my @lengths = qw(
    6 10 10 12 13 6 8 11 10 10 8 11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12
    10 13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6
    15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13
);

my %code;

{
    my %length = (0 => 13, map { $_ + 32 => $lengths[$_] } 0 .. $#lengths);
    my ($next, $last) = (0, 0);

    for my $symbol (sort { $length{$a} <=> $length{$b} || $a <=> $b }
                         keys %length)
    {
        $next <<= $length{$symbol} - $last;
        $last = $length{$symbol};
        $code{ sprintf '%0*b', $last, $next } = chr $symbol;
        $next++;
    }
}


sub encode {
    my (@fields) = @_;

    my $out = '';

    while (my ($name, $value) = splice @fields, 0, 2) {
        $out .= "\0" . text($name) . text($value);
    }

    return $out;
}


sub text {
    my ($text) = @_;

    return number(7, 0, length $text) . $text;
}


sub number {
    my ($bits, $flags, $value) = @_;

    my $most = (1 << $bits) - 1;

    return chr($flags | $value) if $value < $most;

    my $out = chr($flags | $most);

    $value -= $most;

    while ($value >= 128) {
        $out .= chr($value & 127 | 128);
        $value >>= 7;
    }

    return $out . chr $value;
}


# Returns a list of [ name, value ]; dies when it is none.

sub decode {
    my ($bytes) = @_;

    my $at = 0;
    my @fields;

    while ($at < length $bytes) {
        my $first = ord substr $bytes, $at, 1;

        if ($first & 0x80) {
            my $index = read_number($bytes, \$at, 7);

            push @fields, [ $names[$index - 1], $values{$index} // '' ];

        } elsif (($first & 0xe0) == 0x20) {
            read_number($bytes, \$at, 5);

        } else {
            my $index = read_number($bytes, \$at, $first & 0x40 ? 6 : 4);
            my $name = $index ? $names[$index - 1]
                              : read_text($bytes, \$at);

            push @fields, [ $name, read_text($bytes, \$at) ];
        }
    }

    return @fields;
}


sub read_number {
    my ($bytes, $at, $bits) = @_;

    my $most = (1 << $bits) - 1;
    my $value = ord(substr $bytes, $$at++, 1) & $most;

    return $value if $value < $most;

    for (my $shift = 0; ; $shift += 7) {
        die "HPACK: a number is cut\n" if $$at >= length $bytes;

        my $next = ord substr $bytes, $$at++, 1;

        $value += ($next & 127) << $shift;
        return $value if $next < 128;
    }
}


sub read_text {
    my ($bytes, $at) = @_;

    my $huffman = ord(substr $bytes, $$at, 1) & 0x80;
    my $length = read_number($bytes, $at, 7);

    die "HPACK: a text is cut\n" if $$at + $length > length $bytes;

    my $text = substr $bytes, $$at, $length;

    $$at += $length;

    return $text if !$huffman;

    my $out = '';
    my $bits = '';

    for my $bit (split //, unpack 'B*', $text) {
        $bits .= $bit;

        if (defined $code{$bits}) {
            $out .= $code{$bits};
            $bits = '';
        }
    }

    die "HPACK: a bad code\n" if $bits !~ /^1{0,7}$/;

    return $out;
}


1;
