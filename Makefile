# SPDX-License-Identifier: Apache-2.0
#
# Scrubgate. `make help` lists what there is to make.

FLAVOUR ?= release
PREFIX ?= /usr/local
SECS ?= 60
SEED ?= 1
EACH ?= 100
ROUNDS ?= 9
SECONDS ?= 1
PARTS ?=
LARGE ?= 10000000
SOAK_SECS ?= 600
RECORDS ?= 1000000
DAYS ?= 90
T ?=
V ?= 0
CC := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))

VERSION := $(shell sed -n 's/.*SCRUBGATE_VERSION "\(.*\)"/\1/p' include/scrubgate/version.h)
B := build/$(FLAVOUR)
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-6s %s\n' '$(1)' '$(2)';)

# What each library is called by pkg-config, and the Debian package that brings it.
LIB_PKGS := libpcre2-8 libcrypto sqlite3 yajl yaml-0.1 zlib
GATE_PKGS := libssl
DEPS_RUN := gcc:gcc libc6-dev:libc6-dev pkg-config:pkg-config libpcre2-8:libpcre2-dev libssl:libssl-dev \
	libsqlite3-dev:libsqlite3-dev yajl:libyajl-dev yaml-0.1:libyaml-dev zlib:zlib1g-dev
DEPS_TEST := $(DEPS_RUN) cmocka:libcmocka-dev jq:jq
DEPS_LINT := clang-format:clang-format
DEPS_TIDY := $(DEPS_RUN) clang-tidy:clang-tidy
DEPS_MAN := groff:groff-base
DEPS_FUZZ := $(DEPS_RUN) clang:clang
DEPS_ATTACK := $(DEPS_TEST) slowhttptest:slowhttptest
DEPS_INTEROP := $(DEPS_RUN) go:golang-go golang-golang-x-mod-dev:golang-golang-x-mod-dev
DEPS_SQL := $(DEPS_TEST) psql:postgresql-client postgresql:postgresql
DEPS_BENCH := $(DEPS_RUN) nginx:nginx-light haproxy:haproxy libnginx-mod-http-lua:libnginx-mod-http-lua perf:linux-perf

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
BASE_CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -g -fPIC -fno-omit-frame-pointer $(WARN) \
	-Iinclude -Igateway
# Instrumented builds call and open what no sandbox expects (proxy/sandbox.c).
UNBOXED := -DSG_NO_SANDBOX
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection

ifeq ($(FLAVOUR),release)
  FLAVOUR_CFLAGS := -O2 -D_FORTIFY_SOURCE=3 $(HARDEN)
  FLAVOUR_LDFLAGS := -Wl,-z,relro,-z,now,-z,noexecstack
else ifeq ($(FLAVOUR),asan)
  FLAVOUR_CFLAGS := $(UNBOXED) -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
  FLAVOUR_LDFLAGS := -fsanitize=address,undefined
else ifeq ($(FLAVOUR),tsan)
  FLAVOUR_CFLAGS := $(UNBOXED) -O1 -fsanitize=thread
  FLAVOUR_LDFLAGS := -fsanitize=thread
else ifeq ($(FLAVOUR),fuzz)
  CC := clang
  FLAVOUR_CFLAGS := $(UNBOXED) -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
  FLAVOUR_LDFLAGS := -fsanitize=address,undefined
else ifeq ($(FLAVOUR),cover)
  FLAVOUR_CFLAGS := $(UNBOXED) -O0 --coverage
  FLAVOUR_LDFLAGS := --coverage
else
  $(error FLAVOUR=$(FLAVOUR): use release, asan, tsan, fuzz or cover)
endif

