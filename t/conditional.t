# Entity-tags of each form, and requests that depend on them or on a date.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $lm = 'Thu, 26 Dec 2019 21:36:00 GMT';
my $before = 'Thu, 26 Dec 2019 21:35:59 GMT';
my $after = 'Thu, 26 Dec 2019 21:36:01 GMT';
my $text = 'Content-Type: text/plain';

my $be = answers(
    '/Binary/strong' => [ '200 OK', 'hello', $text, 'ETag: "abc"',
                          "Last-Modified: $lm" ],
    '/Binary/id' => [ '200 OK', 'hello', $text, 'ETag: W/"197"' ],
    '/Binary/weak' => [ '200 OK', 'hello', $text, 'ETag: W/"a_b"' ],
    '/Binary/none' => [ '200 OK', 'hello', $text ],
    '/Binary/dated' => [ '200 OK', 'hello', $text, "Last-Modified: $lm" ],
    '/Binary/bare' => [ '200 OK', 'hello', $text, 'ETag: abc' ],
    '/Binary/open' => [ '200 OK', 'hello', $text, 'ETag: "abc' ],
    '/Binary/vast' => [ '200 OK', 'hello', $text, 'ETag: "'
                                                  . 'x' x 200 . '"' ],
);

my $ngx = nginx_start(server => <<"END");
    fhir_binary_auth off;

    location / {
        fhir_binary r4;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }
END

my $port = $ngx->port;
my %query = (n => '', j => '?_format=json', x => '?_format=xml');


# Of the backend's, the tags of the native form, of JSON and of XML.

my @tags = (
    [ 'strong', '"abc"', 'W/"abc~json"', 'W/"abc~xml"' ],
    [ 'id', 'W/"197~raw"', 'W/"197"', 'W/"197~xml"' ],
    [ 'weak', 'W/"a_b"', 'W/"a_b~json"', 'W/"a_b~xml"' ],
    [ 'none', undef, undef, undef ],
    [ 'bare', undef, undef, undef ],
    [ 'open', undef, undef, undef ],
    [ 'vast', undef, undef, undef ],
);

for my $row (@tags) {
    my ($id, @expected) = @$row;

    for my $form (qw(n j x)) {
        my $tag = shift @expected;

        for my $method ('GET', 'HEAD') {
            is(header(ask($port, "$method /Binary/$id$query{$form}"), 'ETag'),
               $tag, "$method $id$query{$form}");
        }
    }
}


# document, form, headers, status

my @rows = (
    [ 'strong', 'n', 'If-None-Match: "abc"', 304 ],
    [ 'strong', 'n', 'If-None-Match: W/"abc"', 304 ],
    [ 'strong', 'n', 'If-None-Match: "ab"', 200 ],
    [ 'strong', 'n', 'If-None-Match: "x", W/"y" ,"abc"', 304 ],
    [ 'strong', 'n', 'If-None-Match: *', 304 ],
    [ 'strong', 'n', 'If-None-Match: abc', 200 ],
    [ 'strong', 'n', 'If-None-Match: W/"abc~json"', 200 ],
    [ 'strong', 'j', 'If-None-Match: "abc"', 200 ],
    [ 'strong', 'j', 'If-None-Match: W/"abc~json"', 304 ],
    [ 'strong', 'j', 'If-None-Match: "abc~json"', 304 ],
    [ 'strong', 'j', 'If-None-Match: W/"abc~xml"', 200 ],
    [ 'strong', 'x', 'If-None-Match: "x", W/"abc~xml"', 304 ],
    [ 'id', 'j', 'If-None-Match: W/"197"', 304 ],
    [ 'id', 'n', 'If-None-Match: W/"197"', 200 ],
    [ 'id', 'n', 'If-None-Match: W/"197~raw"', 304 ],
    [ 'none', 'n', 'If-None-Match: "abc"', 200 ],
    [ 'none', 'j', 'If-None-Match: *', 304 ],

    [ 'strong', 'n', 'If-Match: "abc"', 200 ],
    [ 'strong', 'n', 'If-Match: "x", "abc"', 200 ],
    [ 'strong', 'n', 'If-Match: W/"abc"', 412 ],
    [ 'strong', 'n', 'If-Match: "x"', 412 ],
    [ 'strong', 'n', 'If-Match: *', 200 ],
    [ 'strong', 'j', 'If-Match: W/"abc~json"', 412 ],
    [ 'strong', 'j', 'If-Match: *', 200 ],
    [ 'none', 'n', 'If-Match: "abc"', 412 ],
    [ 'none', 'n', 'If-Match: *', 200 ],

    [ 'strong', 'n', "If-Modified-Since: $lm", 304 ],
    [ 'strong', 'j', "If-Modified-Since: $lm", 304 ],
    [ 'strong', 'x', "If-Modified-Since: $after", 304 ],
    [ 'strong', 'n', "If-Modified-Since: $before", 200 ],
    [ 'strong', 'n', 'If-Modified-Since: yesterday', 200 ],
    [ 'none', 'n', "If-Modified-Since: $after", 200 ],
    [ 'dated', 'n', 'If-None-Match: "x"', 200 ],

    [ 'strong', 'n', "If-Unmodified-Since: $lm", 200 ],
    [ 'strong', 'j', "If-Unmodified-Since: $after", 200 ],
    [ 'strong', 'n', "If-Unmodified-Since: $before", 412 ],
    [ 'strong', 'j', "If-Unmodified-Since: $before", 412 ],
    [ 'strong', 'n', 'If-Unmodified-Since: yesterday', 200 ],
    [ 'none', 'n', "If-Unmodified-Since: $before", 200 ],

    # the order of RFC 9110, section 13.2.2: a tag goes before a date

    [ 'strong', 'n', 'If-None-Match: "x"', "If-Modified-Since: $after", 200 ],
    [ 'strong', 'n', 'If-None-Match: "abc"', "If-Modified-Since: $before",
      304 ],
    [ 'strong', 'n', 'If-Match: "abc"', "If-Unmodified-Since: $before", 200 ],
    [ 'strong', 'n', 'If-Match: "x"', 'If-None-Match: "abc"', 412 ],
    [ 'strong', 'n', 'If-Match: "abc"', 'If-None-Match: "abc"', 304 ],
    [ 'strong', 'n', "If-Unmodified-Since: $before", 'If-None-Match: "abc"',
      412 ],

    # nginx takes one line of each

    [ 'strong', 'n', 'If-None-Match: "x"', 'If-None-Match: "abc"', 400 ],
);

for my $row (@rows) {
    my ($id, $form, @headers) = @$row;
    my $status = pop @headers;

    for my $method ('GET', 'HEAD') {
        my $r = ask($port, "$method /Binary/$id$query{$form}", @headers);

        is($r->{status}, $status,
           join ' | ', "$method $id$query{$form}", @headers);
    }
}

$ngx->is_log_clean;
done_testing();
