#!/bin/bash
# suite-under.sh asan|valgrind MAKE-ARGUMENT ...
#
# Runs the suites (make suite-only) with nginx under a checker.  The checker's
# reports go to files, and one report fails the run: a suite that does not
# notice that a worker died proves nothing.

set -eu

tool=$1
shift

build=$(pwd)/build/$tool
nginx=${NGINX_BINARY:-/usr/sbin/nginx}

mkdir -p "$build"
rm -f "$build"/report.*

# Everything is slower now; the patience of the suites grows with it.

export FHIR_BINARY_PATIENCE=4

case $tool in

asan)
    # Debian's nginx knows nothing of ASan, which must then be loaded first.
    # Leaks: nginx leaves its pools to the end of the process by design.

    wrapper=$build/nginx-asan
    cat >"$wrapper" <<END
#!/bin/sh
export ASAN_OPTIONS=detect_leaks=0:log_path=$build/report
export UBSAN_OPTIONS=print_stacktrace=1:log_path=$build/report
preload=$(gcc -print-file-name=libasan.so)\${LD_PRELOAD:+:\$LD_PRELOAD}
LD_PRELOAD=\$preload exec $nginx "\$@"
END
    chmod +x "$wrapper"
    nginx=$wrapper
    ;;

valgrind)
    options="--tool=memcheck --leak-check=full --num-callers=40"
    options="$options --keep-debuginfo=yes"
    options="$options --show-leak-kinds=definite"
    options="$options --errors-for-leak-kinds=definite"
    options="$options --exit-on-first-error=yes --error-exitcode=99"
    options="$options --gen-suppressions=all"
    options="$options --suppressions=$(pwd)/t/lib/valgrind.suppress"
    options="$options --log-file=$build/report.%p"

    export TEST_NGINX_USE_VALGRIND=$options TEST_NGINX_SLEEP=0.2
    export TEST_NGINX_VALGRIND_EXIT_ON_FIRST_ERR=1
    ;;

esac

status=0
make suite-only NGINX_BINARY="$nginx" "$@" || status=$?

for report in "$build"/report.*; do
    if [ -s "$report" ]; then
        cat "$report"
        status=1
    fi
done

exit $status
