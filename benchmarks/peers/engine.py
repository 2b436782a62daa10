"""One CSV to one Parquet file by one engine, or one Parquet file read back column by column.

    python engine.py ENGINE inferred|text FILE.csv FILE.parquet THREADS MEMORY_MB
    python engine.py back FILE.parquet THREADS

Runs in an environment that has pyarrow, polars and duckdb. The last line printed is a JSON object.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

BATCH_BYTES = 1 << 20  # larger ones make pyarrow need more memory and no less time
GROUP_ROWS = 122_880  # DuckDB's own; the others are told the same


def by_pyarrow(kind: str, source: Path, target: Path, threads: int, _memory: int) -> None:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    pa.set_cpu_count(threads)
    with source.open(encoding="utf-8") as file:
        names = file.readline().rstrip("\n").split(",")
    convert = pa.csv.ConvertOptions(
        strings_can_be_null=True, column_types=dict.fromkeys(names, pa.string()) if kind == "text" else None
    )
    read = pa.csv.ReadOptions(block_size=BATCH_BYTES)
    with (
        pa.csv.open_csv(source, read_options=read, convert_options=convert) as batches,
        pq.ParquetWriter(target, batches.schema, compression="snappy") as writer,
    ):
        kept: list[pa.RecordBatch] = []
        for batch in batches:
            kept.append(batch)
            if sum(map(len, kept)) >= GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(kept))
                kept = []
        if kept:
            writer.write_table(pa.Table.from_batches(kept))


def by_polars(kind: str, source: Path, target: Path, _threads: int, _memory: int) -> None:
    import polars as pl

    pl.scan_csv(source, infer_schema=kind == "inferred", infer_schema_length=20_000).sink_parquet(
        target, compression="snappy", row_group_size=GROUP_ROWS
    )


def by_duckdb(kind: str, source: Path, target: Path, threads: int, memory: int) -> None:
    import duckdb

    with duckdb.connect(config={"threads": threads, "memory_limit": f"{memory}MB"}) as connection:
        connection.execute(f"SET temp_directory = '{target.with_suffix('.spill')}'")
        connection.execute("SET preserve_insertion_order = true")  # row numbers mean something
        text = ", all_varchar = true" if kind == "text" else ""
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{source}', header = true{text})) TO '{target}' "
            f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {GROUP_ROWS})"
        )


ENGINES: dict[str, Callable[[str, Path, Path, int, int], None]] = {
    "pyarrow": by_pyarrow,
    "polars": by_polars,
    "duckdb": by_duckdb,
}


def convert(engine: str, kind: str, source: str, target: str, *limits: str) -> dict[str, object]:
    """Write the Parquet file, then look at it."""
    threads, memory = limits
    started = time.perf_counter()
    ENGINES[engine](kind, Path(source), Path(target), int(threads), int(memory))
    seconds = time.perf_counter() - started

    import pyarrow.parquet as pq

    meta = pq.read_metadata(target)
    types = [str(field.type) for field in meta.schema.to_arrow_schema()]
    return {
        "inside_seconds": seconds,
        "rows": meta.num_rows,
        "groups": meta.num_row_groups,
        "bytes": Path(target).stat().st_size,
        "types": {name: types.count(name) for name in sorted(set(types))},
    }


def back(source: str, threads: str) -> dict[str, object]:
    """Read every column once, one at a time; texts as a dictionary and positions in it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(int(threads))
    started = time.perf_counter()
    texts = 0.0
    schema = pq.read_schema(source)
    for field in schema:
        is_text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type) or "view" in str(field.type)
        begun = time.perf_counter()
        column = pq.read_table(source, columns=[field.name], read_dictionary=[field.name] if is_text else [])
        if is_text:
            column[field.name].unify_dictionaries()
            texts += time.perf_counter() - begun
    return {"columns": len(schema), "seconds": time.perf_counter() - started, "text_seconds": texts}


if __name__ == "__main__":
    answer = back(*sys.argv[2:]) if sys.argv[1] == "back" else convert(*sys.argv[1:])
    print(json.dumps(answer))
