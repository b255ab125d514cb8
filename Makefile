# Placet. `make` alone lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin

# The first interpreter of 3.11 or later; PYTHON=... on the command line wins.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; \
	done)

PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: help
help: ## List the targets
	@grep -E '^[.a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([.a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

# ---- the virtual environment -------------------------------------------------

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Placet needs Python 3.11 or later: install it, or name it with PYTHON=..." >&2; exit 1; }
	@echo "Making the virtual environment with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing (Debian: apt-get install python3-venv)." >&2; exit 1; }

$(VENV)/.runtime: requirements/runtime.txt | $(BIN)/python
	@echo "Installing what Placet runs on (pinned and hashed; a minute the first time) ..."
	@$(PIP_INSTALL) --requirement requirements/runtime.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "Installing what the tests and checks need ..."
	@$(PIP_INSTALL) --requirement requirements/dev.txt
	@touch $@

.PHONY: .venv
.venv: $(VENV)/.dev ## Make or update the virtual environment, tools for tests included

.PHONY: lock
lock: $(BIN)/python ## Pin the newest allowed versions of the requirements, with hashes
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check --upgrade uv
	@for set in runtime dev; do \
		$(VENV)/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
			--generate-hashes --no-emit-index-url --no-header \
			requirements/$$set.in --output-file requirements/$$set.txt; \
	done

# ---- use ---------------------------------------------------------------------

.PHONY: run
run: $(VENV)/.runtime ## Start the whole application with demo people and requests
	@PLACET_DEMO=$${PLACET_DEMO-1} exec $(BIN)/python -m config.local

.PHONY: bench
bench: $(VENV)/.dev ## Print the figures beside their yardsticks
	@exec $(BIN)/python -m bench

# ---- work on it --------------------------------------------------------------

.PHONY: test
test: $(VENV)/.dev ## Every check and every test, from nothing
	@exec $(BIN)/python -m tests.everything

.PHONY: lint
lint: $(VENV)/.dev ## Style, types and the dependency contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PLACET_DEMO=1 $(BIN)/mypy .
	$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.dev ## Put the code into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: clean
clean: ## Remove what was made, but not the data directory
	rm -rf $(VENV) staticfiles screenshots htmlcov .coverage .coverage.* coverage.xml bench-results \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
