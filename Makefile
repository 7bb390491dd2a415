# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Each sets up .venv by itself; a second call re-uses what is there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK ?= constraints.txt
SERVE ?= 1
ENCODER ?= $(SHOPWINDOW_ENCODER__NAME)
DATA ?= ../shared/data

# Encoders of these families run on torch, which the plain installation does without.
CLIP_FAMILIES := open_clip: hf-hub: local-dir: transformers:
DEMO_SET := $(if $(strip $(foreach family,$(CLIP_FAMILIES),$(filter $(family)%,$(ENCODER)))),clip,base)

.PHONY: demo test check lint types imports tests test-services mutate format bench lock clean help base clip dev

help:
	@echo "make demo         install, index data_samples, print answers, serve the page (SERVE=0: no page)"
	@echo "                  ENCODER=open_clip:ViT-B-32/laion2b_s34b_b79k: with this encoder, and what it needs"
	@echo "make test         install everything and run the whole gate: ruff, mypy, import-linter, pytest"
	@echo "make test-services  tests of browsers and servers, with those that are here or can be started"
	@echo "make mutate       how many planted faults the tests find (hours; results in benchmarks/results)"
	@echo "make format       put the code in the house format"
	@echo "make bench        remake the numbers in benchmarks/results (DATA=folder of the research data)"
	@echo "make lock         write the newest versions of all packages into constraints.txt"
	@echo "make clean        remove what demo and the tools wrote, but not .venv"
	@echo "LOCK=             install the newest versions instead of those in constraints.txt"

base clip dev:
	@tools/set-up-venv $(PYTHON) $(VENV) $@ $(LOCK)

demo: $(DEMO_SET)
	@$(BIN)/python -m shopwindow $(if $(ENCODER),--encoder '$(ENCODER)') demo $(if $(filter 0,$(SERVE)),--no-serve,--serve)

test check: lint types imports tests

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev
	$(BIN)/mypy

imports: dev
	$(BIN)/lint-imports

tests: dev
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile -m "not browser"

test-services: dev
	$(BIN)/python -m tools.test_services

mutate: dev
	$(BIN)/python -m benchmarks.mutation

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: dev
	$(BIN)/python -m benchmarks --data $(DATA)

lock: base
	$(BIN)/python tools/lock.py > $(LOCK).new
	@mv $(LOCK).new $(LOCK)

clean:
	rm -rf var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
