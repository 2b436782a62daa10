"""The reasons for an item as an `Explanation`, so that every figure and table of explanations can show them."""

from __future__ import annotations

from ctrcore.explain.explanation import NAN, Explanation, Part, parts_table
from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.sentences import reason_phrase
from ctrcore.recommend.why import Why


def as_explanation(trace: Trace, why: Why) -> Explanation:
    """From the mean logit of all candidates to the item's own, reason by reason, in the words of the sentences."""
    schema = trace.items.encoder.schema
    columns = ["kind", "name", "value", "count", "lead"]
    parts: list[Part] = [
        ("other", reason_phrase(str(kind), str(name), str(value), int(count), schema), "", float(lead), NAN, NAN)
        for kind, name, value, count, lead in why.reasons[columns].to_numpy().tolist()
    ]
    method = f"what is different about it among {len(trace.positions):,} candidates"
    return Explanation(why.mean_logit, parts_table(parts), why.logit, method, why.explanation.exact)
