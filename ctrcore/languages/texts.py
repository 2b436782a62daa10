"""Finds the texts of a source file for Babel, also those that are said within f-strings, which its own way skips."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import IO

Found = tuple[int, str, tuple[str | None, ...], list[str]]


def texts(file: IO[bytes], keywords: Collection[str], comment_tags: object, options: object) -> Iterator[Found]:  # noqa: ARG001
    """Line, function, its positional arguments (None for what is no plain text) and no comments, as Babel wants it.

    Args:
        file: Python source.
        keywords: names of the functions that say texts.
        comment_tags, options: of no use here, but Babel gives them.
    """
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in keywords:
            said = tuple(
                one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else None for one in node.args
            )
            if any(said):
                yield node.lineno, node.func.id, said, []
