# Build, try and test ngx_http_fhir_binary_module.  `make help` tells what for.

SHELL      := /bin/bash
.SUFFIXES:
.SECONDARY:
.DELETE_ON_ERROR:

# Everything that is made goes under BUILD.  Another NGINX_SRC (a tree of
# Debian's nginx-dev, or nginx's own sources) with its own NGINX_BINARY and
# BUILD tries another version:
#
#     make test BUILD=build/new NGINX_SRC=/path NGINX_BINARY=/path/nginx
#
# The name is not NGINX: nginx itself gives that variable a meaning.

BUILD        := build
NGINX_SRC    := /usr/share/nginx/src
NGINX_BINARY := $(or $(shell command -v nginx),/usr/sbin/nginx)
NGINX_FLAGS  =
FUZZ_SECONDS = 30
FUZZ         =
NGINX_TREE   =
JOBS         := $(shell nproc 2>/dev/null || echo 1)
Q            = $(if $(V),,@)
MAKEFLAGS    += --no-print-directory

OPT         = -O2 -g -fno-omit-frame-pointer
HARDEN      = -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
SANITIZE    =
ASAN_FLAGS  = -fsanitize=address,undefined -fno-sanitize-recover=all

# -Wno-unused-parameter: nginx's headers define inline functions, and its
# interfaces ask for handlers, that do not use all they are given.

WARN        = -Wall -Wextra -Werror
CC_OPT      = $(OPT) $(HARDEN) $(WARN) -Wno-unused-parameter $(SANITIZE)
LD_OPT      = -Wl,-z,relro -Wl,-z,now $(SANITIZE)

XML_INC     = -isystem /usr/include/libxml2
CORE_CFLAGS = -std=c99 -pedantic $(WARN) -Wswitch-enum $(OPT) $(SANITIZE) \
              $(XML_INC)
TEST_CFLAGS = -std=gnu99 $(WARN) $(OPT) $(SANITIZE) $(XML_INC) \
              -Isrc/core -It/unit
CORE_LIBS   = -lyajl -lxml2 -lcrypto

DEPS_BUILD  = libc6-dev nginx nginx-dev libyajl-dev libxml2-dev libssl-dev
DEPS_TEST   = libcmocka-dev perl procps curl openssl python3 \
              libtest-base-perl libtest-longstring-perl libtext-diff-perl \
              liburi-perl libwww-perl liblist-moreutils-perl \
              libipc-run-perl

MODULE     := $(BUILD)/ngx_http_fhir_binary_module.so
TREE       := $(BUILD)/nginx
TEST_NGINX := build/test-nginx
NPM        := build/npm

CORE_SRC   := $(wildcard src/core/fhb_*.c)
CORE_OBJ   := $(CORE_SRC:src/core/%.c=$(BUILD)/core/%.o)
UNITS      := $(patsubst t/unit/%.c,$(BUILD)/unit/%,\
                $(wildcard t/unit/test_*.c))
FUZZERS    := $(patsubst t/fuzz/fuzz_%.c,%,$(wildcard t/fuzz/fuzz_*.c))
REPLAYS    := $(FUZZERS:%=$(BUILD)/replay/replay_%)
BENCHES    := $(patsubst t/bench/%.c,$(BUILD)/bench/%,\
                $(wildcard t/bench/bench_*.c))
SUITES      = $(or $(T),$(wildcard t/*.t))

# What Test::Nginx runs it runs twice: with an nginx for each block, and in one
# that is reloaded for each.  A file here stands for the second time.

HUPS        = $(patsubst t/%,$(BUILD)/hup/%,\
                $(shell grep -sl "^run_tests();" $(SUITES)))

# The environment of every test: TAP from cmocka, the module under test, and
# where its build is.  -I is for the suites; programs ignore it.

TEST_ENV    = CMOCKA_MESSAGE_OUTPUT=TAP TEST_NGINX_BINARY=$(NGINX_BINARY) \
              FHIR_BINARY_BUILD=$(abspath $(BUILD)) \
              FHIR_BINARY_VECTORS=$(firstword \
                  $(wildcard ../*/data/jws_vectors.jsonl))
