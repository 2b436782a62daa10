# make run     set up and open the app on the demo
# make test    set up and pass the checks and tests
# make sample  rebuild sample_data: the shop, its truth and the demo runs

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test sample clean

run: $(VENV)/run.stamp
	$(BIN)/python -m ctrcore sample
	$(BIN)/python -m streamlit run app.py

test: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile

sample: $(VENV)/run.stamp
	$(BIN)/python -m ctrcore sample --rebuild

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
