"""Turns, topics and dates as a programme file states them in its section ``[sessions]``, from one survey."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol, TypedDict, Unpack

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.errors import Problem, ProgrammeError
from mentormatch.fields.clock import PARIS
from mentormatch.groups.calendar import Blackout
from mentormatch.groups.dates import Dates, choose_dates, choose_in_turn
from mentormatch.groups.inputs import (
    AttendanceMatrix,
    SessionIn,
    attendance,
    duplicate_problems,
    members_in,
    moments_of,
    nonempty_sides,
    positions_by_name,
    raise_if_any,
    unknown_people,
)
from mentormatch.groups.topics import Topics, choose_topics
from mentormatch.groups.turns import Turns, Wish, schedule_turns
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import language, tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme, operation_hint
from mentormatch.programme.sections import Sessions


def require_sessions(programme: Programme) -> Sessions:
    """Return the section; raise ProgrammeError where there is none."""
    if programme.sessions is None:
        advice = tr("ajoutez une section [sessions], ou {other}", other=operation_hint(programme.served_by))
        raise ProgrammeError(
            tr("Le programme ne dit rien de ses séances"), [Problem("sessions", tr("absent"), advice=advice)]
        )
    return programme.sessions


def number_of(programme: Programme, number: int | None) -> int:
    """Return how many sessions there are; raise ProgrammeError where nothing says so."""
    found = require_sessions(programme).number if number is None else number
    if found is None:
        raise ProgrammeError(
            tr("Le programme ne dit pas combien il y a de séances"),
            [Problem("sessions.number", tr("absent"), tr("un nombre entier"))],
        )
    return found


def topics_of(
    cohort: Cohort, programme: Programme, *, number: int | None = None, seed: int = 0, time_limit_s: float | None = None
) -> Topics:
    """Return the topics that a group treats, a session each; ``number`` instead of that of the programme.

    Raises ProgrammeError where the programme has no section, or says no number; RequestError as ``choose_topics``.
    """
    with language(programme.heading.language, unless_asked=True):
        section = require_sessions(programme)
        many = number_of(programme, number)
        return choose_topics(
            cohort, many, field=section.topics, seed=seed, time_limit_s=time_limit_s, name=programme.name
        )


def dates_of(  # noqa: PLR0913 - all but three are keywords
    cohort: Cohort,
    programme: Programme,
    members: Iterable[str] | None = None,
    *,
    number: int | None = None,
    others: Iterable[Dates] = (),
    group_name: int | str = "",
    seed: int = 0,
    time_limit_s: float | None = None,
) -> Dates:
    """Return the dates of the sessions of one group; ``number`` instead of that of the programme.

    Parameters
    ----------
    members
        The keys of the group, with that of the facilitator who leads it; None: everybody. No session is held without
        the facilitator; several facilitators of everybody count as members.
    others, group_name
        As for ``choose_dates``.

    Raises
    ------
    ProgrammeError
        The programme has no section, or says no number.
    RequestError
        A member is not in the cohort; or as ``choose_dates``.
    """
    with language(programme.heading.language, unless_asked=True):
        section = require_sessions(programme)
        least, most = section.apart
        there = cohort if members is None else members_among(cohort, members)
        leaders = facilitators_in(there, programme)
        return choose_dates(
            there,
            section.dates,
            number_of(programme, number),
            field=section.attends,
            most_missed=section.most_missed,
            apart=(least, most),
            public=section.public_holidays,
            zones=section.zones,
            blackouts=[Blackout(one.first, one.last, one.why) for one in section.blackouts],
            required=leaders if members is not None or len(leaders) == 1 else (),
            others=others,
            seed=seed,
            time_limit_s=time_limit_s,
            name=programme.name,
            group_name=group_name,
            minutes=section.minutes,
            place=section.place,
        )


def facilitators_in(cohort: Cohort, programme: Programme) -> tuple[str, ...]:
    """Return the keys of the facilitators of a cohort, empty if the programme has none."""
    led = programme.groups is not None and programme.groups.facilitators is not None
    return tuple(cohort.facilitators.ids) if led else ()


def members_among(cohort: Cohort, members: Iterable[str]) -> Cohort:
    """Return the cohort of some of its people; raise RequestError where a key is nobody's."""
    keys = list(members)
    for key in keys:
        if not any(people.has(key) for people in nonempty_sides(cohort)):
            cohort.members.find(key)
    mentors, mentees = (
        people.take([people.find(key) for key in keys if people.has(key)])
        for people in (cohort.mentors, cohort.mentees)
    )
    return replace(cohort, mentors=mentors, mentees=mentees)