PROVE       = env $(TEST_ENV) prove -I t/lib \
              -I $(TEST_NGINX)/root/usr/share/perl5

.PHONY: all help module demo run test suite suite-only hup unit check fuzz \
        fuzz-replay bench asan asan-suite valgrind debug chaos clean deps \
        deps-build deps-browser deps-fastcgi deps-fuzz test-build FORCE

all: module

## help         list the targets
help:
	@sed -n 's/^## //p' Makefile


# The module, by nginx's own makefile in TREE.  Under a make with jobs it has
# its part of them; by itself it would have one.

PARALLEL     = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))

## module       build/ngx_http_fhir_binary_module.so (the default)
module: $(TREE)/configured
	@$(MAKE) -s $(PARALLEL) -C $(TREE) -f objs/Makefile modules
	@cmp -s $(TREE)/objs/$(notdir $(MODULE)) $(MODULE) \
	    || { cp $(TREE)/objs/$(notdir $(MODULE)) $(MODULE) \
	         && echo "built $(MODULE)"; }

$(TREE)/configured: config $(BUILD)/nginx.flags
	@[ -x $(NGINX_SRC)/configure ] || { \
	    echo "no nginx sources in $(NGINX_SRC): 'make deps' installs" \
	         "nginx-dev; NGINX_SRC= names another tree" >&2; exit 1; }
	@bash t/lib/nginx-configure.sh $(NGINX_SRC) $(TREE) --with-compat \
	    $(NGINX_FLAGS) --with-cc="$(CC)" --with-cc-opt="$(CC_OPT)" \
	    --with-ld-opt="$(LD_OPT)" --add-dynamic-module=$(CURDIR)
	@touch $@

# Holds what the build depends on beside the sources' text; it is rewritten
# when one of these differs, and only then.

$(BUILD)/nginx.flags: FORCE
	@mkdir -p $(BUILD)
	@{ echo '$(CC) $(CC_OPT) $(LD_OPT) $(NGINX_FLAGS) $(NGINX_SRC)'; \
	   grep -s 'define NGINX_VERSION' $(NGINX_SRC)/src/core/nginx.h; \
	   find *.c src -name '*.[ch]' -o -name '*.def' | sort; } >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@


# The core, compiled without nginx, and the programs made of it.

$(BUILD)/core.flags: FORCE
	@mkdir -p $(BUILD)
	@echo '$(CC) $(CORE_CFLAGS) $(TEST_CFLAGS) $(CORE_SRC)' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(CORE_OBJ): $(BUILD)/core/%.o: src/core/%.c $(BUILD)/core.flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CORE_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/libcore.a: $(CORE_OBJ) $(BUILD)/core.flags
	@rm -f $@
	@ar rcs $@ $(CORE_OBJ)

$(UNITS): $(BUILD)/unit/%: t/unit/%.c $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -o $@ $< $(BUILD)/libcore.a \
	    -lcmocka $(CORE_LIBS)

$(BENCHES): $(BUILD)/bench/%: t/bench/%.c $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -o $@ $< $(BUILD)/libcore.a $(CORE_LIBS)

# The replays compile the core once more, always under the sanitizers.

REPLAY_OBJ  = $(CORE_SRC:src/core/%.c=$(BUILD)/replay/%.o)

$(REPLAY_OBJ): $(BUILD)/replay/%.o: src/core/%.c $(BUILD)/core.flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CORE_CFLAGS) $(ASAN_FLAGS) -MMD -MP -c -o $@ $<

$(REPLAYS): $(BUILD)/replay/replay_%: t/fuzz/fuzz_%.c t/fuzz/replay.c \
            $(REPLAY_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) $(ASAN_FLAGS) -DCORPUS='"t/fuzz/corpus/$*"' \
	    -o $@ $< t/fuzz/replay.c $(REPLAY_OBJ) $(CORE_LIBS)

