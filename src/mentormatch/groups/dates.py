"""When to meet: the dates that the most can attend, nobody missing many, about a month apart, never on days off.

Hard: the number of dates, the days between neighbours, days off, and how many sessions somebody may miss; where that is
not said, it is the fewest that can be kept for all who could themselves. Then attendance is the greatest there is, and
the gaps are as near to the middle of their range as they can be then. The engine of pairs does it; see ``chain``.
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
from mentormatch.groups.calendar import DECREED, MINUTES, ZONES, Stated, blackouts_of, days_off
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

APART = (21, 42)
"""Days between a session and the next: about a month, which is in the middle."""
MOST_NAMED = 12
ANSWERED = (Status.PROVED, Status.FEASIBLE)
TAKEN = mark("un autre rendez-vous ou une autre séance a lieu à ce moment")


@dataclass(frozen=True, slots=True)
class MomentSetAside:
    """A date on which no session is held, and why."""

    moment: SessionMoment
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class Missed:
    """The sessions that one member misses; for the team alone."""

    member: str
    names: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Missed({self.member!r}, {len(self.names)} sessions)"  # a notebook saves what it shows


@dataclass(frozen=True, repr=False, eq=False)
class Dates(SolvedResult):
    """The dates chosen, how many attend each, and what was set aside; who misses what is for the team alone."""

    kind: ClassVar[str] = "dates"
    chain: DateChain
    set_aside: tuple[MomentSetAside, ...]
    limits: AbsenceLimits
    problem: AssignmentProblem
    solution: Solution
    seed: int
    language: str
    name: str = ""
    minutes: int = MINUTES
    place: str = ""
    zone: str = PARIS
    plain: "Dates | None" = None
    group_name: int | str = ""

    def __repr__(self) -> str:
        return f"Dates({len(self.chosen)} dates, {self.status})"  # a notebook saves what it shows

    def relabel(self, labels: Labels) -> Self:
        there = self.there
        members = tuple(labels.anybody(None, key) for key in there.members)
        return replace(self, chain=replace(self.chain, there=replace(there, members=members)), plain=self)

    @property
    def title(self) -> str:
        return tr("Dates des séances")

    @property
    def there(self) -> AttendanceMatrix:
        """Who can be there when, of the dates that are no days off."""
        return self.chain.there

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Where the chosen dates stand among those that are no days off."""
        return self.chain.positions_of(self.solution.pairs) if len(self.solution.pairs) else ()

    @property
    def chosen(self) -> tuple[SessionMoment, ...]:
        """The dates chosen, in order."""
        return tuple(self.there.moments[place] for place in self.places)

    @property
    def attendance(self) -> tuple[int, ...]:
        """How many can attend each date chosen, of those who answered."""
        return tuple(self.there.answers[:, place].sum().item() for place in self.places)

    @cached_property
    def missed(self) -> tuple[Missed, ...]:
        """What each member misses who answered; for the team alone."""
        names = [self.there.moments[place].name for place in self.places]
        rows = self.there.answers[:, list(self.places)]
        return tuple(
            Missed(member, tuple(name for name, comes in zip(names, row, strict=True) if not comes))
            for member, row in zip(self.there.answered, rows.tolist(), strict=True)
        )

    @property
    def moments(self) -> tuple[tuple[date, str], ...]:
        return tuple((one.start, one.elsewhere) for one in self.chosen)

    @checked
    def on_clocks(self, zone: str, clocks: Iterable[Clock]) -> Self:
        """Return the same dates, by the clock of a time zone, and told on other clocks too."""
        return replace(self, chain=replace(self.chain, there=self.there.on_clocks(zone, clocks)), zone=zone)

    @property
    def most_missed(self) -> int:
        """How many sessions the member misses who misses the most."""
        return max((len(one.names) for one in self.missed), default=0)

    @once_spoken
    def diagnosis(self) -> tuple[str, ...]:
        """Why there are no such dates, and what would do, cheapest first; for the team alone, as it names people."""
        if self.status is not Status.INFEASIBLE:
            return ()
        return tuple(
            explain_infeasible(self.chain, self.limits, tuple(one.moment for one in self.set_aside), self.seed)
        )

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        return (*self._dates_in_words(), self.standing, *self._aside_in_words())

    def _dates_in_words(self) -> Iterator[str]:
        if not self.chosen:
            return
        yield about(counted(len(self.chosen), "séance"), f"{listed([one.words for one in self.chosen])}.")
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
            reasons = [tr("{date} ({reason})", date=day(one.moment.day), reason=one.reason) for one in self.set_aside]
            yield tr("Dates écartées : {dates}.", dates=first_of(reasons, MOST_NAMED))
        if any(moment.day > DECREED for moment in self.there.moments):
            yield tr(
                "Après le {day}, le calendrier scolaire n'est pas encore publié : ses dates sont une estimation.",
                day=day(DECREED),
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
                names=first_of(silent, MOST_NAMED),
            )

    @property
    @own_language
    def sheets(self) -> dict[str, ResultSheet]:
        dates = [("name", tr("Séance")), ("start", tr("Date")), ("attendance", tr("Présents"))]
        aside = [("name", tr("Date")), ("reason", tr("Pourquoi elle est écartée"))]
        chosen = zip(self.chosen, self.attendance, strict=True)
        return {
            "dates": sheet(dates, ((one.name, one.start.isoformat(), present) for one, present in chosen)),
            "set_aside": sheet(aside, ((one.moment.name, one.reason) for one in self.set_aside)),
        }

    @property
    @own_language
    def staff_sheets(self) -> dict[str, ResultSheet]:
        columns = [("member", tr("Membre")), ("count", tr("Absences")), ("missed", tr("Séances manquées"))]
        rows = ((one.member, len(one.names), ", ".join(one.names)) for one in self.missed)
        return {"missed": sheet(columns, rows)}

    @property
    def as_dict(self) -> dict[str, object]:
        chosen = zip(self.chosen, self.attendance, strict=True)
        return {
            "status": str(self.status),
            "dates": [{"name": one.name, "start": one.start.isoformat(), "attendance": n} for one, n in chosen],
            "most_missed": self.most_missed,
            "set_aside": [{"name": one.moment.name, "reason": one.reason} for one in self.set_aside],
        }

    @property
    def as_dict_for_staff(self) -> dict[str, object]:
        missed = [{"member": one.member, "missed": list(one.names)} for one in self.missed]
        return self.as_dict | {"missed": missed, "diagnosis": list(self.diagnosis)}


