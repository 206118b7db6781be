# Which paths of an enabled location are a Binary, and which reach a backend.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;

my $long = 'a' x 64;

my $be = backend(sub {
    my ($request) = @_;
    my ($uri) = $request =~ /^\S+ (\S+)/;

    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
           . 'Content-Length: ' . length($uri) . "\r\n\r\n$uri";
});

my $slashes = free_port();

my $ngx = nginx_start(http => <<"HTTP", server => <<"END");
    server {
        listen 127.0.0.1:$slashes;
        merge_slashes off;
        fhir_binary r4;
        fhir_binary_auth off;
        location / { proxy_pass http://127.0.0.1:@{[ $be->port ]}; }
    }
HTTP
    fhir_binary_auth off;

    location / {
        fhir_binary r4;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
        add_header X-Route "\$fhir_binary_interaction;\$fhir_binary_id" always;
    }

    location = /hook { fhir_binary off; return 200 "off\\n"; }
END


# path, interaction, id; the backend is asked with the path as it stands here

my @pass = (
    [ '/Binary/TR-197198634', 'read', 'TR-197198634' ],
    [ '/Binary/TR%2D197198634', 'read', 'TR-197198634' ],
    [ '/Binary/%54%52-1', 'read', 'TR-1' ],
    [ '/Binary/489580643.0.-4.prsnl', 'read', '489580643.0.-4.prsnl' ],
    [ '/Binary/5BDAC5A796D242FAA4FC038CCD357065.DM.YNIULMDWZQI6XAIPABIFNDRONA',
      'read', '5BDAC5A796D242FAA4FC038CCD357065.DM.YNIULMDWZQI6XAIPABIFNDRONA'
    ],
    [ "/Binary/$long", 'read', $long ],
    [ '/Binary/...', 'read', '...' ],
    [ '/Binary/-', 'read', '-' ],
    [ '/Binary/Binary', 'read', 'Binary' ],
    [ '/Binary/1?', 'read', '1' ],
    [ '/r4/ec2458f2-1e24-41c8-b71b-0e701af7583d/Binary/1', 'read', '1' ],
    [ '/a%20base/Binary/1', 'read', '1' ],
    [ '/Binary/1/_history/2', 'vread', '1' ],
    [ '/Binary/$autogen-ccd-if?patient=1', 'autogen-ccd-if', '' ],
    [ '/Binary/%24autogen-ccd-if?patient=1', 'autogen-ccd-if', '' ],
);

for my $row (@pass) {
    my ($path, $interaction, $id) = @$row;

    my $r = ask($ngx->port, "GET $path");

    is("$r->{status} " . header($r, 'X-Route'), "200 $interaction;$id",
       "$path is a $interaction");

    # the CCD's query is written anew, by validated values

    is($r->{body}, canonical($path), "and reaches the backend in one spelling")
        if $interaction ne 'autogen-ccd-if';
}

my $asked = $be->requests;


# path, status, issue code; the backend never sees one of these

my @refused = (
    [ "/Binary/a$long", 404, 'not-found' ],
    [ '/Binary/.', 404, 'not-found' ],
    [ '/Binary/..', 404, 'not-found' ],
    [ '/Binary/%2e', 404, 'not-found' ],
    [ '/Binary/%2e%2e', 404, 'not-found' ],
    [ '/Binary/%2e%2e/secret', 404, 'not-found' ],
    [ '/Binary/1/../../secret', 404, 'not-found' ],
    [ '/Binary/a_b', 404, 'not-found' ],
    [ '/Binary/a%20b', 404, 'not-found' ],
    [ '/Binary/a%2Fb', 404, 'not-found' ],
    [ '/Binary/a%5Cb', 404, 'not-found' ],
    [ '/Binary/a;b', 404, 'not-found' ],
    [ '/Binary/%C3%A9', 404, 'not-found' ],
    [ "/Binary/\xc3\xa9", 404, 'not-found' ],
    [ '/Binary/a%0d%0aX-Evil:%201', 404, 'not-found' ],
    [ '/Binary/a%252Fb', 404, 'not-found' ],
    [ '/Binary/123/', 404, 'not-found' ],
    [ '/binary/1', 404, 'not-found' ],
    [ '/Binary/$AUTOGEN-CCD-IF', 404, 'not-supported' ],
    [ '/Binary/$autogen-ccd-if/', 404, 'not-found' ],
    [ '/Binary', 404, 'not-supported' ],
    [ '/Binary?contenttype=text/html', 404, 'not-supported' ],
    [ '/Binary/_search', 404, 'not-supported' ],
    [ '/Binary/_history', 404, 'not-supported' ],
    [ '/Binary/123/_history', 404, 'not-supported' ],
    [ '/Binary/123/_history/a_b', 404, 'not-found' ],
    [ '/Binary/123/_history/1/2', 404, 'not-found' ],
    [ '/Binary/123/$validate', 404, 'not-supported' ],
    [ '/Binary/$other', 404, 'not-supported' ],
    [ '/Patient/1', 404, 'not-found' ],
    [ '/Binary/1/Binary/2', 404, 'not-found' ],
    [ '/', 404, 'not-found' ],
    [ '/metadata', 404, 'not-found' ],
);

for my $row (@refused) {
    my ($path, $status, $code) = @$row;

    is_outcome(ask($ngx->port, "GET $path"), $status, $code,
               "$path is refused");
}

is(scalar($be->requests), $asked, 'none of these came to the backend');

# nginx itself refuses a NUL, before there is a location

is(ask($ngx->port, 'GET /Binary/a%00b')->{status}, 400, 'a NUL is a 400');

# "//" is one slash to nginx, by default

is(ask($ngx->port, 'GET /Binary//123')->{status}, 200, 'slashes merge');
is_outcome(ask($slashes, 'GET /Binary//123'), 404, 'not-found',
           'with merge_slashes off they are no route');

is(ask($ngx->port, 'GET /hook')->{body}, "off\n",
   'a location that is off is as it was');

$ngx->is_log_clean;
done_testing();


# No escape that is not needed, and no empty query.

sub canonical {
    my ($path) = @_;

    return $path =~ s/\?\z//r =~ s/%(2D|5[0-9])/chr hex $1/gier;
}
