# A 304 or a 412 comes in the place of a 200, and of nothing else; what they
# carry.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $text = 'Content-Type: text/plain';

my $be = answers(
    '/Binary/strong' => [ '200 OK', 'hello', $text, 'ETag: "abc"',
                          'Last-Modified: Thu, 26 Dec 2019 21:36:00 GMT' ],
    '/Binary/down' => [ '500 No', 'hello', $text, 'ETag: "abc"' ],
    '/Binary/empty' => [ '200 OK', '', $text, 'ETag: "abc"' ],
);

my $ngx = nginx_start(server => <<"END");
    fhir_binary_auth off;

    location / {
        fhir_binary r4;
        fhir_binary_cors *;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }

    location /d/ {
        fhir_binary dstu2;
        proxy_pass http://127.0.0.1:@{[ $be->port ]}/;
    }

    location /file/ { fhir_binary r4; alias html/; default_type text/plain; }
END

mkdir $ngx->root . '/html/Binary';
open my $fh, '>', $ngx->root . '/html/Binary/1' or die $!;
close $fh;

my $port = $ngx->port;
my %query = (n => '', j => '?_format=json', x => '?_format=xml');


# Only an answer that would be a 200 can be a 304 or a 412.

for my $header ('If-None-Match: *', 'If-Match: "x"') {
    is(ask($port, 'GET /Binary/nobody', $header)->{status}, 404,
       "$header, 404");
    is(ask($port, 'GET /Binary/a_b', $header)->{status}, 404,
       "$header, no route");
    is(ask($port, 'GET /Binary/strong', 'Accept: image/png',
           $header)->{status}, 406, "$header, 406");
    is(ask($port, 'GET /Binary/strong?_format=a', $header)->{status}, 406,
       "$header, bad _format");
    is(ask($port, 'GET /Binary/down', $header)->{status}, 502,
       "$header, 502");
    is(ask($port, 'GET /d/Binary/empty?_format=json', $header)->{status}, 500,
       "$header, 500");
    is(ask($port, 'POST /Binary/strong', $header)->{status}, 405,
       "$header, 405");
}


# nginx would answer for a file by itself, before its form is known.

my $tag = header(ask($port, 'GET /file/Binary/1'), 'ETag');

is(ask($port, 'GET /file/Binary/1', "If-None-Match: $tag")->{status}, 304,
   'a file');
is(ask($port, 'GET /file/Binary/1?_format=json',
       "If-None-Match: $tag")->{status}, 200, 'its FHIR form is another one');
is(ask($port, 'GET /file/Binary/1', 'Accept: a/b',
       "If-None-Match: $tag")->{status}, 406, 'nothing acceptable is no 304');
is(ask($port, 'GET /file/Binary/1', 'Accept: a/b',
       'If-Match: "x"')->{status}, 406, 'nor a 412');


# What a 304 carries, and a 412.

for my $form (qw(n j x)) {
    my $get = ask($port, "GET /Binary/strong$query{$form}");
    my $r = ask($port, "GET /Binary/strong$query{$form}",
                'If-None-Match: *');

    is("$r->{status} $r->{length}", '304 0', "a 304, $form");

    for my $name ('ETag', 'Vary', 'Cache-Control', 'Last-Modified',
                  'Access-Control-Allow-Origin', 'X-Content-Type-Options')
    {
        is(header($r, $name), header($get, $name), "with $name of the 200");
        isnt(header($r, $name), undef, 'which is there');
    }

    for my $name ('Content-Type', 'Content-Length', 'Transfer-Encoding') {
        is(header($r, $name), undef, "without $name");
    }

    is_outcome(ask($port, "GET /Binary/strong$query{$form}",
                   'If-Match: "x"'), 412, 'conflict', "a 412, $form");
}

$ngx->is_log_clean;
done_testing();
