# Every command of the project. Needs Python 3.11 or newer, make and git; all else goes into .venv.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run dev hooks test test-all prove check fix bench faults shots picture lock migration clean

PYTHON ?= python3
BIN := .venv/bin
FLASK := $(BIN)/flask --app reviews
INSTALL = $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
PYTEST = $(BIN)/python -m pytest -n auto --dist worksteal
# A database for the length of one command.
ON_SCRATCH = folder=$$(mktemp -d) && trap 'rm -r "$$folder"' EXIT && \
	export LEVELSET_MODE=test DATABASE_URL=sqlite:///$$folder/scratch.db &&

# Use the machine's certificates and Python; compile once here instead of at every start.
export UV_SYSTEM_CERTS ?= 1
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1
# The same of our own code: the tests start dozens of processes of it.
unexport PYTHONDONTWRITEBYTECODE

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: .venv/.dev ## Set up everything that tests and checks need

run: export LEVELSET_MODE ?= demo
run: .venv/.run ## Serve the demo at 127.0.0.1:8000 (PORT=9000 for another port)
	$(FLASK) db upgrade
	$(FLASK) demo
	$(FLASK) serve

# What is read once per process is named: a change of it starts the server again, as one of Python does.
dev: export LEVELSET_MODE ?= demo
dev: .venv/.dev ## Serve the demo and reload what is edited, code and templates (PORT=9000 for another port)
	$(FLASK) db upgrade
	$(FLASK) demo
	$(FLASK) worker & trap "kill $$!" EXIT INT TERM; \
	$(FLASK) run --debug --no-debugger --host 127.0.0.1 --port $${PORT:-8000} --extra-files \
		$$(echo reviews/rules/policy/*.toml templates/components/board_cell.html | tr ' ' :)

hooks: .venv/.dev ## Check format, lint and floors before each commit of this clone
	$(BIN)/pre-commit install

# Beyond its tier's limit a test fails: on a quiet machine the slowest takes less than a third of it.
test: .venv/.dev ## Test on SQLite in three minutes, before every commit (ARGS="-k board")
	$(PYTEST) -m "not (test_all or prove or postgresql)" --hypothesis-profile few --fail-slow 2m $(ARGS)

test-all: .venv/.dev ## Test what differs by database on PostgreSQL too, every permission and whole cycles
	$(PYTEST) -m "not prove and (both_databases or not postgresql)" --fail-slow 6m $(ARGS)

prove: .venv/.dev ## Test everything on both databases and in a browser, for hours; a second run goes on
	$(PYTEST) -p tests.resuming --hypothesis-profile many --fail-slow 1h $(ARGS)

check: .venv/.dev ## Check format, lint, types, floors, and that migrations are in step with the models
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -q tests/house/test_templates.py -k no_line_is_too_long
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(ON_SCRATCH) $(FLASK) db upgrade && $(FLASK) db check

fix: .venv/.dev ## Mend what the formatter and the linter can mend by themselves
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev ## Measure what pages cost, on SQLite and PostgreSQL, into docs/performance.md (ARGS=--short: half a minute, printed)
	$(BIN)/python -m benchmarks $(ARGS)

faults: .venv/.dev ## Break what can break while people write, on SQLite and PostgreSQL, in half an hour (ARGS=--short: a few minutes)
	$(BIN)/python -m benchmarks.faults $(ARGS)

shots: .venv/.dev ## Take the pictures of the README from the demo
	@$(ON_SCRATCH) export LEVELSET_MODE=demo && $(FLASK) db upgrade && $(FLASK) demo && \
		$(BIN)/python -m docs.screenshots "$$DATABASE_URL"

picture: .venv/.dev ## Draw the picture of docs/architecture.md from the imports
	$(BIN)/python -m docs.architecture

lock: $(BIN)/uv ## Write the locks again (ARGS=--upgrade takes newer versions)
	$(COMPILE) $(ARGS) --group installer --output-file requirements/uv.txt
	$(COMPILE) $(ARGS) --extra postgres --output-file requirements/run.txt pyproject.toml
	$(COMPILE) $(ARGS) --extra postgres --group test --group lint --constraints requirements/run.txt \
		--output-file requirements/dev.txt pyproject.toml

migration: .venv/.dev ## Write the migration from the newest revision to the models (NAME="add a deadline")
	@$(ON_SCRATCH) $(FLASK) db upgrade && $(FLASK) db migrate --message "$(NAME)"
	$(BIN)/ruff format migrations

clean: ## Remove the environment and what tools leave behind; data in var/ stays
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Levelset needs Python 3.11 or newer; PYTHON=... names another.")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.run: $(BIN)/uv requirements/run.txt
	$(INSTALL) -r requirements/run.txt
	@touch $@

.venv/.dev: $(BIN)/uv requirements/dev.txt
	$(INSTALL) -r requirements/dev.txt
	@touch $@ .venv/.run
