"""The command line as a process: what it imports, where it writes, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(*words: object, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("CTR_")}
    env |= {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CTR_THREADS": "1"}
    command = [sys.executable, "-m", "ctrcore", *map(str, words)]
    result = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == code, result.stderr
    return result


def test_help_is_quick_and_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys, ctrcore.cli\n"
        "try: ctrcore.cli.cli(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'pandas', 'numpy', 'sklearn', 'shap', 'streamlit', 'pydantic'} & set(sys.modules)))\n"
    )
    begun = time.perf_counter()
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    )
    seconds = time.perf_counter() - begun
    assert result.stdout.splitlines()[-1] == "[]"
    assert seconds < 3  # measured: 0.1
    for command in ("sample", "profile", "train", "evaluate", "compare", "predict", "explain", "runs"):
        assert f"\n  {command}" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_commands_help_needs_no_torch() -> None:
    code = (
        "import sys, ctrcore.cli\n"
        "for name in ctrcore.cli.COMMANDS:\n"
        "    try: ctrcore.cli.cli([name, '--help'])\n"
        "    except SystemExit as end: assert end.code == 0, name\n"
        "assert not {'torch', 'pandas', 'sklearn'} & set(sys.modules), sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT)


def test_from_nothing_to_scores(tmp_path: Path) -> None:
    shop = ("sample", "--to", "shop", "--impressions", "1200", "--users", "60", "--items", "60", "--format", "parquet")
    told = json.loads(run(*shop, "--json", cwd=tmp_path).stdout)
    assert told["rows"] == 1200
    assert 0.6 < told["best_auc"] < 1
    words = ("train", "shop/impressions.parquet", "--schema", "shop/schema.json", "--model", "fm", "--epochs", "2")
    trained = json.loads(run(*words, "--json", cwd=tmp_path).stdout)["runs"][0]
    assert trained["state"] == "done"
    assert (tmp_path / "workspace" / "runs" / trained["id"]).is_dir()
    run("predict", "last", "shop/impressions.parquet", "-o", "scores.csv", cwd=tmp_path)
    assert len((tmp_path / "scores.csv").read_text().splitlines()) == 1201


def test_exit_codes(tmp_path: Path) -> None:
    assert "Error" in run("train", cwd=tmp_path, code=2).stderr
    assert "No such command" in run("nothing", cwd=tmp_path, code=2).stderr
    wrong = run("runs", "show", "nothing", cwd=tmp_path, code=1)
    assert wrong.stdout == ""
    assert len(wrong.stderr.strip().splitlines()) == 2
