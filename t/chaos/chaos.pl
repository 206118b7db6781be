#!/usr/bin/perl

# chaos.pl: random configurations, backends and clients, compared byte by
# byte with what they must give.
#
#     TEST_NGINX_BINARY=... TEST_NGINX_LOAD_MODULES=... \
#         perl -I t/lib -I t/chaos t/chaos/chaos.pl
#
# From the environment:
#
#     CHAOS_SECONDS      how long new rounds are begun (60)
#     CHAOS_SEED         what decides everything that is not a matter of time
#     CHAOS_ROUND        this round alone
#     CHAOS_CONNECTION   and of its connections these alone (3,7,12)
#     CHAOS_REPEAT       each of them so many times
#     CHAOS_SERVE        only starts that round's nginx and backend, for
#                        requests by hand; ends with the input
#     CHAOS_WITHOUT      ends of Chaos::Case that are left out (dz)
#     CHAOS_CONNECTIONS  connections of a round (120)
#     CHAOS_WIDTH        of them at once (12)
#     CHAOS_PATIENCE     seconds until what says nothing counts as a hang (30)
#     CHAOS_LOG          level of nginx's error_log (info)
#     CHAOS_OUT          where the traces of faults go (build/chaos/SEED)
#
# A round is one configuration.  It fails with a document that looks whole
# and is another, a document for whom it must be refused to, a refusal that
# is no OperationOutcome, a healthy document that does not come, a hang, a
# connection that cannot be used again, a crash, a report of a sanitizer, or
# a line of level alert, crit or emerg.

use strict;
use warnings;

use FhirBinary '-more';
use FhirToken ();

use File::Path ();
use Time::HiRes qw(time);

use Chaos::Backend;
use Chaos::Case;
use Chaos::Config;
use Chaos::Http1;
use Chaos::Http2;
use Chaos::Judge;
use Chaos::Loop;
use Chaos::Nginx;
use Chaos::Plan;
use Chaos::Random;

