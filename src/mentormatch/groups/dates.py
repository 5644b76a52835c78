"""Session dates: hard bounds on gaps and absences, then maximum attendance, then even gaps.

Hard constraints are the number of dates, the days between neighbours, days off, and the maximum number of absences per
member (by default the smallest that is feasible; members who cannot keep it get the fewest absences they can have).
Maximum attendance comes next, then gaps as close as possible to the middle of their range. The dates are solved as an
assignment problem, see ``date_chain``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.base.arguments import checked
from mentormatch.base.arrays import IntVector
from mentormatch.base.scalars import exact_number, seed_number, value_in_words, whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.names import Labels, first_of
from mentormatch.explanation.tables import ResultSheet, sheet
from mentormatch.fields.clock import PARIS, Clock
from mentormatch.groups.calendar import (
    LAST_DECREED_DAY,
    SCHOOL_ZONES,
    SESSION_MINUTES,
    BlackoutInput,
    blackouts_of,
    days_off,
)
from mentormatch.groups.date_chain import AbsenceLimits, DateChain, explain_infeasible
from mentormatch.groups.inputs import (
    AttendanceMatrix,
    SessionIn,
    SessionMoment,
    attendance,
    availability_of,
    moments_of,
)
from mentormatch.groups.result import SolvedResult
from mentormatch.languages.phrases import about, counted, day, listed
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, once_spoken, own_language, spoken, tr, tr_n
from mentormatch.people.cohort import Cohort

DEFAULT_GAP_DAYS = (21, 42)  # between neighbouring sessions: the middle is about a month
MAX_NAMED = 12  # members or dates in one sentence
TAKEN_TEXT = mark("un autre rendez-vous ou une autre séance a lieu à ce moment")


@dataclass(frozen=True, slots=True)
class MomentSetAside:
    """A date on which no session can take place, and the reason."""

    moment: SessionMoment
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class MemberAbsences:
    """The sessions that one member misses; confidential to staff."""

    member: str
    names: tuple[str, ...]

    def __repr__(self) -> str:
        return f"MemberAbsences({self.member!r}, {len(self.names)} sessions)"  # without dates: notebooks save output


@dataclass(frozen=True, repr=False, eq=False)
class Dates(SolvedResult):
    """The chosen dates, the attendance of each, and excluded dates; absences by member are confidential to staff."""

    kind: ClassVar[str] = "dates"
    chain: DateChain
    set_aside: tuple[MomentSetAside, ...]
    limits: AbsenceLimits
    problem: AssignmentProblem
    solution: Solution
    seed: int
    language: str
    name: str = ""
    minutes: int = SESSION_MINUTES
    place: str = ""
    zone: str = PARIS
    plain: "Dates | None" = None
    group_name: int | str = ""

    def __repr__(self) -> str:
        return f"Dates({len(self.chosen)} dates, {self.status})"  # notebooks save the output

    def relabel(self, labels: Labels) -> Self:
        attendance = self.there
        members = tuple(labels.anybody(None, key) for key in attendance.members)
        return replace(self, chain=replace(self.chain, attendance=replace(attendance, members=members)), plain=self)

    @property
    def title(self) -> str:
        return tr("Dates des séances")

    @property
    def there(self) -> AttendanceMatrix:
        """The attendance of all members on all dates that are not excluded."""
        return self.chain.attendance

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The positions of the chosen dates among the dates that are not excluded."""
        return self.chain.positions_of(self.solution.pairs) if len(self.solution.pairs) else ()

    @property
    def chosen(self) -> tuple[SessionMoment, ...]:
        """The dates chosen, in order."""
        return tuple(self.there.moments[position] for position in self.places)

    @property
    def attendance(self) -> tuple[int, ...]:
        """The number of members with an answer who can attend each chosen date."""
        return tuple(self.there.answers[:, position].sum().item() for position in self.places)

    @cached_property
    def missed(self) -> tuple[MemberAbsences, ...]:
        """The absences of each member who answered; confidential to staff."""
        names = [self.there.moments[position].name for position in self.places]
        rows = self.there.answers[:, list(self.places)]
        return tuple(
            MemberAbsences(member, tuple(name for name, comes in zip(names, row, strict=True) if not comes))
            for member, row in zip(self.there.answered, rows.tolist(), strict=True)
        )

    @property
    def moments(self) -> tuple[tuple[date, str], ...]:
        return tuple((moment.start, moment.elsewhere) for moment in self.chosen)

    @checked
    def on_clocks(self, zone: str, clocks: Iterable[Clock]) -> Self:
        """Return the same dates in the local time of ``zone``, shown in the local times of ``clocks`` too."""
        attendance = self.there.on_clocks(zone, clocks)
        return replace(self, chain=replace(self.chain, attendance=attendance), zone=zone)

    @property
    def most_missed(self) -> int:
        """The maximum number of sessions that a member misses."""
        return max((len(absences.names) for absences in self.missed), default=0)

    @once_spoken
    def diagnosis(self) -> tuple[str, ...]:
        """The reasons for infeasibility, and sufficient changes; empty unless infeasible.

        Sentences name people: confidential to staff.
        """
        if self.status is not Status.INFEASIBLE:
            return ()
        return tuple(
            explain_infeasible(
                self.chain, self.limits, tuple(excluded.moment for excluded in self.set_aside), self.seed
            )
        )

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        return (*self._dates_in_words(), self.standing, *self._aside_in_words())

    def _dates_in_words(self) -> Iterator[str]:
        if not self.chosen:
            return
        yield about(counted(len(self.chosen), "séance"), f"{listed([moment.words for moment in self.chosen])}.")
        if not self.there.answered:
            yield tr("Personne n'a dit ses disponibilités : on ne sait pas qui vient.")
            return
        if not self.most_missed:
            yield (
                tr("Toutes les personnes qui ont dit leurs disponibilités sont à toutes les séances.")
                if self.there.silent
                else tr("Tout le monde est à toutes les séances.")
            )
            return
        yield tr(
            "La moins suivie réunit {least} sur {all} ; personne n'en manque plus de {missed}.",
            least=counted(min(self.attendance), "personne"),
            all=len(self.there.answers),
            missed=self.most_missed,
        )

    def _aside_in_words(self) -> Iterator[str]:
        if self.set_aside:
            reasons = [
                tr("{date} ({reason})", date=day(excluded.moment.day), reason=excluded.reason)
                for excluded in self.set_aside
            ]
            yield tr("Dates écartées : {dates}.", dates=first_of(reasons, MAX_NAMED))
        if any(moment.day > LAST_DECREED_DAY for moment in self.there.moments):
            yield tr(
                "Après le {day}, le calendrier scolaire n'est pas encore publié : ses dates sont une estimation.",
                day=day(LAST_DECREED_DAY),
            )

    @property
    @own_language
    def staff_sentences(self) -> tuple[str, ...]:
        return (*self.diagnosis, *self._unavailable_in_words(), *self._silent_in_words())

    def _unavailable_in_words(self) -> Iterator[str]:
        unavailable = self.there.unavailable
        if unavailable and self.there.moments:
            yield tr_n(
                "{names} ne peut venir à aucune des dates possibles.",
                "{number} personnes ne peuvent venir à aucune des dates possibles : {names}.",
                len(unavailable),
                number=len(unavailable),
                names=listed(unavailable),
            )

    def _silent_in_words(self) -> Iterator[str]:
        silent = self.there.silent
        if silent:
            yield tr_n(
                "{names} n'a pas dit ses disponibilités, et ne compte pas.",
                "{number} personnes n'ont pas dit leurs disponibilités, et ne comptent pas : {names}.",
                len(silent),
                number=len(silent),
                names=first_of(silent, MAX_NAMED),
            )

    @property
    @own_language
    def sheets(self) -> dict[str, ResultSheet]:
        dates = [("name", tr("Séance")), ("start", tr("Date")), ("attendance", tr("Présents"))]
        aside = [("name", tr("Date")), ("reason", tr("Pourquoi elle est écartée"))]
        counts = zip(self.chosen, self.attendance, strict=True)
        return {
            "dates": sheet(dates, ((moment.name, moment.start.isoformat(), count) for moment, count in counts)),
            "set_aside": sheet(aside, ((excluded.moment.name, excluded.reason) for excluded in self.set_aside)),
        }

    @property
    @own_language
    def staff_sheets(self) -> dict[str, ResultSheet]:
        columns = [("member", tr("Membre")), ("count", tr("Absences")), ("missed", tr("Séances manquées"))]
        rows = ((absences.member, len(absences.names), ", ".join(absences.names)) for absences in self.missed)
        return {"missed": sheet(columns, rows)}

    @property
    def as_dict(self) -> dict[str, object]:
        counts = zip(self.chosen, self.attendance, strict=True)
        return {
            "status": str(self.status),
            "dates": [
                {"name": moment.name, "start": moment.start.isoformat(), "attendance": count}
                for moment, count in counts
            ],
            "most_missed": self.most_missed,
            "set_aside": [{"name": excluded.moment.name, "reason": excluded.reason} for excluded in self.set_aside],
        }

    @property
    def as_dict_for_staff(self) -> dict[str, object]:
        missed = [{"member": absences.member, "missed": list(absences.names)} for absences in self.missed]
        return self.as_dict | {"missed": missed, "diagnosis": list(self.diagnosis)}


