"""Facts of a survey tool -> how its exports are read.

Most tools are their ``Facts`` alone. A tool with other header rows, or other cells, overrides a step of ``FactTool``.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from itertools import pairwise
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mentormatch.fields.base import SeveralAnswers
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.survey.facts import Facts, Names, State, Verdict, completed_page, folded
from mentormatch.survey.table import Order, Record, RefusedRow, Rows, TableRemark, TextTable, tabulate
from mentormatch.survey.tool import (
    OTHER,
    Tool,
    ToolQuestion,
    header_of,
    item_name,
    map_cells,
    not_of,
    part,
    rows_below,
    with_submissions,
    with_zone,
    without_columns,
)

TAG = re.compile(r"</?(?:strong|b|em|i|u|br ?/?|span|p|div)\b[^<>]*>", re.IGNORECASE)
"""The markup in the words of a question; other angle brackets are the author's."""
MAX_LEVELS = 12  # more different texts in the columns of one question are free text, not levels or ranks
BOX = frozenset({"", "0", "1", "true", "false"})
SHOWN_LINES = 5
LEFT_OUT = mark("« {column} » : {word} ; l'outil ne compte pas cette réponse")
ASKED = mark(
    "« {column} » : un état à vérifier, ligne {lines}. Cette réponse compte ; si elle ne le doit pas, retirez sa ligne"
    " du fichier."
)
ASKED_OF_SEVERAL = mark(
    "« {column} » : un état à vérifier, lignes {lines}. Ces réponses comptent ; si elles ne le doivent pas, retirez"
    " leurs lignes du fichier."
)
CHOOSE = mark(
    "« {column} » : {counts}. Toutes ces réponses comptent ; si certaines ne participent pas, retirez leurs lignes du"
    " fichier."
)
SUMMARY = mark("une ligne de résumé de l'outil, et non une réponse")
BORROWED = mark(
    "Le courriel est celui de quelqu'un d'autre ({why}) : la personne est connue par le numéro de l'outil. Demandez-lui"
    " son adresse."
)
SHARED = mark(
    "Lignes {lines} : même courriel de payeur pour plusieurs participants ; « {number} » peut servir d'identifiant."
)
FROM_MEMORY = mark(
    "Lu comme un export de {tool}, que nous ne connaissons que de mémoire. Si ce n'en est pas un, ou s'il est mal lu :"
    " --tool plain."
)


@dataclass(slots=True)
class Layout:
    """The columns of an export: their names, and by number those of the tool, and those that repeat others.

    ``body`` contains the rows below the header, ``rows`` the header as well.
    """

    names: list[str]
    body: Rows
    rows: Rows
    own: Mapping[int, str]
    left_out: set[int] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    """Questions that have a column per item for certain."""

    def texts(self, column: int) -> set[str]:
        """Return the texts of a column, folded, without empty ones."""
        return {fold(row.cells[column]) for row in self.body.records if column < len(row.cells)} - {""}

    def asked(self) -> list[int]:
        """Return the columns of questions."""
        return [at for at in range(len(self.names)) if at not in self.own and at not in self.left_out]


