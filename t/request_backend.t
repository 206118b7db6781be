# What the backend is asked: the request, less what was said to the gateway.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $be = backend("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                 . "Content-Length: 2\r\n\r\nok");

my $ngx = nginx_start(http => <<'HTTP', server => <<"END");
    log_format seen escape=none '[$http_accept|$http_range|$http_if_none_match'
                    '|$http_accept_encoding|$http_if_range]';
HTTP
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_http_version 1.0;

    location / {
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
        proxy_set_header X-Seen \$http_accept|\$http_range|\$http_if_match;
        proxy_set_header X-Args \$args;
        access_log logs/seen.log seen;
    }

    location /raw/ {
        fhir_binary_backend raw;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }

    location /to/ {
        proxy_pass http://127.0.0.1:@{[ $be->port ]}/store/;
    }
END

my $port = $ngx->port;
my $pdf = 'Accept: application/pdf, text/plain';


# The header lines of the request that the backend saw, by name.

sub asked {
    my ($line, @headers) = @_;

    my $r = ask($port, $line, @headers);
    my ($first, @lines) = split /\r\n/, ($be->requests)[-1];
    my %seen = (line => $first, status => $r->{status});

    for my $line (@lines) {
        my ($name, $value) = $line =~ /^([^:]+): ?(.*)/ or next;
        $seen{lc $name} = defined $seen{lc $name}
                          ? "$seen{lc $name} AND $value" : $value;
    }

    return \%seen;
}


# The query as it came, less _format, _pretty and access_token.

my @queries = (
    [ '?a=b', '?a=b' ],
    [ '?', '' ],
    [ '?x=%2F%2f+%20&y&&z=', '?x=%2F%2f+%20&y&&z=' ],
    [ '?_format=json', '' ],
    [ '?_format=json&a=%41', '?a=%41' ],
    [ '?a=%41&_format=json', '?a=%41' ],
    [ '?a=1&_pretty=true&b=%20+2&access_token=secret&c', '?a=1&b=%20+2&c' ],
    [ '?%5fformat=json&acces%73_token=secret&_formats=x', '?_formats=x' ],
    [ '?_FORMAT=json&access_token2=x', '?_FORMAT=json&access_token2=x' ],
    [ '?access_token', '' ],
    [ '?q=access_token=secret', '?q=access_token=secret' ],
);

for my $row (@queries) {
    my ($query, $kept) = @$row;

    is(asked("GET /Binary/1$query")->{line}, "GET /Binary/1$kept HTTP/1.0",
       "/Binary/1$query");
}

is(asked('GET /a%20b%2Dc/Binary/T%2D1?x=1')->{line},
   'GET /a%20b-c/Binary/T-1?x=1 HTTP/1.0', 'the path has one spelling');
is(asked('GET /a%20b/Binary/T-1?_format=json&x=1')->{line},
   'GET /a%20b/Binary/T-1?x=1 HTTP/1.0', 'or escaped where it must be');
is(asked('GET /to/Binary/1?x=1&_format=json')->{line},
   'GET /store/Binary/1?x=1 HTTP/1.0', 'proxy_pass with a path replaces it');
is(asked('HEAD /raw/Binary/1')->{line}, 'HEAD /raw/Binary/1 HTTP/1.0',
   'a raw store is asked with HEAD');
is(asked('HEAD /Binary/1')->{line}, 'GET /Binary/1 HTTP/1.0',
   'what may be a FHIR server is asked with GET');
is(asked('GET /Binary/1?a=1&_format=json')->{'x-args'}, 'a=1',
   '$args is what the backend sees');


# Headers.

my @hidden = ('If-None-Match: "a"', 'If-Match: "b"', 'Range: bytes=0-1',
              'If-Modified-Since: Thu, 26 Dec 2019 21:36:00 GMT',
              'If-Unmodified-Since: Thu, 26 Dec 2019 21:36:00 GMT',
              'If-Range: "a"', 'Accept-Encoding: gzip, br');

my $seen = asked('GET /Binary/1', $pdf, @hidden, 'X-Other: 1',
                 'Accept: text/html', 'aCCEPT-encoding: zstd',
                 'Authorization: Bearer abc', 'Cookie: a=b');

is($seen->{accept}, '*/*', 'Accept is anything');

is($seen->{$_}, undef, "there is no $_")
    for qw(if-none-match if-match if-modified-since if-unmodified-since
           if-range range accept-encoding);

is($seen->{'x-other'}, '1', 'other headers pass');
is($seen->{cookie}, 'a=b', 'as nginx lets them');
is($seen->{authorization}, 'Bearer abc', 'the operator clears this one');

# (nginx before 1.23 shows the first line of several)

like($seen->{'x-seen'}, qr{^application/pdf, text/plain.*\|bytes=0-1\|"b"$},
     'variables keep what the client sent');

is(asked('GET /Binary/1')->{accept}, '*/*', 'no Accept is one to the backend');
is(asked('GET /Binary/1', map { "X-$_: $_" } 1 .. 60)->{'x-60'}, '60',
   'many headers pass');


# Range: one, without If-Range, and where no FHIR form can be chosen.

my $fhir = 'Accept: application/fhir+json';

my @ranges = (
    [ 1, 'one range, native', $pdf, 'Range: bytes=0-1' ],
    [ 1, 'one range, no Accept', 'Range: bytes=0-1' ],
    [ 1, 'one range from the end', $pdf, 'Range: bytes=-1' ],
    [ 0, 'two ranges', $pdf, 'Range: bytes=0-0,1-1' ],
    [ 0, 'with If-Range', $pdf, 'Range: bytes=0-1', 'If-Range: "x"' ],
    [ 0, 'FHIR asked for', $fhir, 'Range: bytes=0-1' ],
    [ 0, 'FHIR possible', "$pdf, application/fhir+xml;q=0.1",
      'Range: bytes=0-1' ],
    [ 1, 'FHIR refused', "$pdf, application/fhir+json;q=0",
      'Range: bytes=0-1' ],
);

for my $row (@ranges) {
    my ($sent, $what, @headers) = @$row;

    is(asked('GET /Binary/1', @headers)->{range} // '-',
       $sent ? (map { /^Range: (.*)/ } @headers)[0] : '-',
       "Range, $what: " . ($sent ? 'sent' : 'not sent'));
}

is(asked('GET /Binary/1?_format=json', $pdf, 'Range: bytes=0-1')->{range},
   undef, 'Range, _format=json: not sent');
is(asked('HEAD /Binary/1', $pdf, 'Range: bytes=0-1')->{range},
   undef, 'Range, HEAD: not sent');


# The log keeps the client's originals, and has no token.

ask($port, 'GET /Binary/1?access_token=SECRET-1', $pdf, @hidden);

my $log = $ngx->slurp('logs/seen.log');

like($log, qr{\[\Qapplication/pdf, text/plain|bytes=0-1|"a"|gzip, br|"a"\E\]$}m,
     'the access log keeps what the client sent');

# what nginx adds to every line is nginx's: from "client:" on

my $lines = join '', map { /(fhir binary:.*?)(?:, client:|$)/ ? "$1\n" : () }
                         split /^/, $ngx->log;

like($lines, qr/precondition/, 'the module has logged something');
unlike($lines, qr/SECRET|text.plain|bytes=/, 'and nothing of the request');

$ngx->is_log_clean;
done_testing();
