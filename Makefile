# `make demo` and `make test` are all anyone needs; both set up what is missing.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEMO   := $(VENV)/.demo
CLIENT := $(VENV)/datastar.js
BIND   ?= 127.0.0.1:8000

.PHONY: demo check test lint types fast docs looks wheel clean

demo: $(DEMO)
	$(BIN)/hypercorn -k trio --bind $(BIND) demo.app:app

check: lint types fast

test: export DATASTAR_CLIENT ?= $(CLIENT)
test: lint types $(CLIENT)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -m "not slow"
	$(BIN)/coverage combine -q
	$(BIN)/coverage report
	$(BIN)/python -m pytest -m slow

lint: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

fast: $(READY)
	$(BIN)/pytest -q -m "not slow"

# Without a network the rest is tested all the same.
$(CLIENT): | $(READY)
	-$(BIN)/python tests/browser/fetch_client.py $(CLIENT)

# Every page of the demo in every state, as pictures in looks/.
looks: export DATASTAR_CLIENT ?= $(CLIENT)
looks: $(READY) $(CLIENT)
	$(BIN)/python -m tests.browser.states looks

docs: $(READY)
	$(BIN)/python -m docs.reference site

wheel: $(READY)
	$(BIN)/python -m build --wheel

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[bench]'
	touch $(READY) $(DEMO)

$(DEMO): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[demo]'
	touch $(DEMO)

clean:
	rm -rf $(VENV) build dist site looks .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
