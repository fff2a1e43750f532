# Everything a fresh machine needs is Python >= 3.11 and make; the first target you call sets up .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# "auto" starts one worker per core; a single number is easier to debug.
WORKERS ?= auto

.PHONY: help setup demo test check format bench faults browser lock clean

help:
	@echo "make demo    the bot, its dashboard and a sandbox Slack workspace on loopback; no account needed"
	@echo "make test    the whole test suite"
	@echo "make check   lint, format, types and layering"
	@echo "make bench   the benchmarks, as ratios against a peer or the floor"
	@echo "make faults  kill it a thousand times on each database; KILLS=100 DATABASE=sqlite for a part of that"
	@echo "make format  rewrite the code in the project's format"
	@echo "make lock    resolve pyproject.toml into requirements.lock again"

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Threadline needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@$(BIN)/threadline demo $(ARGS)

test: setup browser
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report= $(ARGS)
	@$(BIN)/python -m tests.coverage_gate

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

bench: setup
	@$(BIN)/python -m bench $(ARGS)

faults: setup
	@$(BIN)/python -m tests.faults $(ARGS)
	@$(BIN)/python -m pytest -s -p no:xdist tests/outages/long_forms.py

# The browser tests drive a Chromium that is already here, or Debian's.
browser:
	@.ci/browser

lock:
	@$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet pip-tools
	@$(VENV)-lock/bin/python .ci/requirements_in.py > $(VENV)-lock/requirements.in
	@$(VENV)-lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --annotation-style=line \
		--output-file requirements.lock $(VENV)-lock/requirements.in
	@rm -rf $(VENV)-lock

clean:
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* *.egg-info
