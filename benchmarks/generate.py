"""A made table in the form of Criteo's: a label, 13 numbers, 26 categorical columns, as many rows as wanted.

    python -m benchmarks.generate 2000000 --folder FOLDER

The numbers are skewed and have gaps. The ids are eight hexadecimal digits and drawn by Zipf's law from vocabularies of
10 to 500,000 values. Whether a row is a click depends on some numbers, on some ids and on pairs of ids, so that a
factorisation machine finds more than a logistic regression. Rows are written in chunks: memory does not grow with them.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int64]

NUMERIC = 13
WITH_DECIMALS = (5, 8, 12)  # the other numbers are counts
VOCABULARIES = (
    *(10, 10, 15, 20, 20, 30, 50, 80, 100, 150, 300, 500, 800, 1_200, 2_000, 3_000, 5_000, 8_000, 10_000),
    *(20_000, 40_000, 80_000, 120_000, 200_000, 350_000, 500_000),
)
PAIRS = ((3, 6), (5, 9), (8, 11), (2, 14))  # categorical columns whose values act together
ALONE = (1, 4, 7, 10, 13, 17)  # those that act by themselves
FACTORS = 4
CHUNK = 100_000
# The same names as columns of the file, for everything that needs to be told them.
NUMBERS = [f"I{number + 1}" for number in range(NUMERIC)]
IDS = [f"C{number + 1}" for number in range(len(VOCABULARIES))]
LABEL = "label"


@dataclass(frozen=True)
class World:
    """What is the same for all rows: the ids, and what they do to the click probability."""

    texts: list[pa.Array]
    alone: dict[int, Floats]
    factors: dict[int, Floats]

    @classmethod
    def of(cls, seed: int) -> World:
        rng = np.random.default_rng([seed, 0])
        texts = []
        for size in VOCABULARIES:
            # An odd factor modulo 2 ** 32 maps different ranks to different numbers.
            numbers = (np.arange(size) * 2_654_435_761 + int(rng.integers(2**32))) % 2**32
            texts.append(pa.array([f"{number:08x}" for number in numbers.tolist()]))
        alone = {column: rng.normal(0, 0.3, VOCABULARIES[column]) for column in ALONE}
        paired = {column for pair in PAIRS for column in pair}
        factors = {column: rng.normal(0, 0.7, (VOCABULARIES[column], FACTORS)) for column in sorted(paired)}
        return cls(texts, alone, factors)


def generate(path: Path, rows: int, seed: int = 0) -> Path:
    """Write a table of `rows` rows to `path`, as a CSV with a header; an unfinished file is never left under that name.

    The same rows and seed give the same file.
    """
    world = World.of(seed)
    unfinished = path.with_suffix(".part")
    style = pa.csv.WriteOptions(quoting_style="none", quoting_header="none")
    writer: pa.csv.CSVWriter | None = None
    for number, start in enumerate(range(0, rows, CHUNK)):
        chunk = _chunk(world, np.random.default_rng([seed, 1, number]), min(CHUNK, rows - start))
        if writer is None:
            writer = pa.csv.CSVWriter(unfinished, chunk.schema, write_options=style)
        writer.write_table(chunk)
    if writer is not None:
        writer.close()
    return unfinished.replace(path)


def made(folder: Path, rows: int, seed: int = 0) -> Path:
    """The table of that size in `folder`, written now unless it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"clicks_{rows}_{seed}.csv"
    return path if path.exists() else generate(path, rows, seed)


def default_folder() -> Path:
    """Where tables are written if nobody says where."""
    return Path(tempfile.gettempdir()) / "ctr_benchmarks"


def _chunk(world: World, rng: np.random.Generator, rows: int) -> pa.Table:
    logit = np.full(rows, -1.6)
    numbers: list[pa.Array] = []
    for position in range(NUMERIC):
        scale = 3.0 * 1.5**position
        value = scale * rng.gamma(0.7, size=rows)
        value = np.round(value, 3) if position in WITH_DECIMALS else np.floor(value)
        gaps = rng.random(rows) < 0.04 * position
        numbers.append(pa.array(value if position in WITH_DECIMALS else value.astype(np.int64), mask=gaps))
        if position % 4 == 0:
            logit += np.where(gaps, 0.2, 0.3 * (value / scale - 0.7))
    ranks = [_zipf(rng, size, rows) for size in VOCABULARIES]
    for column, weights in world.alone.items():
        logit += weights[ranks[column]]
    for left, right in PAIRS:
        logit += (world.factors[left][ranks[left]] * world.factors[right][ranks[right]]).sum(axis=1)
    ids = []
    for column, rank in enumerate(ranks):
        gaps = rng.random(rows) < (0.03 if column % 5 == 4 else 0.0)
        ids.append(world.texts[column].take(pa.array(rank, mask=gaps)))
    clicks = pa.array((rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(np.int8))
    return pa.table([clicks, *numbers, *ids], names=[LABEL, *NUMBERS, *IDS])


def _zipf(rng: np.random.Generator, size: int, rows: int, exponent: float = 1.1) -> Ranks:
    """Ranks 0 to size - 1, the probability of rank r about (r + 1) ** -exponent: the inverse of the integral."""
    end = (size + 1.0) ** (1 - exponent)
    found = (1 + rng.random(rows) * (end - 1)) ** (1 / (1 - exponent))
    ranks: Ranks = np.minimum(found.astype(np.int64) - 1, size - 1)
    return ranks


def main() -> None:
    """Write one table and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=default_folder())
    chosen = parser.parse_args()
    path = made(chosen.folder, chosen.rows, chosen.seed)
    print(f"{path}: {chosen.rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
