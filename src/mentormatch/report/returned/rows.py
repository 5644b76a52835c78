"""The sheet of pairs as staff left it: each row with its line, or what cannot be read in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Literal

from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import Side
from mentormatch.likeness import closest
from mentormatch.matching import Keys
from mentormatch.report.book import clipped
from mentormatch.report.returned.bearings import SHEET, Bearings
from mentormatch.report.texts import visible
from mentormatch.survey.reading import Record, read_rows
from mentormatch.text import canonical, fold

PAIRS = "Binômes"
AGREED, OPEN, REFUSED = "Validé", "À discuter", "Refusé"
CHOICES = (AGREED, OPEN, REFUSED)
VALIDATION = "Validation"
COLUMNS: Mapping[Side, str] = {"mentor": "Mentor·e", "mentee": "Mentoré·e"}
ORIGIN = "le classeur tel que « mentormatch match » l'a écrit"
WHO: Mapping[Side, str] = {"mentor": "d'un·e mentor·e", "mentee": "d'un·e mentoré·e"}

type Choice = Literal["Validé", "À discuter", "Refusé", ""]


@dataclass(frozen=True, slots=True)
class Row:
    """One pair of the sheet: its line, the keys of its two people, and what staff chose for it."""

    line: int
    pair: Keys
    choice: str


def read_bearings(path: str | PathLike[str]) -> tuple[Bearings | None, list[Problem]]:
    """Return where a workbook comes from, None with the reason where that is not to be found in it."""
    records, problems = records_of(path, SHEET)
    bearings = Bearings.from_cells([record.cells[0] for record in records])
    if bearings is None and not problems:
        found = "absente, incomplète ou changée"
        problems = [Problem(f"feuille cachée « {SHEET} »", found, ORIGIN, "repartez d'un nouveau classeur")]
    return bearings, problems


def records_of(path: str | PathLike[str], sheet: str) -> tuple[tuple[Record, ...], list[Problem]]:
    """Return the rows of a sheet that are not blank, or why there are none."""
    try:
        return read_rows(path, sheet=sheet).records, []
    except SurveyError as error:
        absent = Problem(f"feuille « {sheet} »", "introuvable", ORIGIN, "ne renommez ni ne supprimez aucune feuille")
        return (), [absent if problem.where == "feuille" else problem for problem in error.problems]


def read_sheet(path: str | PathLike[str], bearings: Bearings) -> tuple[list[Row], list[Problem]]:
    """Return the pairs of the sheet, and all that cannot be read in it."""
    records, problems = records_of(path, PAIRS)
    if problems:
        return [], problems
    places = {fold(text): column for column, text in enumerate(records[0].cells)}
    absent = [title for title in (*COLUMNS.values(), VALIDATION) if fold(title) not in places]
    if absent:
        advice = "rendez à la première ligne les intitulés d'origine"
        return [], [Problem(f"feuille « {PAIRS} »", f"pas de colonne « {title} »", ORIGIN, advice) for title in absent]
    return read_records(records[1:], places, bearings)


def read_records(
    records: tuple[Record, ...], places: Mapping[str, int], bearings: Bearings
) -> tuple[list[Row], list[Problem]]:
    """Return the rows below the headings; a row that names nobody and decides nothing is passed over."""
    known = {side: {canonical(clipped(visible(key))): key for key in bearings.places(side)} for side in COLUMNS}
    rows, problems = [], []
    for record in records:
        cells = (*record.cells, *[""] * len(places))
        said = {title: cells[places[fold(title)]].strip() for title in (*COLUMNS.values(), VALIDATION)}
        if any(said.values()):
            wrong = list(misread(record.line, said, known))
            problems += wrong
            if not wrong:
                mentor, mentee = (known[side][canonical(said[title])] for side, title in COLUMNS.items())
                rows.append(Row(record.line, (mentor, mentee), choice_of(said[VALIDATION]) or ""))
    return rows, problems


def misread(line: int, said: Mapping[str, str], known: Mapping[Side, Mapping[str, str]]) -> Iterator[Problem]:
    """Yield what is wrong with the three cells of one row."""
    for side, title in COLUMNS.items():
        if canonical(said[title]) not in known[side]:
            yield unknown(line, side, said[title], known)
    if said[VALIDATION] and choice_of(said[VALIDATION]) is None:
        yield Problem(
            cell(line, VALIDATION),
            "un mot inconnu",
            ", ".join(f"« {choice} »" for choice in CHOICES) + ", ou rien",
            "choisissez dans la liste de la cellule ; une remarque va dans la colonne « Remarque »",
        )


def unknown(line: int, side: Side, typed: str, known: Mapping[Side, Mapping[str, str]]) -> Problem:
    """Return that a cell names nobody of its side; what was typed in it is not repeated."""
    other: Side = "mentee" if side == "mentor" else "mentor"
    near = closest(typed, known[side].values()) if typed else None
    if not typed:
        found, advice = "la cellule est vide", f"pour défaire ce binôme, rendez le code et choisissez « {REFUSED} »"
    elif canonical(typed) in known[other]:
        found, advice = f"le code {WHO[other]}", "vérifiez la colonne"
    else:
        found = "personne de cette édition n'a ce code"
        advice = f"vouliez-vous dire « {near.name} » ?" if near else "écrivez le code, pas le nom"
    return Problem(cell(line, COLUMNS[side]), found, f"le code {WHO[side]} de ce classeur", advice)


def choice_of(text: str) -> str | None:
    """Return the choice that a text of the column stands for, None where it is none."""
    return next((choice for choice in CHOICES if fold(choice) == fold(text)), None)


def cell(line: int, title: str) -> str:
    """Return where one cell of the sheet of pairs is."""
    return f"feuille « {PAIRS} », ligne {line}, colonne « {title} »"
