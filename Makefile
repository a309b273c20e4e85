# Two commands for users: `make investigate` and `make test`. Each sets up what it needs on first use.
SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
READY_TESTS := $(VENV)/.ready-tests
CASE ?= examples/zheng

.PHONY: help investigate test lint docs bench lock clean web

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

investigate: $(READY) ## Investigate CASE (examples/zheng by default)
	$(VENV)/bin/suyuan investigate $(CASE)

test: $(READY_TESTS) ## Run all tests, on DuckDB and on Spark
	$(VENV)/bin/pytest -q -n 2 --dist loadgroup

lint: $(READY_TESTS) ## Style, types and the floor plan
	$(VENV)/bin/ruff format --check src tests bench examples
	$(VENV)/bin/ruff check src tests bench examples
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

docs: $(READY_TESTS) ## Write the generated pages of docs/ anew
	$(PY) docs/generate.py
	$(PY) docs/openapi.py

bench: $(READY_TESTS) ## Every benchmark, printed as ratios
	@for script in bench/*.py; do echo "== $$script"; $(PY) $$script || exit 1; done

COMPILE := $(PY) -m uv pip compile -q pyproject.toml --generate-hashes --universal \
  --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header

lock: $(READY_TESTS) ## Write both lock files anew from pyproject.toml
	$(COMPILE) --group build -o requirements.lock
	$(COMPILE) --group dev --all-extras -c requirements.lock -o requirements-dev.lock

clean: ## Remove what was built
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

INSTALL := $(PY) -m pip install -q --disable-pip-version-check

$(READY): pyproject.toml requirements.lock
	@test -x $(PY) || python3 -m venv $(VENV)
	@echo "Setting up $(VENV) (first use) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(READY_TESTS): $(READY) requirements-dev.lock tests/system-packages
	@echo "Setting up the tests (first use) ..."
	@tests/system-packages
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

web: ## Build the workbench's pages from web/ (needs Node 20)
	cd web && npm ci --ignore-scripts --no-audit --no-fund && npm run build
