# Wayleave.  `make help` lists the targets worth knowing.
#
# The folders are the program: every .c in a library folder belongs to that
# library, every *_main.c is a program, every tests/unit/<folder>/test_*.c is
# a test of its own.  Nothing is listed here that the tree already says.

BUILD_ROOT ?= build
# One name for the folder however it was said, or what was built under one
# name is not seen to be old under another.
override BUILD_ROOT := $(patsubst $(CURDIR)/%,%,$(abspath $(BUILD_ROOT)))
SANITIZER  ?=
CC         ?= gcc
ifeq ($(origin CC),default)
CC         := gcc
endif
VERSION    := 0.1.0
PREFIX     ?= /usr/local
FUZZ_SECONDS ?= 30
# FAULTS=1 builds the fault points in (base/fault.h), into a folder of its
# own; instrumented builds always have them.
FAULTS     ?=
comma := ,
ifneq ($(SANITIZER),)
B := $(BUILD_ROOT)/$(subst $(comma),-,$(SANITIZER))
else ifneq ($(FAULTS),)
B := $(BUILD_ROOT)/faults
else
B := $(BUILD_ROOT)
endif
V ?= 0
ifeq ($(V),0)
Q := @
say = @printf '  %-5s %s\n' $(1) $(2)
else
Q :=
say = @:
endif

# make demo and make check install what is missing; everything else assumes it.
PKGS := libsodium libzmq libprotobuf-c sqlite3 jansson libseccomp libsystemd libmicrohttpd liboath pam libcurl
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
CHECK_LIBS := $(shell pkg-config --libs check 2>/dev/null)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
ifeq ($(SANITIZER),)
HARDEN += -D_FORTIFY_SOURCE=2
OPT ?= -O2 -g
else
# instrumentation hides from gcc what a number's range is
WARN += -Wno-format-truncation
OPT ?= -O1 -g -fno-omit-frame-pointer -fsanitize=$(SANITIZER) -fno-sanitize-recover=all
endif
CPPFLAGS_ALL := -D_GNU_SOURCE -DWAYLEAVE_VERSION='"$(VERSION)"' -I. -I$(B)/gen $(PKG_CFLAGS) $(CPPFLAGS)
ifneq ($(SANITIZER)$(FAULTS),)
CPPFLAGS_ALL += -DWAYLEAVE_FAULTS
endif
CFLAGS_ALL := -std=c11 $(OPT) $(WARN) $(HARDEN) -MMD -MP -pthread $(CFLAGS)
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now -Wl,--gc-sections -Wl,--as-needed $(OPT) -pthread $(LDFLAGS)
CFLAGS_ALL += -ffunction-sections -fdata-sections

LIBS := base proto keys ledger store member
PARTS := broker agent audit
SUBDIRS := $(LIBS) $(PARTS) $(wildcard agent/*/ broker/*/ audit/*/ keys/*/ ledger/*/ store/*/ proto/*/)

# keys/tool*.c are the program wayleave-keys, which stands above the libraries.
src = $(filter-out %_main.c keys/tool%,$(sort $(wildcard $(1)/*.c) $(wildcard $(1)/*/*.c) $(wildcard $(1)/*/*/*.c)))
GEN_C := $(B)/gen/proto/wayleave.pb-c.c $(B)/gen/proto/vocabulary_table.c
GEN_H := $(B)/gen/proto/wayleave.pb-c.h

obj = $(patsubst %.c,$(B)/obj/%.o,$(call src,$(1)))
GEN_O := $(patsubst $(B)/gen/%.c,$(B)/obj/gen/%.o,$(GEN_C))
AR_OF = $(patsubst %,$(B)/lib/lib%.a,$(1))
# Link order is the order of the layers, from the top down.
LINK_LIBS := $(call AR_OF,member store ledger keys proto base)

