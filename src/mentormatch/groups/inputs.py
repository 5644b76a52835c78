"""Inputs of turns, topics and dates: members, sessions, and the answers of each member."""

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
"""A session: a name, a date or a date and time."""


class HasMembers(Protocol):
    """An object with members."""

    @property
    def members(self) -> Sequence[str]:
        """The keys of the members."""


def members_of(group: HasMembers | Iterable[str]) -> tuple[str, ...]:
    """Return the keys of the members. Raises RequestError if a key is repeated or empty."""
    members = tuple(group) if isinstance(group, Iterable) else tuple(group.members)
    raise_if_any(
        tr("Ces membres ne font pas un groupe"),
        [*duplicate_problems(tr("membres"), members), *empty_name_problems(tr("membres"), members)],
    )
    return members


def sessions_of(sessions: int | Iterable[SessionIn]) -> tuple[str, ...]:
    """Return the names of the sessions, in their order; a number names them 1, 2, 3 ...

    Raises RequestError if a name is repeated or empty, or if the number is negative.
    """
    if exact_number(sessions) is not None or not isinstance(sessions, Iterable):
        return tuple(str(number + 1) for number in range(whole_number(tr("séances"), sessions)))
    names = tuple(session_name(session) for session in sessions)
    raise_if_any(
        tr("Ces séances ne font pas une saison"),
        [*duplicate_problems(tr("séances"), names), *empty_name_problems(tr("séances"), names)],
    )
    return names


def session_name(session: SessionIn) -> str:
    """Return the name of a session; a date or time in ISO 8601, to the minute."""
    if isinstance(session, datetime):
        return session.isoformat(timespec="minutes")
    return session.isoformat() if isinstance(session, date) else session


def duplicate_problems(where: str, names: Sequence[str]) -> list[Problem]:
    """Return a problem per name that occurs more than once in canonical spelling."""
    times = Counter(map(canonical, names))
    doubled = {canonical(name): name for name in names if times[canonical(name)] > 1}.values()
    return [
        Problem(where, tr("{name} est cité deux fois", name=quoted(name)), tr("chacun une fois")) for name in doubled
    ]


def empty_name_problems(where: str, names: Sequence[str]) -> list[Problem]:
    return [Problem(where, tr("un nom est vide"), tr("un nom"))] if not all(map(canonical, names)) else []


def raise_if_any(message: str, problems: Sequence[Problem]) -> None:
    if problems:
        raise RequestError(message, problems)


def positions_by_name(names: Sequence[str]) -> dict[str, int]:
    """Map the canonical spelling of each name to its position."""
    return {canonical(name): position for position, name in enumerate(names)}


def unknown_people(where: str, names: Iterable[str], known_names: Sequence[str], expected: str) -> list[Problem]:
    """Return a problem per name that is not among ``known_names``, in canonical spelling."""
    positions = positions_by_name(known_names)
    unknown_names = [name for name in names if canonical(name) not in positions]
    return [Problem(where, tr("{name} est inconnu", name=quoted(name)), expected) for name in unknown_names]


def answers_of_all(
    answers: Mapping[str, Iterable[SessionIn]], members: Sequence[str], sessions: Sequence[str], where: str
) -> list[frozenset[int]]:
    """Return the positions of the sessions that each member names, in the order of the members.

    Raises RequestError for an unknown member or session.
    """
    names_by_member = {member: [session_name(session) for session in named] for member, named in answers.items()}
    problems = unknown_people(where, names_by_member, members, tr("un membre du groupe"))
    for names in names_by_member.values():
        problems += unknown_people(where, names, sessions, tr("une des séances"))
    raise_if_any(tr("Ces réponses ne vont pas avec ce groupe"), problems)
    member_positions, session_positions = positions_by_name(members), positions_by_name(sessions)
    positions: list[frozenset[int]] = [frozenset()] * len(members)
    for member, names in names_by_member.items():
        positions[member_positions[canonical(member)]] = frozenset(session_positions[canonical(name)] for name in names)
    return positions


