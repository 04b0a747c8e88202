# What one does with this repository. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# rustup puts its tools here, and a fresh shell may not know
export PATH := $(HOME)/.cargo/bin:$(PATH)

CARGO ?= cargo

.PHONY: help
help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: test
test: tools ## everything that must hold: format, lints, documentation, all tests
	@start=$$(date +%s); status=0; $(MAKE) --no-print-directory check all-tests || status=$$?; \
	took=$$(( $$(date +%s) - start )); word=passed; [ $$status -eq 0 ] || word=FAILED; \
	printf 'make test %s after %d min %02d s\n' $$word $$((took / 60)) $$((took % 60)); exit $$status

# Plain `cargo test`: it is there wherever Rust is, and runs the examples in the documentation too.
.PHONY: all-tests
all-tests:
	$(CARGO) test --workspace --locked --no-fail-fast
	sh firmware-protocol/check-no-std.sh

.PHONY: check
check: tools ## format, lints and documentation only
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --locked --no-deps --document-private-items

.PHONY: fmt
fmt: tools ## bring all code into its format
	$(CARGO) fmt --all

.PHONY: bench
bench: tools ## measure throughput, memory and accuracy, and print the figures
	$(CARGO) bench --profile dev --locked --bench stages
	$(CARGO) test --locked --test promises -- --include-ignored --nocapture --test-threads=1 figures:: load::

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
	@need=$$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml); \
	how="install it from https://rustup.rs; the one of the distribution is usually older"; \
	command -v $(CARGO) >/dev/null || { echo "no Rust: version $$need or newer is needed; $$how" >&2; exit 2; }; \
	have=$$(rustc --version | cut -d ' ' -f 2); \
	[ "$$(printf '%s\n' "$$need" "$$have" | sort -V | head -n 1)" = "$$need" ] || \
	  { echo "Rust $$have is too old: $$need or newer is needed; $$how" >&2; exit 2; }; \
	for part in fmt clippy; do $(CARGO) $$part --version >/dev/null 2>&1 || \
	  { echo "cargo $$part is missing: rustup component add rustfmt clippy" >&2; exit 2; }; done
