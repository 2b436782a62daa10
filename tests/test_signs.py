"""Numbers near zero are written without a sign that says nothing."""

from __future__ import annotations

import re
from pathlib import Path

from ctrcore.commands.output import cell
from ctrcore.explain.sentences import signed as contribution
from ctrcore.report.writing import number, signed

ROOT = Path(__file__).parent.parent
SIGNED = re.compile(r"(?<![%{])\{[^{}%]+:\+\.(?:\d|\{\w+\})[f%]\}(?!\})")  # without the z that takes it from -0.00


def test_a_number_that_rounds_to_zero_has_no_minus() -> None:
    assert [cell(-1e-6), cell(-0.0), cell(-0.00006)] == ["0.0000", "0.0000", "-0.0001"]
    assert [number(-1e-6), signed(-1e-6), signed(-0.0), signed(-0.004, 2)] == ["0.0000", *["+0.0000"] * 2, "+0.00"]
    assert [contribution(-1e-6), contribution(-0.0), contribution(-6e-5)] == ["0.00", "0.00", "-0.0001"]


def test_every_signed_format_of_the_package_and_the_app_knows_it() -> None:
    assert SIGNED.search('f"{change:+.3f}"')
    assert not SIGNED.search('f"{change:+z.3f}, %{x:+.4f}, %{{x:+.4f}}"')
    files = [*ROOT.glob("ctrcore/**/*.py"), *ROOT.glob("pages/**/*.py")]
    bare = {path.name: found for path in files if (found := SIGNED.findall(path.read_text(encoding="utf-8")))}
    assert not bare, f"write {{x:+z.2f}} instead of {{x:+.2f}}, so that no -0.00 is shown: {bare}"
