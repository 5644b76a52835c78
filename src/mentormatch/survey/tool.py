"""What a survey tool is: it knows its own exports by their marks, and brings them to one header over one row a person.

A header is the words of a question, or ``question [item]`` where a question has a column for each item: an option, a
line of a grid, a rank, a day. ``[Autre]`` holds what was typed beside the options. What the tool itself notes of a row,
when it was sent and whether it is whole, goes into ``sent``; its other columns of its own are left out.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import ClassVar

from mentormatch.base.plugins import concrete
from mentormatch.errors import Problem, SurveyError
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import tr
from mentormatch.survey.moments import moments
from mentormatch.survey.table import Order, Record, Rows, SentMoment, TableRemark, TextTable, is_blank, unreadable

TOOLS = "mentormatch.survey.tools"
MOST_TITLES = 10
"""So many rows may stand above a header."""
UNNAMED = re.compile(r"Unnamed: [0-9]+(?:_level_[0-9]+)?")
OTHER = "Autre"
"""The item that holds what was typed beside the options."""


@dataclass(frozen=True, slots=True)
class ToolPage:
    """What the page of survey tools says of one, in French: cells of its tables, which may stay empty.

    It is ``known_by`` what is ``expected`` unless said; ``guide`` is a link. The tool notes when an answer was ``sent``
    and who left it ``unfinished``; some rows are ``refused``, columns of its ``own`` stay. So it writes ``several``
    choices, an ``other`` answer, a ``grid``, a ``ranking``, and calls the number of a ``response``.
    """

    known_by: str = ""
    files: str = ""
    guide: str = ""
    sent: str = ""
    unfinished: str = ""
    refused: str = ""
    own: str = ""
    several: str = ""
    other: str = ""
    grid: str = ""
    ranking: str = ""
    response: str = ""
    unconfirmed: str = ""


class Tool(ABC):
    """One survey tool, under the name ``label`` that staff know it by. ``last`` ones are asked when no other knows.

    ``marks`` are headers, folded, that hardly any other table has, and ``expected`` says what its exports have: where
    no tool knows a file, a tool of which a mark is there is named.

    ``example`` is an export, rows of cells, of the people of ``examples/exported.toml``; ``mapping`` what a programme
    says in ``[mapping.questions]`` to read it. What it tells of when and whether answers were sent, ``page`` says.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    last: ClassVar[bool] = False
    marks: ClassVar[Sequence[str]] = ()
    expected: ClassVar[str] = ""
    page: ClassVar[ToolPage] = ToolPage()
    example: ClassVar[Sequence[Sequence[str]]] = ()
    mapping: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def knows(self, rows: Rows) -> bool:
        """Tell, from marks that no other tool leaves, whether this one wrote ``rows``."""

    @abstractmethod
    def sort(self, rows: Rows) -> TextTable:
        """Return ``rows`` under one header; raise SurveyError where they are not as this tool writes them."""


def tools_by_kind() -> dict[str, type[Tool]]:
    """Return every registered tool by its kind."""
    return concrete(Tool, TOOLS, "mentormatch.tools")


def sort_by_tool(rows: Rows, kind: str | None = None) -> TextTable:
    """Return ``rows`` under one header, as the tool of this kind wrote them, or the one that knows them.

    Raises
    ------
    SurveyError
        No tool is of this kind, several know the rows, or they are not as the tool writes them.
    """
    tools = [tool() for tool in tools_by_kind().values()]
    candidates = [tool_of_kind(kind)] if kind is not None else [tool for tool in tools if not tool.last]
    below, knowing = find_header(rows, candidates)
    tool = the_one(rows, knowing) or (candidates[0] if kind is not None else next(tool for tool in tools if tool.last))
    table = tool.sort(below)
    remarks = [*rows_passed_over(rows, below), *(likely_tools(rows, candidates) if tool.last and kind is None else ())]
    return replace(table, manner=rows.manner, remarks=(*remarks, *table.remarks))