@dataclass(frozen=True, slots=True)
class SessionMoment:
    """A possible date of a session: its ``name`` in answers, and its start, without a time if it is a whole day.

    ``clocks`` contains places in other time zones, each with the hour there in words, if it differs.
    """

    name: str
    start: date
    clocks: tuple[tuple[str, str], ...] = ()

    @property
    def day(self) -> date:
        """The day of the start."""
        return self.start.date() if isinstance(self.start, datetime) else self.start

    @property
    def words(self) -> str:
        """The date in words, with the hour if it has one."""
        if isinstance(self.start, datetime):
            sentence = tr("{day} à {hour}", day=day(self.day), hour=clock(self.start))
            return f"{sentence} ({self.elsewhere})" if self.clocks else sentence
        return day(self.day)

    @property
    def elsewhere(self) -> str:
        """The hour in the other time zones of the members, in words; empty if there are none."""
        return listed([about(place, hour) for place, hour in self.clocks]) if self.clocks else ""

    def overlaps(self, minutes: int, other: "SessionMoment", long: int) -> bool:
        """Return whether this session of ``minutes`` overlaps another of ``long`` minutes."""
        (start, end), (begin, finish) = self._span(minutes), other._span(long)
        return start < finish and begin < end

    def _span(self, minutes: int) -> tuple[datetime, datetime]:
        if isinstance(self.start, datetime):
            return self.start, self.start + timedelta(minutes=minutes)
        midnight = datetime.combine(self.start, time())
        return midnight, midnight + timedelta(days=1)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class AttendanceMatrix(ContentEquality):
    """The dates that each member can attend: ``present`` (n, m) bool; ``known`` (n,) bool, whether they answered.

    Dates are in the local time of ``zone``. ``required`` are the positions of members, such as a facilitator, without
    whom no session takes place if they answered.
    """

    members: tuple[str, ...]
    moments: tuple[SessionMoment, ...]
    present: BoolMatrix
    known: NDArray[np.bool_]
    zone: str = PARIS
    required: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return f"AttendanceMatrix({len(self.members)} members, {len(self.moments)} dates)"

    @property
    def answers(self) -> BoolMatrix:
        """(k, m) bool: ``present`` of the members who answered."""
        return self.present[self.known]

    @property
    def answered(self) -> tuple[str, ...]:
        """The keys of the members who answered."""
        return tuple(member for member, is_known in zip(self.members, self.known, strict=True) if is_known)

    @property
    def silent(self) -> tuple[str, ...]:
        """The keys of the members who did not answer."""
        return tuple(member for member, is_known in zip(self.members, self.known, strict=True) if not is_known)

    @property
    def unavailable(self) -> tuple[str, ...]:
        """The keys of the members who answered and can attend none of the dates."""
        return tuple(member for member, row in zip(self.answered, self.answers, strict=True) if not row.any())

    @property
    def is_required(self) -> BoolVector:
        """(k,) bool: whether each member who answered is required."""
        return np.isin(np.arange(len(self.members)), self.required)[self.known]

    def with_required(self, keys: Iterable[str]) -> "AttendanceMatrix":
        """Return the matrix with these members required. Raises RequestError for an unknown key."""
        required, positions = list(keys), positions_by_name(self.members)
        problems = unknown_people(tr("indispensables"), required, self.members, tr("un membre du groupe"))
        raise_if_any(tr("Ces personnes ne peuvent pas être indispensables"), problems)
        return replace(self, required=tuple(sorted({positions[canonical(key)] for key in required})))

    def take(self, positions: Sequence[int]) -> "AttendanceMatrix":
        """Return the matrix of some of the dates."""
        index = list(positions)
        moments = tuple(self.moments[position] for position in index)
        return replace(self, moments=moments, present=self.present[:, index])

    def on_clocks(self, zone: str, clocks: Iterable[Clock]) -> "AttendanceMatrix":
        """Return the matrix with dates in the local time of ``zone``, shown in the local times of ``clocks`` too."""
        all_clocks = tuple(clocks)
        moments = [replace(moment, clocks=tuple(hours_at(moment.start, zone, all_clocks))) for moment in self.moments]
        return replace(self, moments=tuple(moments), zone=zone)


