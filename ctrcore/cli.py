"""The shell's door to everything the pages do: `python -m ctrcore COMMAND`.

Exit codes: 0 it went well, 1 something is wrong with the data or the run (two sentences say what), 2 the command was
typed wrongly. Results go to the standard output, everything else to the standard error.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import click

from ctrcore import __version__
from ctrcore.errors import CtrLensError
from ctrcore.threads import WAITING

COMMANDS = {  # what `--help` shows without importing what the commands need
    "sample": "Install the demo, or write sample data to a folder.",
    "add": "Read files of any size into the workspace, to be used on the pages.",
    "profile": "Look at a table: its columns, what they seem to mean, and what to beware of.",
    "train": "Train one or several models on a table.",
    "evaluate": "Measure a trained model, on its own test rows or on a file.",
    "compare": "Compare trained models and other systems: metrics, costs, and which differences are more than chance.",
    "report": "Write all of it on chosen models to one HTML file that opens offline.",
    "outside": "Add scores of other systems, to be compared with trained models.",
    "calibrate": "Repair a model's probabilities, and show what that changes.",
    "predict": "Score the rows of a file with a trained model.",
    "recommend": "Make the lists of items that a model ranks highest for users, with reasons.",
    "explain": "Show why a model gave a row its score.",
    "importance": "Show what each field is worth to a model, over many rows.",
    "trust": "Put a model's attention, gates and contributions to the test: how far may they be believed?",
    "runs": "List, show, rename, cancel, resume, delete, export and import runs.",
}


class Commands(click.Group):
    """Imports a command when it is called, and turns a user's errors into two sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"ctrcore.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CtrLensError as error:
            click.echo(error.problem, err=True)
            click.echo(error.remedy, err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of datasets and runs; by default CTR_WORKSPACE, or 'workspace' here.",
)
@click.version_option(__version__, prog_name="ctrcore")
def cli(workspace: Path | None) -> None:
    """Train click-through-rate models, compare them, and look inside."""


def main() -> None:
    """Run the command line."""
    for name, value in WAITING.items():
        os.environ.setdefault(name, value)
    cli(prog_name="python -m ctrcore")
