"""Random programmes with every kind of question, what people answered, and the plain table that holds the same.

An answer is the value that reading it must give: an index, or a tuple of indices, into the options of its question; a
number; a text; names; None where the question was left blank. ``said`` and ``chosen`` put it in the words that a tool
writes. Questions and options hold accents, commas, quotes and brackets; questions and texts line breaks as well.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields as parts_of
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, cast

import numpy as np
import xlsxwriter
from hypothesis import settings
from hypothesis import strategies as st
from pandas import DataFrame

from mentormatch import Cohort, Programme, read_survey
from mentormatch.base.columns import Column
from mentormatch.fields import AnyField, Levels, ListOfNames, Number, Place, Side, Slots, Text, YesNo
from mentormatch.places.gazetteer import DEPARTEMENTS
from mentormatch.survey.table import TextTable
from mentormatch.survey.table_reader import read_table
from tests import canaries
from tests.conftest import DEEP
from tests.laws.questionnaires import ANSWERED_BY, NAMED, PEOPLE, SIDES, value_of

type Answers = Mapping[str, object]
"""What one person answered, by field id."""
type Values = Mapping[str, st.SearchStrategy[object]]
"""What people may answer, by field id."""
type Cell = str | float | datetime
"""A cell of a workbook."""

ROLES: Mapping[Side, str] = {"mentor": "Mentor·e", "mentee": "Mentoré·e"}
KEY, ROLE, EMAIL, NOTICE = "code", "role", "courriel", "notice"
FIXED: Mapping[str, Mapping[str, Any]] = {
    KEY: {"question": "Code participant", "kind": "text", "use": "key"},
    ROLE: {"question": "Vous participez en tant que", "kind": "choice", "options": list(ROLES.values())},
    EMAIL: {"question": "Courriel", "kind": "text", "use": "contact"},
    NOTICE: {"question": "J'ai lu la notice", "kind": "yesno", "use": "consent"},
}
QUESTIONS = (
    "Vos disciplines, par ordre d'importance",
    "Types de structures (3 au plus)",
    "Ce que vous attendez [facultatif]",
    "« Avez-vous déjà » été accompagné·e ?",
    'Le mot "réseau", pour vous : lequel ?',
    "Où travaillez-vous\nle plus souvent ?",
    "Années d’expérience ; environ",
    "Vos attentes",
    "Vos attentes (suite)",
    "À qui\u00a0pensez-vous ?",
    "Jours, moments",
    "Nombre de personnes <max.>",
    "Langue\tdes signes",
    "Déjà vu [oui] (non)",
    "L'essentiel / le reste",
    "100 % à distance",
)
OPTIONS = (
    "Théâtre",
    "Théâtre jeune public",
    "Contrats, paie",
    "Budget, dont DRAC",
    "L'administration",
    "L’Œuvre",
    "à distance",
    "12 ans",
    'Le "grand" plateau',
    "Paie (DSN)",
    "[interne]",
    "Régie [son]",
    "soir, après 18h",
    "Un peu : beaucoup",
    "= égal",
    "-",
)
LEVELS = ("Non", "Les bases", "Je pratique, seul·e", "Je peux former quelqu'un", "+ encore")
TEXTS = (
    *NAMED, "NA", "N/A", "null", "007", "0612345678", "=1+1", "-5", "@moi", "+33 6", 'dit "oui"', "deux\nlignes",
    "a; b, c\td", "X", "Autre", "2026-01-01", canaries.ANSWER,
)  # fmt: skip

few = settings(max_examples=1_000 if DEEP else 5)
unfinished = st.lists(st.booleans(), min_size=8, max_size=8)
"""Which of at most eight people did not finish."""


@st.composite
def programmes_with_answers(draw: st.DrawFn) -> tuple[Programme, list[Answers]]:
    """Draw a programme with one question of each kind, and what up to four people a side answered, in any order."""
    wordings = draw(st.permutations(QUESTIONS))
    kinds = settings_of_every_kind(draw)
    sides = draw(st.lists(st.sampled_from(ANSWERED_BY), min_size=len(kinds), max_size=len(kinds)))
    asked: dict[str, dict[str, Any]] = {
        str(kind["kind"]): {**kind, "question": question, "side": side}
        for kind, question, side in zip(kinds, wordings, sides, strict=False)
    }
    role: dict[str, str] = {"field": ROLE, "mentor": ROLES["mentor"], "mentee": ROLES["mentee"]}
    data = {"programme": {"name": "Essai", "role": role}, "fields": {**FIXED, **asked}}
    programme = Programme.read(data)
    values = {
        name: value(field) for name, field in programme.fields.items()
    }  # made once: making them is what takes long
    who = [(side, key) for side in SIDES for key in PEOPLE[side][: draw(st.integers(1, 4))]]
    return programme, [person(draw, programme, values, (side, key)) for side, key in draw(st.permutations(who))]


def settings_of_every_kind(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the settings of one question of each kind."""
    return [
        {"kind": "choice", "options": some(draw, OPTIONS)},
        {"kind": "choices", "options": some(draw, OPTIONS)},
        {"kind": "ranking", "options": some(draw, OPTIONS), **draw(st.sampled_from([{}, {"most": 1}, {"most": 3}]))},
        {"kind": "levels", "items": some(draw, OPTIONS), "levels": some(draw, LEVELS, least=2)},
        {"kind": "scale", "options": some(draw, OPTIONS)},
        {"kind": "slots", "days": ["lundi", "mardi"], "moments": ["matin", "fin de journée"]},
        *({"kind": kind} for kind in ("number", "place", "names", "yesno", "text")),
    ]


