"""Folders that appear and disappear in one step, so that what can be seen is whole."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LEFTOVER_AGE = 24 * 3600.0  # seconds after which a half-made folder belongs to nobody


@contextmanager
def new_folder(place: Path) -> Iterator[Path]:
    """A hidden folder that becomes `place` when the block ends well, and is removed otherwise."""
    hidden = place.with_name(f".new-{place.name}-{secrets.token_hex(4)}")
    hidden.mkdir()
    try:
        yield hidden
        hidden.rename(place)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def remove_folder(place: Path) -> None:
    """Make the folder disappear, then delete its files."""
    trash = place.with_name(f".trash-{place.name}")
    place.rename(trash)
    shutil.rmtree(trash, ignore_errors=True)


def visible(parent: Path) -> list[str]:
    """Names of the folders that are whole."""
    return [path.name for path in parent.iterdir() if not path.name.startswith(".")]


def link(source: Path, target: Path) -> None:
    """The same file under another name, or a copy of it where the disk knows no second names."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def sweep(parent: Path) -> None:
    """Remove half-made and half-removed folders of processes that were killed."""
    for path in parent.glob(".*-*"):
        if path.name.startswith((".new-", ".trash-")) and _age(path) > LEFTOVER_AGE:
            shutil.rmtree(path, ignore_errors=True)


def _age(path: Path) -> float:
    """Seconds since the folder was changed; 0 if another process has renamed it or removed it by now."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