class FactTool(Tool):
    """A tool that is read by its facts. A step that they cannot describe is a method to override."""

    facts: ClassVar[Facts] = Facts()

    def __init_subclass__(cls) -> None:
        """Complete what the page of survey tools says of a tool by its facts."""
        if "facts" in cls.__dict__:
            cls.page = completed_page(cls.page, cls.facts)

    def knows(self, rows: Rows) -> bool:
        facts, names = self.facts, [fold(cell) for cell in rows.records[0].cells]
        opens = len(names) >= len(facts.first) and all(
            name in folded(words) for name, words in zip(names, facts.first, strict=False)
        )
        there = all(not folded(words).isdisjoint(names) for words in (*facts.among, *filter(None, [facts.any_of])))
        return opens and there and bool(facts.first or facts.among)

    def sort(self, rows: Rows) -> TextTable:
        names, body = self.headings(rows)
        own = self.own_columns(names, rows)
        if not self.fits(names, own):
            raise not_of(rows, self)
        layout = Layout([*names], body, rows, own)
        self.leave_out(layout)
        kept = [at for at, known in own.items() if not self.is_dropped(known) and at not in layout.left_out]
        questions = self.questions(layout)
        table, places = tabulate_layout(layout, questions, kept)
        noted = {places[at] for at in kept if at in places and own[at] not in folded(self.facts.asked)}
        columns = OwnColumns(
            {places[at]: known for at, known in own.items() if at in places},
            [[places[at] for at in block] for block in item_columns(layout, questions)],
        )
        table = self.answered(replace(table, tool=self.kind, own=frozenset(noted)), columns)
        table = self.with_notes(table, columns, self.zone(rows))
        return without_columns(
            table, {places[at] for at in (*own, *layout.left_out) if at in places and at not in kept}
        )

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        """Return the names of the columns, and the rows below the header; raise SurveyError if they are no export."""
        return [cell.strip() for cell in rows.records[0].cells], rows_below(rows)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        """Return whether rows may be an export of a tool that somebody named."""
        return bool(own)

    def is_dropped(self, name: str) -> bool:
        """Return whether a column of the tool, by its folded name, is one that nobody needs."""
        begins = any(name.startswith(prefix) for prefix in folded(self.facts.prefixes))
        return begins or name in folded(self.facts.dropped)

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        """Return the tool's own columns, each with the folded name by which the facts know it."""
        facts, columns = self.facts, range(len(names))
        kept = folded(facts.kept + facts.asked)
        known = {at: name for at, name in enumerate(map(fold, names)) if self.is_dropped(name) or name in kept}
        if facts.place == "anywhere":  # of several, the one that is spelled as the tool spells it
            spelled = {*facts.dropped, *facts.kept, *facts.asked}
            places = {known[at]: at for at in sorted(known, key=lambda at: (names[at].strip() in spelled, -at))}
            return {at: name for at, name in known.items() if places[name] == at}
        back = run_of_names(known, () if facts.place == "first" else columns[::-1])
        front = run_of_names(known, () if facts.place == "last" else columns, set(back.values()))
        return dict(sorted({**back, **front}.items()))

    def leave_out(self, layout: Layout) -> None:
        """Add the columns that repeat the next one to ``left_out``.

        The joined answers, if each option has a column, and the option "Other", if what was typed has the same header.
        """
        columns = layout.asked()
        for at, behind in pairwise(columns):
            name, follower = layout.names[at], layout.names[behind]
            if self.facts.boxes and follower.startswith(name + self.facts.joiner) and layout.texts(behind) <= BOX:
                layout.left_out.add(at)
                layout.known.add(name)
            other = any(item_name(item) == OTHER for _, item in self.splits(name))
            if other and follower in (name, f"{name}.1"):  # pandas numbers equal names
                layout.names[behind] = name
                layout.left_out.add(at)

    def questions(self, layout: Layout) -> list[ToolQuestion]:
        """Return the questions of the columns that are no own ones, each with its items."""
        return list(self.joined_questions(layout)) if self.facts.joiner else [*map(ToolQuestion, asked_names(layout))]

    def joined_questions(self, layout: Layout) -> Iterator[ToolQuestion]:
        """Yield the questions, with an item per column of each run of columns that share a question."""
        columns, at = layout.asked(), 0
        while at < len(columns):
            question, items = self.run(layout, columns[at:])
            yield ToolQuestion(question, tuple(items) or (None,))
            at += len(items) or 1

    def run(self, layout: Layout, columns: Sequence[int]) -> tuple[str, list[str]]:
        """Return the question of the first of some columns, and the items of its columns; none if it has one column."""
        name = layout.names[columns[0]]
        for question, item in self.splits(name):
            items = [item]
            for column in columns[1:]:
                follower = dict(self.splits(layout.names[column])).get(question)
                if follower is None:
                    break
                items.append(follower)
            if len(items) > 1 or question in layout.known or self.facts.certain_joiner:
                if self.are_items(layout, columns, items):
                    return question, items
            elif item_name(item) == OTHER and layout.names[: columns[0]][-1:] == [question]:
                return part(question, OTHER), []  # what was typed beside the options of the question before
        return name, []

    def splits(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the ways to read a header as a question and its item, the shortest item first."""
        pieces = name.split(self.facts.joiner) if self.facts.joiner else [name]
        cuts = range(1, len(pieces)) if self.facts.item_first else range(len(pieces) - 1, 0, -1)
        for cut in cuts:
            front, back = (self.facts.joiner.join(part) for part in (pieces[:cut], pieces[cut:]))
            # with a blank beside it, the joiner is a sign in the words of a question
            if front == front.rstrip() and back == back.lstrip() and front and back:
                yield (back, front) if self.facts.item_first else (front, back)

    def are_items(self, layout: Layout, columns: Sequence[int], items: Sequence[str]) -> bool:
        """Return whether columns hold levels, ranks or boxes of one question, and no texts of several questions."""
        texts: set[str] = set()
        for column, item in zip(columns, items, strict=False):
            texts |= layout.texts(column) - {fold(item)} if item_name(item) != OTHER else set()
        words = {text for text in texts if not text.isdigit()}
        return texts <= BOX if self.facts.boxes else len(words) <= MAX_LEVELS

    def answered(self, table: TextTable, columns: "OwnColumns") -> TextTable:
        """Return the table with its cells as they were answered."""
        facts = self.facts
        table = blank_unticked(table, columns.items) if facts.boxes or facts.unasked_boxes else table
        return with_choices_apart(table, lambda cell: cell.split(facts.several)) if facts.several else table

    def with_notes(self, table: TextTable, columns: "OwnColumns", zone: str) -> TextTable:
        """Return the table with what the tool noted of each row, without the rows that it does not count."""
        facts = self.facts
        table = without_summaries(table, columns, facts.summary)
        table, partial = self.by_state(table, columns)
        times = self.moment_columns(table, columns)
        table = with_submissions(
            table,
            times,
            whole=lambda cells: cells not in partial,
            certain=self.order(table, times, columns),
            response=sorted(columns.of(facts.number)),  # the first column wins: people are known by it
        )
        known = zone_named(zone)
        table = borrowed(with_zone(table, known) if known else table, columns, facts)
        general = [tr(FROM_MEMORY, tool=tr(self.label))] * facts.from_memory + [tr(facts.said)] * bool(facts.said)
        return replace(table, remarks=(*(TableRemark(None, text) for text in general), *table.remarks))

    def by_state(self, table: TextTable, columns: "OwnColumns") -> tuple[TextTable, set[tuple[str, ...]]]:
        """Return the table without the rows that a state leaves out, and the cells of partial responses."""
        partial: set[tuple[str, ...]] = set()
        for state in self.facts.states:
            for column in columns.of(state.column)[:1]:
                verdicts = {row.line: state.verdict(row.cells[column]) for row in table.records}
                partial |= {row.cells for row in table.records if verdicts[row.line] == "partial"}
                remarks = [*self.remarks_on_state(table, state, column, verdicts)]
                out = {
                    row.line: tr(LEFT_OUT, column=table.header[column], word=known_word(state, row.cells[column]))
                    for row in table.records
                    if verdicts[row.line] == "out"
                }
                table = refuse(replace(table, remarks=(*table.remarks, *remarks)), out)
        return table, partial

    def remarks_on_state(
        self, table: TextTable, state: State, column: int, verdicts: Mapping[int, Verdict]
    ) -> Iterator[TableRemark]:
        """Yield the lines with unknown words, and how many responses have each word that staff choose from."""
        header = table.header[column]
        asked = [row.line for row in table.records if verdicts[row.line] == "asked"]
        if asked:
            text = tr_n(ASKED, ASKED_OF_SEVERAL, len(asked), column=header, lines=shown_lines(asked))
            yield TableRemark(asked[0], text)
        words = Counter(row.cells[column].strip() for row in table.records if verdicts[row.line] == "counts")
        words.pop("", None)
        if state.choose and len(words) > 1:
            counts = listed([f"{word} ({count})" for word, count in sorted(words.items())])
            yield TableRemark(None, tr(CHOOSE, column=header, counts=counts))

    def moment_columns(self, table: TextTable, columns: "OwnColumns") -> list[int]:
        """Return the columns with the moment of a response, the best first."""
        return columns.of(self.facts.sent)

    def order(self, table: TextTable, times: Sequence[int], columns: "OwnColumns") -> Order | None:
        """Return the order of day and month that the tool is certain to write in the language of the file."""
        return "day first" if columns.of(self.facts.day_first) else None

    def zone(self, rows: Rows) -> str:
        """Return the time zone of moments without one, empty if it is not known."""
        return self.facts.zone


@dataclass(frozen=True, slots=True)
class OwnColumns:
    """The tool's own columns in a table, by number, with their folded names, and the columns of items by question."""

    names: Mapping[int, str]
    items: Sequence[Sequence[int]] = ()

    @property
    def all(self) -> Collection[int]:
        """The numbers of these columns."""
        return self.names.keys()

    def of(self, wanted: Iterable[str]) -> list[int]:
        """Return the columns of these names, in the order of the names."""
        return [column for name in wanted for column, known in self.names.items() if known == fold(name)]


def run_of_names(known: Mapping[int, str], columns: Iterable[int], taken: Collection[str] = ()) -> dict[int, str]:
    """Return the first of some columns, up to one that is not known, or whose name came before: that is a question.

    >>> run_of_names({0: "ville", 1: "pays", 2: "ville", 3: "zone"}, range(4))
    {0: 'ville', 1: 'pays'}
    """
    met: dict[str, int] = {}
    for at in columns:
        if at not in known or known[at] in met or known[at] in taken:
            break
        met[known[at]] = at
    return {at: name for name, at in met.items()}


def asked_names(layout: Layout) -> list[str]:
    """Return the names of the columns of questions."""
    return [layout.names[at] for at in layout.asked()]


def tabulate_layout(
    layout: Layout, questions: Sequence[ToolQuestion], kept: Sequence[int]
) -> tuple[TextTable, dict[int, int]]:
    """Return the table, and the place in it of each column of the file. Columns to drop take no name from others."""
    asked = iter(layout.asked())
    blocks = [([next(asked) for _ in question.items], question) for question in questions]
    blocks += [([at], ToolQuestion(layout.names[at])) for at in kept]
    blocks.sort(key=lambda block: block[0])
    named = {at for columns, _ in blocks for at in columns}
    blocks += [([at], ToolQuestion(name)) for at, name in enumerate(layout.names) if at not in named]
    columns = [at for block, _ in blocks for at in block]
    header = dict(zip(columns, header_of(question for _, question in blocks), strict=True))
    ordered = [header[at] for at in range(len(layout.names))]
    places = {at: place for place, at in enumerate(at for at, name in enumerate(ordered) if fold(name))}
    return tabulate(layout.body, ordered), places


def item_columns(layout: Layout, questions: Sequence[ToolQuestion]) -> Iterator[list[int]]:
    """Yield the columns of the items of each question that has some, what was typed beside them left aside."""
    asked = iter(layout.asked())
    for question in questions:
        columns = [(next(asked), item) for item in question.items]
        yield [at for at, item in columns if item is not None and item_name(item) != OTHER]


def blank_unticked(table: TextTable, groups: Sequence[Sequence[int]]) -> TextTable:
    """Return the table with boxes blank where none of a question is ticked: nothing tells that from not being asked."""
    boxes = [columns for columns in groups if {row.cells[at] for row in table.records for at in columns} <= BOX]

    def blank(record: Record) -> Record:
        empty = {at for columns in boxes if all(record.cells[at] in ("", "0") for at in columns) for at in columns}
        return Record(record.line, tuple("" if at in empty else cell for at, cell in enumerate(record.cells)))

    return replace(table, records=tuple(map(blank, table.records))) if boxes else table


def with_choices_apart(table: TextTable, pieces: Callable[[str], list[str]], *, all_recur: bool = False) -> TextTable:
    """Return the table with the choices of a cell apart from one another.

    ``pieces`` returns the choices that a text may have. They are believed in a column where one of them, or with
    ``all_recur`` each, is in several different cells.
    """
    apart: dict[int, dict[str, list[str]]] = {}
    for column in range(len(table.header)):
        parts = {cell: pieces(cell) for cell in {row.cells[column] for row in table.records}}
        several = {cell: choices for cell, choices in parts.items() if choices != [cell]}
        given = Counter(choice for choices in parts.values() for choice in set(choices))
        recurs = [given[choice] > 1 for choices in several.values() for choice in choices]
        if several and (all(recurs) if all_recur else any(recurs)):
            apart[column] = several
    return map_cells(table, lambda at, cell: with_parts(cell, apart.get(at, {}).get(cell))) if apart else table


def with_parts(cell: str, choices: Sequence[str] | None) -> str:
    """Return the text of a cell, as several answers if it has some."""
    return cell if choices is None else SeveralAnswers.of(choices)


def refuse(table: TextTable, reasons: Mapping[int, str]) -> TextTable:
    """Return the table with some lines as refused rows, each with its reason."""
    refused = [*table.refused, *(RefusedRow(line, reason) for line, reason in reasons.items())]
    records = tuple(row for row in table.records if row.line not in reasons)
    return replace(table, records=records, refused=tuple(sorted(refused, key=lambda row: row.line)))


def without_summaries(table: TextTable, columns: OwnColumns, words: Names) -> TextTable:
    """Return the table without the rows of averages or tags that begin with one of some words."""
    first = min(columns.all, default=0)
    lines = [row.line for row in table.records if words and fold(row.cells[first]) in folded(words)]
    return refuse(table, {line: tr(SUMMARY) for line in lines})


def known_word(state: State, word: str) -> str:
    """Return the word of a state that a cell contains, in quotes; a cell that contains none is not quoted."""
    known = next((each for each in state.out if fold(each) == fold(word)), None)
    return quoted(known) if known else tr("autre chose que {word}", word=quoted(state.counts[0]))


def shown_lines(lines: Sequence[int]) -> str:
    """Return the first of some lines in words."""
    return listed([str(line) for line in lines[:SHOWN_LINES]] + [tr("d'autres")] * (len(lines) > SHOWN_LINES))


def zone_named(name: str) -> tzinfo | None:
    """Return the time zone of a name, None if there is none."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def borrowed(table: TextTable, columns: OwnColumns, facts: Facts) -> TextTable:
    """Return the table with the rows marked whose address is that of who ordered, or of who filled in the form."""
    reasons = {row.line: tr("dépôt pour un tiers") for row in third_persons(table, columns, facts)}
    remarks: list[TableRemark] = []
    if facts.buyer:
        address, order, names = (columns.of((name,) if isinstance(name, str) else name) for name in facts.buyer)
        orders, addresses = people_by(table, [*order, *address], names), people_by(table, address, names)
        shared = [line for met in orders.values() for line in sorted(met.values())[1:]] if order and address else []
        reasons |= {line: tr("plusieurs participants d'une même commande") for line in shared}
        apart = sorted(line for met in addresses.values() if address and len(met) > 1 for line in met.values())
        if apart and not shared:
            remarks = [TableRemark(apart[0], tr(SHARED, lines=shown_lines(apart), number=facts.number[0]))]
    remarks += [TableRemark(line, tr(BORROWED, why=why)) for line, why in sorted(reasons.items())]
    sent = {line: replace(sent, borrowed=line in reasons) for line, sent in table.sent.items()}
    return replace(table, sent=sent, remarks=(*table.remarks, *remarks))


def third_persons(table: TextTable, columns: OwnColumns, facts: Facts) -> list[Record]:
    """Return the rows that somebody filled in for another person."""
    third = columns.of((facts.third_person,) if facts.third_person else ())
    return [row for row in table.records for at in third if fold(row.cells[at]) in ("true", "oui")]


def people_by(
    table: TextTable, columns: Sequence[int], names: Sequence[int]
) -> dict[tuple[str, ...], dict[tuple[str, ...], int]]:
    """Return the people under each order or address that is filled in: the first line of each name."""
    met: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for row in table.records:
        key, person = (tuple(canonical(row.cells[at]) for at in each) for each in (columns, names))
        if all(key):
            met.setdefault(key, {}).setdefault(person, row.line)
    return met
