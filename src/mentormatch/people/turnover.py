"""People who leave and people who arrive in the course of an edition: the cohort after either."""

from collections.abc import Container, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from mentormatch.base.columns import Column
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import SIDES, Side
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import Cohort, People, RowFate

WITHDRAWN = mark("retrait en cours d'édition")
GROWING = ("values", "known", "positions", "zones")
"""The parts of a column that have an entry a person; the others say what the answers mean."""


def remove_people(cohort: Cohort, keys: Iterable[str]) -> Cohort:
    """Return the cohort without the people who have these keys, on whichever side; their rows say that they left.

    Who is on both sides leaves both, under whichever key.

    Raises RequestError where a key is nobody's.
    """
    gone = {canonical(key): key for key in keys}
    known = {canonical(key) for side in SIDES for key in cohort.side(side).ids}
    unknown = [
        Problem("withdrawn", quoted(gone[key]), tr("l'identifiant d'une personne de cette édition"))
        for key in gone
        if key not in known
    ]
    if unknown:
        raise RequestError(tr("Qui n'est pas de cette édition ne peut pas la quitter"), unknown)
    leaving = {side: cohort.side(side).people_named(gone) for side in SIDES}
    mentors, mentees = cohort.both
    both = leaving["mentor"][mentors] | leaving["mentee"][mentees]
    leaving["mentor"][mentors[both]] = leaving["mentee"][mentees[both]] = True
    left = {
        (side, key)
        for side in SIDES
        for key, leaves in zip(cohort.side(side).compared, leaving[side].tolist(), strict=True)
        if leaves
    }
    return replace(
        cohort,
        mentors=cohort.mentors.take(np.flatnonzero(~leaving["mentor"])),
        mentees=cohort.mentees.take(np.flatnonzero(~leaving["mentee"])),
        rows=tuple(row_after(row, left) for row in cohort.rows),
    )


def row_after(row: RowFate, gone: Container[tuple[Side, str]]) -> RowFate:
    """Return the fate of a row once some people have left: a row that was somebody is then nobody."""
    left = row.fate in ("taken", "incomplete") and any((side, canonical(row.key)) in gone for side in row.sides)
    return replace(row, fate="rejected", reason=tr(WITHDRAWN)) if left else row


def add_people(cohort: Cohort, arrived: Cohort) -> Cohort:
    """Return the cohort with the people of another after its own.

    Raises RequestError where a key of one side comes twice, or the two do not hold the same fields.
    """
    problems = [wrong for side in SIDES for wrong in misfits(side, cohort.side(side), arrived.side(side))]
    if problems:
        raise RequestError(tr("Les personnes qui arrivent ne peuvent pas rejoindre cette édition"), problems)
    return Cohort(
        stack_people(cohort.mentors, arrived.mentors),
        stack_people(cohort.mentees, arrived.mentees),
        (*cohort.rows, *arrived.rows),
        (*cohort.remarks, *arrived.remarks),
    )


def misfits(side: Side, here: People, new: People) -> list[Problem]:
    """Return what keeps the people of one side apart: doubled keys, and fields that differ."""
    known = {canonical(key) for key in here.ids}
    found = [
        Problem(quoted(key), tr("cet identifiant est déjà dans l'édition"), tr("un identifiant par personne"))
        for key in new.ids
        if canonical(key) in known
    ]
    if not here.ids or not new.ids:
        return found
    names = sorted({*here.columns, *new.columns})
    alike = [name for name in names if name in here.columns and name in new.columns]
    differ = [name for name in names if name not in alike or not same(here.columns[name], new.columns[name])]
    expected = tr("le même programme")
    return found + [Problem(quoted(name), tr("ce n'est pas la même question"), expected) for name in differ]


def same(one: Column, other: Column) -> bool:
    """Say whether two columns hold answers to the same question."""
    return type(one) is type(other) and settings(one) == settings(other)


def settings(column: Column) -> dict[str, object]:
    """Return the parts of a column that say what its answers mean."""
    return {name: part for name, part in parts(column).items() if name not in GROWING}


def parts(column: Column) -> dict[str, Any]:
    """Return the parts of a column by name."""
    return {part.name: getattr(column, part.name) for part in fields(column)} if is_dataclass(column) else {}


def stack_people(here: People, new: People) -> People:
    """Return the people of one side, the newcomers after the others."""
    if not here.ids or not new.ids:
        return here if here.ids else new
    columns = {name: longer(column, new.columns[name]) for name, column in here.columns.items()}
    complete = np.concatenate([here.complete, new.complete])
    return People((*here.ids, *new.ids), columns, complete, np.concatenate([here.numbered, new.numbered]))


def longer(column: Column, more: Column) -> Column:
    """Return one column, the answers of another after its own."""
    here, new = parts(column), parts(more)
    grown = {name: append_entries(here[name], new[name]) for name in GROWING if name in here}
    made: Column = type(column)(**{**here, **grown})
    return made


def append_entries(here: Any, new: Any) -> Any:
    """Return the entries of ``new`` after those of ``here``."""
    return (*here, *new) if isinstance(here, tuple) else np.concatenate([here, new])
