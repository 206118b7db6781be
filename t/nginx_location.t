# What else stands in a configuration keeps its meaning beside the module.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

my $store = store();
my ($whole, $limited) = (free_port(), free_port());

my $on = open_endpoint() . 'proxy_http_version 1.1;';
my $url = 'http://127.0.0.1:' . $store->port . '/Binary/';

my $ngx = nginx_start(
    files => { 'html/on/Binary/file' => document(50),
               'html/on/Binary/dir/x' => '',
               'html/on/index.html' => 'index', 'html/50x.html' => 'server',
               'html/off/Binary/file' => document(50),
               'html/list/Binary/a' => 'a' },
    http => "
        limit_req_zone \$server_port zone=req:64k rate=1r/m;
        limit_conn_zone \$server_port zone=conn:64k;
        server {
            listen 127.0.0.1:$whole;
            $on
            error_page 500 502 503 504 404 /50x.html;
            root html;
            location /on/ { }
            location /off/ { fhir_binary off; }
            location = /50x.html { fhir_binary off; }
            location /proxy/Binary/ {
                proxy_pass $url;
                location /proxy/Binary/inner/ { fhir_binary off;
                                                proxy_pass $url; }
                location ~ secret { deny all; }
            }
        }
        server {
            listen 127.0.0.1:$limited;
            location /req/Binary/ { $on limit_req zone=req;
                                    proxy_pass $url; }
            location /req429/Binary/ { $on limit_req zone=req;
                                       limit_req_status 429;
                                       add_header Retry-After 7 always;
                                       proxy_pass $url; }
            location /conn/Binary/ { $on limit_conn conn 1;
                                     limit_rate 100k; proxy_pass $url; }
        }",
    server => "
        location /text/Binary/ { $on return 200 'said'; }
        location /moved/Binary/ { $on return 301 https://other/; }
        location /refused/Binary/ { $on return 403; }
        location /gone/Binary/ { $on return 410 'gone'; }
        location /if/Binary/ { $on if (\$arg_old) { return 404; }
                               proxy_pass $url; }
        location /any/Binary/ { $on satisfy any; allow 127.0.0.1; deny all;
                                proxy_pass $url; }
        location /all/Binary/ { $on satisfy all; deny 127.0.0.1;
                                proxy_pass $url; }
        location /list/ { $on autoindex on; }
        location /rewritten/Binary/ { $on rewrite /Binary/(.*) /on2/Binary/\$1;
                                    }
        location /on2/Binary/ { $on proxy_pass $url; }
        location /out/Binary/ { $on rewrite /Binary/(.*) /plain/\$1; }
        location /plain/ { proxy_pass $url; }
        ");

for my $form (qw(native json xml)) {

    # fhir_binary at server level.

    is(what($whole, '/on/Binary/file', $form), 50, "inherited, $form");
    is(what($whole, '/on/', $form), '404 not-found',
       "inherited, no route, $form");
    is(what($whole, '/on/Binary/dir', $form), '404 not-found',
       "inherited, a directory, $form");
    is(what($whole, '/off/Binary/file', $form), $form eq 'native' ? 50 : '-',
       "switched off in a location, $form");
    is(what($whole, '/off/Binary/none', $form), '404',
       "switched off: the server's error_page, $form");
    is(what($whole, '/proxy/Binary/size.77', $form), 77,
       "a location in a location, $form");
    is(what($whole, '/proxy/Binary/inner/size.8', $form),
       $form eq 'native' ? 8 : '-', "off in a location's location, $form");
    is(what($whole, '/proxy/Binary/secret', $form), '403 forbidden',
       "a location in a location that denies, $form");

    # What answers itself.

    is(what($ngx->port, '/text/Binary/a', $form), 'said',
       "return 200 is a document like another, $form");
    is(what($ngx->port, '/moved/Binary/a', $form), '301',
       "return 301 is the operator's wish, $form");
    is(what($ngx->port, '/refused/Binary/a', $form), '403 forbidden',
       "return 403, $form");
    is(what($ngx->port, '/gone/Binary/a', $form), '410 deleted',
       "return 410, $form");
    is(what($ngx->port, '/if/Binary/a?old=1', $form), '404 not-found',
       "return in an if, $form");
    is(what($ngx->port, '/if/Binary/size.4', $form), 4,
       "beside an if, $form");
    is(what($ngx->port, '/any/Binary/size.4', $form), 4,
       "satisfy any, $form");
    is(what($ngx->port, '/all/Binary/size.4', $form), '403 forbidden',
       "satisfy all, $form");
    is(what($ngx->port, '/list/Binary/', $form), '404 not-found',
       "no list of a directory, $form");
    is(what($ngx->port, '/rewritten/Binary/size.30', $form), 30,
       "a rewrite to another such location, $form");
    is(what($ngx->port, '/out/Binary/size.30', $form),
       $form eq 'native' ? 30 : '-', "a rewrite to an open location, $form");
}

# limit_req lets one through, then refuses.

is(what($limited, '/req/Binary/size.4', 'json'), 4, 'limit_req: the first');
is(what($limited, '/req/Binary/size.4', 'xml'), '503 transient',
   'limit_req: the second');

my $r = fetch($limited, 'size.4', prefix => '/req429/Binary/');

is(outcome($r), '429 throttled', 'limit_req_status 429');
is($r->{h}{'retry-after'}, '7', 'limit_req_status 429: when to come again');

# limit_conn: while one is being served slowly.

my $first = fetch($limited, 'size.90000.hold.1000', accept => $TYPE{json},
                  prefix => '/conn/Binary/', later => 1);

is(what($limited, '/conn/Binary/size.4', 'json'), '503 transient',
   'limit_conn: the second');
$store->go('hold');
ok(unwrap($first->())->{data} eq document(90_000),
   'limit_conn: the first got its document, at limit_rate');

$ngx->is_log_clean;

done_testing();


sub what {
    my ($port, $path, $form) = @_;

    my $r = fetch($port, $path, accept => $TYPE{$form}, prefix => '');

    return outcome($r) if $r->{status} != 200;
    return 'cut' if !$r->{complete};

    my $data = $form eq 'native' ? $r->{body} : (unwrap($r) // {})->{data};

    return '-' if !defined $data;
    return $data if $data eq 'said';
    return $data eq document(length $data) ? length $data : 'other';
}
