"""What a lesson is: steps with one action each, a stage that stays in its place, and a quiz."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Facts = Mapping[str, Any]
"""What stands on the stage: the values of its knobs, and what was chosen."""


@dataclass(frozen=True)
class Step:
    """One step. All texts are marked for translation, in Markdown.

    Attributes:
        title: a few words.
        text: one to three sentences.
        action: the one thing to do on the stage, as an order.
        done: whether the reader has done it, from what is on the stage now and what was when the step was opened.
        example: knobs and their values that do the action, for the one who asks to be shown.
        focus: the part of the stage this step is about, which the stage sets off.
        start: knobs and their values for which the text is true. Whoever turns to the step finds them set; a link that
            names one of them keeps its own.
        after: a sentence for the one who has done the action: the answer to what it asks.
    """

    title: str
    text: str
    action: str
    done: Callable[[Facts, Facts], bool]
    example: Mapping[str, object]
    focus: str = ""
    start: Mapping[str, object] = field(default_factory=dict)
    after: str = ""


@dataclass(frozen=True)
class Question:
    """A question of the quiz, with one right answer.

    Attributes:
        text: the question.
        options: the answers to choose from.
        right: place of the right one.
        why: for each answer why it is right or wrong.
    """

    text: str
    options: tuple[str, ...]
    right: int
    why: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Attributes:
        key: its name in the address.
        title: a few words. about: one sentence on what one can do afterwards.
        minutes: how long it takes.
        steps: 6 to 12.
        stage: draws the stage for a step and returns what stands on it.
        quiz: two to four questions.
    """

    key: str
    title: str
    about: str
    minutes: int
    steps: tuple[Step, ...]
    stage: Callable[[Step], Facts]
    quiz: tuple[Question, ...]
