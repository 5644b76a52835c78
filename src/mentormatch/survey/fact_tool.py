"""Rows of an export, and the facts of its survey tool -> a table.

Some tools are only ``Facts``. A tool with other header rows, columns or cells overrides steps of ``FactTool``.
"""

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
from mentormatch.languages.translation import tr, tr_n
from mentormatch.survey.facts import Facts, Names, State, Verdict, completed_page, folded
from mentormatch.survey.table import Order, Record, RefusedRow, Rows, TableRemark, TextTable, tabulate
from mentormatch.survey.tool import (
    OTHER,
    Tool,
    ToolQuestion,
    header_of,
    item_name,
    map_cells,
    not_an_export_error,
    part,
    rows_below,
    with_submissions,
    with_zone,
    without_columns,
)

MAX_LEVELS = 12  # more different texts in the columns of one question are free text, not levels or ranks
UNTICKED_VALUES = frozenset({"", "0", "false"})
BOX_VALUES = UNTICKED_VALUES | {"1", "true"}
MAX_SHOWN_LINES = 5


@dataclass(slots=True)
class Layout:
    """The columns of an export, by number from 0.

    Attributes
    ----------
    names : the name of each column
    body : the rows below the header
    rows : all rows
    own : the tool's own columns, with the folded name by which the facts know each
    left_out : columns that are not read, such as those that repeat others
    with_items : questions that certainly have a column per item
    """

    names: list[str]
    body: Rows
    rows: Rows
    own: Mapping[int, str]
    left_out: set[int] = field(default_factory=set)
    with_items: set[str] = field(default_factory=set)

    def texts(self, column: int) -> set[str]:
        """Return the different folded texts of a column that are not empty."""
        return {fold(row.cells[column]) for row in self.body.records if column < len(row.cells)} - {""}

    def asked(self) -> list[int]:
        """Return the columns of questions."""
        return [at for at in range(len(self.names)) if at not in self.own and at not in self.left_out]


