"""`report` writes the file that its last section says how to write again."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.commands.conftest import Shell
from tests.report.reading import read
from tests.trained import Trained


def test_the_command_in_the_report_makes_it_again(shell: Shell, trained: Trained, tmp_path: Path) -> None:
    root, out = trained.workspace.root, tmp_path / "my report.html"
    words = ["--title", "A 'title' & more", "--tests", "bootstrap", "--replicates", 120, "--seed", 3, "--rows"]
    told = shell("report", "FM", "DIN", *words, "--sections", "tests,metrics", "--out", out, workspace=root)
    assert "MB" in told.stderr
    found = read(out.read_text(encoding="utf-8"))
    sections = [one["id"] for tag, one in found.tags if tag == "section"]
    assert sections == ["verdict", "tests", "metrics", "glossary", "made"]
    command = re.search(r"python -m ctrcore (report .* --out report\.html)", found.text)
    assert command is not None
    again = [*shlex.split(command.group(1))[:-1], str(tmp_path / "again.html")]
    shell(*again, workspace=root)
    assert (tmp_path / "again.html").read_bytes() == out.read_bytes()


def test_what_cannot_be_written_is_said_in_two_sentences(shell: Shell, trained: Trained, tmp_path: Path) -> None:
    root = trained.workspace.root
    said = shell("report", "FM", "--out", tmp_path / "no" / "r.html", workspace=root, code=1).stderr
    assert "There is no folder" in said
    assert "There is no run" in shell("report", "nothing", workspace=root, code=1).stderr
    assert "is no section" in shell("report", "FM", "--sections", "data,foo", workspace=root, code=2).stderr
    assert "no outside scores" in shell("report", "FM", "--outside", "x", workspace=root, code=1).stderr
    assert "at least one section" in shell("report", "FM", "--sections", "", workspace=root, code=2).stderr
    shell("report", "FM", "--replicates", 5, workspace=root, code=2)
    shell("report", workspace=root, code=2)
    assert not list(tmp_path.glob("*.html"))