def turns_of(  # noqa: PLR0913 - all but three are keywords
    cohort: Cohort,
    programme: Programme,
    members: Iterable[str] | None = None,
    *,
    dates: Dates | Iterable[str] | None = None,
    group_name: int | str = "",
    seed: int = 0,
    time_limit_s: float | None = None,
) -> Turns:
    """Return who presents when: at the ``dates`` where they are given, at which people who miss them do not present.

    Parameters
    ----------
    members
        The keys of one group; None: everybody. Facilitators present nothing.
    group_name
        As for ``choose_dates``.
    dates
        The dates of the sessions, or those of the programme's dates at which they are, by their names; None: sessions
        1 to the number that the programme states.

    Raises
    ------
    ProgrammeError
        The programme has no section, or says no number.
    RequestError
        A member is not in the cohort, a date is none of the programme's, or none of its answers can be read.
    """
    with language(programme.heading.language, unless_asked=True):
        section = require_sessions(programme)
        leading = set(map(canonical, facilitators_in(cohort, programme)))
        every = tuple(members) if members is not None else members_in(cohort)
        presenting = tuple(key for key in every if canonical(key) not in leading)
        held = None if dates is None else there_at(cohort, section, dates)
        return schedule_turns(
            presenting,
            number_of(programme, None) if held is None else [one.start for one in held.moments],
            per_session=section.per_session,
            rounds=section.rounds,
            absences={} if held is None else absences_from(held, presenting),
            wishes={key: wish for key, wish in wishes_in(cohort, section).items() if key in set(presenting)},
            urgent=[key for key in urgent_in(cohort, section) if key in set(presenting)],
            seed=seed,
            time_limit_s=time_limit_s,
            name=programme.name,
            group_name=group_name,
            minutes=section.minutes,
            place=section.place,
            zone=PARIS if held is None else held.zone,
        )


def year_of(  # noqa: PLR0913 - all but three are keywords
    cohort: Cohort,
    programme: Programme,
    members: Iterable[str] | None = None,
    *,
    number: int | None = None,
    seed: int = 0,
    time_limit_s: float | None = None,
) -> tuple[Dates | None, Turns | None]:
    """Return the dates of one group, None where the programme proposes none, and who presents at them.

    Where no dates keep all that is asked, nobody can be told when they present: the turns are None. Raises as
    ``dates_of`` and ``turns_of``.
    """
    with language(programme.heading.language, unless_asked=True):
        keys = None if members is None else tuple(members)
        dates = None
        if require_sessions(programme).dates:
            dates = dates_of(cohort, programme, keys, number=number, seed=seed, time_limit_s=time_limit_s)
            if not dates.chosen:
                return dates, None
        return dates, turns_of(cohort, programme, keys, dates=dates, seed=seed, time_limit_s=time_limit_s)


class PlannedGroup(Protocol):
    """A group whose sessions are planned: its number, the key of who leads it (empty: nobody), those of its members."""

    @property
    def number(self) -> int: ...
    @property
    def facilitator(self) -> str: ...
    @property
    def members(self) -> Sequence[str]: ...


def led_together[G: PlannedGroup](groups: Iterable[G]) -> list[tuple[G, ...]]:
    """Return the groups of each facilitator; a group without one is alone."""
    found: dict[str, list[G]] = {}
    for group in groups:
        found.setdefault(canonical(group.facilitator) or f"\0{group.number}", []).append(group)
    return list(map(tuple, found.values()))


@dataclass(frozen=True, slots=True)
class SessionTopic:
    """The topic of a session that starts at ``start``: ``coming`` of the ``asking`` members who asked for it can come.

    Members who did not say when they can come are not counted.
    """

    start: date
    topic: str
    coming: int
    asking: int


def assign_topics(topics: Topics, dates: Dates) -> list[SessionTopic]:
    """Return the topics of the sessions, in the order of the dates; no topic is treated twice.

    As many members as possible, counted once per topic, can come to the topics that they asked for: an assignment of
    sessions to topics.
    """
    if not (topics.places and dates.places):
        return []
    wishes = dict(zip(topics.ballot.members, topics.ballot.wishes[:, list(topics.places)].astype(int), strict=True))
    nothing = np.zeros(len(topics.places), dtype=int)
    asked = np.array([nothing, *(wishes.get(member, nothing) for member in dates.there.answered)])[1:]
    coming = dates.there.answers[:, list(dates.places)].T.astype(int) @ asked
    solution = solve(AssignmentProblem.from_scores(coming / max(coming.max(), 1)))
    return [
        SessionTopic(
            dates.chosen[session].start,
            topics.ballot.topics[topics.places[topic]],
            int(coming[session, topic]),
            int(asked[:, topic].sum()),
        )
        for session, topic in solution.pairs.tolist()
    ]


