package Chaos::Random;

# Numbers that a seed decides: the same name gives the same numbers, whatever
# else was asked for before.
#
#     my $random = Chaos::Random->new('7/round 3');
#     my $client = $random->fork('client 12');
#
#     $client->below(10);                  0 .. 9
#     $client->between(3, 5);              3, 4 or 5
#     $client->chance(20);                 true in 20 of 100 cases
#     $client->pick('a', 'b');             one of them
#     $client->weighted(a => 3, b => 1);   'a' three times as often

use strict;
use warnings;

use Digest::MD5 ();


sub new {
    my ($class, $name) = @_;

    return bless { name => $name, n => 0, pool => [] }, $class;
}


sub fork {
    my ($self, $name) = @_;

    return Chaos::Random->new("$self->{name}/$name");
}


sub below {
    my ($self, $n) = @_;

    my $pool = $self->{pool};

    push @$pool, unpack 'N4', Digest::MD5::md5("$self->{name}#$self->{n}")
        if !@$pool && ++$self->{n};

    return shift(@$pool) % $n;
}


sub between {
    my ($self, $from, $to) = @_;

    return $from + $self->below($to - $from + 1);
}


sub chance { return $_[0]->below(100) < $_[1] }


sub pick {
    my ($self, @of) = @_;

    return $of[$self->below(scalar @of)];
}


sub weighted {
    my ($self, @table) = @_;

    my $sum = 0;

    for (my $i = 1; $i < @table; $i += 2) {
        $sum += $table[$i];
    }

    my $at = $self->below($sum);

    while (@table > 2 && $at >= $table[1]) {
        $at -= $table[1];
        splice @table, 0, 2;
    }

    return $table[0];
}


1;