def choose_dates(  # noqa: PLR0913 - all but three are keywords
    availabilities: Mapping[str, Iterable[SessionIn] | None] | Cohort,
    candidates: Iterable[SessionIn] | Mapping[str, SessionIn],
    n: int,
    *,
    field: str | None = None,
    most_missed: int | None = None,
    apart: tuple[int, int] = DEFAULT_GAP_DAYS,
    public: bool = True,
    zones: Sequence[str] = SCHOOL_ZONES,
    blackouts: Iterable[BlackoutInput] = (),
    required: Iterable[str] = (),
    others: Iterable[Dates] = (),
    name: str = "",
    group_name: int | str = "",
    minutes: int = SESSION_MINUTES,
    place: str = "",
    seed: int = 0,
    time_limit_s: float | None = None,
) -> Dates:
    """Return ``n`` dates with the greatest attendance, about a month apart, on no day off.

    Parameters
    ----------
    availabilities
        The dates that each member can attend, by their key; None for a member who did not answer and counts neither as
        present nor as absent. Alternatively, a cohort read from a survey.
    candidates
        The possible dates, in ISO 8601 or as Python dates; or a mapping from the answers of the survey to these dates.
    n
        The number of dates.
    field
        The question of a survey whose options are the dates, or the weekly slots in which people are free; None: the
        question whose options name the dates, or else the one about slots.
    most_missed
        The maximum number of absences per member. None: the smallest feasible number; a member who would exceed it
        on any dates gets the fewest absences they can have.
    apart
        The minimum and maximum days between neighbouring sessions; the middle is preferred at equal attendance.
    public, zones
        Whether public holidays are days off, and the zones of France whose school holidays are.
    blackouts
        The black-outs of the programme: first day, last day, and the reason.
    required
        The keys of members, such as a facilitator, whose absence excludes a date. Members among them who did not
        answer exclude no date.
    others
        Dates chosen before, in the same local time, for people who are needed here too: no session overlaps them.
    name, group_name
        The name of the programme, and the number or name of the group: they appear in documents and calendars, and
        identify events.
    minutes, place
        The duration and place of a session. For weekly slots, a person is free if they chose every part of the day of
        which the session takes more than an hour.
    seed
        Breaks remaining ties by a keyed hash: the order of members and dates does not matter.
    time_limit_s
        Seconds for each solve.

    Raises
    ------
    RequestError
        A date, member or zone is unknown or repeated, a number is negative, or the package ``holidays``, of the extra
        ``calendar``, is missing.

    See Also
    --------
    schedule_turns : who presents when.
    choose_topics : what the sessions are about.

    Examples
    --------
    >>> dates = choose_dates(
    ...     {"A": ["2026-09-15", "2026-10-13"], "B": ["2026-09-22", "2026-10-13"], "C": ["2026-09-15"]},
    ...     ["2026-09-15", "2026-09-22", "2026-10-13", "2026-11-11"],
    ...     2,
    ... )
    >>> [moment.name for moment in dates.chosen], dates.attendance, dates.most_missed
    (['2026-09-15', '2026-10-13'], (2, 2), 1)
    """
    number, seed = whole_number(tr("séances"), n), seed_number(seed)
    if most_missed is not None:
        most_missed = whole_number(tr("absences"), most_missed)
    gaps = check_gap(apart)
    if isinstance(availabilities, Cohort):
        attendances = attendance(availabilities, moments_of(candidates), field, minutes=minutes)
    else:
        attendances = availability_of(availabilities, candidates)
    days = [moment.day for moment in attendances.moments]
    off = days_off(days, public=public, zones=zones, blackouts=blackouts_of(blackouts))
    busy = overlapping_moments(attendances.moments, minutes, others)
    reasons = [tr(TAKEN_TEXT) if moment in busy else off.get(moment.day, "") for moment in attendances.moments]
    free = [position for position, moment in enumerate(attendances.moments) if moment not in busy]
    open_dates = [position for position, reason in enumerate(reasons) if not reason]
    aside = tuple(
        MomentSetAside(moment, reason) for moment, reason in zip(attendances.moments, reasons, strict=True) if reason
    )
    matrix = attendances.with_required(required)
    chain, limits = DateChain(matrix.take(open_dates), number, gaps), AbsenceLimits(most_missed, matrix.take(free))
    problem, solution = solve_dates(chain, most_missed, seed, time_limit_s)
    return Dates(
        chain,
        aside,
        limits,
        problem,
        solution,
        seed,
        spoken(),
        name,
        minutes,
        place,
        attendances.zone,
        group_name=group_name,
    )


