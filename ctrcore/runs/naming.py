"""What the items of a dataset are called, by the choices made for it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctrcore.runs.dataset import Dataset

if TYPE_CHECKING:
    from ctrcore.data.recipe import Recipe
    from ctrcore.explain.names import Names


def item_names_of(dataset: Dataset, recipe: Recipe) -> Names:
    """Names of the dataset's items.

    Args:
        dataset: the dataset. The column of names is its present choice: a run trained before somebody chose one shows
            names, too. Where nobody was ever asked, because the choices are older than the question, it is guessed.
        recipe: of the run whose fields are shown.
    """
    from ctrcore.data.guesses.item_names import guess_item_name
    from ctrcore.data.histories import full_schema
    from ctrcore.explain.names import names_of

    saved = dataset.recipe()
    present = saved.data_schema if saved is not None else dataset.guess()
    own, table = full_schema(recipe), dataset.stored()
    name = present.item_name
    if "item_name" not in present.model_fields_set and own.item is not None:
        name = guess_item_name(table, own.item)
    return names_of(table, own.model_copy(update={"item_name": name}))
