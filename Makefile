# make report   prints the FTX case to build/ftx.pdf
# make site     writes the pages of the FTX case to build/site
# make test     runs all that a change can break
# make test-all runs the long tests with them; make lint the static checks; make bench
#               the benchmarks
# make test-cluster compares Spark on two workers with DuckDB
# make test-lowest runs the tests against the oldest versions pyproject.toml allows
# make fuzz     runs 20,000 made-up ledgers through every command; not in CI
# make mutate   changes the code in small ways and lists changes no test notices; not in CI
# make docs     builds the documentation in build/docs
# Everything runs in .venv, made on first use with the versions of constraints.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: report site test test-all test-cluster test-lowest fuzz mutate lint bench docs clean

report: $(VENV)/installed $(VENV)/system
	@mkdir -p build
	@$(BIN)/solvency report -o "$(CURDIR)/build/ftx.pdf" ledgers/ftx/main.beancount

site: $(VENV)/installed
	@mkdir -p build
	@$(BIN)/solvency site "$(CURDIR)/build/site" ledgers/ftx/main.beancount

# What takes longest comes first (tests/conftest.py), and what is left at the end is
# taken from whoever has it.
TESTED := $(BIN)/python -m pytest -n auto --dist worksteal

test: $(VENV)/tested $(VENV)/system $(VENV)/browser $(VENV)/office
	$(TESTED)

test-all: test
	$(TESTED) -m long --ignore tests/subledgers/test_cluster.py

# Spark on a master and two workers of this machine, its answers beside DuckDB's.
test-cluster: $(VENV)/clustered
	$(BIN)/python -m pytest -m long tests/subledgers/test_cluster.py

# pip has no way to ask for the oldest versions; uv has.
test-lowest: $(LOWEST)/tested $(VENV)/system $(VENV)/browser
	$(LOWEST)/bin/python -m pytest -n auto

$(LOWEST)/tested: pyproject.toml | $(BIN)/python
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct --editable '.[test]'
	@touch $@

# INPUTS and SEED choose others (docs/maintain/fuzz.md).
INPUTS ?= 20000
fuzz: $(VENV)/tested $(VENV)/system
	$(BIN)/python tests/fuzz/fuzzing.py $(INPUTS) $(SEED)

# MUTANTS and SEED choose others (docs/maintain/mutation.md).
MUTANTS ?= 300
mutate: $(VENV)/mutating $(VENV)/system
	$(BIN)/python tests/mutation/mutating.py --cover --mutants $(MUTANTS) $(if $(SEED),--seed $(SEED))

lint: $(VENV)/linted
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed
	$(BIN)/python benchmarks/run.py

# The pages are checked against the program by make test; this makes them a site.
docs: $(VENV)/documented
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --config-file docs/site/mkdocs.yml
	@echo build/docs/index.html

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "solvency needs Python 3.11 or later; say which with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# A target each, so that nothing is installed twice; what has more has the less.
$(VENV)/installed: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) --editable '.[zh]'
	@touch $@

$(VENV)/tested: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) --editable '.[zh,test]'
	@touch $(VENV)/installed $@

# Java is no package of Python's; Debian has it.
$(VENV)/clustered: $(VENV)/tested
	$(INSTALL) --editable '.[spark]'
	@command -v java >/dev/null 2>&1 || sh .ci/java
	@touch $@

$(VENV)/linted: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) --editable '.[zh,test,lint]'
	@touch $(VENV)/installed $(VENV)/tested $@

$(VENV)/mutating: $(VENV)/tested
	$(INSTALL) --editable '.[mutation]'
	@touch $@

$(VENV)/documented: $(VENV)/installed
	$(INSTALL) --editable '.[docs]'
	@touch $@

# WeasyPrint draws with Pango, which Debian has and Python's packages have not.
$(VENV)/system: $(VENV)/installed
	@sh .ci/system-libraries $(BIN)/python
	@touch $@

# The tests drive a real browser where there is one.
$(VENV)/browser: $(VENV)/tested
	@sh .ci/system-libraries $(BIN)/python browser
	@touch $@

# A test opens workbooks with LibreOffice where there is one.
$(VENV)/office: $(VENV)/tested
	@sh .ci/system-libraries $(BIN)/python office
	@touch $@

clean:
	rm -rf $(VENV) $(LOWEST) build dist
