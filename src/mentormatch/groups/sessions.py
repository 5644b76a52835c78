"""The section ``[sessions]`` of a programme, and a survey -> turns, topics and dates."""

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
    """Return the section ``[sessions]``. Raises ProgrammeError if the programme has none."""
    if programme.sessions is None:
        advice = tr("ajoutez une section [sessions], ou {other}", other=operation_hint(programme.served_by))
        raise ProgrammeError(
            tr("Le programme ne dit rien de ses séances"), [Problem("sessions", tr("absent"), advice=advice)]
        )
    return programme.sessions


def session_count(programme: Programme, number: int | None) -> int:
    """Return ``number``, by default that of the programme. Raises ProgrammeError if both are None."""
    count = require_sessions(programme).number if number is None else number
    if count is None:
        raise ProgrammeError(
            tr("Le programme ne dit pas combien il y a de séances"),
            [Problem("sessions.number", tr("absent"), tr("un nombre entier"))],
        )
    return count


def topics_of(
    cohort: Cohort, programme: Programme, *, number: int | None = None, seed: int = 0, time_limit_s: float | None = None
) -> Topics:
    """Return the topics of a group, one per session; ``number`` replaces the number of sessions of the programme.

    Raises ProgrammeError if the programme has no section ``[sessions]`` or no number of sessions, and RequestError as
    ``choose_topics`` does.
    """
    with language(programme.heading.language, unless_asked=True):
        section = require_sessions(programme)
        count = session_count(programme, number)
        return choose_topics(
            cohort, count, field=section.topics, seed=seed, time_limit_s=time_limit_s, name=programme.name
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
    """Return the dates of the sessions of one group; ``number`` replaces the number of sessions of the programme.

    Parameters
    ----------
    members
        The keys of the members and of the facilitator of the group; None: all people. The facilitator is required at
        each session. But if ``members`` is None and the cohort has several facilitators, none of them is required.
    others, group_name
        As for ``choose_dates``.

    Raises
    ------
    ProgrammeError
        The programme has no section ``[sessions]``, or no number of sessions.
    RequestError
        A member is not in the cohort; or as for ``choose_dates``.
    """
    with language(programme.heading.language, unless_asked=True):
        section = require_sessions(programme)
        min_days, max_days = section.apart
        group = cohort if members is None else members_among(cohort, members)
        leaders = facilitators_in(group, programme)
        return choose_dates(
            group,
            section.dates,
            session_count(programme, number),
            field=section.attends,
            most_missed=section.most_missed,
            apart=(min_days, max_days),
            public=section.public_holidays,
            zones=section.zones,
            blackouts=[Blackout(period.first, period.last, period.why) for period in section.blackouts],
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
    has_facilitators = programme.groups is not None and programme.groups.facilitators is not None
    return tuple(cohort.facilitators.ids) if has_facilitators else ()


def members_among(cohort: Cohort, members: Iterable[str]) -> Cohort:
    """Return the cohort of some of its people. Raises RequestError for an unknown key."""
    keys = list(members)
    for key in keys:
        if not any(people.has(key) for people in nonempty_sides(cohort)):
            cohort.members.find(key)
    mentors, mentees = (
        people.take([people.find(key) for key in keys if people.has(key)])
        for people in (cohort.mentors, cohort.mentees)
    )
    return replace(cohort, mentors=mentors, mentees=mentees)


def key_in(cohort: Cohort, member: str) -> str:
    """Return the key of a member as the cohort spells it. Raises RequestError for an unknown key."""
    people = next((people for people in nonempty_sides(cohort) if people.has(member)), cohort.members)
    return people.ids[people.find(member)]


def turns_of(  # noqa: PLR0913 - all but three are keywords
    cohort: Cohort,
    programme: Programme,
    members: Iterable[str] | None = None,
    *,
    dates: Dates | Iterable[str] | None = None,
    number: int | None = None,
    group_name: int | str = "",
    seed: int = 0,
    time_limit_s: float | None = None,
) -> Turns:
    """Return the turns of the members of a group to present; members have no turn at dates they miss.

    Parameters
    ----------
    members
        The keys of the group; None: all people. Facilitators have no turns.
    group_name
        As for ``choose_dates``.
    dates
        The dates of the sessions, or the names of some dates of the programme; None: sessions 1, 2, ... up to
        ``number``.
    number
        The number of sessions without dates; None: that of the programme.

    Raises
    ------
    ProgrammeError
        The programme has no section ``[sessions]``, or no number of sessions.
    RequestError
        A member is not in the cohort, a date is unknown to the programme, or the survey has no question about it.
    """
    with language(programme.heading.language, unless_asked=True):
        section = require_sessions(programme)
        leaders = set(map(canonical, facilitators_in(cohort, programme)))
        keys = members_in(cohort) if members is None else tuple(key_in(cohort, member) for member in members)
        presenters = tuple(key for key in keys if canonical(key) not in leaders)
        matrix = None if dates is None else attendance_at(cohort, section, dates)
        return schedule_turns(
            presenters,
            session_count(programme, number) if matrix is None else [moment.start for moment in matrix.moments],
            per_session=section.per_session,
            rounds=section.rounds,
            absences={} if matrix is None else absences_from(matrix, presenters),
            wishes={key: wish for key, wish in wishes_in(cohort, section).items() if key in set(presenters)},
            urgent=[key for key in urgent_in(cohort, section) if key in set(presenters)],
            seed=seed,
            time_limit_s=time_limit_s,
            name=programme.name,
            group_name=group_name,
            minutes=section.minutes,
            place=section.place,
            zone=PARIS if matrix is None else matrix.zone,
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
    """Return the dates of one group, and the turns at these dates; ``number`` as for ``dates_of``.

    The dates are None if the programme proposes none; the turns are None if no dates are found. Raises as
    ``dates_of`` and ``turns_of``.
    """
    with language(programme.heading.language, unless_asked=True):
        keys = None if members is None else tuple(members)
        dates = None
        if require_sessions(programme).dates:
            dates = dates_of(cohort, programme, keys, number=number, seed=seed, time_limit_s=time_limit_s)
            if not dates.chosen:
                return dates, None
        return dates, turns_of(
            cohort, programme, keys, dates=dates, number=number, seed=seed, time_limit_s=time_limit_s
        )


class PlannedGroup(Protocol):
    """A group with sessions: its number, and the keys of its facilitator (empty if none) and of its members."""

    @property
    def number(self) -> int: ...
    @property
    def facilitator(self) -> str: ...
    @property
    def members(self) -> Sequence[str]: ...


def led_together[G: PlannedGroup](groups: Iterable[G]) -> list[tuple[G, ...]]:
    """Return the groups of each facilitator as a tuple; a group without facilitator is a tuple of one."""
    groups_by_leader: dict[str, list[G]] = {}
    for group in groups:
        groups_by_leader.setdefault(canonical(group.facilitator) or f"\0{group.number}", []).append(group)
    return list(map(tuple, groups_by_leader.values()))


@dataclass(frozen=True, slots=True)
class SessionTopic:
    """The topic of the session at ``start``: ``coming`` of the ``asking`` members who requested it can attend.

    Members without an answer about dates are not counted.
    """

    start: date
    topic: str
    coming: int
    asking: int


def assign_topics(topics: Topics, dates: Dates) -> list[SessionTopic]:
    """Return the topics of the sessions, in the order of the dates; each session and each topic occurs at most once.

    An assignment of sessions to topics that maximises the members who can attend a session on a topic they requested,
    summed over the sessions.
    """
    if not (topics.places and dates.places):
        return []
    wishes = dict(zip(topics.ballot.members, topics.ballot.wishes[:, list(topics.places)].astype(int), strict=True))
    no_wish = np.zeros(len(topics.places), dtype=int)
    requests = np.array([no_wish, *(wishes.get(member, no_wish) for member in dates.there.answered)])[1:]
    coming = dates.there.answers[:, list(dates.places)].T.astype(int) @ requests
    solution = solve(AssignmentProblem.from_scores(coming / max(coming.max(), 1)))
    return [
        SessionTopic(
            dates.chosen[session].start,
            topics.ballot.topics[topics.places[topic]],
            int(coming[session, topic]),
            int(requests[:, topic].sum()),
        )
        for session, topic in solution.pairs.tolist()
    ]


class Limits(TypedDict, total=False):
    """The number of sessions (default: that of the programme), the seed, and the seconds for each solve."""

    number: int | None
    seed: int
    time_limit_s: float | None


def dates_of_groups(
    cohort: Cohort, programme: Programme, groups: Sequence[PlannedGroup], **limits: Unpack[Limits]
) -> list[Dates]:
    """Return the dates of each group; groups of one facilitator meet at different times. Raises as ``dates_of``."""

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
    """Return the dates of each group, chosen as by ``dates_of_groups``, and the turns at these dates.

    The dates are None if the programme proposes none; the turns of a group are None if no dates are found for it.
    """
    with language(programme.heading.language, unless_asked=True):
        if not require_sessions(programme).dates:
            return [(None, turns_of_group(cohort, programme, group, None, limits)) for group in groups]
        dates = dates_of_groups(cohort, programme, groups, **limits)
        return [
            (group_dates, turns_of_group(cohort, programme, group, group_dates, limits) if group_dates.chosen else None)
            for group, group_dates in zip(groups, dates, strict=True)
        ]


def turns_of_group(
    cohort: Cohort, programme: Programme, group: PlannedGroup, dates: Dates | None, limits: Limits
) -> Turns:
    return turns_of(
        cohort,
        programme,
        group.members,
        dates=dates,
        number=limits.get("number"),
        group_name=group.number,
        seed=limits.get("seed", 0),
        time_limit_s=limits.get("time_limit_s"),
    )


def everybody_of(group: PlannedGroup) -> tuple[str, ...]:
    return (*group.members, *filter(None, [group.facilitator]))


def attendance_at(cohort: Cohort, section: Sessions, dates: Dates | Iterable[str]) -> AttendanceMatrix:
    """Return the attendance at some dates of the section. Raises RequestError for an unknown or repeated name."""
    if isinstance(dates, Dates):
        return dates.there.take(dates.places)
    names, known_names = list(dates), tuple(section.dates)
    problems = unknown_people(tr("dates"), names, known_names, tr("une des dates proposées"))
    raise_if_any(tr("Ces dates ne conviennent pas"), [*problems, *duplicate_problems(tr("dates"), names)])
    positions = positions_by_name(known_names)
    stated_names = [known_names[positions[canonical(name)]] for name in names]
    moments = moments_of({name: section.dates[name] for name in stated_names})
    return attendance(cohort, moments, section.attends, minutes=section.minutes)


def absences_from(matrix: AttendanceMatrix, group: Iterable[str]) -> dict[str, list[SessionIn]]:
    """Return the dates that each member of a group misses, for the members who answered."""
    starts = [moment.start for moment in matrix.moments]
    missed = {
        member: [start for start, comes in zip(starts, row, strict=True) if not comes]
        for member, row in zip(matrix.answered, matrix.answers.tolist(), strict=True)
    }
    return {key: list(missed[key]) for key in group if key in missed}


def wishes_in(cohort: Cohort, section: Sessions) -> dict[str, Wish]:
    """Return the wish of each person who has one: to present early, in the middle or late."""
    wishes = section.wishes
    if wishes is None:
        return {}
    answer_of_wish: dict[Wish, str | None] = {"early": wishes.early, "middle": wishes.middle, "late": wishes.late}
    return {
        key: wish
        for wish, answer in answer_of_wish.items()
        if answer is not None
        for key in keys_with_answer(cohort, wishes.field, [answer])
    }


def urgent_in(cohort: Cohort, section: Sessions) -> list[str]:
    return keys_with_answer(cohort, section.urgent.field, section.urgent.answers) if section.urgent else []


def keys_with_answer(cohort: Cohort, field: str, answers: Iterable[str]) -> list[str]:
    """Return the keys of the people who gave one of ``answers`` to a question."""
    options = list(answers)
    return [
        key
        for people in nonempty_sides(cohort)
        if field in people.columns
        for key, has_answer in zip(people.ids, people.gave(field, options).tolist(), strict=True)
        if has_answer
    ]
