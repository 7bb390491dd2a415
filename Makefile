# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Each sets up .venv by itself; a second call re-uses what is there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SERVE ?= 1
DATA ?= ../shared/data

.PHONY: demo test check lint types imports tests format bench clean help

help:
	@echo "make demo         install, index data_samples, print answers, serve the page (SERVE=0: no page)"
	@echo "make test         install and run the whole gate: ruff, mypy, import-linter, pytest"
	@echo "make format       put the code in the house format"
	@echo "make bench        remake the numbers in benchmarks/results (DATA=folder of the research data)"
	@echo "make clean        remove what demo and the tools wrote, but not .venv"

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Shopwindow needs Python 3.11 or newer; give one with make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

demo: $(READY)
	@$(BIN)/python -m app demo $(if $(filter 0,$(SERVE)),--no-serve,--serve)

test check: lint types imports tests

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

tests: $(READY)
	$(BIN)/python -m pytest

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python -m benchmarks --data $(DATA)

clean:
	rm -rf var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
