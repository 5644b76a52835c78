"""Which columns of a table answer which question.

A column is found by the programme's mapping, by the words of the question, or by the id of the field, which may be the
code that the survey tool gave the question; each also with an item in brackets behind it. Where the tool does not tell
which columns are items of one question, the programme does.

Whether the first row of a table is a header, or the first person's answers: told by the columns, never by a word.

A question hardly ever is an address, stands below itself among other answers, or is a number or a date like all that
stands below it. Where that is so in several columns, the row is no header.
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
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.survey.plan import Plan, Target, Wording, answers_of, has_item
from mentormatch.survey.table import EXPECTED_TABLE, Record, TextTable
from mentormatch.survey.tool import number_repeats

ANSWER = re.compile(r"[-+]?[0-9][0-9 .,:/h-]*|[^@\s]+@[^@\s]+\.[^@\s]+")
"""A number, a date, a telephone or an address."""
WHOLE = re.compile(r"[0-9]{1,9}")
CERTAIN = re.compile(
    r"[^@\s]+@[^@\s]+\.[^@\s]+|[0-9/.-]{8,10}[ T,]+[0-9]{1,2}[:h][0-9]{2}.*|\+?[0-9](?:[ .-]?[0-9]){8,}"
)
"""An address, a moment or a telephone: one tells by itself."""
LEAST, SHARE = 2, 0.15
"""Of all else so many columns tell, and that share of those that are named."""
SEVERAL = 2
"""So many answers tell what a column holds."""
MOST_LOOKED_AT = 500
MOST_NAMED = 5
FOUND = mark("des réponses au lieu d'intitulés, d'après {columns}")
ADVICE = mark(
    "ajoutez au-dessus une ligne qui nomme les colonnes, ou exportez le questionnaire de nouveau avec ses intitulés"
)


def headless(header: Record, answers: Sequence[Record]) -> Problem | None:
    """Return that a row is no header of those below it but a row of answers, None where it may be one.

    It names the columns that tell, by number, and no text of theirs.
    """
    telling = telling_columns(header, answers[:MOST_LOOKED_AT])
    named = sum(bool(cell.strip()) for cell in header.cells)
    certain = any(CERTAIN.fullmatch(header.cells[at].strip()) for at in telling)
    if not certain and len(telling) < max(LEAST, SHARE * named):
        return None
    shown = [str(at + 1) for at in telling[:MOST_NAMED]]
    columns = tr_n("la colonne {columns}", "les colonnes {columns}", len(shown), columns=listed(shown))
    return Problem(tr("ligne {line}", line=header.line), tr(FOUND, columns=columns), tr(EXPECTED_TABLE), tr(ADVICE))


def telling_columns(header: Record, answers: Sequence[Record]) -> list[int]:
    """Return the columns, from 0, in which a row looks like those below it."""
    cells = [cell.strip() for cell in header.cells]
    counted = numbered_columns(cells)
    below = [row.cells for row in answers if not are_same(row.cells, cells)]
    found: list[int] = []
    for at, cell in enumerate(cells):
        said = [text for row in below if at < len(row) and (text := row[at].strip())]
        if cell and said and at not in counted and (is_shaped_like(cell, said) or recurs(cell, said)):
            found.append(at)
    return found


def are_same(cells: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether cells are the same as ``others`` but for the blanks around them; most differ in the first."""
    return len(cells) == len(others) and all(one.strip() == other for one, other in zip(cells, others, strict=True))


def is_shaped_like(cell: str, said: Sequence[str]) -> bool:
    """Say whether a cell is a number, a date or an address, as the several below it are."""
    return len(said) >= SEVERAL and bool(ANSWER.fullmatch(cell)) and all(map(ANSWER.fullmatch, said))


def recurs(cell: str, said: Sequence[str]) -> bool:
    """Say whether a cell stands below itself, among others: a box that is ticked with its own words holds no others."""
    given = set(map(fold, set(said)))
    return len(given) > 1 and fold(cell) in given


