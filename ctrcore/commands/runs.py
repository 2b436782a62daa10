"""`runs`: keeping order among the runs of the workspace."""

from __future__ import annotations

import time
from pathlib import Path

import click

from ctrcore.commands.output import as_json, note, print_json, print_metrics, print_table, run_record
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.errors import CtrLensError
from ctrcore.runs.files import replacing


@click.group()
def runs() -> None:
    """List, show, rename, cancel, resume, delete, export and import runs.

    RUN is an id, the beginning of one, a name, or 'last'.
    """


@runs.command("list")
@click.option("--state", type=click.Choice(["queued", "running", "done", "failed", "cancelled"]), help="Only these.")
@click.option("--tag", help="Only runs with this tag.")
@as_json
def list_(*, state: str | None, tag: str | None, json_: bool) -> None:
    """List runs, the newest first."""
    workspace = open_workspace()
    found = [run for run in workspace.runs() if state in (None, run.state) and (tag is None or tag in run.spec.tags)]
    if json_:
        print_json({"runs": [run_record(run) for run in found]})
        return
    rows = []
    for run in found:
        auc = ((run.metrics() or {}).get("test") or {}).get("auc")
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created))
        rows.append(
            [run.id, run.name, run.spec.model.name, run.spec.dataset, run.state, auc, when, ", ".join(run.spec.tags)]
        )
    print_table("", ["id", "name", "model", "dataset", "state", "test auc", "created", "tags"], rows)
    damaged = workspace.damaged_runs()
    if damaged:
        note(f"These runs cannot be read and can only be deleted: {', '.join(damaged)}.")


@runs.command()
@click.argument("run")
@click.option("--log", is_flag=True, help="Print the end of the log too.")
@as_json
def show(run: str, *, log: bool, json_: bool) -> None:
    """Show one run: its settings, how it stands, and its metrics."""
    found = find_run(open_workspace(), run)
    if json_:
        record = run_record(found) | {"spec": found.spec.model_dump(mode="json"), "size_bytes": found.size_bytes}
        print_json(record | ({"log": found.log()} if log else {}))
        return
    click.echo(f"{found.name} {found.id}: {found.state}, {found.progress:.0%} {found.message}")
    for title, part in (("model", found.spec.model), ("training", found.spec.training)):
        settings = ", ".join(f"{name}={value}" for name, value in part.model_dump().items())
        click.echo(f"{title}: {settings}")
    click.echo(f"dataset: {found.spec.dataset}; {found.size_bytes / 1e6:.1f} MB on disk")
    if found.error is not None:
        click.echo(f"error: {found.error}")
    figures = found.metrics()
    if figures is not None:
        print_metrics("", {part: figures[part] for part in ("valid", "test") if figures[part]})
    if log:
        click.echo(found.log())


@runs.command()
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
def delete(names: tuple[str, ...]) -> None:
    """Delete runs and all their files."""
    workspace = open_workspace()
    damaged = workspace.damaged_runs()
    for name in names:
        run_id = name if name in damaged else find_run(workspace, name).id
        workspace.delete(run_id)
        note(f"Deleted {run_id}.")


@runs.command()
@click.argument("run")
@click.argument("name")
def rename(run: str, name: str) -> None:
    """Give a run another name."""
    workspace = open_workspace()
    workspace.rename(find_run(workspace, run).id, name)


@runs.command()
@click.argument("run")
@click.argument("tags", nargs=-1)
def tag(run: str, tags: tuple[str, ...]) -> None:
    """Replace the tags of a run; without tags, remove them."""
    workspace = open_workspace()
    workspace.tag(find_run(workspace, run).id, tags)


@runs.command()
@click.argument("run")
def cancel(run: str) -> None:
    """Stop a run, and wait until it has stopped. Its last checkpoint stays."""
    workspace = open_workspace()
    found = find_run(workspace, run)
    workspace.cancel(found.id, wait=True)
    note(f"{found.name} is {workspace.run(found.id).state}.")


@runs.command()
@click.argument("run")
@click.option("--restart", is_flag=True, help="Start over instead of going on from the last checkpoint.")
def resume(run: str, *, restart: bool) -> None:
    """Go on with a cancelled or failed run, in the background."""
    workspace = open_workspace()
    found = find_run(workspace, run)
    workspace.resume(found.id, restart=restart)
    click.echo(found.id)


@runs.command()
@click.argument("run")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(run: str, file: Path) -> None:
    """Write a run to FILE, a zip archive of JSON, safetensors and Parquet."""
    workspace = open_workspace()
    data = workspace.export(find_run(workspace, run).id)
    with replacing(file) as temporary:
        temporary.write_bytes(data)
    note(f"{len(data) / 1e6:.1f} MB are in {file}.")


@runs.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def import_(files: tuple[Path, ...]) -> None:
    """Add runs from files made by 'runs export', and print their new ids."""
    workspace, failed = open_workspace(), False
    for file in files:
        try:
            click.echo(workspace.import_run(file.read_bytes()))
        except CtrLensError as error:
            note(f"{file}: {error}")
            failed = True
    if failed:
        click.get_current_context().exit(1)
