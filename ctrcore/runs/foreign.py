"""Whether the files of a run that came from elsewhere are what they say. Each is written again from what was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from ctrcore.data.encoding import Encoder
from ctrcore.errors import CtrLensError, RunError
from ctrcore.language import mark, say
from ctrcore.runs.files import parse_lines, write_lines, write_text
from ctrcore.runs.repairs import Repairs
from ctrcore.runs.results import RunMetrics, Summaries
from ctrcore.runs.run import Manifest
from ctrcore.schema import EncodedField

if TYPE_CHECKING:
    import pyarrow as pa

    from ctrcore.training.saving import ModelCard

REMEDY = mark("Use a file made by the export of this app, unchanged.")
MAX_ROWS = 20_000_000
MAX_PARAMETERS = 250_000_000
M = TypeVar("M", bound=BaseModel)


class EventRecord(BaseModel):
    """A line of `events.jsonl`."""

    epoch: int
    step: int
    seconds: float
    learning_rate: float | None
    rows_per_second: float | None


class StepRecord(EventRecord):
    """Progress within an epoch."""

    kind: Literal["step"]
    steps: int
    loss: float | None
    eta: float | None


class EpochRecord(EventRecord):
    """The end of an epoch."""

    kind: Literal["epoch"]
    train_loss: float | None
    valid_auc: float | None
    valid_log_loss: float | None
    best: bool
    stopped: bool


def accept(folder: Path) -> str:
    """Check every file of the run in `folder`, which holds nothing else yet.

    Returns:
        The device it was trained on.

    Raises:
        RunError: at the first file that is not what it says, or does not fit the others.
    """
    manifest = _json(folder / "manifest.json", Manifest)
    figures = _json(folder / "metrics.json", RunMetrics)
    if (folder / "explain.json").exists():
        summaries = _json(folder / "explain.json", Summaries)
        write_text(folder / "explain.json", summaries.model_dump_json(indent=1, exclude_unset=True))
    if (folder / "repairs.json").exists():
        repairs = _json(folder / "repairs.json", Repairs)
        write_text(folder / "repairs.json", repairs.model_dump_json(indent=1, exclude_none=True))
    _events(folder / "events.jsonl")
    encoder = _encoder(folder / "encoder.json")
    _model(folder, manifest, encoder.fields)
    _predictions(folder / "predictions.parquet")
    return figures.device


def _json(path: Path, kind: type[M]) -> M:
    try:
        value = kind.model_validate_json(path.read_bytes())
    except (ValidationError, CtrLensError, RecursionError) as error:
        raise RunError(
            say("The file {name} in the archive does not hold what it should.", name=path.name), REMEDY
        ) from error
    write_text(path, value.model_dump_json(indent=1))
    return value


def _events(path: Path) -> None:
    adapter: TypeAdapter[StepRecord | EpochRecord] = TypeAdapter(StepRecord | EpochRecord)
    records = parse_lines(path.read_bytes())[0]
    try:
        checked = [adapter.validate_python(record, strict=False) for record in records]
    except ValidationError as error:
        raise RunError(
            say("The file {name} in the archive does not hold what it should.", name=path.name), REMEDY
        ) from error
    write_lines(path, (record.model_dump() for record in checked))


def _encoder(path: Path) -> Encoder:
    try:
        encoder = Encoder.from_json(path.read_text(encoding="utf-8"))
    except (CtrLensError, UnicodeDecodeError, RecursionError) as error:
        raise RunError(
            say("The file {name} in the archive does not hold what it should.", name=path.name), REMEDY
        ) from error
    write_text(path, encoder.to_json())
    return encoder


def _model(folder: Path, manifest: Manifest, fields: list[EncodedField]) -> None:
    """The weights have the shapes of the model that the other files describe. None of them is loaded before."""
    from ctrcore.training.saving import ModelCard

    card = _json(folder / "model.json", ModelCard)
    if card.config != manifest.spec.model or card.fields != fields:
        raise RunError(say("The model in the archive does not fit its own manifest or encoder."), say(REMEDY))
    expected = _shapes(card)
    found = _header(folder / "model.safetensors")
    if found != expected:
        raise RunError(say("The weights in the archive do not have the shapes of the model."), say(REMEDY))


def _shapes(card: ModelCard) -> dict[str, tuple[str, list[int]]]:
    """Type and shape of each weight, from a model on the 'meta' device, which allocates nothing."""
    import torch

    from ctrcore.models.registry import build

    size = sum(field.size for field in card.fields if field.kind != "history") * card.config.embedding_size
    if size > MAX_PARAMETERS:
        raise RunError(say("The model in the archive is too large."), say(REMEDY))
    names = {torch.float32: "F32", torch.int64: "I64", torch.int32: "I32", torch.bool: "BOOL"}
    try:
        with torch.device("meta"):
            model = build(card.config, card.fields)
    except CtrLensError as error:
        raise RunError(say("The model in the archive cannot be built."), say(REMEDY)) from error
    return {name: (names[value.dtype], list(value.shape)) for name, value in model.state_dict().items()}


def _header(path: Path) -> dict[str, tuple[str, list[int]]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - not a dict
            return {name: (str(part.get_dtype()), list(part.get_shape())) for name, part in slices.items()}
    except (SafetensorError, OSError, ValueError) as error:
        raise RunError(say("The weights in the archive cannot be read."), say(REMEDY)) from error


def _predictions(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from ctrcore.runs.running import write_predictions

    broken = RunError(say("The predictions in the archive cannot be read."), say(REMEDY))
    kinds: dict[str, Callable[[pa.DataType], bool]] = {
        "split": lambda kind: pa.types.is_dictionary(kind) and _is_text(kind.value_type),
        "row": pa.types.is_integer,
        "label": pa.types.is_floating,
        "group": pa.types.is_integer,
        "logit": pa.types.is_floating,
    }
    try:
        # a text that repeats for a million rows is kept once
        with pq.ParquetFile(path, read_dictionary=["split"]) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
            known = schema.names == list(kinds) and all(kinds[one.name](one.type) for one in schema)
            if not known or rows > MAX_ROWS:
                raise broken
            table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise broken from error
    splits = {text for chunk in table["split"].chunks for text in chunk.dictionary.to_pylist()}
    labels = set(pc.unique(table["label"]).to_pylist()) if table.num_rows else set()
    finite = pc.all(pc.is_finite(table["logit"])).as_py() if table.num_rows else True
    once = table.num_rows == 0 or (
        pc.count_distinct(table["row"]).as_py() == table.num_rows and pc.min(table["row"]).as_py() >= 0
    )
    if (
        not once
        or any(column.null_count for column in table)
        or not splits <= {"valid", "test"}
        or not labels <= {0, 1}
        or not finite
    ):
        raise broken
    frame = table.to_pandas()
    write_predictions(path, frame.assign(split=frame["split"].astype(str)))


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
