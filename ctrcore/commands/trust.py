"""`trust`: how far a model's attention, gates and contributions may be believed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctrcore.commands.output import as_json, bar, note, print_json, print_table
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.errors import RunError

if TYPE_CHECKING:
    from ctrcore.explain.trust.card import Card, TrustOptions
    from ctrcore.runs.run import Run


@click.command()
@click.argument("run")
@click.option("--rows", type=click.IntRange(20, 100_000), default=500, show_default=True, help="Judged rows, at most.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option(
    "--retrain", is_flag=True, help="Also train short models: on shuffled clicks (T8), with other seeds (T9)."
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write the card to this HTML file.")
@as_json
def trust(run: str, *, rows: int, seed: int, retrain: bool, html: Path | None, json_: bool) -> None:
    """Put the pictures of RUN (id, beginning of an id, name or 'last') to the test, check by check.

    Its attention or gates and its contributions, each by checks of its own over a sample of its judged rows; and the
    checks of the model itself (T0, T10, T14), which no picture answers for.
    """
    from ctrcore.explain.trust.card import TrustOptions
    from ctrcore.explain.trust.check import DEFINITIONS, Thresholds, overall, verdict
    from ctrcore.explain.trust.words import WORDS_OF, figure_text, in_one_sentence, interval_text

    if html is not None and not html.absolute().parent.is_dir():
        raise RunError(f"There is no folder '{html.parent}'.", "Make it first, or write the card elsewhere.")
    card = _card(find_run(open_workspace(), run), TrustOptions(seed=seed, rows=rows, retrain=retrain))
    thresholds = Thresholds()
    if html is not None:
        from ctrcore.report.trust import trust_html

        html.write_text(trust_html(card, thresholds), encoding="utf-8")
        note(f"Written to {html}.")
    if json_:
        verdicts = {
            method: {"overall": overall(checks, thresholds)} | {one.id: verdict(one, thresholds) for one in checks}
            for method, checks in card.methods.items()
        }
        print_json(card.model_dump(mode="json") | {"verdicts": verdicts})
        return
    click.echo(f"{card.name}: sample of {card.rows:,} of {card.judged:,} judged rows, {card.seconds:.0f} s")
    for method, checks in card.methods.items():
        lines = [
            [
                f"{one.id} {DEFINITIONS[one.id].title}",
                WORDS_OF[verdict(one, thresholds)],
                figure_text(one.id, one.value),
                interval_text(one),
                f"{one.rows:,}" if one.rows else "",
                one.says,
            ]
            for one in checks
        ]
        click.echo()
        print_table(
            f"{method}: {in_one_sentence(checks, thresholds)}", ["check", "", "figure", "95 %", "rows", "found"], lines
        )


def _card(run: Run, options: TrustOptions) -> Card:
    """The card that the Trust page keeps with the run under the same options, or else a new one."""
    from pydantic import ValidationError

    from ctrcore.explain.trust.card import Card
    from ctrcore.runs.studies import find_study
    from ctrcore.runs.trust_job import trust_card

    study = find_study(run, "trust", options.model_dump())
    kept = study.result() if study is not None and study.state == "done" else None
    if kept is not None:
        try:
            card = Card.model_validate(kept)
        except ValidationError:
            note("The card kept with the run is of another version of CTR Lens, so it is made anew.")
        else:
            note("Found among the run's studies.")
            return card
    with bar("putting the pictures to the test") as tell:
        return trust_card(run, options, lambda done, _message: tell(done))
