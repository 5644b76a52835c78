"""The people of one edition: who they are, what they answered, and what became of every row that came in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arguments import checked, checked_init
from mentormatch.base.arrays import BoolVector, Index, IntVector
from mentormatch.base.columns import NONE, Column, Grades, MultiChoice, NameLists, NumberColumn, Ranks, SingleChoice
from mentormatch.base.data_objects import ContentEquality
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import Side
from mentormatch.languages.phrases import about, listed, quoted
from mentormatch.languages.text_keys import canonical, canonicals, fold
from mentormatch.languages.translation import mark, tr
from mentormatch.people.keys import Key
from mentormatch.places.gazetteer import PlaceColumn

type PersonNumbers = NDArray[np.uint64]
type Fate = Literal["taken", "incomplete", "replaced", "rejected"]

FATES: dict[Fate, str] = {
    "taken": mark("prise"),
    "incomplete": mark("incomplète"),
    "replaced": mark("remplacée"),
    "rejected": mark("rejetée"),
}
"""What staff read, once spoken."""


@dataclass(frozen=True, repr=False, eq=False)
class People(ContentEquality):
    """n people of one side.

    ``ids`` are their keys as typed; ``columns`` hold one typed column a field; ``complete`` (n,) bool says who
    answered enough to be matched. ``persons`` (n, 2) uint64 are numbers of who they are, 0 for none: two people who
    share one, in the same column, are the same person. None where nothing is known of that. ``aliases`` (n,) are the
    codes by which documents call people, empty if keys are codes; who is looked for is found by either.
    """

    ids: tuple[str, ...]
    columns: Mapping[str, Column]
    complete: BoolVector
    persons: PersonNumbers | None = None
    aliases: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"People({len(self)}, {len(self.columns)} columns)"  # a notebook saves what it shows

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, index: Index) -> "People":
        """Return the people at ``index`` only, in that order."""
        columns = {name: column.take(index) for name, column in self.columns.items()}
        rows = np.asarray(index).tolist()
        ids, aliases = (tuple(map(texts.__getitem__, rows if texts else ())) for texts in (self.ids, self.aliases))
        persons = None if self.persons is None else self.persons[index]
        return People(ids, columns, self.complete[index], persons, aliases)

    def with_answers(self, fields: Iterable[str]) -> "People":
        """Return the people with their answers to some fields, and no others."""
        return replace(self, columns={field: self.columns[field] for field in fields})

    @property
    def numbered(self) -> PersonNumbers:
        """The numbers of who they are, zeros where nothing is known of that."""
        return np.zeros((len(self), 2), dtype=np.uint64) if self.persons is None else self.persons

    def same_as(self, others: "People") -> tuple[IntVector, IntVector]:
        """Return who of these and who of the others are the same person, by position, each two once and in order."""
        if self.persons is None or others.persons is None:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        numbers = zip(self.numbered.T, others.numbered.T, strict=True)
        both = np.unique(np.concatenate([equal_numbers(ours, theirs) for ours, theirs in numbers]), axis=0)
        return both[:, 0], both[:, 1]

    @checked
    def find(self, key: Key) -> int:
        """Return where the person with this key, or with this code, stands, whatever its case.

        Raises RequestError where nobody here has it.
        """
        found = self.row_of(key)
        if found is None:
            problem = Problem(tr("identifiant"), quoted(key), tr("celui d'une personne de cette édition"))
            raise RequestError(tr("Personne inconnue"), [problem])
        return found

    @checked
    def has(self, key: Key) -> bool:
        """Say whether somebody here has this key, or this code, whatever its case."""
        return self.row_of(key) is not None

    def people_named(self, keys: Iterable[str]) -> BoolVector:
        """Return (n,) bool: whose key, or code, is among ``keys``, whatever its case."""
        sought = {self.compared[row] for row in map(self.row_of, keys) if row is not None}
        return np.array([key in sought for key in self.compared] if sought else np.zeros(len(self)), dtype=bool)

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """Return the keys in the form in which they are compared. Made when first needed."""
        return canonicals(self.ids)

    def row_of(self, key: str) -> int | None:
        """Return where the person with this key stands, whatever its case; None where it is nobody's."""
        return self._rows.get(canonical(key))

    @cached_property
    def _rows(self) -> dict[str, int]:
        """Where each key stands, and each code; the first counts. Made when first needed."""
        rows = range(len(self) - 1, -1, -1)
        return dict(zip(map(canonical, reversed(self.aliases)), rows if self.aliases else (), strict=True)) | dict(
            zip(reversed(self.compared), rows, strict=True)
        )

    def person(self, row: int) -> "Person":
        """Return one of them."""
        return Person(self, row)

    def known(self, name: str) -> BoolVector:
        """Return (n,) bool: who answered the field ``name``."""
        return self.columns[name].known

    def shown(self, name: str, row: int) -> str:
        """Return one answer as staff read it, empty where there is none."""
        return self.columns[name].shown(row)

    def gave(self, name: str, answers: Iterable[str]) -> BoolVector:
        """Return (n,) bool: who gave one of ``answers`` to the field ``name``; not who did not answer."""
        given, column = list(answers), self.columns[name]
        if isinstance(column, SingleChoice):
            return np.append(column.options_named(given), False)[column.values]  # no answer, which is -1, comes last
        if isinstance(column, MultiChoice):
            return np.asarray(column.values[:, column.options_named(given)].any(axis=1))
        wanted = {fold(answer) for answer in given}
        said = [{fold(part) for part in self.person(row).parts(name)} for row in range(len(self))]
        return np.array([bool(wanted & parts) for parts in said], dtype=bool)

    def compared_answers(self, name: str) -> Iterable[Sequence[str]]:
        """Return what each person answered to the field ``name``, in the form in which names are compared."""
        column = self.columns[name]
        if isinstance(column, NameLists):
            return column.compared
        if isinstance(column, SingleChoice):
            labels = [*((canonical(label),) for label in column.labels), ()]  # no answer, which is -1, comes last
            return map(labels.__getitem__, column.values.tolist())
        return (tuple(map(canonical, self.person(row).parts(name))) for row in range(len(self)))

    def codes(self, name: str) -> SingleChoice:
        """Return the column of a choice, scale, yesno or place."""
        return _require_kind(self.columns[name], SingleChoice)

    def places(self, name: str) -> PlaceColumn:
        """Return the column of a place."""
        return _require_kind(self.columns[name], PlaceColumn)

    def members(self, name: str) -> MultiChoice:
        """Return the column of choices or slots."""
        return _require_kind(self.columns[name], MultiChoice)

    def ranks(self, name: str) -> Ranks:
        """Return the column of a ranking."""
        return _require_kind(self.columns[name], Ranks)

    def grades(self, name: str) -> Grades:
        """Return the column of a grid of levels."""
        return _require_kind(self.columns[name], Grades)

    def numbers(self, name: str) -> NumberColumn:
        """Return the column of a number."""
        return _require_kind(self.columns[name], NumberColumn)

    def names(self, name: str) -> NameLists:
        """Return the column of a list of names."""
        return _require_kind(self.columns[name], NameLists)


