package Chaos::Plan;

# Random clients for a configuration: a list of plans for Chaos::Http1 and
# Chaos::Http2, each with "kind".
#
#     my $plan = Chaos::Plan->new($random, $config, tokens => { ... });
#
#     $plan->next;         the next connection
#     $plan->files;        [ path, contents ] that nginx must have as files

use strict;
use warnings;

use Chaos::Case;

my @sizes = (0, 1, 2, 3, 57, 100, 1000, 3000, 4095, 4096, 4200, 5000, 8000,
             8191, 8192, 8193, 12_287, 16_384, 20_000, 22_826, 32_768, 36_000,
             49_152, 65_535, 65_537, 100_000, 131_072, 262_145);


sub new {
    my ($class, $random, $config, %opt) = @_;

    my $self = bless {
        %opt, random => $random, config => $config, n => 0, at => 0,
        pool => {}, files => [],
    }, $class;

    # nginx's own files are there before it starts.

    for my $l (grep { $_->{source} eq 'file' } @{ $config->{locations} }) {
        for my $i (1 .. 6) {
            my $id = $self->make_case($random->fork("file $l->{n} $i"), $l);

            push @{ $self->{pool}{ $l->{n} } }, $id;
            push @{ $self->{files} },
                 [ "html/L$l->{n}/Binary/$id",
                   Chaos::Case::document(Chaos::Case::parse($id)) ];
        }
    }

    return $self;
}


sub files { return @{ $_[0]{files} } }


sub make_case {
    my ($self, $random, $l) = @_;

    my $file = $l->{source} eq 'file';
    my %c = (n => ++$self->{n}, v => $l->{old} ? 2 : 4,
             g => $random->below(1000), p => $random->between(1, 2),
             e => $random->below(3), t => 0);

    $c{b} = $l->{shape} eq 'raw' ? 'r'
            : $l->{shape} eq 'fhir' ? $random->weighted(j => 3, x => 2)
            : $random->weighted(r => 3, j => 2, x => 1);
    $c{y} = $l->{type} // $random->weighted(p => 4, h => 2, t => 2, q => 1,
                                            o => 1, j => 1, x => 1, i => 1);
    $c{z} = $random->pick(@sizes);
    $c{z} = $random->below(40_000)               if $random->chance(30);
    $c{z} = 1_000_000 + $random->below(800_000)  if $random->chance(3);
    $c{f} = $random->weighted(l => 5, c => 3, e => 1);
    $c{w} = $random->weighted(0 => 5, 1 => 3, 2 => 2, 3 => 1);
    $c{k} = 'w';

    if (!$file && $random->chance(45)) {
        $c{k} = $self->make_end($random, $l, \%c);
        $c{t} = $random->weighted(0 => 3, 1 => 1, 2 => 1);
    }

    if (!$file && $random->chance(8)) {
        $c{s} = $random->pick(302, 400, 401, 403, 404, 404, 410, 422, 451,
                              500, 503);
        $c{k} = 'w' if $c{k} =~ /^[tdbjoa]/;
    }

    return Chaos::Case::make(%c);
}


sub make_end {
    my ($self, $random, $l, $c) = @_;

    my $end = $random->weighted(c => 6, r => 3, s => 2, l => 3, m => 2,
                                u => 2, h => 1, z => 1, a => 1, o => 1,
                                t => 1, d => 3, b => 1, j => 1);

    return 'w' if index($self->{without}, $end) >= 0;

    # What is stored as a file has no Content-Encoding any more.

    $end = 'c' if $end =~ /^[tdbj]$/ && $c->{b} eq 'r'
                  || $end eq 'a' && $l->{source} eq 'store';
    $c->{f} = 'l' if $end =~ /^[lo]$/;
    $c->{f} = 'c' if $end eq 'u';
    $c->{f} = 'l' if $end eq 'm' && $c->{f} eq 'e';
    $c->{z} = 100 if $end =~ /^[bc]$/ && $c->{z} == 0;

    return $end if $end !~ /^[crs]$/;

    return $end . $random->weighted(
        0 => 1, $random->below(1000) => 3, 'n' . $random->between(1, 20) => 3,
        'n' . $random->below(5000) => 2);
}


sub pick_case {
    my ($self, $random, $l) = @_;

    my $pool = $self->{pool}{ $l->{n} } //= [];
    my $repeat = $l->{source} eq 'file' ? 100
                 : $l->{cache} || $l->{source} eq 'store' ? 65 : 15;

    # One of the last, so that requests for one document meet.

    return $pool->[-1 - $random->below(@$pool < 6 ? scalar @$pool : 6)]
        if @$pool && $random->chance($repeat);

    push @$pool, $self->make_case($random, $l);

    return $pool->[-1];
}