def overlapping_moments(
    moments: Iterable[SessionMoment], minutes: int, previous: Iterable[Dates]
) -> set[SessionMoment]:
    """Return the moments at which a session of ``minutes`` would overlap a session of ``previous`` dates."""
    sessions = [(session, dates.minutes) for dates in previous for session in dates.chosen]
    return {
        moment
        for moment in moments
        if any(moment.overlaps(minutes, session, duration) for session, duration in sessions)
    }


def choose_in_turn[T, R](
    items: Sequence[T],
    people: Callable[[T], Iterable[str]],
    choose: Callable[[T, Sequence[Dates]], R],
    dates_in: Callable[[R], Dates | None],
) -> list[R]:
    """Return the choice for each item, one after another, without overlaps of dates for the same person.

    If earlier choices leave no dates for an item, it moves to the front, once, and all are chosen again. The result is
    the first of these rounds with the fewest items without dates. ``choose`` takes an item and the dates chosen so far
    for its ``people``; ``dates_in`` returns the dates of a choice, None if there are none.
    """
    order, promoted, choices = list(range(len(items))), set[int](), list[dict[int, R]]()
    while True:
        dates_by_key, round_choices, crowded_out = dict[str, list[Dates]](), dict[int, R](), list[int]()
        for position in order:
            keys = sorted({canonical(key) for key in people(items[position])})
            before = [dates for key in keys for dates in dates_by_key.get(key, ())]
            round_choices[position] = choose(items[position], before)
            dates = dates_in(round_choices[position])
            if dates is not None:
                for key in keys:
                    dates_by_key.setdefault(key, []).append(dates)
            elif before and position not in promoted:
                crowded_out.append(position)
        choices.append(round_choices)
        if not crowded_out:
            best = max(choices, key=lambda by_item: sum(dates_in(choice) is not None for choice in by_item.values()))
            return [best[position] for position in range(len(items))]
        promoted.add(crowded_out[0])
        order = [crowded_out[0], *(position for position in order if position != crowded_out[0])]


