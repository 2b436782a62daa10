"""A schema to begin with: every guess with its reason, so that it can be judged and corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctrcore.data.guesses.bags import BagGuess, candidate_of, guess_bag
from ctrcore.data.guesses.facts import Facts, determined_by, sample
from ctrcore.data.guesses.item_names import name_among
from ctrcore.data.guesses.keys import guess_item, guess_split, guess_time, guess_user
from ctrcore.data.guesses.kinds import guess_kind, guess_scale
from ctrcore.data.guesses.label import guess_label
from ctrcore.data.guesses.names import ITEM_TRAITS, ITEMS, USER_TRAITS, USERS, suggests
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.schema import Column, Role, Schema

if TYPE_CHECKING:
    from ctrcore.data.stored import Table


@dataclass(frozen=True)
class _Table:
    """What is known before the columns are judged one by one."""

    facts: dict[str, Facts]
    user: str | None
    item: str | None
    of_user: set[str]
    of_item: set[str]

    def role(self, name: str) -> tuple[Role, str]:
        """Whom the column describes, and the sentence that says why."""
        if name == self.user or name in self.of_user - self.of_item:
            return "user", "" if name == self.user else say(" Each user has only one, so it describes the user.")
        if name == self.item or name in self.of_item - self.of_user:
            return "item", "" if name == self.item else say(" Each item has only one, so it describes the item.")
        if name in self.of_user & self.of_item:
            return ("item", "") if suggests(name, ITEMS | ITEM_TRAITS) else ("user", "")
        # Names decide only where there is no id that could have decided.
        if self.user is None and suggests(name, USERS | USER_TRAITS):
            return "user", say(" By its name it describes the user.")
        if self.item is None and suggests(name, ITEMS | ITEM_TRAITS):
            return "item", say(" By its name it describes the item.")
        return "context", ""


def guess_schema(
    frame: Table,
    label: str | None = None,
    user: str | None = None,
    item: str | None = None,
    time: str | None = None,
) -> Schema:
    """Guess what every column means from names and at most 50,000 rows.

    Args:
        frame: the table, in memory or on disk.
        label, user, item, time: the column of that meaning where it is known; guessed where None.

    Raises:
        DataError: the table has no rows, two columns of one name, or no column to learn from.
    """
    if not frame.columns.is_unique:
        double = str(frame.columns[frame.columns.duplicated()][0])
        raise DataError(
            say("The column '{double}' appears twice in the table.", double=double),
            say("Give every column its own name."),
        )
    if not len(frame) or len(frame.columns) < 2:
        raise DataError(
            say("The table has no rows or only one column."),
            say("Use a table with a label and at least one more column."),
        )
    rows = sample(frame)
    facts = {str(name): Facts(str(name), rows[name]) for name in frame.columns}
    target = guess_label(facts if label is None else {label: facts[label]})
    rest = {name: fact for name, fact in facts.items() if name != target.name}
    split = guess_split(rest)
    rest.pop(split or "", None)
    user = user or guess_user({name: fact for name, fact in rest.items() if name not in (item, time)})
    item = item or guess_item({name: fact for name, fact in rest.items() if name not in (user, time)})
    when = (time, say("It says when, so it orders the rows.")) if time else None
    when = when or guess_time({name: fact for name, fact in rest.items() if name not in (user, item)})
    rest.pop(when[0] if when else "", None)
    table = _Table(
        rest,
        user,
        item,
        determined_by(frame, user, rest) if user else set(),
        determined_by(frame, item, rest) if item else set(),
    )
    found = {column.name: column for column in _columns(table)}
    found[target.name] = Column(name=target.name, kind="ignore", reason=target.reason)
    if split:
        found[split] = Column(name=split, kind="ignore", reason=say("It says which rows train and which test."))
    if when:
        found[when[0]] = Column(name=when[0], kind="ignore", reason=when[1])
    return Schema(
        label=target.name,
        positive=target.positive,
        threshold=target.threshold,
        user=user,
        item=item,
        time=when[0] if when else None,
        item_name=name_among(facts, item, table.of_item) if item else None,
        columns=[found[str(name)] for name in frame.columns],
    )


def _columns(table: _Table) -> list[Column]:
    """The columns that may become fields; histories last, for they refer to the others."""
    keys = (table.user, table.item)
    bags = {name: bag for name, fact in table.facts.items() if name not in keys and (bag := guess_bag(fact))}
    columns = [_single(table, fact) for name, fact in table.facts.items() if name not in bags]
    candidates = {
        column.name: table.facts[column.name]
        for column in columns
        if column.kind == "categorical" and column.role != "user"
    }
    aligned: list[BagGuess] = []
    for bag in bags.values():
        columns.append(_bag(table, bag, candidates, aligned))
    return columns


def _single(table: _Table, fact: Facts) -> Column:
    role, why = table.role(fact.name)
    if fact.name in (table.user, table.item):
        who = "user" if fact.name == table.user else "item"
        reason = say("It is called '{name}': its values say which {who} the row is about.", name=fact.name, who=who)
        return Column(name=fact.name, kind="categorical", role=role, reason=reason)
    key = table.user if role == "user" else table.item if role == "item" else None
    kind, reason = guess_kind(fact)
    if kind == "categorical" and key and fact.distinct > 20 and fact.distinct >= 0.95 * table.facts[key].distinct:
        return Column(
            name=fact.name,
            kind="ignore",
            role=role,
            reason=say("It differs for every {role}, so it says no more than '{key}'.", role=role, key=key),
        )
    scale = guess_scale(fact) if kind == "numeric" else "standard"
    return Column.model_validate(
        {
            "name": fact.name,
            "kind": kind,
            "role": role,
            "reason": reason + (why if kind != "ignore" else ""),
            "scale": scale,
        }
    )


def _bag(table: _Table, bag: BagGuess, candidates: dict[str, Facts], aligned: list[BagGuess]) -> Column:
    """A history if its members are values of a candidate column, else a multi-value field."""
    role, why = table.role(bag.name)
    of = candidate_of(bag, candidates) if bag.is_called_history else _hidden_history(table, bag, candidates)
    if of is not None:
        if aligned and (aligned[0].members.lengths != bag.members.lengths).any():
            reason = say(
                "{reason} It is no history beside '{name}', for they differ in length.",
                reason=bag.reason,
                name=aligned[0].name,
            )
            return Column(name=bag.name, kind="multi_value", role="user", delimiter=bag.delimiter, reason=reason)
        aligned.append(bag)
        reason = say(
            "{reason} They occur in '{of}' too, so they are the user's past values of it.", reason=bag.reason, of=of
        )
        return Column(name=bag.name, kind="history", role="user", of=of, delimiter=bag.delimiter, reason=reason)
    if bag.is_called_history:
        reason = say(
            "{reason} It seems to be a history, but no other column holds the same values to compare with.",
            reason=bag.reason,
        )
        return Column(name=bag.name, kind="ignore", role="user", delimiter=bag.delimiter, reason=reason)
    return Column(name=bag.name, kind="multi_value", role=role, delimiter=bag.delimiter, reason=bag.reason + why)


def _hidden_history(table: _Table, bag: BagGuess, candidates: dict[str, Facts]) -> str | None:
    """Members that are item ids make a history whatever its name, unless each item has only one such bag."""
    if table.item not in candidates or bag.name in table.of_item:
        return None
    return candidate_of(bag, {str(table.item): candidates[str(table.item)]})
