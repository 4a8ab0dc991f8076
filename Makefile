# make book: install the environment and build the book in build/site/_build/html
# make test: install the environment and run the tests
PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# musicnn's published weights, downloaded by `make`
ifeq ($(THESIS_MUSICNN),)
export THESIS_MUSICNN := $(shell ls "$(CURDIR)"/.venv/musicnn/*.whl 2>/dev/null)
endif
# read from the environment by the workflow; never put into a command, so they may contain any character
export SCALE DATASET DATA_HOME SEED

.DEFAULT_GOAL := help
.PHONY: help book test site-test lint lock serve clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 12

book: .venv/ready  ## build the book at scale quick (SCALE=smoke|full, DATASET=..., DATA_HOME=... for other runs)
	@$(BIN)/python workflow/build.py --cores $(CORES) --quiet rules progress host
	@echo "the book: build/site/_build/html/index.html"

test: .venv/ready  ## run the tests
	@$(BIN)/python -m pytest

site-test: .venv/ready  ## check the built book: pages, links, nothing from the network
	@SITE=build/site/_build/html $(BIN)/python -m pytest tests/test_site.py

lint: .venv/ready  ## check style and formatting
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

serve: book  ## read the book at http://localhost:8000
	@$(BIN)/python -m http.server --directory build/site/_build/html 8000

lock:  ## write requirements.lock from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --all-extras --no-emit-package pyaudio \
		--no-header --no-annotate --quiet pyproject.toml -o requirements.lock

clean:  ## remove the build; keep the environment and the cache
	rm -rf build .snakemake

# --no-deps: the lock is complete, and tinysoundfont requires pyaudio, which only live playback needs.
.venv/ready: requirements.lock musicnn.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 14) else f"Python 3.11, 3.12 or 3.13 is needed; this is {v[0]}.{v[1]}: make PYTHON=python3.12 ...")'
	@echo "installing into .venv (a minute or two)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@# musicnn's published weights: download its wheel, but do not install it, as it requires a NumPy and TensorFlow of 2019
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --dest .venv/musicnn \
		-r musicnn.lock || echo "musicnn's weights could not be downloaded; the tests that need them are skipped"
	@touch $@
