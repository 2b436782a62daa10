"""What the items of a dataset are called, by the choices made for it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctrcore.runs.dataset import Dataset

if TYPE_CHECKING:
    from ctrcore.data.recipe import Recipe
    from ctrcore.explain.names import Names


def present_recipe(dataset: Dataset) -> Recipe:
    """The saved choices of a dataset; if there are none, those that follow from the guessed schema.

    Where nobody was ever asked for the column of names, because the choices are older than the question, it is guessed.
    """
    from ctrcore.data.guesses.item_names import guess_item_name
    from ctrcore.data.recipe import first_recipe

    saved = dataset.recipe()
    recipe = saved if saved is not None else first_recipe(dataset.guess())
    schema = recipe.data_schema
    if "item_name" in schema.model_fields_set or schema.item is None:
        return recipe
    named = schema.model_copy(update={"item_name": guess_item_name(dataset.stored(), schema.item)})
    return recipe.model_copy(update={"data_schema": named})


def item_names_of(dataset: Dataset, recipe: Recipe) -> Names:
    """Names of the dataset's items.

    Args:
        dataset: the dataset. The column of names is its present choice, so that a run that was trained before somebody
            chose one shows names, too.
        recipe: of the run whose fields are shown.
    """
    from ctrcore.data.histories import full_schema
    from ctrcore.explain.names import names_of

    name = present_recipe(dataset).data_schema.item_name
    return names_of(dataset.stored(), full_schema(recipe).model_copy(update={"item_name": name}))