sub env { return length($ENV{"CHAOS_$_[0]"} // '') ? $ENV{"CHAOS_$_[0]"}
                                                   : $_[1] }

my $seconds = env(SECONDS => 60);
my $seed = env(SEED => time * 1000 % 1_000_000_000);
my $patience = env(PATIENCE => 30) * $FhirBinary::patience;
my $width = env(WIDTH => 12);
my $count = env(CONNECTIONS => 120);
my $build = $ENV{FHIR_BINARY_BUILD} || 'build';
my $out = env(OUT => "build/chaos/$seed");

my %port = (h1 => free_port(), h2 => free_port());
my %only = map { $_ => 1 } split /,/, env(CONNECTION => '');

my (%class, %kind, @faults);
my ($reloads, $connections, $rounds) = (0, 0, 0);
my $round;

$SIG{PIPE} = 'IGNORE';
$| = 1;

File::Path::remove_tree($out);
File::Path::make_path($out);
$out = Cwd::abs_path($out);

my %tokens = tokens();
my $started = time;

my ($version) = `'$ENV{TEST_NGINX_BINARY}' -v 2>&1` =~ m{(nginx/\S+)};

print "chaos: seed $seed, $version, $seconds s\n";

if (defined env('ROUND')) {
    run_round(env('ROUND'));

} else {
    for (my $n = 1; time - $started < $seconds; $n++) {
        run_round($n) or last;
    }
}

report();
exit(@faults ? 1 : 0);


sub tokens {
    my $both = 'Binary.read %1$s/DocumentReference.read'
               . ' %1$s/DiagnosticReport.read';
    my $user = sprintf "user/$both", 'user';
    my $patient = sprintf "patient/$both", 'patient';

    my $mint = sub {
        my ($scope, $claims, @more) = @_;

        return FhirToken::mint_token({ scope => $scope, exp => time + 86_400,
                                       %{ $claims // {} } }, @more);
    };

    return (
        user => $mint->($user),
        p1 => $mint->($patient, { patient => 'P1' }),
        p2 => $mint->($patient, { patient => 'P2' }),
        narrow => $mint->('user/Binary.read user/DocumentReference.read'),
        nothing => $mint->('user/Patient.read'),
        expired => $mint->($user, { exp => time - 3600 }),
        forged => $mint->($user, {}, key => 'ec-b',
                          header => { kid => 'ec-a' }),
    );
}


sub run_round {
    my ($n) = @_;

    my $random = Chaos::Random->new("$seed/$n");
    my $root = "$out/round-$n";

    $round = { n => $n, root => $root, live => {}, reloads => 0, ended => 0,
               judge => Chaos::Judge->new, loop => Chaos::Loop->new,
               random => $random };
    $rounds++;

    File::Path::make_path($root);

    my $backend = Chaos::Backend->start("$root/backend.log");

    my $config = $round->{config} = Chaos::Config->new(
        $random->fork('config'), port => $port{h1}, h2 => $port{h2},
        root => $root, backend => $backend->{port},
        issuer => FhirToken::ISS, audience => FhirToken::AUD,
        load => $ENV{TEST_NGINX_LOAD_MODULES});

    my $plan = Chaos::Plan->new($random->fork('plan'), $config,
                                tokens => \%tokens,
                                without => env(WITHOUT => ''));

    my $nginx = Chaos::Nginx->start(
        root => $root, binary => $ENV{TEST_NGINX_BINARY},
        port => $port{h1});

    write_file("$root/jwks.json", FhirToken::jwks('ec-a'));
    write_file("$root/html/page.html", '<html>a page</html>');
    write_file("$root/$_->[0]", $_->[1]) for $plan->files;

    my $faults = @faults;
    my $runs = $nginx->run($config->text(0));

    if ($runs) {
        if (env('SERVE')) {
            serve($config);
        } else {
            clients($plan, $config, $nginx);
        }

        my $stays = $nginx->quit($patience);
        fault("hang: $stays") if $stays;
    } else {
        fault('nginx does not start');
        $nginx->quit(0);
    }

    fault("log: $_") for $nginx->complaints;
    $backend->stop;

    File::Path::remove_tree($root) if @faults == $faults && !env('LOG');

    return $runs;
}


sub serve {
    my ($config) = @_;

    print "http://127.0.0.1:$port{h1}/, HTTP/2 on $port{h2},",
          " $round->{root}/nginx.conf\n";
    print "$_->{prefix} $_->{source} $_->{shape} $_->{version}\n"
        for @{ $config->{locations} };
    print "$_: $tokens{$_}\n" for sort keys %tokens;

    <STDIN>;
}


sub write_file {
    my ($path, $bytes) = @_;

    File::Path::make_path($path =~ s{/[^/]*$}{}r);
    open my $fh, '>:raw', $path or die "$path: $!";
    print $fh $bytes;
    close $fh;
}


# Connections, WIDTH of them at once; reloads when so many have ended.

sub clients {
    my ($plan, $config, $nginx) = @_;

    my $loop = $round->{loop};
    my $random = $round->{random}->fork('reloads');
    my @reload = sort { $a <=> $b } map { 1 + $random->below($count - 1) }
                                        1 .. $config->{reloads};
    my @waiting = map { $plan->next } 1 .. $count;

    @waiting = grep { $only{ $_->{at} } } @waiting if %only;
    @waiting = (@waiting) x env(REPEAT => 1);

    while (@waiting || %{ $round->{live} }) {
        while (@waiting && keys %{ $round->{live} } < $width) {
            start(shift @waiting);
        }

        if (@reload && $round->{ended} >= $reload[0]) {
            shift @reload;
            $nginx->reload($config->text(++$round->{reloads}));
            $round->{reloaded} = time;
            $reloads++;
        }

        $loop->turn(0.5);
        look_for_hangs();
    }

    # Two reloads in a row may be one to nginx, so only the first one counts.

    fault('hang: the workers of before a reload do not end')
        if $round->{reloads}
           && !$nginx->wait_reload($config->{workers}, $patience);
}


sub start {
    my ($plan) = @_;

    my $class = $plan->{kind} eq 'h2' ? 'Chaos::Http2' : 'Chaos::Http1';

    $plan->{port} = $port{ $plan->{kind} eq 'h2' ? 'h2' : 'h1' };

    my $client = $class->new($round->{loop}, $plan, \&ended);

    $connections++;
    $round->{live}{$client} = $client;
    $client->open;
}


sub look_for_hangs {
    my $now = time;

    for my $client (values %{ $round->{live} }) {
        next if $now - $client->{progress} < $patience;

        $client->{problems} = [ 'hang: "Connection: close", and no end' ]
            if $client->{closing};
        $client->hang;
    }
}


sub ended {
    my ($client) = @_;

    my $plan = $client->{plan};

    delete $round->{live}{$client};
    $round->{ended}++;

    # A worker that ends after a reload closes what is idle, and what comes
    # in just then.

    my $reloaded = ($round->{reloaded} // 0) > $client->{opened} - 1;

    for my $i (0 .. $#{ $plan->{requests} }) {
        my $result = $client->{results}[$i];

        if ($result->{end} eq 'unsent') {
            $class{unsent}++;
            next;
        }

        my @behind = $plan->{pipeline}
                     ? @{ $plan->{requests} }[$i + 1
                                              .. $#{ $plan->{requests} }]
                     : ();

        my ($class, @wrong) = $round->{judge}->judge(
            $plan->{requests}[$i], $result, reloaded => $reloaded,
            half_close => $plan->{half_close},
            behind => behind($client, $i - 1),
            broken_later => is_broken_later($client, $i - 1),
            behind_it => scalar(@behind),
            cut_behind => scalar(grep { Chaos::Judge::may_be_cut($_) }
                                      @behind));

        $class{$class}++;
        fault($_, $client, $i) for @wrong;
    }

    fault("protocol: $_", $client, undef) for @{ $client->{problems} };
}


sub behind {
    my ($client, $i) = @_;

    return 'nothing' if $i < 0;

    my $request = $client->{plan}{requests}[$i];
    my $case = Chaos::Case::parse($request->{id});

    return join ' ', $request->{method}, $request->{l}{source}, 'status',
                     $client->{results}[$i]{status}, 'of', @$case{qw(b f end)};
}


# The range is whole, then its document breaks: stock nginx closes, and has
# said nothing of it, because nobody knew.

sub is_broken_later {
    my ($client, $i) = @_;

    return 0 if $i < 0 || $client->{results}[$i]{status} != 206;

    return Chaos::Case::parse($client->{plan}{requests}[$i]{id})->{end} ne 'w';
}


# One file for each fault; on the terminal only the first of a kind.

sub fault {
    my ($what, $client, $i) = @_;

    my $request = $client && defined $i ? $client->{plan}{requests}[$i]
                                        : undef;
    my $l = $request ? $request->{l} : {};
    my $case = $request ? Chaos::Case::parse($request->{id}) : {};

    (my $key = $what) =~ s/((?:status|with) )?\d+/defined $1 ? $& : 'N'/ge;

    $key = join ' ', substr($key =~ s/\n.*//sr, 0, 120), '|',
                map { $_ // () } $l->{source}, $l->{cache} ? 'cache' : undef,
                    $case->{b}, $case->{f}, $case->{end};

    my $name = sprintf 'fault-%03d.txt', scalar @faults;

    push @faults, $what;
    print "FAULT $name, round $round->{n}",
          $client ? ", connection $client->{plan}{at}" : '',
          ": $key\n" if !$kind{$key}++;

    open my $fh, '>:raw', "$out/$name" or die "$out/$name: $!";
    print $fh "$what\n\n", describe($client, $i);
    close $fh;
}


sub describe {
    my ($client, $i) = @_;

    my $text = "seed $seed, round $round->{n}, configuration"
               . " $round->{root}/nginx.conf.$round->{reloads}\n";

    return $text if !$client;

    my $plan = $client->{plan};

    $text .= "again: CHAOS_SEED=$seed CHAOS_ROUND=$round->{n}"
             . " CHAOS_CONNECTION=$plan->{at} make chaos\n\nconnection:";
    $text .= " $_=$plan->{$_}" for grep { defined $plan->{$_}
                                          && !ref $plan->{$_} }
                                   sort keys %$plan;

    for my $j (0 .. $#{ $plan->{requests} }) {
        my $request = $plan->{requests}[$j];
        my $result = $client->{results}[$j];
        my $l = $request->{l};

        $text .= "\n\n" . (defined $i && $i == $j ? '>>> ' : '')
                 . "request $j: $request->{method} $request->{path}\n"
                 . join('', map { s/(Bearer .{10}).*/$1.../r . "\n" }
                                @{ $request->{headers} })
                 . (defined $request->{token} ? "token: $request->{token}\n"
                                              : '')
                 . "location:" . join('', map { " $_=" . ($l->{$_} // '') }
                                              sort keys %$l)
                 . "\nresult: $result->{end}, status $result->{status}, "
                 . length($result->{body}) . ' bytes, '
                 . ($result->{why} // '') . "\n" . ($result->{head} // '');

        $text .= "\n" . substr($result->{body}, 0, 600) . "\n"
            if defined $i && $i == $j;
    }

    return "$text\n";
}


sub report {
    my @classes = map { "$_ " . ($class{$_} // 0) }
                      qw(whole refusal cut none left unsent hang);
    my $requests = 0;

    $requests += $_ for values %class;

    printf "chaos: seed %s, %s: %d rounds, %d reloads, %d connections,"
           . " %d requests in %d s\n", $seed, $version, $rounds, $reloads,
           $connections, $requests, time - $started;
    print 'chaos: ', join(', ', @classes), "\n";

    if (!@faults) {
        print "chaos: no fault\n";
        File::Path::remove_tree($out) if !env('LOG');
        return;
    }

    print 'chaos: ', scalar @faults, " faults, traces in $out\n";
    printf "%6d  %s\n", $kind{$_}, $_
        for sort { $kind{$b} <=> $kind{$a} } keys %kind;
}
