# fhir_binary_token_cache: verdicts are kept in memory that all workers share.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary 'no_plan';

run_tests();


__DATA__

=== TEST 1: off is the default: there is no cache to hit
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    add_header X-Cache $fhir_binary_token_cache always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read
--- pipelined_requests eval: [("GET /fhir/Binary/1") x 2]
--- response_headers eval: [("X-Cache: BYPASS") x 2]



=== TEST 2: the second use of a token is a hit
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_token_cache zone=second:64k;
    add_header X-Cache $fhir_binary_token_cache always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read
--- pipelined_requests eval: [("GET /fhir/Binary/1") x 2]
--- response_headers eval: ["X-Cache: MISS", "X-Cache: HIT"]



=== TEST 3: a hit grants no more than the token
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_token_cache zone=grants:64k;
    add_header X-Cache $fhir_binary_token_cache always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=openid
--- pipelined_requests eval: [("GET /fhir/Binary/1") x 2]
--- error_code eval: [403, 403]
--- response_headers eval: ["X-Cache: MISS", "X-Cache: HIT"]
--- backend_requests: 0



=== TEST 4: another token is another verdict
--- document: text/plain
--- config
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_token_cache zone=another:64k;
    add_header X-Cache $fhir_binary_token_cache always;
    proxy_pass $FHIR_STORE;
}
--- token
scope=user/*.read
scope=user/*.read key=ec-b kid=ec-a
--- pipelined_requests eval: [("GET /fhir/Binary/1") x 2]
--- error_code eval: [200, 401]
--- response_headers eval: ["X-Cache: MISS", "X-Cache: MISS"]



=== TEST 5: a location may go without the cache of its server
--- document: text/plain
--- config
fhir_binary_token_cache zone=outer:64k;
location /fhir/ {
    fhir_binary r4;
    $FHIR_GUARD
    fhir_binary_token_cache off;
    add_header X-Cache $fhir_binary_token_cache always;
    proxy_pass $FHIR_STORE;
}
--- token: scope=user/*.read
--- request
GET /fhir/Binary/1
--- response_headers
X-Cache: BYPASS



=== TEST 6: a zone has 32k or more
--- config
fhir_binary_token_cache zone=a:31k;
--- must_die
--- error_log
[emerg]
invalid value "zone=a:31k" in "fhir_binary_token_cache" directive, it must be "off" or "zone=NAME:SIZE [valid=TIME] [inactive=TIME]" with a size of 32k or more



=== TEST 7: a cache has a zone
--- config
fhir_binary_token_cache valid=1m;
--- must_die
--- error_log
[emerg]
"zone=NAME:SIZE [valid=TIME] [inactive=TIME]"



=== TEST 8: what else it is told is a time
--- config
fhir_binary_token_cache zone=a:64k valid=soon;
--- must_die
--- error_log
[emerg]
invalid value "valid=soon" in "fhir_binary_token_cache" directive
