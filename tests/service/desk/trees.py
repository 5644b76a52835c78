"""What stands in the tree of a step: elements by tag, class and attribute, and their words."""

import re
from collections.abc import Iterator
from typing import Any

type Tree = list[Any]


def elements(tree: Tree, tag: str = "", kind: str = "", **attributes: str) -> Iterator[Tree]:
    """Yield the elements under a tree with a tag, a class and attributes (``data_focus="x"``), in their order."""
    for child in tree[2:]:
        if isinstance(child, list):
            wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
            kinds = child[1].get("class", "").split()
            if tag in ("", child[0]) and (not kind or kind in kinds) and wanted.items() <= child[1].items():
                yield child
            yield from elements(child, tag, kind, **attributes)


def element(tree: Tree, tag: str = "", kind: str = "", **attributes: str) -> Tree:
    """Return the one element under a tree that is so."""
    (found,) = elements(tree, tag, kind, **attributes)
    return found


def words(tree: Tree) -> str:
    """Return all words under a tree, one space between elements."""
    return re.sub("[ \n]+", " ", " ".join(texts(tree))).strip()


def texts(tree: Tree) -> Iterator[str]:
    """Yield the texts under a tree."""
    for child in tree[2:]:
        if isinstance(child, str):
            yield child
        else:
            yield from texts(child)


def table(tree: Tree) -> list[list[str]]:
    """Return the rows of the body of a table."""
    return [[words(cell) for cell in row[2:]] for row in elements(element(tree, "tbody"), "tr")]
