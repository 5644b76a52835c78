"""Dates on which a session could be: named, in order, and who can be there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.iso_dates import FORMS, start_of
from mentormatch.errors import Problem
from mentormatch.groups.inputs import SessionIn, has_nobody, named_twice, names_as, places, refuse, unknown_people
from mentormatch.languages import tr
from mentormatch.languages.phrases import clock, day, quoted
from mentormatch.languages.text_keys import canonical

type Block = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SessionMoment:
    """One date: its ``name`` among the answers, and when it begins; a mere date lasts the day."""

    name: str
    start: date

    @property
    def day(self) -> date:
        """Return the day on which it is."""
        return self.start.date() if isinstance(self.start, datetime) else self.start

    @property
    def words(self) -> str:
        """Return the date in words, with the hour where it has one."""
        if isinstance(self.start, datetime):
            return tr("{day} à {hour}", day=day(self.day), hour=clock(self.start))
        return day(self.day)


@dataclass(frozen=True, slots=True, repr=False)
class AttendanceMatrix:
    """Who can be there when: ``present`` (n, m) bool, ``known`` (n,) bool says who answered."""

    members: tuple[str, ...]
    moments: tuple[SessionMoment, ...]
    present: Block
    known: NDArray[np.bool_]

    def __repr__(self) -> str:
        return f"Availability({len(self.members)} members, {len(self.moments)} dates)"

    @property
    def answers(self) -> Block:
        """Return (k, m) bool: ``present`` of those who answered."""
        return self.present[self.known]

    @property
    def answered(self) -> tuple[str, ...]:
        """Return the keys of those who answered."""
        return tuple(member for member, known in zip(self.members, self.known, strict=True) if known)

    def take(self, kept: Sequence[int]) -> "AttendanceMatrix":
        """Return the same for some of the dates."""
        index = list(kept)
        return AttendanceMatrix(
            self.members, tuple(self.moments[place] for place in index), self.present[:, index], self.known
        )


def moments_of(candidates: Iterable[SessionIn] | Mapping[str, SessionIn]) -> tuple[SessionMoment, ...]:
    """Return the dates in order; raise RequestError where one is none, has a time zone, or comes twice.

    A mapping says which answer of the survey stands for which date.
    """
    pairs = candidates.items() if isinstance(candidates, Mapping) else ((names_as(each), each) for each in candidates)
    named = [(name, start_of(when)) for name, when in pairs]
    problems = [
        Problem(tr("dates"), tr("{name} n'est pas une date", name=quoted(name)), tr("comme {form}", form=FORMS))
        for name, start in named
        if start is None
    ]
    names = [name for name, _ in named]
    problems += [*named_twice(tr("dates"), names), *has_nobody(tr("dates"), names)]
    refuse(tr("Ces dates ne conviennent pas"), problems)
    return tuple(sorted((SessionMoment(name, start) for name, start in named if start), key=moments_in_order))


def moment_in_words(session: str) -> str:
    r"""Return the name of a session as it is read: a date in words, any other as it is.

    >>> moment_in_words("2026-10-13T09:30"), moment_in_words("rentrée")
    ('13\xa0octobre 2026 à 9\xa0h\xa030', 'rentrée')
    """
    start = start_of(session)
    return session if start is None else SessionMoment(session, start).words


def moments_in_order(moment: SessionMoment) -> tuple[date, str, str]:
    """Return what dates are ordered by."""
    return moment.day, moment.start.isoformat(), canonical(moment.name)


def availability_of(
    said: Mapping[str, Iterable[SessionIn] | None], candidates: Iterable[SessionIn] | Mapping[str, SessionIn]
) -> AttendanceMatrix:
    """Return who can be there when; None is somebody who did not answer, and counts for nothing and against nothing.

    Raises RequestError where a date is unknown, or a member comes twice.
    """
    moments, members = moments_of(candidates), tuple(said)
    names = [moment.name for moment in moments]
    named = [None if each is None else [names_as(one) for one in each] for each in said.values()]
    problems = [*named_twice(tr("membres"), members), *has_nobody(tr("membres"), members)]
    for said_by in filter(None, named):
        problems += unknown_people(tr("disponibilités"), said_by, names, tr("une des dates proposées"))
    refuse(tr("Ces disponibilités ne conviennent pas"), list(dict.fromkeys(problems)))
    at = places(names)
    present = np.zeros((len(members), len(moments)), dtype=bool)
    for row, each in enumerate(named):
        present[row, [at[canonical(one)] for one in each or ()]] = True
    return AttendanceMatrix(members, moments, present, np.array([each is not None for each in named], dtype=bool))
