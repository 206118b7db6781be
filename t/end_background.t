# What nginx fetches for its cache, and for no client, is judged like the
# rest: a document that breaks off never takes the place of a whole one.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Crowd;
use Documents;
use Filling;

my $then = 1_700_000_000;

# Which directives fetch, and how a client makes them do it.

my %where = (
    update => 'MODULE_cache_use_stale updating;
               MODULE_cache_background_update on;',
    locked => 'MODULE_cache_use_stale updating; MODULE_cache_lock on;
               MODULE_cache_background_update on;',
    revalid => 'MODULE_cache_revalidate on;',
    both => 'MODULE_cache_use_stale updating; MODULE_cache_revalidate on;
             MODULE_cache_background_update on;',
    stale => 'MODULE_cache_use_stale error timeout http_500;',
    plain => '',
);

my %updates = map { $_ => scalar $where{$_} =~ /background/ }
                  keys %where;

my %client = (
    get => [],
    json => [ accept => $TYPE{json} ],
    head => [ method => 'HEAD' ],
    304 => [ headers => "If-None-Match: *\r\n" ],
    412 => [ headers => "If-Match: \"none\"\r\n" ],
    406 => [ accept => 'image/png' ],
);

my @sources = sources();

my $ngx = nginx_start(
    clock => $then,
    http => 'error_log error.log info; ' . cache_conf()
            . 'proxy_cache_valid 200 10s; fastcgi_cache_valid 200 10s;
               scgi_cache_valid 200 10s;',
    server => join '', map {
        my $source = $_;
        map { where($source, $_, " MODULE_cache MODULE; $where{$_}") }
            sort keys %where;
    } @sources);

my @documents = map { text($_) } qw(first third broken);
my $sent = 0;

for my $source (@sources) {
    my @case = map {
        my $name = $_;
        my @clients = $name eq 'update' ? sort keys %client : qw(get head);

        map {
            my $client = $_;
            map { [ $name, $client, $_, path($source, $name, $_, $client) ] }
                @{ $source->{ways} };
        } @clients;
    } sort keys %where;

    # Whole, and kept.

    is(found($source, 'first', \@case, sub { 'whole 0 MISS' }), '',
       "$source->{name}: a whole one");

    is(found($source, 'error', \@case, sub { 'whole 0 HIT' }), '',
       "$source->{name}: is kept");

    # Its time is over, and it is still the same.

    $ngx->clock($then += 12);

    is(found($source, 'first', \@case, sub {
        my ($name) = @{ $_[0] };

        return 'whole 0 ' . ($updates{$name} ? 'STALE'
                             : $name =~ /^revalid/ ? 'REVALIDATED' : 'EXPIRED');
    }), '', "$source->{name}: the same one again");

    # Its time is over, and what comes instead breaks off.

    $ngx->clock($then += 12);

    is(found($source, 'broken', \@case, sub {
        my ($case, $said) = @_;
        my ($name, $client) = @$case;

        return $said =~ /^(?:SHORT|open|whole [12])/ ? 'not this' : $said
            if !$updates{$name};
        return $client eq 'head' ? '200 STALE' : $client =~ /^\d/
               ? $said =~ /^$client\b/ ? $said : $client : 'whole 0 STALE';
    }, sub { get(soon($_[0][3]), @{ $client{ $_[0][1] } }) }), '',
       "$source->{name}: the answers that fetch");

    is(found($source, 'error', \@case, sub {
        my ($case, $said) = @_;

        return 'whole 0 STALE' if $case->[0] eq 'stale';
        return $said =~ /^whole 0 (?:STALE|UPDATING)$/ ? $said : 'stale'
            if $updates{ $case->[0] };
        return $said =~ /^5\d\d / ? $said : 'a refusal';
    }), '', "$source->{name}: nothing of what broke off");

    # A whole one again, behind the client's back or for it.

    is(found($source, 'third', \@case, sub {
        my ($case, $said) = @_;

        return 'whole 0 STALE' if $updates{ $case->[0] };
        return $said =~ /^whole 1 (?:MISS|EXPIRED)$/ ? $said : 'whole 1';
    }), '', "$source->{name}: another whole one");

    is(found($source, 'error', \@case, sub { 'whole 1 HIT' }), '',
       "$source->{name}: is kept, too");
}

$ngx->is_log_clean;

done_testing();


# All cases at once, with the source in that state; over when nginx has done
# all that they led to.  Returns what was otherwise than the code says.

sub found {
    my ($source, $word, $cases, $wanted, $request) = @_;

    $request //= sub { get($_[0][3]) };
    $source->{responder}->state($word);

    my @r = together($ngx->port, map { $request->($_) } @$cases);
    my %bad;

    $sent += @$cases;
    wait_logged($ngx, $sent);

    for my $i (0 .. $#r) {
        my $case = $cases->[$i];
        my $said = verdict($r[$i], @documents)
                   . ' ' . ($r[$i]{h}{'x-cache'} // '-');
        my $wanted = $wanted->($case, $said);

        $bad{"$said for $wanted:"} .= " $case->[0]/$case->[1]/$case->[2]"
            if $said ne $wanted;
    }

    return join '; ', map { $_ . $bad{$_} } sort keys %bad;
}
