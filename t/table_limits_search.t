# Limits of the search of fhir_binary_patient request, at the limit and past
# it.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: a search has 16 pages at most
--- backend eval
my $hit = '{"resource":{"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/12"},"content":[{"attachment":{"url":"Binary/%d"}}]}}';
[sub {
    my ($id, $page) = $_[0] =~ m{^GET /owner/(\d+)(?:\?page=(\d+))? } or return document('text/plain', 'hello');
    $page //= 1;
    return document('application/fhir+json', sprintf '{"resourceType":"Bundle","link":[{"relation":"next","url":"x?page=%d"}],"entry":[%s]}',
                    $page + 1, $page == $id ? sprintf $hit, $id : '');
}]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner/$fhir_binary_id;
    proxy_pass $FHIR_STORE;
}
location /_owner/ {
    internal;
    proxy_pass $FHIR_STORE/owner/;
}
--- token: scope=patient/*.read patient=12
--- request eval: ["GET /fhir/Binary/16", "GET /fhir/Binary/17"]
--- outcome
-
503 transient patient_unavailable



=== TEST 2: a search that ends without the document is a 403
--- backend eval
[sub {
    my ($page) = $_[0] =~ m{^GET /owner(?:\?page=(\d+))? } or return document('text/plain', 'hello');
    return document('application/fhir+json', '{"resourceType":"Bundle","link":[{"relation":"next","url":"x?page=2"}],"entry":[]}');
}]
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
--- backend_requests: 2



=== TEST 3: all Bundles have 1048576 bytes at most
--- document: text/plain
--- user_files eval
my $said = '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/12"},"content":[{"attachment":{"url":"Binary/%d"}}]}}]}';
[map { my $json = sprintf $said, $_; ["$_.json", $json . ' ' x ($_ - length $json)] } 1048576, 1048577]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner/$fhir_binary_id.json;
    proxy_pass $FHIR_STORE;
}
location /_owner/ {
    internal;
    alias html/;
}
--- token: scope=patient/*.read patient=12
--- request eval: ["GET /fhir/Binary/1048576", "GET /fhir/Binary/1048577"]
--- outcome
-
503 transient patient_unavailable



=== TEST 4: a Bundle nests 16 levels at most
--- document: text/plain
--- user_files eval
[map { [ "$_.json", '{"resourceType":"Bundle","deep":' . '[' x ($_ - 1) . ']' x ($_ - 1) . ',"entry":[{"resource":{"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/12"},"content":[{"attachment":{"url":"Binary/' . $_ . '"}}]}}]}'] } 16, 17]
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_patient request /_owner/$fhir_binary_id.json;
    proxy_pass $FHIR_STORE;
}
location /_owner/ {
    internal;
    alias html/;
}
--- token: scope=patient/*.read patient=12
--- request eval: ["GET /fhir/Binary/16", "GET /fhir/Binary/17"]
--- outcome
-
503 transient patient_unavailable