PKG_CFLAGS = $(shell pkg-config --cflags $(LIB_PKGS) $(GATE_PKGS) 2>/dev/null)
LIB_LIBS = $(shell pkg-config --libs $(LIB_PKGS) 2>/dev/null) -lm
GATE_LIBS = $(shell pkg-config --libs $(GATE_PKGS) 2>/dev/null) $(LIB_LIBS) -pthread
# A peer of the scan engine, for bench_scan only: measured where it is installed.
PEER_CFLAGS = $(if $(shell pkg-config --exists libhs && echo y),-DHAVE_HS $(shell pkg-config --cflags libhs))
PEER_LIBS = $(shell pkg-config --libs libhs 2>/dev/null)
ALL_CFLAGS = $(BASE_CFLAGS) $(FLAVOUR_CFLAGS) $(PKG_CFLAGS) -pthread $(CFLAGS)
ALL_LDFLAGS = $(FLAVOUR_LDFLAGS) $(LDFLAGS)

LIB_LAYERS := base http rule scan body audit collusion
GATE_LAYERS := net report proxy cli
LIB_SRC := $(sort $(wildcard $(addprefix gateway/,$(addsuffix /*.c,$(LIB_LAYERS)))))
GATE_SRC := $(sort $(wildcard $(addprefix gateway/,$(addsuffix /*.c,$(GATE_LAYERS)))))
MAN_PAGES := $(sort $(wildcard docs/man/*.1))
PACKS := $(sort $(wildcard rules/*.yaml))
LIB_OBJ := $(LIB_SRC:%.c=$B/%.o) $B/gateway/rule/builtin_packs.o $B/gateway/rule/builtin_sample.o \
	$B/gateway/rule/builtin_hints.o
GATE_OBJ := $(filter-out $B/gateway/cli/main.o,$(GATE_SRC:%.c=$B/%.o))

TEST_LIB_OBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard tests/lib/*.c)))
TESTS := $(patsubst %.c,$B/%,$(sort $(wildcard tests/*/test_*.c)))
PRELOADS := $(patsubst %.c,$B/%.so,$(sort $(wildcard tests/preload/*.c)))
FUZZERS := $(patsubst fuzz/%.c,%,$(sort $(wildcard fuzz/fuzz_*.c)))
SOAKS := $(patsubst %.c,$B/%,$(sort $(wildcard tests/soak/soak_*.c)))
BENCHES := $(patsubst %.c,$B/%,$(sort $(wildcard tests/bench/bench_*.c)))
CORPUS_OBJ := $(patsubst %.c,$B/%.o,$(filter-out tests/corpus/generate.c tests/corpus/test_%,\
	$(sort $(wildcard tests/corpus/*.c))))
BENCH_SCAN_OBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard tests/bench/scan_*.c))) \
	$(addprefix $B/tests/bench/,rounds.o table.o)
BENCH_LOAD_OBJ := $(addprefix $B/tests/bench/,load.o message.o origin.o peers.o program.o)
ATTACK_OBJ := $(patsubst %.c,$B/%.o,$(filter-out tests/attack/test_%,$(sort $(wildcard tests/attack/*.c)))) \
	$(BENCH_LOAD_OBJ)
BENCH_AUDIT_OBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard tests/bench/audit_*.c))) \
	$(addprefix $B/tests/bench/,log_load.o rounds.o table.o)
BENCH_COLLUSION_OBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard tests/bench/collusion_*.c))) \
	$(addprefix $B/tests/bench/,rounds.o table.o)
UNAUDITED := sg_audit_port_open sg_audit_submit sg_audit_note sg_record_decision sg_record_outcome
BENCH_PROXY_OBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard tests/bench/proxy_*.c))) \
	$(addprefix $B/tests/bench/,rounds.o table.o)

.PHONY: all lib run test test-interop test-sql check attack soak mutants fuzz bench bench-proxy bench-audit bench-scan bench-detect bench-collusion install uninstall format lint tidy \
	man cover clean help hints deps deps-test deps-lint deps-tidy deps-man deps-fuzz deps-attack deps-interop deps-sql deps-bench tests replay FORCE
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
  MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

all: $B/scrubgate lib ## build the program and the library

lib: $B/libscrubgate.a $B/libscrubgate.so $B/scrubgate.pc ## build libscrubgate and its pkg-config file

run: ## install what is missing, build, serve on 127.0.0.1:8080 with an echo behind it
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory all
	@exec $B/scrubgate serve

test: ## install what is missing, build, run every test; T=name runs those whose path has it
	@$(MAKE) --no-print-directory deps-test
	@$(MAKE) --no-print-directory all tests replay
	@CC='$(CC)' FLAVOUR='$(FLAVOUR)' FLAVOUR_CFLAGS='$(FLAVOUR_CFLAGS)' tests/run.sh $B '$(T)'

check: ## lint, tests, corpus replay
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test

soak: ## test scan engine and audit log at length: SOAK_SECS (600) of new dice, long bodies, mutants, kills, power cuts
	@$(MAKE) --no-print-directory deps-test
	@$(MAKE) --no-print-directory all tests $(SOAKS)
	@CC='$(CC)' FLAVOUR='$(FLAVOUR)' sh tests/soak/run.sh $B $(SOAK_SECS)

test-interop: ## have verifiers of others check a log of RECORDS (1000000) made under load
	@$(MAKE) --no-print-directory deps-interop
	@$(MAKE) --no-print-directory $B/scrubgate $B/tests/interop/make_log
	@sh tests/interop/run.sh $B $(RECORDS)

test-sql: ## have PostgreSQL compute docs/sql of a market of DAYS (90) days, made with SEED: it must say what C says
	@$(MAKE) --no-print-directory deps-sql
	@$(MAKE) --no-print-directory $B/scrubgate $B/tests/interop/compare_sql
	@sh tests/interop/postgresql.sh $B $(SEED) $(DAYS)

attack: ## attack a running gateway at full size; T=name runs those whose name has it
	@$(MAKE) --no-print-directory deps-attack
	@$(MAKE) --no-print-directory all tests
	@sh tests/attack/run.sh $B '$(T)'

mutants: ## break the scan engine on purpose, in many ways: the tests must see each
	@$(MAKE) --no-print-directory deps-test
	@$(MAKE) --no-print-directory tests
	@CC='$(CC)' FLAVOUR='$(FLAVOUR)' MUTANTS='$(or $(MUTANTS),all)' sh tests/soak/test_mutants.sh

hints: $B/tests/bench/bench_load ## after patterns or the sample have changed: write rules/hints.txt anew
	$(Q)$< --hints > $B/hints.txt && mv $B/hints.txt rules/hints.txt

# --- building -----------------------------------------------------------------------------------

$B/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# The packs and the sample, as C: so that the program finds them wherever it is installed.
$B/gateway/rule/builtin_packs.c: $(PACKS) rules/embed.sh
	@mkdir -p $(@D)
	$(call say,GEN,$@)sh rules/embed.sh packs $(PACKS) > $@

$B/gateway/rule/builtin_sample.c: rules/sample.txt rules/embed.sh
	@mkdir -p $(@D)
	$(call say,GEN,$@)sh rules/embed.sh sample $< > $@

$B/gateway/rule/builtin_hints.c: rules/hints.txt rules/embed.sh
	@mkdir -p $(@D)
	$(call say,GEN,$@)sh rules/embed.sh hints $< > $@

$B/gateway/rule/builtin_%.o: $B/gateway/rule/builtin_%.c
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -c $< -o $@

$B/libscrubgate.a: $(LIB_OBJ)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$B/libscrubgate.so: $(LIB_OBJ) include/scrubgate/exports.map
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared -Wl,-soname,libscrubgate.so.0 \
		-Wl,--version-script=include/scrubgate/exports.map $(LIB_OBJ) $(LIB_LIBS) -o $@

$B/libgateway.a: $(GATE_OBJ)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$B/scrubgate: $B/gateway/cli/main.o $B/libgateway.a $B/libscrubgate.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie $^ $(GATE_LIBS) -o $@

# It names PREFIX, which may be another in each run: written anew when it would differ.
$B/scrubgate.pc: include/scrubgate/scrubgate.pc.in FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@REQUIRES@|$(LIB_PKGS)|' \
		$< > $@.new
	@if cmp -s $@.new $@; then rm -f $@.new; else mv $@.new $@; fi

FORCE:

# --- tests --------------------------------------------------------------------------------------

tests: $(TESTS) $(PRELOADS) $B/tests/report/make_log

# Put in front of libc in a gateway under test.
$B/tests/preload/%.so: tests/preload/%.c $(wildcard tests/preload/*.h) Makefile
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(BASE_CFLAGS) -O2 -shared $< -ldl -o $@

$B/tests/%: $B/tests/%.o $(TEST_LIB_OBJ) $B/libgateway.a $B/libscrubgate.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(filter %.o,$^) -Wl,--start-group \
		$(filter %.a,$^) -Wl,--end-group $(GATE_LIBS) -lcmocka -o $@

# Attacks have the load and the origin of the benches.
$(filter $B/tests/attack/%,$(TESTS)): $(ATTACK_OBJ)

$B/tests/bench/bench_%: $B/tests/bench/bench_%.o $(BENCH_LOAD_OBJ) $B/libgateway.a $B/libscrubgate.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(filter %.o,$^) -Wl,--start-group \
		$(filter %.a,$^) -Wl,--end-group $(GATE_LIBS) -o $@

$B/tests/bench/bench_proxy: $(BENCH_PROXY_OBJ)

$B/tests/bench/bench_audit: $(BENCH_AUDIT_OBJ)

$B/tests/bench/bench_collusion: $(BENCH_COLLUSION_OBJ) \
		$(addprefix $B/tests/bench/scan_,engine.o corpus.o chat.o rules.o)

# The gateway without its audit log, for bench_audit alone.
$B/tests/bench/scrubgate_unaudited: $B/gateway/cli/main.o $B/tests/bench/unaudited.o \
		$B/libgateway.a $B/libscrubgate.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie $(UNAUDITED:%=-Wl,--wrap=%) $^ $(GATE_LIBS) -o $@

$B/tests/interop/make_log: $B/tests/interop/make_log.o $B/tests/bench/log_load.o $(BENCH_LOAD_OBJ) \
		$B/libgateway.a $B/libscrubgate.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(filter %.o,$^) -Wl,--start-group \
		$(filter %.a,$^) -Wl,--end-group $(GATE_LIBS) -o $@

$B/tests/bench/bench_scan: $B/tests/bench/bench_scan.o $(BENCH_SCAN_OBJ) $B/libscrubgate.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIB_LIBS) $(PEER_LIBS) -o $@

$B/tests/bench/bench_detect: $B/tests/bench/bench_detect.o $(CORPUS_OBJ) $(BENCH_SCAN_OBJ) \
		$B/tests/lib/dice.o $B/libscrubgate.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIB_LIBS) $(PEER_LIBS) -o $@

$B/tests/corpus/test_corpus: $(CORPUS_OBJ)

# Labelled text made up by dice: a program that prints it, the test and the bench that judge by it.
$B/tests/corpus/generate: $B/tests/corpus/generate.o $(CORPUS_OBJ) $B/tests/lib/dice.o
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIB_LIBS) -o $@

# Built anew when the peer is installed or removed.
$B/tests/bench/scan_peer.o: ALL_CFLAGS += $(PEER_CFLAGS)
$B/tests/bench/scan_peer.o: $B/tests/bench/peer
$B/tests/bench/peer: FORCE
	@mkdir -p $(@D)
	@echo '$(PEER_CFLAGS)' | cmp -s - $@ || echo '$(PEER_CFLAGS)' >$@

# A made-up audit log of some weeks, whose clock is its own: a program that writes it.
$B/tests/report/make_log: $B/tests/report/make_log.o $B/tests/report/story.o $B/tests/lib/dice.o \
		$B/libgateway.a $B/libscrubgate.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) \
		-Wl,--wrap=sg_clock_wall_ms,--wrap=sg_clock_mono_ns $^ $(GATE_LIBS) -o $@

# Every fuzz target also builds without a fuzzer, to replay its corpus.
replay: $(addprefix $B/fuzz/replay_,$(FUZZERS:fuzz_%=%))

$B/fuzz/replay_%: $B/fuzz/fuzz_%.o $B/fuzz/replay.o $B/libgateway.a $B/libscrubgate.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(GATE_LIBS) -o $@

fuzz: ## fuzz each parser SECS seconds (default 60); fuzz-NAME for one
	@$(MAKE) --no-print-directory deps-fuzz
	@for f in $(FUZZERS:fuzz_%=%); do \
		$(MAKE) --no-print-directory fuzz-$$f SECS=$(SECS) || exit 1; done

fuzz-%:
	@$(MAKE) --no-print-directory FLAVOUR=fuzz build/fuzz/fuzz/fuzz_$*
	@mkdir -p build/fuzz/new/$* fuzz/corpus/$*
	build/fuzz/fuzz/fuzz_$* -max_total_time=$(SECS) -print_final_stats=1 -timeout=10 \
		-rss_limit_mb=2048 $(if $(wildcard fuzz/dict/$*.dict),-dict=fuzz/dict/$*.dict) \
		-artifact_prefix=build/fuzz/new/ build/fuzz/new/$* fuzz/corpus/$*

build/fuzz/fuzz/fuzz_%: build/fuzz/fuzz/fuzz_%.o build/fuzz/libgateway.a build/fuzz/libscrubgate.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer $^ $(GATE_LIBS) -o $@

bench: ## print the tables of docs/BENCHMARKS.md anew
	@$(MAKE) --no-print-directory deps-bench
	@$(MAKE) --no-print-directory all $(BENCHES) $B/tests/bench/scrubgate_unaudited
	@tests/bench/run.sh $B

bench-proxy: ## print the tables of requests alone: ROUNDS (9) rounds of SECONDS (1)
	@$(MAKE) --no-print-directory deps-bench
	@$(MAKE) --no-print-directory $B/scrubgate $B/tests/bench/bench_proxy
	@tests/bench/run.sh $B proxy $(ROUNDS) $(SECONDS) $(PARTS)

bench-audit: ## print the table of the audit log alone: ROUNDS (9), SECONDS (1), a log of LARGE (10000000) records
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory $B/scrubgate $B/tests/bench/bench_audit $B/tests/bench/scrubgate_unaudited
	@tests/bench/run.sh $B audit $(ROUNDS) $(SECONDS) $(LARGE) $(PARTS)

bench-scan: ## print the scan engine's table alone
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory $B/tests/bench/bench_scan
	@tests/bench/run.sh $B scan

bench-detect: ## print the tables of detection alone, from a corpus made with SEED
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory $B/scrubgate $B/tests/bench/bench_detect
	@tests/bench/run.sh $B detect $(SEED) $(EACH)

bench-collusion: ## print the tables of collusion alone: seeds from SEED (101) on, EACH (10) of them; FLOWS=darpa.csv or .zip
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory $B/scrubgate $B/tests/bench/bench_collusion
	@FLOWS='$(FLOWS)' tests/bench/run.sh $B collusion $(if $(filter file,$(origin SEED)),101,$(SEED)) $(if $(filter file,$(origin EACH)),10,$(EACH))

# --- the house ----------------------------------------------------------------------------------

format: ## lay out the sources as .clang-format says
	@clang-format -i $(shell git ls-files '*.c' '*.h')

lint: ## layers, homes of third-party headers, licence lines, format, docs
	@$(MAKE) --no-print-directory deps-lint
	@sh tests/lint/lint.sh build/release

tidy: ## clang-tidy over the gateway, with the checks of .clang-tidy
	@$(MAKE) --no-print-directory deps-tidy
	@mkdir -p build
	@clang-tidy --quiet $(LIB_SRC) $(GATE_SRC) -- $(BASE_CFLAGS) $(PKG_CFLAGS) $(CFLAGS) \
		>build/tidy 2>&1 || { grep -vE ' generated\.$$|^Error while|^Suppressed' build/tidy; exit 1; }
	@echo 'tidy: $(words $(LIB_SRC) $(GATE_SRC)) files pass the checks of .clang-tidy'

man: ## check that every man page formats without a complaint
	@$(MAKE) --no-print-directory deps-man
	@sh tests/lint/man.sh $(MAN_PAGES)

cover: ## line coverage of the tests, by file
	@$(MAKE) --no-print-directory FLAVOUR=cover test T='$(T)'
	@sh tests/lint/cover.sh build/cover

clean: ## remove what was built
	rm -rf build

help: ## this list
	@echo 'Scrubgate $(VERSION)'
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done
	@echo 'Variables: FLAVOUR=release|asan|tsan|fuzz|cover, T=…, SECS=…, SEED=…, EACH=…, V=1, PREFIX=…, DESTDIR=…, CC=…'

# --- set-up -------------------------------------------------------------------------------------

deps: ## install the Debian packages that building needs and that are missing
	@sh deps.sh $(DEPS_RUN)
deps-test:
	@sh deps.sh $(DEPS_TEST)
deps-lint:
	@sh deps.sh $(DEPS_LINT)
deps-tidy:
	@sh deps.sh $(DEPS_TIDY)
deps-man:
	@sh deps.sh $(DEPS_MAN)
deps-fuzz:
	@sh deps.sh $(DEPS_FUZZ)
deps-attack:
	@sh deps.sh $(DEPS_ATTACK)
deps-interop:
	@sh deps.sh $(DEPS_INTEROP)
deps-sql:
	@sh deps.sh $(DEPS_SQL)
deps-bench:
	@sh deps.sh $(DEPS_BENCH)

# --- installing ---------------------------------------------------------------------------------

PUBLIC_H := $(sort $(wildcard include/scrubgate/*.h))

install: all ## install below $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
		$(DESTDIR)$(PREFIX)/include/scrubgate $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/scrubgate/rules
	install -m 755 $B/scrubgate $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $B/libscrubgate.a $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $B/libscrubgate.so $(DESTDIR)$(PREFIX)/lib/libscrubgate.so.$(VERSION)
	ln -sf libscrubgate.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libscrubgate.so.0
	ln -sf libscrubgate.so.0 $(DESTDIR)$(PREFIX)/lib/libscrubgate.so
	install -m 644 $B/scrubgate.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/
	install -m 644 $(PUBLIC_H) $(DESTDIR)$(PREFIX)/include/scrubgate/
	install -m 644 $(PACKS) $(DESTDIR)$(PREFIX)/share/scrubgate/rules/
	$(if $(MAN_PAGES),install -m 644 $(MAN_PAGES) $(DESTDIR)$(PREFIX)/share/man/man1/)

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/scrubgate $(DESTDIR)$(PREFIX)/lib/libscrubgate.a \
		$(DESTDIR)$(PREFIX)/lib/libscrubgate.so $(DESTDIR)$(PREFIX)/lib/libscrubgate.so.0 \
		$(DESTDIR)$(PREFIX)/lib/libscrubgate.so.$(VERSION) \
		$(DESTDIR)$(PREFIX)/lib/pkgconfig/scrubgate.pc \
		$(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,$(notdir $(MAN_PAGES)))
	rm -rf $(DESTDIR)$(PREFIX)/include/scrubgate $(DESTDIR)$(PREFIX)/share/scrubgate

-include $(shell find $B -name '*.d' 2>/dev/null)
