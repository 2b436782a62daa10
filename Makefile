# make run     set up and open the app on the demo
# make test    set up and pass the checks and tests
# make sample  rebuild sample_data: the shop, its truth and the demo runs
# make bench   measure training and prediction beside other libraries, which it installs: some hours (five rounds); one task
#              takes 5 to 30 minutes, see benchmarks/README.md
# make texts   bring the tables of other languages up to date: new texts appear without a translation

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test sample bench texts clean

run: $(VENV)/run.stamp
	$(BIN)/python -m ctrcore sample
	$(BIN)/python -m streamlit run app.py

test: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

sample: $(VENV)/run.stamp
	$(BIN)/python -m ctrcore sample --rebuild

bench: $(VENV)/run.stamp
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.speed.draw benchmarks/speed.json

TABLES := ctrcore/languages
TEXTS := $(VENV)/texts.pot
BABEL := $(BIN)/python -m babel.messages.frontend
SAID := -k say -k mark -k say_count:1,2 -k say_in:1c,2
texts: $(VENV)/test.stamp
	$(BABEL) extract -F pyproject.toml --no-location --sort-output $(SAID) -o $(TEXTS) ctrcore pages
	$(BABEL) update --no-fuzzy-matching --ignore-obsolete -i $(TEXTS) -D ctrcore -d $(TABLES) -w 120
	$(BABEL) compile -D ctrcore -d $(TABLES)

$(VENV)/run.stamp: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@

$(VENV)/test.stamp: requirements-dev.txt requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	touch $@ $(VENV)/run.stamp

clean:
	rm -rf $(VENV)
