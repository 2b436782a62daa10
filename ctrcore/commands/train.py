"""`train`: one or several models on one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from pydantic import BaseModel

from ctrcore.commands.options import changed, given, parse_set, settings_of
from ctrcore.commands.output import as_json, note, print_json, print_metrics, run_record
from ctrcore.commands.places import open_workspace
from ctrcore.commands.profiled import Profiles
from ctrcore.commands.tables import open_table, table_options, take_options
from ctrcore.models.config import CONFIGS, ModelConfig
from ctrcore.runs.run import Run
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from ctrcore.training.presets import PRESETS, preset

SECTIONS: dict[str, type[BaseModel]] = {"training": TrainConfig, **CONFIGS}


class Sectioned(click.Command):
    """A command whose help shows its options under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                section = (parameter.name or "").partition("__")[0]
                groups.setdefault(section if section in SECTIONS else "options", []).append(record)
        titles = {name: config.title for name, config in CONFIGS.items()}
        for section, records in groups.items():
            with formatter.section(titles.get(section, section.capitalize())):
                formatter.write_dl(records)


def _model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, config in reversed(CONFIGS.items()):
        command = settings_of(config, name, prefix=f"{name}.", skip=("name",))(command)
    return command


@click.command(cls=Sectioned)
@click.argument("data")
@click.option(
    "--model",
    "models",
    multiple=True,
    type=click.Choice([*CONFIGS, "all"]),
    help="Model; may be repeated. [default fm]",
)
@click.option(
    "--preset",
    "preset_name",
    type=click.Choice(list(PRESETS)),
    default="standard",
    show_default=True,
    help="Settings to start from: " + "; ".join(f"{name}: {text}" for name, text in PRESETS.items()) + ".",
)
@click.option("--name", help="What the run is called.")
@click.option("--tag", "tags", multiple=True, help="A word to find the run by; may be repeated.")
@click.option("--set", "sets", multiple=True, metavar="SECTION.FIELD=VALUE", help="Any setting, as fm.dropout=0.1.")
@click.option("--background", is_flag=True, help="Queue the runs, print their ids and return.")
@click.option(
    "--profile",
    "profile",
    is_flag=False,
    flag_value="",
    metavar="[FOLDER]",
    help="Say where the time goes, and write a trace of a few steps, for Perfetto or chrome://tracing, to FOLDER. "
    "[default: the run's own folder] Give it after DATA.",
)
@as_json
@table_options
@settings_of(TrainConfig, "training")
@_model_options
def train(
    data: str,
    *,
    models: tuple[str, ...],
    preset_name: Any,
    name: str | None,
    tags: tuple[str, ...],
    sets: tuple[str, ...],
    background: bool,
    profile: str | None,
    json_: bool,
    **options: Any,
) -> None:
    """Train models on DATA, a file or the id of a dataset in the workspace.

    Settings that are not given come from the preset, so the defaults below hold for the presets that leave them alone.
    """
    if background and profile is not None:
        raise click.UsageError("A profile is made by a training that runs here: leave out --background or --profile.")
    chosen = list(CONFIGS) if "all" in models else list(dict.fromkeys(models or ("fm",)))
    changes = parse_set(sets, SECTIONS)
    for section in SECTIONS:
        changes[section] |= given(options, section)
    _configs(preset_name, chosen, changes)  # a wrong option is said before a large file is read
    workspace = open_workspace()
    dataset, recipe = open_table(workspace, data, take_options(options))
    specs = [
        RunSpec(name=name or "", dataset=dataset.id, recipe=recipe, model=config, training=training, tags=list(tags))
        for config, training in _configs(preset_name, chosen, changes, dataset.rows or 0)
    ]
    if background:
        _report([workspace.run(workspace.submit(spec)) for spec in specs], json_, background)
    else:
        profiles = None if profile is None else Profiles(profile)
        _report(_train_all(workspace, specs, profiles), json_, background, profiles)


def _configs(
    preset_name: Any, models: list[str], changes: dict[str, dict[str, Any]], rows: int = 0
) -> list[tuple[ModelConfig, TrainConfig]]:
    """The preset of each model with what the user said."""
    found = []
    for model in models:
        config, training = preset(preset_name, model, rows)
        found.append((changed(config, changes[model], model), changed(training, changes["training"], "training")))
    return found


def _train_all(workspace: Workspace, specs: list[RunSpec], profiles: Profiles | None) -> list[Run]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from ctrcore.runs.running import run_here

    runs: list[Run] = []
    title, message = TextColumn("{task.fields[title]:<8}"), TextColumn("{task.description}")
    with Progress(title, BarColumn(), TimeElapsedColumn(), message, console=Console(stderr=True)) as bars:
        for spec in specs:
            bar = bars.add_task("starting", total=1.0, title=spec.title)
            run = run_here(
                workspace,
                spec,
                on_status=lambda status, bar=bar: bars.update(  # type: ignore[misc]
                    bar, completed=status.progress, description=status.message
                ),
                watch=None if profiles is None else profiles.watch,
            )
            if profiles is not None:
                profiles.keep(run)
            runs.append(run)
            if run.state == "cancelled":
                break
    return runs


def _report(runs: list[Run], json_: bool, background: bool, profiles: Profiles | None = None) -> None:
    if json_:
        print_json({"runs": [run_record(run) | (profiles.record(run) if profiles else {}) for run in runs]})
    elif background:
        for run in runs:
            click.echo(run.id)
    else:
        measured = {f"{run.name} {run.id}": run.metrics() or {} for run in runs if run.state == "done"}
        for part in ("valid", "test"):
            rows = {label: metrics[part] for label, metrics in measured.items() if metrics[part]}
            if rows:
                print_metrics(f"{part} rows", rows)
        if profiles is not None:
            for run in runs:
                profiles.show(run)
    for run in runs:
        if run.error is not None:
            note(f"{run.name}: {run.error}")
        elif run.state == "cancelled":
            note(f"{run.name} was cancelled. Go on with 'python -m ctrcore runs resume {run.id}'.")
    if any(run.state in ("failed", "cancelled") for run in runs):
        click.get_current_context().exit(1)