class Limits(TypedDict, total=False):
    """How many sessions instead of the programme's number, the seed, and the seconds for each solve."""

    number: int | None
    seed: int
    time_limit_s: float | None


def dates_of_groups(
    cohort: Cohort, programme: Programme, groups: Sequence[PlannedGroup], **limits: Unpack[Limits]
) -> list[Dates]:
    """Return the dates of each group, those of one facilitator at different times. Raises as ``dates_of``."""

    def choose(group: PlannedGroup, before: Sequence[Dates]) -> Dates:
        return dates_of(cohort, programme, everybody_of(group), others=before, group_name=group.number, **limits)

    return choose_in_turn(
        groups,
        lambda group: filter(None, [group.facilitator]),
        choose,
        lambda dates: dates if dates.chosen else None,
    )


def years_of(
    cohort: Cohort, programme: Programme, groups: Sequence[PlannedGroup], **limits: Unpack[Limits]
) -> list[tuple[Dates | None, Turns | None]]:
    """Return the dates of each group and who presents at them, as ``dates_of_groups`` and ``year_of``."""
    with language(programme.heading.language, unless_asked=True):
        if not require_sessions(programme).dates:
            return [(None, turns_of_group(cohort, programme, group, None, limits)) for group in groups]
        dates = dates_of_groups(cohort, programme, groups, **limits)
        return [
            (at, turns_of_group(cohort, programme, group, at, limits) if at.chosen else None)
            for group, at in zip(groups, dates, strict=True)
        ]


def turns_of_group(
    cohort: Cohort, programme: Programme, group: PlannedGroup, dates: Dates | None, limits: Limits
) -> Turns:
    """Return who presents at the sessions of a group."""
    return turns_of(
        cohort,
        programme,
        group.members,
        dates=dates,
        group_name=group.number,
        seed=limits.get("seed", 0),
        time_limit_s=limits.get("time_limit_s"),
    )


def everybody_of(group: PlannedGroup) -> tuple[str, ...]:
    """Return the keys of a group's members, then that of its facilitator if it has one."""
    return (*group.members, *filter(None, [group.facilitator]))


def there_at(cohort: Cohort, section: Sessions, dates: Dates | Iterable[str]) -> AttendanceMatrix:
    """Return who can be there at the dates of the sessions; raise RequestError where a name is none of theirs."""
    if isinstance(dates, Dates):
        return dates.there.take(dates.places)
    wanted, names = list(dates), tuple(section.dates)
    lost = unknown_people(tr("dates"), wanted, names, tr("une des dates proposées"))
    raise_if_any(tr("Ces dates ne conviennent pas"), [*lost, *duplicate_problems(tr("dates"), wanted)])
    at = positions_by_name(names)
    held = moments_of({names[place]: section.dates[names[place]] for place in (at[canonical(one)] for one in wanted)})
    return attendance(cohort, held, section.attends, minutes=section.minutes)


def absences_from(held: AttendanceMatrix, group: Iterable[str]) -> dict[str, list[SessionIn]]:
    """Return the dates that each member of a group misses who answered."""
    starts = [one.start for one in held.moments]
    missed = {
        member: [start for start, comes in zip(starts, row, strict=True) if not comes]
        for member, row in zip(held.answered, held.answers.tolist(), strict=True)
    }
    return {key: list(missed[key]) for key in group if key in missed}


def wishes_in(cohort: Cohort, section: Sessions) -> dict[str, Wish]:
    """Return who would present early, in the middle or late."""
    wishes = section.wishes
    if wishes is None:
        return {}
    meaning: dict[Wish, str | None] = {"early": wishes.early, "middle": wishes.middle, "late": wishes.late}
    return {
        key: wish
        for wish, answer in meaning.items()
        if answer is not None
        for key in who_said(cohort, wishes.field, [answer])
    }


def urgent_in(cohort: Cohort, section: Sessions) -> list[str]:
    """Return whose case cannot wait."""
    return who_said(cohort, section.urgent.field, section.urgent.answers) if section.urgent else []


def who_said(cohort: Cohort, field: str, answers: Iterable[str]) -> list[str]:
    """Return who gave one of some answers."""
    wanted = list(answers)
    return [
        key
        for people in nonempty_sides(cohort)
        if field in people.columns
        for key, said in zip(people.ids, people.gave(field, wanted).tolist(), strict=True)
        if said
    ]
