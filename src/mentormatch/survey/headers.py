"""Which columns of a table answer which question: by its words, by its id, or by its words and an item in brackets."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from mentormatch.errors import Problem
from mentormatch.fields import Answer, AnyField, Side
from mentormatch.survey.plan import Plan
from mentormatch.survey.reading import Table
from mentormatch.text import fold

# An item in round brackets may hold brackets of its own, one level deep: "Question (Paie (DSN))".
PART = re.compile(r"(?P<question>.*\S)\s*(?:\[(?P<square>[^\[\]]*)\]|\((?P<round>(?:[^()]|\([^()]*\))*)\))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the answers to one field stand: one column, or one column for each item."""

    column: int | None
    parts: Mapping[str, int]

    def answer(self, cells: Sequence[str]) -> Answer:
        """Return the answer in one row."""
        if self.column is not None:
            return cells[self.column]
        return {part: cells[column] for part, column in self.parts.items()}


def split_part(header: str) -> tuple[str, str] | None:
    """Return the question and the item of a header such as ``Question [item]``, None where there is no item."""
    found = PART.fullmatch(header.strip())
    return (found["question"], found["square"] or found["round"] or "") if found else None


def places(table: Table, plan: Plan, side: Side | None) -> tuple[dict[str, Place], list[Problem]]:
    """Return where each field stands in ``table``, and what is wrong with its header.

    A field with two columns is a problem, and so is one without a column that is needed and asked of ``side`` (None:
    of either); all are told at once. Forbidden fields are never looked for.
    """
    whole = index_of(table.header)
    parts = parts_of(table.header)
    found: dict[str, Place] = {}
    problems: list[Problem] = []
    for name, field in plan.fields.items():
        if field.use == "forbidden":
            continue
        spellings = {fold(field.question), fold(name)}
        columns = sorted({column for spelling in spellings for column in whole.get(spelling, ())})
        items = {item: at for spelling in sorted(spellings) for item, at in parts.get(spelling, {}).items()}
        if len(columns) > 1:
            problems.append(Problem(table.source, f"deux colonnes répondent à « {name} »", "une seule"))
        elif columns or items:
            found[name] = Place(columns[0] if columns else None, items)
        elif name in plan.needed and (side is None or field.asks(side)):
            problems.append(missing(table, name, field))
    return found, problems


def index_of(header: Sequence[str]) -> dict[str, list[int]]:
    """Return the columns with each folded header."""
    found: dict[str, list[int]] = {}
    for column, text in enumerate(header):
        found.setdefault(fold(text), []).append(column)
    return found


def parts_of(header: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return, for each folded question, its items and their columns."""
    found: dict[str, dict[str, int]] = {}
    for column, text in enumerate(header):
        pieces = split_part(text)
        if pieces:
            found.setdefault(fold(pieces[0]), {})[pieces[1]] = column
    return found


def missing(table: Table, name: str, field: AnyField) -> Problem:
    """Return that a needed question has no column, with the header that comes nearest."""
    headers = {fold(text): text for text in table.header}
    near = get_close_matches(fold(field.question), list(headers), n=1, cutoff=0.6)
    advice = f"la colonne « {headers[near[0]]} » est-elle la bonne ?" if near else "vérifiez l'export, ou le programme"
    return Problem(table.source, f"aucune colonne pour « {name} »", f"« {field.question} »", advice)
