"""The terms of the app in plain words, one sentence or two each. Used as help where a term first appears."""

from __future__ import annotations

from ctrcore.language import Spoken, mark

WORDS = Spoken(
    {
        "click-through rate": mark("The share of rows (an item shown to a user) that were clicked."),
        "logit": mark(
            "The model's raw score. 0 means a probability of 50 %, +1 about 73 %, -1 about 27 %, -3 about 5 %. "
            "Contributions add up on this scale, not on probabilities."
        ),
        "probability": mark("The logit squeezed between 0 and 1: how likely the model thinks a click is."),
        "auc": mark(
            "The chance that a clicked row gets a higher score than one that was not clicked. 0.5 is a coin toss, 1 "
            "is perfect order. It says nothing on whether the probabilities are right."
        ),
        "gauc": mark(
            "The AUC within each user's own rows, averaged with the number of rows as weight. Users with only clicks "
            "or only non-clicks cannot be ordered and are skipped."
        ),
        "pr_auc": mark(
            "Area under precision against recall. With rare clicks it is stricter than the AUC; a random order gets "
            "the click rate."
        ),
        "log_loss": mark(
            "How surprised the model is by what happened; lower is better. It punishes sure and wrong predictions."
        ),
        "accuracy": mark(
            "Share of rows on the right side of the cutoff. With rare clicks, saying 'never' looks good here."
        ),
        "f1": mark(
            "Balance of precision (how many called clicks were clicks) and recall (how many clicks were called)."
        ),
        "precision": mark("Of the rows called clicks the share that was clicked."),
        "recall": mark("Of the clicked rows the share that was called."),
        "cost": mark(
            "What the mistakes at a cutoff cost: a false alarm is a row called a click that was not clicked, a "
            "missed click one that was not called. The mean over all rows counts rightly judged rows as 0."
        ),
        "roc": mark(
            "The share of the clicks found against the share of the non-clicks that came along, for every cutoff."
        ),
        "gain": mark("Cumulative gain: the share of all clicks that is in the best part of the list."),
        "lift": mark("How many times more clicks the best part of the list holds than a random part of the same size."),
        "p": mark(
            "How often chance alone would give a difference at least this large if both models ranked equally well. "
            "Small speaks against chance; it is not the probability that they are equal."
        ),
        "adjusted p": mark(
            "p after Holm's correction for all pairs tested together: of many pairs some would look different by "
            "chance alone. Below 0.05 a difference counts as told apart."
        ),
        "delong": mark(
            "DeLong's test: the exact spread of the difference of two AUCs on the same rows, by a formula (DeLong et "
            "al. 1988). Fast; it takes rows as independent."
        ),
        "clustered": mark(
            "DeLong's formula with users in place of rows (Obuchowski 1997): rows of one user are alike, so only "
            "users are independent of each other. Fast; the honest choice where users have several rows."
        ),
        "bootstrap": mark(
            "Rows are drawn anew with replacement many times, clicks and others apart, the same for all models; the "
            "spread of the differences is read off. It takes rows as independent."
        ),
        "users": mark(
            "Users are drawn anew instead of rows, each with all of the rows: as DeLong's test by users, without its "
            "formula."
        ),
        "repair": mark("A curve fitted on the validation rows that turns a model's score into a better probability."),
        "platt": mark(
            "Platt's repair: a sigmoid of a straight line, two numbers. Works with few rows, and leaves their order "
            "as it is, unless the line falls."
        ),
        "isotonic": mark(
            "The isotonic repair: the best staircase that never falls. Follows any shape, but needs thousands of "
            "rows, and rows on one step become equal, which may lower the AUC."
        ),
        "ece": mark("Expected calibration error: mean distance between the predicted probability and the click rate."),
        "pcoc": mark("Predicted clicks over observed clicks. 1 is right, above 1 the model promises too many."),
        "rela_impr": mark(
            "Relative improvement: how much better the AUC is than that of the base run, both counted from 0.5. A "
            "dash if the base is not surely better than a random order: its 95 % interval is not above 0.5, or not "
            "known."
        ),
        "cutoff": mark("Rows with at least this probability are called clicks."),
        "calibration": mark("Whether a predicted 10 % is clicked in 10 of 100 cases."),
        "parameters": mark("Numbers that the model has learnt."),
        "epoch": mark("One pass over all training rows."),
        "augmentation": mark(
            "Training rows are changed a little each time they are learnt, so that the model copes with new users, "
            "new items and short histories. Validation and test rows are never changed. All of it is off at 0."
        ),
        "validation": mark("Rows kept aside in training: they decide when to stop and which epoch is kept."),
        "test": mark(
            "Rows that took no part in training nor in any choice. Every final number comes from them, where there "
            "are some."
        ),
        "embedding": mark(
            "A short list of numbers the model learns for each value, so that similar values get similar numbers."
        ),
        "field": mark("One column as the model sees it, for example the user id or the hour."),
        "attention": mark(
            "A weight the model gives to a part while it computes its score. It says where the model looks, not "
            "whether that raises or lowers the score."
        ),
        "contribution": mark("What a part adds to the logit: above zero it speaks for a click, below zero against."),
        "gate": mark(
            "A factor by which SENet multiplies a field's embedding: 1 leaves it as it is, 0 switches it off."
        ),
        "ablation": mark("How much the logit moves on average when a field's gate is replaced by its mean."),
        "permutation": mark(
            "How much AUC is lost when a field's values are shuffled over the rows, so that they say nothing."
        ),
        "leave-one-out": mark(
            "The logit with the behaviour minus the logit without it: what it really did to the score."
        ),
        "shapley": mark(
            "The score shared out among the fields fairly: a field gets what its value adds to the score, averaged "
            "over all orders in which the fields could become known one after the other. Until it is known, it has "
            "the values of other rows (the background). The shares add up to the score, and mean the same for every "
            "model."
        ),
        "tied columns": mark(
            "Columns of which one says what the other is, such as an item and its category. Replaced one by one they "
            "make rows that cannot exist, and each looks worth little, as the other stands in for it; together they "
            "are one."
        ),
        "background": mark(
            "The rows that stand for 'we do not know the value': a sample of the training rows, the same one each time."
        ),
        "residual": mark("What the parts do not explain: the score minus the start minus all parts."),
        "what-if": mark(
            "The row with some values changed, scored by the models themselves. It tells what the model would say, "
            "not what would happen."
        ),
        "candidate": mark("The item whose click is to be predicted."),
        "history": mark("Items the user clicked before."),
        "unknown": mark("A value that is too rare or was never seen in training; all such values share one embedding."),
        "rank": mark(
            "The place of a row when all of them are sorted by the model's score, the best first. 'Above 90 %' means "
            "that the row has a better score than 90 % of the rows. Ranks of two models can be compared even where "
            "their probabilities cannot."
        ),
        "rank correlation": mark(
            "How alike two models order the rows: 1 is the same order, 0 no relation, -1 the reverse (Spearman's). "
            "It weighs all rows alike, also those at the bottom that nobody would show."
        ),
        "shared top": mark(
            "Of the rows that one model puts first, the share that the other one puts first as well. It looks only "
            "at the top of the list, which is what users see."
        ),
        "slice": mark(
            "A part of the rows that have something in common, such as one value of a field or users new to the model."
        ),
        "lead": mark(
            "How much better one model does on the rows of a place than the other. In AUC: how much more often it "
            "puts a click above a row that was not clicked, where one of the two is in that place and the other "
            "anywhere. In log-loss: how much less it is surprised by a row, on average."
        ),
        "correction": mark(
            "Of many comparisons some look like a finding by chance alone: of 100 about 5. The correction (Holm) "
            "asks for stronger evidence the more comparisons there are."
        ),
        "hit_rate": mark("HR@K: the share of users with a click among the first K of their rows."),
        "ndcg": mark(
            "NDCG@K: how high the clicks stand among a user's first K rows, compared with the best order; 1 is the "
            "best. A click on the first place counts most."
        ),
        "mrr": mark(
            "Mean reciprocal rank: 1 if a user's first click stands on top, 1/2 if it comes second, and so on; the "
            "mean over users."
        ),
        "map": mark(
            "Mean average precision: at each click the share of clicks among the rows down to it, averaged over a "
            "user's clicks, then over users."
        ),
        "coverage": mark(
            "The share of the different items shown that is among the first K of at least one user. A low share "
            "means that the same few items are put first for everybody."
        ),
        "popularity bias": mark(
            "How many times as often the first K items occur in training as all items that these users were shown. "
            "Above 1 the model favours what is popular already."
        ),
        "interval": mark(
            "The 95 % interval: with a hundred other samples of test rows, about 95 of such intervals would hold the "
            "true value. It says nothing on another seed or another time."
        ),
        "normalised_entropy": mark(
            "Normalised entropy: log-loss divided by that of always predicting the click rate. Below 1 the model "
            "knows more; unlike the log-loss it can be compared between tables with different click rates."
        ),
        "seconds": mark("Seconds from the first training row to the end, validation included."),
        "rows per second": mark(
            "Rows that are learnt from, or scored, in one second on the machine that trained the model."
        ),
        "peak memory": mark(
            "The most main memory that the training process held at once. Memory of a GPU is not in it."
        ),
        "best epoch": mark("The epoch with the best AUC on the validation rows: its weights were kept."),
        "seed": mark("The number that random choices start from. Runs that differ only in it show how much is luck."),
        "outside": mark("Scores that another system gave to the same rows, added as a file."),
        "funnel": mark(
            "How a list is made in two steps: a quick model picks a few hundred of all items (recall), then a better "
            "one puts these in order (ranking), and the first few are shown."
        ),
        "recalled": mark(
            "Picked out of all items by the quick first step. What is not recalled can never be shown, however well "
            "the ranking model would like it."
        ),
        "channel": mark(
            "The way on which an item was recalled: by the quick model's score for this user, or because it is "
            "popular with everybody."
        ),
        "appeal": mark("What the item has for anybody: its mean score over other users, each with their own past."),
        "fit": mark("What is special about this user: the score minus the item's appeal."),
        "smallest change": mark(
            "The fewest past clicks or values that have to be different for an item to leave the list, or to enter "
            "it. Each one is tried by scoring all candidates again; the model is not trained anew."
        ),
        "last moment": mark(
            "The user's last row in the table: the past clicks, device, hour and so on of that row are kept while "
            "the items change."
        ),
    }
)

