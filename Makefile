# Everything starts here, and needs only Python 3.11 to 3.13 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install --no-deps
LOCKED := --require-hashes --only-binary :all: -r
ARGS ?=
# Two at a time, file by file and in their order, so that those with a browser come last. BESIDE= runs one at a time.
BESIDE ?= -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help install demo test long cover check audit crash mutants bench quality lock clean

help: ## What there is to type
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.base ## Set up .venv with adtailor and its models

demo: $(VENV)/.base ## The demo community (ARGS=--once prints one table and ends)
	@$(BIN)/adtailor demo $(ARGS)

test: $(VENV)/.test ## Every test, with doctests (ARGS are handed to pytest)
	@$(BIN)/python -m pytest $(BESIDE) $(ARGS)

long: $(VENV)/.test ## What is too long for every run: crashes, fuzzing, whole trainings, models
	@$(BIN)/python -m pytest $(BESIDE) -m slow $(ARGS)

cover: $(VENV)/.test ## Every branch of domain and maths, without compiled kernels
	@NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest tests/domain tests/maths src/adtailor/domain src/adtailor/maths \
	  --hypothesis-seed=7 --cov=adtailor.domain --cov=adtailor.maths --cov-branch --cov-report=term:skip-covered \
	  --cov-fail-under=100

check: $(VENV)/.check cover ## Lint, types, layers, what is installed, and every branch of domain and maths
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python requirements/audit.py

audit: $(VENV)/.check ## What is locked, whether any of it was yanked, and what is known against it (needs the registry)
	@$(BIN)/python requirements/audit.py --online

crash: $(VENV)/.test ## A thousand kills -9 while events are taken and money is given back (some minutes)
	@$(BIN)/python -m pytest tests/storage/test_crash.py -m slow -k t35

mutants: $(VENV)/.check ## Is every small change to the code of well-being and consent noticed by a test? (some minutes)
	@$(BIN)/mutmut run && $(BIN)/mutmut results

bench: $(VENV)/.test ## The figures: decisions, reading, memory, set-up
	@$(BIN)/python -m benchmarks $(ARGS)

quality: $(VENV)/.test ## How good reading is, beside what is published (ARGS=--write writes docs/quality.md)
	@$(BIN)/python -m benchmarks.quality $(ARGS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"adtailor needs Python 3.11 to 3.13, and {sys.executable} is {v[0]}.{v[1]}: try make PYTHON=python3.12")'
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing: sudo apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.base: requirements/base.txt pyproject.toml weights/pyproject.toml | $(VENV)/bin/python
	@echo "installing adtailor and its models"
	@$(PIP) $(LOCKED) requirements/base.txt
	@$(PIP) --no-build-isolation --editable weights --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt requirements/test-models.txt $(VENV)/.prebid $(VENV)/.base
	@echo "installing what the tests need"
	@$(PIP) $(LOCKED) requirements/test.txt
	@$(PIP) $(LOCKED) requirements/test-models.txt
	@touch $@

# One file of the package is used, and nothing of it is run while it is installed. Without npm, one test is skipped.
SHA512 := import hashlib, pathlib, sys; sys.exit(hashlib.sha512(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest() != sys.argv[2])
$(VENV)/.prebid: requirements/prebid.txt | $(VENV)/bin/python
	@rm -rf $(VENV)/prebid && mkdir -p $(VENV)/prebid
	@read package sha512 < $<; cd $(VENV)/prebid; \
	if npm pack --silent --ignore-scripts "$$package" >/dev/null 2>&1; then \
	  ../bin/python -c '$(SHA512)' *.tgz "$$sha512" || { echo "$$package is not what requirements/prebid.txt says"; exit 1; }; \
	  tar -xzf *.tgz --strip-components=3 package/dist/not-for-prod/prebid.js && rm -f *.tgz; \
	else echo "npm could not fetch $$package: the test with it is skipped"; fi
	@touch $@

$(VENV)/.check: requirements/check.txt $(VENV)/.test
	@echo "installing the checkers"
	@$(PIP) $(LOCKED) requirements/check.txt
	@touch $@

COMPILE = .lock/bin/uv --quiet pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --no-emit-package adtailor-weights --overrides requirements/overrides.txt
# Environments of their own (make bench ARGS=oracles): what they pin is not what adtailor pins.
ORACLE = .lock/bin/uv --quiet pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: ## Choose versions again (needs the package registry)
	@test -x .lock/bin/uv || { $(PYTHON) -m venv .lock && .lock/bin/python -m pip --quiet install uv; }
	@sed '/"adtailor-weights==/d' pyproject.toml > .lock/pyproject.toml
	$(COMPILE) .lock/pyproject.toml --group .lock/pyproject.toml:build -o requirements/base.txt
	$(COMPILE) --no-deps requirements/test-models.in -o requirements/test-models.txt
	$(COMPILE) .lock/pyproject.toml --extra train --extra llm --extra public --group .lock/pyproject.toml:test -c requirements/base.txt -o requirements/test.txt
	$(COMPILE) --group .lock/pyproject.toml:check -c requirements/test.txt -o requirements/check.txt
	$(foreach one,statsmodels tea-tasting==1.14.0 gbstats,echo '$(one)' | $(ORACLE) - -o benchmarks/oracles/requirements/$(firstword $(subst ==, ,$(one))).txt || exit 1;)
	@! grep -n '://' requirements/*.txt benchmarks/oracles/requirements/*.txt

clean: ## Remove what was made
	rm -rf $(VENV) .lock .demo .pytest_cache .ruff_cache .hypothesis .coverage build dist
