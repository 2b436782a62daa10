"""`report`: everything on chosen models in one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ctrcore.commands.options import changed, given, settings_of
from ctrcore.commands.output import bar, note
from ctrcore.commands.places import find_contenders, open_workspace
from ctrcore.errors import RunError
from ctrcore.report.options import SECTIONS, Options


class Sections(click.ParamType[tuple[str, ...]]):
    """Names of sections with commas between them."""

    name = "sections"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names as a tuple, each once."""
        names = tuple(dict.fromkeys(part.strip() for part in str(value).split(",") if part.strip()))
        if not names:
            self.fail(f"Choose at least one section; there are {', '.join(SECTIONS)}.", param, ctx)
        unknown = [name for name in names if name not in SECTIONS]
        if unknown:
            self.fail(f"'{unknown[0]}' is no section; there are {', '.join(SECTIONS)}.", param, ctx)
        return names


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--outside", "outside", multiple=True, metavar="NAME", help="Scores of another system; may be repeated.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="The file to write.",
)
@settings_of(Options, "report", skip=("sections",))
@click.option("--sections", type=Sections(), help=f"Only these, with commas between: {', '.join(SECTIONS)}.")
def report(
    runs: tuple[str, ...],
    *,
    outside: tuple[str, ...],
    out: Path,
    sections: tuple[Any, ...] | None,
    **options: Any,
) -> None:
    """Write one HTML file on RUNS (ids, beginnings of ids, names or 'last'): data, settings, curves, tests, reasons.

    The file holds all it needs: it opens offline, asks no server for anything, and prints well.
    """
    from ctrcore.report import write_report

    if not out.absolute().parent.is_dir():
        raise RunError(f"There is no folder '{out.parent}'.", "Make it first, or write the report elsewhere.")
    chosen = given(options, "report") | ({"sections": sections} if sections is not None else {})
    wanted = changed(Options(), chosen, "report")
    found = find_contenders(open_workspace(), runs, outside)
    with bar("writing the report") as tell:
        write_report(found, out, wanted, lambda done, _next: tell(done))
    note(f"Written to {out} ({out.stat().st_size / 1e6:.1f} MB).")
