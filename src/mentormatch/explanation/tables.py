"""The result as plain tables: the one source of workbook, CSV file, page and frames, so that they agree.

The result as pandas frames.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.explanation.diagnosis.findings import PossibleChange
from mentormatch.explanation.names import KEYS, Labels, NamesByPerson
from mentormatch.explanation.pairs import Chain, Pair
from mentormatch.explanation.unmatched_people import Unmatched
from mentormatch.fields import SIDES, Side
from mentormatch.languages.translation import language, mark, tr
from mentormatch.people.codes import tells_who
from mentormatch.people.cohort import FATES, Cohort, RowFate
from mentormatch.scoring.scores import ScoreTable

if TYPE_CHECKING:
    from pandas import DataFrame, Index, Series


type CellValue = str | int | float | bool
SIDE_WORDS = {"mentor": mark("mentor·e"), "mentee": mark("mentoré·e")}
"""What staff read, to be spoken by ``tr``."""
NAMED = {"mentor": mark("Nom (mentor·e)"), "mentee": mark("Nom (mentoré·e)")}
"""The headings of names beside keys."""


class CodedCell(str):
    """A cell in words, with the stable ``code`` that a frame has in its place."""

    __slots__ = ("code",)
    code: str

    @classmethod
    def of(cls, words: str, code: str) -> "CodedCell":
        """Return a cell that people read as ``words`` and programs as ``code``."""
        cell = cls(words)
        cell.code = code
        return cell

    def __reduce__(self) -> tuple[Any, ...]:
        return CodedCell.of, (str(self), self.code)


def side_cell(side: Side) -> CodedCell:
    """Return the cell of a side."""
    return CodedCell.of(tr(SIDE_WORDS[side]), side)


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """One table: stable column names (``names``), the headings that staff read (``titles``), and its rows."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheets(Mapping[str, ResultSheet]):
    """Tables by their codes, each made when it is asked for: why somebody has no partner may take long to say."""

    language: str
    makers: Mapping[str, Callable[[], ResultSheet]]

    def __getitem__(self, name: str) -> ResultSheet:
        with language(self.language, unless_asked=True):
            return self.makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self.makers)

    def __len__(self) -> int:
        return len(self.makers)


def sheet(columns: Sequence[tuple[str, str]], rows: Iterable[tuple[CellValue, ...]]) -> ResultSheet:
    """Return a table with these columns, each a name and a heading."""
    return ResultSheet(tuple(name for name, _ in columns), tuple(title for _, title in columns), tuple(rows))


def pair_sheet(pairs: Sequence[Pair], names: NamesByPerson | None = None, labels: Labels = KEYS) -> ResultSheet:
    """Return one row a pair: who, the points, how much is answered, and the reasons in words; last what names say."""
    columns = [
        ("mentor", tr("Mentor·e")),
        ("mentee", tr("Mentoré·e")),
        ("points", tr("Points sur 100")),
        ("answered", tr("Part connue")),
        ("reasons", tr("Pourquoi")),
    ]
    columns += [] if names is None else [(f"{side}_name", tr(title)) for side, title in NAMED.items()]
    rows: Iterator[tuple[CellValue, ...]] = (
        (*labels.pair((p.mentor, p.mentee)), p.points, p.answered, labels.text(reasons(p)), *names_of_pair(p, names))
        for p in pairs
    )
    return sheet(columns, rows)


def names_of_pair(pair: Pair, names: NamesByPerson | None) -> tuple[str, ...]:
    """Return the names of the two people of a pair, empty where one is not known; nothing where there are no names."""
    people: tuple[tuple[Side, str], ...] = (("mentor", pair.mentor), ("mentee", pair.mentee))
    return () if names is None else tuple(names.get(person, "") for person in people)


def reasons(pair: Pair) -> str:
    """Return what a pair's score rests on, the criteria that add most first."""
    parts = sorted((part for part in pair.contributions if part.full), key=lambda part: -part.share)
    return " · ".join(tr("{criterion} : {reason}", criterion=part.criterion, reason=part.reason) for part in parts)


def contribution_sheet(pairs: Sequence[Pair], labels: Labels = KEYS) -> ResultSheet:
    """Return one row for each criterion of each pair; the points of a pair add up to its score."""
    columns = [
        ("mentor", tr("Mentor·e")),
        ("mentee", tr("Mentoré·e")),
        ("group", tr("Rubrique")),
        ("criterion", tr("Critère")),
        ("points", tr("Points")),
        ("full", tr("Sur")),
        ("answered", tr("Répondu")),
        ("reason", tr("Pourquoi")),
    ]
    rows = (
        (*people, c.group or "", c.criterion, c.share / 10_000, c.full / 10_000, c.answered, labels.text(c.reason))
        for people, p in ((labels.pair((p.mentor, p.mentee)), p) for p in pairs)
        for c in p.contributions
    )
    return sheet(columns, rows)


def unmatched_sheet(
    unmatched: Sequence[Unmatched], changes: Sequence[PossibleChange | None], names: Sequence[str] | None = None
) -> ResultSheet:
    """Return one row for each person without a partner, with the smallest change that would place them, and names."""
    columns = [
        ("person", tr("Personne")),
        ("side", tr("Côté")),
        ("code", tr("Code")),
        ("reason", tr("Raison")),
        ("change", tr("Ce qui suffirait")),
    ]
    columns += [] if names is None else [("name", tr("Nom"))]
    rows = (
        (
            one.person,
            side_cell(one.side),
            one.code,
            one.reason,
            in_words(change),
            *([] if names is None else [name]),
        )
        for one, change, name in zip(unmatched, changes, names or [""] * len(unmatched), strict=True)
    )
    return sheet(columns, rows)


