# proxy_cache keeps documents, not the forms that clients got of them.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

use constant NOW => 1800000000;

# A second answer would differ from the first.

my $be = backend(map { my $i = $_; [ sub {
    my ($id) = $_[0] =~ m{/Binary/(\w+)};
    my $head = "Content-Type: application/pdf\r\nETag: \"v$i\"\r\n";
    my $body = "$i-" . document(50_000);

    return "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"
        if $id eq 'none';
    return "HTTP/1.1 200 OK\r\n$head" . 'Content-Length: ' . length($body)
           . "\r\n\r\n$body" if $id eq 'length';
    return "HTTP/1.1 200 OK\r\n${head}Transfer-Encoding: chunked\r\n\r\n"
           . sprintf("%x\r\n%s\r\n0\r\n\r\n", length $body, $body)
        if $id eq 'chunked';
    return "HTTP/1.1 200 OK\r\n${head}Transfer-Encoding: chunked\r\n\r\n"
           . sprintf("%x\r\n%s\r\n", length $body, $body);
} ] } 1 .. 100);

my $proxy = open_endpoint($be) . '
             proxy_cache c;
             add_header X-Cache $upstream_cache_status always;';

my $ngx = nginx_start(
    clock => NOW,
    http => 'proxy_cache_path cache keys_zone=c:1m; proxy_cache_key $uri;',
    server => "location /cache/Binary/ { $proxy proxy_cache_valid any 1m; }
               location /nosf/Binary/ { $proxy proxy_cache_valid any 1m;
                                        sendfile off; }
               location /aio/Binary/ { $proxy proxy_cache_valid any 1m;
                                       aio threads; }
               location /lock/Binary/ { $proxy proxy_cache_valid any 1m;
                                        proxy_cache_lock on; }
               location /miss/Binary/ { $proxy proxy_cache_valid any 1m;
                                        proxy_cache_key \$request_id; }
               location /update/Binary/ { $proxy proxy_cache_valid any 1s;
                                          proxy_cache_use_stale updating;
                                          proxy_cache_background_update on; }");

for my $where (qw(cache nosf aio lock)) {
    for my $id (qw(length chunked)) {
        my (@seen, $first);

        for my $form (qw(xml json native json native)) {
            my ($cache, $what, $r) = asked($where, $id, $form);

            push @seen, $cache;
            $first //= $what;

            like($what, qr/^\d+$/, "$where, $id, $form: the document");
            is($what, $first, "$where, $id, $form: that of the first answer");
        }

        is("@seen", 'MISS HIT HIT HIT HIT', "$where, $id: asked once");
    }

    # A cached 404 is one in each form.

    is(join(' ', map { (asked($where, 'none', $_))[0, 1] }
                     qw(json native xml)),
       'MISS 404 not-found HIT 404 not-found HIT 404 not-found',
       "$where: a 404 is kept too");

    # A broken answer is not kept; a refused one is nobody else's.

    is(join(' ', map { (asked($where, 'broken', $_))[0] } qw(json native)),
       'MISS MISS', "$where: half a document is not kept");
}

# A refusal of one client's wish leaves the document to others.

is((asked('cache', 'length', 'image/png'))[1], '406 not-supported',
   'a wish that the cached document does not meet');
like((asked('cache', 'length', 'json'))[1], qr/^\d+$/, 'and one that it does');

# Conditions are held against the form that is sent, not against what the
# cache has; nginx's own filter would answer for the latter.

my ($tag) = (asked('cache', 'length', 'native'))[2]{h}{etag};

for (
    [ cache => 'native', $tag, 304 ],
    [ cache => 'native', '"other"', 200 ],
    [ cache => 'json', $tag, 200 ],
    [ cache => 'json', 'W/' . $tag =~ s/"$/~json"/r, 304 ],
    [ cache => 'image/png', $tag, 406 ],
    [ miss => 'native', '*', 304 ],
    [ miss => 'image/png', '*', 406 ],
) {
    my ($where, $form, $tag, $status) = @$_;

    my $r = fetch($ngx->port, 'length', accept => $TYPE{$form} // $form,
                  prefix => "/$where/Binary/",
                  headers => "If-None-Match: $tag\r\n");

    is($r->{status}, $status, "$where, $form, If-None-Match: $tag");
}

# Stale, and updated behind the client's back.

my ($cache, $first) = asked('update', 'length', 'json');

$ngx->clock(NOW + 2);

my @later = asked('update', 'length', 'xml');

is("@later[0, 1]", "STALE $first", 'a stale document at once');

wait_for(sub {
    @later = asked('update', 'length', 'native');
    return $later[0] eq 'HIT' && $later[1] ne $first;
});

like($later[1], qr/^\d+$/, 'then a new one, whole');
isnt($later[1], $first, 'which the update fetched');

unlike($ngx->log, qr/\[(?:alert|crit|emerg)\]/, 'nothing bad in the log');

done_testing();


# The cache's status, and the number before the document.

sub asked {
    my ($where, $id, $form) = @_;

    my $r = fetch($ngx->port, $id, accept => $TYPE{$form} // $form,
                  prefix => "/$where/Binary/");

    my $said = $r->{h}{'x-cache'} // '-';

    return ($said, outcome($r)) if $r->{status} != 200;
    return ($said, 'cut') if !$r->{complete};

    my $data = $form eq 'native' ? $r->{body} : unwrap($r)->{data} // '';

    return ($said, 'other') if $data !~ s/^(\d+)-//;
    return ($said, $data eq document(50_000) ? $1 : 'other', $r);
}