def check_gap(apart: tuple[int, int]) -> tuple[int, int]:
    """Return the minimum and maximum days between sessions. Raises RequestError unless 0 < minimum <= maximum."""
    min_days, max_days = map(exact_number, apart)
    if not isinstance(min_days, int) or not isinstance(max_days, int) or not 0 < min_days <= max_days:
        range_text = tr("de {least} à {most} jours", least=value_in_words(apart[0]), most=value_in_words(apart[1]))
        expected = tr("un minimum d'un jour au moins, puis un maximum")
        raise RequestError(tr("Cet écart ne convient pas"), [Problem(tr("écart"), range_text, expected)])
    return min_days, max_days


def solve_dates(
    chain: DateChain, most_missed: int | None, seed: int, time_limit_s: float | None
) -> tuple[AssignmentProblem, Solution]:
    """Return the problem and its solution; if absences have no limit, with the smallest feasible one."""
    problems = map(chain.formulate, bounds_to_try(chain, most_missed))
    attempts = ((problem, solve(problem, seed=seed, time_limit_s=time_limit_s)) for problem in problems)
    attempt = next(attempts)
    while attempt[1].status is Status.INFEASIBLE and (looser := next(attempts, None)) is not None:
        attempt = looser
    return attempt


def bounds_to_try(chain: DateChain, most_missed: int | None) -> Iterator[IntVector]:
    """Yield (k,) int64: bounds on each member's absences, to be tried in order, tightest first."""
    answered = len(chain.attendance.answers)
    if most_missed is not None:
        yield np.full(answered, most_missed, dtype=np.int64)
        return
    fewest = chain.fewest_missed()
    if fewest is None:
        yield np.full(answered, chain.number, dtype=np.int64)
        return
    for limit in range(chain.number + 1):
        yield np.maximum(fewest, limit)