def in_words(change: PossibleChange | None) -> str:
    """Return what would have to change, empty where nothing would do."""
    return change.sentence if change else ""


def chain_sheet(chains: Sequence[Chain]) -> ResultSheet:
    """Return one row a chain of people in both roles: who accompanies them, they, whom they accompany, in words."""
    columns = [
        ("mentors", tr("Accompagné·e par")),
        ("people", tr("Dans les deux rôles")),
        ("mentees", tr("Accompagne")),
        ("chain", tr("La chaîne")),
    ]
    rows = ((", ".join(one.mentors), ", ".join(one.people), ", ".join(one.mentees), str(one)) for one in chains)
    return sheet(columns, rows)


def rejected_sheet(rejected: Sequence[RowFate], labels: Labels = KEYS) -> ResultSheet:
    """Return one row for each row that is nobody; its key only if it does not tell who somebody is."""
    columns = [
        ("source", tr("Fichier")),
        ("line", tr("Ligne")),
        ("key", tr("Identifiant")),
        ("fate", tr("Sort")),
        ("reason", tr("Raison")),
    ]
    keys = ("" if tells_who(row.key) else row.key for row in rejected)
    rows = (
        (row.source, row.line, key, CodedCell.of(tr(FATES[row.fate]), row.fate), labels.text(row.reason))
        for row, key in zip(rejected, keys, strict=True)
    )
    return sheet(columns, rows)


def code_sheet(cohort: Cohort, labels: Labels) -> ResultSheet:
    """Return one row a person, which joins the code of documents to the key."""
    columns = [("side", tr("Côté")), ("code", tr("Code")), ("key", tr("Identifiant"))]
    people = ((side, key) for side in SIDES for key in cohort.side(side).ids)
    return sheet(columns, ((side_cell(side), labels.person(side, key), key) for side, key in people))


@dataclass(frozen=True, slots=True)
class Grid:
    """The points of every pair, mentors down, mentees across; NaN where a rule forbids the pair."""

    mentors: tuple[str, ...]
    mentees: tuple[str, ...]
    points: NDArray[np.float64]


def score_grid(cohort: Cohort, scores: ScoreTable, problem: AssignmentProblem, labels: Labels = KEYS) -> Grid:
    """Return the points of every allowed pair, people under these labels."""
    points = np.full(scores.values.shape, np.nan)
    mentors, mentees = problem.scores.pairs()
    points[mentors, mentees] = scores.values[mentors, mentees] / 10_000
    called = {side: tuple(labels.person(side, key) for key in cohort.side(side).ids) for side in SIDES}
    return Grid(called["mentor"], called["mentee"], points)


@dataclass(frozen=True, slots=True)
class Frames:
    """The tables of a matching as pandas frames; columns have the stable English names.

    ``grid`` is only asked for where the scores of all pairs are. People have the codes of documents; ``codes`` joins
    these to keys.
    """

    sheets: Mapping[str, ResultSheet]
    grid: Callable[[], Grid]
    who: Callable[[], ResultSheet]

    @property
    def codes(self) -> "DataFrame":
        """One row a person: side, code, key. Code and key are the same unless keys tell who people are."""
        return frame(self.who())

    @property
    def pairs(self) -> "DataFrame":
        """One row a pair: mentor, mentee, points (out of 100), answered (0 to 1), reasons."""
        return frame(self.sheets["pairs"])

    @property
    def unmatched(self) -> "DataFrame":
        """One row a person without a partner: person, side, code, reason."""
        return frame(self.sheets["unmatched"])

    @property
    def rejected(self) -> "DataFrame":
        """One row for each row that is nobody: source, line, key, fate, reason."""
        return frame(self.sheets["rejected"])

    @property
    def chains(self) -> "DataFrame":
        """One row a chain of people in both roles: mentors, people, mentees, chain."""
        return frame(self.sheets["chains"])

    @property
    def contributions(self) -> "DataFrame":
        """One row for each criterion of each pair: points, full, answered, reason."""
        return frame(self.sheets["contributions"])

    @property
    def scores(self) -> "DataFrame":
        """Points of every pair, mentors down, mentees across; NaN where a rule forbids the pair.

        Raises RequestError where there are too many pairs to have them all.
        """
        from pandas import DataFrame

        grid = self.grid()
        return DataFrame(grid.points, index=labels(grid.mentors), columns=labels(grid.mentees))


def frame(sheet: ResultSheet) -> "DataFrame":
    """Return one table as a frame, with codes in place of words that depend on the language."""
    from pandas import DataFrame

    rows = [[cell.code if isinstance(cell, CodedCell) else cell for cell in row] for row in sheet.rows]
    columns = zip(*rows, strict=True) if rows else [()] * len(sheet.names)
    return DataFrame({name: column(cells) for name, cells in zip(sheet.names, columns, strict=True)})


def column(cells: Sequence[CellValue]) -> "Series[Any]":
    """Return cells as a column."""
    from pandas import Series

    try:
        return Series(cells, dtype=None if cells else object)
    except UnicodeEncodeError:  # half a character, as keys may hold: pyarrow, where it is there, refuses it
        return Series(cells, dtype=object)


def labels(keys: Sequence[str]) -> "Index[Any]":
    """Return keys as labels."""
    from pandas import Index

    made: Index[Any] = Index(column(keys))
    return made
