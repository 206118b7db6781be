# proxy_store, fastcgi_store and scgi_store keep whole documents alone, whoever asked for
# them: what broke off, or what a HEAD got, leaves no file.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Crowd;
use Documents;
use Filling;

my %fill = (
    get => [],
    json => [ accept => $TYPE{json} ],
    head => [ method => 'HEAD' ],
    headjson => [ method => 'HEAD', accept => $TYPE{json} ],
    304 => [ headers => "If-None-Match: *\r\n" ],
    412 => [ headers => "If-Match: \"none\"\r\n" ],
    406 => [ accept => 'image/png' ],
    old => [ version => '1.0' ],
    left => [],
    slow406 => [ accept => 'image/png' ],
    slow412 => [ headers => "If-Match: \"none\"\r\n" ],
);

my @sources = sources();

# Among them: one that says what stands behind it, and one that does not.

my $ngx = nginx_start(
    http => 'error_log error.log info;',
    server => join '', map {
        my $store = ' MODULE_store on; root store;';
        my $backend = $_->{shape} eq 'raw' ? 'raw' : 'fhir';

        where($_, 'store', $store),
        where($_, 'named', "$store fhir_binary_backend $backend;"),
        where($_, 'direct', "$store MODULE_buffering off;");
    } @sources);

my $sent = 0;

for my $source (@sources) {
    my $responder = $source->{responder};
    my (@case, @get, @left, @slow);

    for my $name (qw(aio direct named store)) {
        for my $n ($name eq 'aio' ? qw(304 get head) : sort keys %fill) {
            for my $way (@{ $source->{ways} }) {
                next if $n =~ /^slow/ && $way =~ /stall|empty/;

                my $path = path($source, $name, $way, $n);

                push @case, [ $n, "$name/$n/$way", $path ];
                push @{ $n eq 'left' ? \@left : $n =~ /^slow/ ? \@slow : \@get },
                     get(soon($path), @{ $fill{$n} });
            }
        }
    }

    # Those that leave do so when the source has seen their requests, and the
    # slow ones when each has got a byte; it goes on when they have.

    $responder->state('broken');

    my $before = $responder->seen;

    leave($ngx->port, sub { $responder->wait_seen($before + @left) }, @left);
    leave($ngx->port, \&heard, @slow);
    $responder->tell($_) for qw(left slow);

    my @r = batches(@get);

    $sent += @left + @slow + @get;
    ok(wait_logged($ngx, $sent), "$source->{name}: all have ended");

    is(join(' ', grep { !/^(?:cut|[45]\d\d|304|200$)/ }
                 map { verdict($_, text('broken')) } @r), '',
       "$source->{name}: nobody gets what broke off");

    is(kept($source, 'broken', qr/^(?!none)/,
            map { [ @$_[0, 1], soon($_->[2]) ] } @case), '',
       "$source->{name}: nothing of it is stored");

    # Whole ones: by a GET there is a file; by others there may be.  nginx
    # stores nothing without buffers, and nothing that a thread wrote.

    $responder->state('third');

    batches(map { get($_->[2], @{ $fill{ $_->[0] } }) } @case);

    $sent += @case;
    wait_logged($ngx, $sent);

    is(kept($source, 'third', qr/^(?!none|whole)/, @case), '',
       "$source->{name}: nothing but the whole is stored");

    is(kept($source, 'third', qr/^(?!whole)/, grep {
           $_->[0] =~ /^(?:get|json|old|left)$/
           && $_->[1] !~ m{^(?:direct|aio)/}
       } @case), '', "$source->{name}: it is stored for a GET");
}

$ngx->is_log_clean;

done_testing();


sub batches {
    my (@get) = @_;

    my @r;

    push @r, together($ngx->port, splice @get, 0, 120) while @get;
    return @r;
}


# What is in their files, where that is bad: none, whole, or so many bytes.

sub kept {
    my ($source, $word, $bad, @cases) = @_;

    my (%bad, $kept);

    for my $case (@cases) {
        my $file = $ngx->root . "/store$case->[2]";
        my $bytes = -e $file ? $ngx->slurp("store$case->[2]") : undef;
        my $what = !defined $bytes ? 'none'
                   : $bytes eq body($source, $word) ? 'whole'
                   : length($bytes) . ' bytes';

        $bad{$what} .= " $case->[1]" if $what =~ $bad;
    }

    return join '; ', map { "$_:$bad{$_}" } sort keys %bad;
}
