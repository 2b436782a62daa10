"""The libraries compared, their environments and how large these are."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import environment
from benchmarks.preparing import FUXICTR_STEPS, TORCH
from benchmarks.preparing import LIBRARIES as PREPARING

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / "peers"


@dataclass(frozen=True)
class Library:
    """One of those compared.

    Attributes:
        title: name and version.
        steps: what is installed for it; nothing for the project itself, which runs where this script does.
        packages: those whose size counts, with all that they need.
    """

    title: str
    steps: tuple[tuple[str, ...], ...]
    packages: tuple[str, ...]


def _required() -> tuple[str, ...]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.partition("==")[0] for line in lines if line and not line.startswith("#"))


LIBRARIES = {
    "ours": Library("CTR Lens", (), _required()),
    # Imports requests and does not ask for it.
    "deepctr": Library(
        "deepctr-torch 0.3.0", (TORCH, ("deepctr-torch==0.3.0", "requests")), ("deepctr-torch", "requests", "torch")
    ),
    "fuxictr": Library("FuxiCTR 2.3.10", FUXICTR_STEPS, ("fuxictr", "torch")),
    "recbole": Library("RecBole 1.2.1", PREPARING["recbole"].steps, ("recbole", "torch")),
    "rechub": Library("torch-rechub 0.9.0", (TORCH, ("torch-rechub==0.9.0",)), ("torch-rechub", "torch")),
    # Asks for nothing; needs a NumPy that has np.long again, and its example the two others.
    "torchfm": Library(
        "torchfm 0.7.0",
        (TORCH, ("torchfm==0.7.0", "numpy>=2", "scikit-learn", "tqdm")),
        ("torchfm", "numpy", "scikit-learn", "tqdm", "torch"),
    ),
}

# Runs in the library's own environment: sizes of the files of packages and of all that they require there.
_SIZE = """
import importlib.metadata as m, json, re, sys
from pip._vendor.packaging.requirements import Requirement
def key(name): return re.sub(r"[-_.]+", "-", name).lower()
there = {key(d.metadata["Name"]): d for d in m.distributions()}
found, waiting = {}, [key(name) for name in sys.argv[1:]]
while waiting:
    name = waiting.pop()
    if name in found or name not in there: continue
    d = there[name]
    files = {f.locate().resolve() for f in d.files or ()}
    found[name] = {"version": d.version, "bytes": sum(f.stat().st_size for f in files if f.is_file())}
    needs = [Requirement(line) for line in d.requires or ()]
    waiting += [key(r.name) for r in needs if r.marker is None or r.marker.evaluate({"extra": ""})]
print(json.dumps(found))
"""


def command(name: str, python: Path) -> list[str | Path]:
    """What runs the adapter of a library, but for the task's file."""
    return [python, "-m", "benchmarks.peers.speed_ours"] if name == "ours" else [python, PEERS / f"speed_{name}.py"]


def environments(names: list[str], folder: Path, python: Path | None = None) -> dict[str, Path]:
    """The Python of each library that can be installed; says why the others cannot.

    Args:
        names: the libraries.
        folder: for the environments.
        python: one that has them all, where nothing can be installed.
    """
    found = {}
    for name in names:
        steps = LIBRARIES[name].steps
        if not steps:
            found[name] = Path(sys.executable)
        elif python is not None:
            found[name] = python
        else:
            try:
                found[name] = environment((folder / name).resolve(), *steps)
            except subprocess.CalledProcessError as error:
                print(f"{LIBRARIES[name].title} is left out, it could not be installed: {error}")
    return found


def installed(name: str, python: Path) -> dict[str, object]:
    """Bytes of the library's packages with all that they need, and the versions of those that matter."""
    done = subprocess.run(
        [str(python), "-c", _SIZE, *LIBRARIES[name].packages], check=True, capture_output=True, text=True
    )
    packages: dict[str, dict[str, object]] = json.loads(done.stdout)
    matter = {*LIBRARIES[name].packages, "torch", "numpy", "pandas", "scikit-learn"} & set(packages)
    return {
        "bytes": sum(int(str(found["bytes"])) for found in packages.values()),
        "packages": len(packages),
        "versions": {package: packages[package]["version"] for package in sorted(matter)},
    }
