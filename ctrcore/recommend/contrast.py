"""What is different about an item for a user, beyond what it is to anybody and what this user is to any item.

A part of a logit by itself says little: a gender may add the same to every film, a user may click anything readily, and
a film may please everybody. In a factorization machine even the size of such a part is arbitrary: the vectors of both
genders can be moved together, and the films' weights take it back. So each term t(u, i) is compared both ways:

    lead(u, i) = [t(u, i) - mean over the candidates j of t(u, j)]
               - [mean over other users u' of t(u', i) - mean over other users and candidates of t(u', j)]

The second bracket, summed over all terms, is the item's lead in appeal. All leads together are the item's logit minus
the mean logit of the candidates: nothing is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ctrcore.explain.appeal import other_users
from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.items import Positions, candidates, shown
from ctrcore.recommend.recommender import Recommender
from ctrcore.recommend.terms import Key, Means, Numbers, Terms, means_of, terms_of
from ctrcore.recommend.values import Values, behaviour_values

MOST_PAIRS = 500  # of a user and a candidate, for the mean of everything


@dataclass(frozen=True)
class Leads:
    """One candidate's leads; they sum to `logit - mean_logit`.

    Attributes:
        values: (K,) of the contrast's keys.
        behaviours: (T,) of each past behaviour, the most recent first: compared with an average behaviour of others.
        rest: of everything else that is the user's.
        hidden: of what hidden layers make of all values together, the constant of their held gates.
        appeal: what the item has for anybody, beyond the mean candidate.
    """

    values: Numbers
    behaviours: Numbers
    rest: float
    hidden: float
    appeal: float


class Contrast:
    """One list's candidates compared with each other, and its user with others. Make it once for a list.

    Attributes:
        trace: the list.
        terms: of the candidates, best first.
        means: over the candidates.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        model, fields = trace.recommender.model, trace.items.fields
        self.terms: Terms = terms_of(model, candidates(trace.moment.ranker, trace.items, trace.positions), fields)
        self.means: Means = means_of(self.terms)

    @property
    def keys(self) -> list[Key]:
        """What `Leads.values` belong to."""
        return self.terms.keys

    def behaviours(self, place: int) -> Numbers:
        """(T,) what each behaviour adds to a candidate's logit, the most recent first."""
        found: Numbers = self.terms.behaviours[place][::-1]
        return found

    @cached_property
    def behaviour_values(self) -> Values:
        """By column of items the values of each behaviour, the most recent first."""
        return behaviour_values(self.trace.items, self.trace.moment.ranker)

    @cached_property
    def others(self) -> Positions:
        """Where those of the recommender's sample stand who are somebody else."""
        recommender = self.trace.recommender
        return np.flatnonzero(other_users(recommender.others, self.trace.moment.ranker, recommender.encoder))

    @cached_property
    def pairs(self) -> int:
        """How many other users each candidate meets for the mean of everything: all, where that is quick."""
        return max(1, min(len(self.others), MOST_PAIRS // len(self.trace.positions)))

    @cached_property
    def _everywhere(self) -> Means | None:
        """Other users with the candidates: every candidate equally often, the users of the sample in turn."""
        others, trace = self.others, self.trace
        if not len(others):
            return None
        which = np.repeat(trace.positions, self.pairs)
        # one candidate after the other, so that nobody meets one twice and all users come up equally often
        who = np.random.default_rng(0).permutation(others)[np.arange(len(which)) % len(others)]
        rows = shown(trace.recommender.others, who, trace.items, which)
        return means_of(terms_of(trace.recommender.model, rows, trace.items.fields))

    def leads(self, place: int) -> Leads:
        """The leads of the candidate at this place."""
        own, mean, everywhere = self.terms, self.means, self._everywhere
        values = own.values[place] - mean.values
        behaviours = self.behaviours(place) - own.behaviours.mean(0)[::-1]
        rest, hidden, appeal = float(own.rest[place]) - mean.rest, float(own.hidden[place]) - mean.hidden, 0.0
        if everywhere is not None:
            anybody = appeal_of(self.trace.recommender, int(self.trace.positions[place]), self.others)
            values = values - (anybody.values - everywhere.values)
            history = anybody.history - everywhere.history
            rest -= anybody.rest - everywhere.rest
            hidden -= anybody.hidden - everywhere.hidden
            appeal = anybody.logit - everywhere.logit
            if len(behaviours):
                behaviours = behaviours - history / len(behaviours)
            else:
                rest -= history
        return Leads(values, behaviours, rest, hidden, appeal)


def appeal_of(recommender: Recommender, position: int, others: Positions | None = None) -> Means:
    """An item's mean terms with the recommender's sample of other users; kept, as items come up again and again.

    Args:
        recommender: the two stages.
        position: of the item.
        others: those of the sample that are meant; None: all of them.
    """
    sample = np.arange(len(recommender.others))
    found = recommender.appeals.get(position)
    if found is None:
        found = recommender.appeals[position] = _means(recommender, position, sample)
    out = sample if others is None else np.setdiff1d(sample, others)
    if others is None or not len(out):
        return found
    return _without(found, len(sample), _means(recommender, position, out), len(out))


def _means(recommender: Recommender, position: int, who: Positions) -> Means:
    rows = shown(recommender.others, who, recommender.items, np.full(len(who), position))
    return means_of(terms_of(recommender.model, rows, recommender.items.fields))


def _without(whole: Means, count: int, part: Means, out: int) -> Means:
    """The means of what is left of `count` rows when `out` of them go."""
    kept, gone = count / (count - out), out / (count - out)
    return Means(
        values=kept * whole.values - gone * part.values,
        history=kept * whole.history - gone * part.history,
        rest=kept * whole.rest - gone * part.rest,
        hidden=kept * whole.hidden - gone * part.hidden,
        logit=kept * whole.logit - gone * part.logit,
    )
