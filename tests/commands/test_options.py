"""Options made from settings."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from ctrcore.cli import COMMANDS, cli
from ctrcore.commands.options import changed, given, parse_set, settings_of
from ctrcore.commands.train import SECTIONS, train
from ctrcore.models.config import CONFIGS, DINConfig, FiBiNETConfig, FMConfig
from ctrcore.training.config import TrainConfig


def parsed(config: type[Any], *words: str) -> dict[str, Any]:
    got: dict[str, Any] = {}

    @click.command()
    @settings_of(config, "x", prefix="m.", skip=("name",))
    def command(**options: Any) -> None:
        got.update(given(options, "x"))

    result = CliRunner().invoke(command, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return got


def test_every_setting_is_an_option_with_its_text() -> None:
    names = {name for parameter in train.params for name in parameter.opts}
    texts = {name: getattr(parameter, "help", "") for parameter in train.params for name in parameter.opts}
    for section, config in SECTIONS.items():
        for field, info in config.model_fields.items():
            if field == "name":
                continue
            name = f"--{field.replace('_', '-')}" if section == "training" else f"--{section}.{field.replace('_', '-')}"
            assert name in names
            assert (info.description or "") in texts[name]


def test_types_of_settings() -> None:
    got = parsed(DINConfig, "--m.hidden-units", "64,32", "--m.no-softmax", "--m.dropout", "0.2", "--m.scorer", "dot")
    assert got == {"hidden_units": (64, 32), "softmax": False, "dropout": 0.2, "scorer": "dot"}
    assert parsed(FMConfig, "--m.hidden-units", "none") == {"hidden_units": ()}
    assert parsed(FiBiNETConfig) == {}


def test_bounds_and_defaults_are_in_the_help() -> None:
    text = CliRunner().invoke(train, ["--help"], terminal_width=200).output
    assert "rows per step [from 1 to 1e+06; default 1024]" in text
    assert "dropout in the hidden layers [from 0 below 1; default 0.0]" in text
    assert all(f"\n{config.title}:\n" in text for config in CONFIGS.values())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_help_shows_the_insides_of_a_setting(name: str) -> None:
    text = CliRunner().invoke(cli, [name, "--help"], terminal_width=200).output
    assert "Usage" in text
    assert "Pydantic" not in text
    assert "default []" not in text


def test_set() -> None:
    assert parse_set(["fm.hidden_units=8,4", "training.epochs=3"], SECTIONS) == {
        **{name: {} for name in SECTIONS},
        "fm": {"hidden_units": (8, 4)},
        "training": {"epochs": 3},
    }
    for text in ("fm.nothing=1", "nothing.epochs=1", "epochs=1", "fm.embedding_size", ""):
        with pytest.raises(click.UsageError, match="no such setting"):
            parse_set([text], SECTIONS)
    with pytest.raises(click.BadParameter):
        parse_set(["training.epochs=many"], SECTIONS)


def test_a_value_out_of_bounds_names_its_setting() -> None:
    assert changed(TrainConfig(), {"epochs": 3}, "training").epochs == 3
    with pytest.raises(click.UsageError, match=r"training\.epochs: .*greater than or equal to 1"):
        changed(TrainConfig(), {"epochs": 0}, "training")
