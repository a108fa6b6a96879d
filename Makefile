# quannet: every command that a person needs; each installs what it lacks and says so.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Benchmarks that take long enough to be commands of their own.
LONG := backtest exactness fuzz live province
# How long the demo runs, in seconds; empty: until Ctrl-C.
FOR ?=

RUN_PACKAGES := python3-venv mosquitto influxdb moon-buggy dnsmasq-base curl
TEST_PACKAGES := $(RUN_PACKAGES) bind9-dnsutils chromium dnsperf iproute2 libnss3-tools ninvaders systemd victoria-metrics xvfb

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.done ## Debian's packages and a virtual environment
	@$(call debian,$(RUN_PACKAGES))

demo: setup ## The whole path on this machine; FOR=90 stops by itself and judges
	$(BIN)/quannet demo $(if $(FOR),--for $(FOR))

test: $(VENV)/.done ## All tests, on real broker, database, mail server and browser
	@$(call debian,$(TEST_PACKAGES))
	$(BIN)/pytest --numprocesses 2 --dist loadfile

check: $(VENV)/.done ## Style, types, layers, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 collector/agent
	$(BIN)/pytest -q tests/test_architecture.py
	$(BIN)/quannet provision --site provisioning/example --out provisioning/example/_gen --check
	$(BIN)/quannet check --site provisioning/example --fail-on warning
	$(BIN)/quannet check --deploy provisioning/example/_gen
	$(BIN)/quannet manual --out docs --check

generate: $(VENV)/.done ## Write anew what is generated and committed
	$(BIN)/quannet provision --site provisioning/example --out provisioning/example/_gen
	$(BIN)/quannet manual --out docs

bench: $(VENV)/.done ## Measure each claim; results in benchmarks/results
	@$(call debian,$(RUN_PACKAGES) dnsperf iperf3 iproute2)
	for script in $(filter-out $(LONG:%=benchmarks/%.py),$(wildcard benchmarks/*.py)); do $(BIN)/python $$script; done

exactness: $(VENV)/.done ## 500 PCs, ten minutes, everything killed: nothing missing, nothing doubled
	@$(call debian,$(RUN_PACKAGES))
	$(BIN)/python benchmarks/exactness.py

province: $(VENV)/.done ## 16,000 PCs for ten minutes, then an hour's backlog of all of them
	@$(call debian,$(RUN_PACKAGES))
	$(BIN)/python benchmarks/province.py

backtest: $(VENV)/.done ## A week of 16,000 PCs, every rule, each minute
	@$(call debian,$(RUN_PACKAGES))
	$(BIN)/python benchmarks/backtest.py

live: $(VENV)/.done ## An hour live, and the same hour in a backtest: the same violations
	@$(call debian,$(RUN_PACKAGES))
	$(BIN)/python benchmarks/live.py

fuzz: $(VENV)/.done ## A million payloads through ingest, and a run guided by coverage
	$(BIN)/python benchmarks/fuzz.py

lock: $(VENV)/.done ## Resolve the dependencies anew, with hashes
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 \
	  --extra server --extra dev pyproject.toml -o requirements.lock

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build *.egg-info

.PHONY: help setup demo test check generate bench $(LONG) lock clean

$(VENV)/.done: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
	@$(call debian,python3-venv)
	@echo "making $(VENV) from requirements.lock"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# $(call debian,PACKAGES): install by apt what is missing, as root or through sudo; else say what to do.
# Debian starts mosquitto and influxdb as services when it installs them; quannet starts its own on free ports.
define debian
missing=(); for name in $(1); do \
  dpkg-query -W -f '$${Status}' $$name 2>/dev/null | grep -q 'ok installed' || missing+=($$name); done; \
if [ $${#missing[@]} -gt 0 ]; then \
  echo "installing by apt: $${missing[*]}"; \
  if [ $$(id -u) = 0 ]; then become=; elif sudo -n true 2>/dev/null; then become="sudo -n"; else \
    echo "not root and no sudo: run 'apt-get install $${missing[*]}' as root, then again" >&2; exit 1; fi; \
  $$become apt-get update -qq; \
  $$become env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $${missing[@]} >/dev/null; \
fi
endef
