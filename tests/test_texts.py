"""Every text of the app is in the table of every language, and says the same values."""

from __future__ import annotations

import gettext
import io
import re
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ctrcore.language import DOMAIN, LANGUAGES, TABLES
from ctrcore.languages.texts import texts
from ctrcore.models.config import CONFIGS
from ctrcore.setting_names import SETTINGS
from ctrcore.training.config import TrainConfig

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {"say": None, "mark": None, "say_count": (1, 2), "say_in": ((1, "c"), 2)}
OTHERS = [code for code in LANGUAGES if code != "en"]


@cache
def said_in_source() -> dict[tuple[str, str | None], str]:
    """Where each text stands, by its English (of plural texts the first) and context."""
    return {
        (first(message), context): f"{folder}/{file}:{line}"
        for folder in ("ctrcore", "pages")
        for file, line, message, _, context in extract_from_dir(ROOT / folder, [("**.py", texts)], keywords=KEYWORDS)
        if message
    }


def first(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]


@cache
def table(code: str) -> Catalog:
    with (TABLES / code / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=code)


def entries(code: str) -> list[Message]:
    return [message for message in table(code) if message.id]


def braces(text: str) -> set[tuple[str, str | None, str | None]]:
    return {(name, form, kind) for _, name, form, kind in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_is_missing(code: str) -> None:
    known = {(first(message.id), message.context) for message in entries(code) if first(message.string)}
    missing = [f"{where} {key[0]!r}" for key, where in said_in_source().items() if key not in known]
    assert not missing, f"{len(missing)} texts without a translation, see `make texts`:\n" + "\n".join(missing[:50])


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_is_left_that_nobody_says(code: str) -> None:
    left = [key for message in entries(code) if (key := (first(message.id), message.context)) not in said_in_source()]
    assert not left, left[:20]


@pytest.mark.parametrize("code", OTHERS)
def test_every_translation_holds_the_same_values(code: str) -> None:
    for message in entries(code):
        english = message.id if isinstance(message.id, str) else message.id[1]
        if not re.search(r"\{\w", english):
            continue
        for said in (message.string,) if isinstance(message.string, str) else message.string:
            assert braces(said) == braces(english), f"{english!r} is {said!r}"


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_fuzzy(code: str) -> None:
    assert not [message.id for message in entries(code) if message.fuzzy]


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_read_at_run_time_is_the_table(code: str) -> None:
    buffer = io.BytesIO()
    write_mo(buffer, table(code))
    buffer.seek(0)
    assert gettext.translation(DOMAIN, TABLES, [code])._catalog == gettext.GNUTranslations(buffer)._catalog  # type: ignore[attr-defined]


def test_chinese_is_chinese() -> None:
    """A translation is not the English text again, unless there is nothing in it to translate."""
    names = re.compile(r"(AUC|gAUC|LR|FM|AFM|FiBiNET|DIN|SENet|CTR Lens|CSV|HTML|PNG|ECE|PCOC|logit|HR@|NDCG@|MRR|K)")
    for message in entries("zh"):
        english, said = first(message.id), first(message.string)
        plain = names.sub("", re.sub(r"\{[^}]*\}|:material/\w+:|`[^`]*`|\$[^$]*\$", "", english))
        if len(re.findall(r"[A-Za-z]{3,}", plain)) >= 3:
            assert re.search(r"[\u4e00-\u9fff]", said), f"{english!r} is {said!r}"


def test_every_setting_has_a_name() -> None:
    configs = (TrainConfig, *CONFIGS.values())
    assert {name for config in configs for name in config.model_fields} - {"name"} == set(SETTINGS)
