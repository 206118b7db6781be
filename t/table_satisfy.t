# satisfy any: whom another of nginx's means admits needs no token, and what a
# token then still says.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: who is admitted by address gets the document, whatever token comes
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    satisfy any;
    allow 127.0.0.1;
    deny all;
    proxy_pass $FHIR_STORE;
}
--- token
none
scope=openid
--- request eval: [("GET /fhir/Binary/1") x 2]
--- response_body eval: ["hello", "hello"]



=== TEST 2: who is not admitted by address needs a token that is enough
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    satisfy any;
    deny all;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read
scope=openid
--- request eval: [("GET /fhir/Binary/1") x 2]
--- outcome
-
403 forbidden scope



=== TEST 3: auth_basic admits, too
--- document: text/plain
--- user_files
>>> users
a:{PLAIN}b
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    satisfy any;
    auth_basic store;
    auth_basic_user_file ../html/users;
    proxy_pass $FHIR_STORE;
}
--- request eval: [("GET /fhir/Binary/1") x 2]
--- more_headers eval: ["Authorization: Basic YTpi", ""]
--- error_code eval: [200, 401]
--- backend_requests: 1



=== TEST 4: auth_request admits, too
--- document: text/plain
--- config
location = /_yes {
    internal;
    return 204;
}
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    satisfy any;
    auth_request /_yes;
    proxy_pass $FHIR_STORE;
}
--- request
GET /fhir/Binary/1
--- response_body: hello