def numbered_columns(cells: Sequence[str]) -> set[int]:
    """Return the columns whose names count on: 1, 2, 3, or the years.

    >>> sorted(numbered_columns(["Code", "2023", "2024", "7"]))
    [1, 2]
    """
    whole = [int(cell) if WHOLE.fullmatch(cell) else None for cell in cells]
    steps = [at for at, (one, other) in enumerate(pairwise(whole)) if one is not None and other == one + 1]
    return {place for at in steps for place in (at, at + 1)}


# An item may hold brackets of its own, one level deep: "Question [Régie [son]]", "Question (Paie (DSN))".
SQUARE = r"\[(?P<square>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
ROUND = r"\((?P<round>(?:[^()]|\([^()]*\))*)\)"
PART = re.compile(rf"(?P<question>.*\S)\s*(?:{SQUARE}|{ROUND})", re.DOTALL)

NEAREST = mark('la colonne « {near} » est-elle la bonne ? Si oui : [mapping.questions] "{near}" = "{name}"')
NONE = mark("vérifiez l'export, ou dites dans [mapping.questions] quelle colonne y répond")


@dataclass(frozen=True, slots=True)
class QuestionPlace:
    """Where the answers to one field stand: one column, or one column for each item; ``wording`` where it is mapped."""

    column: int | None
    parts: Mapping[str, int]
    wording: Wording | None = None

    def answer(self, cells: Sequence[str]) -> Answer:
        """Return the answer in one row."""
        if self.column is not None:
            said: Answer = cells[self.column]
        else:
            said = {part: cells[column] for part, column in self.parts.items()}
        return said if self.wording is None else self.wording.answer(said)


@dataclass(slots=True)
class FieldColumns:
    """The columns that answer one field, while they are gathered: whole ones, and those of one item each."""

    whole: list[int] = field(default_factory=list)
    items: list[tuple[str, int]] = field(default_factory=list)

    def find_doubled(self) -> list[int]:
        """Return the columns that answer the same twice, empty where none do."""
        if len(self.whole) > 1:
            return self.whole
        of: dict[str, list[int]] = {}
        for item, column in self.items:
            of.setdefault(fold(item), []).append(column)
        return next((columns for columns in of.values() if len(columns) > 1), [])


def split_part(header: str) -> tuple[str, str] | None:
    """Return the question and the item of a header such as ``Question [item]``, None where there is no item."""
    found = PART.fullmatch(header.strip())
    return (found["question"], found["square"] or found["round"] or "") if found else None


def places(table: TextTable, plan: Plan, side: Side | None) -> tuple[dict[str, QuestionPlace], list[Problem]]:
    """Return where each field stands in ``table``, and what is wrong with its header.

    A field with two columns is a problem, and so is one without a column that is needed and asked of ``side`` (None:
    of either); all are told at once. Forbidden fields are never looked for.
    """
    claims = claims_by_field(table.header, plan)
    found: dict[str, QuestionPlace] = {}
    problems: list[Problem] = []
    for name, question in plan.fields.items():
        claim = claims.get(name)
        if question.use == "forbidden":
            continue
        if claim and (doubled := claim.find_doubled()):
            problems.append(twice(table, name, doubled))
        elif claim:
            words = plan.renaming.answers.get(name)
            wording = Wording(question, words) if words else None
            found[name] = QuestionPlace(claim.whole[0] if claim.whole else None, dict(claim.items), wording)
        elif name in plan.needed and (side is None or question.asks(side)):
            problems.append(missing(table, name, question, claims))
    return found, problems


def claims_by_field(header: Sequence[str], plan: Plan) -> dict[str, FieldColumns]:
    """Return the columns that answer each field."""
    spelled: dict[str, list[str]] = {}
    for name, question in plan.fields.items():
        for spelling in {fold(question.question), fold(name)}:
            spelled.setdefault(spelling, []).append(name)
    claims: dict[str, FieldColumns] = {}
    for column, text in enumerate(header):
        for meant in meanings(text, plan, spelled):
            claim = claims.setdefault(meant.field, FieldColumns())
            if meant.item is None:
                claim.whole.append(column)
            else:
                claim.items.append((plan.renaming.item(meant.field, meant.item), column))
    return claims