def moments_of(candidates: Iterable[SessionIn] | Mapping[str, SessionIn]) -> tuple[SessionMoment, ...]:
    """Return the dates in order of time; a mapping assigns a date to each answer of the survey.

    Raises RequestError if a date is invalid, has a time zone, or is repeated.
    """
    pairs = (
        candidates.items()
        if isinstance(candidates, Mapping)
        else ((session_name(session), session) for session in candidates)
    )
    starts = [(name, start_of(session)) for name, session in pairs]
    problems = [
        Problem(tr("dates"), tr("{name} n'est pas une date", name=quoted(name)), tr("comme {form}", form=FORMS))
        for name, start in starts
        if start is None
    ]
    names = [name for name, _ in starts]
    problems += [*duplicate_problems(tr("dates"), names), *empty_name_problems(tr("dates"), names)]
    raise_if_any(tr("Ces dates ne conviennent pas"), problems)
    return tuple(sorted((SessionMoment(name, start) for name, start in starts if start), key=moments_in_order))


def moment_in_words(session: str) -> str:
    r"""Return the name of a session for readers: a date in words, any other name unchanged.

    >>> moment_in_words("2026-10-13T09:30"), moment_in_words("rentrée")
    ('13\xa0octobre 2026 à 9\xa0h\xa030', 'rentrée')
    """
    start = start_of(session)
    return session if start is None else SessionMoment(session, start).words


def moments_in_order(moment: SessionMoment) -> tuple[date, str, str]:
    return moment.day, moment.start.isoformat(), canonical(moment.name)


def availability_of(
    availabilities: Mapping[str, Iterable[SessionIn] | None], candidates: Iterable[SessionIn] | Mapping[str, SessionIn]
) -> AttendanceMatrix:
    """Return the attendance matrix; a member with None did not answer and is not counted.

    Raises RequestError if a date is unknown, or if a candidate or member is invalid or repeated.
    """
    moments, members = moments_of(candidates), tuple(availabilities)
    names = [moment.name for moment in moments]
    names_by_row = [
        None if sessions is None else [session_name(session) for session in sessions]
        for sessions in availabilities.values()
    ]
    problems = [*duplicate_problems(tr("membres"), members), *empty_name_problems(tr("membres"), members)]
    for member_names in filter(None, names_by_row):
        problems += unknown_people(tr("disponibilités"), member_names, names, tr("une des dates proposées"))
    raise_if_any(tr("Ces disponibilités ne conviennent pas"), list(dict.fromkeys(problems)))
    positions = positions_by_name(names)
    present = np.zeros((len(members), len(moments)), dtype=bool)
    for row, session_names in enumerate(names_by_row):
        present[row, [positions[canonical(name)] for name in session_names or ()]] = True
    known = np.array([session_names is not None for session_names in names_by_row], dtype=bool)
    return AttendanceMatrix(members, moments, present, known)


DAY_PARTS = {
    "morning": (mark("matin"), mark("matinée")),
    "afternoon": (mark("après-midi"),),
    "evening": (mark("soir"), mark("soirée"), mark("fin de journée")),
}
"""The names of the parts of a day."""
PART_MINUTES = {"morning": (0, 720), "afternoon": (720, 1080), "evening": (1080, 1440)}  # of the day: begin, end


@dataclass(frozen=True, slots=True, repr=False)
class MultipleChoice:
    """The options of a question, and the options that each person chose, by key; None for no answer."""

    options: tuple[str, ...]
    answers: dict[str, tuple[str, ...] | None]

    def __repr__(self) -> str:
        return f"MultipleChoice({len(self.options)} options, {len(self.answers)} people)"


def nonempty_sides(cohort: Cohort) -> tuple[People, ...]:
    """Return the sides of the cohort that contain people."""
    return tuple(people for people in (cohort.mentors, cohort.mentees) if len(people))


def members_in(cohort: Cohort) -> tuple[str, ...]:
    return tuple(key for people in nonempty_sides(cohort) for key in people.ids)


def read_multiple_choice(cohort: Cohort, field: str | None = None) -> MultipleChoice:
    """Return the options that each person chose in a question; None: the only multiple-choice question.

    Raises RequestError if the question does not exist, or if none is named and there is not exactly one.
    """
    name = field if field is not None else require_single([name for name, _ in find_fields(cohort)])
    columns = [(people, people.columns.get(name)) for people in nonempty_sides(cohort)]
    answers: dict[str, tuple[str, ...] | None] = {}
    options: tuple[str, ...] = ()
    for people, column in columns:
        if not isinstance(column, MultiChoice | Ranks):
            raise unknown_question_error(cohort, name)
        options = column.labels
        answers |= dict(zip(people.ids, read_choices(column), strict=True))
    return MultipleChoice(options, answers)


