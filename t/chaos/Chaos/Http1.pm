package Chaos::Http1;

# An HTTP/1.0 or 1.1 client.  Beside what Chaos::Client reads in a plan:
#
#     version        1.0 or 1.1
#     pipeline       all requests at once
#     half_close     our half is closed behind them

use strict;
use warnings;

use parent 'Chaos::Client';


sub bytes_of {
    my ($self, $i) = @_;

    my $plan = $self->{plan};
    my $request = $plan->{requests}[$i];
    my @lines = ("$request->{method} $request->{path} HTTP/$plan->{version}",
                 'Host: localhost', @{ $request->{headers} });

    push @lines, 'Connection: close'
        if $plan->{say_close} && $i == $#{ $plan->{requests} };
    push @lines, 'Connection: keep-alive' if $plan->{version} eq '1.0'
                                             && !$plan->{say_close};

    return join "\r\n", @lines, '', '';
}


sub opened {
    my ($self) = @_;

    my $plan = $self->{plan};
    my $last = $plan->{pipeline} ? $#{ $plan->{requests} } : 0;

    $self->{at} = 0;
    $self->{state} = 'head';

    for my $i (0 .. $last) {
        $self->{results}[$i]{end} = 'waiting';
        $self->send($self->bytes_of($i));
    }

    $self->{half_close} = $plan->{half_close};
}


sub received {
    my ($self) = @_;

    while ($self->{in} ne '') {
        my $r = $self->{results}[$self->{at}];

        if (!$r || $r->{end} ne 'waiting') {
            push @{ $self->{problems} }, 'bytes that answer no request: '
                . substr $self->{in}, 0, 200;
            return $self->finish;
        }

        my $state = "in_$self->{state}";

        $self->$state($r) or last;
    }
}


sub in_head {
    my ($self, $r) = @_;

    if ($self->{in} !~ m{\AHTTP/1\.[01] }
        && index('HTTP/1.1 ', substr $self->{in}, 0, 9) != 0)
    {
        push @{ $self->{problems} }, 'no response begins like this: '
            . substr $self->{in}, 0, 200;
        $r->{end} = 'cut';
        $self->finish;
        return 0;
    }

    $self->{in} =~ s/\A(.*?\r\n)\r\n//s or return 0;

    $r->{head} = $1;
    ($r->{status}) = $r->{head} =~ /^\S+ (\d{3})/;

    while ($r->{head} =~ /^([^:\r\n]+):[ \t]*(.*?)\r$/mg) {
        my ($name, $value) = (lc $1, $2);

        $r->{fields}{$name} = defined $r->{fields}{$name}
                              ? "$r->{fields}{$name}, $value" : $value;
    }

    my $fields = $r->{fields};
    my $connection = lc($fields->{connection} // '');

    $r->{closes} = $connection =~ /close/
                   || $r->{head} =~ m{^HTTP/1\.0}
                      && $connection !~ /keep-alive/
                   || $self->{plan}{version} eq '1.0'
                      && $connection !~ /keep-alive/ ? 1 : 0;

    my $method = $self->{plan}{requests}[$self->{at}]{method};

    if ($method eq 'HEAD' || $r->{status} =~ /^(?:204|304)$/) {
        $r->{framing} = 'none';
        return $self->complete($r);
    }

    if (lc($fields->{'transfer-encoding'} // '') eq 'chunked') {
        push @{ $self->{problems} }, 'chunks and a length'
            if defined $fields->{'content-length'};
        push @{ $self->{problems} }, 'chunks towards HTTP/1.0'
            if $self->{plan}{version} eq '1.0';
        $r->{framing} = 'chunked';
        $self->{state} = 'size';

    } elsif (defined $fields->{'content-length'}) {
        $r->{framing} = 'length';
        $self->{left} = undef;
        $self->{wait} = $fields->{'content-length'};
        $self->{state} = 'length';
        return $self->complete($r) if $self->{wait} == 0;

    } else {
        $r->{framing} = 'close';
        $r->{closes} = 1;
        $self->{state} = 'close';
    }

    return 1;
}


sub take {
    my ($self, $r) = @_;

    my $n = length $self->{in};

    $n = $self->{wait} if $n > $self->{wait};
    $r->{body} .= substr $self->{in}, 0, $n, '';
    $self->{wait} -= $n;

    return $self->{wait} == 0;
}


sub in_length {
    my ($self, $r) = @_;

    return $self->take($r) ? $self->complete($r) : 0;
}


sub in_close {
    my ($self, $r) = @_;

    $r->{body} .= $self->{in};
    $self->{in} = '';

    return 0;
}


sub in_size {
    my ($self, $r) = @_;

    if ($self->{in} !~ /\A[0-9a-fA-F]{0,8}\r?(?:\n|\z)/) {
        push @{ $self->{problems} }, 'no chunk begins like this: '
            . substr $self->{in}, 0, 100;
        $r->{end} = 'cut';
        $self->finish;
        return 0;
    }

    $self->{in} =~ s/\A([0-9a-fA-F]+)\r\n// or return 0;

    $self->{wait} = hex $1;
    $self->{state} = $self->{wait} ? 'data' : 'trailer';

    return 1;
}


sub in_data {
    my ($self, $r) = @_;

    $self->{state} = 'data_end' if $self->take($r);

    return 1;
}


sub in_data_end {
    my ($self) = @_;

    $self->{in} =~ s/\A\r\n// or return 0;
    $self->{state} = 'size';

    return 1;
}


sub in_trailer {
    my ($self, $r) = @_;

    $self->{in} =~ s/\A(?:[^\r\n]+\r\n)*?\r\n// or return 0;

    return $self->complete($r);
}


sub complete {
    my ($self, $r) = @_;

    my $requests = $self->{plan}{requests};

    $r->{end} = 'whole';
    $self->{state} = 'head';

    my $next = ++$self->{at};

    if ($r->{closes}) {
        $self->{closing} = 1;

        for my $later (@{ $self->{results} }[$next .. $#$requests]) {
            $later->{end} = 'unsent';
        }

        # The peer's close has to come, too.

        return 1;
    }

    if ($next == @$requests) {
        if ($self->{in} ne '') {
            push @{ $self->{problems} }, 'bytes behind the last answer: '
                . substr $self->{in}, 0, 200;
        }

        $self->finish;
        return 0;
    }

    if (!$self->{plan}{pipeline}) {
        $self->{results}[$next]{end} = 'waiting';
        $self->{results}[$next]{reused} = 1;
        $self->send($self->bytes_of($next));

    } else {
        $self->{results}[$next]{reused} = 1;
    }

    return 1;
}


sub ended {
    my ($self, $how) = @_;

    my $r = $self->{results}[$self->{at}];

    return if !$r || $r->{end} ne 'waiting';

    if ($self->{state} eq 'close') {
        $r->{end} = $how eq 'fin' ? 'whole' : 'cut';
        $r->{why} = "ended by $how";

    } elsif ($self->{state} eq 'head' && $self->{in} eq '') {
        $r->{end} = 'none';
        $r->{why} = "ended by $how" . ($r->{reused} ? ', in use before' : '');

    } else {
        $r->{end} = 'cut';
        $r->{why} = "ended by $how in state $self->{state}";
    }

    # What was sent behind it cannot be answered any more.

    for my $later (@{ $self->{results} }[$self->{at} + 1
                                         .. $#{ $self->{results} }])
    {
        $later->{end} = 'unsent';
    }
}


1;
