# `make demo` and `make test` are all anyone needs; both set up what is missing.
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEMO   := $(VENV)/.demo
CLIENT := $(VENV)/datastar.js
BIND   ?= 127.0.0.1:8000
UV     ?= $(BIN)/uv
export DATASTAR_CLIENT ?= $(CLIENT)
# Tests start hundreds of processes: none of them is to compile anew what another has compiled.
unexport PYTHONDONTWRITEBYTECODE

# Which Pythons are tried beside the one that all the rest is tried on, and with which end of the dependencies' ranges.
LEGS := leg-3.11 leg-3.12 leg-3.13 leg-3.14
leg-3.11 leg-3.12 leg-3.13: RESOLUTION := lowest-direct
leg-3.14:                   RESOLUTION := highest

.PHONY: demo check test lint types fast covered browser servers mutants search legs $(LEGS) looks docs wheel clean

demo: $(DEMO) $(CLIENT)
	@$(BIN)/python -m demo $(BIND)

check: $(READY)
	@$(MAKE) --no-print-directory --jobs=3 lint types fast

test: lint types covered servers browser mutants

lint: $(READY)
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m ruff check
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/python -m mypy
	$(BIN)/python -m mypy .ci/*.py
	$(BIN)/python -m pyright --pythonpath $(BIN)/python

fast: $(READY)
	$(BIN)/python -m pytest -q -n auto -m "not slow" --hypothesis-profile=brief

covered: $(READY)
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -m "not slow" --hypothesis-profile=ci
	$(BIN)/python -m coverage combine -q
	$(BIN)/python -m coverage report

servers: $(READY)
	$(BIN)/python -m pytest -m slow --ignore=tests/browser --ignore=tests/test_mutants.py

browser: $(READY) $(CLIENT)
	$(BIN)/python -m pytest -m slow tests/browser

mutants: $(READY)
	$(BIN)/python -m pytest -m slow tests/test_mutants.py

# Looks for what nobody has thought of, for as long as that takes.
search: $(READY)
	$(BIN)/python -m pytest -n auto -m "hypothesis and not slow" --hypothesis-profile=long

# The demo, a stream and the fast tests on the other Pythons: `make leg-3.13`, or all of them.
legs: $(LEGS)

$(LEGS): leg-%: $(READY)
	UV=$(UV) .ci/leg $* $(RESOLUTION)

# Without a network the rest is done all the same.
$(CLIENT): tests/browser/fetch_client.py | $(DEMO)
	@$(BIN)/python tests/browser/fetch_client.py $(CLIENT) || true

# Every page of the demo in every state, as pictures in looks/.
looks: $(READY) $(CLIENT)
	$(BIN)/python -m tests.browser.states looks

docs: $(READY)
	$(BIN)/python -m docs.reference site

wheel: $(READY)
	$(BIN)/python -m build --wheel

define install
@rm -f $(DEMO) $(READY)
@python=$$(.ci/python) && "$$python" .ci/environment.py $(VENV) $(1)
endef

$(DEMO): pyproject.toml
	$(call install,demo)
	@touch $(DEMO)

$(READY): $(DEMO)
	$(call install,dev)
	@touch $(DEMO) $(READY)

# An environment whose Python was removed is made anew.
ifeq ($(wildcard $(BIN)/python),)
.PHONY: $(READY) $(DEMO)
endif

clean:
	rm -rf $(VENV) $(LEGS:leg-%=.venv-%) build dist site looks .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
