# chipwatch: `make help` lists what can be done here.
SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
export VENV

# Processes that share the tests of `make test`; how: tests/conftest.py. One more than there are cores: part of the time they wait for servers, timers and each other.
JOBS ?= $(shell echo $$(($$(nproc 2>/dev/null || echo 1) + 1)))

# Where a run keeps its captures, data set and reports. Sample, archive and live data never share a folder.
DATA ?= var/$(if $(LIVE),live,$(if $(ARCHIVE),archive,sample))
MODE = $(if $(LIVE),--live,$(if $(ARCHIVE),--archive $(ARCHIVE) $(if $(SOURCES),--sources $(SOURCES)),--sample))

.PHONY: help setup setup-rendered briefing sample-pages test test-all lint lock bench coverage clean
.DEFAULT_GOAL := help

help: ## list the targets
	@echo "chipwatch: who rents A100/H100-class chips, where, at what price, and what public terms say about who may rent"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 24
	@echo
	@echo "  make briefing LIVE=1                                  the same over the live web (polite, takes long)"
	@echo "  make briefing ARCHIVE=pages.warc.gz [SOURCES=x.jsonl] the same over captures"
	@echo "  DATA=DIR keeps captures, data set and reports in DIR; PYTHON=/path/to/python3.11 chooses the interpreter"

setup: ## install what is needed into .venv (and apt packages for fonts and Pango)
	@scripts/setup.sh

setup-rendered: ## the same, with Chromium for pages that only a browser shows
	@scripts/setup.sh --rendered

briefing: setup ## install, run the main job on the sample market, print where the PDF lies
	@$(BIN)/chipwatch run $(MODE) --data $(DATA)

sample-pages: setup ## the pages of the sample market that the README shows, made anew
	@rm -rf var/pages
	@for visit in 1 2; do $(BIN)/chipwatch run --sample --data var/pages || exit 1; done
	@$(BIN)/python scripts/sample_pages.py var/pages/reports/briefing.pdf docs/img

test: setup ## install and run all tests (under 10 minutes)
	@$(BIN)/python -m pytest -m "not slow" -n $(JOBS) --dist loadfile

test-all: setup ## all tests, with soak, long fuzz and kill loops
	@$(BIN)/python -m pytest

lint: setup ## ruff
	@$(BIN)/ruff check .

bench: setup ## speed, as ratios measured side by side
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

coverage: setup ## write the table of what is declared into the README
	@$(BIN)/python -m crawler.coverage README.md

lock: ## pin the dependencies of pyproject.toml anew, with hashes (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 -o requirements.lock --upgrade
	uv pip compile pyproject.toml --extra rendered --constraint requirements.lock --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 -o requirements-rendered.lock --upgrade
	@python3 scripts/only_extra.py requirements-rendered.lock requirements.lock

clean: ## remove the virtual environment and caches (captures and data sets stay)
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
