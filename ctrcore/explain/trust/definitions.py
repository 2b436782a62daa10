"""What each check of trust asks and how its figure is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ctrcore.language import mark, say

Direction = Literal["low", "high", "interval", "none"]


@dataclass(frozen=True)
class Definition:
    """What a check is.

    Attributes:
        id: T0 to T14.
        title: a few words.
        question: what it answers, for everybody.
        definition: how its figure is computed, in the field's terms.
        threshold: what passes by default, as text.
        direction: 'low': small values pass; 'high': large ones; 'interval': the whole interval must lie above the
            threshold; 'none': shown, never judged.
    """

    id: str
    _title: str
    _question: str
    _definition: str
    _threshold: str
    direction: Direction

    @property
    def title(self) -> str:
        return say(self._title)

    @property
    def question(self) -> str:
        return say(self._question)

    @property
    def definition(self) -> str:
        return say(self._definition)

    @property
    def threshold(self) -> str:
        return say(self._threshold)


DEFINITIONS: dict[str, Definition] = {
    one.id: one
    for one in (
        Definition(
            "T0",
            mark("Reproduces the logit"),
            mark("Do the parts that are drawn add up to what the model computed?"),
            mark(
                "|logit - base - sum of the parts| / max(1, |logit|); over many rows the largest one. Asked of the "
                "model: of a card once for all of its pictures."
            ),
            mark("at most 0.00001"),
            "low",
        ),
        Definition(
            "T1",
            mark("The weights matter"),
            mark("Would the model rank the rows worse without its attention?"),
            mark(
                "AUC of the model less its AUC when the weights are replaced by uniform ones (of SENet: by each "
                "field's mean gate; of DIN without softmax: by the row's mean weight), with a paired bootstrap 95 % "
                "interval over users, or over rows where these have no user; the same for weights shuffled within the "
                "row (mean of 20; on fewer rows). No interval and no verdict with fewer than 10 clicks, 10 rows "
                "without one, or 20 users."
            ),
            mark("the whole interval above 0"),
            "interval",
        ),
        Definition(
            "T2",
            mark("Order agrees with effect"),
            mark("Are the parts with the largest scores those whose removal changes the logit most?"),
            mark(
                "Mean over rows of Kendall's tau-b of |score| and |leave-one-out effect|; a row whose scores or "
                "effects are all alike counts 0. A contribution counts against what takes its place: of a field "
                "against its mean over the background, of a pair of AFM, a c, against the other pairs, a (c - C) with "
                "C the attended mean."
            ),
            mark("at least 0.5"),
            "high",
        ),
        Definition(
            "T3",
            mark("Sign agrees with effect"),
            mark("Does the part with the largest score push the logit the way the score claims?"),
            mark(
                "Share of rows in which leaving out the part with the largest |score| changes the logit in the "
                "direction that its score claims; a weight without a sign claims that the part raises the logit. Rows "
                "with a single part are left out."
            ),
            mark("at least 90 %"),
            "high",
        ),
        Definition(
            "T4",
            mark("Deletion and insertion"),
            mark("Does taking away the top parts change the logit more than taking away parts at random?"),
            mark(
                "Comprehensiveness and sufficiency on the logit for the top 1, 2, 3, 5 and 10 parts, scaled in each "
                "row between the worst and the best order tried, less the mean of 20 random orders; 95 % interval over "
                "rows."
            ),
            mark("the whole interval above 0"),
            "interval",
        ),
        Definition(
            "T5",
            mark("Decision flip"),
            mark("Do fewer top parts have to go before the decision changes than parts in a random order?"),
            mark(
                "Parts that must go (looked at after 1, 2, 3, 5, 10, 20, 50, ...) until the row leaves its user's top "
                "3 (where the user has 6 judged rows), else until its logit falls under the median of the judged rows: "
                "mean of the random orders less the method's, divided by the row's number of parts; 95 % interval over "
                "rows."
            ),
            mark("the whole interval above 0"),
            "interval",
        ),
        Definition(
            "T6",
            mark("Infidelity"),
            mark("Can the scores foretell what taking away any set of parts does?"),
            mark(
                "E (beta z_S - d_S)^2 / Var d_S over random sets S: z_S the sum of the scores in S, d_S the change of "
                "the logit when S is taken away, beta the best scale of the row that is not negative. Contributions "
                "count as in T2."
            ),
            mark("at most 0.5"),
            "low",
        ),
        Definition(
            "T7",
            mark("Parameter randomisation"),
            mark("Do the scores change when the model forgets what it has learnt?"),
            mark(
                "Mean over rows of Spearman's correlation of |score| before and after the attention, then everything, "
                "is initialised anew (mean of 3), without its sign. Of weights the larger of both counts, of "
                "contributions that after everything. Not judged where a fresh model has no order, as LR, whose "
                "weights start at 0."
            ),
            mark("at most 0.3"),
            "low",
        ),
        Definition(
            "T8",
            mark("Label randomisation"),
            mark("Do the scores lose their structure when the model learns from shuffled clicks?"),
            mark(
                "Spearman's correlation of the scores with those of a model trained briefly on the true labels, less "
                "that with one trained as briefly on shuffled labels. Not judged where the first is below 0.6, or "
                "where fewer than 8 parts are compared."
            ),
            mark("at least 0.3"),
            "high",
        ),
        Definition(
            "T9",
            mark("Seed stability"),
            mark("Does another random start of the same training give the same picture?"),
            mark(
                "Mean Spearman's correlation of the scores over all pairs of runs that differ only in the seed; "
                "without such runs, of short trainings among themselves. Beside it the Jaccard overlap of the top k "
                "parts and what chance gives. Not judged where fewer than 8 parts are compared."
            ),
            mark("at least 0.6"),
            "high",
        ),
        Definition(
            "T10",
            mark("Background stability"),
            mark("Would another background sample give the same Shapley values?"),
            mark(
                "Half of the difference of the fields' Shapley values from two halves of the background, divided by "
                "their size (root mean squares; less what sampled permutations add): the error of those from the whole "
                "one. Asked of the model: of a card once for all of its pictures."
            ),
            mark("at most 20 %"),
            "low",
        ),
        Definition(
            "T11",
            mark("Agreement of methods"),
            mark("Do different ways of explaining the same rows say the same?"),
            mark(
                "Share of rows with the same top part, share of parts with the same sign, and mean Spearman's "
                "correlation of the sizes, for every pair of methods."
            ),
            mark("shown, not judged"),
            "none",
        ),
        Definition(
            "T12",
            mark("Planted truth"),
            mark("On simulated data, where the truth is known: is it found?"),
            mark(
                "Rank of the planted pairs, AUC of relevant against other behaviours within a row, share of right "
                "signs."
            ),
            mark("shown, not judged"),
            "none",
        ),
        Definition(
            "T13",
            mark("Dead or saturated weights"),
            mark("Are weights switched off, or does one part take everything?"),
            mark(
                "The larger of the share of weights that are exactly 0 and the share of rows in which one part has "
                "more than 90 % of the attention (of sigmoid gates: the share within 1 % of an end of their range)."
            ),
            mark("at most 5 %"),
            "low",
        ),
        Definition(
            "T14",
            mark("Data support"),
            mark("Has the model seen the values of these rows often enough to know them?"),
            mark(
                "Share of the values that are unknown, or that training rows hold fewer than 5 times. Numbers are not "
                "counted unless they are read as buckets. Asked of the rows: of a card once for all pictures."
            ),
            mark("at most 5 %"),
            "low",
        ),
    )
}
