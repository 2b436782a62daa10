"""From one table to encoded training, validation and test rows: FuxiCTR, RecBole and this project.

    python -m benchmarks.preparing [--rows 2000000] [--data FOLDER] [--peers FOLDER] [--out FILE.json]

The same rows (label, 13 numbers with gaps, 26 categorical columns), cut into the same three files, go through each
library in a process and an environment of its own, one after the other, several times round. Wall time is that of the
whole process, with the start of the interpreter; memory that of the process and all it started.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import IDS, LABEL, NUMBERS, default_folder, made
from benchmarks.measuring import Measured, environment, measure, spread, versions, write_results

HERE = Path(__file__).parent
TORCH = ("torch==2.13.0",)
FUXICTR = (str(HERE / "peers" / "fuxictr_prepare.py"),)
FUXICTR_STEPS = (TORCH, ("fuxictr==2.3.10", "polars<2"))
FUXICTR_PACKAGES = ("numpy", "polars", "pyarrow", "ray", "scikit-learn", "torch")
SHARES = {"train": 0.8, "valid": 0.1, "test": 0.1}


@dataclass(frozen=True)
class Library:
    """One of those compared.

    Attributes:
        title: name and version.
        script: what its Python runs.
        steps: what is installed for it; nothing for the project itself, which runs where this script does.
        packages: those whose versions matter.
        does: what it does with the rows, and what it does not.
        parts: FuxiCTR only: files of so many rows instead of one file, at most a whole test part.
    """

    title: str
    script: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...]
    packages: tuple[str, ...]
    does: str
    parts: int = 0


LIBRARIES = {
    "ours": Library(
        "CTR Lens",
        ("-m", "benchmarks.peers.ours"),
        (),
        ("numpy", "pandas", "pyarrow"),
        "Finds out the format and the types, keeps the table as Parquet, then encodes by a given recipe. Vocabulary "
        "from the training rows, one unknown id a field; numbers standardised by the training rows, gaps filled with "
        "their median; ids, numbers and labels as arrays that are memory-mapped.",
    ),
    "ours_upload": Library(
        "CTR Lens, a whole upload",
        ("-m", "benchmarks.peers.ours", "--upload"),
        (),
        ("numpy", "pandas", "pyarrow"),
        "The same as an upload in the app: also copies the files, guesses the schema and profiles every column, none "
        "of which the others do.",
    ),
    "fuxictr": Library(
        "FuxiCTR 2.3.10, one file",
        FUXICTR,
        FUXICTR_STEPS,
        FUXICTR_PACKAGES,
        "FeatureProcessor and build_dataset with types given. Vocabulary from the training rows, one unknown id a "
        "field; StandardScaler by the training rows, gaps filled with 0; one Parquet file each for the three parts, "
        "its default (data_block_size 0), and the vocabulary as JSON and pickle. polars is held below 2, which removed "
        "an argument that it uses. It starts Ray, as it always does.",
    ),
    "fuxictr_parts": Library(
        "FuxiCTR 2.3.10, files of 200,000 rows",
        FUXICTR,
        FUXICTR_STEPS,
        FUXICTR_PACKAGES,
        "The same with data_block_size 200,000, which spares it sorting the rows again.",
        parts=200_000,
    ),
    "recbole": Library(
        "RecBole 1.2.1",
        (str(HERE / "peers" / "recbole_prepare.py"),),
        (TORCH, ("recbole==1.2.1", "numpy<2", "pandas<3", "setuptools<81")),
        ("numpy", "pandas", "scikit-learn", "torch"),
        "Config, create_dataset and data_preparation for FM with types given. Reads its own atomic files: the "
        "conversion from CSV is not counted. Vocabulary from all rows, the test rows too, no unknown id; numbers "
        "scaled to 0..1 by all rows, gaps filled with the mean of all rows; save_dataloaders pickles the three parts, "
        "each with a copy of the numbering.",
    ),
}


def main() -> None:
    """Measure every library and print a table and what each one does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--libraries", nargs="+", choices=LIBRARIES, default=list(LIBRARIES))
    parser.add_argument("--limit", type=float, default=1800, help="seconds after which a run is ended")
    parser.add_argument("--data", type=Path, default=default_folder(), help="folder for the made tables")
    parser.add_argument("--peers", type=Path, default=default_folder() / "peers", help="folder for environments")
    parser.add_argument("--out", type=Path, help="file for the figures as JSON")
    chosen = parser.parse_args()
    files = cut(made(chosen.data, chosen.rows), (chosen.data / f"parts_{chosen.rows}").resolve())
    pythons = _environments(chosen.libraries, chosen.peers)
    runs: dict[str, list[Measured]] = {name: [] for name in pythons}
    for number in range(chosen.repeat):
        for name, python in pythons.items():
            runs[name].append(_run(name, python, files, chosen))
            print(f"{name} {number + 1}: {runs[name][-1].seconds:.1f} s", file=sys.stderr, flush=True)
    size = sum(files[part].stat().st_size for part in SHARES)
    print(f"\n{chosen.rows:,} rows, {size / 1e6:,.0f} MB, {chosen.threads} threads, {chosen.repeat} times round\n")
    print_table(runs)
    installed = {name: versions(python, LIBRARIES[name].packages) for name, python in pythons.items()}
    numbers = {name: [run.numbers() for run in found] for name, found in runs.items()}
    results = {"rows": chosen.rows, "bytes": size, "threads": chosen.threads, "versions": installed, "runs": numbers}
    write_results(chosen.out, results)


