"""Which engine turns a CSV that is larger than memory into Parquet best.

    python -m benchmarks.reading [--rows 2000000 10000000] [--data FOLDER] [--peers FOLDER] [--out FILE.json]

pyarrow's streaming reader, polars' scan_csv().sink_parquet() and DuckDB's COPY with a memory limit, each with types
inferred and with everything as text, each in a process of its own. All write the same row groups and compression. Then
each file is read back column by column by pyarrow, texts as a dictionary.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from benchmarks.generate import default_folder, made
from benchmarks.measuring import Measured, environment, measure, spread, versions, write_results

ENGINES = ("pyarrow", "polars", "duckdb")
KINDS = ("inferred", "text")
PACKAGES = ("pyarrow==26.*", "polars", "duckdb")
SCRIPT = Path(__file__).parent / "peers" / "engine.py"


def main() -> None:
    """Convert each file with each engine and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000_000, 10_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", type=int, default=1000, help="DuckDB's limit in MB; the others have none")
    parser.add_argument("--data", type=Path, default=default_folder(), help="folder for the made tables")
    parser.add_argument("--peers", type=Path, default=default_folder() / "peers", help="folder for environments")
    parser.add_argument("--out", type=Path, help="file for the figures as JSON")
    chosen = parser.parse_args()
    python = environment(chosen.peers / "engines", PACKAGES)
    installed = versions(python, ENGINES)
    print(", ".join(f"{name} {version}" for name, version in installed.items()))
    results: dict[str, Any] = {"versions": installed, "threads": chosen.threads, "memory_limit_mb": chosen.memory}
    for rows in chosen.rows:
        source = made(chosen.data, rows)
        print(f"\n{rows:,} rows, {source.stat().st_size / 1e6:,.0f} MB\n")
        print(
            "| engine | types | seconds (min / median / max) | peak MB | without file pages | Parquet MB | read back |"
        )
        print("|---|---|---|---|---|---|---|")
        results[str(rows)] = _compare(python, source, chosen.repeat, chosen.threads, chosen.memory)
        write_results(chosen.out, results)


def _compare(python: Path, source: Path, repeat: int, threads: int, memory: int) -> dict[str, Any]:
    """All engines and kinds on one file, interleaved, so that a busy minute does not hit one of them alone."""
    runs: dict[str, list[Measured]] = {}
    backs: dict[str, list[Measured]] = {}
    for _ in range(repeat):
        for kind in KINDS:
            for engine in ENGINES:
                target = source.with_suffix(f".{engine}.{kind}.parquet")
                order: list[str | Path] = [python, SCRIPT, engine, kind, source, target, str(threads), str(memory)]
                run = measure(order, threads=threads)
                runs.setdefault(f"{engine} {kind}", []).append(run)
                if run.code == 0:
                    again = measure([python, SCRIPT, "back", target, str(threads)], threads=threads)
                    backs.setdefault(f"{engine} {kind}", []).append(again)
                target.unlink(missing_ok=True)
    for name, found in runs.items():
        print(_line(name, found, backs.get(name, [])), flush=True)
    return {
        name: {
            "runs": [run.numbers() for run in found],
            "read_back": [run.numbers() for run in backs.get(name, [])],
        }
        for name, found in runs.items()
    }


def _line(name: str, runs: list[Measured], backs: list[Measured]) -> str:
    start = "| " + name.replace(" ", " | ")
    failed = [run for run in runs if run.code != 0]
    if failed:
        return f"{start} | failed: {failed[0].reason()} | | | | |"
    seconds = spread([run.seconds for run in runs])
    read = spread([run.answer()["seconds"] for run in backs])
    return " | ".join(
        [
            start,
            f"{seconds['min']:.1f} / {seconds['median']:.1f} / {seconds['max']:.1f}",
            f"{max(run.peak for run in runs) / 1e6:.0f}",
            f"{max(run.own for run in runs) / 1e6:.0f}",
            f"{runs[0].answer()['bytes'] / 1e6:.0f}",
            f"{read['median']:.1f} s |",
        ]
    )


if __name__ == "__main__":
    main()