TITLES = Spoken(
    {
        "click-through rate": mark("Click-through rate"),
        "logit": mark("Logit"),
        "probability": mark("Probability"),
        "auc": mark("AUC"),
        "gauc": mark("gAUC"),
        "pr_auc": mark("PR-AUC"),
        "log_loss": mark("Log-loss"),
        "accuracy": mark("Accuracy"),
        "f1": mark("F1"),
        "precision": mark("Precision"),
        "recall": mark("Recall"),
        "cost": mark("Cost"),
        "roc": mark("ROC curve"),
        "gain": mark("Gain"),
        "lift": mark("Lift"),
        "p": mark("p"),
        "adjusted p": mark("Corrected p"),
        "delong": mark("DeLong's test"),
        "clustered": mark("DeLong's test by users"),
        "bootstrap": mark("Bootstrap"),
        "users": mark("Users"),
        "repair": mark("Repair"),
        "platt": mark("Platt's repair"),
        "isotonic": mark("Isotonic"),
        "ece": mark("ECE"),
        "pcoc": mark("PCOC"),
        "rela_impr": mark("RelaImpr"),
        "cutoff": mark("Cutoff"),
        "calibration": mark("Calibration"),
        "parameters": mark("Parameters"),
        "epoch": mark("Epoch"),
        "augmentation": mark("Augmentation"),
        "validation": mark("Validation"),
        "test": mark("Test"),
        "embedding": mark("Embedding"),
        "field": mark("Field"),
        "attention": mark("Attention"),
        "contribution": mark("Contribution"),
        "gate": mark("Gate"),
        "ablation": mark("Ablation"),
        "permutation": mark("Permutation"),
        "leave-one-out": mark("Leave-one-out"),
        "shapley": mark("Shapley"),
        "tied columns": mark("Tied columns"),
        "background": mark("Background"),
        "residual": mark("Residual"),
        "what-if": mark("What-if"),
        "candidate": mark("Candidate"),
        "history": mark("History"),
        "unknown": mark("Unknown"),
        "rank": mark("Rank"),
        "rank correlation": mark("Rank correlation"),
        "shared top": mark("Shared top"),
        "slice": mark("Slice"),
        "lead": mark("Lead"),
        "correction": mark("Correction"),
        "hit_rate": mark("HR@K"),
        "ndcg": mark("NDCG@K"),
        "mrr": mark("MRR"),
        "map": mark("MAP"),
        "coverage": mark("Coverage"),
        "popularity bias": mark("Popularity bias"),
        "interval": mark("Interval"),
        "normalised_entropy": mark("NE"),
        "seconds": mark("Seconds"),
        "rows per second": mark("Rows per second"),
        "peak memory": mark("Peak memory"),
        "best epoch": mark("Best epoch"),
        "seed": mark("Seed"),
        "outside": mark("Outside"),
        "funnel": mark("Funnel"),
        "recalled": mark("Recalled"),
        "channel": mark("Channel"),
        "appeal": mark("Appeal"),
        "fit": mark("Fit"),
        "smallest change": mark("Smallest change"),
        "last moment": mark("Last moment"),
    }
)
"""The terms of `WORDS` as they are written."""
