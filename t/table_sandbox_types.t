# Which documents a browser may show, and which it gets as an attachment.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a PDF, an image and a plain text may be shown
--- backend eval
[map { [document($_, 'hello')] } 'application/pdf', 'image/png', 'text/plain']
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 3]
--- response_headers eval
[("! Content-Disposition\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'") x 3]



=== TEST 2: HTML, XML and SVG are attachments with a name of their kind
--- backend eval
[map { [document($_, 'hello')] } 'text/html', 'application/xml', 'image/svg+xml']
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/TR-1") x 3]
--- response_headers eval
[map { "Content-Disposition: attachment; filename=\"TR-1.$_\"" } qw(html xml svg)]



=== TEST 3: what is not known is an attachment, too
--- backend eval
[map { [document($_, 'hello')] } 'application/octet-stream', 'text/javascript', 'x/y']
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/TR-1") x 3]
--- response_headers eval
[('Content-Disposition: attachment; filename="TR-1.bin"') x 3]



=== TEST 4: an attachment stands under a policy that allows no script
--- document: text/html
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
Content-Security-Policy: sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
X-Content-Type-Options: nosniff



=== TEST 5: the type is compared without case and without parameters
--- document: TEXT/HTML; charset=utf-8
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
Content-Disposition: attachment; filename="1.html"



=== TEST 6: a resource is no attachment, whatever is in it
--- document: text/html
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1?_format=json
--- response_headers
! Content-Disposition
Content-Security-Policy: default-src 'none'; frame-ancestors 'none'
