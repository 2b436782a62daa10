"""What the settings of models and training are called."""

from __future__ import annotations

from ctrcore.language import Spoken, mark

SETTINGS = Spoken(
    {
        "epochs": mark("Epochs"),
        "batch_size": mark("Batch size"),
        "learning_rate": mark("Learning rate"),
        "optimizer": mark("Optimizer"),
        "weight_decay": mark("Weight decay"),
        "l2": mark("L2"),
        "loss": mark("Loss"),
        "focal_gamma": mark("Focal gamma"),
        "positive_weight": mark("Positive weight"),
        "feature_dropout": mark("Feature dropout"),
        "cold_start": mark("Cold start"),
        "history_crop": mark("History crop"),
        "history_mask": mark("History mask"),
        "history_reorder": mark("History reorder"),
        "patience": mark("Patience"),
        "plateau_patience": mark("Plateau patience"),
        "plateau_factor": mark("Plateau factor"),
        "gradient_clip": mark("Gradient clip"),
        "lazy_rows": mark("Lazy rows"),
        "precision": mark("Precision"),
        "seed": mark("Seed"),
        "device": mark("Device"),
        "embedding_size": mark("Embedding size"),
        "init_std": mark("Init std"),
        "hidden_units": mark("Hidden units"),
        "dropout": mark("Dropout"),
        "attention_size": mark("Attention size"),
        "attention_dropout": mark("Attention dropout"),
        "attention_l2": mark("Attention l2"),
        "scale_by_pairs": mark("Scale by pairs"),
        "reduction": mark("Reduction"),
        "excitation": mark("Excitation"),
        "bilinear": mark("Bilinear"),
        "product": mark("Product"),
        "batch_norm": mark("Batch norm"),
        "scorer": mark("Scorer"),
        "softmax": mark("Softmax"),
        "attention_units": mark("Attention units"),
        "activation": mark("Activation"),
    }
)
"""By the name of the field in `TrainConfig` and the models' configs."""
