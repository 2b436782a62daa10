"""Seconds and memory of a command run as a process of its own, and environments for other libraries."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

POLL_SECONDS = 0.05
KEPT = ("seconds", "peak", "own", "summed", "code")  # of a run, in a file of results
# Every library that looks at one of these is told the same number of threads.
THREAD_SETTINGS = (
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
    *("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "ARROW_IO_THREADS"),
)


@dataclass(frozen=True)
class Measured:
    """One run of a command.

    Attributes:
        seconds: wall time from the start of the process to its end.
        peak: largest resident memory of the process and all it started, in bytes. A page that several of them share
            counts once in all (Linux's proportional set size); pages of memory-mapped files count while resident.
        own: the same without pages of files: what it would need with nothing mapped.
        summed: largest plain sum of the resident sizes, in which a shared page counts for every process that has it.
        code: exit status.
        output: what it printed to standard output.
        errors: what it printed to standard error.
    """

    seconds: float
    peak: int
    own: int
    summed: int
    code: int
    output: str
    errors: str

    def answer(self) -> dict[str, Any]:
        """The JSON object on the last line of the output; empty if there is none."""
        lines = self.output.strip().splitlines()
        try:
            found = json.loads(lines[-1]) if lines else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def reason(self) -> str:
        """The last line of what went wrong that names an error."""
        lines = [line.strip() for line in self.errors.splitlines() if "rror" in line]
        return lines[-1][:300] if lines else f"exit status {self.code}"

    def numbers(self) -> dict[str, Any]:
        """What is kept in a file of results."""
        kept = {name: value for name, value in asdict(self).items() if name in KEPT}
        return kept | {"answer": self.answer()}


def measure(
    command: Sequence[str | Path],
    *,
    threads: int = 2,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    limit: float | None = None,
    on_look: Callable[[float, int], None] | None = None,
) -> Measured:
    """Run a command and watch the memory of its process tree.

    Args:
        command: program and arguments.
        threads: what all thread settings are set to.
        env: more environment variables.
        cwd: where it runs.
        limit: seconds after which it is ended; never by default.
        on_look: called at every look at the memory, with the seconds since the start and the bytes resident now.
    """
    settings = os.environ | dict.fromkeys(THREAD_SETTINGS, str(threads)) | (env or {})
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        env=settings,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    output: list[str] = []
    errors: list[str] = []
    readers = [
        threading.Thread(target=output.extend, args=[process.stdout], daemon=True),
        threading.Thread(target=errors.extend, args=[process.stderr], daemon=True),
    ]
    for reader in readers:
        reader.start()
    peak = own = summed = 0
    while process.poll() is None:
        begun = time.perf_counter()
        now = tree_memory(process.pid)
        peak, own, summed = max(peak, now[0]), max(own, now[1]), max(summed, now[2])
        if on_look is not None:
            on_look(begun - started, now[0])
        if limit is not None and begun - started > limit:
            _end(process.pid)
        # Looking at many gigabytes takes a while; it shall not take more than a tenth of a core from what is measured.
        time.sleep(max(POLL_SECONDS, 10 * (time.perf_counter() - begun)))
    seconds = time.perf_counter() - started
    for reader in readers:
        reader.join(timeout=5)
    return Measured(seconds, peak, own, summed, process.returncode, "".join(output), "".join(errors))


def tree_memory(root: int) -> tuple[int, int, int]:
    """`peak`, `own` and `summed` of `Measured`, at this moment. Reads /proc: Linux only."""
    whole = own = summed = 0
    for folder in _tree(root):
        try:
            lines = (folder / "smaps_rollup").read_text().splitlines()[1:]
        except OSError:  # it ended meanwhile
            continue
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
        whole += sizes["Pss"]
        own += sizes["Pss"] - sizes["Pss_File"]
        summed += sizes["Rss"]
    return whole, own, summed


def _end(root: int) -> None:
    """Kill a process that was started here, and all it started."""
    for folder in _tree(root):
        with suppress(ProcessLookupError):
            os.kill(int(folder.name), signal.SIGKILL)


def _tree(root: int) -> list[Path]:
    """Folders in /proc of a process and its descendants."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name, in brackets, may hold anything; after it come the state and the parent.
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(folder.name))
    tree = [root]
    for number in tree:
        tree += children.get(number, [])
    return [Path("/proc") / str(number) for number in tree]


def environment(folder: Path, *steps: Sequence[str]) -> Path:
    """The Python of a virtual environment in `folder`, made now unless it is there.

    Args:
        folder: where it is or will be.
        steps: what pip installs, one call each, in this order.

    Raises:
        subprocess.CalledProcessError: a package cannot be installed.
    """
    python, stamp = folder / "bin" / "python", folder / "installed.json"
    wanted = json.dumps([list(step) for step in steps])
    if not (stamp.exists() and stamp.read_text() == wanted):
        print(f"Installing into {folder} ...", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        for step in steps:
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", *step], check=True)
        stamp.write_text(wanted)
    return python


def versions(python: Path, packages: Sequence[str]) -> dict[str, str]:
    """What is installed of these packages in the environment of that Python."""
    code = "import json, sys, importlib.metadata as m; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    done = subprocess.run([str(python), "-c", code, *packages], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def spread(values: Sequence[float]) -> dict[str, float]:
    """Smallest, middle and largest."""
    return {"min": min(values), "median": median(values), "max": max(values)}


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    total = next(line for line in lines if line.startswith("MemTotal"))
    return {
        "cores": os.cpu_count(),
        "memory_bytes": int(total.split()[1]) * 1024,
        "load": os.getloadavg()[0],
        "python": sys.version.split()[0],
        "when": time.strftime("%Y-%m-%d %H:%M"),
    }


def write_results(path: Path | None, results: dict[str, Any]) -> None:
    """Keep the figures as JSON, with the machine they come from."""
    if path is not None:
        path.write_text(json.dumps({"machine": machine(), **results}, indent=1) + "\n", encoding="utf-8")
