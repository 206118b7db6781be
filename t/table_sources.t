# Any source of content that nginx has will do: files and texts are told of as
# a backend's documents are.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a file is a document of the type that nginx gives it
--- user_files
>>> fhir/Binary/1
a file
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    root html;
    default_type application/pdf;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+json
--- decoded_eq
a file
--- response_body_like: "contentType":"application/pdf"



=== TEST 2: a file's date is that of the resource
--- user_files
>>> fhir/Binary/1 201912262136.00
a file
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    root html;
}
--- request
GET /fhir/Binary/1
--- more_headers
Accept: application/fhir+json
--- response_body_like: "meta":\{(?:"versionId":"[^"]*",)?"lastUpdated":"2019-12-2[567]T\d\d:\d\d:00Z"



=== TEST 3: a text in the configuration is a document
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    default_type text/plain;
    return 200 hello;
}
--- request
GET /fhir/Binary/1
--- response_body: hello



=== TEST 4: a directory listing is none
--- config
location /fhir/ {
    fhir_binary r4;
    fhir_binary_auth off;
    autoindex on;
    root html;
}
--- request
GET /fhir/
--- outcome: 404 not-found not_found
