"""From a file of rows to a file of scores, slice by slice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any, Protocol

from ctrcore.errors import DataError
from ctrcore.runs.scoring import Scored

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.stored import Stored, Table

OWN = ("row", "logit", "probability")
PARQUET = (".parquet", ".pq")


@contextmanager
def stored_rows(path: Path, progress: Callable[[float], None] | None = None) -> Iterator[Stored]:
    """A file's rows as a stored table, which lies in a temporary folder as long as the block lasts.

    Raises:
        DataError: the file cannot be read as a table.
    """
    from ctrcore.data.layouts.plan import Part
    from ctrcore.data.reading import store_part
    from ctrcore.data.stored import Stored

    with TemporaryDirectory(prefix="ctrcore-") as folder:
        target = Path(folder) / "rows.parquet"
        store_part(Part(path), target, progress=progress)
        yield Stored(target)


class ScoreFile(Protocol):
    """A file that takes scored rows."""

    def write(self, part: Scored) -> None:
        """Append consecutive rows."""


def kept_names(table: Table, keep: Sequence[str]) -> dict[str, str]:
    """The columns of the table that go into the file, by the name they have there: the scores' own names are taken.

    Raises:
        DataError: the table has no such column.
    """
    there = [str(name) for name in table.columns]
    for name in keep:
        if name not in there:
            raise DataError(f"The file has no column '{name}' to keep.", f"Its columns are: {', '.join(there[:50])}.")
    return {_free(name, there): name for name in dict.fromkeys(keep)}


def scores_of(part: Scored, kept: dict[str, str]) -> pd.DataFrame:
    """Row (its position in the file, from 0), the model's logit, probability and the kept columns."""
    import pandas as pd

    own = pd.DataFrame({"row": part.rows.index, "logit": part.logit, "probability": part.probability})
    return own.assign(**{shown: part.rows[name].reset_index(drop=True) for shown, name in kept.items()})


@contextmanager
def score_file(path: Path, table: Stored, keep: Sequence[str] = (), *, parquet: bool = False) -> Iterator[ScoreFile]:
    """Open a file for scores: CSV, or Parquet if its name or `parquet` says so.

    Args:
        path: the file to write.
        table: the rows that are scored.
        keep: columns of the table that stand beside the scores.
        parquet: write Parquet whatever the name.

    Raises:
        DataError: the table has no such column.
    """
    kept = kept_names(table, keep)
    if not parquet and path.suffix not in PARQUET:
        with path.open("w", encoding="utf-8", newline="") as text:
            yield CsvScores(text, kept)
        return
    import pyarrow.parquet as pq

    schema = _schema(table, kept)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        yield _Parquet(writer, schema, kept)


class CsvScores:
    """Scores as CSV on an open stream.

    Args:
        text: the stream.
        kept: the columns to keep (`kept_names`).
    """

    def __init__(self, text: IO[str], kept: dict[str, str]) -> None:
        self._text, self._kept, self._begun = text, kept, False

    def write(self, part: Scored) -> None:
        """Append consecutive rows; the header comes with the first ones."""
        frame = scores_of(part, self._kept)
        for name in self._kept:
            if frame[name].dtype == object:
                frame[name] = frame[name].map(joined)
        frame.to_csv(self._text, index=False, header=not self._begun)
        self._begun = True


class _Parquet:
    def __init__(self, writer: Any, schema: Any, kept: dict[str, str]) -> None:
        self._writer, self._schema, self._kept = writer, schema, kept

    def write(self, part: Scored) -> None:
        import pyarrow as pa

        frame = scores_of(part, self._kept)
        # a slice of whole numbers with gaps came as floats, or as texts: it goes back to what the column is
        columns = [pa.Array.from_pandas(frame[field.name]).cast(field.type) for field in self._schema]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))


def _schema(table: Stored, kept: dict[str, str]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    own = [("row", pa.int64()), ("logit", pa.float32()), ("probability", pa.float64())]
    of_table = pq.read_schema(table.path)
    return pa.schema([*own, *((shown, of_table.field(name).type) for shown, name in kept.items())])


def _free(name: str, there: Sequence[str]) -> str:
    """A name that is not one of the scores' own, nor that of another column."""
    if name not in OWN:
        return name
    free = f"{name}_of_file"
    while free in there:
        free += "_"
    return free


def joined(cell: object) -> object:
    """A list as a text with | between its members; any other cell as it is."""
    if hasattr(cell, "tolist"):  # as Parquet gives it back
        cell = cell.tolist()
    return "|".join(map(str, cell)) if isinstance(cell, list) else cell
