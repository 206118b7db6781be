# A cache that is filled while nobody looks keeps whole documents alone: what
# broke off is asked for anew, and never served as if it were all.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Crowd;
use Documents;
use Filling;

# What fills the cache, and in which location.

my %fill = (
    get => [ 'cache' ],
    json => [ 'cache', accept => $TYPE{json} ],
    head => [ 'cache', method => 'HEAD' ],
    headjson => [ 'cache', method => 'HEAD', accept => $TYPE{json} ],
    304 => [ 'cache', headers => "If-None-Match: *\r\n" ],
    412 => [ 'cache', headers => "If-Match: \"none\"\r\n" ],
    406 => [ 'cache', accept => 'image/png' ],
    old => [ 'cache', version => '1.0' ],
    left => [ 'cache' ],
    slow => [ 'cache' ],
    slow406 => [ 'cache', accept => 'image/png' ],
    slow412 => [ 'cache', headers => "If-Match: \"none\"\r\n" ],
    lock => [ 'lock' ],
    lockhead => [ 'lock', method => 'HEAD' ],
    direct => [ 'direct' ],
    aio => [ 'aio' ],
    aiohead => [ 'aio', method => 'HEAD' ],
    aio304 => [ 'aio', headers => "If-None-Match: *\r\n" ],
    named => [ 'named' ],
    namedhead => [ 'named', method => 'HEAD' ],
    named304 => [ 'named', headers => "If-None-Match: *\r\n" ],
);

my @sources = sources();

my $ngx = nginx_start(
    http => 'error_log error.log info; ' . cache_conf()
            . 'proxy_cache_valid 200 1m; fastcgi_cache_valid 200 1m;
               scgi_cache_valid 200 1m;',
    server => join '', map {
        my $cache = ' MODULE_cache MODULE;';

        where($_, 'cache', $cache),
        where($_, 'lock', "$cache MODULE_cache_lock on;
                           MODULE_cache_lock_timeout 60s;"),
        where($_, 'direct', "$cache MODULE_buffering off;"),
        where($_, 'aio', "$cache aio threads; aio_write on;"),
        where($_, 'named', $cache . ' fhir_binary_backend '
                           . ($_->{name} =~ /json/ ? 'fhir;' : 'raw;'));
    } @sources);

my @documents = map { text($_) } qw(third broken);
my $sent = 0;

for my $source (@sources) {
    my $responder = $source->{responder};
    my (@fill, @leave, @slow, @case);

    for my $n (sort keys %fill) {
        my ($name, %opt) = @{ $fill{$n} };

        for my $way (@{ $source->{ways} }) {
            next if $n =~ /^slow/ && $way =~ /stall|empty/;

            my $path = path($source, $name, $way, $n);
            my $get = get(soon($path), %opt);

            push @case, [ $n, $way, $path ];
            push @{ $n eq 'left' ? \@leave : $n =~ /^slow/ ? \@slow : \@fill },
                 $get;
            push @fill, get(soon($path)) if $name eq 'lock';
        }
    }

    # Clients that leave: each source has seen the request and sends no more
    # than half, until they have.  Of the slow ones each has got a byte.

    $responder->state('broken');

    my $before = $responder->seen;

    leave($ngx->port, sub { $responder->wait_seen($before + @leave) }, @leave);
    leave($ngx->port, \&heard, @slow);
    $responder->tell($_) for qw(left slow);

    my @r = together($ngx->port, @fill);

    $sent += @leave + @slow + @fill;
    ok(wait_logged($ngx, $sent), "$source->{name}: all have ended");

    bad($source, 'the answers that fill it', qr/SHORT|open|whole/,
        [ map { $_->[1] =~ m{ /(\S+)} } @fill ], @r);

    # Now the source has nothing at all.

    $responder->state('error');

    @r = ask_all(@case);
    bad($source, 'then', qr/SHORT|open|cut|whole/, \@case, @r);

    # And then a whole one, which the cache takes.

    $responder->state('third');

    @r = ask_all(reverse @case);
    bad($source, 'a whole one', qr/^(?!whole 0)/, [ reverse @case ], @r);

    $responder->state('error');

    @r = ask_all(@case);
    bad($source, 'which is kept', qr/^(?!whole 0 HIT)/,
        [ grep { $_->[0] ne 'direct' } @case ],
        map { $case[$_][0] eq 'direct' ? () : $r[$_] } 0 .. $#r);

    # What is whole from the start: no answer without a body is kept for it.

    my @whole = map { [ $_->[0], $_->[1], "$_->[2].whole" ] } @case;

    $responder->state('third');

    $sent += @whole;
    together($ngx->port, map { my (undef, %opt) = @{ $fill{ $_->[0] } };
                               get($_->[2], %opt) } @whole);
    wait_logged($ngx, $sent);

    $responder->state('error');

    @r = ask_all(@whole);
    bad($source, 'filled by a whole one', qr/SHORT|open|cut/, \@whole, @r);

    my @got = grep { $whole[$_][0] =~ /^(?:get|json|old|lock|named|aio)$/ }
                   0 .. $#whole;

    bad($source, 'and kept at once', qr/^(?!whole 0 HIT)/,
        [ @whole[@got] ], @r[@got]);
}

$ngx->is_log_clean;

done_testing();


# In one form and the other, by turns.

sub ask_all {
    my @case = @_;
    my $turn = 0;

    $sent += @case;
    return together($ngx->port, map { get($_->[2], accept => $turn++ % 2
                                          ? $TYPE{json} : $TYPE{native}) }
                                    @case);
}


# One test: of the cases none has a verdict like that.

sub bad {
    my ($source, $name, $bad, $cases, @r) = @_;

    my %bad;

    for my $i (0 .. $#r) {
        my $case = $cases->[$i];
        my $said = verdict($r[$i], @documents)
                   . ' ' . ($r[$i]{h}{'x-cache'} // '-');

        $bad{"$said:"} .= ' ' . (ref $case ? "$case->[0]/$case->[1]" : $case)
            if $said =~ $bad;
    }

    is(join('; ', map { $_ . $bad{$_} } sort keys %bad), '',
       "$source->{name}: $name");
}
