"""`sample`: the demo, or sample data of one's own size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ctrcore.commands.options import changed, given, settings_of
from ctrcore.commands.output import as_json, print_json, print_metrics
from ctrcore.commands.places import open_workspace
from ctrcore.data.shop.config import ShopConfig


@click.command()
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a simulated shop to this folder instead, as large as the options below say.",
)
@click.option("--format", "ending", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@as_json
@settings_of(ShopConfig, "shop")
def sample(*, to: Path | None, ending: str, json_: bool, **options: Any) -> None:
    """Install the demo (a simulated shop, five models trained on it) in the workspace."""
    if to is None:
        _install(json_)
    else:
        _write(to, ending, changed(ShopConfig(), given(options, "shop"), "shop"), json_)


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
    from ctrcore.data.simulate import simulate
    from ctrcore.runs.files import replacing

    shop = simulate(config)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"impressions": shop.impressions, "users": shop.users, "items": shop.items}
    tables |= {"behaviours": shop.behaviours, "truth": shop.truth}
    for name, table in tables.items():
        with replacing(folder / f"{name}.{ending}") as path:
            if ending == "csv":
                table.to_csv(path, index=False)
            else:
                table.to_parquet(path, index=False)
    shop.recipe().data_schema.save(folder / "schema.json")
    if json_:
        print_json({"folder": str(folder), "rows": len(shop.impressions), "best_auc": shop.best_auc()})
    else:
        click.echo(f"{len(shop.impressions):,} impressions and their truth are in {folder}.")
        click.echo(f"Best reachable AUC over all rows: {shop.best_auc():.4f}")
