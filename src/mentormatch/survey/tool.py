"""What a survey tool is: it knows its own exports by their marks, and brings them to one header over one row a person.

A header is the words of a question, or ``question [item]`` where a question has a column for each item: an option, a
line of a grid, a rank, a day. ``[Autre]`` holds what was typed beside the options. What the tool itself notes of a row,
when it was sent and whether it is whole, goes into ``sent``; its other columns of its own are left out.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from mentormatch.base.plugins import concrete
from mentormatch.errors import Problem, SurveyError
from mentormatch.languages import tr
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import fold
from mentormatch.survey.table import Rows, TableRemark, TextTable, is_blank, unreadable

TOOLS = "mentormatch.survey.tools"
MOST_TITLES = 10
"""So many rows may stand above a header."""
UNNAMED = re.compile(r"Unnamed: [0-9]+(?:_level_[0-9]+)?")
OTHER = "Autre"
"""The item that holds what was typed beside the options."""


class Tool(ABC):
    """One survey tool, under the name ``label`` that staff know it by. ``last`` ones are asked when no other knows.

    ``marks`` are headers, folded, that hardly any other table has, and ``expected`` says what its exports have: where
    no tool knows a file, a tool of which a mark is there is named.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    last: ClassVar[bool] = False
    marks: ClassVar[Sequence[str]] = ()
    expected: ClassVar[str] = ""

    @abstractmethod
    def knows(self, rows: Rows) -> bool:
        """Tell, from marks that no other tool leaves, whether this one wrote ``rows``."""

    @abstractmethod
    def sort(self, rows: Rows) -> TextTable:
        """Return ``rows`` under one header; raise SurveyError where they are not as this tool writes them."""


def tools_by_kind() -> dict[str, type[Tool]]:
    """Return every registered tool by its kind."""
    return concrete(Tool, TOOLS, "mentormatch.tools")


def sorted_by_tool(rows: Rows, kind: str | None = None) -> TextTable:
    """Return ``rows`` under one header, as the tool of this kind wrote them, or the one that knows them.

    Raises
    ------
    SurveyError
        No tool is of this kind, several know the rows, or they are not as the tool writes them.
    """
    tools = [tool() for tool in tools_by_kind().values()]
    asked = [named(kind)] if kind is not None else [tool for tool in tools if not tool.last]
    below, knowing = headed(rows, asked)
    tool = the_one(rows, knowing) or (asked[0] if kind is not None else next(tool for tool in tools if tool.last))
    table = tool.sort(below)
    told = [*passed_over(rows, below), *(near(rows, asked) if tool.last and kind is None else ())]
    return replace(table, manner=rows.manner, remarks=(*told, *table.remarks))


def named(kind: str) -> Tool:
    """Return the tool of this kind; raise SurveyError where there is none."""
    known = tools_by_kind()
    if kind not in known:
        expected = tr("un de {known}", known=", ".join(known))
        raise SurveyError(tr("Outil inconnu : « {kind} »", kind=kind), [Problem("tool", kind, expected)])
    return known[kind]()


def headed(rows: Rows, tools: Sequence[Tool]) -> tuple[Rows, list[Tool]]:
    """Return the rows from the first that one of these tools knows for its header, and the tools that do.

    Only titles stand above it: rows of at most half as many cells. Where no tool knows any, the rows are as they were.
    """
    bare = without_labels(rows)
    for one in (rows, bare) if bare is not rows else (rows,):
        for above in range(min(MOST_TITLES, len(one.records) - 1) + 1):
            below = replace(one, records=one.records[above:])
            width = 2 * max((count(row.cells) for row in one.records[:above]), default=0)
            known = [tool for tool in tools if not tool.last and tool.knows(below)]
            if known and width <= count(below.records[0].cells):
                return below, known
    return rows, []


def without_labels(rows: Rows) -> Rows:
    """Return the rows without the labels that pandas gives to columns that have none: ``Unnamed: 3``."""
    first, *rest = rows.records
    cells = tuple("" if UNNAMED.fullmatch(cell) else cell for cell in first.cells)
    return (
        rows if cells == first.cells or is_blank(cells) else replace(rows, records=(replace(first, cells=cells), *rest))
    )


def count(cells: Sequence[str]) -> int:
    """Return how many cells hold something."""
    return sum(bool(cell.strip()) for cell in cells)


def the_one(rows: Rows, tools: Sequence[Tool]) -> Tool | None:
    """Return the one tool that knows these rows, None where none does; raise SurveyError where several do."""
    if len(tools) > 1:
        marks = listed([tr("« {kind} » ({label})", kind=tool.kind, label=tr(tool.label)) for tool in tools])
        found, advice = tr("les marques de {tools}", tools=marks), tr("nommez celui qui l'a écrit avec --tool")
        raise unreadable(rows.source, Problem(tr("outil"), found, tr("celles d'un seul outil"), advice))
    return next(iter(tools), None)


def passed_over(rows: Rows, below: Rows) -> Iterator[TableRemark]:
    """Yield that rows above the header were not read, where some were not."""
    first = below.records[0].line
    if above := [row.line for row in rows.records if row.line < first]:
        told = tr("Les intitulés sont à la ligne {line} ; le titre au-dessus n'est pas lu.", line=first)
        yield TableRemark(above[0], told)


def near(rows: Rows, tools: Sequence[Tool]) -> Iterator[TableRemark]:
    """Yield the tools that do not know these rows, though a header is there that hardly any other table has."""
    headers = {fold(cell): cell.strip() for row in rows.records[:2] for cell in row.cells}
    for tool in tools:
        if found := [headers[mark] for mark in tool.marks if mark in headers]:
            told = tr(
                "Lu comme un tableau. {marks} : comme dans un export de {tool}, qui a {expected}. Si c'en est un,"
                " refaites l'export, ou dites-le avec --tool {kind}.",
                marks=listed([tr("« {text} »", text=mark) for mark in dict.fromkeys(found)]),
                tool=tr(tool.label),
                expected=tr(tool.expected),
                kind=tool.kind,
            )
            yield TableRemark(None, told)


def not_of(rows: Rows, tool: Tool) -> SurveyError:
    """Return the error that says that ``rows`` are no export of a tool, and what its exports have."""
    where = tr("ligne {line}", line=rows.records[0].line)
    return unreadable(
        rows.source, Problem(where, tr("pas un export de {tool}", tool=tr(tool.label)), tr(tool.expected))
    )


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
