"""Dates about a month apart as an assignment on a chain of dates; and why none are as asked.

A path through dates as an assignment of successors (path cover of an acyclic graph): row d is matched with the date
that follows d, or with column d where d is not chosen; one more row leads to the first date, one more column ends the
last. As time only goes forward there are no cycles, so the chosen pairs are one path. Bounds are side constraints: all
dates but n are not chosen, and of the dates that a member misses, all but a few are not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import BoolMatrix, IntVector
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.irreducible_subset import deletion_filter
from mentormatch.explanation.names import first_of
from mentormatch.groups.inputs import AttendanceMatrix, SessionMoment
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import tr, tr_n

UNREACHABLE = -(1 << 30)
"""Less than any number of sessions."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class DateChain(ContentEquality):
    """What is asked: so many of the dates of ``there``, from ``apart[0]`` to ``apart[1]`` days between neighbours."""

    there: AttendanceMatrix
    number: int
    apart: tuple[int, int]

    def __repr__(self) -> str:
        return f"Chain({self.number} of {self.there!r})"

    @property
    def days(self) -> IntVector:
        """Return (m,) int64: the day of each date."""
        return np.array([moment.day.toordinal() for moment in self.there.moments], dtype=np.int64)

    @property
    def gaps(self) -> NDArray[np.int64]:
        """Return (m, m) int64: the days from each date to each other."""
        return self.days[None, :] - self.days[:, None]

    @property
    def follows(self) -> BoolMatrix:
        """Return (m, m) bool: which date may follow which."""
        least, most = self.apart
        return (self.gaps >= max(least, 1)) & (self.gaps <= most)

    def pose(self, most_missed: IntVector) -> AssignmentProblem:
        """Return the problem; ``most_missed`` (k,) is how many sessions each of those who answered may miss.

        Required members may miss none, whatever it says.
        """
        problem = AssignmentProblem.from_scores(
            self._scores(), self._successors(), mentor_minimum=1, mentee_minimum=1, goals=("total",)
        )
        names = [f"d{moment.name}" for moment in self.there.moments]
        rows = (self._count(), *self._misses(np.where(self.there.is_required, 0, most_missed)))
        return replace(problem, rows=rows, mentor_keys=(*names, "first"), mentee_keys=(*names, "last"))

    def _successors(self) -> BoolMatrix:
        """Return (m + 1, m + 1) bool: successors, dates left out, the first date and the last."""
        m = len(self.there.moments)
        allowed = np.zeros((m + 1, m + 1), dtype=bool)
        allowed[:m, :m] = self.follows | np.eye(m, dtype=bool)
        allowed[m, :m] = allowed[:m, m] = self.number > 0
        allowed[m, m] = self.number == 0
        return allowed

    def _scores(self) -> NDArray[np.int64]:
        """Return (m + 1, m + 1) int64: who attends a date, above all that gaps can be off the middle of their range."""
        m = len(self.there.moments)
        uneven = np.where(self.follows, np.abs(2 * self.gaps - sum(self.apart)), 0)
        # One member more outweighs all gaps together
        step = int(uneven.max(initial=0)) * max(self.number - 1, 0) + 1
        scores = np.zeros((m + 1, m + 1), dtype=np.int64)
        scores[:, :m] = self.there.answers.sum(axis=0) * step
        scores[:m, :m] -= uneven
        np.fill_diagonal(scores, 0)
        return scores

    def _count(self) -> Row:
        """Return the row by which exactly ``number`` dates are chosen."""
        m = len(self.there.moments)
        weights = np.diag([1] * m + [0]).astype(np.int64)
        return Row("number", weights, least=m - self.number, most=m - self.number)

    def _misses(self, most_missed: IntVector) -> tuple[Row, ...]:
        """Return the rows that keep, of the dates that somebody misses, all but a few out of the chain."""
        missing = ~self.there.answers
        return tuple(
            Row(f"p{person}", np.diag([*absent, False]).astype(np.int64), least=int(absent.sum() - most))
            for person, (absent, most) in enumerate(zip(missing, most_missed, strict=True))
            if absent.sum() > most
        )

    def positions_of(self, pairs: NDArray[np.int64]) -> tuple[int, ...]:
        """Return where the chosen dates stand."""
        last = len(self.there.moments)
        return tuple(sorted(to for origin, to in pairs.tolist() if to not in (origin, last)))

    def fewest_missed(self) -> IntVector | None:
        """Return (k,) int64: the fewest sessions that each member can miss, alone; None where no chain is so long.

        Dynamic programming over the length of the chain and its last date (Bellman).
        """
        if self.number == 0:
            return np.zeros(len(self.there.answers), dtype=np.int64)
        follows, present = self.follows, self.there.answers.astype(np.int64)
        best = np.vstack([present, np.zeros((1, present.shape[1]), dtype=np.int64)])
        worth = best.copy()
        for _ in range(self.number - 1):
            # The best chain of one date less that ends before each date
            before = [best[:, come].max(axis=1, initial=UNREACHABLE) for come in follows.T]
            best = worth + np.column_stack(before) if before else best
        reached = best.max(axis=1, initial=UNREACHABLE)
        return None if reached[-1] < 0 else self.number - reached[:-1]

    def longest(self) -> int:
        """Return the length of the longest chain, by dynamic programming in the order of time."""
        lengths = np.ones(len(self.there.moments), dtype=np.int64)
        for place, come in enumerate(self.follows.T):
            # Dates are in order of time, so all that come before are done
            lengths[place] += lengths[come].max(initial=0)
        return int(lengths.max(initial=0))