MAINS := $(sort $(wildcard */*_main.c))
program_of = $(B)/wayleave$(if $(filter agent/cli_main.c,$(1)),,-$(patsubst %_main.c,%,$(notdir $(1))))
OWN_keys = $(patsubst %.c,$(B)/obj/%.o,$(sort $(wildcard keys/tool*.c)))
PROGRAMS := $(foreach m,$(MAINS),$(call program_of,$(m)))

UNIT_SRC := $(sort $(wildcard tests/unit/*/test_*.c tests/contract/test_*.c tests/vectors/test_*.c))
UNIT_BIN := $(patsubst tests/%.c,$(B)/tests/%,$(UNIT_SRC))
HELP_SRC := $(sort $(wildcard tests/support/*.c))
HELP_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(HELP_SRC))
TOOL_SRC := $(sort $(wildcard tests/system/*.c tests/bench/*.c tests/faults/*.c))
TOOL_BIN := $(patsubst tests/%.c,$(B)/tests/%,$(TOOL_SRC))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all help demo check check-deps deps check-unit check-vectors check-contract \
	check-system check-browser check-promises check-faults check-layers check-headers check-alerts check-man check-link lint-man fuzz bench \
	check-asan check-tsan check-valgrind install clean tools tests tests-tsan
.SECONDARY:
.DEFAULT_GOAL := all

all: $(PROGRAMS) simulator

help:
	@printf '%s\n' \
	 'make            build the programs into build/' \
	 'make demo       install what is missing, build, play the worked case' \
	 'make check      install what is missing, build, run every quick test' \
	 'make check-unit check-vectors check-contract check-system' \
	 'make check-layers check-headers check-alerts check-man check-link lint-man' \
	 'make check-asan check-tsan check-valgrind   the same tests, instrumented' \
	 'make check-browser              the desk in headless Chromium' \
	 'make check-promises             every promise broken on purpose, and noticed' \
	 'make check-faults [ROUNDS=200]  kill -9 campaign under load' \
	 'make fuzz [FUZZ_SECONDS=30]     libFuzzer over every parser' \
	 'make bench      measure; figures go to build/bench' \
	 'make SANITIZER=address,undefined|thread ...  instrumented build' \
	 'make install [PREFIX=/usr/local] [DESTDIR=]'

# ---- generated sources -------------------------------------------------
$(B)/gen/proto/wayleave.pb-c.c: proto/wayleave.proto
	$(call say,GEN,$<)
	$(Q)mkdir -p $(B)/gen/proto && protoc-c --proto_path=proto --c_out=$(B)/gen/proto $<
$(B)/gen/proto/wayleave.pb-c.h: $(B)/gen/proto/wayleave.pb-c.c ;
$(B)/gen/proto/vocabulary_table.c: proto/vocabulary.txt proto/vocabulary.awk
	$(call say,GEN,$<)
	$(Q)mkdir -p $(@D) && LC_ALL=C awk -f proto/vocabulary.awk $< > $@.tmp && mv $@.tmp $@

# The desk's style sheet, script and icon, each in one piece.
DESK_GEN := $(B)/gen/agent/desk/asset_table.c
DESK_OF = $(sort $(wildcard agent/desk/assets/*.$(1)))
$(DESK_GEN): agent/desk/embed.awk $(call DESK_OF,css) $(call DESK_OF,js) $(call DESK_OF,svg)
	$(call say,GEN,agent/desk/assets)
	$(Q)mkdir -p $(@D) && { echo '#include "agent/desk/asset.h"'; \
	 { echo =css; cat $(call DESK_OF,css) | od -An -v -tu1; \
	   echo =js; cat $(call DESK_OF,js) | od -An -v -tu1; \
	   echo =icon; cat $(call DESK_OF,svg) | od -An -v -tu1; } | \
	   LC_ALL=C awk -f agent/desk/embed.awk; } > $@.tmp && mv $@.tmp $@

# What is said to the survivor is in the program as it is (.incbin).
$(B)/obj/agent/tongue/tongues.o: $(wildcard agent/tongue/*.txt)

# ---- objects, libraries, programs --------------------------------------
$(B)/obj/gen/%.o: $(B)/gen/%.c $(GEN_H)
	$(call say,CC,$*)
	$(Q)mkdir -p $(@D) && $(CC) -D_GNU_SOURCE -I. -I$(B)/gen $(PKG_CFLAGS) -std=c11 $(OPT) -fPIE -w -c $< -o $@
$(B)/obj/%.o: %.c | $(GEN_H)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c $< -o $@

define library
$(B)/lib/lib$(1).a: $(call obj,$(1)) $(2)
	$$(call say,AR,$$@)
	$$(Q)mkdir -p $$(@D) && rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach l,$(filter-out proto agent,$(LIBS) $(PARTS)),$(eval $(call library,$(l),)))
$(eval $(call library,proto,$(GEN_O)))
$(eval $(call library,agent,$(DESK_GEN:$(B)/gen/%.c=$(B)/obj/gen/%.o)))

define program
$(call program_of,$(1)): $(B)/obj/$(1:.c=.o) $(OWN_$(patsubst %/,%,$(dir $(1)))) $(call AR_OF,$(filter $(PARTS),$(patsubst %/,%,$(dir $(1))))) $(LINK_LIBS)
	$$(call say,LD,$$@)
	$$(Q)$(CC) $(LDFLAGS_ALL) -o $$@ $$^ $(PKG_LIBS)
endef
$(foreach m,$(MAINS),$(eval $(call program,$(m))))

# The simulator of `wayleave demo`, below the programs as it will be installed.
SIMULATOR := $(patsubst deploy/%,$(B)/share/wayleave/%,$(shell find deploy/simulator -type f)) \
	$(B)/share/wayleave/simulator/lib.sh
$(B)/share/wayleave/simulator/lib.sh: tests/system/lib.sh
	$(Q)mkdir -p $(@D) && cp $< $@
$(B)/share/wayleave/simulator/%: deploy/simulator/%
	$(Q)mkdir -p $(@D) && cp $< $@
.PHONY: simulator
simulator: $(SIMULATOR)

# ---- tests ---------------------------------------------------------------
TEST_LIBS := $(call AR_OF,broker agent audit) $(LINK_LIBS)
$(B)/tests/%: $(B)/obj/tests/%.o $(HELP_OBJ) $(TEST_LIBS)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS_ALL) -o $@ $< $(HELP_OBJ) $(TEST_LIBS) $(CHECK_LIBS) $(PKG_LIBS)

tests: $(UNIT_BIN)
tools: $(TOOL_BIN)

check-unit check-vectors check-contract: check-%:
	$(Q)$(MAKE) --no-print-directory $(filter $(B)/tests/$*/%,$(UNIT_BIN))
	$(Q)tests/run-binaries $(filter $(B)/tests/$*/%,$(UNIT_BIN))

check-system: all tools
	$(Q)tests/run-scripts $(B) $(sort $(wildcard tests/system/[0-378]*.sh))

# Promises broken on purpose, canaries, failing disks: minutes each.
# They run side by side, so what they break is built before.
check-promises: all tools
	$(Q)$(MAKE) --no-print-directory FAULTS=1 all
	$(Q)tests/run-scripts $(B) $(sort $(wildcard tests/system/[4-6]*.sh))

check-faults:
	$(Q)$(MAKE) --no-print-directory FAULTS=1 check-faults-run
check-faults-run: all tools
	$(Q)tests/faults/run $(B) $(or $(ROUNDS),200)

check-layers:
	$(Q)tests/check-layers
check-headers: $(GEN_H)
	$(Q)CC='$(CC)' FLAGS='$(CPPFLAGS_ALL) -std=c11 $(WARN)' tests/check-headers
check-link: all
	$(Q)tests/check-link $(B)
check-alerts:
	$(Q)tests/check-alerts
check-man: all
	$(Q)tests/check-man $(B)
lint-man:
	$(Q)tests/lint-man

check-asan:
	$(Q)$(MAKE) --no-print-directory SANITIZER=address,undefined check-unit check-vectors check-contract
check-tsan:
	$(Q)$(MAKE) --no-print-directory SANITIZER=thread check-tsan-run
TSAN_BIN := $(filter $(B)/tests/unit/base/% $(B)/tests/unit/broker/% \
  $(B)/tests/unit/desk/%,$(UNIT_BIN))
tests-tsan: $(TSAN_BIN)
check-tsan-run: $(TSAN_BIN)
	$(Q)tests/run-binaries $^
# Half an hour: valgrind makes cryptography fifty times slower.
check-valgrind: $(UNIT_BIN)
	$(Q)VALGRIND=1 tests/run-binaries $(filter $(B)/tests/unit/%,$(UNIT_BIN))

# The desk in headless Chromium: wants node, npm and chromium, which
# deploy/install-deps ci installs.
check-browser: all tools
	$(Q)tests/browser/run $(B)

fuzz:
	$(Q)BUILD=$(BUILD_ROOT)/fuzz SECONDS_EACH=$(FUZZ_SECONDS) tests/fuzz/run $(FUZZ_SRC)

bench: all tools
	$(Q)tests/bench/run $(B)

# ---- the two commands of the README -------------------------------------
deps:
	$(Q)deploy/install-deps
demo: deps
	$(Q)$(MAKE) --no-print-directory demo-run
demo-run: all
	$(Q)deploy/demo $(B)
check: deps
	$(Q)$(MAKE) --no-print-directory check-run
check-run: check-layers check-headers check-alerts lint-man all tests tools
	$(Q)$(MAKE) --no-print-directory check-unit
	$(Q)$(MAKE) --no-print-directory check-vectors
	$(Q)$(MAKE) --no-print-directory check-contract
	$(Q)$(MAKE) --no-print-directory check-link
	$(Q)$(MAKE) --no-print-directory check-man
	$(Q)$(MAKE) --no-print-directory check-system

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man8 \
	  $(DESTDIR)$(PREFIX)/share/wayleave
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	for s in 1 5 8; do for f in man/*.$$s; do [ -e "$$f" ] && \
	  install -m 644 "$$f" $(DESTDIR)$(PREFIX)/share/man/man$$s; done; done; true
	install -m 644 keys/words/*.txt $(DESTDIR)$(PREFIX)/share/wayleave
	install -d $(DESTDIR)$(PREFIX)/share/wayleave/schema
	install -m 644 agent/desk/schema/*.json \
	  $(DESTDIR)$(PREFIX)/share/wayleave/schema
	install -d $(DESTDIR)$(PREFIX)/share/wayleave/languages
	install -m 644 agent/tongue/*.txt agent/tongue/README \
	  $(DESTDIR)$(PREFIX)/share/wayleave/languages
	for f in $(SIMULATOR:$(B)/%=%); do install -D -m 644 "$(B)/$$f" \
	  "$(DESTDIR)$(PREFIX)/$$f" || exit 1; done

clean:
	rm -rf $(BUILD_ROOT)

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
