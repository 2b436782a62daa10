"""Colours keep their contrast and their model; exported text cannot become a formula."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from ctrcore.figures.export import to_csv
from ctrcore.figures.style import (
    CLICK,
    DASHES,
    MARK,
    MODEL_COLORS,
    MODEL_TITLES,
    NEGATIVE,
    NEUTRAL,
    NO_CLICK,
    OUTSIDE,
    POSITIVE,
    line_style,
    model_color,
    occurrences,
    shorten,
    sign_color,
)
from ctrcore.models.config import CONFIGS

LIGHT, DARK = "#ffffff", "#0f172a"


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    bright, dim = sorted((luminance(a), luminance(b)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("color", [*MODEL_COLORS.values(), OUTSIDE, POSITIVE, NEGATIVE, NEUTRAL, MARK, CLICK, NO_CLICK])
@pytest.mark.parametrize("background", [LIGHT, DARK])
def test_every_colour_reads_on_both_backgrounds(color: str, background: str) -> None:
    assert contrast(color, background) >= 3


def test_rows_have_the_colour_of_no_model() -> None:
    def parts(color: str) -> list[int]:
        return [int(color[i : i + 2], 16) for i in (1, 3, 5)]

    for one in (CLICK, NO_CLICK):
        for other in [*MODEL_COLORS.values(), OUTSIDE, MARK]:
            assert sum(abs(a - b) for a, b in zip(parts(one), parts(other), strict=True)) > 80


def test_the_backgrounds_are_those_of_the_app() -> None:
    with open(".streamlit/config.toml", "rb") as file:
        import tomllib

        theme = tomllib.load(file)["theme"]
    assert theme["light"]["backgroundColor"] == LIGHT
    assert theme["dark"]["backgroundColor"] == DARK


def test_each_model_has_one_colour_and_its_own_title() -> None:
    assert MODEL_COLORS.keys() == CONFIGS.keys() == MODEL_TITLES.keys()
    assert len(set(MODEL_COLORS.values())) == len(MODEL_COLORS)
    assert {name: config.title for name, config in CONFIGS.items()} == MODEL_TITLES


def test_two_runs_of_one_model_share_the_colour_and_differ_in_dash() -> None:
    models = ["fm", "din", "fm", "fm"]
    styles = [line_style(model, nth) for model, nth in zip(models, occurrences(models), strict=True)]
    assert [style["dash"] for style in styles] == [DASHES[0], DASHES[0], DASHES[1], DASHES[2]]
    assert {styles[0]["color"], styles[2]["color"]} == {model_color("fm")}
    assert model_color("somebody else's") == NEUTRAL
    assert model_color("outside") == OUTSIDE


def test_signs_have_their_colours() -> None:
    assert sign_color(0.1) == sign_color(0.0) == POSITIVE
    assert sign_color(-1e-9) == NEGATIVE


def test_shorten_keeps_short_text_and_marks_a_cut() -> None:
    assert shorten("item_id", 10) == "item_id"
    assert shorten("a" * 11, 10) == "a" * 9 + "…"


def test_csv_disarms_formulas_and_keeps_numbers() -> None:
    frame = pd.DataFrame({"=name": ["=1+1", "+x", "-y", "@z", "\tt", "fine"], "n": [-1.5, 2, 3, 4, 5, 6]})
    back = pd.read_csv(io.BytesIO(to_csv(frame)), encoding="utf-8-sig")
    assert list(back.columns) == ["'=name", "n"]
    assert back["'=name"].tolist() == ["'=1+1", "'+x", "'-y", "'@z", "'\tt", "fine"]
    assert back["n"].tolist() == [-1.5, 2, 3, 4, 5, 6]


def test_csv_of_no_rows_has_the_header() -> None:
    assert to_csv(pd.DataFrame({"a": [], "b": []})).decode("utf-8-sig").strip() == "a,b"
