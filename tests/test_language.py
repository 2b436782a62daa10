"""What is said, in every language."""

from __future__ import annotations

import threading

import pytest

from ctrcore.language import LANGUAGES, Spoken, follow, language, mark, say, say_count, say_in, spoken


def test_the_source_is_english() -> None:
    assert language() == "en"
    assert say("Row {row} of {rows:,}", row=3, rows=1200) == "Row 3 of 1,200"
    assert say("{as it is}") == "{as it is}"
    assert say("") == ""
    assert mark("Rows") == "Rows"
    assert say_in("verb", "Rank") == "Rank"


@pytest.mark.parametrize(("count", "said"), [(0, "0 rows"), (1, "1 row"), (1200, "1,200 rows")])
def test_one_and_many(count: int, said: str) -> None:
    assert say_count("{count:,} row", "{count:,} rows", count) == said


def test_a_block_speaks_its_language_in_its_thread_only() -> None:
    heard = list[str]()
    with spoken("zh"):
        assert language() == "zh"
        other = threading.Thread(target=lambda: heard.append(language()))
        other.start()
        other.join()
    assert heard == ["en"]
    assert language() == "en"


def test_what_is_followed_decides_and_nonsense_is_english() -> None:
    try:
        for said, spoken_then in {"zh": "zh", "tlh": "en", None: "en"}.items():
            follow(lambda said=said: said)
            assert language() == spoken_then
            assert next(iter(LANGUAGES)) == "en"
    finally:
        follow(lambda: None)


def test_a_process_is_started_with_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTR_LANGUAGE", "zh")
    assert language() == "zh"
    with spoken("en"):
        assert language() == "en"


def test_values_of_users_are_never_taken_as_a_text() -> None:
    assert say("Column {name}", name="{rows}") == "Column {rows}"


def test_marked_texts_are_said_when_they_are_looked_up() -> None:
    titles = Spoken({"roc": mark("ROC curve"), "lift": mark("Lift")})
    assert titles["roc"] == "ROC curve"
    assert list(titles) == ["roc", "lift"]
    assert dict(titles) == {"roc": "ROC curve", "lift": "Lift"}
    assert titles.get("gain") is None
