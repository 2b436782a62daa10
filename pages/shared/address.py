"""What is being looked at, kept in the address, so that a link, a reload and the back button open the same view.

Streamlit's own binding of widgets to the address writes an option's label and drops defaults: a renamed run or a newer
dataset would then change what an old link means. So ids are written here, defaults included. Everything is written
once at the end of a run, as each write makes a step for the back button. And when a page is left, Streamlit makes a
step without what was bound there, so that the back button would not lead to the tab that was left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ctrcore.language import say

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_tab_container import TabContainer

KEYS = (
    *("language", "level", "dataset", "runs", "run", "row", "user", "afm", "fibinet", "din", "scoring"),
    *("a", "b", "cutoff", "limits"),
)
# These mean something on one page only, and are in no other address; that page still remembers them.
OF_PAGE = {
    "compare": (
        *("view", "test", "replicates", "pairs", "differ-scale", "differ-by", "zoom", "goal", "cost-alarm"),
        *("cost-missed", "bins", "slices-of", "k", "learning-what", "learning-over", "over-seeds"),
    ),
    "explain": ("tab", "how", "together", "clicks", "pin", "field", "value"),
    "afm": ("pair", "matrix"),
    "senet": ("order", "deviation"),
    "din": ("group", "candidate", "off", "older"),
    "score": ("repair",),
    "why": ("recall", "recalled", "popular", "top", "seen", "item", "over", "missed", "ask"),
    "importance": (
        *("matters", "matters-of", "matters-order", "matters-field", "matters-measure", "matters-least", "matters-by"),
        *("tied", "shapley-rows", "shapley-background", "matters-seed"),
    ),
    "train": ("curves-over",),
    "learn": ("lesson", "step", "hide", "show", "set"),
    "playground": ("hide", "show", "set"),
    "trust": ("method", "retrain", "beside", "seed", "rows"),
}
NOTHING = "none"
_BARE = ("learn", "playground")  # pages that keep defaults out of the address: a key that is gone means the default
T = TypeVar("T")
_CHOSEN, _WRITTEN, _PAGE, _SCRIPT = "address-chosen", "address-written", "address-page", "address-script"


def restore(page: str) -> None:
    """Take over what the address says, where it is not what was written last. Once, at the start of a run.

    Args:
        page: the one that is open, as the address calls it.
    """
    st.session_state[_PAGE], st.session_state[_SCRIPT] = page, _script()
    chosen, written = _store(_CHOSEN), _store(_WRITTEN)
    for key in _keys():
        said = st.query_params.get(key)
        if said is not None and said != written.get(key):
            chosen[key] = said
        elif said is None and key in written and page in _BARE and key not in KEYS:
            chosen.pop(key, None)


def flush() -> None:
    """Write what is chosen to the address. Once, at the end of a run, or when a part of the page runs alone.

    While a page is being left, its widgets' last changes come under the address of the next one, which is not theirs.
    """
    if _left():
        return
    keys = _keys()
    chosen, written = {key: value for key, value in _store(_CHOSEN).items() if key in keys}, _store(_WRITTEN)
    shown = st.query_params.to_dict()
    wanted = {key: value for key, value in shown.items() if key not in keys} | chosen
    if wanted != shown:  # at once, as each write makes a step for the back button
        st.query_params.from_dict(wanted)
    written.clear()
    written.update(chosen)


def query() -> dict[str, str]:
    """All that is chosen and means something on any page, to take it along to another one."""
    return {key: value for key, value in _store(_CHOSEN).items() if key in KEYS}


def read(key: str) -> str | None:
    """The value of a key, None if there is none."""
    return _store(_CHOSEN).get(key)


def read_list(key: str) -> list[str]:
    """The ids of a key that holds several."""
    return [part for part in (read(key) or "").split(",") if part and part != NOTHING]


def write(key: str, value: str | None) -> None:
    """Choose a value, or none."""
    if value is None:
        _store(_CHOSEN).pop(key, None)
    else:
        _store(_CHOSEN)[key] = value


def write_list(key: str, values: list[str]) -> None:
    """Choose several ids; an empty choice is a choice too."""
    write(key, ",".join(values) or NOTHING)


def show(widget: str, key: str, options: Sequence[object], default: object) -> None:
    """Make a widget show what the address says, or the default. Before the widget, which has no default of its own.

    Args:
        widget: its key.
        key: that of the address.
        options: what can be chosen; the address holds their text.
        default: where the address says nothing, or what is no option.
    """
    value = next((option for option in options if str(option) == read(key)), default)
    if st.session_state.get(widget) != value:
        st.session_state[widget] = value


def choose(
    label: str,
    options: Sequence[T],
    default: T,
    key: str,
    help_text: str | None = None,
    *,
    words: Callable[[T], str] = str,
) -> T:
    """Buttons of which one is chosen, kept in the address under the widget's key.

    Args:
        label: of the buttons. options: what can be chosen; the address holds their text. default: at first.
        key: of the widget and of the address.
        help_text: explains the choice.
        words: what is written on the button of an option, in the visitor's language.
    """
    show(key, key, options, default)
    picked: T | None = st.segmented_control(
        label,
        list(options),
        required=True,
        format_func=words,
        key=key,
        on_change=take,
        args=(key, key),
        help=help_text,
    )
    return default if picked is None else picked


def tabs(key: str, names: Sequence[str]) -> dict[str, TabContainer]:
    """Tabs, of which the open one is kept in the address: by its English name, whatever the visitor reads.

    Args:
        key: of the tabs and of the address.
        names: marked texts; the first is open at first.
    """
    labels = {name: say(name) for name in names}
    opened = next((name for name in names if name == read(key)), names[0])
    if st.session_state.get(key) != labels[opened]:
        st.session_state[key] = labels[opened]
    write(key, opened)
    drawn = st.tabs(list(labels.values()), key=key, on_change=_take_tab, args=(key, labels))
    return dict(zip(names, drawn, strict=True))


def _take_tab(key: str, labels: Mapping[str, str]) -> None:
    """Choose the tab that was opened, by its name."""
    opened = next((name for name, label in labels.items() if label == st.session_state[key]), None)
    if opened is not None:
        write(key, opened)
        flush()


def show_number(widget: str, key: str, default: float, low: float, high: float) -> None:
    """`show` for a widget of numbers: what is no number between these ends is the default."""
    try:
        value = float(read(key) or "nan")
    except ValueError:
        value = default
    value = value if low <= value <= high else default
    if st.session_state.get(widget) != value:
        st.session_state[widget] = value


def take(widget: str, key: str) -> None:
    """Choose what a widget was changed to. For its `on_change`; it may lie in a part of the page that runs alone.

    Who leaves a page before all of it is drawn changes widgets to nothing, which is no choice.
    """
    value = st.session_state[widget]
    if value is not None or not _left():
        write(key, str(value))
        flush()


def _left() -> bool:
    """Whether the page of the last run is being left."""
    return st.session_state.get(_SCRIPT) != _script()


def _script() -> str:
    """What Streamlit calls the page that the address names."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.page_script_hash if context else ""


def _keys() -> tuple[str, ...]:
    """The keys of the page that is open."""
    return (*KEYS, *OF_PAGE.get(st.session_state.get(_PAGE, ""), ()))


def _store(name: str) -> dict[str, str]:
    store: dict[str, str] = st.session_state.setdefault(name, {})
    return store
