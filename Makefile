# `make run` and `make test` need only make and Python 3.11 or newer; they set up the rest.

VENV := .venv
BIN := $(VENV)/bin
USE_DEV := $(VENV)/.ready-dev
USE_RUN := $(VENV)/.ready-run

COMMA := ,
EMPTY :=
SPACE := $(EMPTY) $(EMPTY)

# Decisions and words: every branch of these is tested. The shell around them has no such target.
FULLY_COVERED := models/*,config/*,service/rules/*,nlp/judgement.py,nlp/text.py,nlp/phrases.py,nlp/cues.py,nlp/goods.py,nlp/query.py,nlp/similarity.py,nlp/searching.py,nlp/matching.py,nlp/near.py

# What of it is gone through by integration tests only, which `make covered` doesn't run.
ELSEWHERE_COVERED := config/channels.py,models/search.py,config/nurture.py,config/scoring.py,models/merge.py,models/source.py,$(subst $(SPACE),$(COMMA),$(foreach name,adherence clocks delivery early effect eligibility escalation following forecast funnel lives merging neglect nurture outcomes recycling speed,service/rules/$(name).py))

# Further words for the command behind run, test, soak and bench: make test ARGS="-k digest"
ARGS ?=

# Tests start a hundred processes, and each would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

# A process per core, a file of tests to one of them; ARGS="-n 0 --pdb" goes back to one.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# And one more where tests wait: for clocks, servers, a browser.
WITH_WAITING := --numprocesses $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.DEFAULT_GOAL := help
.PHONY: run test postgresql soak bench check gate fmt lint types layers deps covered coverage \
	vendor lock clean help

run: $(USE_RUN) ## Start the demo: sample communities, a crawl, leads on a page
	@exec $(BIN)/harken demo $(ARGS)

# What both databases are asked in the same words is asked of PostgreSQL by `make postgresql`.
test: $(USE_DEV) ## Run all tests but the soak ones, browser included
	@HARKEN_CHROMIUM="$$($(BIN)/python -m scripts.find_browser)" && export HARKEN_CHROMIUM && \
	$(BIN)/pytest -m 'not soak and (every_database or not postgresql)' $(SIDE_BY_SIDE) \
		$(WITH_WAITING) $(ARGS)

postgresql: $(USE_DEV) ## Run on PostgreSQL what `make test` ran on SQLite only
	$(BIN)/pytest -m 'postgresql and not every_database and not soak' $(SIDE_BY_SIDE) $(ARGS)

soak: $(USE_DEV) ## Run the long simulations, the kill runs and the fuzzing
	@HARKEN_CHROMIUM="$$($(BIN)/python -m scripts.find_browser)" && export HARKEN_CHROMIUM && \
	$(BIN)/pytest -m soak $(ARGS)

bench: $(USE_DEV) ## Measure what has a budget
	$(BIN)/pytest tests/bench -o python_files='bench_*.py' -q -s $(ARGS)

# One after the other also under -j: the cheap checks speak first.
check: ## Everything that has to pass before a merge
	@$(MAKE) --no-print-directory lint types layers deps
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory postgresql
	@$(MAKE) --no-print-directory covered

gate: lint types layers deps covered ## `make check` without the test runs

fmt: $(USE_DEV) ## Mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(USE_DEV) ## Style, by ruff
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(USE_DEV) ## Types, by mypy
	$(BIN)/mypy .

layers: $(USE_DEV) ## Who may import whom, by import-linter
	$(BIN)/lint-imports

deps: $(USE_DEV) ## Declared and used dependencies agree, by deptry
	$(BIN)/deptry .

# The unit tests alone go through all of it. Watching the lines doubles what a test costs, which
# is why `make test` doesn't.
covered: $(USE_DEV) ## The unit tests go through every branch of the rules
	@$(BIN)/pytest -q tests/unit $(SIDE_BY_SIDE) \
		--cov=models --cov=config --cov=service/rules --cov=nlp --cov-report= >.coverage.log \
		|| { cat .coverage.log; exit 1; }
	$(BIN)/coverage report --include='$(FULLY_COVERED)' --omit='$(ELSEWHERE_COVERED)' --fail-under=100

coverage: $(USE_DEV) ## Which lines no test goes through
	$(BIN)/pytest -q -m 'not soak and not e2e' $(SIDE_BY_SIDE) --cov --cov-report=term

vendor: $(USE_RUN) ## Fetch the browser's libraries anew; the only writer of static/vendor
	$(BIN)/python scripts/vendor.py

lock: $(USE_DEV) ## Renew constraints.txt from the ranges in pyproject.toml
	$(BIN)/python -m scripts.lock

clean: ## Remove caches and reports (.venv stays)
	rm -rf build dist htmlcov .coverage .coverage.* \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find crawlers nlp service models config tests scripts -name __pycache__ -prune -exec rm -rf {} +

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 10

# --- set-up ---------------------------------------------------------------------------------

NAMES := python3.13 python3.12 python3.11 python3
RECENT := -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1

# The interpreter that a new .venv is made with; override it with make PYTHON=/path/to/python.
PYTHON ?= $(shell for name in $(NAMES); do $$name $(RECENT) && echo $$name && break; done)

$(USE_RUN): pyproject.toml constraints.txt scripts/set_up.py
	@$(call set_up,)

$(USE_DEV): pyproject.toml constraints.txt scripts/set_up.py
	@$(call set_up,--dev)

set_up = python="$(PYTHON)"; "$${python:-none}" $(RECENT) || { \
	echo "Harken needs Python 3.11 or newer; tried $${python:-$(NAMES)}." \
	"Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 2; }; \
	"$$python" -m scripts.set_up $(1)
