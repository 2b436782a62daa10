"""The finding in words: who ranks best, whether that is more than chance, and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from ctrcore.comparing.findings import in_words
from ctrcore.comparing.testing import Comparison, Test, told
from ctrcore.figures import comparison_captions as captions
from ctrcore.language import say, say_count
from ctrcore.words import WORDS
from pages.shared.compare import kept
from pages.shared.compare.left_out import say_left_out_rows
from pages.shared.compare.view import View, say_one_class
from pages.shared.level import level
from pages.shared.tools import plain

TILES = 6


def verdict(view: View) -> None:
    """Who ranks best, whether that is more than chance, and what it rests on."""
    found = kept.comparison(view)
    order = [view[name] for name in view.sheet.best_first()]
    titles = {one.id: f"**{plain(one.title)}**" for one in view.contenders}
    if not view.both_classes:
        say_one_class(view)
    elif len(order) == 1:
        value = found.intervals[order[0].id].value
        st.info(
            say(
                "{model} has an AUC of {auc:.4f} on these {rows:,} rows. Choose a second model in the sidebar to "
                "compare it with.",
                model=titles[order[0].id],
                auc=value,
                rows=len(view.sheet),
            ),
            icon=":material/leaderboard:",
        )
    else:
        first = {(test.a, test.b): test for test in found.tests}
        best = {one.id: _pair(first, order[0].id, one.id) for one in order[1:]}
        runner = best[order[1].id]
        if told(runner):
            st.success(in_words(runner, titles), icon=":material/trophy:")
        else:
            st.info(f"{in_words(runner, titles)} {_the_others(best, titles)}", icon=":material/balance:")
    st.caption(_rests_on(view, found))
    if view.part == "valid":
        st.warning(say(captions.FLATTERED), icon=":material/warning:")
    with st.grid(TILES, min_column_width=120):
        for one in order[:TILES]:
            _tile(one.title, found.intervals[one.id])
    if len(order) > TILES:
        st.caption(say_count("{count} more is in the table.", "{count} more are in the table.", len(order) - TILES))
    if view.part_note:
        st.warning(plain(view.part_note), icon=":material/warning:")
    say_left_out_rows(view)


def _pair(tests: Mapping[tuple[str, str], Test], a: str, b: str) -> Test:
    return tests[a, b] if (a, b) in tests else tests[b, a]


def _the_others(best: Mapping[str, Test], titles: Mapping[str, str]) -> str:
    """Which models cannot be told apart from the best one, and what to do then."""
    unclear = [titles[name] for name, test in best.items() if not told(test)]
    if len(unclear) < 2:
        return say("Choose by cost, or test on more rows.")
    others, last = unclear[1:-1], unclear[-1]
    if not others:
        return say("Nor can {last} be told apart from the best one. Choose by cost, or test on more rows.", last=last)
    return say(
        "Nor can {others} or {last} be told apart from the best one. Choose by cost, or test on more rows.",
        others=say(", ").join(others),
        last=last,
    )


def _rests_on(view: View, found: Comparison) -> str:
    parts = [_measured_on(view)]
    if not view.both_classes:
        return parts[0]
    if level() != "Simple":
        parts.append(captions.tests_made(found.method, len(found.tests), view.part))
    parts.append(
        say("Below: its AUC, and its 95 % interval.")
        if len(view.contenders) == 1
        else say("Below: the AUC of each model, and its 95 % interval.")
    )
    return " ".join(parts)


def _measured_on(view: View) -> str:
    """The rows, their users where these are known, and the clicks."""
    rows, clicks = view.rows_in_words, view.sheet.clicks
    if view.sheet.has_users and view.sheet.users[1]:
        return say_count(
            "Measured on {rows} of {users}; {count:,} of the rows ({share:.1%}) was clicked.",
            "Measured on {rows} of {users}; {count:,} of the rows ({share:.1%}) were clicked.",
            clicks,
            rows=rows,
            users=say_count("{count:,} user", "{count:,} users", view.sheet.users[1]),
            share=view.click_rate,
        )
    return say_count(
        "Measured on {rows}; {count:,} of the rows ({share:.1%}) was clicked.",
        "Measured on {rows}; {count:,} of the rows ({share:.1%}) were clicked.",
        clicks,
        rows=rows,
        share=view.click_rate,
    )


def _tile(title: str, interval: Any) -> None:
    """An AUC with its interval below it; the caption above says that it is one."""
    unknown = math.isnan(interval.low)
    st.metric(
        plain(title),
        "–" if math.isnan(interval.value) else f"{interval.value:.4f}",
        delta=None if unknown else say("{low:.4f} to {high:.4f}", low=interval.low, high=interval.high),
        delta_color="off",
        delta_arrow="off",
        help=say("{auc} **Below.** {interval}", auc=WORDS["auc"], interval=WORDS["interval"]),
    )
