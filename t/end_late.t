# A FastCGI backend that fails behind the last byte of a document: that one is
# whole, and the client's connection can be used again, or was said to close.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Crowd;
use Documents;
use Endpoint;
use Responder;

my %how = (fin => sub { FhirBinary::FIN() },
           rst => sub { (FhirBinary::PAUSE(0.01), FhirBinary::RST()) },
           late => sub { (FhirBinary::PAUSE(0.02), FhirBinary::FIN()) });

# An id says the size and how it fails; padding that is announced for the last
# record does not come.

my $source = responder('fastcgi', sub {
    my ($ask) = @_;
    my %want = split /\./, $ask->{id};
    my $bytes = wire($ask, document($want{size}), told => 1, rec => 1000,
                     end => $want{fails} eq 'no' ? 'all' : 'none');

    return $bytes if $want{fails} eq 'no';

    my $tail = substr $bytes, -20, 20, '';

    return ($bytes, FhirBinary::PAUSE(0.01), $tail, $how{ $want{fails} }->());
});

my $on = open_endpoint($source) . 'fastcgi_next_upstream off;';
my $small = 'fastcgi_buffer_size 4k; fastcgi_buffers 2 4k;'
            . ' fastcgi_busy_buffers_size 4k;';
my $threads = Documents::nginx_has('--with-threads') ? 'aio threads;' : '';

my %where = (
    buffered => $on,
    direct => "$on fastcgi_buffering off;",
    small => "$on $small",
    threads => "$on $small $threads sendfile off;",
    writes => "$on $small $threads aio_write on; sendfile off;",
    cached => "$on $small fastcgi_cache c;",
    'cached-threads' => "$on $small fastcgi_cache c; $threads sendfile off;",
    stored => "$on $small $threads sendfile off; fastcgi_store on;"
              . ' root store;',
);

my $ngx = nginx_start(
    http => 'fastcgi_cache_path c keys_zone=c:1m; fastcgi_cache_key $uri;
             fastcgi_cache_valid 200 1m;',
    server => join "\n", map { "location /$_/Binary/ { $where{$_} }" }
                             sort keys %where);

for my $where (sort keys %where) {
    for my $fails (sort keys %how) {
        for my $size (100, 5_000, 30_000) {
            my $path = "/$where/Binary/size.$size.fails.$fails";
            my $next = get("/$where/Binary/size.200.fails.no");
            my @r = together($ngx->port,
                             map { pipeline(get("$path.n.$_"), $next) }
                                 1 .. 4);
            my @bad;

            while (my ($first, $second) = splice @r, 0, 2) {
                my $said = verdict($first, document($size));
                my $then = $second->{status}
                           ? verdict($second, document(200)) : 'nothing';
                my $closes = $first->{head} =~ /^Connection: close\r$/mi;

                push @bad, "$said, then $then"
                    if $said ne 'whole 0'
                       || $then ne ($closes ? 'nothing' : 'whole 0');
            }

            is(join('; ', @bad), '', "$where, $fails, $size bytes");
        }
    }
}

$ngx->is_log_clean;

done_testing();
