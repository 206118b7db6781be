package Chaos::Config;

# A random configuration.  What a location means (its source, version, guard)
# is the same in all variants of a round; how it does that (buffers, caches,
# threads) is another with each variant, so that a reload changes it while
# requests are on their way.
#
#     my $config = Chaos::Config->new($random, port => ..., h2 => ...,
#                                     root => ..., backend => { http => ... });
#
#     $config->{locations};        what each of them means
#     $config->text($variant);     the text of nginx.conf

use strict;
use warnings;


sub new {
    my ($class, $random, %opt) = @_;

    my $self = bless { %opt, random => $random }, $class;
    my $meaning = $random->fork('meaning');

    $self->{workers} = $meaning->between(1, 3);
    $self->{server_page} = $meaning->chance(50);

    # A worker that ends does not wait for what a thread of nginx before
    # 1.29 still reads.

    $self->{reloads} = $meaning->chance(50) ? $meaning->between(1, 3) : 0;
    $self->{threads} = !$self->{reloads} && $meaning->chance(50);
    $self->{token_cache} = $meaning->chance(50);
    $self->{locations} = [
        map { location($meaning->fork("location $_"), $_) }
            1 .. $opt{count} // 12
    ];

    return $self;
}


sub location {
    my ($random, $n) = @_;

    my %l = (
        n => $n, prefix => "/L$n/Binary/",
        source => $random->weighted(proxy => 8, fastcgi => 5, scgi => 1,
                                    uwsgi => 1, file => 2, store => 2,
                                    accel => 1),
        shape => $random->weighted(raw => 4, fhir => 5, auto => 3),
        version => $random->pick(qw(dstu2 stu3 r4 r4b r5)),
        auth => $random->weighted(off => 6, on => 3, any => 1),
        patient => $random->pick(qw(deny trust header)),
        accept => $random->weighted(strict => 4, lenient => 1),
        default => $random->weighted(native => 4, fhir => 1),
        lookahead => $random->weighted(64 => 3, 4 => 1, 16_384 => 1),
        error_page => $random->weighted(none => 8, page => 1, document => 1),
    );

    my $upstream = $l{source} !~ /^(?:file|store)$/;

    # What nginx serves from a file has one type, and no header of a patient.

    if (!$upstream) {
        $l{shape} = 'raw';
        $l{type} = 'p';
        $l{patient} = 'trust' if $l{patient} eq 'header';
    }

    $l{old} = $l{version} =~ /^(?:dstu2|stu3)$/ ? 1 : 0;
    $l{http} = $random->weighted('1.1' => 5, '1.0' => 1)
        if $l{source} =~ /^(?:proxy|accel|store)$/;
    $l{cache} = $upstream && $l{source} ne 'accel' && $random->chance(35);
    $l{buffering} = $l{cache} || $l{source} eq 'store' || $random->chance(65);

    return \%l;
}


sub text {
    my ($self, $variant) = @_;

    my $random = $self->{random}->fork("variant $variant");
    my $root = $self->{root};
    my $user = $> == 0 ? 'user root;' : '';

    my $page = $self->{server_page}
               ? "error_page 404 406 500 502 503 504 /page.html;\n" : '';
    my $cache = $self->{token_cache}
                ? "fhir_binary_token_cache zone=tokens:256k;\n" : '';

    my $common = join "\n    ", common($random),
                      $self->{threads} ? 'aio threads;' : ();
    my @locations = map { $self->location_text($random->fork("L$_->{n}"), $_) }
                        @{ $self->{locations} };

    my $zones = join "\n    ", map {
        "${_}_cache_path $root/${_}_cache levels=1 keys_zone=${_}_zone:4m"
        . " max_size=64m use_temp_path=" . $random->pick(qw(on off)) . ';'
    } qw(proxy fastcgi scgi uwsgi);

    my $temp = join "\n    ", map { "${_}_temp_path $root/${_}_temp;" }
                                  qw(client_body proxy fastcgi scgi uwsgi);

    my $load = join '', map { "load_module $_;\n" }
                            split ' ', $self->{load} // '';
    my $level = $ENV{CHAOS_LOG} || 'info';

    return <<"END";
$load$user
daemon off;
master_process on;
worker_processes $self->{workers};
worker_shutdown_timeout 60s;
pid $root/nginx.pid;
error_log $root/error.log $level;

events {
    worker_connections 1024;
}

http {
    access_log $root/access.log;
    $temp
    $zones
    $common
    upstream back {
        server 127.0.0.1:$self->{backend}{http};
        keepalive 8;
    }
    upstream fcgi {
        server 127.0.0.1:$self->{backend}{fastcgi};
        keepalive 4;
    }

    fhir_binary_key_file $root/jwks.json;
    fhir_binary_issuer $self->{issuer};
    fhir_binary_audience $self->{audience};
    $cache
    server {
        listen 127.0.0.1:$self->{port};
        listen 127.0.0.1:$self->{h2} http2;
        root $root/html;
        $page
        location = /page.html { }
@locations
    }
}
END
}


