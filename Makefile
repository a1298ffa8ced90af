# edubadges. `make run` starts the whole system here; `make test` is everything that must hold before a change lands.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export PIP_DISABLE_PIP_VERSION_CHECK := 1

VENV := .venv
AGENT := .venv-agent
BIN := $(VENV)/bin
INTEROP := tests/interop
CODE := vc_core service_kit issuer_agent wallet verifier did_registry edubadges deploy tests

# A Python 3.12: PYTHON=... if you name one, else the first of these that answers with 3.12.
CANDIDATES := $(PYTHON) python3.12 python3 python /usr/bin/python3.12 $(wildcard $(HOME)/.pyenv/versions/3.12*/bin/python3.12)
FOUND := $(shell for p in $(CANDIDATES); do "$$p" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 12))' 2>/dev/null && { command -v "$$p"; break; }; done)

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# --- environments ---------------------------------------------------------------------------------------------------

.PHONY: interpreter
interpreter:
	@if [ -z "$(FOUND)" ]; then \
	  echo "Python 3.12 was not found. Install it (Debian: apt-get install python3.12 python3.12-venv; pyenv: pyenv install 3.12)" \
	       "or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; fi

$(BIN)/python: | interpreter
	@echo "Creating $(VENV)"
	@$(FOUND) -m venv $(VENV)

$(VENV)/.main: requirements/main.txt | $(BIN)/python
	@echo "Installing the product's packages (hashes checked)"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/main.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.main
	@echo "Installing what the checks need"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

$(AGENT)/.agent: requirements/agent.txt | interpreter
	@echo "Creating $(AGENT) for ACA-Py"
	@[ -x $(AGENT)/bin/python ] || $(FOUND) -m venv $(AGENT)
	@$(AGENT)/bin/python -m pip install --quiet --require-hashes -r requirements/agent.txt
	@touch $@

node_modules/.installed: package-lock.json $(VENV)/.main
	@echo "Installing the pages' libraries (integrity checked)"
	@npm=$$(command -v npm || echo $(BIN)/npm); PATH="$(CURDIR)/$(BIN):$$PATH" $$npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: install
install: $(VENV)/.main $(AGENT)/.agent node_modules/.installed ## Everything the product needs

.PHONY: install-dev
install-dev: install $(VENV)/.dev chromium

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else echo "Chromium was not found. Install it (Debian: apt-get install chromium) and try again." >&2; exit 1; fi; }

.PHONY: lock
lock: $(VENV)/.dev ## Renew the hashed locks
	@for set in main dev agent; do \
	  $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links \
	    --no-header -o requirements/$$set.txt requirements/$$set.in; done
	@$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links \
	  --no-header -o tests/interop/requirements.txt tests/interop/requirements.in
	@npm=$$(command -v npm || echo $(BIN)/npm); $$npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error

# --- use ------------------------------------------------------------------------------------------------------------

.PHONY: run
run: install ## Start the whole system on this machine
	@exec $(BIN)/python -m edubadges up

.PHONY: demo
demo: install chromium ## Play create, request, award, share, verify, and then verify offline
	@exec $(BIN)/python -m edubadges demo

# --- slow trials ----------------------------------------------------------------------------------------------------

.PHONY: crash
crash: install-dev ## Award 10,000 people twice over while parts are killed at random, and count what is there after
	@$(BIN)/python -m tests.crash

INTEROP_READY := $(INTEROP)/js/node_modules/.installed $(INTEROP)/.venv/.installed

.PHONY: bench
bench: install-dev $(INTEROP_READY) ## Measure the platform, the engine beside others, trust packs, awarding; writes docs/performance.md
	@reached=0; $(BIN)/python -m edubadges bench --write docs/performance.md || reached=$$?; \
	  PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.bench.compare --full --write; \
	  $(BIN)/python -m tests.bench.trust --write; $(BIN)/python -m tests.bench.awarding --write; exit $$reached

.PHONY: bench-compare
bench-compare: install-dev $(INTEROP_READY) ## Only the engine beside the libraries of others
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.bench.compare --full --write

# --- checks ---------------------------------------------------------------------------------------------------------

.PHONY: format
format: $(VENV)/.dev ## Put the code in its format
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

.PHONY: lint
lint: $(VENV)/.dev
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)

.PHONY: types
types: $(VENV)/.dev
	@$(BIN)/mypy

.PHONY: floors
floors: $(VENV)/.dev
	@$(BIN)/lint-imports

.PHONY: unit
unit: install-dev
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/unit tests/vectors tests/contract

.PHONY: whole
whole: install-dev
	@$(BIN)/python -m pytest -q tests/agent tests/browser
	@$(BIN)/python -m pytest -q tests/flows

.PHONY: test
test: install-dev lint types floors unit whole ## Everything that must hold before a change lands

FUZZ_SECONDS := 60
FORGERIES := 1000000
FIRST := 0

.PHONY: fuzz
fuzz: install-dev ## Fuzz every parser FUZZ_SECONDS each, then try FORGERIES forged badges from number FIRST
	@$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS)
	@$(BIN)/python -m tests.fuzz.forging --inputs $(FORGERIES) --first $(FIRST)

.PHONY: oracles
oracles: install-dev ## Compare the canonical form of 10,000 random badges with two other implementations (Node)
	@npm=$$(command -v npm || echo $(CURDIR)/$(BIN)/npm); cd tests/oracles/js && PATH="$(CURDIR)/$(BIN):$$PATH" "$$npm" ci --no-audit --no-fund --loglevel=error
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.oracles

$(INTEROP)/js/node_modules/.installed: $(INTEROP)/js/package-lock.json $(VENV)/.main
	@echo "Installing the badge libraries of others (integrity checked)"
	@npm=$$(command -v npm || echo $(CURDIR)/$(BIN)/npm); cd $(INTEROP)/js && PATH="$(CURDIR)/$(BIN):$$PATH" "$$npm" ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(INTEROP)/.venv/.installed: $(INTEROP)/requirements.txt | interpreter
	@echo "Creating $(INTEROP)/.venv for openvc-core"
	@[ -x $(INTEROP)/.venv/bin/python ] || $(FOUND) -m venv $(INTEROP)/.venv
	@$(INTEROP)/.venv/bin/python -m pip install --quiet --require-hashes -r $(INTEROP)/requirements.txt
	@touch $@

.PHONY: interop
interop: install-dev $(INTEROP_READY) ## Exchange badges with the libraries of others, both ways
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -q tests/interop tests/bench/compare

.PHONY: mutation
mutation: install-dev ## Change the checks in a thousand ways; docs/mutation.md explains what no test notices
	@$(BIN)/python -m tests.mutation

.PHONY: compose
compose: install-dev ## Prove docker-compose.yml with an engine of its own (root, Debian; some ten minutes; not in `test`)
	@tests/compose/run.sh

.PHONY: clean
clean: ## Remove what was built here (not ./var, where the data is)
	@rm -rf $(VENV) $(AGENT) node_modules $(INTEROP)/.venv $(INTEROP)/js/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
