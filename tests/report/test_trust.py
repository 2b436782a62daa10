"""The trust card as a file: complete, self-contained, and every name in it is text and nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from ctrcore.explain.trust.card import Card, TrustOptions
from ctrcore.explain.trust.check import DEFINITIONS, Check, Limit, Thresholds, verdict
from ctrcore.explain.trust.words import ANSWERS, figure_text, finding_text
from ctrcore.report.trust import HEIGHT, WIDTH, panels_of, trust_html
from ctrcore.runs.trust_job import trust_card
from tests.trained import Trained

EVIL = "</style><script>alert(1)</script>\"><img src=x onerror=alert(1)> {{ 7 * 7 }} <!-- & 'q'"


class Seen(HTMLParser):
    """Elements, attributes and texts as a browser finds them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def card(trained: Trained) -> Card:
    return trust_card(trained.workspace.run(trained.runs["afm"]), TrustOptions(rows=40))


@pytest.fixture(scope="module")
def text(card: Card) -> str:
    return trust_html(card)


def test_every_check_stands_with_verdict_figure_definition_and_sentence(card: Card, text: str) -> None:
    seen = Seen(text)
    articles = [attributes["class"] for tag, attributes in seen.tags if tag == "article"]
    expected = [verdict(check, Thresholds()) for checks in card.methods.values() for check in checks]
    assert articles == [f"check {one}" for one in expected]
    for checks in card.methods.values():
        for check in checks:
            about = DEFINITIONS[check.id]
            for part in (about.title, about.question, about.definition, finding_text(check)):
                assert " ".join(part.split()) in seen.text, (check.id, part)
            figure = figure_text(check.id, check.value, Thresholds().of(check.id))
            assert " ".join(figure.split()) in seen.text
    assert f"sample of {card.rows:,} of {card.judged:,} judged rows" in seen.text


def test_nothing_is_loaded_and_nothing_can_run(text: str) -> None:
    seen = Seen(text)
    names = {tag for tag, _ in seen.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    policy = next(found["content"] for tag, found in seen.tags if tag == "meta" and "http-equiv" in found)
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    for _, attributes in seen.tags:
        assert not any(name.startswith("on") or name == "src" for name in attributes)
        assert not (attributes.get("href") or "#").startswith(("http", "//", "javascript"))
    assert "@import" not in text
    assert "url(" not in text


def test_hostile_names_are_text(card: Card, text: str) -> None:
    checks = [
        check.model_copy(update={"says": EVIL}) if check.id == "T13" else check for check in card.methods["attention"]
    ]
    evil = card.model_copy(
        update={"name": EVIL, "run": EVIL, "background": EVIL, "methods": card.methods | {"attention": checks}}
    )
    found = trust_html(evil)
    seen, usual = Seen(found), Seen(text)
    assert [tag for tag, _ in seen.tags] == [tag for tag, _ in usual.tags]  # no element more or less
    assert seen.text.count(" ".join(EVIL.split())) == 6  # title, heading, run, its id, background, sentence


def test_edited_thresholds_are_said_and_used(card: Card) -> None:
    strict = Thresholds(T3=Limit(green=1.0, amber=0.9999), T14=Limit(green=0.0, amber=0.0))
    seen = Seen(trust_html(card, strict))
    assert "edited: T3, T14" in seen.text
    articles = [attributes["class"] for tag, attributes in seen.tags if tag == "article"]
    expected = [verdict(check, strict) for checks in card.methods.values() for check in checks]
    assert articles == [f"check {one}" for one in expected]


def test_a_red_check_makes_the_summary_red(card: Card) -> None:
    red = Check(id="T1", value=0.0, low=0.0, high=0.0, rows=3, says="The attention does nothing.")
    methods = {"attention": [red if check.id == "T1" else check for check in card.methods["attention"]]}
    seen = Seen(trust_html(card.model_copy(update={"methods": methods})))
    summary = next(attributes["class"] for tag, attributes in seen.tags if tag == "p" and "summary" in str(attributes))
    assert summary == "summary red"
    assert ANSWERS["red"] in seen.text


def test_curves_stay_within_their_drawing(card: Card, text: str) -> None:
    for method, drawn in card.curves.items():
        for panel in panels_of(drawn, method):
            for line in [panel.band, *(one.points for one in panel.lines)]:
                points = [tuple(map(float, pair.split(","))) for pair in line.split()]
                assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
            largest = max(value for value in drawn["deletion"]["best"] if value is not None)
            assert drawn["deletion"]["method"][0] <= largest + 1e-9
    assert len(re.findall("<svg", text)) == sum(len(panels_of(one, "x")) for one in card.curves.values()) > 0


def test_a_card_without_curves_draws_none() -> None:
    empty = {"counts": [1, 2], "deletion": {"method": [None, None]}, "insertion": {"method": [None, None]}}
    assert panels_of(empty, "attention") == []
    assert panels_of({}, "attention") == []
