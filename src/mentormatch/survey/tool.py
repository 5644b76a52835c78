"""What a survey tool is: it knows its own exports by their marks, and brings them to one header over one row a person.

A header is the words of a question, or ``question [item]`` where a question has a column for each item: an option, a
line of a grid, a rank, a day. ``[Autre]`` holds what was typed beside the options. What the tool itself notes of a row,
when it was sent and whether it is whole, goes into ``sent``; its other columns of its own are left out.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from mentormatch.errors import Problem, SurveyError
from mentormatch.registry import concrete
from mentormatch.survey.table import Rows, Table

TOOLS = "mentormatch.survey.tools"
OTHER = "Autre"
"""The item that holds what was typed beside the options."""


class Tool(ABC):
    """One survey tool, under the name ``label`` that staff know it by. ``last`` ones are asked when no other knows."""

    kind: ClassVar[str]
    label: ClassVar[str]
    last: ClassVar[bool] = False

    @abstractmethod
    def knows(self, rows: Rows) -> bool:
        """Tell, from marks that no other tool leaves, whether this one wrote ``rows``."""

    @abstractmethod
    def sort(self, rows: Rows) -> Table:
        """Return ``rows`` under one header; raise SurveyError where they are not as this tool writes them."""


def tools_by_kind() -> dict[str, type[Tool]]:
    """Return every registered tool by its kind."""
    return concrete(Tool, TOOLS)


def sorted_by_tool(rows: Rows, kind: str | None = None) -> Table:
    """Return ``rows`` under one header, as the tool of this kind wrote them, or the one that knows them.

    Raises
    ------
    SurveyError
        No tool is of this kind, or the rows are not as it writes them.
    """
    known = tools_by_kind()
    if kind is not None and kind not in known:
        raise SurveyError(f"Outil inconnu : « {kind} »", [Problem("tool", kind, f"un de {', '.join(known)}")])
    asked = [known[kind]()] if kind else sorted((tool() for tool in known.values()), key=lambda tool: tool.last)
    return next(tool for tool in asked if kind or tool.knows(rows)).sort(rows)


def part(question: str, item: str) -> str:
    """Return the header of the column of one item of a question."""
    return f"{question} [{item}]"


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names with those that came before marked as second, third and so on; empty ones stay empty.

    >>> numbered(["Nom", "Commentaire", "Commentaire"])
    ('Nom', 'Commentaire', 'Commentaire (2)')
    """
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return tuple(found)
