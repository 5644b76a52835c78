"""Interface of a survey tool: rows of an export -> a table with one header and one row per response.

A tool recognises its exports by their headers. A header is the text of a question, or ``question [item]`` if a question
has a column per item: an option, a row of a grid, a rank, a day. ``question [Autre]`` contains text typed next to the
options. The data of the tool on a row, such as its moment, become ``sent``. Other columns of the tool are left out, or
become ``own`` columns if a programme may name them.
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
MAX_TITLE_ROWS = 10  # above the header
OTHER = "Autre"
"""The item for text typed next to the options."""


@dataclass(frozen=True, slots=True)
class ToolPage:
    """The cells of a tool on the page of survey tools, in French; they may be empty.

    Attributes
    ----------
    known_by : the columns by which an export is recognised; by default ``Tool.expected``
    files : the file formats
    guide : a link to the guide for its exports in this documentation
    sent : the columns with the moment of a response
    unfinished : the mark of a response that was not completed
    refused : the rows that are refused
    own : the tool's own columns that are kept
    several, other, grid, ranking : the form of several choices, of other answers, of grids and of rankings
    response : the column with the number of a response
    unconfirmed : the facts that were not checked against a real export
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
    """A survey tool.

    Attributes
    ----------
    kind : its id, for ``--tool``
    label : its name for staff
    last : whether it is used if no other tool recognises the rows
    marks : folded headers that almost no other table has; a file with one that no tool recognises gets a remark
    expected : the columns of its exports, as the end of a message
    page : its row on the page of survey tools
    example : an export, as rows of cells, with the people of ``examples/exported.toml``
    mapping : the section ``[mapping.questions]`` of a programme that reads the example
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
        """Return whether this tool wrote ``rows``, by columns that no other tool writes."""

    @abstractmethod
    def sort(self, rows: Rows) -> TextTable:
        """Return ``rows`` as a table with one header. Raises SurveyError if they are no export of this tool."""


def tools_by_kind() -> dict[str, type[Tool]]:
    """Return all survey tools, including extensions, by kind."""
    return concrete(Tool, TOOLS, "mentormatch.tools")


def sort_by_tool(rows: Rows, kind: str | None = None) -> TextTable:
    """Return ``rows`` as a table with one header, read by the tool of this kind.

    Without a kind, the tool that recognises the rows reads them, or the ``last`` one if none does. Raises SurveyError
    if there is no tool of this kind, if several tools recognise the rows, or if the tool cannot read them.
    """
    tools = [tool() for tool in tools_by_kind().values()]
    candidates = [tool_of_kind(kind)] if kind is not None else [tool for tool in tools if not tool.last]
    below, matches = find_header(rows, candidates)
    fallback = candidates[0] if kind is not None else next(tool for tool in tools if tool.last)
    tool = require_single_tool(rows, matches) or fallback
    table = tool.sort(below)
    remarks = [
        *title_remarks(rows, below),
        *(likely_tool_remarks(rows, candidates) if tool.last and kind is None else ()),
    ]
    return replace(table, manner=rows.manner, remarks=(*remarks, *table.remarks))


def tool_of_kind(kind: str) -> Tool:
    """Return the tool of this kind. Raises SurveyError if there is none."""
    tools = tools_by_kind()
    if kind not in tools:
        expected = tr("un de {known}", known=", ".join(tools))
        raise SurveyError(tr("Outil inconnu : « {kind} »", kind=kind), [Problem("tool", kind, expected)])
    return tools[kind]()


def find_header(rows: Rows, tools: Sequence[Tool]) -> tuple[Rows, list[Tool]]:
    """Return the rows from the first header that tools recognise on, and these tools; all rows and [] if there is none.

    Rows above the header must be titles: they have at most half as many cells. There are at most ``MAX_TITLE_ROWS``.
    """
    unlabelled = without_labels(rows)
    for variant in (rows, unlabelled) if unlabelled is not rows else (rows,):
        for above in range(min(MAX_TITLE_ROWS, len(variant.records) - 1) + 1):
            below = replace(variant, records=variant.records[above:])
            min_width = 2 * max((count(row.cells) for row in variant.records[:above]), default=0)
            if min_width > count(below.records[0].cells):
                continue  # cheap, and excludes most rows, which are as wide as the header
            if matches := [tool for tool in tools if not tool.last and tool.knows(below)]:
                return below, matches
    return rows, []


def without_labels(rows: Rows) -> Rows:
    """Return the rows with the labels ``Unnamed: 3``, which pandas gives to columns without a header, made empty.

    Only the first row has labels. The rows are unchanged if it has nothing else.
    """
    first, *answers = rows.records
    cells = tuple("" if re.fullmatch(r"Unnamed: [0-9]+(?:_level_[0-9]+)?", cell) else cell for cell in first.cells)
    return (
        rows
        if cells == first.cells or is_blank(cells)
        else replace(rows, records=(replace(first, cells=cells), *answers))
    )


def count(cells: Sequence[str]) -> int:
    """Return the number of cells that are not blank."""
    return sum(bool(cell.strip()) for cell in cells)


def require_single_tool(rows: Rows, tools: Sequence[Tool]) -> Tool | None:
    """Return the only tool, None if there is none. Raises SurveyError for several."""
    if len(tools) > 1:
        marks = listed([tr("« {kind} » ({label})", kind=tool.kind, label=tr(tool.label)) for tool in tools])
        cause, advice = tr("les marques de {tools}", tools=marks), tr("nommez celui qui l'a écrit avec --tool")
        raise unreadable(rows.source, Problem(tr("outil"), cause, tr("celles d'un seul outil"), advice))
    return next(iter(tools), None)


def title_remarks(rows: Rows, below: Rows) -> Iterator[TableRemark]:
    """Yield a remark if rows above the header are not read."""
    first = below.records[0].line
    if above := [row.line for row in rows.records if row.line < first]:
        sentence = tr("Les intitulés sont à la ligne {line} ; le titre au-dessus n'est pas lu.", line=first)
        yield TableRemark(above[0], sentence)


def likely_tool_remarks(rows: Rows, tools: Sequence[Tool]) -> Iterator[TableRemark]:
    """Yield a remark on each tool that has one of its ``marks`` in the first two rows."""
    headers = {fold(cell): cell.strip() for row in rows.records[:2] for cell in row.cells}
    for tool in tools:
        if marks := [headers[mark] for mark in tool.marks if mark in headers]:
            sentence = tr(
                "Lu comme un tableau. {marks} : comme dans un export de {tool}, qui a {expected}. Si c'en est un,"
                " refaites l'export, ou dites-le avec --tool {kind}.",
                marks=listed([tr("« {text} »", text=mark) for mark in dict.fromkeys(marks)]),
                tool=tr(tool.label),
                expected=tr(tool.expected),
                kind=tool.kind,
            )
            yield TableRemark(None, sentence)


def not_an_export_error(rows: Rows, tool: Tool) -> SurveyError:
    """Return the error that ``rows`` are no export of a tool, with the columns of its exports."""
    where = tr("ligne {line}", line=rows.records[0].line)
    return unreadable(
        rows.source, Problem(where, tr("pas un export de {tool}", tool=tr(tool.label)), tr(tool.expected))
    )


def part(question: str, item: str) -> str:
    """Return the header of the column of an item of a question."""
    return f"{question} [{item}]"


def number_repeats(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, with a number added to each but the first of equal ones; empty names stay empty.

    Names are compared by ``text_keys.fold``. A numbered name differs from all other names.

    >>> number_repeats(["Nom", "Commentaire", "commentaire"])
    ('Nom', 'Commentaire', 'commentaire (2)')
    """
    used = {fold(name) for name in names}
    last_numbers: dict[str, int] = {}
    numbered = []
    for name in names:
        folded, number = fold(name), last_numbers.get(fold(name), 0) + 1
        while folded and number > 1 and fold(f"{name} ({number})") in used:
            number += 1
        last_numbers[folded] = number
        numbered.append(f"{name} ({number})" if folded and number > 1 else name)
        used.add(fold(numbered[-1]))
    return tuple(numbered)


