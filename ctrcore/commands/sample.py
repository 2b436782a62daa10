"""`sample`: the demo, or sample data of one's own size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ctrcore.commands.options import changed, given, settings_of
from ctrcore.commands.output import as_json, note, print_json, print_metrics
from ctrcore.commands.places import open_workspace
from ctrcore.data.shop.config import ShopConfig


@click.command()
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a simulated shop to this folder instead, as large as the options below say.",
)
@click.option("--format", "ending", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@click.option(
    "--rebuild", is_flag=True, help="Make the project's own sample data anew: the shop and its trained models."
)
@as_json
@settings_of(ShopConfig, "shop")
def sample(*, to: Path | None, ending: str, rebuild: bool, json_: bool, **options: Any) -> None:
    """Install the demo (a simulated shop, five models trained on it) in the workspace."""
    config = changed(ShopConfig(), given(options, "shop"), "shop")
    if rebuild and (to is not None or config != ShopConfig()):
        raise click.UsageError("--rebuild makes the sample data as it is in the project, so it takes no other option.")
    if rebuild:
        _rebuild(json_)
    elif to is None:
        _install(json_)
    else:
        _write(to, ending, config, json_)


def _rebuild(json_: bool) -> None:
    from ctrcore.data.shop.files import write_shop
    from ctrcore.data.simulate import simulate
    from ctrcore.runs.build_demo import build_demo
    from ctrcore.runs.demo import SAMPLE_DATA

    shop = simulate()
    write_shop(shop, SAMPLE_DATA / "shop")
    note(f"{len(shop.impressions):,} impressions and their truth are in {SAMPLE_DATA / 'shop'}.")
    result = build_demo(SAMPLE_DATA, note)
    if json_:
        print_json(result)


def _install(json_: bool) -> None:
    from ctrcore.runs.demo import install_demo

    workspace = open_workspace()
    ids = install_demo(workspace)
    figures = {run_id: workspace.run(run_id).metrics() or {} for run_id in ids}
    if json_:
        print_json({"workspace": str(workspace.root), "runs": ids})
    else:
        click.echo(f"The demo is in {workspace.root}.")
        print_metrics("test rows", {run_id: metrics["test"] for run_id, metrics in figures.items() if metrics})


def _write(folder: Path, ending: str, config: ShopConfig, json_: bool) -> None:
    from ctrcore.data.shop.files import TABLES, write_shop
    from ctrcore.data.simulate import simulate
    from ctrcore.runs.files import replacing

    shop = simulate(config)
    folder.mkdir(parents=True, exist_ok=True)
    if ending == "parquet":
        write_shop(shop, folder)
    else:
        for name in TABLES:
            with replacing(folder / f"{name}.csv") as path:
                getattr(shop, name).to_csv(path, index=False)
    shop.recipe().data_schema.save(folder / "schema.json")
    if json_:
        print_json({"folder": str(folder), "rows": len(shop.impressions), "best_auc": shop.best_auc()})
    else:
        click.echo(f"{len(shop.impressions):,} impressions and their truth are in {folder}.")
        click.echo(f"Best reachable AUC over all rows: {shop.best_auc():.4f}")