def some(draw: st.DrawFn, pool: Sequence[str], least: int = 1) -> list[str]:
    """Draw some words of a pool, each once."""
    return draw(st.lists(st.sampled_from(pool), min_size=least, max_size=5, unique=True))


def person(draw: st.DrawFn, programme: Programme, values: Values, who: tuple[Side, str]) -> Answers:
    """Draw what one person answered."""
    side, key = who
    email = f"{ord(key[-1])}{side}{canaries.EMAIL}"
    fixed: dict[str, object] = {KEY: key, ROLE: SIDES.index(side), EMAIL: email, NOTICE: 1}
    drawn = {name: field for name, field in programme.fields.items() if name not in fixed}
    return fixed | {name: draw(values[name]) if field.asks(side) else None for name, field in drawn.items()}


def value(field: AnyField) -> st.SearchStrategy[object]:
    """Return a strategy for what people answer, None for a blank; boxes that nobody ticks are a blank."""
    if isinstance(field, Text):
        return st.none() | st.sampled_from(TEXTS)
    return value_of(field).map(lambda found: None if isinstance(field, Slots) and found == () else found)


def said(field: AnyField, answer: object) -> str:
    """Return an answer to a question of one cell in words, empty for a blank."""
    if answer is None:
        return ""
    if isinstance(field, YesNo):
        return ("Non", "Oui")[cast(int, answer)]
    if isinstance(field, Number):
        return f"{answer:g}".replace(".", ",")
    if isinstance(field, Place):
        return DEPARTEMENTS[cast(int, answer)][1]
    return str(answer) if isinstance(field, Text) else options_of(field)[cast(int, answer)]


def chosen(field: AnyField, answer: object) -> list[str]:
    """Return the options or names given to a question with several answers, in the order of the answer."""
    given = cast(tuple[Any, ...], answer or ())
    return list(given) if isinstance(field, ListOfNames) else [options_of(field)[at] for at in given]


def graded(field: Levels, answer: object) -> list[str]:
    """Return the level given to each item of a grid, empty where blank."""
    grades = cast(tuple[int, ...], answer or [-1] * len(field.items))
    return ["" if grade < 0 else field.levels[grade] for grade in grades]