OTHER_LABELS = frozenset(
    {"autre", "other", "autre (veuillez preciser)", "other (please specify)"}
    | {"other - write in", "other - write in (required)", "[other:]"}
)


@dataclass(frozen=True, slots=True)
class ToolQuestion:
    """A question of an export, and the item of each of its columns, None for a column with the complete answer."""

    question: str
    items: tuple[str | None, ...] = (None,)


def header_of(questions: Iterable[ToolQuestion]) -> tuple[str, ...]:
    """Return a header for each column of these questions, all different apart from empty ones.

    >>> header_of([ToolQuestion("Nom"), ToolQuestion("Jours", ("lundi", "Autre...")), ToolQuestion("Nom")])
    ('Nom', 'Jours [lundi]', 'Jours [Autre]', 'Nom (2)')
    """
    ordered = list(questions)
    names = number_repeats([question.question for question in ordered])
    columns = [(name, item) for name, question in zip(names, ordered, strict=True) for item in question.items]
    return number_repeats([name if item is None else part(name, item_name(item)) for name, item in columns])


def item_name(label: str) -> str:
    """Return the name of an item: ``Autre`` for the item of other answers, which tools label in several ways."""
    return OTHER if fold(label).rstrip(" .:") in OTHER_LABELS else label


def leading_count(cells: Sequence[str], names: Collection[str]) -> int:
    """Return the number of cells before the first one whose folded text is not in ``names``."""
    return next((at for at, cell in enumerate(cells) if fold(cell) not in names), len(cells))


