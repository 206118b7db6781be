# Of a backend's headers these pass: Content-* of type, length, language,
# encoding and range, validators, and ids of a request.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: validators, the language and the ids of a request pass
--- document: text/plain
--- document_headers
Content-Language: de
ETag: "abc"
Last-Modified: Thu, 26 Dec 2019 21:36:00 GMT
X-Request-Id: r-1
X-Correlation-Id: c-1
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
Content-Language: de
ETag: "abc"
Last-Modified: Thu, 26 Dec 2019 21:36:00 GMT
X-Request-Id: r-1
X-Correlation-Id: c-1



=== TEST 2: cookies do not pass
--- document: text/plain
--- document_headers
Set-Cookie: a=b
Set-Cookie2: c=d
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
! Set-Cookie2



=== TEST 3: what would loosen the policy does not pass
--- document: text/plain
--- document_headers
Access-Control-Allow-Origin: *
Content-Security-Policy: default-src *
X-Frame-Options: ALLOWALL
Cross-Origin-Resource-Policy: cross-origin
Content-Disposition: inline
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
! Access-Control-Allow-Origin
Content-Security-Policy: default-src 'none'; frame-ancestors 'none'
X-Frame-Options: DENY
Cross-Origin-Resource-Policy: same-origin
! Content-Disposition



=== TEST 4: what tells of the inside does not pass
--- document: text/plain
--- document_headers
Server: store/1.0
X-Powered-By: PHP
Link: <http://inside/>
Refresh: 0
X-Accel-Charset: utf-8
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
! X-Powered-By
! Link
! Refresh
! X-Accel-Charset



=== TEST 5: X-Accel-Redirect leads to another source, whose answer stays a document
--- document: text/plain
--- document_headers
X-Accel-Redirect: /secret
--- config
location = /secret {
    internal;
    default_type text/plain;
    return 200 secret;
}
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: secret
--- response_headers
Content-Type: text/plain
X-Content-Type-Options: nosniff
Vary: Accept



=== TEST 6: headers that the operator adds pass
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    add_header X-Mine 1;
    add_header Strict-Transport-Security max-age=1;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_headers
X-Mine: 1
Strict-Transport-Security: max-age=1