def choose_dates(  # noqa: PLR0913 - all but three are keywords
    availabilities: Mapping[str, Iterable[SessionIn] | None] | Cohort,
    candidates: Iterable[SessionIn] | Mapping[str, SessionIn],
    n: int,
    *,
    field: str | None = None,
    most_missed: int | None = None,
    apart: tuple[int, int] = APART,
    public: bool = True,
    zones: Sequence[str] = ZONES,
    blackouts: Iterable[Stated] = (),
    required: Iterable[str] = (),
    others: Iterable[Dates] = (),
    name: str = "",
    group_name: int | str = "",
    minutes: int = MINUTES,
    place: str = "",
    seed: int = 0,
    time_limit_s: float | None = None,
) -> Dates:
    """Return the ``n`` dates that the most can attend, about a month apart, on no day off.

    Parameters
    ----------
    availabilities
        The dates on which each member can be there, by their key; None for somebody who did not answer, who then
        counts neither as present nor as absent. Or those who answered a survey.
    candidates
        The dates to choose from, as ISO 8601 writes them or as Python's; or by the answer that stands for each.
    n
        How many.
    field
        Of a survey, the question whose options are the dates, or the slots of the week in which somebody can come;
        None: the one whose options name the dates, or else the one about slots.
    most_missed
        How many sessions nobody may miss more than. None: the fewest that can be; whoever would miss more than that
        whatever the dates then misses no more than they must.
    apart
        The least and the most days from a session to the next; the middle is preferred where as many can attend.
    public, zones
        Whether public holidays are days off, and the school holidays of which zones of France.
    blackouts
        The programme's own: first day, last day, and why.
    required
        The keys of members without whom no session is held, such as a facilitator: a date on which they cannot come is
        not chosen. Who of them did not answer hinders nothing.
    others
        Dates chosen before, by the same clock, for people who are needed here too: no session overlaps one of them.
    name, group_name
        What the programme is called, and the number or the name of the group: they stand in documents and calendars,
        and make the identity of events.
    minutes, place
        How long a session is, and where. Of slots of the week, somebody can come who chose every part of the day of
        which the session takes more than an hour.
    seed
        Settles what all of this leaves tied, by a keyed hash: the order of members and dates never matters.
    time_limit_s
        Seconds for each solve.

    Raises
    ------
    RequestError
        A date, a member or a zone is unknown or comes twice, a number is negative, or the package ``holidays``, of the
        extra ``calendar``, is missing.

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
    gaps = gaps_of(apart)
    if isinstance(availabilities, Cohort):
        attendances = attendance(availabilities, moments_of(candidates), field, minutes=minutes)
    else:
        attendances = availability_of(availabilities, candidates)
    days = [one.day for one in attendances.moments]
    off = days_off(days, public=public, zones=zones, blackouts=blackouts_of(blackouts))
    taken = taken_moments(attendances.moments, minutes, others)
    reasons = [tr(TAKEN) if one in taken else off.get(one.day, "") for one in attendances.moments]
    free = [place for place, one in enumerate(attendances.moments) if one not in taken]
    kept = [place for place, reason in enumerate(reasons) if not reason]
    aside = tuple(
        MomentSetAside(one, reason) for one, reason in zip(attendances.moments, reasons, strict=True) if reason
    )
    there = attendances.with_required(required)
    chain, limits = DateChain(there.take(kept), number, gaps), AbsenceLimits(most_missed, there.take(free))
    problem, solution = best(chain, most_missed, seed, time_limit_s)
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


def taken_moments(moments: Iterable[SessionMoment], minutes: int, others: Iterable[Dates]) -> set[SessionMoment]:
    """Return the moments at which a session would overlap one of other dates."""
    held = [(one, dates.minutes) for dates in others for one in dates.chosen]
    return {moment for moment in moments if any(moment.overlaps(minutes, one, long) for one, long in held)}


def choose_in_turn[T, R](
    wanted: Sequence[T],
    people: Callable[[T], Iterable[str]],
    choose: Callable[[T, Sequence[Dates]], R],
    dates_in: Callable[[R], Dates | None],
) -> list[R]:
    """Return what is chosen for each, one after another: no dates overlap those of another that needs the same person.

    If the dates chosen before leave none for one, it is put first, once, and all are chosen again. The first of these
    choices with the fewest without dates is returned. ``choose`` takes the dates chosen so far for the same ``people``;
    ``dates_in`` are the dates of what it returned, None if it found none.
    """
    order, promoted, choices = list(range(len(wanted))), set[int](), list[dict[int, R]]()
    while True:
        held, found, crowded_out = dict[str, list[Dates]](), dict[int, R](), list[int]()
        for place in order:
            who = sorted({canonical(key) for key in people(wanted[place])})
            before = [dates for key in who for dates in held.get(key, ())]
            found[place] = choose(wanted[place], before)
            dates = dates_in(found[place])
            if dates is not None:
                for key in who:
                    held.setdefault(key, []).append(dates)
            elif before and place not in promoted:
                crowded_out.append(place)
        choices.append(found)
        if not crowded_out:
            best = max(choices, key=lambda each: sum(dates_in(one) is not None for one in each.values()))
            return [best[place] for place in range(len(wanted))]
        promoted.add(crowded_out[0])
        order = [crowded_out[0], *(other for other in order if other != crowded_out[0])]


def gaps_of(apart: tuple[int, int]) -> tuple[int, int]:
    """Return the fewest and the most days between sessions; raise RequestError where they are no range."""
    least, most = map(exact_number, apart)
    if not isinstance(least, int) or not isinstance(most, int) or not 0 < least <= most:
        found = tr("de {least} à {most} jours", least=value_in_words(apart[0]), most=value_in_words(apart[1]))
        expected = tr("un minimum d'un jour au moins, puis un maximum")
        raise RequestError(tr("Cet écart ne convient pas"), [Problem(tr("écart"), found, expected)])
    return least, most


def best(
    chain: DateChain, most_missed: int | None, seed: int, time_limit_s: float | None
) -> tuple[AssignmentProblem, Solution]:
    """Return the problem and its solution; without a limit on what people miss, with the fewest that can be kept."""
    tried = ((problem, solve(problem, seed=seed, time_limit_s=time_limit_s)) for problem in to_try(chain, most_missed))
    found = next(tried)
    while found[1].status is Status.INFEASIBLE and (fewer := next(tried, None)) is not None:
        found = fewer
    return found


def to_try(chain: DateChain, most_missed: int | None) -> Iterator[AssignmentProblem]:
    """Yield one problem after the other, until one has a solution."""
    yield from map(chain.pose, bounds_to_try(chain, most_missed))


def bounds_to_try(chain: DateChain, most_missed: int | None) -> Iterator[IntVector]:
    """Yield (k,) int64: what each may miss at most, one bound after the other until one can be kept."""
    answered = len(chain.there.answers)
    if most_missed is not None:
        yield np.full(answered, most_missed, dtype=np.int64)
        return
    alone = chain.fewest_missed()
    if alone is None:
        yield np.full(answered, chain.number, dtype=np.int64)
        return
    for most in range(chain.number + 1):
        yield np.maximum(alone, most)
