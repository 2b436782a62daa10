"""Findings are kept in English and told again in the reader's language."""

from __future__ import annotations

from gettext import NullTranslations

import pytest

from ctrcore import language
from ctrcore.explain.trust.retold import PHRASES, SENTENCES, known, retold


class Marked(NullTranslations):
    """A language that sets every text between angle quotes."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def pgettext(self, context: str, message: str) -> str:
        return message


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_table", lambda _code: Marked())


@pytest.mark.usefixtures("marked")
def test_the_parts_of_a_sentence_are_told_again() -> None:
    said = (
        "With uniform weights the AUC is 0.0123 lower (95 % interval of the loss 0.0010 to 0.0240), with weights "
        "shuffled within each row the same."
    )
    with language.spoken("zh"):
        assert retold(said) == (
            "«With «uniform weights» the AUC is «0.0123 lower» («95 % interval of the loss 0.0010 to 0.0240»), with "
            "weights shuffled within each row «the same».»"
        )
    assert retold(said) == said


@pytest.mark.usefixtures("marked")
def test_sentences_and_lists_are_told_one_by_one() -> None:
    with language.spoken("zh"):
        assert retold("{parts} of 3. Highest share: brand (4%).") == "{parts} of 3. «Highest share: brand (4%).»"
        found = retold("Contribution finds relevant behaviours with AUC 0.81 and the right sign in 90%.")
    assert found == "«««contribution» finds relevant behaviours with AUC 0.81 and the right sign in 90%».»"


def test_what_no_check_writes_is_left_as_it_is() -> None:
    assert not known("Something else.")
    with language.spoken("zh"):
        assert retold("Something else.") == "Something else."


def test_no_sentence_hides_another_one() -> None:
    for texts in (SENTENCES, PHRASES):
        assert len(set(texts)) == len(texts)
    assert all(known(text) for text in SENTENCES)
