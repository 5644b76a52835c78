"""A matching -> its tables, the common source of workbook, CSV file, page and pandas frames."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.explanation.diagnosis.findings import PossibleChange
from mentormatch.explanation.names import KEY_LABELS, Labels, NamesByPerson
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
"""The labels of the sides, to be translated by ``tr``."""
NAME_TITLES = {"mentor": mark("Nom (mentor·e)"), "mentee": mark("Nom (mentoré·e)")}
"""The headings of the columns of names."""


class CodedCell(str):
    """A cell in words, with the stable ``code`` that a frame contains in its place."""

    __slots__ = ("code",)
    code: str

    @classmethod
    def of(cls, words: str, code: str) -> "CodedCell":
        """Return a cell with ``words`` for people and ``code`` for programs."""
        cell = cls(words)
        cell.code = code
        return cell

    def __reduce__(self) -> tuple[Any, ...]:
        return CodedCell.of, (str(self), self.code)


def side_cell(side: Side) -> CodedCell:
    return CodedCell.of(tr(SIDE_WORDS[side]), side)


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """A table: stable column names (``names``), headings for staff (``titles``), and rows."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheets(Mapping[str, ResultSheet]):
    """Tables by their codes, each computed at access, because explanations of unmatched people may be slow."""

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


def pair_sheet(pairs: Sequence[Pair], names: NamesByPerson | None = None, labels: Labels = KEY_LABELS) -> ResultSheet:
    """Return a table with a row per pair: labels, points, share answered, and reasons; names last if given."""
    columns = [
        ("mentor", tr("Mentor·e")),
        ("mentee", tr("Mentoré·e")),
        ("points", tr("Points sur 100")),
        ("answered", tr("Part connue")),
        ("reasons", tr("Pourquoi")),
    ]
    columns += [] if names is None else [(f"{side}_name", tr(title)) for side, title in NAME_TITLES.items()]
    rows: Iterator[tuple[CellValue, ...]] = (
        (*labels.pair((p.mentor, p.mentee)), p.points, p.answered, labels.text(reasons(p)), *names_of_pair(p, names))
        for p in pairs
    )
    return sheet(columns, rows)


def names_of_pair(pair: Pair, names: NamesByPerson | None) -> tuple[str, ...]:
    """Return the names of the two people of a pair, each empty if unknown; no values without names."""
    people: tuple[tuple[Side, str], ...] = (("mentor", pair.mentor), ("mentee", pair.mentee))
    return () if names is None else tuple(names.get(person, "") for person in people)


def reasons(pair: Pair) -> str:
    """Return the reasons of a pair's score, without criteria of weight 0, the criteria with most points first."""
    parts = sorted((part for part in pair.contributions if part.full), key=lambda part: -part.share)
    return " · ".join(tr("{criterion} : {reason}", criterion=part.criterion, reason=part.reason) for part in parts)


def contribution_sheet(pairs: Sequence[Pair], labels: Labels = KEY_LABELS) -> ResultSheet:
    """Return a table with a row per pair and criterion; the points of a pair add up to its score."""
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
    """Return a table with a row per unmatched person, with the smallest change that would place them, and names."""
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
            person.person,
            side_cell(person.side),
            person.code,
            person.reason,
            in_words(change),
            *([] if names is None else [name]),
        )
        for person, change, name in zip(unmatched, changes, names or [""] * len(unmatched), strict=True)
    )
    return sheet(columns, rows)


def in_words(change: PossibleChange | None) -> str:
    """Return the sentence of a change; empty without a change."""
    return change.sentence if change else ""


def chain_sheet(chains: Sequence[Chain]) -> ResultSheet:
    """Return a table with a row per chain: the mentors, the people in both roles, the mentees, and a sentence."""
    columns = [
        ("mentors", tr("Accompagné·e par")),
        ("people", tr("Dans les deux rôles")),
        ("mentees", tr("Accompagne")),
        ("chain", tr("La chaîne")),
    ]
    rows = (
        (", ".join(chain.mentors), ", ".join(chain.people), ", ".join(chain.mentees), str(chain)) for chain in chains
    )
    return sheet(columns, rows)


