# Ways around the location: error_page, internal redirects, subrequests,
# satisfy, if.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: an error_page of an outer level does not apply
--- document: text/plain
--- config
error_page 401 404 /page;
location = /page {
    return 200 page;
}
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 401 login login



=== TEST 2: an error_page in the location itself applies
--- document: text/plain
--- config
location = /page {
    return 200 page;
}
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    error_page 401 /page;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- error_code: 401
--- response_body: page
--- backend_requests: 0



=== TEST 3: an error_page with = is another source, and judged by itself
--- backend eval
["HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"]
--- config
location = /other {
    default_type text/html;
    return 200 other;
}
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    proxy_intercept_errors on;
    error_page 404 =200 /other;
    proxy_pass $FHIR_STORE;
}
--- token
scope="user/Binary.read user/DiagnosticReport.read"
scope="user/Binary.read user/DocumentReference.read"
--- request eval: [("GET /fhir/Binary/1") x 2]
--- error_code eval: [200, 403]
--- response_body_like eval: ["^other\$", '"code":"forbidden"']



=== TEST 4: a request stays guarded through an internal redirect
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    try_files /nowhere @store;
}
location @store {
    proxy_pass $FHIR_STORE;
}
--- token
none
scope=user/*.read
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
401 login login
-
--- backend_requests: 1



=== TEST 5: a type that the redirect leads to is looked at, too
--- document: text/html
--- config
location /fhir/ {
    fhir_binary dstu2;
    $FHIR_GUARD
    try_files /nowhere @store;
}
location @store {
    proxy_pass $FHIR_STORE;
}
--- token: scope="user/Binary.read user/DocumentReference.read"
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden scope



=== TEST 6: a subrequest of another location is refused
--- document: text/plain
--- bytes: secret
--- config
location = /mirrored {
    mirror /fhir/Binary/1;
    return 204;
}
location = /page {
    ssi on;
    default_type text/html;
    return 200 '<!--#include virtual="/fhir/Binary/1" -->';
}
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    proxy_pass $FHIR_STORE;
}
--- request eval: ["GET /page", "GET /mirrored"]
--- error_code eval: [200, 204]
--- response_body_unlike eval: ["secret", "secret"]
--- backend_requests: 0



=== TEST 7: auth_request applies as elsewhere
--- document: text/plain
--- config
location = /_auth {
    internal;
    return 403;
}
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    auth_request /_auth;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden forbidden
--- backend_requests: 0
