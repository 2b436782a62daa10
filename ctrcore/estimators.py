"""The same models as scikit-learn classifiers, for pipelines, grid search and cross-validation."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ctrcore.data.encoding import Encoder
from ctrcore.data.guessing import guess_schema
from ctrcore.data.preparing import prepare
from ctrcore.data.recipe import Recipe, Split
from ctrcore.errors import DataError
from ctrcore.metrics import sigmoid
from ctrcore.models.base import CTRModel
from ctrcore.models.registry import build
from ctrcore.schema import Schema
from ctrcore.training.events import EpochEvent, as_record
from ctrcore.training.predicting import predict
from ctrcore.training.presets import Preset, preset
from ctrcore.training.trainer import train

LABEL = "label of the estimator"  # the target's name beside the columns of X


class CTRClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A click-through-rate model with `fit`, `predict_proba` and `predict` over a DataFrame.

    Args:
        model: lr, fm, afm, fibinet or din.
        schema: what the columns mean; guessed from the data where None. Its label is ignored: `y` is the label.
        preset: the settings to start from.
        model_options: settings of the model that differ from the preset, such as `{"embedding_size": 16}`.
        training_options: settings of the training that differ from it, such as `{"epochs": 5}`.
        valid: share of the rows held out for early stopping.
        seed: of initialisation, shuffling and the held-out rows.

    Attributes:
        classes_: the two classes, the click last.
        encoder_: the fitted encoder.
        model_: the trained model.
        history_: one record per epoch.
    """

    def __init__(
        self,
        model: str = "fm",
        *,
        schema: Schema | None = None,
        preset: Preset = "standard",
        model_options: dict[str, Any] | None = None,
        training_options: dict[str, Any] | None = None,
        valid: float = 0.1,
        seed: int = 1,
    ) -> None:
        self.model = model
        self.schema = schema
        self.preset = preset
        self.model_options = model_options
        self.training_options = training_options
        self.valid = valid
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike) -> Self:
        """Train on the rows of X with the labels y (two classes; the larger one is the click).

        Raises:
            DataError: X is no DataFrame, or y has not two classes.
        """
        frame = _frame(X)
        check_classification_targets(y)
        self.classes_, label = np.unique(np.asarray(y), return_inverse=True)
        if len(self.classes_) != 2:
            raise DataError(f"The labels have {len(self.classes_)} classes.", "Give labels of exactly two classes.")
        rows = frame.assign(**{LABEL: label.astype(np.float64)})
        recipe = Recipe(
            data_schema=self._schema(rows), split=Split(by="random", valid=self.valid, test=0.0, seed=self.seed)
        )
        prepared = prepare(rows, recipe)
        model_config, training = preset(self.preset, self.model, len(rows))
        model_config = type(model_config).model_validate(model_config.model_dump() | (self.model_options or {}))
        settings = {"seed": self.seed} | (self.training_options or {})
        training = type(training).model_validate(training.model_dump() | settings)
        self.encoder_: Encoder = prepared.encoder
        self.model_: CTRModel = build(model_config, prepared.encoder.fields, training.seed)
        schema = recipe.data_schema
        events = train(self.model_, prepared.train, prepared.valid, training, id_fields=(schema.user, schema.item))
        self.history_ = [as_record(event) for event in events if isinstance(event, EpochEvent)]
        self.n_features_in_, self.feature_names_in_ = frame.shape[1], np.asarray(frame.columns, dtype=object)
        return self

    def _schema(self, rows: pd.DataFrame) -> Schema:
        if self.schema is None:
            return guess_schema(rows, label=LABEL)
        own = {"label": LABEL, "positive": None, "threshold": None}
        columns = [column for column in self.schema.columns if column.name != self.schema.label]
        return self.schema.model_copy(update=own | {"columns": columns})

    def decision_function(self, X: pd.DataFrame) -> npt.NDArray[np.float32]:
        """Logits, shape (n,)."""
        check_is_fitted(self)
        return predict(self.model_, self.encoder_.transform(_frame(X)))

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probabilities of the two classes, shape (n, 2)."""
        click = sigmoid(self.decision_function(X))
        return np.column_stack([1 - click, click])

    def predict(self, X: pd.DataFrame) -> npt.NDArray[Any]:
        """The likelier class of each row, shape (n,)."""
        likelier: npt.NDArray[Any] = self.classes_[(self.decision_function(X) > 0).astype(int)]
        return likelier


def _frame(X: Any) -> pd.DataFrame:
    if not isinstance(X, pd.DataFrame):
        raise DataError(
            "The rows are no pandas DataFrame.", "Pass a DataFrame: the columns' names carry their meaning."
        )
    return X