def equal_numbers(ours: PersonNumbers, theirs: PersonNumbers) -> NDArray[np.int64]:
    """Return (e, 2) int64: the places of all that is equal in two vectors and not 0."""
    order = np.argsort(theirs, kind="stable")
    first, after = (np.searchsorted(theirs, ours, side, sorter=order) for side in ("left", "right"))
    many = np.where(ours > 0, after - first, 0)
    left = np.repeat(np.arange(len(ours)), many)
    nth = np.arange(len(left)) - np.repeat(np.cumsum(many) - many, many)
    return np.column_stack([left, order[first[left] + nth]])


def _require_kind[T](column: object, kind: type[T]) -> T:
    """Return ``column``, which the programme has been checked to hold as ``kind``."""
    if not isinstance(column, kind):
        raise TypeError(f"expected {kind.__name__}, found {type(column).__name__}")
    return column


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """One row of ``people``."""

    people: People
    row: int

    def __repr__(self) -> str:
        return f"Person(row {self.row})"

    @property
    def id(self) -> str:
        """The person's key as typed."""
        return self.people.ids[self.row]

    def __getitem__(self, name: str) -> str:
        return self.people.shown(name, self.row)

    def column(self, name: str) -> Column:
        """Return the person's answer to the field ``name`` as a column of one."""
        return self.people.columns[name].take([self.row])

    def parts(self, name: str) -> tuple[str, ...]:
        """Return the separate answers to the field ``name``: each name or option given, or the one text.

        It is by these that answers are compared; the one part of a place is its département.
        """
        column = self.people.columns[name]
        if isinstance(column, NameLists):
            return column.values[self.row] or ()
        if isinstance(column, MultiChoice):
            return tuple(column.labels[item] for item in np.flatnonzero(column.values[self.row]))
        if isinstance(column, SingleChoice) and column.values[self.row] != NONE:
            return (column.spoken_labels[column.values[self.row]],)
        return (self[name],) if self[name] else ()

    def answered(self, name: str) -> bool:
        """Say whether the person answered the field ``name``."""
        return bool(self.people.known(name)[self.row])


@dataclass(frozen=True, slots=True)
class RowFate:
    """What became of one row that came in: ``by`` is the line that replaced it, ``reason`` says why, in words.

    ``side`` is that of its person, "both" where one row is that of a mentor and a mentee, None where neither is known.
    ``when`` it was sent, where the survey tool tells.
    """

    source: str
    line: int
    fate: Fate
    key: str = ""
    side: Side | Literal["both"] | None = None
    reason: str = ""
    by: int | None = None
    when: datetime | None = None

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides of its person."""
        return ("mentor", "mentee") if self.side == "both" else (self.side,) if self.side else ()

    def __str__(self) -> str:
        sentence = about(tr("{source}, ligne {line}", source=self.source, line=self.line), tr(FATES[self.fate]))
        return f"{sentence} ({self.reason})" if self.reason else sentence


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the answers that is worth a look; nothing was changed because of it.

    ``field`` is the question whose answers could not be read as they were typed, empty for other remarks.
    """

    source: str
    line: int | None
    text: str
    field: str = ""

    def __str__(self) -> str:
        return about(
            tr("{source}, ligne {line}", source=self.source, line=self.line) if self.line else self.source, self.text
        )


