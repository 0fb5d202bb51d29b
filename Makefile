# Every target sets itself up: a virtual environment in .venv with this package and its tools.
# `make test PYTHON=python3.12` chooses another interpreter.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# Debian and Ubuntu keep the venv module in a package of its own; root may fetch it, others are told.
GET_VENV := test "$$(id -u)" = 0 && apt-get update -q && apt-get install -y -q python3-venv

# The tests that lean hardest on other people's packages: run again with the oldest versions that pyproject.toml allows.
OLDEST := .venv-oldest
CORE   := tests/document tests/x509 tests/pki tests/tls tests/sip tests/dns tests/lab tests/scenario tests/probe

# The pages, and the files that they link to.
PAGES := '*.md' ':!tests' LICENSE docs/site.css scenarios/lab.yaml examples

.PHONY: demo test test-oldest check coverage bench mutants docs site golden clean help

demo: $(READY)          ## play every scenario, then the lesson: why MRA breaks on a mutual-TLS port
	$(BIN)/sip-mtls run --out out/demo
	$(BIN)/sip-mtls demo mra

test: $(READY)          ## the whole suite on every core; tests of absent programs are skipped, in CI they fail
	$(BIN)/python -m pytest -n auto --dist loadfile $(TESTS)

test-oldest: $(OLDEST)/.ready ## the core of the suite with the oldest versions that pyproject.toml allows
	$(OLDEST)/bin/python -m pytest -q -p no:cacheprovider $(CORE)

check: $(READY)         ## ruff, mypy --strict, the floors of docs/architecture.md, pages and citations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_floors.py tests/test_docs.py tests/test_citations.py

coverage: $(READY)      ## the whole suite, or TESTS, with the lines that it reaches; pages in out/coverage
	mkdir -p out
	$(BIN)/coverage run -m pytest $(TESTS)
	$(BIN)/coverage combine
	$(BIN)/coverage html --quiet
	$(BIN)/coverage report --skip-covered --skip-empty

bench: $(READY)         ## ratios to a floor or a peer; writes out/bench.json
	$(BIN)/python -m benchmarks

mutants: $(READY)       ## break one line at a time and count how often no test notices; minutes, on two cores
	$(BIN)/python tests/mutation/mutation_run.py $(AREAS)

docs: $(READY)          ## write the generated pages of docs/ anew
	$(BIN)/python docs/generate.py

site: $(VENV)/.site      ## the pages as a site in out/site; a link that leads nowhere is an error
	rm -rf out/site out/site-source && mkdir -p out/site-source
	git ls-files -z $(PAGES) | xargs -0 cp --parents -t out/site-source
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

golden: $(READY)        ## record the golden ladders anew; read the diff
	GOLDEN=record $(BIN)/python -m pytest -q tests/report

clean:                  ## remove what these words have made, the virtual environments too
	rm -rf $(VENV) $(OLDEST) out dist build

help:                   ## these words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo; echo 'PYTHON=python3.12 names another interpreter; TESTS="tests/sip -x" gives words to pytest.'

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "sip-mtls needs Python 3.11 or newer; name one with PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); $(GET_VENV) && $(PYTHON) -m venv $(VENV); } || { rm -rf $(VENV); \
	  echo "This Python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(VENV)/.site: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[site]'
	@touch $@

$(OLDEST)/.ready: $(READY) tests/oldest_versions.py
	$(PYTHON) -m venv --clear $(OLDEST)
	$(BIN)/python tests/oldest_versions.py > $(OLDEST)/oldest.txt
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' -c $(OLDEST)/oldest.txt
	@touch $@
