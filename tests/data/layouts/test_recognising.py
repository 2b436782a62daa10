"""Each layout is known by its files, and by no others."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctrcore.data.layouts.heads import Files
from ctrcore.data.layouts.plan import Plan
from ctrcore.data.layouts.recognising import LAYOUTS, files_in, is_zip, plan_for, recognise, unpack
from ctrcore.data.reading import Limits
from ctrcore.errors import DataError
from ctrcore.schema import Schema
from tests.data.layouts.frames import joined, tables, write
from tests.data.layouts.samples import SAMPLES, Named, ordinary

WAYS = ("plain", "gzipped", "Windows line ends", "no last line end", "folder", "zip with a top folder")


def place(named: Named, way: str, folder: Path) -> dict[str, Path]:
    """The files in one of the ways in which they may come."""
    if way == "gzipped":
        return write({name + ".gz": gzip.compress(content) for name, content in named.items()}, folder)
    if way == "Windows line ends":
        return write({name: content.replace(b"\n", b"\r\n") for name, content in named.items()}, folder)
    if way == "no last line end":
        return write({name: content.removesuffix(b"\n") for name, content in named.items()}, folder)
    if way == "folder":
        inner = folder / "in" / "data" / "set-1"
        inner.mkdir(parents=True)
        for name, content in {**named, ".hidden": b"x", "README": b"x"}.items():
            (inner / name).write_bytes(content)
        return files_in(folder / "in")
    if way == "zip with a top folder":
        with zipfile.ZipFile(folder / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("set-1/", b"")
            for name, content in named.items():
                archive.writestr(f"set-1/{name}", content)
                archive.writestr(f"__MACOSX/set-1/._{name}", b"\0\5\26\7")
        (folder / "out").mkdir()
        assert is_zip(folder / "set.zip")
        return unpack(folder / "set.zip", folder / "out", Limits())
    return write(named, folder)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_recognised_and_read_however_it_comes(sample: str, way: str, tmp_path: Path) -> None:
    layout, make = SAMPLES[sample]
    plan = recognise(place(make(), way, tmp_path))
    assert plan is not None
    assert plan.layout == layout
    assert plan.title == LAYOUTS[layout].title
    found = tables(plan)
    assert len(found["rows"]) == 60
    plain = recognise(write(make(), tmp_path / "plain"))
    assert plain is not None
    for name, table in tables(plain).items():
        pd.testing.assert_frame_equal(found[name], table)
    assert plan.hints.columns == plain.hints.columns


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_of_no_other_layout(sample: str, tmp_path: Path) -> None:
    """Not by its own names, and not by the order in which layouts are asked."""
    layout, make = SAMPLES[sample]
    for other, known in LAYOUTS.items():
        found = known.recognise(Files(write(make(), tmp_path)))
        # Training, validation and test files of any kind are also given parts, which therefore come last.
        expected = other == layout or (other == "given_parts" and sample in ("criteo_named", "ali_ccp"))
        assert (found is not None) == expected, other
    assert list(LAYOUTS)[-1] == "given_parts"


@pytest.mark.parametrize("case", ordinary())
def test_ordinary_files_are_of_no_layout(case: str, tmp_path: Path) -> None:
    files = write(ordinary()[case], tmp_path)
    assert recognise(files) is None
    for layout in LAYOUTS:
        with pytest.raises(DataError, match="do not look like"):
            plan_for(layout, files)


def test_the_sample_data_are_ordinary_files() -> None:
    """What this project's own simulator makes is guessed, alone and all together."""
    files = {path.name: path for path in (Path(__file__).parents[3] / "sample_data" / "shop").iterdir()}
    assert files
    assert recognise(files) is None
    assert all(recognise({name: path}) is None for name, path in files.items())


def test_the_user_may_say_which_layout_it_is(tmp_path: Path) -> None:
    renamed = {
        "movielens_100k": ("u.data", "u.user", "u.item"),
        "movielens_1m": ("movies.dat", "ratings.dat", "users.dat"),
    }
    for sample, (layout, make) in SAMPLES.items():
        named = make()
        if sample in renamed:
            named = dict(zip("abc", [named[name] for name in renamed[sample]], strict=True))
        plan = plan_for(layout, write(named, tmp_path / sample))
        assert plan.layout == layout
        assert len(tables(plan)["rows"]) == 60
        if sample in renamed:
            assert plan.users is not None
            assert plan.items is not None
            assert "release_year" in tables(plan)["items"]
    with pytest.raises(DataError, match="no layout 'nonsense'"):
        plan_for("nonsense", {})


