# Every target makes the environment that it needs, in .venv, from the locked requirements; `make` prints the targets.

# command-line or environment PYTHON=... names the interpreter to make it with; see tools/find-python
export PYTHON
# Hundreds of processes load the project: each would compile it anew
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
PIP := -m pip install --quiet --disable-pip-version-check --no-compile
INSTALL := tools/install $(BIN)/python
# One more than there are cores: many tests wait for a process of their own; two more are no quicker
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1) + 1)
PYTEST := $(BIN)/python -m pytest -p no:benchmark
SUITE := $(PYTEST) --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

MENDS := ! printf 'To mend it: %s\n'

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check lint types cover docs pictures wheel bundle bench bench-scale bench-cohorts speed proof mutants reference messages lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s  %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: .venv/core ## pair the people of the example programme; the results are in build/demo
	$(BIN)/mentormatch demo build/demo

test: .venv/dev $(if $(ONLY),,build/tools/made) ## run the fast test suite; ONLY="tests/scoring" runs a part of it
	$(if $(ONLY),$(PYTEST) $(ONLY),$(SUITE))

check: ## run all that a change must pass, the same as in CI; what takes one core goes beside the tests
	$(MAKE) --no-print-directory --jobs=2 collected build/tools/made
	$(MAKE) --no-print-directory --jobs=2 test beside ONLY= # all tests

.PHONY: beside
beside: .venv/docs
	$(MAKE) --no-print-directory --jobs=1 lint types docs

.PHONY: collected
collected: .venv/docs
	@$(BIN)/python -m pytest --collect-only --quiet -p no:benchmark > /dev/null # compiled once, not by each worker

lint: .venv/dev ## check format, style and import contracts
	$(BIN)/ruff format --check || $(MENDS) "$(BIN)/ruff format"
	$(BIN)/ruff check || $(MENDS) "$(BIN)/ruff check --fix (what it cannot mend it shows above)"
	$(BIN)/lint-imports || $(MENDS) "import only from rooms below: the layers are in pyproject.toml"

types: .venv/dev ## check types; where its workers do not start within 3 s, without any
	$(BIN)/mypy || { [ $$? -eq 2 ] && $(BIN)/mypy --num-workers 0; }

cover: .venv/dev build/tools/made ## run the fast test suite, notebooks and README included, and measure what it covers
	$(SUITE) --cov

docs: .venv/docs ## build the documentation site in build/site, and hold that it loads nothing from outside
	$(BIN)/python tools/site

wheel: .venv/dev ## build wheel and source distribution in dist, check them, and install them on each Python; URLS="Source=https://..."
	rm -rf dist
	PROJECT_URLS="$(URLS)" $(BIN)/python -m hatchling build
	$(BIN)/python -m twine check --strict dist/*
	$(BIN)/python tools/installs

bundle: .venv/dev ## make dist/*.zip, which installs the page without network; SYSTEMS="linux windows macos" PYTHONS="3.12 3.13"
	SYSTEMS="$(SYSTEMS)" PYTHONS="$(PYTHONS)" $(BIN)/python -m tools.bundle

pictures: .venv/dev ## make the pictures of the documentation again, with Chromium and LibreOffice; ONLY="page suivi"
	$(BIN)/python -m tools.pictures $(ONLY)

bench: .venv/dev ## measure speed
	$(BIN)/python -m pytest benchmarks --benchmark-only

bench-scale: .venv/dev ## measure markets of up to 100,000 a side, and keep the figures; ONLY="scoring nation tight"
	$(BIN)/python -m benchmarks.bench_scale $(ONLY)

bench-cohorts: .venv/dev ## make the bench of cohorts in build/cohorts, ask others for the same, and keep the figures; ONLY="eight ten"
	$(BIN)/python -m benchmarks.cohorts run $(ONLY)

speed: .venv/dev ## write the tables and plots of the pages on speed from the figures that bench-scale and bench-cohorts kept
	$(BIN)/python -m benchmarks.scale_page
	$(BIN)/python -m benchmarks.cohorts table

proof: cover ## run every test, also those that take hours, with deep searches, and measure what the fast ones cover
	MENTORMATCH_DEEP=1 $(SUITE)

mutants: .venv/dev ## change the code that vouches for results, and tell what no test notices; GROUPS="check log"
	$(BIN)/python tools/mutants $(GROUPS)

reference: .venv/dev ## write the pages of criteria, rules, survey tools, commands and operations, and the JSON schemas
	$(BIN)/python tools/reference
	$(BIN)/python tools/commands
	$(BIN)/python tools/contract
	$(BIN)/python tools/schemas

messages: .venv/dev ## gather the texts for people into the catalogues of src/mentormatch/languages
	$(BIN)/python tools/messages

lock: ## renew requirements/*.txt; UPGRADE=--upgrade takes the newest versions
	tools/lock $(UPGRADE)

clean: ## remove the environment and all that was built
	rm -rf .venv build dist htmlcov .coverage .coverage.* .benchmarks .hypothesis .*_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# .venv/core runs the project, .venv/dev also checks it, .venv/docs also builds its site. Made anew when a requirement changes: it holds what is locked, no more.
.venv/core: requirements/core.txt pyproject.toml tools/find-python tools/install | build/uv/made
	python=$$(tools/find-python) && "$$python" -m venv --clear .venv
	$(INSTALL) requirements/core.txt
	$(BIN)/python $(PIP) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/core requirements/dev.txt
	$(INSTALL) requirements/dev.txt
	@touch $@

.venv/docs: .venv/dev requirements/docs.txt
	$(INSTALL) requirements/docs.txt
	@touch $@

# Programs that tests run beside the library: generators of clients, a linter of Containerfiles.
build/tools/made: requirements/tools.txt tools/find-python | build/uv/made
	python=$$(tools/find-python) && "$$python" -m venv --clear build/tools
	tools/install build/tools/bin/python requirements/tools.txt
	@touch $@

# What installs the others.
build/uv/made: requirements/uv.txt tools/find-python
	python=$$(tools/find-python) && "$$python" -m venv --clear build/uv
	build/uv/bin/python $(PIP) --require-hashes --only-binary :all: --requirement requirements/uv.txt
	@touch $@