def tool_of_kind(kind: str) -> Tool:
    """Return the tool of this kind; raise SurveyError where there is none."""
    known = tools_by_kind()
    if kind not in known:
        expected = tr("un de {known}", known=", ".join(known))
        raise SurveyError(tr("Outil inconnu : « {kind} »", kind=kind), [Problem("tool", kind, expected)])
    return known[kind]()


def find_header(rows: Rows, tools: Sequence[Tool]) -> tuple[Rows, list[Tool]]:
    """Return the rows from the first that one of these tools knows for its header, and the tools that do.

    Only titles stand above it: rows of at most half as many cells. Where no tool knows any, the rows are as they were.
    """
    bare = without_labels(rows)
    for one in (rows, bare) if bare is not rows else (rows,):
        for above in range(min(MOST_TITLES, len(one.records) - 1) + 1):
            below = replace(one, records=one.records[above:])
            width = 2 * max((count(row.cells) for row in one.records[:above]), default=0)
            if width > count(below.records[0].cells):
                continue  # before any tool looks: most tables end here, with rows as wide as the first
            if known := [tool for tool in tools if not tool.last and tool.knows(below)]:
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


def rows_passed_over(rows: Rows, below: Rows) -> Iterator[TableRemark]:
    """Yield that rows above the header were not read, where some were not."""
    first = below.records[0].line
    if above := [row.line for row in rows.records if row.line < first]:
        sentence = tr("Les intitulés sont à la ligne {line} ; le titre au-dessus n'est pas lu.", line=first)
        yield TableRemark(above[0], sentence)


def likely_tools(rows: Rows, tools: Sequence[Tool]) -> Iterator[TableRemark]:
    """Yield the tools that do not know these rows, though a header is there that hardly any other table has."""
    headers = {fold(cell): cell.strip() for row in rows.records[:2] for cell in row.cells}
    for tool in tools:
        if found := [headers[mark] for mark in tool.marks if mark in headers]:
            sentence = tr(
                "Lu comme un tableau. {marks} : comme dans un export de {tool}, qui a {expected}. Si c'en est un,"
                " refaites l'export, ou dites-le avec --tool {kind}.",
                marks=listed([tr("« {text} »", text=mark) for mark in dict.fromkeys(found)]),
                tool=tr(tool.label),
                expected=tr(tool.expected),
                kind=tool.kind,
            )
            yield TableRemark(None, sentence)


def not_of(rows: Rows, tool: Tool) -> SurveyError:
    """Return the error that says that ``rows`` are no export of a tool, and what its exports have."""
    where = tr("ligne {line}", line=rows.records[0].line)
    return unreadable(
        rows.source, Problem(where, tr("pas un export de {tool}", tool=tr(tool.label)), tr(tool.expected))
    )


def part(question: str, item: str) -> str:
    """Return the header of the column of one item of a question."""
    return f"{question} [{item}]"