# What all sources share.

sub common {
    my ($random) = @_;

    my @lines = (
        'keepalive_timeout 75s;',
        'keepalive_requests ' . $random->pick(3, 1000, 1000) . ';',
        'send_timeout 20s;',
        'sendfile ' . $random->pick(qw(on off)) . ';',
        'tcp_nopush ' . $random->pick(qw(on off)) . ';',
    );

    push @lines, 'aio_write on;'                       if $random->chance(20);
    push @lines, 'directio ' . $random->pick(qw(4k 64k)) . ';'
        if $random->chance(20);
    push @lines, 'output_buffers ' . $random->pick('1 4k', '2 1k', '8 16k')
                 . ';'                                 if $random->chance(30);
    push @lines, 'postpone_output ' . $random->pick(0, 1, 8000) . ';'
        if $random->chance(30);
    # seldom: nothing is said then of sockets that a worker leaves open
    push @lines, 'sendfile_max_chunk ' . $random->pick(qw(4k 64k)) . ';'
        if $random->chance(8);
    push @lines, 'gzip on;', 'gzip_min_length 1;', 'gzip_types *;',
                 'gzip_proxied any;'                   if $random->chance(40);
    push @lines, 'lingering_close always;'             if $random->chance(10);
    push @lines, 'reset_timedout_connection on;'       if $random->chance(20);

    return @lines;
}


sub guard {
    my ($random, $l) = @_;

    my @lines = ("fhir_binary $l->{version};",
                 "fhir_binary_backend $l->{shape};",
                 "fhir_binary_accept $l->{accept};",
                 "fhir_binary_default $l->{default};",
                 "fhir_binary_lookahead $l->{lookahead}k;",
                 'fhir_binary_auth ' . ($l->{auth} eq 'off' ? 'off' : 'on')
                 . ';');

    push @lines, 'fhir_binary_patient '
                 . ($l->{patient} eq 'header' ? 'header X-Patient'
                                              : $l->{patient}) . ';';
    push @lines, 'satisfy any;', 'allow 127.0.0.1;', 'deny all;'
        if $l->{auth} eq 'any';
    push @lines, 'fhir_binary_buffers ' . $random->pick('2 2k', '2 4k', '3 8k',
                                                        '8 64k') . ';'
        if $random->chance(50);
    push @lines, 'fhir_binary_sandbox off;' if $random->chance(20);
    # Without buffering nginx itself stops for ever when a header that leaves
    # alone has used up the rate.

    push @lines, 'limit_rate ' . $random->pick(qw(300k 1m)) . ';',
                 $l->{buffering} ? () : 'postpone_output 1460;'
        if $random->chance(15);
    push @lines, 'limit_rate_after ' . $random->pick(qw(1 10k)) . ';'
        if $random->chance(10);

    return @lines;
}


sub location_text {
    my ($self, $random, $l) = @_;

    my @lines = guard($random, $l);
    my $root = $self->{root};
    my $after = '';

    push @lines, 'default_type application/pdf;' if $l->{type};

    if ($l->{error_page} eq 'page') {
        push @lines, 'error_page 404 502 504 /page.html;';

    } elsif ($l->{error_page} eq 'document') {
        push @lines, 'error_page 401 403 404 502 ' . $random->pick('', '= ')
                     . "\@other$l->{n};";
        $after = "location \@other$l->{n} {"
                 . " proxy_http_version 1.1; proxy_pass http://back; }\n";
    }

    if ($l->{source} eq 'store') {
        push @lines, "root $root/store;", "try_files \$uri \@store$l->{n};";
        $after .= "location \@store$l->{n} { root $root/store;"
                  . ' proxy_store on; proxy_store_access user:rw all:r;'
                  . join(' ', tune($random, $l, 'proxy'), pass($random, $l))
                  . " }\n";

    } elsif ($l->{source} ne 'file') {
        my $kind = $l->{source} =~ /^(fastcgi|scgi|uwsgi)$/ ? $1 : 'proxy';

        push @lines, tune($random, $l, $kind), pass($random, $l);
        push @lines, $self->params($random, $l, $kind) if $kind ne 'proxy';
        push @lines, cache($random, $kind)             if $l->{cache};
    }

    if ($l->{source} eq 'accel') {
        $after .= "location /inner$l->{prefix} { internal;"
                  . join(' ', tune($random, $l, 'proxy'), pass($random, $l))
                  . " }\n";
        s{/L(\d+)/Binary/;}{/accel/L$1/Binary/;} for @lines;
    }

    return join("\n            ", "        location $l->{prefix} {", @lines)
           . "\n        }\n$after";
}