def options_of(field: AnyField) -> list[str]:
    """Return the words that an index stands for."""
    return field.slots if isinstance(field, Slots) else cast(list[str], getattr(field, "options", []))


def joined(field: AnyField, answer: object, joiner: str) -> str:
    """Return an answer in one cell, whatever its kind but a grid; names that are nobody's are "aucun"."""
    if isinstance(field, ListOfNames) and answer == ():
        return "aucun"
    several = field.kind in ("choices", "ranking", "slots", "names")
    return joiner.join(chosen(field, answer)) if several else said(field, answer)


def plain_table(programme: Programme, people: Iterable[Answers]) -> list[list[str]]:
    """Return the header and the rows of a table made by hand: a grid has a column an item, all else one."""
    rows: list[list[str]] = [[]]
    for field in programme.fields.values():
        items = field.items if isinstance(field, Levels) else None
        rows[0] += [f"{field.question} [{item}]" for item in items] if items else [field.question]
    for answers in people:
        row: list[str] = []
        for name, field in programme.fields.items():
            row += graded(field, answers[name]) if isinstance(field, Levels) else [joined(field, answers[name], "; ")]
        rows.append(row)
    return rows


def delimited(
    rows: Iterable[Sequence[Cell]], delimiter: str, *, end: str = "\n", quoting: Literal[0, 1] = csv.QUOTE_ALL
) -> str:
    """Return rows as delimited text; quotes are doubled."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return text.getvalue()


def workbook(rows: Iterable[Sequence[Cell]], sheet: str = "Feuille 1") -> bytes:
    """Return rows as an XLSX workbook of one sheet, dates as dates, numbers as numbers."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, {**options, "default_date_format": "dd/mm/yyyy hh:mm:ss"}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return buffer.getvalue()


def read_back(programme: Programme, content: bytes, name: str, tool: str | None = None) -> Cohort:
    """Return the cohort in a file of this content."""
    with TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(content)
        return read_survey(programme, file, tool=tool)


def table_in(content: bytes, name: str, tool: str | None = None) -> TextTable:
    """Return the table in a file of this content."""
    with TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(content)
        return read_table(file, tool=tool)


def check_people(cohort: Cohort, programme: Programme, people: Sequence[Answers]) -> None:
    """Check that a cohort is these people: their keys and columns, and those of their plain table."""
    header, *rows = plain_table(programme, people)
    plain = read_survey(programme, DataFrame(rows, columns=header, dtype=object), tool="plain")
    for side in SIDES:
        mine = [answers for answers in people if answers[ROLE] == SIDES.index(side)]
        assert cohort.side(side).ids == plain.side(side).ids == tuple(answers[KEY] for answers in mine)
        for name, column in plain.side(side).columns.items():
            check_columns(column, programme.fields[name].column([answers[name] for answers in mine]), name)
            check_columns(cohort.side(side).columns[name], column, name)
    assert len(cohort.rows) == len(people)


def check_whole(cohort: Cohort, unfinished: Sequence[bool]) -> None:
    """Check that those who did not finish are incomplete, and when each row was sent: one day after the other."""
    assert [row.fate for row in cohort.rows] == ["incomplete" if left else "taken" for left in unfinished]
    assert [row.when and row.when.day for row in cohort.rows] == list(range(1, len(cohort.rows) + 1))


def check_columns(found: Column, expected: Column, name: str) -> None:
    """Check that two columns hold the same."""
    assert type(found) is type(expected)
    for part in parts_of(cast(Any, expected)):
        ours, theirs = getattr(found, part.name), getattr(expected, part.name)
        floats = isinstance(theirs, np.ndarray) and theirs.dtype.kind == "f"
        same = np.array_equal(ours, theirs, equal_nan=floats) if isinstance(theirs, np.ndarray) else ours == theirs
        assert same, f"{name}: {ours} instead of {theirs}"