def find_fields(cohort: Cohort) -> Iterator[tuple[str, MultiChoice | Ranks]]:
    """Yield the multiple-choice and ranking questions that all sides with people have, with the first side's column."""
    first_side, *other_sides = nonempty_sides(cohort) or [cohort.mentors]
    for name, column in first_side.columns.items():
        if isinstance(column, MultiChoice | Ranks) and all(name in people.columns for people in other_sides):
            yield name, column


def read_choices(column: MultiChoice | Ranks) -> Iterator[tuple[str, ...] | None]:
    """Yield the options that each person chose, None for no answer."""
    for row, is_known in zip(column.values, column.known.tolist(), strict=True):
        yield tuple(column.labels[position] for position in np.flatnonzero(row)) if is_known else None


def require_single(names: Sequence[str]) -> str:
    """Return the only name. Raises RequestError if there is not exactly one."""
    if len(names) != 1:
        questions = listed(names) if names else tr("aucune question à plusieurs réponses")
        problem = Problem("field", questions, tr("une seule"), tr("nommez la question"))
        raise RequestError(tr("On ne sait pas quelle question lire"), [problem])
    return names[0]


def unknown_question_error(cohort: Cohort, name: str) -> RequestError:
    """Return the error for a question that does not exist or is not multiple choice."""
    questions = listed([question for question, _ in find_fields(cohort)])
    return RequestError(tr("Cette question ne convient pas"), [Problem("field", name, questions)])


def attendance(
    cohort: Cohort, moments: Sequence[SessionMoment], field: str | None = None, *, minutes: int
) -> AttendanceMatrix:
    """Return the attendance at sessions of ``minutes``, from a question about the dates or about weekly slots.

    Raises RequestError if the question does not cover a date. People of a side without the question count as people
    without an answer.
    """
    name = field if field is not None else require_single(questions_about_dates(cohort, moments, minutes))
    respondents = without_side(cohort, name)
    columns = [people.columns.get(name) for people in nonempty_sides(respondents)]
    is_zoned = bool(columns) and all(isinstance(column, ZonedSlots) for column in columns)
    matrix = (attendance_by_the_clock if is_zoned else attendance_by_options)(respondents, moments, name, minutes)
    silent = [key for key in members_in(cohort) if key not in set(matrix.members)]
    return replace(
        matrix,
        members=(*matrix.members, *silent),
        present=np.vstack([matrix.present, np.zeros((len(silent), len(moments)), dtype=bool)]),
        known=np.append(matrix.known, np.zeros(len(silent), dtype=bool)),
    )


def without_side(cohort: Cohort, field: str) -> Cohort:
    """Return the cohort without the people of a side that lacks the question; unchanged if all sides lack it."""
    if not any(field in people.columns for people in nonempty_sides(cohort)):
        return cohort
    mentors, mentees = (
        people if field in people.columns else people.take([]) for people in (cohort.mentors, cohort.mentees)
    )
    return replace(cohort, mentors=mentors, mentees=mentees)


def attendance_by_options(
    cohort: Cohort, moments: Sequence[SessionMoment], field: str, minutes: int
) -> AttendanceMatrix:
    """Return the attendance of people who chose the options of each session: its date, or all its parts of the day.

    Raises RequestError if a date has no such options.
    """
    choices = read_multiple_choice(cohort, field)
    needed = [options_for(moment, choices.options, minutes) for moment in moments]
    missing = [moment.name for moment, options in zip(moments, needed, strict=True) if options is None]
    if missing:
        problem = Problem(field, tr("aucune option pour {dates}", dates=listed(missing)), listed(choices.options))
        raise RequestError(tr("Cette question ne demande pas toutes les dates"), [problem])
    required_options = [{choices.options[position] for position in options or ()} for options in needed]
    rows = [[options <= set(answer or ()) for options in required_options] for answer in choices.answers.values()]
    present = np.array(rows, dtype=bool).reshape(len(rows), len(moments))
    known = np.array([answer is not None for answer in choices.answers.values()], dtype=bool)
    return AttendanceMatrix(tuple(choices.answers), tuple(moments), present, known)


