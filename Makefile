# The few commands of the project. `make run` and `make test` need Python 3.11 or newer, nothing else.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-compile --no-deps --require-hashes

.PHONY: run test fuzz benchmark latency ablation faults indexing scale lock sbom licences clean

run: .venv/.runtime ## index the sources and converse; with ASKBEN_DISCORD_TOKEN: run the Discord bot
	@$(BIN)/askben start

test: .venv/.development ## every lint, type check and test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile

fuzz: .venv/.development ## the tests of properties, with new examples, a hundred times as many
	$(BIN)/pytest -n 2 -m hypothesis --hypothesis-profile=fuzz

.venv/.runtime: requirements-build.lock requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "askBen needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 run")'
	@echo "Creating .venv from the lock file (about a minute, once)" >&2
	@$(PYTHON) -m venv .venv
	@$(INSTALL) --requirement requirements-build.lock
	@$(INSTALL) --requirement requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.development: .venv/.runtime requirements-dev.lock
	@$(INSTALL) --requirement requirements-dev.lock
	@touch $@

BENCHMARKS := .venv-benchmarks

benchmark: $(BENCHMARKS)/.made ## compare with others: make benchmark POSTS=folder QUESTIONS=file
	@$(BENCHMARKS)/bin/python -m benchmarks.compare --posts "$(POSTS)" --questions "$(QUESTIONS)"

latency: .venv/.runtime ## the way of a question against its bare cost, with the same arguments
	@$(BIN)/python -m benchmarks.latency --posts "$(POSTS)" --questions "$(QUESTIONS)"

faults: .venv/.development ## ask a hundred times for each fault of an LLM
	@$(BIN)/python -m benchmarks.faults

indexing: .venv/.development ## time a reindex of a folder, also as a feed and a sitemap: POSTS=folder
	@$(BIN)/python -m benchmarks.indexing --posts "$(POSTS)"

scale: .venv/.runtime ## time and memory of reindexing up to 100,000 chunks
	@$(BIN)/python -m benchmarks.scale

ablation: .venv/.runtime ## take each part of the search out in turn, with the same arguments
	@$(BIN)/python -m benchmarks.ablation --posts "$(POSTS)" --questions "$(QUESTIONS)"

$(BENCHMARKS)/.made: .venv/.runtime benchmarks/requirements.txt
	@$(PYTHON) -m venv $(BENCHMARKS)
	@$(BENCHMARKS)/bin/pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	@sed 's/ *\\$$//; /^ *--hash/d' requirements.lock > $(BENCHMARKS)/locked.txt
	@$(BENCHMARKS)/bin/pip install --quiet --requirement benchmarks/requirements.txt \
	  --constraint $(BENCHMARKS)/locked.txt
	@touch $@

LOCK := uv pip compile --upgrade --universal --generate-hashes --no-annotate --quiet \
  --custom-compile-command "make lock"

lock: ## resolve the lock files anew; needs uv
	$(LOCK) --group build --output-file requirements-build.lock
	$(LOCK) pyproject.toml --group model --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

sbom: .venv/.development ## list every locked package in build/sbom.json, as CycloneDX
	@mkdir -p build
	@$(BIN)/cyclonedx-py requirements requirements.lock --output-file build/sbom.json

licences: .venv/.runtime ## write the licences of all packages into deploy/licences.md
	@$(BIN)/python deploy/licences.py

clean: ## remove what the other commands made, the data folder excepted
	rm -rf .venv $(BENCHMARKS) .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
