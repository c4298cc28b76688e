# What a person or a script starts here. Any make from 3.81 on; `make help` lists the targets.

TARGET := $(or $(CARGO_TARGET_DIR),target)
BECKON := $(TARGET)/debug/beckon
LOCKED := $(if $(CI),--locked)

# The npm packages are built anew only when one of these has changed.
SDK := viewer-sdk/dist/index.js
SDK_FROM := $(shell find viewer-sdk/src viewer-sdk/ts viewer-sdk/build/src -type f) viewer-sdk/package.json viewer-sdk/tsconfig.json \
  openapi/openapi.d.ts Cargo.lock package-lock.json
PAGE := web/player/dist/index.html
PAGE_FROM := $(shell find web/player/src web/player/styles -type f) web/player/index.html web/player/icon.svg web/player/build.mjs $(SDK)

# What may be said as `make demo PORT=9000`; the program reads each as BECKON_….
$(foreach name,PORT BIND DATA_DIR VIDEO DETECTIONS TASTES SEED,\
  $(if $($(name)),$(eval demo token: export BECKON_$(name) := $$($(name)))))
$(foreach name,ROLE SUBJECT TEST,$(if $($(name)),$(eval token: export BECKON_$(name) := $$($(name)))))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo token test bench soak fuzz circle openapi votes broadcast clean build bins setup-demo setup-test setup-bench lint docs test-rust test-sdk test-page test-browser

help: ## List these targets
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18
	@echo '  The demo takes PORT= BIND= DATA_DIR= VIDEO=clip.mp4 DETECTIONS=labels.json TASTES=none SEED='

demo: setup-demo build ## Set up, build and start the demo (Ctrl-C stops it)
	@$(BECKON) demo --web web/player/dist

# Quick and quiet, for scripts: what is built is not built again.
token: $(BECKON) ## Print a token: make -s token ROLE=viewer SUBJECT=alice
	@$(BECKON) token

soak: setup-demo bins ## Watch thirty live channels for two minutes, and print what that takes
	cargo test $(LOCKED) --workspace --test soak -- $(SOAK_SECONDS)

test: setup-test lint docs test-rust test-sdk test-page test-browser ## Set up what the tests need, and pass them all

bench: setup-bench ## Print what a decision and a frame cost
	cargo bench $(LOCKED) --workspace --bench '*'

fuzz: ## Fuzz what is read of strangers, FUZZ_SECONDS= each (ten minutes)
	@.ci/fuzz

openapi: setup-demo bins ## Write openapi.json and openapi.d.ts anew from the code
	$(BECKON) openapi > openapi/openapi.json.new
	mv openapi/openapi.json.new openapi/openapi.json
	npm run --silent types

circle: setup-demo ## Play ten simulated worlds through the real server, with tastes and without (minutes)
	BECKON_CIRCLE_SEEDS=10 cargo test $(LOCKED) --workspace --test it -- --nocapture --test-threads=2 circle

votes: setup-test ## A hundred thousand vote on one poll, on each engine; prints how many a second
	BECKON_VOTES=100000 .ci/postgres cargo test $(LOCKED) --workspace $(AWS) --test it -- --nocapture --test-threads=1 votes

broadcast: setup-demo ## Draw the demo's channel anew (needs libx264; minutes)
	cd api/broadcast && CARGO_TARGET_DIR=$(abspath $(TARGET))/broadcast cargo run --release -- all

clean: ## Remove what was built; data and keys stay
	cargo clean
	rm -rf viewer-sdk/dist web/player/dist web/player/build-tests web/e2e/artefacts

# --- the steps of the above

setup-demo:
	@.ci/setup demo

setup-test:
	@.ci/setup test

setup-bench:
	@.ci/setup bench

build: bins $(PAGE)

# The whole workspace at once: a part of it alone would choose other features, and compile crates twice. The same
# holds for the binaries that the tests start: they are built along with the tests, with AWS's clients as releases are.
AWS := --features beckon-api/aws
test test-rust test-sdk test-page test-browser: WITH := --tests $(AWS)
bins:
	@cargo build $(LOCKED) --workspace --bins $(WITH)

$(BECKON):
	@cargo build --quiet $(LOCKED) --workspace --bins

$(SDK): $(SDK_FROM) | bins
	@echo 'Building the viewer SDK'
	@$(TARGET)/debug/beckon-sdk-build
	@touch $@

$(PAGE): $(PAGE_FROM)
	@echo 'Building the page'
	@npm run --silent build -w web/player
	@touch $@

lint:
	cargo fmt --all --check
	cargo fmt --manifest-path api/broadcast/Cargo.toml --check
	cargo fmt --manifest-path api/tests/standins/dynamo/Cargo.toml --check
	cargo clippy $(LOCKED) --workspace --all-targets $(AWS) -- -D warnings
# The demo's build has none of AWS's clients: it must stand as well.
	cargo clippy $(LOCKED) --workspace -- -D warnings
# Of what Beckon uses of AWS; the policy in it is held against the code by the architecture test.
	$(TARGET)/cfn-lint/bin/cfn-lint api/deploy/beckon.yaml

docs:
	RUSTDOCFLAGS='-D warnings' cargo doc $(LOCKED) --workspace --no-deps $(AWS)

test-rust: bins
	CARGO_TARGET_DIR=$(abspath $(TARGET))/standins cargo build $(LOCKED) --manifest-path api/tests/standins/dynamo/Cargo.toml
	.ci/postgres .ci/standins cargo test $(LOCKED) --workspace $(AWS)

test-sdk: $(SDK)
	npm run --silent types:check
	npm test -w viewer-sdk

test-page: $(PAGE)
	npm run --silent typecheck -w web/player -w web/e2e
	npm test -w web/player

test-browser: $(PAGE)
	npm test -w web/e2e