def meanings(header: str, plan: Plan, spelled: Mapping[str, Sequence[str]]) -> Iterator[Target]:
    """Yield the fields, or the items of them, that one header stands for; the mapping goes before all."""
    mapped = plan.renaming.headers
    if is_left(header, plan):
        return
    if fold(header) in mapped:
        yield mapped[fold(header)]
        return
    exact = spelled.get(fold(header), ())
    yield from map(Target, exact)
    pieces = split_part(header)
    if pieces and not exact:  # "Vos attentes (suite)" may be a question of its own, and no item of "Vos attentes"
        question, item = fold(pieces[0]), pieces[1]
        names = [mapped[question].field] if question in mapped else spelled.get(question, ())
        yield from (Target(name, item) for name in names)


def is_left(header: str, plan: Plan) -> bool:
    """Say whether the mapping says that a header, or the question of which it is an item, answers nothing."""
    question = fold((split_part(header) or (header, ""))[0])
    meant = plan.renaming.headers.get(fold(header)) or plan.renaming.headers.get(question)
    return meant is not None and not meant.field


def twice(table: TextTable, name: str, columns: Sequence[int]) -> Problem:
    """Return that several columns answer the same."""
    headers = listed([tr("« {text} »", text=table.header[column]) for column in columns])
    advice = tr("gardez une seule de {headers}, dans le fichier ou dans [mapping.questions]", headers=headers)
    return Problem(table.source, tr("deux colonnes répondent à « {name} »", name=name), tr("une seule"), advice)


def missing(table: TextTable, name: str, field: AnyField, claims: Mapping[str, FieldColumns]) -> Problem:
    """Return that a needed question has no column, with the header that comes nearest among those not taken."""
    taken = {column for claim in claims.values() for column in (*claim.whole, *(at for _, at in claim.items))}
    free = [text for column, text in enumerate(table.header) if column not in taken]
    questions = dict.fromkeys((split_part(text) or (text, ""))[0] for text in free)
    near = closest(field.question, [*dict.fromkeys(free), *questions])
    found, expected = tr("aucune colonne pour « {name} »", name=name), tr("« {text} »", text=field.question)
    return Problem(
        table.source, found, expected, tr(NEAREST if near else NONE, name=name, near=near.name if near else "")
    )


def separate_questions(table: TextTable, plan: Plan) -> TextTable:
    """Return the table with each column that may be a question of its own named as what the programme knows it for.

    Columns of one question stand side by side: after its last known item, or from the first that is another question
    of the programme on, which has no other column, they are questions of their own.
    """
    header = list(table.header)
    for columns in column_groups(table):
        for column in columns[items_in(table, columns, plan) :]:
            header[column] = table.alone[column]
    return replace(table, header=number_repeats(header), alone={})


def column_groups(table: TextTable) -> Iterator[list[int]]:
    """Yield the columns that may be one question: one that is, and those behind it that may be."""
    starts = [column for column in table.alone if column - 1 not in table.alone]
    for start in starts:
        end = start
        while end in table.alone:
            end += 1
        yield list(range(start - 1, end))


def items_in(table: TextTable, columns: Sequence[int], plan: Plan) -> int:
    """Return how many of these columns are items of one question, at least the first."""
    known = [at for at, column in enumerate(columns) if is_item(table, column, plan)]
    if known:
        return known[-1] + 1
    certain = {fold(name) for column, name in enumerate(table.header) if column not in table.alone}
    names = [table.alone[column] for column in columns[1:]]
    other = (at for at, name in enumerate(names, 1) if fold(name) not in certain and is_question(name, plan))
    return next(other, len(columns))


def is_item(table: TextTable, column: int, plan: Plan) -> bool:
    """Say whether a column is a question of the programme with an item that it knows.

    Any text with a number in it may name a rank: it does not where it is a question of the programme itself.
    """
    claims = claims_by_field([table.header[column]], plan)
    found = [(plan.fields[name], item) for name, claim in claims.items() for item, _ in claim.items]
    if any(position(answers_of(field), item) is not None for field, item in found):
        return True
    return any(has_item(field, item) for field, item in found) and not is_question(table.alone.get(column, ""), plan)


def is_question(header: str, plan: Plan) -> bool:
    """Say whether a header is a question of the programme."""
    return any(claim.whole for claim in claims_by_field([header], plan).values())
