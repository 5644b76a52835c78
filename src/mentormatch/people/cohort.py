"""The people of one edition: identities, answers as columns, and the outcome of every row of the files."""

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
type RowStatus = Literal["taken", "incomplete", "replaced", "rejected"]

FATES: dict[RowStatus, str] = {
    "taken": mark("prise"),
    "incomplete": mark("incomplète"),
    "replaced": mark("remplacée"),
    "rejected": mark("rejetée"),
}


@dataclass(frozen=True, repr=False, eq=False)
class People(ContentEquality):
    """n people of one side.

    ``ids`` are their keys as typed; ``columns`` one typed column per field; ``complete`` (n,) bool is true for people
    who answered enough to be matched. ``persons`` (n, 2) uint64 are hashes of identity, 0 for none: two people with an
    equal hash in the same column are the same person; None if unknown. ``aliases`` (n,) are the codes of people in
    documents, empty if keys are codes; lookups accept keys and codes.
    """

    ids: tuple[str, ...]
    columns: Mapping[str, Column]
    complete: BoolVector
    persons: PersonNumbers | None = None
    aliases: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"People({len(self)}, {len(self.columns)} columns)"  # no answers: notebooks save their output

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
        """Return the people with their answers to some fields only."""
        return replace(self, columns={field: self.columns[field] for field in fields})

    @property
    def numbered(self) -> PersonNumbers:
        """The hashes of identity; zeros if unknown."""
        return np.zeros((len(self), 2), dtype=np.uint64) if self.persons is None else self.persons

    def same_as(self, others: "People") -> tuple[IntVector, IntVector]:
        """Return the positions, here and in ``others``, of people who are in both, without duplicates and sorted.

        Empty if the hashes of identity are unknown.
        """
        if self.persons is None or others.persons is None:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        numbers = zip(self.numbered.T, others.numbered.T, strict=True)
        pairs = np.unique(np.concatenate([equal_numbers(ours, theirs) for ours, theirs in numbers]), axis=0)
        return pairs[:, 0], pairs[:, 1]

    @checked
    def find(self, key: Key) -> int:
        """Return the row of the person with this key or code, ignoring case.

        Raises RequestError if the key is unknown.
        """
        row = self.row_of(key)
        if row is None:
            problem = Problem(tr("identifiant"), quoted(key), tr("celui d'une personne de cette édition"))
            raise RequestError(tr("Personne inconnue"), [problem])
        return row

    @checked
    def has(self, key: Key) -> bool:
        """Return whether a person has this key or code, ignoring case."""
        return self.row_of(key) is not None

    def people_named(self, keys: Iterable[str]) -> BoolVector:
        """Return (n,) bool: whether the key or code of each person is among ``keys``, ignoring case."""
        compared_keys = {self.compared[row] for row in map(self.row_of, keys) if row is not None}
        return np.array(
            [key in compared_keys for key in self.compared] if compared_keys else np.zeros(len(self)), dtype=bool
        )

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """The canonical form of each key. Cached."""
        return canonicals(self.ids)

    def row_of(self, key: str) -> int | None:
        """Return the row of the person with this key or code, ignoring case; None if it is unknown."""
        return self._rows.get(canonical(key))

    @cached_property
    def _rows(self) -> dict[str, int]:
        """The row of each canonical key and code; a key precedes a code, and the first person counts. Cached."""
        rows = range(len(self) - 1, -1, -1)
        return dict(zip(map(canonical, reversed(self.aliases)), rows if self.aliases else (), strict=True)) | dict(
            zip(reversed(self.compared), rows, strict=True)
        )

    def person(self, row: int) -> "Person":
        """Return a person by row."""
        return Person(self, row)

    def known(self, name: str) -> BoolVector:
        """Return (n,) bool: whether each person answered the field ``name``."""
        return self.columns[name].known

    def shown(self, name: str, row: int) -> str:
        """Return the display text of a person's answer, empty if there is none."""
        return self.columns[name].shown(row)

    def gave(self, name: str, answers: Iterable[str]) -> BoolVector:
        """Return (n,) bool: whether each person gave one of ``answers`` to the field ``name``."""
        listed_answers, column = list(answers), self.columns[name]
        if isinstance(column, SingleChoice):
            return np.append(column.options_named(listed_answers), False)[
                column.values
            ]  # no answer, which is -1, comes last
        if isinstance(column, MultiChoice):
            return np.asarray(column.values[:, column.options_named(listed_answers)].any(axis=1))
        keys = {fold(answer) for answer in listed_answers}
        parts_by_person = [{fold(part) for part in self.person(row).parts(name)} for row in range(len(self))]
        return np.array([bool(keys & parts) for parts in parts_by_person], dtype=bool)

    def compared_answers(self, name: str) -> Iterable[Sequence[str]]:
        """Return the canonical answers of each person to the field ``name``, in French for yes or no."""
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
    """Return (e, 2) int64: the pairs of positions with equal, non-zero numbers in two vectors."""
    order = np.argsort(theirs, kind="stable")
    first, after = (np.searchsorted(theirs, ours, side, sorter=order) for side in ("left", "right"))
    counts = np.where(ours > 0, after - first, 0)
    our_positions = np.repeat(np.arange(len(ours)), counts)
    offsets = np.arange(len(our_positions)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.column_stack([our_positions, order[first[our_positions] + offsets]])


def _require_kind[T](column: object, kind: type[T]) -> T:
    """Return ``column``; raise TypeError if it is not a ``kind``, which the validation of programmes excludes."""
    if not isinstance(column, kind):
        raise TypeError(f"expected {kind.__name__}, found {type(column).__name__}")
    return column


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """A row of ``people``."""

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
        """Return the person's answer to the field ``name`` as a column of one person."""
        return self.people.columns[name].take([self.row])

    def parts(self, name: str) -> tuple[str, ...]:
        """Return the separate answers to the field ``name``: each name or ticked option, else the display text.

        Answers are compared by these parts; a ranking or a grid is one part, the part of a place is its département.
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
        """Return whether the person answered the field ``name``."""
        return bool(self.people.known(name)[self.row])


@dataclass(frozen=True, slots=True)
class RowFate:
    """The outcome of one row of a file: ``by`` is the line that replaced it, ``reason`` an explanation.

    ``side`` is that of its person, "both" if one row is that of a mentor and a mentee, None if unknown. ``when`` is the
    time of sending, if the survey tool records it.
    """

    source: str
    line: int
    fate: RowStatus
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
    """A finding in the answers that staff should check; the answers were not changed.

    ``field`` is the question whose answers could not be parsed, empty for other remarks. ``names_lines`` is
    whether the text begins with the lines that it concerns.
    """

    source: str
    line: int | None
    text: str
    field: str = ""
    names_lines: bool = False

    def __str__(self) -> str:
        if self.names_lines:
            return f"{self.source}, {self.text}"
        return about(
            tr("{source}, ligne {line}", source=self.source, line=self.line) if self.line else self.source, self.text
        )


MAX_LINES_NAMED = 5  # line numbers listed in a remark; if there are more, only their total follows


def merge_remarks(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Merge remarks with the same text on several lines of one file into one that lists the lines.

    A merged remark has the place and the line of the first one.

    >>> lines = (2, "a"), (3, "b"), (9, "a")
    >>> [str(one) for one in merge_remarks([Remark("a.csv", line, text) for line, text in lines])]
    ['a.csv, lignes 2 et 9 : a', 'a.csv, ligne 3 : b']
    """
    groups: dict[tuple[str, str, str, bool], list[Remark]] = {}
    for remark in remarks:
        groups.setdefault((remark.source, remark.text, remark.field, remark.line is None), []).append(remark)
    return tuple(merge_same_remarks(equal_remarks) for equal_remarks in groups.values())


def merge_same_remarks(remarks: Sequence[Remark]) -> Remark:
    """Return a single remark for several with the same text."""
    first, lines = remarks[0], list(dict.fromkeys(remark.line for remark in remarks if remark.line is not None))
    if len(lines) < 2:
        return first
    sentence = tr("lignes {lines} : {text}", lines=first_lines([str(line) for line in lines]), text=first.text)
    return replace(first, line=lines[0], text=sentence, names_lines=True)


def first_lines(lines: Sequence[str]) -> str:
    """Return an enumeration of lines, or the first lines and their total.

    >>> first_lines(["2", "4"]), first_lines([str(line) for line in range(2, 14)])
    ('2 et 4', '2, 3, 4, 5, 6... (12 en tout)')
    """
    if len(lines) <= MAX_LINES_NAMED:
        return listed(lines)
    return tr("{lines}... ({count} en tout)", lines=", ".join(lines[:MAX_LINES_NAMED]), count=len(lines))


@checked_init
@dataclass(frozen=True, repr=False, eq=False)
class Cohort(ContentEquality):
    """All people who answered, on both sides, and every row with its outcome; contact data are stored separately.

    In a programme of groups, members are on the side of the mentees, and facilitators on that of the mentors.
    ``departed`` are the codes of people who left, by side and canonical key; empty if keys are codes.
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
        """Return key and code of each person of one side; empty if keys are codes."""
        people = self.side(side)
        return list(zip(people.ids, people.aliases, strict=True)) if people.aliases else []

    @checked
    def key_of(self, side: Side | None, code: str) -> str:
        """Return the key of the person with this code or key on one side, or on either; else the text unchanged."""
        sides = [self.mentors, self.mentees] if side is None else [self.side(side)]
        return next((people.ids[people.find(code)] for people in sides if people.has(code)), code)

    @cached_property
    def both(self) -> tuple[IntVector, IntVector]:
        """The people on both sides: their positions as mentors and as mentees. Cached."""
        return self.mentors.same_as(self.mentees)

    @property
    def members(self) -> People:
        """The people to be grouped, without facilitators."""
        return self.mentees

    @property
    def facilitators(self) -> People:
        """The people who lead groups."""
        return self.mentors

    @property
    def rejected(self) -> tuple[RowFate, ...]:
        """The rows that represent no person of this cohort: rejected, or replaced by a later answer."""
        return tuple(row for row in self.rows if row.fate in ("rejected", "replaced"))


def pair_at(cohort: Cohort, mentor: str, mentee: str) -> tuple[int, int]:
    """Return the rows of a pair: that of the mentor and that of the mentee.

    If the keys make a pair only in the other order, that order is used. Raises RequestError for an unknown key.
    """
    row, column = cohort.mentors.row_of(mentor), cohort.mentees.row_of(mentee)
    if row is not None and column is not None:
        return row, column
    swapped_row, swapped_column = cohort.mentors.row_of(mentee), cohort.mentees.row_of(mentor)
    if swapped_row is not None and swapped_column is not None:
        return swapped_row, swapped_column
    return cohort.mentors.find(mentor), cohort.mentees.find(mentee)
