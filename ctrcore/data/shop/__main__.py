"""`python -m ctrcore.data.shop FOLDER`: write the sample shop's files into the folder."""

from __future__ import annotations

from pathlib import Path

import click

from ctrcore.data.shop.config import ShopConfig
from ctrcore.data.shop.files import write_shop
from ctrcore.data.simulate import simulate


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=ShopConfig().seed, show_default=True, help="Seed of everything.")
def main(folder: Path, seed: int) -> None:
    """Write the sample shop (60,000 impressions and their truth) into FOLDER."""
    shop = simulate(ShopConfig(seed=seed))
    for path in write_shop(shop, folder):
        click.echo(f"{path}  {path.stat().st_size:,} bytes")
    click.echo(f"Best reachable AUC over all rows: {shop.best_auc():.4f}")


if __name__ == "__main__":
    main()
