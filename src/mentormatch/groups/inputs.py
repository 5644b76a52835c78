"""What turns, topics and dates are asked with: members, sessions, and what each member says of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolMatrix, BoolVector
from mentormatch.base.columns import Column, MultiChoice, Ranks
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.scalars import FORMS, exact_number, start_of, whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.fields.base import position
from mentormatch.fields.clock import DAYS, OVERRUN_MINUTES, PARIS, Clock, ZonedSlots, hour_in_words
from mentormatch.languages.phrases import about, clock, day, listed, quoted
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import everywhere, mark, tr
from mentormatch.people.cohort import Cohort, People

type SessionIn = str | date
"""A session as it is named: a word, a date, or a moment."""


class HasMembers(Protocol):
    """Anything that has members."""

    @property
    def members(self) -> Sequence[str]:
        """Their keys."""


def members_of(group: HasMembers | Iterable[str]) -> tuple[str, ...]:
    """Return the keys of the members; raise RequestError where one comes twice, or is empty."""
    members = tuple(group) if isinstance(group, Iterable) else tuple(group.members)
    refuse(
        tr("Ces membres ne font pas un groupe"),
        [*find_repeated(tr("membres"), members), *has_nobody(tr("membres"), members)],
    )
    return members


def sessions_of(sessions: int | Iterable[SessionIn]) -> tuple[str, ...]:
    """Return the names of the sessions, in their order; a number names them 1, 2, 3 ...

    Raises RequestError where one comes twice, or the number is negative.
    """
    if exact_number(sessions) is not None or not isinstance(sessions, Iterable):
        return tuple(str(number + 1) for number in range(whole_number(tr("séances"), sessions)))
    named = tuple(names_as(session) for session in sessions)
    refuse(
        tr("Ces séances ne font pas une saison"),
        [*find_repeated(tr("séances"), named), *has_nobody(tr("séances"), named)],
    )
    return named


def names_as(session: SessionIn) -> str:
    """Return the name of a session: a date as ISO 8601 writes it, to the minute where it has a time."""
    if isinstance(session, datetime):
        return session.isoformat(timespec="minutes")
    return session.isoformat() if isinstance(session, date) else session


def find_repeated(where: str, names: Sequence[str]) -> list[Problem]:
    """Return the names that come twice, as names are compared."""
    times = Counter(map(canonical, names))
    doubled = {canonical(name): name for name in names if times[canonical(name)] > 1}.values()
    return [
        Problem(where, tr("{name} est cité deux fois", name=quoted(name)), tr("chacun une fois")) for name in doubled
    ]


def has_nobody(where: str, names: Sequence[str]) -> list[Problem]:
    """Return that a name is empty, if one is."""
    return [Problem(where, tr("un nom est vide"), tr("un nom"))] if not all(map(canonical, names)) else []


def refuse(message: str, problems: Sequence[Problem]) -> None:
    """Raise RequestError where there are problems."""
    if problems:
        raise RequestError(message, problems)


def places(names: Sequence[str]) -> dict[str, int]:
    """Return where each name stands, by how names are compared."""
    return {canonical(name): place for place, name in enumerate(names)}


def unknown_people(where: str, said: Iterable[str], known: Sequence[str], expected: str) -> list[Problem]:
    """Return the names that nobody knows."""
    there = places(known)
    lost = [name for name in said if canonical(name) not in there]
    return [Problem(where, tr("{name} est inconnu", name=quoted(name)), expected) for name in lost]


def answers_of_all(
    said: Mapping[str, Iterable[SessionIn]], members: Sequence[str], sessions: Sequence[str], where: str
) -> list[frozenset[int]]:
    """Return the places of the sessions that each member names, in the order of the members.

    Raises RequestError where a member or a session is unknown.
    """
    named = {member: [names_as(one) for one in each] for member, each in said.items()}
    problems = unknown_people(where, named, members, tr("un membre du groupe"))
    for each in named.values():
        problems += unknown_people(where, each, sessions, tr("une des séances"))
    refuse(tr("Ces réponses ne vont pas avec ce groupe"), problems)
    rows, columns = places(members), places(sessions)
    found: list[frozenset[int]] = [frozenset()] * len(members)
    for member, each in named.items():
        found[rows[canonical(member)]] = frozenset(columns[canonical(one)] for one in each)
    return found


@dataclass(frozen=True, slots=True)
class SessionMoment:
    """One date: its ``name`` among the answers, and when it begins; a mere date lasts the day.

    Where people live in several time zones, ``clocks`` say which hour that is where: a place, an hour in words.
    """

    name: str
    start: date
    clocks: tuple[tuple[str, str], ...] = ()

    @property
    def day(self) -> date:
        """Return the day on which it is."""
        return self.start.date() if isinstance(self.start, datetime) else self.start

    @property
    def words(self) -> str:
        """Return the date in words, with the hour where it has one."""
        if isinstance(self.start, datetime):
            sentence = tr("{day} à {hour}", day=day(self.day), hour=clock(self.start))
            return f"{sentence} ({self.elsewhere})" if self.clocks else sentence
        return day(self.day)

    @property
    def elsewhere(self) -> str:
        """Return which hour it is where people live by another clock, empty where nobody does."""
        return listed([about(place, hour) for place, hour in self.clocks]) if self.clocks else ""

    def overlaps(self, minutes: int, other: "SessionMoment", long: int) -> bool:
        """Return whether a session of ``minutes`` here is still on when another, ``long`` minutes, is."""
        (start, end), (begin, finish) = self._span(minutes), other._span(long)
        return start < finish and begin < end

    def _span(self, minutes: int) -> tuple[datetime, datetime]:
        if isinstance(self.start, datetime):
            return self.start, self.start + timedelta(minutes=minutes)
        midnight = datetime.combine(self.start, time())
        return midnight, midnight + timedelta(days=1)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class AttendanceMatrix(ContentEquality):
    """Who can be there when: ``present`` (n, m) bool, ``known`` (n,) bool says who answered.

    Dates are told by the clock of a ``zone``. ``required`` are the positions of members, such as a facilitator, without
    whom no session is held.
    """

    members: tuple[str, ...]
    moments: tuple[SessionMoment, ...]
    present: BoolMatrix
    known: NDArray[np.bool_]
    zone: str = PARIS
    required: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return f"Availability({len(self.members)} members, {len(self.moments)} dates)"

    @property
    def answers(self) -> BoolMatrix:
        """Return (k, m) bool: ``present`` of those who answered."""
        return self.present[self.known]

    @property
    def answered(self) -> tuple[str, ...]:
        """Return the keys of those who answered."""
        return tuple(member for member, known in zip(self.members, self.known, strict=True) if known)

    @property
    def silent(self) -> tuple[str, ...]:
        """Return the keys of those who did not answer."""
        return tuple(member for member, known in zip(self.members, self.known, strict=True) if not known)

    @property
    def unavailable(self) -> tuple[str, ...]:
        """Return the keys of those who answered and can be there on none of the dates."""
        return tuple(member for member, row in zip(self.answered, self.answers, strict=True) if not row.any())

    @property
    def is_required(self) -> BoolVector:
        """Return (k,) bool: which of those who answered are required."""
        return np.isin(np.arange(len(self.members)), self.required)[self.known]

    def with_required(self, keys: Iterable[str]) -> "AttendanceMatrix":
        """Return the same, with these members required. Raises RequestError for an unknown key."""
        wanted, at = list(keys), places(self.members)
        lost = unknown_people(tr("indispensables"), wanted, self.members, tr("un membre du groupe"))
        refuse(tr("Ces personnes ne peuvent pas être indispensables"), lost)
        return replace(self, required=tuple(sorted({at[canonical(key)] for key in wanted})))

    def take(self, kept: Sequence[int]) -> "AttendanceMatrix":
        """Return the same for some of the dates."""
        index = list(kept)
        return replace(self, moments=tuple(self.moments[place] for place in index), present=self.present[:, index])

    def on_clocks(self, zone: str, clocks: Iterable[Clock]) -> "AttendanceMatrix":
        """Return the same, its dates by the clock of a time zone, and told on other clocks too."""
        others = tuple(clocks)
        moments = [replace(one, clocks=tuple(hours_at(one.start, zone, others))) for one in self.moments]
        return replace(self, moments=tuple(moments), zone=zone)


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
    problems += [*find_repeated(tr("dates"), names), *has_nobody(tr("dates"), names)]
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
    problems = [*find_repeated(tr("membres"), members), *has_nobody(tr("membres"), members)]
    for said_by in filter(None, named):
        problems += unknown_people(tr("disponibilités"), said_by, names, tr("une des dates proposées"))
    refuse(tr("Ces disponibilités ne conviennent pas"), list(dict.fromkeys(problems)))
    at = places(names)
    present = np.zeros((len(members), len(moments)), dtype=bool)
    for row, each in enumerate(named):
        present[row, [at[canonical(one)] for one in each or ()]] = True
    return AttendanceMatrix(members, moments, present, np.array([each is not None for each in named], dtype=bool))


PARTS = {
    "morning": (mark("matin"), mark("matinée")),
    "afternoon": (mark("après-midi"),),
    "evening": (mark("soir"), mark("soirée"), mark("fin de journée")),
}
"""What the parts of a day are called."""
PART_MINUTES = {"morning": (0, 720), "afternoon": (720, 1080), "evening": (1080, 1440)}
"""The minutes of the day at which each part begins and ends."""


@dataclass(frozen=True, slots=True, repr=False)
class MultipleChoice:
    """The options of a question, and those that each person chose, by their key; None for no answer."""

    options: tuple[str, ...]
    answers: dict[str, tuple[str, ...] | None]

    def __repr__(self) -> str:
        return f"Several({len(self.options)} options, {len(self.answers)} people)"


def sides(cohort: Cohort) -> tuple[People, ...]:
    """Return the sides that have anybody."""
    return tuple(people for people in (cohort.mentors, cohort.mentees) if len(people))


def members_in(cohort: Cohort) -> tuple[str, ...]:
    """Return the keys of everybody."""
    return tuple(key for people in sides(cohort) for key in people.ids)


def read_multiple_choice(cohort: Cohort, field: str | None = None) -> MultipleChoice:
    """Return what each person chose in a question with several answers; None: the only one there is.

    Raises RequestError where there is no such question, or none is named and there are several.
    """
    name = field if field is not None else only([name for name, _ in find_fields(cohort)])
    columns = [(people, people.columns.get(name)) for people in sides(cohort)]
    answers: dict[str, tuple[str, ...] | None] = {}
    options: tuple[str, ...] = ()
    for people, column in columns:
        if not isinstance(column, MultiChoice | Ranks):
            raise unknown(cohort, name)
        options = column.labels
        answers |= dict(zip(people.ids, read_choices(column), strict=True))
    return MultipleChoice(options, answers)


def find_fields(cohort: Cohort) -> Iterator[tuple[str, MultiChoice | Ranks]]:
    """Yield the questions with several answers that everybody is asked."""
    first, *others = sides(cohort) or [cohort.mentors]
    for name, column in first.columns.items():
        if isinstance(column, MultiChoice | Ranks) and all(name in people.columns for people in others):
            yield name, column


def read_choices(column: MultiChoice | Ranks) -> Iterator[tuple[str, ...] | None]:
    """Yield the options that each person chose, None for no answer."""
    for row, known in zip(column.values, column.known.tolist(), strict=True):
        yield tuple(column.labels[place] for place in np.flatnonzero(row)) if known else None


def only(names: Sequence[str]) -> str:
    """Return the only name; raise RequestError where there are none or several."""
    if len(names) != 1:
        found = listed(names) if names else tr("aucune question à plusieurs réponses")
        problem = Problem("field", found, tr("une seule"), tr("nommez la question"))
        raise RequestError(tr("On ne sait pas quelle question lire"), [problem])
    return names[0]


def unknown(cohort: Cohort, name: str) -> RequestError:
    """Return the error that a question is not there, or has no options of which several can be chosen."""
    known = listed([known for known, _ in find_fields(cohort)])
    return RequestError(tr("Cette question ne convient pas"), [Problem("field", name, known)])


def attendance(
    cohort: Cohort, moments: Sequence[SessionMoment], field: str | None = None, *, minutes: int
) -> AttendanceMatrix:
    """Return who can be there for ``minutes``: by a question whose options are the dates, or one about slots.

    Raises RequestError if a date is neither an option of the question nor within its slots. A side that is not asked
    the question is silent.
    """
    name = field if field is not None else only(who_answered(cohort, moments, minutes))
    asked = without_side(cohort, name)
    columns = [people.columns.get(name) for people in sides(asked)]
    zoned = bool(columns) and all(isinstance(column, ZonedSlots) for column in columns)
    found = (attendance_by_the_clock if zoned else attendance_by_options)(asked, moments, name, minutes)
    silent = [key for key in members_in(cohort) if key not in set(found.members)]
    return replace(
        found,
        members=(*found.members, *silent),
        present=np.vstack([found.present, np.zeros((len(silent), len(moments)), dtype=bool)]),
        known=np.append(found.known, np.zeros(len(silent), dtype=bool)),
    )


def without_side(cohort: Cohort, field: str) -> Cohort:
    """Return the cohort without the people of a side that is not asked a question that the other side is asked."""
    if not any(field in people.columns for people in sides(cohort)):
        return cohort
    mentors, mentees = (
        people if field in people.columns else people.take([]) for people in (cohort.mentors, cohort.mentees)
    )
    return replace(cohort, mentors=mentors, mentees=mentees)


def attendance_by_options(
    cohort: Cohort, moments: Sequence[SessionMoment], field: str, minutes: int
) -> AttendanceMatrix:
    """Return who chose the options that a session takes: its date, or the parts of the day through which it lasts."""
    said = read_multiple_choice(cohort, field)
    needed = [options_for(moment, said.options, minutes) for moment in moments]
    lost = [moment.name for moment, options in zip(moments, needed, strict=True) if options is None]
    if lost:
        found = Problem(field, tr("aucune option pour {dates}", dates=listed(lost)), listed(said.options))
        raise RequestError(tr("Cette question ne demande pas toutes les dates"), [found])
    wanted = [{said.options[place] for place in options or ()} for options in needed]
    rows = [[options <= set(answer or ()) for options in wanted] for answer in said.answers.values()]
    present = np.array(rows, dtype=bool).reshape(len(rows), len(moments))
    known = np.array([answer is not None for answer in said.answers.values()], dtype=bool)
    return AttendanceMatrix(tuple(said.answers), tuple(moments), present, known)


def attendance_by_the_clock(
    cohort: Cohort, moments: Sequence[SessionMoment], field: str, minutes: int
) -> AttendanceMatrix:
    """Return whose slots a session of ``minutes`` is in, people living in several time zones.

    Raises RequestError where a date has no hour.
    """
    lost = [moment.name for moment in moments if not isinstance(moment.start, datetime)]
    if lost:
        found = Problem(field, tr("aucune heure pour {dates}", dates=listed(lost)), tr("une date et une heure"))
        raise RequestError(tr("Cette question ne demande pas toutes les dates"), [found])
    starts = [moment.start for moment in moments if isinstance(moment.start, datetime)]
    columns = [column for people in sides(cohort) if isinstance(column := people.columns[field], ZonedSlots)]
    present, known = (
        np.concatenate(parts)
        for parts in ([column.present(starts, minutes) for column in columns], [column.known for column in columns])
    )
    clocks = dict.fromkeys(clock for column in columns for clock in column.lived)
    return AttendanceMatrix(members_in(cohort), tuple(moments), present, known).on_clocks(
        columns[0].week.reference, clocks
    )


def hours_at(start: date, reference: str, clocks: Iterable[Clock]) -> Iterator[tuple[str, str]]:
    """Yield which hour a session begins at where people live by another clock than that of the reference."""
    if isinstance(start, datetime):
        moment = start.replace(tzinfo=ZoneInfo(reference))
        for one in clocks:
            there = moment.astimezone(ZoneInfo(one.zone))
            if there.replace(tzinfo=None) != start:
                later = there.date() != start.date()
                yield one.place, f"{day(there.date())} {hour_in_words(there)}" if later else hour_in_words(there)


def who_answered(cohort: Cohort, moments: Sequence[SessionMoment], minutes: int) -> list[str]:
    """Return the questions in which every date is asked for: by name, or else by its slot of the week."""
    matching = {name: [matches(moment, column, minutes) for moment in moments] for name, column in find_fields(cohort)}
    named = [name for name, found in matching.items() if all(how == "name" for how in found)]
    return named or [name for name, found in matching.items() if all(found)]


def matches(moment: SessionMoment, column: Column, minutes: int) -> str:
    """Return how a date is asked for in a question: ``name``, ``slot``, or not at all, empty."""
    options = column.labels if isinstance(column, MultiChoice) else ()
    if isinstance(column, ZonedSlots):
        return "slot" if isinstance(moment.start, datetime) else ""
    if position(options, moment.name) is not None:
        return "name"
    return "" if options_for(moment, options, minutes) is None else "slot"


def options_for(moment: SessionMoment, options: Sequence[str], minutes: int) -> list[int] | None:
    """Return the options that a session takes: that of its name, or its slots of the week; None if one is not there."""
    named = position(options, moment.name)
    if named is not None:
        return [named]
    spelling, weekday = {fold(option): place for place, option in enumerate(options)}, DAYS[moment.day.weekday()]
    found = [
        next((spelling[slot] for slot in slots_of(weekday, part) if slot in spelling), None)
        for part in parts_of(moment, minutes)
    ]
    return [place for place in found if place is not None] if found and None not in found else None


def slots_of(weekday: str, part: str) -> Iterator[str]:
    """Yield what a part of a weekday is called, folded, in each language."""
    yield from (
        fold(f"{day} {name}") for day in everywhere(weekday) for word in PARTS[part] for name in everywhere(word)
    )


def parts_of(moment: SessionMoment, minutes: int) -> list[str]:
    """Return the part of the day in which a session begins, and those of which it takes more than ``OVERRUN_MINUTES``.

    Empty for a date without an hour.
    """
    if not isinstance(moment.start, datetime):
        return []
    begins = 60 * moment.start.hour + moment.start.minute
    return [
        part
        for part, (start, end) in PART_MINUTES.items()
        if start <= begins < end or begins < start < begins + minutes - OVERRUN_MINUTES
    ]
