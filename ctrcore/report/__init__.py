"""One self-contained HTML file on the models compared: what was learnt from, how, how well, and what is inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctrcore.report.options import SECTIONS, Options

if TYPE_CHECKING:
    from ctrcore.report.making import make_report, write_report

__all__ = ["SECTIONS", "Options", "make_report", "write_report"]


def __getattr__(name: str) -> Any:
    """What needs pandas is imported when it is asked for: the help of the command line is quick without it."""
    if name in ("make_report", "write_report"):
        from ctrcore.report import making

        return getattr(making, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
