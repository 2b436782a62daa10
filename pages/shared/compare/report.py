"""The report: one HTML file on the models compared, made in the background and then downloaded."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.comparing.testing import method_for
from ctrcore.language import language, say, say_in, spoken
from ctrcore.report.options import SECTIONS, Options
from ctrcore.runs.chores import is_large
from ctrcore.runs.repairs import repairs_of
from pages.shared.compare.tests import METHODS, methods
from pages.shared.compare.view import View
from pages.shared.level import level
from pages.shared.problems import show_problem
from pages.shared.tools import ago, plain

if TYPE_CHECKING:
    from ctrcore.report.options import Tests

_KEPT = "report-making"
NAMED = 3  # models that are named one by one
Shown = tuple[object, ...]


@dataclass
class Making:
    """A report on its way, in a thread of its own: it goes on while the visitor looks at something else.

    Attributes:
        shows: all that the file depends on. names: of the models. options: what was asked for.
        share: done, 0 to 1. step: what comes next.
        text: the file, when it is done. error: what went wrong. when: it was begun, in seconds since the epoch.
        spoken: the language in which it is written.
    """

    shows: Shown
    names: str
    options: Options
    share: float = 0.0
    step: str = field(default_factory=lambda: say("starting"))
    text: str | None = None
    error: Exception | None = None
    when: float = field(default_factory=time.time)
    spoken: str = field(default_factory=language)
    thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def active(self) -> bool:
        """True while it is being made."""
        return self.text is None and self.error is None

    def start(self, view: View) -> None:
        """Begin."""
        self.thread = threading.Thread(target=self._make, args=(view,), daemon=True)
        self.thread.start()

    def _make(self, view: View) -> None:
        from ctrcore.report import make_report

        try:
            with spoken(self.spoken):  # a thread of its own serves no visitor
                self.text = make_report(view.contenders, self.options, self._tell, sheet=view.sheet)
        except Exception as error:
            self.error = error

    def _tell(self, share: float, step: str) -> None:
        self.share, self.step = share, step


def panel(view: View) -> None:
    """The choices, the button, the progress, and the download."""
    with st.expander(
        say("Report: everything on these models in one file"), icon=":material/summarize:", key="report-panel"
    ):
        st.markdown(
            say(
                "One HTML file with the data, the settings, the metrics, the tests, the curves and what the models "
                "look at. It opens offline in any browser, prints well, and holds no link to this app."
            )
        )
        options = _options(view)
        making: Making | None = st.session_state.get(_KEPT)
        shows = _shown(view, options) if options is not None else None
        same = making is not None and making.shows == shows
        if making is not None and making.active:
            _watch(same)
            if same:
                return
        if options is None or shows is None:
            st.info(say("Choose at least one section."), icon=":material/info:")
        elif same and making is not None:
            _offer(view, options, making)
        else:
            _offer(view, options, None)
            _say_other(making)


def _shown(view: View, options: Options) -> Shown:
    """All that the file depends on: a report on anything else is not the one that is asked for."""
    dataset = view.dataset
    known: Shown = ()
    if is_large(dataset):  # it is measured and prepared when somebody asks for it, others whenever it is needed
        profile = dataset.kept_profile()
        known = (profile and profile[0], *(dataset.is_prepared(run.recipe) for run in view.runs))
    return (
        view.chosen,
        tuple(view.titles.values()),
        dataset.name,
        tuple(repairs_of(run) for run in view.runs),
        known,
        options,
        language(),
    )


def _options(view: View) -> Options | None:
    """What the report contains; the simple level takes all but single rows. None without a section."""
    title = st.text_input(
        say("Title"), key="report-title", max_chars=200, placeholder=say("made from the dataset's name")
    )
    if level() == "Simple":
        return Options(title=title.strip())
    sections = st.pills(
        say("Sections"),
        list(SECTIONS),
        selection_mode="multi",
        default=list(SECTIONS),
        format_func=SECTIONS.__getitem__,
        key="report-sections",
    )
    tests: Tests = "auto"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if level() == "Expert":
            tests = st.segmented_control(
                say_in("of statistics", "Test"),
                methods(view),
                default=method_for(view.sheet),
                required=True,
                format_func=METHODS.__getitem__,
                key="report-test",
                help=say("A bootstrap of many rows takes minutes."),
            )
        rows = st.toggle(
            say("Show single rows"),
            key="report-rows",
            help=say(
                "The rows that the best two models disagree on most, with their values. They are data of single "
                "people, so think of who will read the report."
            ),
        )
    chosen = tuple(one for one in SECTIONS if one in sections)
    return Options(title=title.strip(), tests=tests, rows=rows, sections=chosen) if chosen else None


def _offer(view: View, options: Options, making: Making | None) -> None:
    """The button that starts it; of this very report, if it was made, the download, or what went wrong."""
    if making is not None and making.error is not None:
        show_problem(making.error)
    text = making.text if making is not None else None
    ready, other = text is not None, st.session_state.get(_KEPT)
    with st.container(horizontal=True, vertical_alignment="center"):
        if text is not None:
            st.download_button(
                say("Download the report ({size:.1f} MB)", size=len(text) / 1e6),
                text.encode,
                file_name="report.html",
                mime="text/html",
                key="report-download",
                icon=":material/download:",
                type="primary",
                on_click="ignore",
            )
        asked = st.button(
            say("Make it again") if ready else say("Make the report"),
            key="report-make",
            icon=":material/summarize:",
            type="secondary" if ready else "primary",
            disabled=other is not None and other.active,
        )
        if asked:  # here and not in a callback, which would know the choices of the run before: no title just typed
            _start(view, options)
            st.rerun()
        if ready and making is not None:
            when = ago(making.when)
            st.caption(say("Made {when}. Takes some seconds; you can go on looking around meanwhile.", when=when))
        else:
            st.caption(say("Takes some seconds; you can go on looking around meanwhile."))


def _say_other(making: Making | None) -> None:
    """That there is a report, but not on what is chosen now."""
    if making is not None and making.text is not None:
        st.caption(
            say(
                "The report made {when}, on {names}, shows other models or choices, or what has changed since.",
                when=ago(making.when),
                names=plain(making.names),
            )
        )


def _start(view: View, options: Options) -> None:
    titles = list(view.titles.values())
    names, more = say(", ").join(titles[:NAMED]), len(titles) - NAMED
    if more > 0:
        names = say("{names} and {more} more", names=names, more=more)
    making = Making(_shown(view, options), names, options)
    st.session_state[_KEPT] = making
    making.start(view)


@st.fragment(run_every=0.5)
def _watch(same: bool) -> None:
    """The progress; `same`: it is the report on what is chosen now."""
    making: Making = st.session_state[_KEPT]
    if not making.active:
        st.rerun()
    doing = (
        say("Making the report: {step}", step=plain(making.step))
        if same
        else say("Making another report, on {names}: {step}", names=plain(making.names), step=plain(making.step))
    )
    st.progress(min(making.share, 1.0), text=doing)