def rows_below(rows: Rows, count: int = 1) -> Rows:
    return replace(rows, records=rows.records[count:])


def map_cells(table: TextTable, change: Callable[[int, str], str]) -> TextTable:
    """Return the table with each cell replaced by ``change(column, text)``."""
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
    """Return the table with the data of the tool on each row in ``sent``.

    Parameters
    ----------
    columns
        The columns with the moment: the first text that is not blank counts. A remark reports each unreadable moment.
    whole
        Whether a response is complete, by its cells.
    certain
        The order of day and month of the tool in the language of the file, None if it is unknown.
    response
        The columns with the number of the response: the first text that is not blank counts.
    """
    texts = [first_filled(record.cells, columns) for record in table.records]
    rows = zip(texts, table.records, strict=True)
    other_texts = (record.cells[at] for text, record in rows for at in columns if record.cells[at].strip() != text)
    name = table.header[columns[0]] if columns else ""
    read_moments, fault = moments(name, texts, other_texts, certain)
    sent_by_line = {
        record.line: SentMoment(moment.when, whole(record.cells), moment.readings, first_filled(record.cells, response))
        for record, moment in zip(table.records, read_moments, strict=True)
    }
    moments_by_line = zip(texts, sent_by_line.items(), strict=True)
    unread_lines = [line for text, (line, moment) in moments_by_line if text and not is_moment_known(moment)]
    unread = [
        TableRemark(line, tr("La date d'envoi n'est pas lisible : elle n'est pas prise en compte."))
        for line in unread_lines
    ]
    on_column = [TableRemark(None, tr(fault, column=name))] if fault else []
    return replace(table, sent=sent_by_line, remarks=(*table.remarks, *on_column, *unread))


def with_zone(table: TextTable, zone: tzinfo) -> TextTable:
    """Return the table with all moments in a time zone, unless they have one."""
    return replace(table, sent={line: moment.in_zone(zone) for line, moment in table.sent.items()})


def first_filled(cells: Sequence[str], columns: Sequence[int]) -> str:
    """Return the first cell of these columns that is not blank, stripped; empty if there is none."""
    return next((cells[column].strip() for column in columns if cells[column].strip()), "")


def is_moment_known(sent: SentMoment) -> bool:
    return sent.when is not None or sent.readings is not None


def without_columns(table: TextTable, columns: Collection[int]) -> TextTable:
    """Return the table without these columns, also in ``own`` and ``alone``, whose other numbers are shifted."""
    remaining = [column for column in range(len(table.header)) if column not in columns]
    places = {column: at for at, column in enumerate(remaining)}
    return replace(
        table,
        header=tuple(table.header[column] for column in remaining),
        records=tuple(Record(row.line, tuple([row.cells[column] for column in remaining])) for row in table.records),
        own=frozenset(places[column] for column in table.own if column in places),
        alone={places[column]: name for column, name in table.alone.items() if column in places},
    )
