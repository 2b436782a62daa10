"""Figures stand on plain values: no torch, no streamlit, no scikit-learn behind them."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys, pkgutil, importlib, ctrcore.figures
for module in pkgutil.iter_modules(ctrcore.figures.__path__):
    importlib.import_module(f"ctrcore.figures.{module.name}")
print(*sorted({"streamlit", "torch", "sklearn", "shap", "scipy"} & set(sys.modules)))
"""


def test_figures_import_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
