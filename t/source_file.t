# Documents in files, and those that a redirect inside nginx leads to.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

my $big = document(400_000);

# A backend that sends nginx elsewhere by X-Accel-Redirect, or answers 404.

my $be = backend(sub {
    my ($to) = $_[0] =~ m{/Binary/(\w+)};

    return "HTTP/1.1 200 OK\r\nContent-Type: application/rtf\r\n"
         . "X-Accel-Redirect: /$to/big.pdf\r\nContent-Length: 3\r\n\r\nabc"
        if $to !~ /^none/;
    return "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n"
         . "Content-Length: 9\r\n\r\n<b>no</b>";
});

my $url = 'http://127.0.0.1:' . $be->port;
my $on = open_endpoint();
my $types = 'types { application/pdf pdf; text/html html; }';

my $ngx = nginx_start(
    files => {
        'html/Binary/big.pdf' => $big, 'html/Binary/one.pdf' => 'x',
        'html/Binary/empty.pdf' => '', 'html/Binary/page.html' => '<p>hi',
        'html/Binary/dir/a' => '', 'html/off/big.pdf' => $big,
        'html/found.html' => '<p>not here',
    },
    server => "
        $types
        location /Binary/ { $on }
        location /nosendfile/Binary/ { $on sendfile off;
                                       alias html/Binary/; }
        location /sendfile/Binary/ { $on sendfile on; tcp_nopush on;
                                     alias html/Binary/; }
        location /threads/Binary/ { $on aio threads; output_buffers 2 8k;
                                    alias html/Binary/; }
        location /chunk/Binary/ { $on sendfile on; sendfile_max_chunk 4k;
                                  fhir_binary_buffers 2 2k;
                                  alias html/Binary/; }
        location /cached/Binary/ { $on open_file_cache max=10;
                                   alias html/Binary/; }
        location /try/Binary/ { $on root html/nothing;
                                try_files \$uri /off/big.pdf; }
        location /named/Binary/ { $on root html/nothing;
                                  try_files \$uri \@elsewhere; }
        location /lost/Binary/ { $on root html/nothing;
                                 try_files \$uri =404; }
        location /accel/Binary/ { $on proxy_pass $url/Binary/; }
        location /off/ { internal; }
        location \@elsewhere { rewrite ^ /off/big.pdf break; }
        location /fallback/Binary/ { $on proxy_pass $url/Binary/none;
                                     proxy_intercept_errors on;
                                     error_page 404 = \@elsewhere; }
        location /fallback404/Binary/ { $on proxy_pass $url/Binary/none;
                                     proxy_intercept_errors on;
                                     error_page 404 = \@nowhere; }
        location /page/Binary/ { $on proxy_pass $url/Binary/none;
                                 proxy_intercept_errors on;
                                 error_page 404 /found.html; }
        location /otherpage/Binary/ { $on proxy_pass $url/Binary/none;
                                      error_page 403 502 /found.html; }
        location /otherown/Binary/ { $on error_page 403 /found.html;
                                     root html; }
        location \@nowhere { rewrite ^ /Binary/none break;
                             proxy_pass $url; }
    ");

for my $where (qw(nosendfile sendfile threads chunk cached)) {
    for my $form (qw(native json xml)) {
        is(what("/$where/Binary/", 'big.pdf', $form), 'application/pdf 400000',
           "$where, $form");
    }

    is(what("/$where/Binary/", 'one.pdf', 'json'), 'application/pdf 1',
       "$where, a byte");
    is(what("/$where/Binary/", 'empty.pdf', 'xml'), 'application/pdf 0',
       "$where, none");
    is(what("/$where/Binary/", 'missing.pdf', 'xml'), '404 not-found',
       "$where, no such file");
    is(what("/$where/Binary/", 'dir', 'native'), '404 not-found',
       "$where, a directory is no document, and no redirect");
}

# The type is that of what was found in the end, the id that of the request;
# with X-Accel-Redirect nginx keeps the type that the backend gave.

for my $form (qw(native json xml)) {
    is(what('/try/Binary/', 'anything', $form), 'application/pdf 400000',
       "try_files, $form");
    is(what('/named/Binary/', 'anything', $form), 'application/pdf 400000',
       "a named location, $form");
    is(what('/accel/Binary/', 'off', $form), 'application/rtf 400000',
       "X-Accel-Redirect to a location without the module, $form");
    is(what('/accel/Binary/', 'missing', $form), '404 not-found',
       "X-Accel-Redirect to nowhere, $form");
    is(what('/fallback/Binary/', 'anything', $form), 'application/pdf 400000',
       "a fallback by error_page, $form");
    is(what('/fallback404/Binary/', 'a', $form), '404 not-found',
       "a fallback that has nothing, $form");
    is(what('/lost/Binary/', 'anything', $form), '404 not-found',
       "try_files =404, $form");

    # What the operator wrote into the very location stays, and means no other
    # status than it says.

    is(what('/page/Binary/', 'anything', $form), '404',
       "an error_page of the location, $form");
    is(what('/otherpage/Binary/', 'anything', $form), '404 not-found',
       "an error_page for another status, $form");
    is(what('/otherown/Binary/', 'anything', $form), '404 not-found',
       "and without a backend, $form");
}

is(fetch($ngx->port, 'anything', prefix => '/page/Binary/')->{body},
   '<p>not here', 'the page itself');

unlike($ngx->log, qr/\[(?:alert|crit|emerg)\]/, 'nothing bad in the log');

done_testing();


sub what {
    my ($prefix, $id, $form) = @_;

    my $r = fetch($ngx->port, $id, accept => $TYPE{$form}, prefix => $prefix);

    return outcome($r) if $r->{status} != 200;
    return 'cut' if !$r->{complete};
    return 'no length' if $r->{h}{'content-length'} ne length $r->{body};

    my ($type, $data) = ($r->{h}{'content-type'}, $r->{body});

    if ($form ne 'native') {
        my $found = unwrap($r) || return 'no resource';

        ($type, $data) = @$found{qw(contentType data)};
        return "id $found->{id}" if $found->{id} ne $id;
    }

    return 'other' if $data ne substr(document(400_000), 0, length $data)
                      && $data ne 'x';
    return "$type " . length $data;
}
