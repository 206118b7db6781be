# fhir_binary_patient request: another location answers, with a Bundle, whose
# a document is.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a DocumentReference of the patient with the document's URL admits the token
--- backend eval
[sub { $_[0] =~ /^GET \/owner/ ? document('application/fhir+json',
    '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"DocumentReference",'
    . '"status":"current","subject":{"reference":"Patient/12"},'
    . '"content":[{"attachment":{"url":"Binary/1"}}]}}]}')
    : document('text/plain', 'hello') }]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner/$fhir_binary_id;
    proxy_pass $FHIR_STORE;
}
location /_owner/ {
    internal;
    proxy_pass $FHIR_STORE/owner/$is_args$args;
}
--- token
scope=patient/*.read patient=12
scope=patient/*.read patient=13
--- request eval: ["GET /fhir/Binary/1", "GET /fhir/Binary/1"]
--- outcome
-
403 forbidden patient
--- backend_request_like eval: [qr{^GET /owner/}, qr{^GET /fhir/Binary/1 }, qr{^GET /owner/}]
--- backend_requests: 3



=== TEST 2: a URL of another document admits nothing
--- backend eval
[sub { $_[0] =~ /^GET \/owner/ ? document('application/fhir+json',
    '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"DocumentReference",'
    . '"status":"current","subject":{"reference":"Patient/12"},'
    . '"content":[{"attachment":{"url":"Binary/2"}}]}}]}')
    : document('text/plain', 'hello') }]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner;
    proxy_pass $FHIR_STORE;
}
location /_owner {
    internal;
    proxy_pass $FHIR_STORE/owner;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden patient
--- backend_requests: 1



=== TEST 3: an entry that was entered in error admits nothing
--- backend eval
[sub { $_[0] =~ /^GET \/owner/ ? document('application/fhir+json',
    '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"DocumentReference",'
    . '"status":"entered-in-error","subject":{"reference":"Patient/12"},'
    . '"content":[{"attachment":{"url":"Binary/1"}}]}}]}')
    : document('text/plain', 'hello') }]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner;
    proxy_pass $FHIR_STORE;
}
location /_owner {
    internal;
    proxy_pass $FHIR_STORE/owner;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 403 forbidden patient



=== TEST 4: a DiagnosticReport with the URL in presentedForm counts, too
--- backend eval
[sub { $_[0] =~ /^GET \/owner/ ? document('application/fhir+json',
    '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"DiagnosticReport",'
    . '"status":"final","subject":{"reference":"Patient/12"},'
    . '"presentedForm":[{"url":"Binary/1"}]}}]}')
    : document('text/plain', 'hello') }]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner;
    proxy_pass $FHIR_STORE;
}
location /_owner {
    internal;
    proxy_pass $FHIR_STORE/owner;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 5: a next link is followed with its query and in the same location
--- backend eval
my $next = '{"resourceType":"Bundle","link":[{"relation":"next",'
           . '"url":"https://elsewhere.example.org/secret?page=2"}],"entry":[]}';
my $hit = '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":'
          . '"DocumentReference","status":"current","subject":{"reference":'
          . '"Patient/12"},"content":[{"attachment":{"url":"Binary/1"}}]}}]}';
[sub { document('application/fhir+json',
                $_[0] =~ m{^GET /owner\?page=2 } ? $hit : $next) }]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_backend raw;
    fhir_binary_patient request /_owner;
    proxy_pass $FHIR_STORE;
}
location /_owner {
    internal;
    proxy_pass $FHIR_STORE/owner;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- error_code: 200
--- backend_request_like eval
[qr{^GET /owner HTTP}, qr{^GET /owner\?page=2 HTTP}, qr{^GET /fhir/Binary/1 }]



=== TEST 6: a server that fails is a 503 and not the document
--- document: text/html
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner;
    proxy_pass $FHIR_STORE;
}
location /_owner {
    internal;
    proxy_pass $FHIR_NOWHERE;
}
--- token: scope=patient/*.read patient=12
--- request
GET /fhir/Binary/1
--- outcome: 503 transient patient_unavailable
--- backend_requests: 0
