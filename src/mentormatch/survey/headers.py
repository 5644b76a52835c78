"""Header of a table + intake plan -> the columns of each field; and whether the first row is a header.

A column belongs to a field by the mapping of the programme, by the text of the question, or by the id of the field,
which may be the code of the question in the survey tool; each also with an item in brackets after it. If the export
does not show which columns are items of one question, the programme decides.

The first row is taken for answers, not for a header, if several of its cells look like answers: a text that is repeated
below among others, or a number, date, address or telephone number above two or more texts of these forms and no other.
One cell is enough if it is an address, a date with its time, or a telephone number.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from mentormatch.errors import Problem
from mentormatch.fields import Answer, AnyField, Side
from mentormatch.fields.base import position
from mentormatch.languages.phrases import listed
from mentormatch.languages.similarity import closest
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import tr, tr_n
from mentormatch.survey.plan import AnswerTranslation, HeaderTarget, IntakePlan, answers_of, has_item
from mentormatch.survey.table import EXPECTED_TABLE, Record, TextTable
from mentormatch.survey.tool import number_repeats

VALUE_PATTERN = re.compile(r"[-+]?[0-9][0-9 .,:/h-]*|[^@\s]+@[^@\s]+\.[^@\s]+")
"""A number, a date, a telephone number or an address."""
CERTAIN_VALUE = re.compile(
    r"[^@\s]+@[^@\s]+\.[^@\s]+|[0-9/.-]{8,10}[ T,]+[0-9]{1,2}[:h][0-9]{2}.*|\+?[0-9](?:[ .-]?[0-9]){8,}"
)
"""An address, a moment or a telephone number: one is enough."""
MAX_COMPARED_ROWS = 500


def missing_header_problem(header: Record, answers: Sequence[Record]) -> Problem | None:
    """Return the problem of a first row that looks like answers, None if it may be a header.

    The problem shows column numbers, no text.
    """
    columns = answer_like_columns(header, answers[:MAX_COMPARED_ROWS])
    named_count = sum(bool(cell.strip()) for cell in header.cells)
    is_certain = any(CERTAIN_VALUE.fullmatch(header.cells[at].strip()) for at in columns)
    # Two columns, and 15 % of those with a first cell
    if not is_certain and len(columns) < max(2, 0.15 * named_count):
        return None
    numbers = [str(at + 1) for at in columns[:5]]
    where = tr_n("la colonne {columns}", "les colonnes {columns}", len(numbers), columns=listed(numbers))
    cause = tr("des réponses au lieu d'intitulés, d'après {columns}", columns=where)
    return Problem(
        tr("ligne {line}", line=header.line),
        cause,
        tr(EXPECTED_TABLE),
        tr(
            "ajoutez au-dessus une ligne qui nomme les colonnes, ou exportez le questionnaire de nouveau avec ses"
            " intitulés"
        ),
    )


def answer_like_columns(header: Record, answers: Sequence[Record]) -> list[int]:
    """Return the columns, from 0, with a first cell like the answers below it."""
    cells = [cell.strip() for cell in header.cells]
    numbered = numbered_columns(cells)
    below = [row.cells for row in answers if not are_same(row.cells, cells)]
    columns: list[int] = []
    for at, cell in enumerate(cells):
        texts = [text for row in below if at < len(row) and (text := row[at].strip())]
        if cell and texts and at not in numbered and (is_shaped_like(cell, texts) or is_repeated_below(cell, texts)):
            columns.append(at)
    return columns


def are_same(cells: Sequence[str], header: Sequence[str]) -> bool:
    return len(cells) == len(header) and all(cell.strip() == name for cell, name in zip(cells, header, strict=True))


def is_shaped_like(cell: str, texts: Sequence[str]) -> bool:
    # A number, a date or an address, above at least two texts of this shape
    return len(texts) >= 2 and bool(VALUE_PATTERN.fullmatch(cell)) and all(map(VALUE_PATTERN.fullmatch, texts))


def is_repeated_below(cell: str, texts: Sequence[str]) -> bool:
    """Return whether a cell is repeated below, next to other texts. Columns of ticks have no text but their header."""
    folded = set(map(fold, set(texts)))
    return len(folded) > 1 and fold(cell) in folded


def numbered_columns(cells: Sequence[str]) -> set[int]:
    """Return the columns with consecutive integers as headers: 1, 2, 3, or years.

    >>> sorted(numbered_columns(["Code", "2023", "2024", "7"]))
    [1, 2]
    """
    numbers = [int(cell) if re.fullmatch(r"[0-9]{1,9}", cell) else None for cell in cells]
    steps = [
        at for at, (number, following) in enumerate(pairwise(numbers)) if number is not None and following == number + 1
    ]
    return {column for at in steps for column in (at, at + 1)}


# An item may contain one level of brackets: "Question [Régie [son]]", "Question (Paie (DSN))".
ITEM_PATTERN = re.compile(
    r"(?P<question>.*\S)\s*(?:\[(?P<square>(?:[^\[\]]|\[[^\[\]]*\])*)\]|\((?P<round>(?:[^()]|\([^()]*\))*)\))",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class QuestionPlace:
    """The columns of a field: one ``column``, else one per item in ``parts``; ``translation`` if answers are mapped."""

    column: int | None
    parts: Mapping[str, int]
    translation: AnswerTranslation | None = None

    def answer(self, cells: Sequence[str]) -> Answer:
        """Return the answer in one row."""
        if self.column is not None:
            answer: Answer = cells[self.column]
        else:
            answer = {part: cells[column] for part, column in self.parts.items()}
        return answer if self.translation is None else self.translation.answer(answer)


@dataclass(slots=True)
class FieldColumns:
    """All columns that claim one field: complete answers in ``whole``, and pairs of an item and its column."""

    whole: list[int] = field(default_factory=list)
    items: list[tuple[str, int]] = field(default_factory=list)

    def find_doubled(self) -> list[int]:
        """Return several columns for the same answer, empty if there are none."""
        if len(self.whole) > 1:
            return self.whole
        columns_by_item: dict[str, list[int]] = {}
        for item, column in self.items:
            columns_by_item.setdefault(fold(item), []).append(column)
        return next((columns for columns in columns_by_item.values() if len(columns) > 1), [])


def split_part(header: str) -> tuple[str, str] | None:
    """Return the question and the item of ``Question [item]`` or ``Question (item)``, None if there is no item."""
    match = ITEM_PATTERN.fullmatch(header.strip())
    return (match["question"], match["square"] or match["round"] or "") if match else None


def locate_columns(
    table: TextTable, plan: IntakePlan, side: Side | None
) -> tuple[dict[str, QuestionPlace], list[Problem]]:
    """Return the columns of each field, and all problems of the header.

    Several columns for the same answer are a problem. So is a required field of ``side`` (None: of either) without a
    column. Forbidden fields are left out.
    """
    claims = claims_by_field(table.header, plan)
    located: dict[str, QuestionPlace] = {}
    problems: list[Problem] = []
    for name, question in plan.fields.items():
        claim = claims.get(name)
        if question.use == "forbidden":
            continue
        if claim and (doubled := claim.find_doubled()):
            problems.append(repeated_column_problem(table, name, doubled))
        elif claim:
            answers = plan.mapping.answers.get(name)
            translation = AnswerTranslation(question, answers) if answers else None
            located[name] = QuestionPlace(claim.whole[0] if claim.whole else None, dict(claim.items), translation)
        elif name in plan.required_fields and (side is None or question.asks(side)):
            problems.append(missing_column_problem(table, name, question, claims))
    return located, problems


def claims_by_field(header: Sequence[str], plan: IntakePlan) -> dict[str, FieldColumns]:
    """Return all columns that claim each field, forbidden fields included. Fields without a column are absent."""
    fields_by_text: dict[str, list[str]] = {}
    for name, question in plan.fields.items():
        for text in {fold(question.question), fold(name)}:
            fields_by_text.setdefault(text, []).append(name)
    claims: dict[str, FieldColumns] = {}
    for column, text in enumerate(header):
        for target in header_targets(text, plan, fields_by_text):
            claim = claims.setdefault(target.field, FieldColumns())
            if target.item is None:
                claim.whole.append(column)
            else:
                claim.items.append((plan.mapping.item(target.field, target.item), column))
    return claims


def header_targets(
    header: str, plan: IntakePlan, fields_by_text: Mapping[str, Sequence[str]]
) -> Iterator[HeaderTarget]:
    """Yield the fields, or items of fields, that a header belongs to. The mapping of the programme comes first."""
    mapped = plan.mapping.headers
    if is_ignored(header, plan):
        return
    if fold(header) in mapped:
        yield mapped[fold(header)]
        return
    exact = fields_by_text.get(fold(header), ())
    yield from map(HeaderTarget, exact)
    pieces = split_part(header)
    if pieces and not exact:  # "Vos attentes (suite)" may be another question than "Vos attentes"
        question, item = fold(pieces[0]), pieces[1]
        names = [mapped[question].field] if question in mapped else fields_by_text.get(question, ())
        yield from (HeaderTarget(name, item) for name in names)


def is_ignored(header: str, plan: IntakePlan) -> bool:
    """Return whether a header, or if it is not mapped the question of its item, is mapped to no field."""
    question = fold((split_part(header) or (header, ""))[0])
    target = plan.mapping.headers.get(fold(header)) or plan.mapping.headers.get(question)
    return target is not None and not target.field


def repeated_column_problem(table: TextTable, name: str, columns: Sequence[int]) -> Problem:
    """Return the problem of several columns for the same answer."""
    headers = listed([tr("« {text} »", text=table.header[column]) for column in columns])
    advice = tr("gardez une seule de {headers}, dans le fichier ou dans [mapping.questions]", headers=headers)
    return Problem(table.source, tr("deux colonnes répondent à « {name} »", name=name), tr("une seule"), advice)


def missing_column_problem(table: TextTable, name: str, field: AnyField, claims: Mapping[str, FieldColumns]) -> Problem:
    """Return the problem of a required field without a column, with the most similar unused header, if one is similar.

    An unused header ``Question [item]`` is also compared without its item.
    """
    claimed = {column for claim in claims.values() for column in (*claim.whole, *(at for _, at in claim.items))}
    unused = [text for column, text in enumerate(table.header) if column not in claimed]
    questions = dict.fromkeys((split_part(text) or (text, ""))[0] for text in unused)
    near = closest(field.question, [*dict.fromkeys(unused), *questions])
    cause, expected = tr("aucune colonne pour « {name} »", name=name), tr("« {text} »", text=field.question)
    advice = (
        tr(
            'la colonne « {near} » est-elle la bonne ? Si oui : [mapping.questions] "{near}" = "{name}"',
            name=name,
            near=near.name,
        )
        if near
        else tr("vérifiez l'export, ou dites dans [mapping.questions] quelle colonne y répond")
    )
    return Problem(table.source, cause, expected, advice)


def separate_questions(table: TextTable, plan: IntakePlan) -> TextTable:
    """Return the table with the header from ``alone`` for each separate question.

    In a group of columns that may be items of one question, the programme decides: the columns after the last item
    that it knows are separate questions. If it knows no item, the first column that is a question of the programme,
    and no header of another column, is separate, and so are the columns after it.
    """
    header = list(table.header)
    for columns in column_groups(table):
        for column in columns[items_in(table, columns, plan) :]:
            header[column] = table.alone[column]
    return replace(table, header=number_repeats(header), alone={})


def column_groups(table: TextTable) -> Iterator[list[int]]:
    """Yield each group of columns that may be one question: a question, and the columns in ``alone`` after it."""
    starts = [column for column in table.alone if column - 1 not in table.alone]
    for start in starts:
        end = start
        while end in table.alone:
            end += 1
        yield list(range(start - 1, end))


def items_in(table: TextTable, columns: Sequence[int], plan: IntakePlan) -> int:
    """Return the number of first columns that belong to one question, at least 1."""
    known_items = [at for at, column in enumerate(columns) if is_item(table, column, plan)]
    if known_items:
        return known_items[-1] + 1
    certain_names = {fold(name) for column, name in enumerate(table.header) if column not in table.alone}
    names = [table.alone[column] for column in columns[1:]]
    questions = (at for at, name in enumerate(names, 1) if fold(name) not in certain_names and is_question(name, plan))
    return next(questions, len(columns))


def is_item(table: TextTable, column: int, plan: IntakePlan) -> bool:
    """Return whether a column is an item of a question of the programme.

    Any text with a number may be a rank, but not if the text in ``alone`` is a question of the programme.
    """
    claims = claims_by_field([table.header[column]], plan)
    items = [(plan.fields[name], item) for name, claim in claims.items() for item, _ in claim.items]
    if any(position(answers_of(field), item) is not None for field, item in items):
        return True
    return any(has_item(field, item) for field, item in items) and not is_question(table.alone.get(column, ""), plan)


def is_question(header: str, plan: IntakePlan) -> bool:
    return any(claim.whole for claim in claims_by_field([header], plan).values())
