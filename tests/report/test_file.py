"""The file holds all it needs, asks nobody for anything, and can be read by everybody."""

from __future__ import annotations

import base64
import hashlib
from itertools import pairwise
from pathlib import Path

from plotly.offline import get_plotlyjs

from ctrcore.report import SECTIONS, Options, make_report, write_report
from ctrcore.runs.contenders import Contender
from tests.report.conftest import WHEN
from tests.report.reading import Read


def test_every_section_is_there_and_in_the_contents(whole: Read) -> None:
    ids = [found["id"] for tag, found in whole.tags if tag == "section"]
    assert ids == ["verdict", *SECTIONS, "glossary", "made"]
    links = [found["href"] for tag, found in whole.tags if tag == "a"]
    for name in ids:
        assert f"#{name}" in links


def test_nothing_is_asked_of_anybody(text: str, whole: Read) -> None:
    ids = [found["id"] for _, found in whole.tags if "id" in found]
    assert len(ids) == len(set(ids))
    for _, found in whole.tags:
        assert "src" not in found
        assert "srcset" not in found
        if "href" in found:
            assert str(found["href"]).startswith("#")
            assert str(found["href"])[1:] in ids
    assert not [tag for tag, _ in whole.tags if tag in ("link", "iframe", "object", "img", "form", "base")]
    assert "@import" not in text.replace(get_plotlyjs(), "")
    assert "url(" not in text.replace(get_plotlyjs(), "")


def test_only_the_two_scripts_named_by_their_hashes_may_run(text: str, whole: Read) -> None:
    policy = next(str(found["content"]) for _, found in whole.tags if found.get("http-equiv"))
    running = [script for found, script in whole.scripts if found.get("type") != "application/json"]
    assert len(running) == 2
    assert running[0] == get_plotlyjs()
    for script in running:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy
    assert policy.count("'unsafe-inline'") == 1
    assert text.count(get_plotlyjs()) == 1


def test_the_page_is_whole_for_readers_who_do_not_see(whole: Read) -> None:
    tags = dict(whole.tags)
    assert tags["html"]["lang"] == "en"
    assert "main" in tags
    places = [found for _, found in whole.tags if found.get("role") == "img"]
    assert len(places) == len(whole.figures)
    for place in places:
        assert len(str(place["aria-label"])) > 10
        assert place["id"] in whole.figures
    titles = [found for tag, found in whole.tags if tag == "th" and found.get("scope") == "col"]
    assert titles


def test_the_file_is_small_beside_plotly(text: str, whole: Read) -> None:
    assert len(text.encode()) - len(get_plotlyjs()) < 1_000_000
    for figure in whole.figures.values():
        assert "template" not in figure["layout"]


def test_the_words_used_are_explained_and_linked(whole: Read) -> None:
    for word in ("AUC", "Log-loss", "Permutation", "Gate", "Attention", "Corrected p"):
        assert word in whole.text
    ids = {found.get("id") for _, found in whole.tags}
    assert {"term-auc", "term-click-through-rate", "term-log_loss"} <= ids
    assert "term-epoch" not in {found.get("id") for _, found in of_nothing(whole)}


def of_nothing(whole: Read) -> list[tuple[str, dict[str, str | None]]]:
    """The elements outside of the glossary."""
    start = next(at for at, (_, found) in enumerate(whole.tags) if found.get("id") == "glossary")
    return whole.tags[:start]


def test_the_same_twice_but_for_the_date(chosen: list[Contender], text: str) -> None:
    again = make_report(chosen, Options(rows=True), when=WHEN)
    assert again == text
    later = make_report(chosen, Options(rows=True), when=WHEN + 400 * 86_400)
    assert later != text
    assert sum(a != b for a, b in zip(later.splitlines(), text.splitlines(), strict=True)) == 1


def test_progress_rises_to_the_end(chosen: list[Contender], tmp_path: Path) -> None:
    said: list[tuple[float, str]] = []
    write_report(chosen[:2], tmp_path / "r.html", Options(sections=("metrics",)), lambda *told: said.append(told))
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(step for _, step in said)
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_no_level_of_headings_is_left_out(whole: Read) -> None:
    levels = [int(tag[1]) for tag, _ in whole.tags if tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert {3, 4} <= set(levels)
    assert [(one, two) for one, two in pairwise(levels) if two > one + 1] == []