def attendance_by_the_clock(
    cohort: Cohort, moments: Sequence[SessionMoment], field: str, minutes: int
) -> AttendanceMatrix:
    """Return the attendance at sessions of ``minutes`` from weekly slots in the time zone of each person.

    Raises RequestError if a date has no hour.
    """
    without_hour = [moment.name for moment in moments if not isinstance(moment.start, datetime)]
    if without_hour:
        problem = Problem(
            field, tr("aucune heure pour {dates}", dates=listed(without_hour)), tr("une date et une heure")
        )
        raise RequestError(tr("Cette question ne demande pas toutes les dates"), [problem])
    starts = [moment.start for moment in moments if isinstance(moment.start, datetime)]
    columns = [column for people in nonempty_sides(cohort) if isinstance(column := people.columns[field], ZonedSlots)]
    present, known = (
        np.concatenate(parts)
        for parts in ([column.present(starts, minutes) for column in columns], [column.known for column in columns])
    )
    clocks = dict.fromkeys(clock for column in columns for clock in column.lived)
    return AttendanceMatrix(members_in(cohort), tuple(moments), present, known).on_clocks(
        columns[0].week.reference, clocks
    )


def hours_at(start: date, reference: str, clocks: Iterable[Clock]) -> Iterator[tuple[str, str]]:
    if isinstance(start, datetime):
        moment = start.replace(tzinfo=ZoneInfo(reference))
        for place_clock in clocks:
            local = moment.astimezone(ZoneInfo(place_clock.zone))
            if local.replace(tzinfo=None) != start:
                is_other_day = local.date() != start.date()
                yield (
                    place_clock.place,
                    f"{day(local.date())} {hour_in_words(local)}" if is_other_day else hour_in_words(local),
                )


def questions_about_dates(cohort: Cohort, moments: Sequence[SessionMoment], minutes: int) -> list[str]:
    """Return the questions that cover all dates: by name if there are any, otherwise by weekly slot."""
    matching = {name: [matches(moment, column, minutes) for moment in moments] for name, column in find_fields(cohort)}
    by_name = [name for name, kinds in matching.items() if all(kind == "name" for kind in kinds)]
    return by_name or [name for name, kinds in matching.items() if all(kinds)]


def matches(moment: SessionMoment, column: Column, minutes: int) -> str:
    """Return ``name`` or ``slot``, by which a question covers a date; empty if it does not."""
    options = column.labels if isinstance(column, MultiChoice) else ()
    if isinstance(column, ZonedSlots):
        return "slot" if isinstance(moment.start, datetime) else ""
    if position(options, moment.name) is not None:
        return "name"
    return "" if options_for(moment, options, minutes) is None else "slot"


def options_for(moment: SessionMoment, options: Sequence[str], minutes: int) -> list[int] | None:
    """Return the options of a session: the one with its name, or its weekly slots; None if one is missing."""
    by_name = position(options, moment.name)
    if by_name is not None:
        return [by_name]
    spelling, weekday = {fold(option): index for index, option in enumerate(options)}, DAYS[moment.day.weekday()]
    slots = [
        next((spelling[slot] for slot in slots_of(weekday, part) if slot in spelling), None)
        for part in parts_of(moment, minutes)
    ]
    return [slot for slot in slots if slot is not None] if slots and None not in slots else None


def slots_of(weekday: str, part: str) -> Iterator[str]:
    """Yield the names of a part of a weekday, folded, in each language."""
    yield from (
        fold(f"{day} {name}") for day in everywhere(weekday) for word in DAY_PARTS[part] for name in everywhere(word)
    )


def parts_of(moment: SessionMoment, minutes: int) -> list[str]:
    """Return the part of the day in which a session begins, and later parts of which it takes over ``OVERRUN_MINUTES``.

    The next day does not count. Empty for a date without an hour.
    """
    if not isinstance(moment.start, datetime):
        return []
    begins = 60 * moment.start.hour + moment.start.minute
    return [
        part
        for part, (start, end) in PART_MINUTES.items()
        if start <= begins < end or begins < start < begins + minutes - OVERRUN_MINUTES
    ]