MOST_NAMED = 8
WIDEN_DAYS = 7  # gaps are widened by so many days at a time
MAX_WIDENINGS = 8


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class AbsenceLimits(ContentEquality):
    """What was asked besides the chain: ``most_missed``, None for the fewest; all dates, those set aside included."""

    most_missed: int | None
    everything: AttendanceMatrix

    def bounds(self, chain: DateChain, most: int | None = None) -> IntVector:
        """Return (k,) int64: what each may miss at most; nothing for a required member."""
        allowed = self.most_missed if most is None else most
        limit = chain.number if allowed is None else allowed
        return np.where(chain.there.is_required, 0, np.full(len(chain.there.answers), limit, dtype=np.int64))


def explain_infeasible(
    chain: DateChain, limits: AbsenceLimits, set_aside: Sequence[SessionMoment], seed: int
) -> Iterator[str]:
    """Yield in words what stands in the way, then what would do."""
    yield from obstacles(chain, limits)
    yield from ways_out(chain, limits, set_aside)


def obstacles(chain: DateChain, limits: AbsenceLimits) -> Iterator[str]:
    """Yield what cannot be: too few dates far enough apart; members who miss too many; members who do together."""
    if chain.longest() < chain.number:
        yield too_few_dates_text(chain)
        return
    alone, bounds = chain.fewest_missed(), limits.bounds(chain)
    if alone is None or (bounds == chain.number).all():
        return
    rows = zip(chain.there.answered, alone, bounds, chain.there.is_required, strict=True)
    over = [(member, int(least), required) for member, least, most, required in rows if least > most]
    for member, least, required in over:
        missed = counted(least, "séance")
        if required:
            yield tr(
                "{member} doit être à chaque séance et en manque {number} au moins, quelles que soient les dates.",
                member=member,
                number=least,
            )
        else:
            yield tr("{member} manque {missed} au moins, quelles que soient les dates.", member=member, missed=missed)
    if not over:
        yield conflicting_members_text(chain, limits)


def too_few_dates_text(chain: DateChain) -> str:
    """Return in words that no chain of dates is as long as asked."""
    least, most = chain.apart
    return tr(
        "Parmi {dates}, on ne peut pas en garder {number} avec {least} à {most} jours de l'une à la suivante : "
        "{longest} au plus.",
        dates=counted(len(chain.there.moments), "date possible", "dates possibles"),
        number=chain.number,
        least=least,
        most=most,
        longest=chain.longest(),
    )


def conflicting_members_text(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return in words which members cannot all be kept from missing more; whichever is left out, the others can."""

    def is_infeasible(people: Sequence[int]) -> bool:
        some = restricted_to(chain, people)
        return not is_feasible(some, limits.bounds(some))

    kept = deletion_filter(range(len(chain.there.answers)), is_infeasible)
    names = first_of([chain.there.answered[person] for person in kept], MOST_NAMED)
    missed = counted(int(limits.bounds(restricted_to(chain, kept)).min(initial=chain.number)) + 1, "séance")
    return tr(
        "Quelles que soient les dates, quelqu'un parmi {names} manque {missed} au moins.", names=names, missed=missed
    )


def restricted_to(chain: DateChain, people: Sequence[int]) -> DateChain:
    """Return the same question for some of those who answered."""
    there = chain.there
    members = tuple(there.answered[person] for person in people)
    required = tuple(np.flatnonzero(there.is_required[list(people)]).tolist())
    known, present = np.ones(len(members), dtype=bool), there.answers[list(people)]
    return replace(chain, there=replace(there, members=members, present=present, known=known, required=required))


def is_feasible(chain: DateChain, bounds: IntVector) -> bool:
    """Return whether there are such dates."""
    problem = replace(chain.pose(bounds), goals=("matched",))
    return solve(problem, proofs="none").status in (Status.PROVED, Status.FEASIBLE)


def ways_out(chain: DateChain, limits: AbsenceLimits, set_aside: Sequence[SessionMoment]) -> Iterator[str]:
    """Yield each change that alone would do."""
    yield from (
        way
        for way in (
            more_absences_text(chain, limits),
            wider_gap_text(chain, limits),
            fewer_sessions_text(chain, limits),
        )
        if way
    )
    whole = replace(chain, there=limits.everything)
    if set_aside and is_feasible(whole, limits.bounds(whole)):
        yield tr_n(
            "Il suffirait de rouvrir la date écartée.",
            "Il suffirait de rouvrir des dates écartées.",
            len(set_aside),
        )


def more_absences_text(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return how many absences would do, empty where none would."""
    if limits.most_missed is None:
        return ""
    for most in range(limits.most_missed + 1, chain.number + 1):
        if is_feasible(chain, limits.bounds(chain, most)):
            absences = counted(most, "absence")
            return tr("Il suffirait d'accepter {absences} par personne au plus.", absences=absences)
    return ""


def wider_gap_text(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return how far apart sessions would have to be, empty where so much does not do."""
    least, most = chain.apart
    for weeks in range(1, MAX_WIDENINGS + 1):
        apart = (max(1, least - weeks * WIDEN_DAYS), most + weeks * WIDEN_DAYS)
        if is_feasible(replace(chain, apart=apart), limits.bounds(chain)):
            return tr(
                "Il suffirait d'accepter de {least} à {most} jours entre deux séances.", least=apart[0], most=apart[1]
            )
    return ""


def fewer_sessions_text(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return how many sessions there could be, empty where there could be none."""
    for number in range(chain.number - 1, 0, -1):
        shorter = replace(chain, number=number)
        if is_feasible(shorter, limits.bounds(shorter)):
            return tr("Il suffirait de s'en tenir à {sessions}.", sessions=counted(number, "séance"))
    return ""
