"""The terms of the app in plain words, one sentence or two each. Used as help where a term first appears."""

from __future__ import annotations

WORDS = {
    "click-through rate": "The share of rows (an item shown to a user) that were clicked.",
    "logit": "The model's raw score. 0 means a probability of 50 %, +1 about 73 %, -1 about 27 %, -3 about 5 %. "
    "Contributions add up on this scale, not on probabilities.",
    "probability": "The logit squeezed between 0 and 1: how likely the model thinks a click is.",
    "auc": "The chance that a clicked row gets a higher score than one that was not clicked. 0.5 is a coin toss, 1 is "
    "perfect order. It says nothing on whether the probabilities are right.",
    "gauc": "The AUC within each user's own rows, averaged with the number of rows as weight. Users with only "
    "clicks or only non-clicks cannot be ordered and are skipped.",
    "pr_auc": "Area under precision against recall. With rare clicks it is stricter than the AUC; a random order gets "
    "the click rate.",
    "log_loss": "How surprised the model is by what happened; lower is better. It punishes sure and wrong predictions.",
    "accuracy": "Share of rows on the right side of the cutoff. With rare clicks, saying 'never' looks good here.",
    "f1": "Balance of precision (how many called clicks were clicks) and recall (how many clicks were called).",
    "ece": "Expected calibration error: mean distance between the predicted probability and the click rate.",
    "pcoc": "Predicted clicks over observed clicks. 1 is right, above 1 the model promises too many.",
    "rela_impr": "How much better the AUC is than that of the base run, both counted from 0.5.",
    "cutoff": "Rows with at least this probability are called clicks.",
    "calibration": "Whether a predicted 10 % is clicked in 10 of 100 cases.",
    "parameters": "Numbers that the model has learnt.",
    "epoch": "One pass over all training rows.",
    "augmentation": "Training rows are changed a little each time they are learnt, so that the model copes with new "
    "users, new items and short histories. Validation and test rows are never changed. All of it is off at 0.",
    "validation": "Rows kept aside in training: they decide when to stop and which epoch is kept.",
    "test": "Rows that took no part in training nor in any choice. Every final number comes from them.",
    "embedding": "A short list of numbers the model learns for each value, so that similar values get similar numbers.",
    "field": "One column as the model sees it, for example the user id or the hour.",
    "attention": "A weight the model gives to a part while it computes its score. It says where the model looks, not "
    "whether that raises or lowers the score.",
    "contribution": "What a part adds to the logit: above zero it speaks for a click, below zero against.",
    "gate": "A factor by which SENet multiplies a field's embedding: 1 leaves it as it is, 0 switches it off.",
    "ablation": "How much the logit moves on average when a field's gate is replaced by its mean.",
    "permutation": "How much AUC is lost when a field's values are shuffled over the rows, so that they say nothing.",
    "leave-one-out": "The logit with the behaviour minus the logit without it: what it really did to the score.",
    "candidate": "The item whose click is to be predicted.",
    "history": "Items the user clicked before, oldest first.",
    "unknown": "A value that is too rare or was never seen in training; all such values share one embedding.",
    "rank": "The place of a row when all of them are sorted by the model's score, the best first. 'Above 90 %' means "
    "that the row has a better score than 90 % of the rows. Ranks of two models can be compared even where their "
    "probabilities cannot.",
    "rank correlation": "How alike two models order the rows: 1 is the same order, 0 no relation, -1 the reverse "
    "(Spearman's). It weighs all rows alike, also those at the bottom that nobody would show.",
    "shared top": "Of the rows that one model puts first, the share that the other one puts first as well. It looks "
    "only at the top of the list, which is what users see.",
    "slice": "A part of the rows that have something in common, such as one value of a field or users new to the "
    "model.",
    "correction": "Of many comparisons some look like a finding by chance alone: of 100 about 5. The correction (Holm) "
    "asks for stronger evidence the more comparisons there are.",
    "hit_rate": "HR@K: the share of users with a click among the first K of their rows.",
    "ndcg": "NDCG@K: how high the clicks stand among a user's first K rows, compared with the best order; 1 is the "
    "best. A click on the first place counts most.",
    "mrr": "Mean reciprocal rank: 1 if a user's first click stands on top, 1/2 if it comes second, and so on; the mean "
    "over users.",
    "map": "Mean average precision: at each click the share of clicks among the rows down to it, averaged over a "
    "user's clicks, then over users.",
    "coverage": "The share of the different items shown that is among the first K of at least one user. A low share "
    "means that the same few items are put first for everybody.",
    "popularity bias": "How many times as often the first K items occur in training as all items that these users were "
    "shown. Above 1 the model favours what is popular already.",
}

_TITLES = {
    "auc": "AUC",
    "gauc": "gAUC",
    "pr_auc": "PR-AUC",
    "log_loss": "Log-loss",
    "f1": "F1",
    "ece": "ECE",
    "pcoc": "PCOC",
    "rela_impr": "RelaImpr",
    "hit_rate": "HR@K",
    "ndcg": "NDCG@K",
    "mrr": "MRR",
    "map": "MAP",
}


def title_of(word: str) -> str:
    """A term of `WORDS` as it is written."""
    return _TITLES.get(word) or word[:1].upper() + word[1:].replace("_", " ")
