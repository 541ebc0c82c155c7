# All set-up is done here: a fresh Debian machine with Rust and Node needs nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# Outside the clone, so that the next build is warm.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/watchfloor/target

DATA ?= $(HOME)/.local/share/watchfloor-demo
LISTEN ?= 127.0.0.1:8420
PYTHON := $(HOME)/.cache/watchfloor/python/bin/python

.PHONY: run build test test-rust test-web test-browser e2e lint bench reliability setup-test console fuzz

# The service with its console and a synthetic morning in it. Address, account and password are printed.
run: console
	cargo run --quiet -p watchfloor -- demo --data '$(DATA)' --listen $(LISTEN)

# The last line is the path of the binary.
build: console
	cargo build -p watchfloor
	@echo "$(CARGO_TARGET_DIR)/debug/watchfloor"

console: web/dist/index.html

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/index.html web/vite.config.ts -type f 2>/dev/null)
	cd web && npm run build
	@touch $@

# Real neighbours for the tests: PostgreSQL, rsyslog and a browser from Debian's packages, the Elasticsearch client from PyPI.
setup-test:
	@./.ci/packages postgresql rsyslog rsyslog-elasticsearch chromium python3-venv
	@test -x '$(PYTHON)' || { python3 -m venv '$(dir $(patsubst %/,%,$(dir $(PYTHON))))' && '$(PYTHON)' -m pip install -q 'elasticsearch>=9,<10'; }

# The console's own tests, those of the crates, and the console in a browser against the real binary.
test: setup-test
	@./.ci/test

test-web: console
	cd web && npm test

test-rust: console
	WATCHFLOOR_REQUIRE_POSTGRES=1 WATCHFLOOR_REQUIRE_CLIENTS=1 WATCHFLOOR_PYTHON='$(PYTHON)' cargo test --workspace --no-fail-fast --lib --bins --tests

test-browser: build
	WATCHFLOOR_REQUIRE_BROWSER=1 node tests/e2e/all.mjs

e2e: setup-test test-browser

# Figures of the whole program; `docs/guide/measures.md` says how to read them. The profile of everything else.
bench: console
	cargo bench --profile dev -p watchfloor --bench figures -- $(PARTS)

# 200 times `kill -9` under load, and PostgreSQL away for 20 s; then one event through every room on both databases.
reliability: setup-test console
	WATCHFLOOR_REQUIRE_POSTGRES=1 WATCHFLOOR_KILLS=$${WATCHFLOOR_KILLS:-200} WATCHFLOOR_OUTAGE=$${WATCHFLOOR_OUTAGE:-20} \
		cargo test -p watchfloor --test reliability --test spine -- --nocapture --test-threads 1

lint: web/node_modules/.package-lock.json
	cargo clippy --workspace --all-targets
	cd web && npm run check

# One fuzz target for so many seconds, `make fuzz TARGET=json SECONDS=60`; without TARGET each in turn.
SECONDS ?= 60
fuzz:
	@for target in $(or $(TARGET),$(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs)))); do echo "== fuzz $$target"; ./fuzz/run "$$target" $(SECONDS); done
