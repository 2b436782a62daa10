"""Runs as zip files: the round trip, and everything that somebody may have done to one."""

from __future__ import annotations

import io
import json
import re
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load, save

from ctrcore.comparing.repair import KINDS
from ctrcore.errors import RunError
from ctrcore.runs import archive as archive_module
from ctrcore.runs import foreign
from ctrcore.runs.archive import ARCHIVE, LIMITS, unpack
from ctrcore.runs.repairs import fit_repairs, repairs_of
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.worker import Reporter
from ctrcore.runs.workspace import Workspace
from tests.trained import Trained

Files = dict[str, bytes]


def packed(files: Files, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def exported(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Each run as a zip file, with repairs."""
    root = tmp_path_factory.mktemp("exported") / "copy"
    shutil.copytree(trained.workspace.root, root)
    copy = Workspace(root)
    for run_id in trained.runs.values():
        fit_repairs(copy.run(run_id))
    return {name: copy.export(run_id) for name, run_id in trained.runs.items()}


def check(folder: Path, data: bytes) -> None:
    """What the import's own process does, in this one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARCHIVE).write_bytes(data)
    write_status(folder, JobStatus("queued"))
    unpack(folder, Reporter(folder, ""))


def test_round_trip(trained: Trained, exported: dict[str, bytes], tmp_path: Path) -> None:
    other = Workspace(tmp_path)
    run_id = other.import_run(exported["din"])
    found, original = other.run(run_id), trained.workspace.run(trained.runs["din"])
    assert (found.state, found.spec, found.device) == ("done", original.spec, "cpu")
    assert found.metrics() == original.metrics()
    assert found.events() == original.events()
    assert found.explanations() == original.explanations()
    assert list(repairs_of(found)) == list(KINDS)
    pd.testing.assert_frame_equal(found.predictions(), original.predictions())
    assert found.encoder().to_json() == original.encoder().to_json()
    weights = found.load_model().state_dict()
    assert all((value == weights[name]).all() for name, value in original.load_model().state_dict().items())
    assert [run.id for run in other.runs()] == [run_id]
    assert {path.name for path in found.folder.iterdir() if path.name[0] != "."} == {
        *LIMITS,
        "status.json",
        "worker.lock",
    }
    assert other.export(run_id) == other.export(run_id)


def test_every_models_export_is_accepted(exported: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in exported.items():
        check(tmp_path / name, data)


def test_a_run_without_repairs_is_accepted_too(trained: Trained, tmp_path: Path) -> None:
    other = Workspace(tmp_path)
    assert repairs_of(other.run(other.import_run(trained.workspace.export(trained.runs["lr"])))) == {}


def _json(change: Callable[[dict[str, object]], object]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        value = json.loads(data)
        change(value)
        return json.dumps(value).encode()

    return apply


def _weights(change: Callable[[dict[str, np.ndarray]], object]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        tensors = load(data)
        change(tensors)
        return save(tensors)

    return apply


def _predictions(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        buffer = io.BytesIO()
        change(pd.read_parquet(io.BytesIO(data))).to_parquet(buffer, index=False)
        return buffer.getvalue()

    return apply


CHANGES: list[tuple[str, str, Callable[[bytes], bytes]]] = [
    ("garbled manifest", "manifest.json", lambda data: data[:50]),
    ("manifest of another kind", "manifest.json", lambda data: b"[1, 2]"),
    ("deep manifest", "manifest.json", lambda data: b"[" * 200_000),
    ("unknown setting", "manifest.json", _json(lambda value: value.update(shell="rm"))),
    ("setting out of bounds", "manifest.json", _json(lambda value: value["spec"]["training"].update(epochs=10**9))),
    ("another model", "manifest.json", _json(lambda value: value["spec"].update(model={"name": "lr"}))),
    ("metrics of another kind", "metrics.json", _json(lambda value: value.update(test={"auc": "high"}))),
    ("metrics with more", "metrics.json", _json(lambda value: value.update(more=1))),
    ("explanations of another kind", "explain.json", lambda data: b'{"pairs": {"rows": 1}}'),
    ("explanations of other length", "explain.json", _json(lambda v: v["importance"]["fields"].append("x"))),
    ("garbled repairs", "repairs.json", lambda data: data[:-9]),
    ("repairs of another kind", "repairs.json", lambda data: b"[]"),
    ("a slope without end", "repairs.json", lambda data: re.sub(rb'("slope":) *[^,]+', rb"\1 1e999", data)),
    ("a slope that is no number", "repairs.json", _json(lambda v: v["platt"].update(slope=float("nan")))),
    ("a curve that falls", "repairs.json", _json(lambda v: v["isotonic"]["y"].reverse())),
    ("a probability of 1", "repairs.json", _json(lambda v: v["isotonic"].update(x=[0, 1], y=[0.5, 1]))),
    ("a curve too long", "repairs.json", _json(lambda v: v["isotonic"].update(x=[*range(600_000)], y=[0.5] * 600_000))),
    ("a repair of another name", "repairs.json", _json(lambda v: v.update(beta=v.pop("platt")))),
    ("a repair in the wrong place", "repairs.json", _json(lambda v: v.update(platt=v["isotonic"]))),
    ("events of another kind", "events.jsonl", lambda data: b'{"kind": "epoch", "epoch": "one"}\n'),
    ("garbled encoder", "encoder.json", lambda data: data[:-20]),
    ("encoder in another encoding", "encoder.json", lambda data: "é".encode("latin-1")),
    ("fields of another encoder", "encoder.json", _json(lambda v: v["vocabularies"]["category"]["words"].append("x"))),
    ("garbled model", "model.json", lambda data: b"{}"),
    ("huge model", "model.json", _json(lambda value: value["fields"][0].update(size=10**12))),
    ("no weights", "model.safetensors", lambda data: b""),
    ("pickle for weights", "model.safetensors", lambda data: b"\x80\x04cos\nsystem\n(S'true'\ntR."),
    ("huge header", "model.safetensors", lambda data: struct.pack("<Q", 2**62) + data[8:]),
    ("other shape", "model.safetensors", _weights(lambda t: t.update({"embedding.table": t["embedding.table"][:-1]}))),
    ("other type", "model.safetensors", _weights(lambda t: t.update({"bias": t["bias"].astype(np.float64)}))),
    ("one weight more", "model.safetensors", _weights(lambda t: t.update(extra=np.zeros(3)))),
    ("one weight less", "model.safetensors", _weights(lambda t: t.pop("bias"))),
    ("no parquet", "predictions.parquet", lambda data: b"PAR1" + b"\x00" * 100 + b"PAR1"),
    ("a column less", "predictions.parquet", _predictions(lambda frame: frame.drop(columns="group"))),
    ("another split", "predictions.parquet", _predictions(lambda frame: frame.assign(split="train"))),
    ("scores that are no numbers", "predictions.parquet", _predictions(lambda f: f.assign(logit=float("nan")))),
    ("scores without end", "predictions.parquet", _predictions(lambda f: f.assign(logit=float("inf")))),
    ("labels that are none", "predictions.parquet", _predictions(lambda frame: frame.assign(label=np.float32(2)))),
    (
        "a row twice",
        "predictions.parquet",
        _predictions(lambda f: f.assign(row=f["row"].replace(f["row"][1], f["row"][0]))),
    ),
    ("a row before the first", "predictions.parquet", _predictions(lambda f: f.assign(row=f["row"] - f["row"].max()))),
    ("text for rows", "predictions.parquet", _predictions(lambda frame: frame.assign(row="x"))),
]


@pytest.mark.parametrize(("name", "change"), [pytest.param(n, c, id=what) for what, n, c in CHANGES])
def test_changed_files_are_refused(
    exported: dict[str, bytes], tmp_path: Path, name: str, change: Callable[[bytes], bytes]
) -> None:
    files = unpacked(exported["fm"])
    files[name] = change(files[name])
    with pytest.raises(RunError) as caught:
        check(tmp_path / "x", packed(files))
    assert caught.value.problem.endswith(".")
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize(
    "name", ["../evil.json", "/etc/evil.json", "a/manifest.json", "..\\evil", "evil.py", "MANIFEST.JSON", "x\x1b[2J"]
)
def test_unknown_names_are_refused(exported: dict[str, bytes], tmp_path: Path, name: str) -> None:
    with pytest.raises(RunError, match="no run has") as caught:
        check(tmp_path / "x" / "y", packed(unpacked(exported["fm"]) | {name: b"{}"}))
    assert "\x1b" not in str(caught.value)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {ARCHIVE, "status.json"}


def test_missing_doubled_and_strangely_packed_files(exported: dict[str, bytes], tmp_path: Path) -> None:
    files = unpacked(exported["fm"])
    with pytest.raises(RunError, match="has no encoder"):
        check(tmp_path / "a", packed({name: data for name, data in files.items() if name != "encoder.json"}))
    with pytest.raises(RunError, match="packed in an unknown way"):
        check(tmp_path / "b", packed(files, zipfile.ZIP_BZIP2))
    doubled = packed(files)
    with pytest.raises(RunError, match="twice"):
        check(tmp_path / "c", doubled.replace(b"metrics.json", b"explain.json"))
    for number, data in enumerate((b"", b"PK", doubled[:-30], b"x" * 1000, doubled[: len(doubled) // 2])):
        with pytest.raises(RunError, match="not a zip archive"):
            check(tmp_path / str(number), data)


def test_a_bomb_is_stopped_while_it_inflates(
    exported: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "metrics.json", 3_000_000)
    data = packed(unpacked(exported["fm"]) | {"metrics.json": b" " * 60_000_000})
    assert len(data) < 1_000_000
    lying = data.replace(struct.pack("<L", 60_000_000), struct.pack("<L", 100))  # whatever its headers say
    for number, bomb in enumerate((data, lying)):
        with pytest.raises(RunError):
            check(tmp_path / str(number), bomb)
        assert (tmp_path / str(number) / "metrics.json").stat().st_size <= 3_000_000


@pytest.mark.parametrize(("limit", "problem"), [("MAX_ROWS", "predictions"), ("MAX_PARAMETERS", "too large")])
def test_tables_and_models_that_are_too_large(
    exported: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, problem: str
) -> None:
    monkeypatch.setattr(foreign, limit, 150)  # there are 200 rows, and more weights
    with pytest.raises(RunError, match=problem):
        check(tmp_path / "x", exported["fm"])


def test_a_refused_import_leaves_nothing_behind(exported: dict[str, bytes], tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with pytest.raises(RunError, match="no run has"):
        workspace.import_run(packed(unpacked(exported["fm"]) | {"../evil": b""}))
    assert list((tmp_path / "runs").iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"datasets", "runs", "scores"}


def test_an_import_that_never_ends_is_stopped(
    exported: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "PATIENCE", 0.0)
    with pytest.raises(RunError, match="too long"):
        Workspace(tmp_path).import_run(exported["fm"])
    assert list((tmp_path / "runs").iterdir()) == []


def test_an_archive_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTR_MAX_UPLOAD", "10")
    with pytest.raises(RunError, match="too large"):
        Workspace(tmp_path).import_run(b"x" * 11)
