#!/bin/bash

# exports.sh MODULE.so: modules are opened RTLD_GLOBAL, so a symbol that is
# exported for nothing is one that another module can clash with.

so=$1

extra=$(nm -D --defined-only "$so" | awk '{ print $NF }' \
        | grep -vxE '(ngx_http_fhir_binary_module|ngx_modules)' \
        | grep -vxE '(ngx_module_names|ngx_module_order)')

for name in $extra; do
    echo "$so:1: exports $name: declare it between visibility push and pop"
done

[ -z "$extra" ]