FIRST_LINES = 5
"""So many lines of a remark are named, the others are counted."""


def merge_remarks(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Return remarks with those that say the same of several lines of one file as one: the lines first, then the text.

    It stands where the first of them stood, on its line.

    >>> lines = (2, "a"), (3, "b"), (9, "a")
    >>> [str(one) for one in merge_remarks([Remark("a.csv", line, text) for line, text in lines])]
    ['a.csv, ligne 2 : lignes 2 et 9 : a', 'a.csv, ligne 3 : b']
    """
    found: dict[tuple[str, str, str, bool], list[Remark]] = {}
    for remark in remarks:
        found.setdefault((remark.source, remark.text, remark.field, remark.line is None), []).append(remark)
    return tuple(one_of(same) for same in found.values())


def one_of(same: Sequence[Remark]) -> Remark:
    """Return one remark in place of several that say the same."""
    first, lines = same[0], list(dict.fromkeys(remark.line for remark in same if remark.line is not None))
    if len(lines) < 2:
        return first
    sentence = tr("lignes {lines} : {text}", lines=first_lines([str(line) for line in lines]), text=first.text)
    return replace(first, line=lines[0], text=sentence)


def first_lines(lines: Sequence[str]) -> str:
    """Return the lines in an enumeration, or the first of them and how many there are in all.

    >>> first_lines(["2", "4"]), first_lines([str(line) for line in range(2, 14)])
    ('2 et 4', '2, 3, 4, 5, 6... (12 en tout)')
    """
    if len(lines) <= FIRST_LINES:
        return listed(lines)
    return tr("{lines}... ({count} en tout)", lines=", ".join(lines[:FIRST_LINES]), count=len(lines))


@checked_init
@dataclass(frozen=True, repr=False, eq=False)
class Cohort(ContentEquality):
    """Everyone who answered, on both sides, and every row with its fate; how they are reached is kept apart.

    In a programme of groups the members are on the side of the mentees, and who leads groups on that of the mentors.
    ``departed`` are the codes of people who left, by side and key as compared; none if keys are codes.
    """

    made_by: ClassVar[str] = 'mm.read_survey(programme, "reponses.csv")'

    mentors: People
    mentees: People
    rows: tuple[RowFate, ...] = ()
    remarks: tuple[Remark, ...] = ()
    departed: Mapping[tuple[Side, str], str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Cohort({len(self.mentors)} mentors, {len(self.mentees)} mentees, {len(self.rows)} rows)"

    @checked
    def side(self, side: Side) -> People:
        """Return the people of one side."""
        return self.mentors if side == "mentor" else self.mentees

    @checked
    def coded(self, side: Side) -> list[tuple[str, str]]:
        """Return key and code of each person of one side; nobody if keys are codes."""
        people = self.side(side)
        return list(zip(people.ids, people.aliases, strict=True)) if people.aliases else []

    @checked
    def key_of(self, side: Side | None, code: str) -> str:
        """Return the key of the person of one side, or of either, with this code or key; else the text itself."""
        sides = [self.mentors, self.mentees] if side is None else [self.side(side)]
        return next((people.ids[people.find(code)] for people in sides if people.has(code)), code)

    @cached_property
    def both(self) -> tuple[IntVector, IntVector]:
        """Who is on both sides: as a mentor and as a mentee, by position. Found when first needed."""
        return self.mentors.same_as(self.mentees)

    @property
    def members(self) -> People:
        """Those of whom groups are formed, in a programme of groups: everybody but the facilitators."""
        return self.mentees

    @property
    def facilitators(self) -> People:
        """Those who lead groups, in a programme of groups."""
        return self.mentors

    @property
    def rejected(self) -> tuple[RowFate, ...]:
        """The rows that are nobody in this cohort: rejected, or replaced by a later answer."""
        return tuple(row for row in self.rows if row.fate in ("rejected", "replaced"))


def pair_at(cohort: Cohort, mentor: str, mentee: str) -> tuple[int, int]:
    """Return where the two people of a pair are: a mentor and a mentee.

    The other order is taken if the keys make a pair in that order alone. Raises RequestError if a key is nobody's.
    """
    row, column = cohort.mentors.row_of(mentor), cohort.mentees.row_of(mentee)
    if row is not None and column is not None:
        return row, column
    swapped_row, swapped_column = cohort.mentors.row_of(mentee), cohort.mentees.row_of(mentor)
    if swapped_row is not None and swapped_column is not None:
        return swapped_row, swapped_column
    return cohort.mentors.find(mentor), cohort.mentees.find(mentee)
