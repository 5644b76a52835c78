"""Which columns of a file are items of one question, where the survey tool does not tell and the programme does."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mentormatch.fields.base import position
from mentormatch.languages.text_keys import fold
from mentormatch.survey.column_map import answers_of, has_item
from mentormatch.survey.headers import claimed
from mentormatch.survey.plan import Plan
from mentormatch.survey.table import TextTable
from mentormatch.survey.tool import numbered


def told_apart(table: TextTable, plan: Plan) -> TextTable:
    """Return the table with each column that may be a question of its own named as what the programme knows it for.

    Columns of one question stand side by side: after its last known item, or from the first that is another question
    of the programme on, which has no other column, they are questions of their own.
    """
    header = list(table.header)
    for columns in groups(table):
        for column in columns[items_in(table, columns, plan) :]:
            header[column] = table.alone[column]
    return replace(table, header=numbered(header), alone={})


def groups(table: TextTable) -> Iterator[list[int]]:
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
    claims = claimed([table.header[column]], plan)
    found = [(plan.fields[name], item) for name, claim in claims.items() for item, _ in claim.items]
    if any(position(answers_of(field), item) is not None for field, item in found):
        return True
    return any(has_item(field, item) for field, item in found) and not is_question(table.alone.get(column, ""), plan)


def is_question(header: str, plan: Plan) -> bool:
    """Say whether a header is a question of the programme."""
    return any(claim.whole for claim in claimed([header], plan).values())