def rejected_sheet(rejected: Sequence[RowFate], labels: Labels = KEY_LABELS) -> ResultSheet:
    """Return a table with a row per row without a person; its key only if the key does not identify a person."""
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
    """Return a table with a row per person and side: the side, the label in documents, and the key."""
    columns = [("side", tr("Côté")), ("code", tr("Code")), ("key", tr("Identifiant"))]
    people = ((side, key) for side in SIDES for key in cohort.side(side).ids)
    return sheet(columns, ((side_cell(side), labels.person(side, key), key) for side, key in people))


@dataclass(frozen=True, slots=True)
class Grid:
    """The points of every pair, mentors as rows, mentees as columns; NaN if a rule forbids the pair."""

    mentors: tuple[str, ...]
    mentees: tuple[str, ...]
    points: NDArray[np.float64]


def score_grid(cohort: Cohort, scores: ScoreTable, problem: AssignmentProblem, labels: Labels = KEY_LABELS) -> Grid:
    """Return the points of every allowed pair, with people named by ``labels``."""
    points = np.full(scores.values.shape, np.nan)
    mentors, mentees = problem.scores.pairs()
    points[mentors, mentees] = scores.values[mentors, mentees] / 10_000
    names_by_side = {side: tuple(labels.person(side, key) for key in cohort.side(side).ids) for side in SIDES}
    return Grid(names_by_side["mentor"], names_by_side["mentee"], points)


@dataclass(frozen=True, slots=True)
class Frames:
    """The tables of a matching as pandas frames, with stable English column names.

    ``grid`` is computed only for ``scores``. People appear by the codes of documents; ``codes`` maps these to keys.
    """

    sheets: Mapping[str, ResultSheet]
    grid: Callable[[], Grid]
    who: Callable[[], ResultSheet]

    @property
    def codes(self) -> "DataFrame":
        """A row per person and side: side, code, key. Code and key differ only if keys identify people."""
        return frame(self.who())

    @property
    def pairs(self) -> "DataFrame":
        """A row per pair: mentor, mentee, points (out of 100), answered (0 to 1), reasons."""
        return frame(self.sheets["pairs"])

    @property
    def unmatched(self) -> "DataFrame":
        """A row per person without a partner: person, side, code, reason, change."""
        return frame(self.sheets["unmatched"])

    @property
    def rejected(self) -> "DataFrame":
        """A row per row of answers without a person: source, line, key, fate, reason."""
        return frame(self.sheets["rejected"])

    @property
    def chains(self) -> "DataFrame":
        """A row per chain of people in both roles: mentors, people, mentees, chain."""
        return frame(self.sheets["chains"])

    @property
    def contributions(self) -> "DataFrame":
        """A row per pair and criterion: mentor, mentee, group, criterion, points, full, answered, reason."""
        return frame(self.sheets["contributions"])

    @property
    def scores(self) -> "DataFrame":
        """The points of every pair, mentors as rows, mentees as columns; NaN if a rule forbids the pair.

        Raises RequestError if the pairs are too many.
        """
        from pandas import DataFrame

        grid = self.grid()
        return DataFrame(grid.points, index=labels(grid.mentors), columns=labels(grid.mentees))


def frame(sheet: ResultSheet) -> "DataFrame":
    """Return a table as a frame, with codes in place of translated words."""
    from pandas import DataFrame

    rows = [[cell.code if isinstance(cell, CodedCell) else cell for cell in row] for row in sheet.rows]
    columns = zip(*rows, strict=True) if rows else [()] * len(sheet.names)
    return DataFrame({name: column(cells) for name, cells in zip(sheet.names, columns, strict=True)})


def column(cells: Sequence[CellValue]) -> "Series[Any]":
    from pandas import Series

    try:
        return Series(cells, dtype=None if cells else object)
    except UnicodeEncodeError:  # a lone surrogate in a key, which pyarrow, if installed, rejects
        return Series(cells, dtype=object)


def labels(keys: Sequence[str]) -> "Index[Any]":
    from pandas import Index

    index: Index[Any] = Index(column(keys))
    return index
