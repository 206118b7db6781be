# FastCGI: a document that is whole at its source is whole at the client,
# with and without a length, however its records come.

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

# An id says what it wants: size of the document, shape (json, xml: in such a
# resource), size of a record ("rec"), told, padded, with stderr between them
# ("err"), without an end of stdout (end.request); all in one system call, or
# in two, parted after "split" bytes, or in pieces of "each".  The connection
# is closed with it, or a little later ("n"): nginx then sees that apart.

my $php = responder('fastcgi', sub {
    my ($ask) = @_;
    my %want = split /\./, "$ask->{id}.$ask->{query}";

    my $body = document($want{size});
    my @type;

    if ($want{shape}) {
        $body = binary($want{shape}, $body eq '' ? ()
                       : (data => encode_base64($body, '')));
        @type = (type => "application/fhir+$want{shape}");
    }

    push @type, headers => [ "X-Accel-Redirect: /other/Binary/$ask->{id}" ]
        if $ask->{uri} =~ m{^/else};

    my $bytes = wire($ask, $body, @type, told => $want{told},
                     $want{rec} ? (rec => $want{rec}) : (),
                     pad => $want{pad}, err => $want{err},
                     end => $want{end});
    my $split = $want{split} // 0;

    my @end = map { PAUSE(0.0005 * $_) } grep { $_ } ($want{n} // 0) % 3;

    return ($bytes, @end) if !$split;
    return map { ($_, PAUSE(0.002)) } unpack "(a$want{each})*", $bytes
        if $want{each};
    return (substr($bytes, 0, $split), PAUSE(0.002),
            substr($bytes, $split));
});

my $on = open_endpoint($php);
my $cache = 'fastcgi_cache c; fastcgi_cache_valid 200 1m;
             add_header X-Cache $upstream_cache_status always;';

my $ngx = nginx_start(
    http => 'fastcgi_cache_path cache keys_zone=c:1m;
             fastcgi_cache_key $uri$is_args$args;
             upstream kept { server 127.0.0.1:' . $php->port . ';
                             keepalive 4; }
             upstream dead { server 127.0.0.1:' . free_port() . ';
                             server 127.0.0.1:' . $php->port . ' backup; }',
    server => "location /plain/Binary/ { $on }
               location /large/Binary/ { $on fastcgi_buffers 16 32k; }
               location /small/Binary/ { $on fastcgi_buffer_size 4k;
                                         fastcgi_buffers 2 4k;
                                         fastcgi_busy_buffers_size 4k; }
               location /direct/Binary/ { $on fastcgi_buffering off; }
               location /kept/Binary/ { " . $on =~ s/_pass \S+;/_pass kept;/r
               . " fastcgi_keep_conn on; }
               location /keptdirect/Binary/ { "
               . $on =~ s/_pass \S+;/_pass kept;/r
               . " fastcgi_keep_conn on; fastcgi_buffering off; }
               location /cached/Binary/ { $on $cache }
               location /dead/Binary/ { " . $on =~ s/_pass \S+;/_pass dead;/r
               . " }
               location /else/Binary/ { $on }
               location /other/Binary/ { internal; " . $php->pass . "
                   fastcgi_param REQUEST_URI \$uri; }");

# 4 k is a buffer, 8 of them are the rest of nginx's own measure.

my @sizes = (0, 1, 4_200, 5_000, 8_000, 8_192, 20_000, 22_826, 36_000,
             100_000);
my %times = (native => 60, json => 10, xml => 10);

for my $size (@sizes) {
    for my $form (qw(native json xml)) {
        whole('plain', $form, $times{$form}, "size.$size");
        whole('large', $form, $times{$form}, "size.$size")
            if $size == 100_000;
    }
}

for my $where (qw(plain small direct kept keptdirect)) {
    for my $size (@sizes) {
        whole($where, 'native', 6, "size.$size", "size.$size.told.1",
              "size.$size.pad.1");
        whole($where, $_, 2, "size.$size.pad.1", "size.$size.told.1")
            for qw(json xml);
        whole($where, 'native', 3, "size.$size.end.request",
              "size.$size.err.1", "size.$size.err.1.told.1");
        whole($where, $_, 1, map { my $shape = "size.$size.shape.$_";
                                   map { ($_, "$_?n.2") }
                                       ($shape, "$shape.told.1") }
                                 qw(json xml))
            for qw(native json xml);
    }
}

# Of a cache: a miss, and then a hit, which asks nobody.

for my $size (@sizes) {
    for my $told (0, 1) {
        my $id = "size.$size.told.$told";

        whole('cached', 'native', 12, $id);

        my $before = $php->seen;

        whole('cached', $_, 12, $id) for qw(native json xml);
        is($php->seen, $before, "cached, size.$size.told.$told: asked once");
    }
}

# In two pieces, and record by record.

srand 11;

for my $where (qw(plain direct kept cached)) {
    for my $told (0, 1) {
        my @ids = map { 'size.20000.split.' . (1 + int rand 20_080)
                        . ".told.$told.pad.$told" } 1 .. 20;

        whole($where, $_, 1, @ids) for qw(native json xml);

        whole($where, $_, 1, "size.300.rec.1.told.$told",
              "size.20000.rec.999.split.1.each.1007.told.$told",
              "size.20000.rec.4096.split.1.each.4104.told.$told")
            for qw(native json xml);
    }
}

# By another server than the first, and by a redirect of nginx.

for my $where (qw(dead else)) {
    whole($where, $_, 6, map { ("size.$_", "size.$_.told.1", "size.$_.pad.1") }
                             @sizes) for qw(native json xml);
}

# A client that reads slowly: what is here waits for it.

for my $where (qw(plain small direct kept keptdirect large)) {
    for my $told (0, 1) {
        my $id = "size.900000.told.$told.pad.1";
        my $r = fetch($ngx->port, $id, prefix => "/$where/Binary/",
                      rcvbuf => 4096, read_size => 9000, read_pause => 0.0001,
                      timeout => 10);

        is(verdict($r, document(900_000)), 'whole 0', "$where, $id, slowly");
    }
}

$ngx->is_log_clean;

done_testing();


# Each id so many times, by turns; one test.

sub whole {
    my ($where, $form, $times, @ids) = @_;

    my (%bad, $n);
    my @todo = map { my $id = $_; map { $id =~ /\?/ ? $id : "$id?n.$_" }
                                   1 .. $times } @ids;

    while (my @now = splice @todo, 0, 12) {
        my @r = together($ngx->port, map { get("/$where/Binary/$_",
                                               accept => $TYPE{$form}) }
                                         @now);

        for my $i (0 .. $#now) {
            my ($size) = $now[$i] =~ /^size\.(\d+)/;
            my $said = verdict($r[$i], document($size));

            $bad{$now[$i] =~ s/\?.*//r . ": $said"}++ if $said ne 'whole 0';
        }

        $n += @now;
    }

    my $name = @ids > 1 ? "$ids[0] and " . (@ids - 1) . ' more' : $ids[0];

    is(join(', ', map { "$_ ($bad{$_})" } sort keys %bad), '',
       "$where, $form, $name, $n times");
}
