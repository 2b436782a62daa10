"""What came out of a scored file: figures, warnings, the first rows, and the file to take away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.comparing.repair import Kind
from ctrcore.figures.export import to_csv_of
from ctrcore.figures.scores import probability_histogram
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.run import Run
from ctrcore.runs.scoring import ScoreReport
from ctrcore.runs.scorings import Scoring
from ctrcore.words import WORDS
from pages.shared.charts import chart
from pages.shared.tools import plain

REPAIR_LABELS: Spoken[Kind | None] = Spoken(
    {
        None: mark("as the model gives them"),
        "platt": mark("repaired (Platt)"),
        "isotonic": mark("repaired (isotonic)"),
    }
)
SHOWN = 200
LARGE = 2_000_000  # rows from which on a CSV is too large for a browser
NEW = 0.5  # share of values new to the model from which on a warning is due


def show_results(run: Run, scoring: Scoring) -> None:
    """Figures, warnings, the rows, and the file to take away."""
    report = scoring.report()
    _figures(report)
    if report.repair is not None:
        st.caption(
            say(
                "Probabilities: {repaired}, fitted on the run's validation rows. Logits are the model's "
                "own, so the sigmoid of a logit is not the probability here.",
                repaired=REPAIR_LABELS[report.repair],
            )
        )
    _warnings(report)
    _download(scoring, report)
    with st.grid(2, min_column_width=380):
        edges = [place / len(report.histogram) for place in range(len(report.histogram) + 1)]
        chart(
            probability_histogram(report.histogram, run.spec.model.name, report.mean_probability or 0.0),
            key="score-histogram",
            title=say("How the probabilities lie"),
            help_text=WORDS["probability"],
            read=say(
                "Each bar counts the rows with that predicted probability. Rows far to the right are the ones to show "
                "first."
            ),
            beware=say(
                "A high bar on the left is normal: clicks are rare. The shape says nothing on whether the scores "
                "are right."
            ),
            alt_text=say(
                "Histogram of {rows:,} predicted probabilities, mean {mean:.3f}",
                rows=report.rows,
                mean=report.mean_probability or 0,
            ),
            data=lambda: pd.DataFrame({"from": edges[:-1], "to": edges[1:], "rows": report.histogram}),
        )
        with st.container(border=True, height="stretch"):
            shown = scoring.head(SHOWN)
            st.markdown(
                "#### " + (say("First {count} rows", count=len(shown)) if report.rows > len(shown) else say("The rows"))
            )
            st.dataframe(
                shown,
                hide_index=True,
                key="score-preview",
                height="stretch",
                alt=say("Scored rows: position in the file, probability, logit, and the file's own columns"),
                column_order=["row", "probability", "logit", *list(shown.columns)[3:]],
                column_config={
                    "row": st.column_config.NumberColumn("row", help=say("Position in the file, from 0."), pinned=True),
                    "probability": st.column_config.ProgressColumn(
                        "probability", min_value=0.0, max_value=1.0, format="%.4f", help=WORDS["probability"]
                    ),
                    "logit": st.column_config.NumberColumn("logit", format="%.4f", help=WORDS["logit"]),
                },
            )
    with st.expander(say("What was read, filled in and left out"), icon=":material/fact_check:"):
        _details(report)


def _figures(report: ScoreReport) -> None:
    """The numbers at the top."""
    with st.grid(5, min_column_width=120):
        st.metric(say("Rows"), f"{report.rows:,}")
        if report.mean_probability is not None:
            st.metric(
                say("Mean probability"), f"{report.mean_probability:.1%}", help=say("The share of clicks to expect.")
            )
        for name, title in (("auc", "AUC"), ("log_loss", "Log-loss"), ("pcoc", "PCOC")):
            value = report.metrics.get(name)
            if value is not None:
                st.metric(
                    title,
                    f"{value:.4f}",
                    help=say(
                        "On {labelled:,} rows with a label. {meaning}", labelled=report.labelled, meaning=WORDS[name]
                    ),
                )


def _warnings(report: ScoreReport) -> None:
    """What makes scores less worth than they look."""
    new = [name for name, share in report.unknown_share.items() if share >= NEW and name not in report.missing]
    if report.missing:
        stand_ins = ", ".join(f"{name} = {text}" for name, text in report.missing.items())
        st.warning(
            say(
                "**The file lacks {count} of the model's columns.**  \nEach row got the same instead: {stand_ins}.",
                count=len(report.missing),
                stand_ins=plain(stand_ins),
            ),
            icon=":material/warning:",
        )
    if new:
        st.warning(
            say(
                "**Most values of {plain} are missing, or new to the model.**  \nThose rows are scored by "
                "their other fields only.",
                plain=plain(", ".join(new)),
            ),
            icon=":material/warning:",
        )


def _details(report: ScoreReport) -> None:
    """The whole report."""
    if report.histories:
        st.markdown(plain(report.histories))
    names = list(dict.fromkeys([*report.unknown_share, *report.missing]))
    st.dataframe(
        pd.DataFrame(
            {
                "field": names,
                "unknown": [report.unknown_share.get(name) for name in names],
                "stand_in": [report.missing.get(name, "") for name in names],
            }
        ),
        hide_index=True,
        key="score-fields",
        alt=say("Share of unknown values of each field, and stand-ins of missing columns"),
        column_config={
            "field": say("Field"),
            "unknown": st.column_config.ProgressColumn(
                say("Unknown"),
                format="percent",
                help=say("Share of its values that are missing, or that the model never saw."),
            ),
            "stand_in": st.column_config.TextColumn(say("Missing, so each row got")),
        },
    )
    if report.ignored:
        st.caption(
            say("Columns of the file that the model does not read: {plain}.", plain=plain(", ".join(report.ignored)))
        )


def _download(scoring: Scoring, report: ScoreReport) -> None:
    """The scores as a file."""
    if report.rows > LARGE:
        repair = f" --repair {report.repair}" if report.repair is not None else ""
        st.info(
            say(
                "{rows:,} rows are too many for a download here.  \nIn a shell `python -m ctrcore predict "
                "{run} FILE{repair} -o scores.parquet` writes them to a file.",
                rows=report.rows,
                run=scoring.run,
                repair=repair,
            ),
            icon=":material/terminal:",
        )
        return
    st.download_button(
        say("Download CSV"),
        lambda: to_csv_of(scoring.slices()),
        file_name="scores.csv",
        mime="text/csv",
        type="primary",
        icon=":material/download:",
        key="score-download",
        on_click="ignore",
        help=say(
            "Row (its position in the file, from 0), the model's logit, the probability, and the file's own columns "
            "if they are kept."
        ),
    )