-include $(wildcard $(BUILD)/core/*.d $(BUILD)/unit/*.d $(BUILD)/replay/*.d \
                    $(BUILD)/bench/*.d)

$(BUILD)/hup/%.t: t/%.t
	@mkdir -p $(@D)
	@echo '$$ENV{TEST_NGINX_USE_HUP} = 1;' >$@
	@echo 'exec $$^X, (map { "-I$$_" } grep { !ref } @INC), "$<";' >>$@

test-build: module $(UNITS) $(REPLAYS) $(BENCHES) $(HUPS)


## demo         install what it needs, build, start nginx, show what it does
demo: deps
	@$(MAKE) module
	@NGINX_BINARY=$(NGINX_BINARY) bash t/lib/demo.sh

## run          the demo's nginx, left running
run: deps
	@$(MAKE) module
	@NGINX_BINARY=$(NGINX_BINARY) bash t/lib/demo.sh --keep

## test         install what it needs, build, run everything that is tested
test: deps
	@$(MAKE) -j$(JOBS) test-build
	@$(PROVE) -j$(JOBS) $(UNITS) $(REPLAYS) $(SUITES) $(HUPS)

## suite        the .t suites alone; T=t/name.t is one of them
suite: module suite-only

suite-only:
	@$(PROVE) -j$(JOBS) $(SUITES)

## hup          those of Test::Nginx in one nginx that is reloaded; T= too
hup: module $(HUPS)
	@$(if $(HUPS),$(PROVE) -j$(JOBS) $(HUPS),echo "no suites of Test::Nginx")

## unit         the core's unit tests alone; T=t/unit/test_x.c or T=x is one
UNIT        = $(if $(T),$(patsubst %,$(BUILD)/unit/test_%,$(patsubst \
                test_%,%,$(basename $(notdir $(T))))),$(UNITS))

unit: $(UNIT)
	@$(if $(UNIT),$(PROVE) -j$(JOBS) $(UNIT),echo "no unit tests")

## fuzz-replay  the fuzz corpus once, under ASan and UBSan
fuzz-replay: $(REPLAYS)
	@$(if $(REPLAYS),$(PROVE) -j$(JOBS) $(REPLAYS),echo "no fuzz targets")

## check        style, includes, circles, owners, exported symbols
check: module
	@bad=0; \
	perl t/check/style.pl || bad=1; \
	CC="$(CC)" bash t/check/includes.sh $(TREE) || bad=1; \
	perl t/check/circles.pl $(TREE) || bad=1; \
	bash t/check/owner.sh || bad=1; \
	bash t/check/exports.sh $(MODULE) || bad=1; \
	[ $$bad = 1 ] || \
	    echo "check: style, includes, circles, owners, exports: fine"; \
	exit $$bad

## asan         unit tests and fuzz corpus under ASan and UBSan
asan: deps
	@$(MAKE) -j$(JOBS) BUILD=build/asan HARDEN= OPT='-O1 -g' \
	    SANITIZE='$(ASAN_FLAGS)' unit fuzz-replay

## asan-suite   the suites with the module built under ASan and UBSan (gcc)
asan-suite: deps
	@$(MAKE) -j$(JOBS) CC=gcc BUILD=build/asan HARDEN= OPT='-O1 -g' \
	    SANITIZE='$(ASAN_FLAGS)' module
	@NGINX_BINARY=$(NGINX_BINARY) bash t/lib/suite-under.sh asan \
	    BUILD=build/asan T="$(T)"

## valgrind     the suites under valgrind (slow)
valgrind: deps
	@sh t/lib/deps.sh valgrind
	@$(MAKE) module
	@NGINX_BINARY=$(NGINX_BINARY) bash t/lib/suite-under.sh valgrind \
	    T="$(T)"

# All of nginx.  Without NGINX_TREE the sources are those of this Debian suite.

WHOLE_NGINX = sh t/lib/deps.sh gcc libpcre2-dev zlib1g-dev perl openssl \
              && tree="$(NGINX_TREE)" && { [ -n "$$tree" ] || tree=$$(sh \
                  t/lib/nginx-source.sh build/nginx-source); } \
              && bash t/lib/nginx-build.sh

## debug        nginx and module, -O0 -g --with-debug: T=t/x.t runs with both
debug: deps
	@$(WHOLE_NGINX) debug "$$tree" $(BUILD)/debug
	@$(if $(T),$(MAKE) suite-only BUILD=$(BUILD)/debug T="$(T)" \
	    NGINX_BINARY=$(abspath $(BUILD))/debug/nginx,echo "built" \
	    "$(BUILD)/debug/nginx and the module beside it;" \
	    "\"Debug\" in t/README.md says how to run them")

## chaos        random use of an nginx all under ASan; CHAOS_SECONDS=60
chaos: deps-build
	@$(WHOLE_NGINX) asan "$$tree" $(BUILD)/chaos-nginx || exit 1; \
	made=$(abspath $(BUILD))/chaos-nginx; \
	env FHIR_BINARY_BUILD=$(abspath $(BUILD)) \
	    TEST_NGINX_BINARY=$$made/nginx \
	    TEST_NGINX_LOAD_MODULES=$$made/$(notdir $(MODULE)) \
	    perl -I t/lib -I t/chaos t/chaos/chaos.pl

## fuzz         libFuzzer and ASan: FUZZ_SECONDS=30 a target, or FUZZ=noun
fuzz: deps-fuzz
	@$(MAKE) FUZZ=$(FUZZ) $(patsubst %,fuzz-%,$(or $(FUZZ),$(FUZZERS)))

fuzz-%: $(BUILD)/fuzz/fuzz_%
	@mkdir -p $(BUILD)/fuzz/corpus/$* t/fuzz/corpus/$*
	cd $(BUILD)/fuzz && ./fuzz_$* -max_total_time=$(FUZZ_SECONDS) \
	    -print_final_stats=1 -artifact_prefix=$*- \
	    $(wildcard $(CURDIR)/t/fuzz/$*.dict:%=-dict=%) \
	    corpus/$* $(CURDIR)/t/fuzz/corpus/$*

$(BUILD)/fuzz/fuzz_%: t/fuzz/fuzz_%.c $(CORE_SRC) $(wildcard src/core/*.h)
	@mkdir -p $(@D)
	$(Q)clang $(TEST_CFLAGS) -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all -o $@ $< $(CORE_SRC) $(CORE_LIBS)

## bench        speed of the core and of the module; prints, never asserts
bench: module $(BENCHES)
	@for b in $(BENCHES); do $$b || exit 1; done
	@for s in $(wildcard t/bench/*.sh); do \
	    NGINX_BINARY=$(NGINX_BINARY) bash $$s || exit 1; done

## deps         install the Debian packages that are missing
deps: deps-build
	@sh t/lib/deps.sh --test-nginx $(TEST_NGINX) $(DEPS_TEST)
	@sh t/lib/npm.sh $(NPM) || echo "deps: NO PACKAGES OF NPM: what talks to a" \
	    "real authorization server (t/token_oidc_provider.t) will be skipped" >&2

## deps-fastcgi install php-fpm, fcgiwrap and nginx's XSLT filter, for the tests
##              with them
deps-fastcgi: deps
	@sh t/lib/deps.sh php-fpm fcgiwrap libnginx-mod-http-xslt-filter

## deps-browser install Chromium too, for the tests in a real browser
deps-browser: deps
	@sh t/lib/deps.sh chromium

deps-build:
	@sh t/lib/deps.sh $(DEPS_BUILD)

deps-fuzz: deps-build
	@sh t/lib/deps.sh clang
	@sh t/lib/deps.sh "libclang-rt-$$(clang -dumpversion \
	    | cut -d. -f1)-dev"

## clean        remove build/
clean:
	rm -rf build
