"""Whether a table is a behaviour log, and the choices to begin with."""

from __future__ import annotations

from ctrcore.data.guesses.facts import Facts, determined_by, sample
from ctrcore.data.guesses.keys import guess_item, guess_time, guess_user
from ctrcore.data.guesses.label import guess_label
from ctrcore.data.guesses.names import EVENTS, LABELS, RATINGS, is_id_of, suggests, words_of
from ctrcore.data.labels import CLICK_WORDS, NO_CLICK_WORDS
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.explaining import explain_choices
from ctrcore.data.stored import Table

__all__ = ["explain_choices", "guess_log"]

SURE_NAMES = EVENTS | {"behavior", "behaviour", "interaction_type", "feedback_type"}
ACTION_NAMES = SURE_NAMES | {
    "behaviors",
    "behaviours",
    "actions",
    "events",
    "activity",
    "type",
    "feedback",
    "operation",
}
SHOWN = ("impression", "impressions", "imp", "show", "shown", "exposure", "exposed", "expose", "display", "displayed")
# What a user does first comes first: the commonest sign of interest makes the most rows to learn from.
CLICKED = (
    "click", "clicked", "clk", "item_click", "view", "viewed", "pv", "pageview", "page_view", "item_view",
    "product_view", "detail", "detail_view", "browse", "watch", "play", "listen", "read", "open",
)  # fmt: skip
OTHER = (
    "cart", "add_to_cart", "addtocart", "add-to-cart", "basket", "fav", "favorite", "favourite", "collect", "like",
    "save", "share", "follow", "comment", "buy", "purchase", "purchased", "order", "transaction", "checkout", "remove",
    "removefromcart", "remove_from_cart", "rate", "dislike", "skip", "wishlist", "bookmark", "forward", "download",
)  # fmt: skip
KNOWN = {*SHOWN, *CLICKED, *OTHER}
MOST_ACTIONS = 30
SESSIONS = {"session", "sessionid", "visit", "visitid"}
CATEGORIES = {"category", "categories", "categoryid", "cat", "cate", "genre", "genres", "class", "topic", "subcategory"}


def guess_log(log: Table, label_is_sure: bool = False) -> LogChoices | None:
    """The choices to begin with if the table looks like a behaviour log, else None.

    A log says who, with which item and when, and has no column that plainly says click or no click in every row.

    Args:
        log: the table; at most 50,000 of its rows are looked at.
        label_is_sure: the table's label is known, so it holds impressions already.
    """
    if label_is_sure or not len(log) or not log.columns.is_unique:
        return None
    rows = sample(log)
    facts = {str(name): Facts(str(name), rows[name]) for name in log.columns}
    if any(_is_label(fact) for fact in facts.values()):
        return None
    user = guess_user(facts)
    item = guess_item({name: fact for name, fact in facts.items() if name != user})
    time = guess_time({name: fact for name, fact in facts.items() if name not in (user, item)})
    if user is None or item is None or time is None:
        return None
    rest = {name: fact for name, fact in facts.items() if name not in (user, item, time[0]) and not fact.is_list}
    action = next((name for name, fact in rest.items() if _is_action(fact)), None)
    rating = next((name for name, fact in rest.items() if name != action and _is_rating(fact)), None)
    category = _category(log, item, rest)
    positive: list[str] = []
    threshold, negatives = None, "uniform"
    if action is not None:
        positive, shown = _positive_actions(rest[action])
        negatives = "given" if shown else "uniform"
    elif rating is not None:
        threshold, negatives = guess_label({rating: rest[rating]}).threshold, "given"
    return LogChoices.model_validate(
        {
            "user": user,
            "item": item,
            "time": time[0],
            "action": action,
            "rating": rating,
            "session": next((name for name in rest if _is_session(name)), None),
            "positive_actions": positive,
            "rating_threshold": threshold,
            "negatives": negatives,
            "category": category,
            "history_columns": [category] if category else [],
        }
    )


def _is_session(name: str) -> bool:
    """True for 'session_id' and 'user_session', but not for 'session_length'."""
    words = [word for word in words_of(name) if word not in ("id", "ids", "no", "nr")]
    return bool(words) and words[-1] in SESSIONS


def _is_label(fact: Facts) -> bool:
    """True for a column that is called like a label or a rating and says both yes and no, and nothing else."""
    values = {str(value).strip().lower() for value in fact.values[:3]} if not fact.is_list else set()
    says_both = values <= CLICK_WORDS | NO_CLICK_WORDS and not values.isdisjoint(CLICK_WORDS)
    named = "_".join(words_of(fact.name)) in LABELS or suggests(fact.name, RATINGS)
    return says_both and not values.isdisjoint(NO_CLICK_WORDS) and named


def _is_action(fact: Facts) -> bool:
    """True for a column called so with few values, most of them known; or numbers, if its name is beyond doubt."""
    name = "_".join(words_of(fact.name))
    if name not in ACTION_NAMES or not 1 <= fact.distinct <= MOST_ACTIONS:
        return False
    known = [value for value in fact.values if str(value).strip().lower() in KNOWN]
    if name in SURE_NAMES:
        return bool(known) or fact.is_whole
    return 2 * len(known) > fact.distinct


def _is_rating(fact: Facts) -> bool:
    return suggests(fact.name, RATINGS) and guess_label({fact.name: fact}).threshold is not None


def _positive_actions(action: Facts) -> tuple[list[str], bool]:
    """The actions that count as a click, and whether the log tells what was shown without one.

    Beside impressions a click is whatever is known as one, else everything that is no impression. Without impressions
    it is the commonest action that comes first, such as a view; where none is known, everything.
    """
    names = [str(value) for value in action.values]
    shown = [name for name in names if name.strip().lower() in SHOWN]
    counts = dict(zip(action.words.words, action.words.counts, strict=True))
    clicked = sorted((name for name in names if name.strip().lower() in CLICKED), key=lambda name: -counts[name])
    if shown:
        others = [name for name in names if name not in shown]
        return clicked or others, bool(others)
    return clicked[:1], False


def _category(log: Table, item: str, rest: dict[str, Facts]) -> str | None:
    """A column of the log that says the item's category: of that name, and of one value an item."""
    named = {name: fact for name, fact in rest.items() if is_id_of(name, CATEGORIES) or _names_item_category(name)}
    found = determined_by(log, item, named) if named else set()
    return max((name for name in named if name in found), key=lambda name: -named[name].distinct, default=None)


def _names_item_category(name: str) -> bool:
    words = words_of(name)
    return len(words) > 1 and words[-1] in CATEGORIES
