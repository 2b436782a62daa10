"""One self-contained HTML file on the models compared: what was learnt from, how, how well, and what is inside."""

from ctrcore.report.making import make_report, write_report
from ctrcore.report.options import SECTIONS, Options

__all__ = ["SECTIONS", "Options", "make_report", "write_report"]