sub request {
    my ($self, $random) = @_;

    my $l = $random->pick(@{ $self->{config}{locations} });
    my $id = $self->pick_case($random, $l);
    my $case = Chaos::Case::parse($id);

    my %r = (l => $l, id => $id, path => $l->{prefix} . $id,
             method => $random->weighted(GET => 5, HEAD => 1),
             wish => $random->weighted(none => 2, any => 2, json => 4,
                                       xml => 2, native => 2, other => 1),
             headers => []);

    my $fhir = $l->{version} eq 'dstu2' ? [ 'json+fhir', 'xml+fhir' ]
                                        : [ 'fhir+json', 'fhir+xml' ];

    my %accept = (any => '*/*', json => "application/$fhir->[0]",
                  xml => "application/$fhir->[1]",
                  native => $case->{type} =~ s/;.*//r,
                  other => 'model/x-nothing');

    push @{ $r{headers} }, "Accept: $accept{ $r{wish} }"
        if defined $accept{ $r{wish} };

    if ($random->chance(8)) {
        $r{wish} = $random->pick(qw(json xml));
        $r{path} .= "?_format=$r{wish}";
    }

    if ($random->chance(12)) {
        my $from = $random->below($case->{z} + 10);
        my $to = $from + $random->below(5000);

        $r{range} = [ $from, $to ];
        push @{ $r{headers} }, "Range: bytes=$from-$to";
    }

    if ($random->chance(12)) {
        my $tag = $random->pick('*', '"other"',
                                Chaos::Case::etag($case) // '"none"');

        $r{tag} = $tag;
        push @{ $r{headers} }, "If-None-Match: $tag";
    }

    if ($random->chance(20)) {
        $r{gzip} = 1;
        push @{ $r{headers} }, 'Accept-Encoding: gzip';
    }

    if ($l->{auth} eq 'on' || $random->chance(5)) {
        $r{token} = $random->weighted(
            user => 6, none => 2, p1 => 2, p2 => 2, narrow => 1, nothing => 1,
            expired => 1, forged => 1);
        push @{ $r{headers} }, "Authorization: Bearer "
                               . $self->{tokens}{ $r{token} }
            if $r{token} ne 'none';
    }

    return \%r;
}


sub next {
    my ($self) = @_;

    my $random = $self->{random}->fork('connection ' . ++$self->{at});
    my $kind = $random->weighted(serial => 4, pipeline => 3, old => 1,
                                 h2 => 3);

    my %most = (serial => 5, pipeline => 5, old => 2, h2 => 6);
    my $count = $random->between($kind eq 'pipeline' ? 2 : 1, $most{$kind});

    my %plan = (
        at => $self->{at}, kind => $kind,
        requests => [ map { $self->request($random->fork("request $_")) }
                          1 .. $count ],
        leave_how => $random->pick(qw(fin rst)),
    );

    $plan{leave_after} = $random->weighted(0 => 1, $random->below(500) => 2,
                                           $random->below(60_000) => 4)
        if $random->chance(13);
    $plan{leave_time} = $random->below(300) / 1000 if $random->chance(7);

    if ($random->chance(15)) {
        %plan = (%plan, rcvbuf => $random->pick(2048, 8192, 32_768),
                 read_size => $random->pick(1, 200, 1400, 5000),
                 read_pause => $random->pick(0.002, 0.01));
        $plan{slow} = $plan{read_size} * 150;
    }

    if ($kind eq 'h2') {
        windows($random, \%plan);
        return \%plan;
    }

    $plan{port} = $self->{config}{port};
    $plan{version} = $kind eq 'old' ? '1.0' : '1.1';
    $plan{pipeline} = $kind eq 'pipeline';
    $plan{say_close} = $random->chance($kind eq 'old' ? 70 : 20);
    $plan{half_close} = $random->chance(5) && ($plan{pipeline} || $count == 1);

    return \%plan;
}


sub windows {
    my ($random, $plan) = @_;

    my $largest = 2000;

    for my $request (@{ $plan->{requests} }) {
        my $size = Chaos::Case::parse($request->{id})->{z};
        $largest = $size if $size > $largest;
    }

    # So many updates at most for the largest one.

    my @fit = grep { $largest / $_ < 300 } 16, 100, 1000, 5000, 16_384;

    $plan->{window} = $random->pick(@fit, 65_535, 1 << 20);
    $plan->{lazy} = $random->pick(0.001, 0.01)
        if $random->chance(30) && $largest / $plan->{window} < 100;

    for my $i (0 .. $#{ $plan->{requests} }) {
        $plan->{cancel}{$i} = $random->weighted(0 => 1,
                                                $random->below(40_000) => 3)
            if $random->chance(10);
    }
}


1;