sub pass {
    my ($random, $l) = @_;

    return if $l->{source} !~ /^(?:proxy|accel|store)$/;

    my $uri = $l->{source} eq 'store' ? ''
              : $l->{source} eq 'accel' || $random->chance(70) ? $l->{prefix}
              : '';

    my @lines = ("proxy_http_version $l->{http};",
                 "proxy_pass http://back$uri;");

    push @lines, 'proxy_set_header Connection "";'
        if $l->{http} eq '1.1' && $random->chance(70);

    return @lines;
}


sub params {
    my ($self, $random, $l, $kind) = @_;

    my @lines = ("${kind}_param REQUEST_METHOD \$request_method;",
                 "${kind}_param DOCUMENT_URI \$uri;",
                 "${kind}_param QUERY_STRING \$args;");

    push @lines, 'scgi_param CONTENT_LENGTH "0";', 'scgi_param SCGI 1;'
        if $kind eq 'scgi';

    if ($kind ne 'fastcgi') {
        push @lines, "${kind}_pass 127.0.0.1:$self->{backend}{$kind};";

    } elsif ($random->chance(50)) {
        push @lines, 'fastcgi_pass fcgi;', 'fastcgi_keep_conn on;';

    } else {
        push @lines, "fastcgi_pass 127.0.0.1:$self->{backend}{fastcgi};";
    }

    return @lines;
}


# Sizes that go together by nginx's own rules.

sub tune {
    my ($random, $l, $kind) = @_;

    my $size = $random->pick(1, 2, 4, 4, 8, 32);
    my $first = $random->pick(2, 4, 4, 8);
    my $largest = $size > $first ? $size : $first;
    my $number = $random->between(2, 10);

    $number++ while ($number - 1) * $size < $largest;

    my $room = ($number - 1) * $size;
    my $busy = $largest + $random->below($room - $largest + 1);

    my @lines = ("${kind}_buffering " . ($l->{buffering} ? 'on' : 'off') . ';',
                 "${kind}_buffer_size ${first}k;",
                 "${kind}_buffers $number ${size}k;",
                 "${kind}_busy_buffers_size ${busy}k;",
                 "${kind}_read_timeout 3s;");

    push @lines, "${kind}_max_temp_file_size 0;" if $random->chance(30);
    push @lines, "${kind}_temp_file_write_size " . 2 * $largest . 'k;'
        if $random->chance(30);
    push @lines, "${kind}_ignore_client_abort on;" if $random->chance(20);
    push @lines, "${kind}_limit_rate 1m;"          if $random->chance(8);
    push @lines, "${kind}_intercept_errors on;"    if $random->chance(15);

    return @lines;
}


sub cache {
    my ($random, $kind) = @_;

    my @lines = ("${kind}_cache ${kind}_zone;",
                 "${kind}_cache_key " . $random->pick('$uri',
                                                      '$uri$is_args$args')
                 . ';');

    push @lines, $random->chance(40)
                 ? "${kind}_cache_valid any " . $random->pick(qw(1s 1m)) . ';'
                 : "${kind}_cache_valid 200 " . $random->pick(qw(1s 1m)) . ';';
    push @lines, "${kind}_cache_lock on;",
                 "${kind}_cache_lock_timeout " . $random->pick(qw(1s 5s)) . ';'
        if $random->chance(40);
    push @lines, "${kind}_cache_use_stale error timeout invalid_header"
                 . ' updating http_500 http_503 http_404;'
        if $random->chance(40);
    push @lines, "${kind}_cache_background_update on;" if $random->chance(30);
    push @lines, "${kind}_cache_revalidate on;"        if $random->chance(40);
    push @lines, "${kind}_cache_min_uses 2;"           if $random->chance(15);

    return @lines;
}


1;