def number_repeats(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names with those that came before marked as second, third and so on; empty ones stay empty.

    Names that headers are compared by as equal are the same, and what is marked never takes the name of another.

    >>> number_repeats(["Nom", "Commentaire", "commentaire"])
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


OTHERS = frozenset(
    {"autre", "other", "autre (veuillez preciser)", "other (please specify)"}
    | {"other - write in", "other - write in (required)", "[other:]"}
)


@dataclass(frozen=True, slots=True)
class ToolQuestion:
    """One question of an export, and the item of each of its columns: None where one column holds the whole answer."""

    question: str
    items: tuple[str | None, ...] = (None,)


def header_of(questions: Iterable[ToolQuestion]) -> tuple[str, ...]:
    """Return one header for each column of these questions, all different.

    >>> header_of([ToolQuestion("Nom"), ToolQuestion("Jours", ("lundi", "Autre...")), ToolQuestion("Nom")])
    ('Nom', 'Jours [lundi]', 'Jours [Autre]', 'Nom (2)')
    """
    listed = list(questions)
    names = number_repeats([question.question for question in listed])
    columns = [(name, item) for name, one in zip(names, listed, strict=True) for item in one.items]
    return number_repeats([name if item is None else part(name, item_name(item)) for name, item in columns])


def item_name(label: str) -> str:
    """Return the name of an item: whatever the tool calls what was typed beside the options, it is ``Autre`` here."""
    return OTHER if fold(label).rstrip(" .:") in OTHERS else label


def leading_count(cells: Sequence[str], known: Collection[str]) -> int:
    """Return how many of the first cells are among ``known``, which is folded."""
    return next((at for at, cell in enumerate(cells) if fold(cell) not in known), len(cells))


def rows_below(rows: Rows, count: int = 1) -> Rows:
    """Return the rows below the first ``count``."""
    return replace(rows, records=rows.records[count:])


def map_cells(table: TextTable, change: Callable[[int, str], str]) -> TextTable:
    """Return the table with each cell as ``change`` gives it from its column and its text."""
    records = (
        Record(record.line, tuple([change(column, cell) for column, cell in enumerate(record.cells)]))
        for record in table.records
    )
    return replace(table, records=tuple(records))


def with_submissions(
    table: TextTable,
    columns: Sequence[int],
    *,
    whole: Callable[[tuple[str, ...]], bool] = lambda cells: True,
    certain: Order | None = None,
    response: Sequence[int] = (),
) -> TextTable:
    """Return the table with what the tool noted of each row: when it was sent, whether it is whole, its number.

    The moment is the first of ``columns`` that is not empty; one that cannot be read is remarked on, and not told.
    ``certain`` is the order of day and month that the tool is sure to write in the language of the file. The number of
    a response is the first of the columns ``response`` that is not empty.
    """
    texts = [first_filled(record.cells, columns) for record in table.records]
    rows = zip(texts, table.records, strict=True)
    beside = (record.cells[at] for text, record in rows for at in columns if record.cells[at].strip() != text)
    name = table.header[columns[0]] if columns else ""
    found, fault = moments(name, texts, beside, certain)
    sent = {
        record.line: SentMoment(moment.when, whole(record.cells), moment.readings, first_filled(record.cells, response))
        for record, moment in zip(table.records, found, strict=True)
    }
    lines = [line for text, (line, one) in zip(texts, sent.items(), strict=True) if text and not is_moment_known(one)]
    unread = [
        TableRemark(line, tr("La date d'envoi n'est pas lisible : elle n'est pas prise en compte.")) for line in lines
    ]
    odd = [TableRemark(None, tr(fault, column=name))] if fault else []
    return replace(table, sent=sent, remarks=(*table.remarks, *odd, *unread))


def with_zone(table: TextTable, zone: tzinfo) -> TextTable:
    """Return the table with the moments that have no time zone of their own in this one."""
    return replace(table, sent={line: sent.in_zone(zone) for line, sent in table.sent.items()})


def first_filled(cells: Sequence[str], columns: Sequence[int]) -> str:
    """Return the first of some cells that is not empty, without the space around it."""
    return next((cells[column].strip() for column in columns if cells[column].strip()), "")


def is_moment_known(sent: SentMoment) -> bool:
    """Tell whether it is known when a row was sent, one way or two."""
    return sent.when is not None or sent.readings is not None


def without_columns(table: TextTable, columns: Collection[int]) -> TextTable:
    """Return the table without these columns; what it says of the others stays true of them."""
    kept = [column for column in range(len(table.header)) if column not in columns]
    places = {column: at for at, column in enumerate(kept)}
    return replace(
        table,
        header=tuple(table.header[column] for column in kept),
        records=tuple(Record(row.line, tuple([row.cells[column] for column in kept])) for row in table.records),
        own=frozenset(places[column] for column in table.own if column in places),
        alone={places[column]: name for column, name in table.alone.items() if column in places},
    )
