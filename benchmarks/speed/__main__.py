"""Training and prediction beside other libraries: the same rows, batch size, dimensions, optimizer and threads.

    python -m benchmarks.speed [--tasks fm_frappe din_ml ...] [--libraries ours fuxictr ...] [--repetitions 5]
        [--data FOLDER] [--peers FOLDER] [--out FILE.json] [--device cpu|cuda] [--quick] [--show]

Each library runs in a process and an environment of its own, one after the other, round after round. A task's results
replace those of the same task in the file; the others stay, so tasks may be measured one at a time. `--quick` takes a
few rows and one round, to see that everything runs; its figures mean nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.generate import default_folder
from benchmarks.measuring import machine, measure
from benchmarks.speed.data import made
from benchmarks.speed.figures import Record, summary
from benchmarks.speed.libraries import LIBRARIES, ROOT, command, environments, installed
from benchmarks.speed.tasks import TASKS, data_of

QUICK = {"rows": 6_000, "epochs": 2, "predictions": 1}
LIMIT_S = 3600  # of one run


def main() -> None:
    """Measure the tasks one after the other, print each one's table, keep the figures."""
    chosen = arguments().parse_args()
    if not chosen.show:
        measure_all(chosen)
        return
    for name, record in _stored(chosen.out).items():
        print("\n".join([*summary(record, name), ""]))


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, help="default: all that fit the device")
    parser.add_argument("--libraries", nargs="+", choices=LIBRARIES, default=list(LIBRARIES))
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", type=Path, default=default_folder() / "speed", help="folder for the data folders")
    parser.add_argument("--peers", type=Path, default=default_folder() / "peers", help="folder for environments")
    parser.add_argument("--python", type=Path, help="a Python that has all libraries, instead of environments")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "speed.json", help="file for the figures")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--quick", action="store_true", help="few rows, one round")
    parser.add_argument("--show", action="store_true", help="print what the file holds and measure nothing")
    return parser


def measure_all(chosen: argparse.Namespace) -> None:
    """Measure the chosen tasks; say why where one cannot be."""
    if chosen.device == "cuda" and not _has_gpu():
        print("There is no GPU here (torch.cuda.is_available() is false), so nothing was measured on one.")
        return
    names = chosen.tasks or [name for name, task in TASKS.items() if task.cuda == (chosen.device == "cuda")]
    pythons = environments(chosen.libraries, chosen.peers, chosen.python)
    sizes = {name: {"title": LIBRARIES[name].title, **installed(name, python)} for name, python in pythons.items()}
    for name in names:
        if TASKS[name].cuda and chosen.device != "cuda":
            print(f"{name} needs a GPU: run it with --device cuda on a machine that has one.")
            continue
        record = measure_task(name, chosen, pythons) | {"libraries": sizes}
        if chosen.device == "cuda":
            from benchmarks.speed.device import notes

            record["device_notes"] = notes(TASKS[name], record, chosen.data)
        if not chosen.quick:
            key = name if chosen.device == "cpu" else f"{name}@{chosen.device}"
            write(chosen.out, _stored(chosen.out) | {key: record})
        print("\n".join([*summary(record, name), ""]), flush=True)


def measure_task(name: str, chosen: argparse.Namespace, pythons: dict[str, Path]) -> Record:
    """One task, round after round, within a round one library after the other."""
    entries = {entry: data for entry, data in data_of(name).items() if library_of(entry) in pythons}
    folders = {entry: made(data, chosen.data) for entry, data in entries.items()}
    runs: dict[str, list[dict[str, Any]]] = {entry: [] for entry in entries}
    left_out: dict[str, str] = {}
    rounds = 1 if chosen.quick else chosen.repetitions
    where = machine()  # now: the load is that of others
    for number in range(rounds):
        for entry, folder in folders.items():
            if entry in left_out:
                continue
            library = library_of(entry)
            order = order_for(name, library, folder, chosen)
            run = _run(command(library, pythons[library]), order, chosen.threads)
            if why := run.get("why"):
                left_out[entry] = why
                del runs[entry]
            else:
                runs[entry].append(run)
            print(
                f"{name}, {entry}, round {number + 1}: {why or round(run['seconds'], 1)}", file=sys.stderr, flush=True
            )
    meta = [json.loads((folder / "meta.json").read_text(encoding="utf-8")) for folder in folders.values()]
    return {
        "title": TASKS[name].title,
        "machine": where,
        "device": chosen.device,
        "threads": chosen.threads,
        "rounds": rounds,
        "source": meta[0]["source"] if meta else "",
        "order": order_for(name, "ours", Path(), chosen) | {"data": ""},
        "left_out": left_out,
        "runs": runs,
    }


def library_of(entry: str) -> str:
    """The library that an entry of a table is measured with: itself, or ours."""
    return entry if entry in LIBRARIES else "ours"


def order_for(name: str, library: str, folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """What the adapter is told."""
    order = TASKS[name].order(library)
    if chosen.quick:
        order |= QUICK
    return order | {"name": name, "data": str(folder), "threads": chosen.threads, "device": chosen.device}


def _run(line: list[str | Path], order: dict[str, Any], threads: int) -> dict[str, Any]:
    """An adapter once: what it took and printed, or {"why"} it could not."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "task.json"
        path.write_text(json.dumps(order), encoding="utf-8")
        told = {"CTR_THREADS": str(threads), "NUMBA_NUM_THREADS": str(threads), "CTR_DEVICE": "", "TMPDIR": folder}
        done = measure([*line, path], threads=threads, env=told, cwd=ROOT, limit=LIMIT_S)
    answer = done.answer()
    if done.code != 0 or not answer.get("epochs"):
        return {"why": str(answer.get("missing") or f"it failed: {done.reason()}")}
    return done.numbers()


def _stored(path: Path) -> dict[str, Record]:
    """The tasks in the file of figures."""
    return dict(json.loads(path.read_text(encoding="utf-8"))["tasks"]) if path.exists() else {}


def write(path: Path, tasks: dict[str, Record]) -> None:
    """Keep the figures, in the order of the tasks."""
    order = list(TASKS)
    ranked = sorted(tasks, key=lambda key: (order.index(key.partition("@")[0]), key))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"tasks": {key: tasks[key] for key in ranked}}, indent=1) + "\n", encoding="utf-8")


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


if __name__ == "__main__":
    main()