class FactTool(Tool):
    """A tool whose exports are described by facts. Subclasses override the steps that facts cannot describe."""

    facts: ClassVar[Facts] = Facts()

    def __init_subclass__(cls) -> None:
        if "facts" in cls.__dict__:
            cls.page = completed_page(cls.page, cls.facts)

    def knows(self, rows: Rows) -> bool:
        facts, names = self.facts, [fold(cell) for cell in rows.records[0].cells]
        has_first = len(names) >= len(facts.first) and all(
            name in folded(words) for name, words in zip(names, facts.first, strict=False)
        )
        has_others = all(not folded(words).isdisjoint(names) for words in (*facts.among, *filter(None, [facts.any_of])))
        return has_first and has_others and bool(facts.first or facts.among)

    def sort(self, rows: Rows) -> TextTable:
        names, body = self.headings(rows)
        own = self.own_columns(names, rows)
        if not self.fits(names, own):
            raise not_an_export_error(rows, self)
        layout = Layout([*names], body, rows, own)
        self.leave_out(layout)
        retained = [at for at, name in own.items() if not self.is_dropped(name) and at not in layout.left_out]
        questions = self.questions(layout)
        table, places = tabulate_layout(layout, questions, retained)
        added = {places[at] for at in retained if at in places and own[at] not in folded(self.facts.asked)}
        columns = OwnColumns(
            {places[at]: name for at, name in own.items() if at in places},
            [[places[at] for at in block] for block in item_columns(layout, questions)],
        )
        table = self.answered(replace(table, tool=self.kind, own=frozenset(added)), columns)
        table = self.with_notes(table, columns, self.zone(rows))
        return without_columns(
            table, {places[at] for at in (*own, *layout.left_out) if at in places and at not in retained}
        )

    def headings(self, rows: Rows) -> tuple[Sequence[str], Rows]:
        """Return the names of the columns, and the rows below the header. Raises SurveyError if it is no export."""
        return [cell.strip() for cell in rows.records[0].cells], rows_below(rows)

    def fits(self, names: Sequence[str], own: Mapping[int, str]) -> bool:
        """Return whether headers and the tool's own columns may be those of an export; if not, ``sort`` refuses."""
        return bool(own)

    def is_dropped(self, name: str) -> bool:
        """Return whether a column of the tool with this folded name is left out."""
        has_prefix = any(name.startswith(prefix) for prefix in folded(self.facts.prefixes))
        return has_prefix or name in folded(self.facts.dropped)

    def own_columns(self, names: Sequence[str], rows: Rows) -> dict[int, str]:
        """Return the tool's own columns, each with the folded name by which the facts know it."""
        facts, columns = self.facts, range(len(names))
        retained = folded(facts.kept + facts.asked)
        candidates = {at: name for at, name in enumerate(map(fold, names)) if self.is_dropped(name) or name in retained}
        if facts.place == "anywhere":
            # Of equal names, the first that is spelled exactly as by the tool, else the first
            exact = {*facts.dropped, *facts.kept, *facts.asked}
            places = {candidates[at]: at for at in sorted(candidates, key=lambda at: (names[at].strip() in exact, -at))}
            return {at: name for at, name in candidates.items() if places[name] == at}
        back = run_of_names(candidates, () if facts.place == "first" else columns[::-1])
        front = run_of_names(candidates, () if facts.place == "last" else columns, set(back.values()))
        return dict(sorted({**back, **front}.items()))

    def leave_out(self, layout: Layout) -> None:
        """Add each column that the next one repeats to ``left_out``; ``with_items`` and ``names`` change accordingly.

        These are joined answers before a column per option, and a box "Other" before a column of typed text.
        """
        columns = layout.asked()
        for at, following in pairwise(columns):
            name, next_name = layout.names[at], layout.names[following]
            is_item = self.facts.boxes and next_name.startswith(name + self.facts.joiner)
            if is_item and layout.texts(following) <= BOX_VALUES:
                layout.left_out.add(at)
                layout.with_items.add(name)
            is_other = any(item_name(item) == OTHER for _, item in self.splits(name))
            if is_other and next_name in (name, f"{name}.1"):  # pandas numbers equal names
                layout.names[following] = name
                layout.left_out.add(at)

    def questions(self, layout: Layout) -> list[ToolQuestion]:
        """Return the questions of the columns ``layout.asked()``, each with its items."""
        return list(self.joined_questions(layout)) if self.facts.joiner else [*map(ToolQuestion, asked_names(layout))]

    def joined_questions(self, layout: Layout) -> Iterator[ToolQuestion]:
        """Yield the questions; consecutive columns of one question become its items."""
        columns, at = layout.asked(), 0
        while at < len(columns):
            question, items = self.run(layout, columns[at:])
            yield ToolQuestion(question, tuple(items) or (None,))
            at += len(items) or 1

    def run(self, layout: Layout, columns: Sequence[int]) -> tuple[str, list[str]]:
        """Return the question of the first column and an item per column; no items if its header is not split."""
        name = layout.names[columns[0]]
        for question, item in self.splits(name):
            items = [item]
            for column in columns[1:]:
                next_item = dict(self.splits(layout.names[column])).get(question)
                if next_item is None:
                    break
                items.append(next_item)
            if len(items) > 1 or question in layout.with_items or self.facts.certain_joiner:
                if self.are_items(layout, columns, items):
                    return question, items
            elif item_name(item) == OTHER and layout.names[: columns[0]][-1:] == [question]:
                return part(question, OTHER), []  # text typed next to the options of the question before
        return name, []

    def splits(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the possible splits of a header into a question and its item, the shortest item first."""
        pieces = name.split(self.facts.joiner) if self.facts.joiner else [name]
        cuts = range(1, len(pieces)) if self.facts.item_first else range(len(pieces) - 1, 0, -1)
        for cut in cuts:
            front, back = (self.facts.joiner.join(texts) for texts in (pieces[:cut], pieces[cut:]))
            # With a blank next to it, the joiner is punctuation
            if front == front.rstrip() and back == back.lstrip() and front and back:
                yield (back, front) if self.facts.item_first else (front, back)

    def are_items(self, layout: Layout, columns: Sequence[int], items: Sequence[str]) -> bool:
        """Return whether columns contain levels, ranks or boxes of one question, not texts of several questions."""
        texts: set[str] = set()
        for column, item in zip(columns, items, strict=False):
            texts |= layout.texts(column) - {fold(item)} if item_name(item) != OTHER else set()
        words = {text for text in texts if not text.isdigit()}
        return texts <= BOX_VALUES if self.facts.boxes else len(words) <= MAX_LEVELS

    def answered(self, table: TextTable, columns: "OwnColumns") -> TextTable:
        """Return the table with cells in the form of answers: boxes and several choices."""
        facts = self.facts
        table = blank_unticked(table, columns.items) if facts.boxes or facts.unasked_boxes else table
        return split_choices(table, lambda cell: cell.split(facts.several)) if facts.several else table

    def with_notes(self, table: TextTable, columns: "OwnColumns", zone: str) -> TextTable:
        """Return the table with the data of the tool on each row; rows that do not count as responses are refused."""
        facts = self.facts
        table = without_summaries(table, columns, facts.summary)
        table, partial = self.by_state(table, columns)
        times = self.moment_columns(table, columns)
        table = with_submissions(
            table,
            times,
            whole=lambda cells: cells not in partial,
            certain=self.order(table, times, columns),
            response=sorted(columns.of(facts.number)),  # the first column identifies people
        )
        timezone = zone_named(zone)
        table = mark_borrowed_addresses(with_zone(table, timezone) if timezone else table, columns, facts)
        memory_text = tr(
            "Lu comme un export de {tool}, que nous ne connaissons que de mémoire. Si ce n'en est pas un, ou s'il est"
            " mal lu : --tool plain.",
            tool=tr(self.label),
        )
        texts = [memory_text] * facts.from_memory + [tr(facts.said)] * bool(facts.said)
        return replace(table, remarks=(*(TableRemark(None, text) for text in texts), *table.remarks))

    def by_state(self, table: TextTable, columns: "OwnColumns") -> tuple[TextTable, set[tuple[str, ...]]]:
        """Return the table without the rows that a state excludes, and the cells of partial responses."""
        partial: set[tuple[str, ...]] = set()
        for state in self.facts.states:
            for column in columns.of(state.column)[:1]:
                verdicts = {row.line: state.verdict(row.cells[column]) for row in table.records}
                partial |= {row.cells for row in table.records if verdicts[row.line] == "partial"}
                remarks = [*self.remarks_on_state(table, state, column, verdicts)]
                header = table.header[column]
                reasons = {
                    row.line: tr(
                        "« {column} » : {word} ; l'outil ne compte pas cette réponse",
                        column=header,
                        word=known_word(state, row.cells[column]),
                    )
                    for row in table.records
                    if verdicts[row.line] == "out"
                }
                table = refuse(replace(table, remarks=(*table.remarks, *remarks)), reasons)
        return table, partial

    def remarks_on_state(
        self, table: TextTable, state: State, column: int, verdicts: Mapping[int, Verdict]
    ) -> Iterator[TableRemark]:
        """Yield a remark on lines with unknown words; and with ``choose`` one that counts the responses per word.

        The second is left out if fewer than two different words count.
        """
        header = table.header[column]
        lines = [row.line for row in table.records if verdicts[row.line] == "asked"]
        if lines:
            text = tr_n(
                "« {column} » : un état à vérifier, ligne {lines}. Cette réponse compte ; si elle ne le doit pas,"
                " retirez sa ligne du fichier.",
                "« {column} » : un état à vérifier, lignes {lines}. Ces réponses comptent ; si elles ne le doivent pas,"
                " retirez leurs lignes du fichier.",
                len(lines),
                column=header,
                lines=shown_lines(lines),
            )
            yield TableRemark(lines[0], text)
        words = Counter(row.cells[column].strip() for row in table.records if verdicts[row.line] == "counts")
        words.pop("", None)
        if state.choose and len(words) > 1:
            counts = listed([f"{word} ({count})" for word, count in sorted(words.items())])
            yield TableRemark(
                None,
                tr(
                    "« {column} » : {counts}. Toutes ces réponses comptent ; si certaines ne participent pas, retirez"
                    " leurs lignes du fichier.",
                    column=header,
                    counts=counts,
                ),
            )

    def moment_columns(self, table: TextTable, columns: "OwnColumns") -> list[int]:
        """Return the columns with the moment of a response, the best first."""
        return columns.of(self.facts.sent)

    def order(self, table: TextTable, times: Sequence[int], columns: "OwnColumns") -> Order | None:
        """Return the order of day and month of the tool in the language of the file, None if it is unknown."""
        return "day first" if columns.of(self.facts.day_first) else None

    def zone(self, rows: Rows) -> str:
        """Return the time zone of moments without one, empty if it is not known."""
        return self.facts.zone


@dataclass(frozen=True, slots=True)
class OwnColumns:
    """The tool's own columns in a table: folded names by number, and the columns of items of each question."""

    names: Mapping[int, str]
    items: Sequence[Sequence[int]] = ()

    @property
    def all(self) -> Collection[int]:
        """The column numbers."""
        return self.names.keys()

    def of(self, names: Iterable[str]) -> list[int]:
        """Return the columns of these names, in the order of the names."""
        return [column for name in names for column, own_name in self.names.items() if own_name == fold(name)]


def run_of_names(candidates: Mapping[int, str], columns: Iterable[int], used: Collection[str] = ()) -> dict[int, str]:
    """Return the columns before the first question: a column that is no candidate, or whose name is not new.

    >>> run_of_names({0: "ville", 1: "pays", 2: "ville", 3: "zone"}, range(4))
    {0: 'ville', 1: 'pays'}
    """
    columns_by_name: dict[str, int] = {}
    for at in columns:
        if at not in candidates or candidates[at] in columns_by_name or candidates[at] in used:
            break
        columns_by_name[candidates[at]] = at
    return {at: name for name, at in columns_by_name.items()}


def asked_names(layout: Layout) -> list[str]:
    return [layout.names[at] for at in layout.asked()]


def tabulate_layout(
    layout: Layout, questions: Sequence[ToolQuestion], retained: Sequence[int]
) -> tuple[TextTable, dict[int, int]]:
    """Return the table, and the position in it of each column of the file that has a name.

    Repeated names are numbered in this order: questions and retained columns, then all other columns.
    """
    question_columns = iter(layout.asked())
    blocks = [([next(question_columns) for _ in question.items], question) for question in questions]
    blocks += [([at], ToolQuestion(layout.names[at])) for at in retained]
    blocks.sort(key=lambda block: block[0])
    named = {at for columns, _ in blocks for at in columns}
    blocks += [([at], ToolQuestion(name)) for at, name in enumerate(layout.names) if at not in named]
    columns = [at for block, _ in blocks for at in block]
    header = dict(zip(columns, header_of(question for _, question in blocks), strict=True))
    ordered = [header[at] for at in range(len(layout.names))]
    places = {at: place for place, at in enumerate(at for at, name in enumerate(ordered) if fold(name))}
    return tabulate(layout.body, ordered), places


def item_columns(layout: Layout, questions: Sequence[ToolQuestion]) -> Iterator[list[int]]:
    """Yield, for each question, the columns of its items, without that of other answers; empty without items."""
    question_columns = iter(layout.asked())
    for question in questions:
        columns = [(next(question_columns), item) for item in question.items]
        yield [at for at, item in columns if item is not None and item_name(item) != OTHER]


def blank_unticked(table: TextTable, groups: Sequence[Sequence[int]]) -> TextTable:
    """Return the table with all boxes of a question empty in rows without a tick.

    Such rows look the same as rows of people who did not see the question.
    """
    boxes = [
        columns for columns in groups if {fold(row.cells[at]) for row in table.records for at in columns} <= BOX_VALUES
    ]

    def blank(record: Record) -> Record:
        unticked = [columns for columns in boxes if {fold(record.cells[at]) for at in columns} <= UNTICKED_VALUES]
        empty = {at for columns in unticked for at in columns}
        return Record(record.line, tuple("" if at in empty else cell for at, cell in enumerate(record.cells)))

    return replace(table, records=tuple(map(blank, table.records))) if boxes else table


def split_choices(table: TextTable, pieces: Callable[[str], list[str]], *, all_recur: bool = False) -> TextTable:
    """Return the table with the cells of some columns split into several answers.

    ``pieces`` returns the possible choices in a text. A column is split if one of them, or with ``all_recur`` each, is
    in several different cells.
    """
    choices_by_column: dict[int, dict[str, list[str]]] = {}
    for column in range(len(table.header)):
        parts = {cell: pieces(cell) for cell in {row.cells[column] for row in table.records}}
        split_cells = {cell: choices for cell, choices in parts.items() if choices != [cell]}
        counts = Counter(choice for choices in parts.values() for choice in set(choices))
        is_repeated = [counts[choice] > 1 for choices in split_cells.values() for choice in choices]
        if split_cells and (all(is_repeated) if all_recur else any(is_repeated)):
            choices_by_column[column] = split_cells
    if not choices_by_column:
        return table
    return map_cells(table, lambda at, cell: with_parts(cell, choices_by_column.get(at, {}).get(cell)))


def with_parts(cell: str, choices: Sequence[str] | None) -> str:
    return cell if choices is None else SeveralAnswers.of(choices)


def refuse(table: TextTable, reasons: Mapping[int, str]) -> TextTable:
    """Return the table with these lines as refused rows, each with its reason."""
    refused = [*table.refused, *(RefusedRow(line, reason) for line, reason in reasons.items())]
    records = tuple(row for row in table.records if row.line not in reasons)
    return replace(table, records=records, refused=tuple(sorted(refused, key=lambda row: row.line)))


def without_summaries(table: TextTable, columns: OwnColumns, words: Names) -> TextTable:
    """Return the table with the rows refused whose first own column is one of these words: averages."""
    first = min(columns.all, default=0)
    lines = [row.line for row in table.records if words and fold(row.cells[first]) in folded(words)]
    return refuse(table, {line: tr("une ligne de résumé de l'outil, et non une réponse") for line in lines})


def known_word(state: State, word: str) -> str:
    """Return the excluding word of a state as the tool writes it, in quotes.

    For a word that the state does not list: "other than" its first word that counts. The text of the file is not shown.
    """
    listed_word = next((out_word for out_word in state.out if fold(out_word) == fold(word)), None)
    return quoted(listed_word) if listed_word else tr("autre chose que {word}", word=quoted(state.counts[0]))


def shown_lines(lines: Sequence[int]) -> str:
    """Return up to ``MAX_SHOWN_LINES`` line numbers as text, with "others" if there are more."""
    return listed([str(line) for line in lines[:MAX_SHOWN_LINES]] + [tr("d'autres")] * (len(lines) > MAX_SHOWN_LINES))


def zone_named(name: str) -> tzinfo | None:
    try:
        return UTC if name == "UTC" else ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def mark_borrowed_addresses(table: TextTable, columns: OwnColumns, facts: Facts) -> TextTable:
    """Return the table with ``borrowed`` set in rows with another person's address, and a remark on each.

    These are the rows filled in for another person, and all participants of an order but the first. If no order has
    several, one remark lists the lines of participants with the same address.
    """
    reasons = {row.line: tr("dépôt pour un tiers") for row in third_persons(table, columns, facts)}
    remarks: list[TableRemark] = []
    if facts.buyer:
        address, order, names = (columns.of((name,) if isinstance(name, str) else name) for name in facts.buyer)
        orders, addresses = people_by(table, [*order, *address], names), people_by(table, address, names)
        same_order: list[int] = []
        if order and address:  # the address is that of the first participant of an order
            same_order = [line for lines in orders.values() for line in sorted(lines.values())[1:]]
        reasons |= {line: tr("plusieurs participants d'une même commande") for line in same_order}
        same_address = sorted(
            line for lines in addresses.values() if address and len(lines) > 1 for line in lines.values()
        )
        if same_address and not same_order:
            text = tr(
                "Lignes {lines} : même courriel de payeur pour plusieurs participants ; « {number} » peut servir"
                " d'identifiant.",
                lines=shown_lines(same_address),
                number=facts.number[0],
            )
            remarks = [TableRemark(same_address[0], text)]
    remarks += [
        TableRemark(
            line,
            tr(
                "Le courriel est celui de quelqu'un d'autre ({why}) : la personne est connue par le numéro de l'outil."
                " Demandez-lui son adresse.",
                why=why,
            ),
        )
        for line, why in sorted(reasons.items())
    ]
    sent = {line: replace(sent, borrowed=line in reasons) for line, sent in table.sent.items()}
    return replace(table, sent=sent, remarks=(*table.remarks, *remarks))


def third_persons(table: TextTable, columns: OwnColumns, facts: Facts) -> list[Record]:
    """Return the rows that one person filled in for another."""
    marks = columns.of((facts.third_person,) if facts.third_person else ())
    return [row for row in table.records for at in marks if fold(row.cells[at]) in ("true", "oui")]


def people_by(
    table: TextTable, columns: Sequence[int], names: Sequence[int]
) -> dict[tuple[str, ...], dict[tuple[str, ...], int]]:
    """Map the cells of a row in ``columns``, if none is blank, to its people: name -> first line of the person."""
    people: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for row in table.records:
        key, person = (tuple(canonical(row.cells[at]) for at in group) for group in (columns, names))
        if all(key):
            people.setdefault(key, {}).setdefault(person, row.line)
    return people
