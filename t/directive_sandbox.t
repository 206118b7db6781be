# fhir_binary_sandbox: documents are delivered as the untrusted content that
# they are.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: on is the default: every answer carries the headers of the sandbox
--- document: application/pdf
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
X-Content-Type-Options: nosniff
Referrer-Policy: no-referrer
X-Frame-Options: DENY
Cross-Origin-Resource-Policy: same-origin
Content-Security-Policy: default-src 'none'; frame-ancestors 'none'
Cache-Control: no-store
! Content-Disposition



=== TEST 2: what a browser could run is an attachment under a policy without scripts
--- document: text/html
--- bytes: <script>alert(1)</script>
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: <script>alert(1)</script>
--- response_headers_like
Content-Disposition: attachment; filename="?1\.html"?
Content-Security-Policy: sandbox; default-src 'none'; (?!.*script-src).*



=== TEST 3: only those headers of the backend pass that are on the list
--- document: application/pdf
--- document_headers
Set-Cookie: a=b
X-Powered-By: store
X-Request-Id: r-1
Content-Language: de
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
! Set-Cookie
! X-Powered-By
X-Request-Id: r-1
Content-Language: de



=== TEST 4: with off none of these headers is added, and those of the backend pass
--- document: text/html
--- document_headers
Set-Cookie: a=b
X-Powered-By: store
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_sandbox off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
! X-Content-Type-Options
! Referrer-Policy
! X-Frame-Options
! Cross-Origin-Resource-Policy
! Content-Security-Policy
! Content-Disposition
Set-Cookie: a=b
X-Powered-By: store



=== TEST 5: with off, what a change of form would falsify does not pass
--- document: text/html
--- document_headers
Content-MD5: XUFAKrxLKna5cZ2REBfFkg==
X-Powered-By: store
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_sandbox off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+json
--- response_headers
! Content-MD5
X-Powered-By: store
--- decoded_eq: hello



=== TEST 6: a location takes its server's place
--- document: text/html
--- config
fhir_binary_sandbox off;
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    fhir_binary_sandbox on;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
X-Content-Type-Options: nosniff



=== TEST 7: the value is on or off
--- config
fhir_binary_sandbox 1;
--- must_die
--- error_log
[emerg]
invalid value "1" in "fhir_binary_sandbox" directive, it must be "on" or "off"
