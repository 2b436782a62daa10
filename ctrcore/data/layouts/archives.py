"""Zip files and folders of a dataset: bounded, and nothing is written outside the folder meant for it."""

from __future__ import annotations

import errno
import lzma
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ctrcore.data.formats.limits import Limits
from ctrcore.errors import DataError

MOST_MEMBERS = 1000
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
BLOCK = 1 << 20
OFFICE = {"[content_types].xml", "mimetype"}


def is_zip(path: Path) -> bool:
    """True if the first bytes are those of a zip file, be it one of an office program."""
    try:
        with path.open("rb") as file:
            return file.read(4) in (ZIP, EMPTY_ZIP)
    except OSError:
        return False


def unpack(path: Path, into: Path, limits: Limits) -> dict[str, Path]:
    """Unpack the files of a zip into an existing folder, where they get numbers for names.

    Hidden files, READMEs and what macOS adds are left out; a single folder around everything is left off the names.

    Returns:
        Where each file is, by its name in the zip.

    Raises:
        DataError: the zip is damaged, encrypted, too large, or holds a link or a name that points outside.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _checked(archive.infolist(), limits)
            left = limits.max_bytes
            files: dict[str, Path] = {}
            for number, (name, member) in enumerate(members.items()):
                target = into / f"{number:04d}"
                left -= _write(archive, member, target, left, limits)
                files[name] = target
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DataError(
                "The disk has no room for the unpacked files.", "Make room, or upload fewer files."
            ) from error
        raise _damaged() from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError) as error:
        raise _damaged() from error
    except (NotImplementedError, RuntimeError) as error:
        raise DataError(
            "The zip file is packed in a way that is not read here.", "Pack it again in the ordinary way, or unpack it."
        ) from error
    return _without_top(files)


def files_in(folder: Path) -> dict[str, Path]:
    """The files of a folder and of the folders in it, by their names below it; links are not followed.

    Raises:
        DataError: there are too many, or there is no such folder.
    """
    if not folder.is_dir():
        raise DataError(f"There is no folder '{folder.name}'.", "Check its name.")
    files: dict[str, Path] = {}
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(base, name)
            below = path.relative_to(folder).as_posix()
            if _is_wanted(below) and path.is_file() and not path.is_symlink():
                files[below] = path
                _check_count(len(files), "folder")
    return _without_top(files)


def _damaged() -> DataError:
    return DataError("The zip file is damaged or cut off.", "Make it again and upload it.")


def _checked(infos: list[zipfile.ZipInfo], limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """The members to unpack by name, if none of all members is a danger."""
    _check_count(len(infos), "zip file")
    names = {info.filename.lower() for info in infos}
    if names & OFFICE:
        raise DataError(
            "The file is a workbook or document of an office program, not a table of text.", "Save the sheet as CSV."
        )
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or name[1:2] == ":" or "\0" in info.orig_filename:
            raise DataError(
                f"The zip file holds '{name[:60]}', a name that points outside of it.", "Make the zip file again."
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            raise DataError(f"The zip file holds the link '{name[:60]}'.", "Pack the file itself, not a link to it.")
        if info.flag_bits & 1:
            raise DataError("The zip file is encrypted.", "Unpack it, and pack it without a password.")
        if info.is_dir() or not _is_wanted(name):
            continue
        if name in members:
            raise DataError(f"The zip file holds '{name[:60]}' twice.", "Make the zip file again.")
        members[name] = info
    limits.check(0, 0, 0, sum(info.file_size for info in members.values()))
    if not members:
        raise DataError("The zip file holds no files.", "Put the tables into it and upload it again.")
    return members


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, limits: Limits) -> int:
    """Unpack one member and return its bytes, which are counted because what the zip says of them may be a lie."""
    size = 0
    with archive.open(member) as source, target.open("wb") as file:
        while block := source.read(BLOCK):
            size += len(block)
            if size > left:
                limits.check(0, 0, 0, limits.max_bytes + 1)
            file.write(block)
    return size


def _check_count(count: int, what: str) -> None:
    if count > MOST_MEMBERS:
        raise DataError(f"The {what} holds more than {MOST_MEMBERS:,} files.", "Keep only the tables in it.")


def _is_wanted(name: str) -> bool:
    parts = name.split("/")
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return not hidden and bool(parts[-1]) and not parts[-1].lower().startswith("readme")


def _without_top(files: dict[str, Path]) -> dict[str, Path]:
    """Names without the folder that all of them are in, such as ml-100k/."""
    while files and len({name.split("/")[0] for name in files}) == 1 and all("/" in name for name in files):
        files = {name.split("/", 1)[1]: path for name, path in files.items()}
    return files
