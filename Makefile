# Everything is done in .venv, which `setup` builds from requirements.lock and every
# other target calls for. Only Python 3.11 or newer and make need to be there.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# Every process that a test starts would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE
ALONE := tests/test_chaos.py tests/test_nights.py
# Every state of a page on a toy house; that page's stories run on the real one.
AT_LEISURE := tests/browser/test_need.py

.DEFAULT_GOAL := help
.PHONY: help setup run test test-python test-browser test-leisure check format lint types layers \
	bench chaos conformance lock needs

help:  ## Show what can be made.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY)  ## Build .venv, unless it is up to date.

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

run: setup  ## Serve on http://127.0.0.1:8000 (HOST, PORT, DATA_DIR).
	$(BIN)/python -m chat serve

test: test-browser test-python  ## Run every test.

# Some at a time, file by file. What measures how long people wait comes alone, after.
test-python: setup
	$(BIN)/python -m pytest -ra -n 3 --dist loadfile --no-loadscope-reorder --ignore tests/browser \
		$(ALONE:%=--ignore %)
	$(BIN)/python -m pytest -ra -n 3 --dist loadfile tests/browser $(AT_LEISURE:%=--ignore %)
	$(BIN)/python -m pytest -ra -n 2 --dist loadfile $(ALONE)

test-leisure: setup  ## Run what takes too long for each commit: the need page's every state.
	$(BIN)/python -m pytest -ra $(AT_LEISURE)

test-browser:
	@if command -v node >/dev/null; then node --test tests/web/*.test.js; else \
		echo "!!!! node is missing: the tests in tests/web were NOT run !!!!"; fi

check: lint types layers test  ## All that must pass before a commit.

format: setup  ## Put right what can be put right by itself.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

bench: setup  ## Measure the service beside its peers (half an hour).
	$(BIN)/python bench/run.py

chaos: setup  ## Kill, freeze and cut everything under load, and count what is lost.
	$(BIN)/python -m tests.chaos
	$(BIN)/python -m tests.chaos.night

conformance: setup  ## Let a third party's suite judge our WebSocket.
	sh tests/conformance/run.sh

needs: setup  ## Read anew what the patterns of screening need, when they have changed.
	$(BIN)/python -m chat.readahead

# No address in it: which index to install from is the business of whoever installs.
lock: setup  ## Pin the newest dependencies that fit, for every platform (needs uv).
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --upgrade --no-emit-index-url --no-annotate --quiet \
		--custom-compile-command "make lock" --output-file requirements.lock
