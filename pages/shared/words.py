"""The terms in plain words, as the pages import them; they stand in ctrcore/words.py, where reports read them too."""

from ctrcore.words import WORDS

__all__ = ["WORDS"]
