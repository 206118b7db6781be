# No way around the token: other modules' redirects, error pages, subrequests.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;

my $good = mint_token({ scope => 'user/*.read' });
my $html = mint_token({ scope => 'user/Binary.read user/DiagnosticReport.read' });
my $other = mint_token({ scope => 'user/*.read', aud => 'other' });

my $store = backend(sub {
    my ($request) = @_;
    my ($path) = $request =~ m{^GET (\S+)};

    return "HTTP/1.1 200 OK\r\nX-Accel-Redirect: /store/1\r\n"
           . "Content-Type: application/pdf\r\nContent-Length: 0\r\n\r\n"
        if $path =~ /accel/;

    return "HTTP/1.1 200 OK\r\nX-Accel-Redirect: /other/Binary/1\r\n"
           . "Content-Type: application/pdf\r\nContent-Length: 0\r\n\r\n"
        if $path =~ /cross/;

    return "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno"
        if $path =~ /broken/;

    return "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
           . "Content-Length: 10\r\n\r\na document";
});

my $port = $store->port;

my $nginx = nginx_start(
    prepare => sub {
        my ($dir) = @_;
        mkdir "$dir/html/$_" for 'Binary', 'store';
        write_file("$dir/html/$_", 'a document') for 'Binary/1', 'store/1';
        write_file("$dir/html/index.html",
                   'page <!--# include virtual="/guarded/Binary/1" -->');
        write_file("$dir/html/login.json", '{"login":"here"}');
        write_file("$dir/jwks.json", jwks('ec-a'));
    },
    http => 'limit_req_zone $http_x_limit zone=limit:32k rate=1r/m;',
    server => <<"END",
        add_header X-Reason \$fhir_binary_reason always;

        @{[ jwt_endpoint() ]}
        default_type application/pdf;
        satisfy all;

        location /guarded/ { fhir_binary r4; alias html/; }
        location /store/ { internal; root html; }
        location \@store { proxy_pass http://127.0.0.1:$port; }

        location /accel/ { fhir_binary dstu2; proxy_pass http://127.0.0.1:$port; }
        location /cross/ { fhir_binary r4; proxy_pass http://127.0.0.1:$port; }
        location /other/ {
            fhir_binary r4;
            fhir_binary_audience other;
            alias html/;
        }
        location /try/ { fhir_binary dstu2; root html; try_files /no /store/1; }
        location /named/ { fhir_binary dstu2; root html; try_files /no \@store; }
        location /index/ { fhir_binary r4; alias html/; index Binary/1; }
        location /return/ { fhir_binary r4; return 200 "a document"; }
        location /rewrite/ { rewrite ^/rewrite/(.*) /guarded/\$1 last; }
        location /if/ {
            fhir_binary r4;
            if (\$args ~ x) { return 200 "a document"; }
            alias html/;
        }

        location /none/ {
            # a key source that is down, and a second store
            fhir_binary r4;
            fhir_binary_key_request /_none;
            error_page 401 403 404 502 503 504 = \@store;
            proxy_pass http://127.0.0.1:$port;
        }
        location /plain/ {
            fhir_binary r4;
            fhir_binary_key_request /_none;
            error_page 401 403 404 502 503 504 \@store;
            proxy_pass http://127.0.0.1:$port;
        }
        location /uri/ {
            fhir_binary r4;
            fhir_binary_key_request /_none;
            error_page 401 503 /second\$uri;
            proxy_pass http://127.0.0.1:$port;
        }
        location /second/ { internal; proxy_pass http://127.0.0.1:$port; }
        location = /_none { internal; return 500; }

        location /fallback/ {
            fhir_binary dstu2;
            proxy_intercept_errors on;
            error_page 403 503 = \@store;
            proxy_pass http://127.0.0.1:$port/broken/;
        }
        location /status/ {
            fhir_binary dstu2;
            proxy_intercept_errors on;
            error_page 403 503 \@store;
            proxy_pass http://127.0.0.1:$port/broken/;
        }
        location /page/ {
            fhir_binary r4;
            error_page 401 /login.json;
            proxy_pass http://127.0.0.1:$port;
        }
        location /limit/ {
            fhir_binary r4;
            satisfy any;
            limit_req zone=limit;
            error_page 503 = \@any;
            proxy_pass http://127.0.0.1:$port;
        }
        location \@any { satisfy any; proxy_pass http://127.0.0.1:$port; }

        location /any/ {
            fhir_binary r4;
            satisfy any;
            deny all;
            alias html/;
        }
        location /inside/ {
            fhir_binary r4;
            satisfy any;
            allow 127.0.0.1;
            deny all;
            alias html/;
        }
        location /both/ {
            fhir_binary r4;
            deny all;
            alias html/;
        }
        location /asked/ { fhir_binary r4; auth_request /_yes; alias html/; }
        location = /_yes { internal; return 204; }

        location /ssi/ { alias html/; ssi on; ssi_types *; index index.html; }
        location /mirror/ { mirror /guarded/Binary/1; alias html/; }
        location /add/ { add_after_body /guarded/Binary/1; alias html/; addition_types *; }
        location /probe/ { auth_request /guarded/Binary/1; alias html/; }
END
);

my $large = 0;

sub ask {
    my ($path, $token, @more) = @_;

    my $r = raw_http($nginx->port, get($path, $token, @more));

    return join ' ', $r->{status} // $r->{end}, reason($r) || (),
                     $r->{body} =~ /a document/ ? 'document' : ();
}

# name, path, without a token, with one
my @rows = (
    ['a guarded file', '/guarded/Binary/1', '401 login', '200 document'],
    ['X-Accel-Redirect', '/accel/Binary/1', '401 login', '200 document'],
    ['try_files', '/try/Binary/1', '401 login', '200 document'],
    ['a named location', '/named/Binary/1', '401 login', '200 document'],
    ['an index', '/index/', '401 login', '404 not_found'],
    ['return', '/return/Binary/1', '401 login', '401 login'],
    ['rewrite into it', '/rewrite/Binary/1', '401 login', '200 document'],
    ['return in an if', '/if/Binary/1?x', '401 login', '401 login'],
    ['satisfy any without others', '/any/Binary/1', '401 login',
     '200 document'],
    ['satisfy any, let in by another', '/inside/Binary/1', '200 document',
     '200 document'],
    ['satisfy all, refused by another', '/both/Binary/1', '401 login',
     '403 forbidden'],
    ['auth_request says yes', '/asked/Binary/1', '401 login',
     '200 document'],
    ['an error_page to another store', '/none/Binary/1', '401 login',
     '503 keys_unavailable'],
    ['the same with the status kept', '/plain/Binary/1', '401 login',
     '503 keys_unavailable'],
    ['the same by a URI', '/uri/Binary/1', '401 login',
     '503 keys_unavailable'],
    ['a second store', '/fallback/Binary/1', '401 login', '200 document'],
    ['the same with the status kept', '/status/Binary/1', '401 login',
     '503 unavailable'],
    ['an error_page that is one', '/page/Binary/1', '401 login',
     '200 document'],
);

for my $row (@rows) {
    my ($name, $path, $without, $with) = @$row;

    is(ask($path), $without, "$name: without a token");
    is(ask($path, $other), $without =~ s/login\b/token_invalid/r
                           =~ s/401 token_invalid/401 token_invalid/r,
       "$name: with a token for another")
        if $path !~ m{^/(?:inside|return|if|index|none|plain|uri)/};
    is(ask($path, $good), $with, "$name: with a token");
}

# The token lacks what a PDF needs: the type counts wherever it comes from.

for my $path (qw(/accel/ /try/ /named/ /fallback/)) {
    is(ask($path . 'Binary/1', $html), '403 scope',
       "${path}: the scope is held against the real type");
}

is(ask('/status/Binary/1', $html), '503 unavailable',
   'also where the status would be kept');

# A redirect into a second guarded location: its guard asks too.

is(ask('/cross/Binary/1', $good), '401 token_invalid',
   'one token for two audiences is not enough');
is(ask('/cross/Binary/1', mint_token({ scope => 'user/*.read',
                                       aud => [ AUD, 'other' ] })),
   '200 document', 'unless it is meant for both');

# limit_req: its error page is no way in.

is(ask('/limit/Binary/1', undef, 'X-Limit: a'), '401 login', 'limit: first');
like(ask('/limit/Binary/1', undef, 'X-Limit: a'), qr/^(?:401|503)\b(?!.*docu)/,
     'limit: the page of a limit, without a token');

# The error page that the operator wrote is what a client gets.

like(raw_http($nginx->port, get('/page/Binary/1', undef))->{body},
     qr/"login":"here"/, 'an error page of the location itself stays');

# Subrequests of others get nothing, whatever token came with the request.

for my $path (qw(/ssi/ /mirror/store/1 /add/login.json)) {
    my $r = raw_http($nginx->port, get($path, $good));
    my $body = $r->{body};

    $body =~ s/\Aa document// if $path =~ /mirror/;
    unlike($body, qr/a document/, "$path: no document by a subrequest");
}

is(raw_http($nginx->port, get('/probe/login.json', $good))->{status}, 403,
   'nor the knowledge that there is one');

$nginx->is_log_clean;
$nginx->stop;
$store->stop;

done_testing();
