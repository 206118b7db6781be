# Over HTTP/2 a document that breaks off ends with a stream error, and over
# TLS without a goodbye.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use Endpoint;

plan(skip_all => 'nginx has no http_v2 or no ssl')
    if !nginx_has('http_v2') || !nginx_has('http_ssl');

plan(skip_all => 'curl knows no HTTP/2') if `curl -V` !~ /\bHTTP2\b/;

my $store = store();
my ($h2, $tls) = (free_port(), free_port());

my $proxy = open_endpoint($store);

my $ngx = nginx_start(
    http => "server {
                 listen 127.0.0.1:$h2 http2;
                 location /buffered/Binary/ { $proxy }
                 location /direct/Binary/ { $proxy proxy_buffering off; }
                 location /soon/Binary/ { $proxy proxy_read_timeout 1s; }
             }
             server {
                 listen 127.0.0.1:$tls ssl;
                 ssl_certificate cert.pem;
                 ssl_certificate_key key.pem;
                 location /Binary/ { $proxy proxy_buffering off; }
             }",
    files => { certificate() });

my $file = $ngx->root . '/got';

# 92: the stream was not closed cleanly.

for my $wire ('', '.chunk.1000') {
    for my $where (qw(buffered direct)) {
        for my $form (qw(native json xml)) {
            for my $end ('cut.2500.how.fin', 'cut.n1.how.fin',
                         'cut.2500.how.rst', 'cut.2500.how.stall')
            {
                my $stall = $end =~ /stall/;

                next if $stall && "$where$form$wire" ne 'bufferedjson';

                is(curl($stall ? 'soon' : $where, $form,
                        "size.5000$wire.$end"), 92,
                   "$where, $form$wire, $end: a stream error");
            }

            is(curl($where, $form, "size.5000$wire"), 0,
               "$where, $form$wire: the whole document ends in order");

            my $r = { body => got(), status => 200 };

            is($form eq 'native' ? $r->{body} : unwrap($r)->{data},
               document(5000), "$where, $form$wire: and is the document");
        }

        is(curl($where, 'json', 'size.5000.chunk.90.cut.0.how.fin'), 0,
           "$where: a failure before the header is an answer");
        is(outcome({ body => got(), status => 502 }), '502 transient',
           "$where: an OperationOutcome");
    }
}

sub curl {
    my ($where, $form, $id) = @_;

    unlink $file;
    system('curl', '-s', '--http2-prior-knowledge', '-m', 60, '-o', $file,
           '-H', "Accept: $TYPE{$form}",
           "http://127.0.0.1:$h2/$where/Binary/$id");

    return $? >> 8;
}

sub got { return $ngx->slurp('got') }


# TLS and HTTP/1.0: an end without close_notify is all that tells.

my $python = <<'END';
import socket, ssl, sys
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
c.check_hostname = False
c.verify_mode = ssl.CERT_NONE
s = c.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))),
                  suppress_ragged_eofs=False)
s.sendall(("GET /Binary/%s HTTP/1.0\r\nAccept: %s\r\n\r\n"
           % (sys.argv[2], sys.argv[3])).encode())
try:
    while s.recv(65536):
        pass
    print("closed")
except (ssl.SSLError, OSError) as e:
    print("broken")
END

for my $form (qw(native json)) {
    for my $case ([ 'size.5000.chunk.1000', 'closed' ],
                  [ 'size.5000.chunk.1000.cut.2500.how.fin', 'broken' ])
    {
        my ($id, $end) = @$case;

        open my $py, '-|', 'python3', '-c', $python, $tls, $id, $TYPE{$form};
        my $said = <$py> // '';
        close $py;
        chomp $said;

        is($said, $end, "TLS, HTTP/1.0, $form, $id");
    }
}

$ngx->is_log_clean;

done_testing();


sub certificate {
    my $pem = `openssl req -x509 -newkey rsa:2048 -nodes -days 2 \\
               -subj /CN=localhost -keyout - 2>/dev/null`;

    return ('cert.pem' => $pem, 'key.pem' => $pem);
}
