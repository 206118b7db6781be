# An answer that breaks off, or is shorter than its own length, is cut or
# refused, and what the connection carries next never becomes a part of it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Crowd;
use Documents;
use Endpoint;
use FhirServer 'binary';
use MIME::Base64 'encode_base64';
use Responder;

# An id says what it wants: size, shape (raw, json, xml), and whether it is
# broken, and in which way.

sub answer {
    my ($ask) = @_;
    my %want = split /\./, $ask->{id};
    my $body = document($want{size});
    my @type;

    if ($want{shape} ne 'raw') {
        @type = (type => "application/fhir+$want{shape}");
        $body = binary($want{shape}, data => encode_base64($body, ''));
    }

    return $want{way} ? broken($ask, $want{way}, $body, @type)
                      : wire($ask, $body, @type, told => 1);
}

my %source = map { $_ => responder($_, \&answer) }
                 qw(http fastcgi uwsgi scgi);

# The HTTP of the gateway to its backend is one more difference.

my %protocol = (http10 => 'http', http11 => 'http',
                map { $_ => $_ } qw(fastcgi uwsgi scgi));

my $server = '';

for my $name (sort keys %protocol) {
    my $module = $protocol{$name} eq 'http' ? 'proxy' : $protocol{$name};
    my $on = open_endpoint($source{ $protocol{$name} })
             . "${module}_next_upstream off;";

    $on .= ' proxy_http_version 1.1;' if $name eq 'http11';

    $server .= "location /$name/buffered/Binary/ { $on }
                location /$name/direct/Binary/ { $on
                                                 ${module}_buffering off; }
                location /$name/cached/Binary/ { $on
                    ${module}_cache $module; ${module}_cache_key \$uri;
                    ${module}_cache_valid 200 1m; }
                location /$name/store/Binary/ { $on
                    ${module}_store on; root store; }\n";

    $server .= "location /$name/kept/Binary/ { $on fastcgi_keep_conn on; }\n"
        if $name eq 'fastcgi';
}

my @where = qw(buffered direct cached store);

my $ngx = nginx_start(
    server => $server,
    http => 'keepalive_timeout 60s;'
            . join '', map { "${_}_cache_path $_ keys_zone=$_:1m;" }
                           qw(proxy fastcgi uwsgi scgi));

my %shown;

for my $name (sort keys %protocol) {
    my @ways = grep { !/stall/ } ways($protocol{$name});

    for my $where (@where, $name eq 'fastcgi' ? 'kept' : ()) {
        for my $form (qw(native json xml)) {
            my @raw = map { [ $_, 'raw', 30_000 ] } @ways;

            check($name, $where, $form, '1.0', @raw);
            check($name, $where, $form, '1.1', @raw, map {
                ([ $_, 'raw', 100 ], [ $_, 'json', 30_000 ],
                 [ $_, 'xml', $form eq 'xml' ? 100 : 30_000 ])
            } @ways);
        }
    }
}

cmp_ok($shown{$_}, '>', 0, "some were $_") for qw(cut refused);

# What is not broken passes, one after the other, on the same connection.

for my $name (sort keys %protocol) {
    for my $where (@where, $name eq 'fastcgi' ? 'kept' : ()) {
        my @get = map { get("/$name/$where/Binary/$_") }
                      map { ("size.100.shape.$_", "size.30000.shape.$_") }
                          qw(raw json xml);
        my @r = together($ngx->port, pipeline(@get, @get));

        is(join(' ', map { verdict($_, document(100), document(30_000)) } @r),
           join(' ', ('whole 0', 'whole 1') x 6), "$name, $where: whole ones");
    }
}

$ngx->is_log_clean;

done_testing();


sub check {
    my ($name, $where, $form, $version, @cases) = @_;

    my %get = (accept => $TYPE{$form}, version => $version,
               headers => $version eq '1.0' ? "Connection: keep-alive\r\n"
                          : '');
    my $next = "/$name/$where/Binary/size.40000.shape.raw";

    my @r = together($ngx->port, map {
        my ($way, $shape, $size) = @$_;

        pipeline(get("/$name/$where/Binary/size.$size.shape.$shape.way.$way",
                     %get), get($next, accept => $TYPE{$form}));
    } @cases);

    my @bad;

    for my $case (@cases) {
        my ($first, $second) = splice @r, 0, 2;
        my $said = verdict($first, document($case->[2]));
        my $then = verdict($second, document(40_000));
        my $behind = substr $first->{raw}{received}, length $first->{head};

        $shown{ $said eq 'cut' ? 'cut' : 'refused' }++;

        # Nothing behind a cut; behind a refusal a close, or what was asked.

        push @bad, "@$case: $said, then $then"
            if $said !~ /^(?:cut|50[24] \w+)$/
               || $then ne ($said ne 'cut' && $second->{status} ? 'whole 0'
                                                               : 'cut')
               || $said eq 'cut' && $behind =~ m{HTTP/1\.[01] \d};
    }

    is("@bad", '', "$name, $where, $form, HTTP/$version: " . @cases
                   . ' that are short');
}
