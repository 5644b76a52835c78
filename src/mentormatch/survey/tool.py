"""What a survey tool is: it knows its own exports by their marks, and brings them to one header over one row a person.

A header is the words of a question, or ``question [item]`` where a question has a column for each item: an option, a
line of a grid, a rank, a day. ``[Autre]`` holds what was typed beside the options. What the tool itself notes of a row,
when it was sent and whether it is whole, goes into ``sent``; its other columns of its own are left out.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from mentormatch.errors import Problem, SurveyError
from mentormatch.languages import tr
from mentormatch.phrases import listed
from mentormatch.registry import concrete
from mentormatch.survey.table import Rows, Table, unreadable
from mentormatch.text import fold

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
        No tool is of this kind, several know the rows, or they are not as the tool writes them.
    """
    tool = named(kind) if kind is not None else knowing(rows)
    return replace(tool.sort(rows), manner=rows.manner)


def named(kind: str) -> Tool:
    """Return the tool of this kind; raise SurveyError where there is none."""
    known = tools_by_kind()
    if kind not in known:
        expected = tr("un de {known}", known=", ".join(known))
        raise SurveyError(tr("Outil inconnu : « {kind} »", kind=kind), [Problem("tool", kind, expected)])
    return known[kind]()


def knowing(rows: Rows) -> Tool:
    """Return the one tool that knows these rows, or the one that takes any; raise SurveyError where several do."""
    tools = [tool() for tool in tools_by_kind().values()]
    first, *others = [tool for tool in tools if not tool.last and tool.knows(rows)] or [
        tool for tool in tools if tool.last
    ]
    if others:
        marks = listed([tr("« {kind} » ({label})", kind=tool.kind, label=tr(tool.label)) for tool in (first, *others)])
        found, advice = tr("les marques de {tools}", tools=marks), tr("nommez celui qui l'a écrit avec --tool")
        raise unreadable(rows.source, Problem(tr("outil"), found, tr("celles d'un seul outil"), advice))
    return first


def not_of(rows: Rows, tool: str, expected: str) -> SurveyError:
    """Return the error that says that ``rows`` are no export of a tool, and what its exports have."""
    where = tr("ligne {line}", line=rows.records[0].line)
    return unreadable(rows.source, Problem(where, tr("pas un export de {tool}", tool=tool), expected))


def part(question: str, item: str) -> str:
    """Return the header of the column of one item of a question."""
    return f"{question} [{item}]"


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names with those that came before marked as second, third and so on; empty ones stay empty.

    Names that headers are compared by as equal are the same, and what is marked never takes the name of another.

    >>> numbered(["Nom", "Commentaire", "commentaire"])
    ('Nom', 'Commentaire', 'commentaire (2)')
    """
    taken = {fold(name) for name in names}
    last: dict[str, int] = {}
    found = []
    for name in names:
        known, number = fold(name), last.get(fold(name), 0) + 1
        while known and number > 1 and fold(f"{name} ({number})") in taken:
            number += 1
        last[known] = number
        found.append(f"{name} ({number})" if known and number > 1 else name)
        taken.add(fold(found[-1]))
    return tuple(found)
