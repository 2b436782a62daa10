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

from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.items import candidates, shown
from ctrcore.recommend.recommender import Recommender
from ctrcore.recommend.terms import Key, Means, Numbers, Terms, means_of, terms_of
from ctrcore.recommend.values import Values, behaviour_values


@dataclass(frozen=True)
class Leads:
    """One candidate's leads; they sum to `logit - mean_logit`.

    Attributes:
        values: (K,) of the contrast's keys.
        behaviours: (T,) of each past behaviour, the most recent first: compared with an average behaviour of others.
        rest: of everything else that is the user's.
        appeal: what the item has for anybody, beyond the mean candidate.
    """

    values: Numbers
    behaviours: Numbers
    rest: float
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
    def _everywhere(self) -> Means | None:
        """Other users with the candidates: every candidate equally often, the users of the sample in turn."""
        others, trace = self.trace.recommender.others, self.trace
        if not len(others):
            return None
        which = np.tile(trace.positions, -(-len(others) // len(trace.positions)))
        who = np.random.default_rng(0).permutation(np.resize(np.arange(len(others)), len(which)))
        rows = shown(others, who, trace.items, which)
        return means_of(terms_of(trace.recommender.model, rows, trace.items.fields))

    def leads(self, place: int) -> Leads:
        """The leads of the candidate at this place."""
        own, mean, everywhere = self.terms, self.means, self._everywhere
        values = own.values[place] - mean.values
        behaviours = self.behaviours(place) - own.behaviours.mean(0)[::-1]
        rest, appeal = float(own.rest[place]) - mean.rest, 0.0
        if everywhere is not None:
            anybody = appeal_of(self.trace.recommender, int(self.trace.positions[place]))
            values = values - (anybody.values - everywhere.values)
            history = anybody.history - everywhere.history
            rest -= anybody.rest - everywhere.rest
            appeal = anybody.logit - everywhere.logit
            if len(behaviours):
                behaviours = behaviours - history / len(behaviours)
            else:
                rest -= history
        return Leads(values, behaviours, rest, appeal)


def appeal_of(recommender: Recommender, position: int) -> Means:
    """An item's mean terms with the recommender's sample of other users; kept, as items come up again and again."""
    found = recommender.appeals.get(position)
    if found is None:
        others = recommender.others
        rows = shown(others, np.arange(len(others)), recommender.items, np.full(len(others), position))
        found = means_of(terms_of(recommender.model, rows, recommender.items.fields))
        recommender.appeals[position] = found
    return found
