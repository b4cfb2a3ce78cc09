# The front door. `make` alone prints what there is; every target installs what it needs first.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PIP_COMPILE := $(BIN)/pip-compile --quiet --strip-extras --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))

##@ Every day

.PHONY: run
run: setup ## Install, build, migrate, load the demo on first run, and serve on HOST:PORT
	@exec $(BIN)/python -m scripts.serve

.PHONY: test
test: setup-dev ## Run the whole suite (ARGS="-k name tests/test_x.py" narrows it)
	@$(BIN)/python -m pytest $(or $(ARGS),-n 2 --dist loadfile)

.PHONY: coverage
coverage: setup-dev ## Run the suite and list the branches no test takes
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term-missing

.PHONY: check
check: setup-dev ## Lint, types, import contracts, templates, catalogues, docs, migrations
	@$(BIN)/python -m scripts.check

.PHONY: format
format: setup-dev ## Format the Python sources and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

##@ Now and then

.PHONY: bench
bench: setup-dev ## Measure Bureau beside its peers (ARGS="--sizes 10k --rounds 1" for less)
	@$(BIN)/python -m bench.run $(ARGS)

.PHONY: bench-blog
bench-blog: setup-dev ## Measure the public pages of a blog with 100,000 posts and 1,000,000 comments
	@$(BIN)/python -m bench.blog

.PHONY: bench-pages
bench-pages: setup-dev ## Measure each generated screen, as ratios to the login page
	@$(BIN)/python -m bench.pages

.PHONY: migration
migration: setup-dev ## Write a migration from the models (NAME="feature what")
	@$(BIN)/flask --app run db migrate -m "$(NAME)"
	@$(BIN)/ruff format --quiet migrations

.PHONY: messages
messages: setup ## Bring the translation catalogues up to date with the sources
	@$(BIN)/python -m scripts.catalogues

.PHONY: mails
mails: setup-dev ## Show the mails whose texts have changed, and approve them (ARGS=--yes asks nothing)
	@$(BIN)/python -m tests.mail.approve $(ARGS)

.PHONY: screenshots
screenshots: setup-dev ## Take the pictures of the README anew, in Chromium
	@$(BIN)/python -m scripts.screenshots

.PHONY: lock
lock: setup-dev ## Pin the newest releases that requirements.in and requirements-dev.in allow
	@$(PIP_INSTALL) pip-tools
	@$(PIP_COMPILE) --upgrade requirements.in -o requirements.txt
	@$(PIP_COMPILE) --upgrade requirements-dev.in -o requirements-dev.txt

.PHONY: clean
clean: ## Remove what was installed and built; instance/ stays
	@rm -rf $(VENV) node_modules .bench app/static/dist .mypy_cache .pytest_cache .ruff_cache .coverage .import_linter_cache
	@find translations -name '*.mo' -delete

##@ Steps of the above

.PHONY: setup
setup: $(VENV)/.installed node_modules/.installed $(CATALOGUES) ## Install and build what running needs
	@$(BIN)/python -I scripts/assets.py

.PHONY: setup-dev
setup-dev: setup $(VENV)/.installed-dev ## Install what testing and checking need on top

.PHONY: help
help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

$(BIN)/python:
	@echo "Making the virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing the Python packages"
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing the Python packages for tests and checks"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json | $(BIN)/python
	@echo "Installing the front-end packages"
	@scripts/npm ci --no-audit --no-fund --loglevel=error
	@touch $@

%.mo: %.po $(VENV)/.installed
	@$(BIN)/pybabel -q compile --input-file $< --output-file $@