def cut(path: Path, folder: Path) -> dict[str, Path]:
    """The table in three consecutive parts, each also as RecBole's atomic file. Written once, not part of any figure.

    Returns:
        The CSV file of each part, and as 'atomic' the folder above that of the atomic files.
    """
    files = {part: folder / f"{part}.csv" for part in SHARES}
    atomic = folder / "rows"
    if not (folder / "whole").exists():
        atomic.mkdir(parents=True, exist_ok=True)
        with path.open(encoding="utf-8") as source:
            header = source.readline()
            total = sum(1 for _ in source)
            source.seek(len(header))
            names = header.rstrip("\n").split(",")
            typed = "\t".join(f"{name}:{'token' if name in IDS else 'float'}" for name in names) + "\n"
            for part, share in SHARES.items():
                with files[part].open("w") as rows, (atomic / f"rows.{part}.inter").open("w") as inter:
                    rows.write(header)
                    inter.write(typed)
                    for _ in range(round(total * share)):
                        line = source.readline()
                        rows.write(line)
                        inter.write(line.replace(",", "\t"))
        (folder / "whole").touch()
    return files | {"atomic": folder}


def _environments(names: list[str], folder: Path) -> dict[str, Path]:
    """The Python of each library that can be installed; says why the others cannot."""
    found = {}
    for name in names:
        steps = LIBRARIES[name].steps
        try:
            found[name] = (
                environment((folder / name.partition("_")[0]).resolve(), *steps) if steps else Path(sys.executable)
            )
        except subprocess.CalledProcessError as error:
            print(f"{LIBRARIES[name].title} is left out, it could not be installed: {error}")
    return found


def _run(name: str, python: Path, files: dict[str, Path], chosen: argparse.Namespace) -> Measured:
    """One library once, in an empty folder that is removed afterwards."""
    folder = files["atomic"] / f"made_by_{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    task = {part: str(files[part]) for part in SHARES} | {"data": str(files["atomic"]), "folder": str(folder)}
    columns = {"numbers": NUMBERS, "ids": IDS, "label": LABEL}
    order = files["atomic"] / f"{name}.json"
    order.write_text(
        json.dumps(task | columns | {"block": min(LIBRARIES[name].parts, round(chosen.rows * SHARES["test"]))}),
        encoding="utf-8",
    )
    command: list[str | Path] = [python, *LIBRARIES[name].script, order]
    threads = {"CTR_THREADS": str(chosen.threads)}
    run = measure(command, threads=chosen.threads, env=threads, limit=chosen.limit)
    shutil.rmtree(folder, ignore_errors=True)
    return run


def print_table(runs: dict[str, list[Measured]]) -> None:
    """A line for each library that ran, the reason for each that did not, and what they do."""
    whole = {name: found for name, found in runs.items() if all(run.code == 0 for run in found)}
    medians = {name: spread([run.seconds for run in found])["median"] for name, found in whole.items()}
    fastest = min((seconds for name, seconds in medians.items() if not name.startswith("ours")), default=None)
    print("| library | seconds (min / median / max) | x fastest peer | peak MB | without files | written MB | ids |")
    print("|---|---|---|---|---|---|---|")
    for name, found in whole.items():
        seconds, answer = spread([run.seconds for run in found]), found[0].answer()
        cells = [
            f"| {LIBRARIES[name].title}",
            f"{seconds['min']:.1f} / {seconds['median']:.1f} / {seconds['max']:.1f}",
            f"{seconds['median'] / fastest:.2f}" if fastest else "",
            f"{max(run.peak for run in found) / 1e6:,.0f}",
            f"{max(run.own for run in found) / 1e6:,.0f}",
            f"{answer['bytes'] / 1e6:,.0f}",
            f"{answer['vocabulary']:,} |",
        ]
        print(" | ".join(cells))
    print(
        "\nPeak memory is the resident size of the process and all it started, shared pages counted once. Pages of "
        "memory-mapped files count while they are resident; 'without files' leaves them out. Written are the encoded "
        "parts with their vocabulary.\n"
    )
    for name, found in runs.items():
        failed = [run for run in found if run.code != 0]
        why = f" LEFT OUT, it failed: {failed[0].reason()}" if failed else ""
        print(f"- {LIBRARIES[name].title}: {LIBRARIES[name].does}{why}")


if __name__ == "__main__":
    main()
