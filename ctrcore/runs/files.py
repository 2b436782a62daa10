"""Small files that several processes share: whole or absent, cheap to read again."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

Record = dict[str, Any]
Signature = tuple[int, int, int]
T = TypeVar("T")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well: readers never see half a file."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file in one step. Numbers that are no numbers (NaN) become null, as JSON has none."""
    write_text(path, json.dumps(finite(value), indent=1, ensure_ascii=False, allow_nan=False))


def read_json(path: Path) -> Record | None:
    """The object in a JSON file; None if the file is missing, torn, or holds something else."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def write_lines(path: Path, records: Iterable[Record]) -> None:
    """Write a file of JSON lines in one step."""
    write_text(path, "".join(json.dumps(finite(record), allow_nan=False) + "\n" for record in records))


def append_line(path: Path, record: Record) -> None:
    """Append one JSON line, in one write."""
    line = json.dumps(finite(record), allow_nan=False) + "\n"
    with path.open("ab") as file:
        file.write(line.encode())


def parse_lines(data: bytes) -> tuple[list[Record], int]:
    """The records of complete lines and how many bytes they took; a torn last line waits for its end.

    A line that is no JSON object is left out: it can only be the scar of a crash.
    """
    end = data.rfind(b"\n") + 1
    records = []
    for line in data[:end].splitlines():
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            records.append(record)
    return records, end


def signature(path: Path) -> Signature | None:
    """Changes whenever the file is replaced or appended to; None if there is no file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return (stat.st_mtime_ns, stat.st_ino, stat.st_size)


class FileCache(Generic[T]):
    """Parsed files, parsed again only when they change. Pages list all runs at every rerun, so this is what is hot."""

    def __init__(self, parse: Callable[[Path], T], size: int) -> None:
        self._parse, self._size = parse, size
        self._kept: OrderedDict[Path, tuple[Signature, T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: Path) -> T | None:
        """The parsed file, or None if there is none. Errors of the parser pass through."""
        now = signature(path)
        if now is None:
            return None
        with self._lock:
            kept = self._kept.get(path)
        if kept is not None and kept[0] == now:
            return kept[1]
        value = self._parse(path)
        with self._lock:
            self._kept[path] = (now, value)
            self._kept.move_to_end(path)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return value


class LineCache:
    """Growing files of JSON lines: each look reads only what was appended since the last one."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Path, tuple[int, int, list[Record]]] = OrderedDict()  # inode, offset, records
        self._lock = threading.Lock()

    def get(self, path: Path) -> list[Record]:
        """All complete records so far; an empty list if there is no file."""
        with self._lock:
            try:
                with path.open("rb") as file:
                    stat = os.fstat(file.fileno())
                    inode, offset, records = self._kept.get(path, (stat.st_ino, 0, []))
                    if inode != stat.st_ino or stat.st_size < offset:  # replaced, as a resumed run does
                        inode, offset, records = stat.st_ino, 0, []
                    if stat.st_size > offset:
                        file.seek(offset)
                        new, taken = parse_lines(file.read())
                        offset, records = offset + taken, [*records, *new]
            except OSError:
                self._kept.pop(path, None)
                return []
            self._kept[path] = (inode, offset, records)
            self._kept.move_to_end(path)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
            return list(records)


def finite(value: Any) -> Any:
    """Replace NaN and infinities, which JSON cannot say, by None; numpy numbers and arrays become plain ones."""
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    if isinstance(value, float) and not (float("-inf") < value < float("inf")):
        return None
    return value