def check_hints(plan: Plan, frame: pd.DataFrame) -> None:
    """What is said of the columns makes a schema that goes with the table."""
    hints = plan.hints
    names = [column.name for column in hints.columns]
    assert len(set(names)) == len(names)
    assert all(column.reason.endswith(".") and column.reason[0].isupper() for column in hints.columns)
    assert plan.why.endswith(".")
    assert all(note.endswith(".") for note in hints.notes)
    for name in (hints.label, hints.user, hints.item, hints.time):
        assert name is None or name in frame.columns
    known = [column for column in hints.columns if column.name in frame.columns]
    Schema(label=hints.label or "made", columns=known)
    if plan.layout != "given_parts":  # of which only the label and histories are known
        assert set(frame.columns) <= set(names)
    if hints.log is None:
        assert hints.label is not None
        return
    assert hints.label is None
    log = hints.log
    for name in (log.user, log.item, log.time, log.rating, log.action, *log.history_columns):
        assert name is None or name in frame.columns
    if log.positive_actions:
        assert set(log.positive_actions) <= set(frame[str(log.action)])
    if log.rating_threshold is not None:
        assert 0 < (frame[str(log.rating)] >= log.rating_threshold).sum() < len(frame)


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_is_known_of_the_columns_goes_with_the_table(sample: str, tmp_path: Path) -> None:
    plan = recognise(write(SAMPLES[sample][1](), tmp_path))
    assert plan is not None
    frame = joined(plan)
    assert len(frame) == 60
    check_hints(plan, frame)
    for name in ("valid", "test"):
        part = getattr(plan, name)
        if part is not None:
            assert list(tables(plan)[name]) == list(tables(plan)["rows"])


def test_files_in_deeper_folders_are_found_after_those_above(tmp_path: Path) -> None:
    files = write({"old/u.data": b"1\t1\t1\t880000000\n", "u.data": SAMPLES["movielens_100k"][1]()["u.data"]}, tmp_path)
    plan = recognise(files)
    assert plan is not None
    assert plan.rows.path == files["u.data"]


def test_a_byte_order_mark_and_utf_16_are_seen_through(tmp_path: Path) -> None:
    text = SAMPLES["movielens_sample"][1]()["movielens_sample.txt"].decode()
    for encoding in ("utf-8-sig", "utf-16"):
        plan = recognise(write({"x.csv": text.encode(encoding)}, tmp_path))
        assert plan is not None
        assert plan.layout == "movielens_sample"
        assert tables(plan)["rows"]["title"].tolist()[0] in text


def test_what_is_not_read_of_several_files_is_said(tmp_path: Path) -> None:
    rows = SAMPLES["taobao"][1]()["UserBehavior.csv"]
    plan = recognise(write({"a.csv": rows, "b.csv": rows, "c.csv": rows}, tmp_path))
    assert plan is not None
    assert "only 'a.csv' is read, not 'b.csv' and 'c.csv'." in plan.hints.notes[-1]


def test_only_the_beginning_of_a_file_is_read(tmp_path: Path) -> None:
    """A line of a megabyte, and what stands behind the head, do not matter."""
    start = SAMPLES["taobao"][1]()["UserBehavior.csv"]
    late = start * 200 + b"not,at,all\n"
    assert len(late) > 1 << 17
    plan = recognise(write({"a.csv": late}, tmp_path / "late"))
    assert plan is not None
    assert recognise(write({"a.csv": start[:5] + b"1" * (1 << 20)}, tmp_path / "long")) is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_in_a_file_raises(data: st.DataObject, tmp_path: Path) -> None:
    """Random bytes, and samples with some bytes changed, give a plan or none."""
    names = sorted({name for _, make in SAMPLES.values() for name in make()})
    name = data.draw(st.sampled_from(names))
    if data.draw(st.booleans()):
        content = data.draw(st.binary(max_size=200))
    else:
        sample = data.draw(st.sampled_from(sorted(SAMPLES)))
        content = bytearray(next(iter(SAMPLES[sample][1]().values()))[:2000])
        for _ in range(data.draw(st.integers(1, 5))):
            place = data.draw(st.integers(0, len(content) - 1))
            content[place : place + 1] = data.draw(st.binary(max_size=3))
        content = bytes(content)
    plan = recognise(write({name: content}, tmp_path))
    assert plan is None or plan.layout in LAYOUTS


def test_files_that_are_gone(tmp_path: Path) -> None:
    assert recognise({"u.data": tmp_path / "gone"}) is None
    assert recognise({}) is None
    assert not is_zip(tmp_path / "gone")
    assert not is_zip(write({"a": io.BytesIO(b"a,b\n").getvalue()}, tmp_path)["a"])
