"""Columns with several values in a cell: lists and delimited texts, among them histories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctrcore.data.guesses.facts import Facts
from ctrcore.data.guesses.names import HISTORIES, suggests, words_of
from ctrcore.data.members import Members, as_members
from ctrcore.language import say

DELIMITERS = ("|", ";", ", ", ",", " ")


@dataclass(frozen=True)
class BagGuess:
    """A column of several values: where its cells are divided, and its members in the sample."""

    name: str
    delimiter: str
    members: Members
    reason: str

    @property
    def is_called_history(self) -> bool:
        """True if the name speaks of the past."""
        return suggests(self.name, HISTORIES)


def guess_bag(fact: Facts) -> BagGuess | None:
    """A column of lists, or of texts that share members between the same delimiters."""
    if fact.is_list:
        return BagGuess(fact.name, "|", as_members(fact.cells, "|"), say("Its cells are lists."))
    if not fact.is_text or fact.distinct < 2:
        return None
    for delimiter in DELIMITERS:
        if not any(delimiter in str(value) for value in fact.values):
            continue
        members = as_members(fact.cells, delimiter)
        if _shares_members(fact, delimiter, members):
            shown = {" ": "a blank", ", ": say("a comma and a blank")}.get(delimiter, f"'{delimiter}'")
            return BagGuess(
                fact.name,
                delimiter,
                members,
                say("Its cells hold several values with {shown} between them.", shown=shown),
            )
    return None


def _shares_members(fact: Facts, delimiter: str, members: Members) -> bool:
    """Members come again in other cells, and so often that they are no accident of the text."""
    lengths = members.lengths[members.lengths > 0]
    several = float((lengths > 1).mean())
    used = len(np.unique(members.codes[members.codes >= 0]))
    total = int(lengths.sum())
    if suggests(fact.name, HISTORIES) and delimiter in "|;,":
        return several > 0.05 and used < total
    if delimiter == "|":
        return several > 0.02 and used < 0.8 * total
    # Blanks and commas also stand inside names and sentences. Real members combine freely: there are more different
    # cells than members, of different length.
    freely = used < 0.5 * fact.distinct and used < 0.2 * total and len(np.unique(lengths)) > 2
    longest = np.mean([len(text) for text in members.words[:1000]])
    short = longest < (15 if delimiter == " " else 40)
    return bool(several > 0.2 and freely and short and used <= 20_000)


def candidate_of(bag: BagGuess, candidates: dict[str, Facts]) -> str | None:
    """The categorical column whose values the members are: the one with the most in common, names deciding ties.

    A column that the name points at needs a fifth of the members, any other one half.
    """
    used = set(bag.members.words[np.unique(bag.members.codes[bag.members.codes >= 0])])
    if not used:
        return None
    wanted = set(words_of(bag.name)) - HISTORIES - {"id", "ids", "list", "user"}
    best: tuple[float, str] | None = None
    for name, fact in candidates.items():
        share = len(used & set(fact.values)) / len(used)
        named = bool(wanted & set(words_of(name)))
        if share >= (0.2 if named else 0.5):
            best = max(best or (0.0, ""), (share + named, name))
    return best[1] if best else None
