"""Session dates as an assignment of successors to dates, and the reasons if there is no solution.

A path through dates is an assignment (path cover of an acyclic graph): row d is matched with the date that follows d,
or with column d if d is not chosen. An additional row leads to the first date, and an additional column follows the
last date. Time only goes forward, so there are no cycles and the chosen pairs form one path. Bounds are side
constraints: all dates but ``number`` are not chosen, and neither are most of the dates that a member misses.
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


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class DateChain(ContentEquality):
    """The choice of ``number`` dates, ``gap_days[0]`` (at least 1) to ``gap_days[1]`` days between neighbours."""

    attendance: AttendanceMatrix
    number: int
    gap_days: tuple[int, int]

    def __repr__(self) -> str:
        return f"DateChain({self.number} of {self.attendance!r})"

    @property
    def days(self) -> IntVector:
        """(m,) int64: the ordinal day of each date."""
        return np.array([moment.day.toordinal() for moment in self.attendance.moments], dtype=np.int64)

    @property
    def gaps(self) -> NDArray[np.int64]:
        """(m, m) int64: the days from each row's date to each column's date."""
        return self.days[None, :] - self.days[:, None]

    @property
    def follows(self) -> BoolMatrix:
        """(m, m) bool: whether the column's date may follow the row's date."""
        min_days, max_days = self.gap_days
        return (self.gaps >= max(min_days, 1)) & (self.gaps <= max_days)

    def formulate(self, most_missed: IntVector) -> AssignmentProblem:
        """Return the problem; ``most_missed`` (k,) bounds the absences of each member who answered.

        Required members may miss no session, whatever their bound.
        """
        problem = AssignmentProblem.from_scores(
            self._scores(), self._successors(), mentor_minimum=1, mentee_minimum=1, goals=("total",)
        )
        names = [f"d{moment.name}" for moment in self.attendance.moments]
        rows = (self._count(), *self._misses(np.where(self.attendance.is_required, 0, most_missed)))
        return replace(problem, rows=rows, mentor_keys=(*names, "first"), mentee_keys=(*names, "last"))

    def _successors(self) -> BoolMatrix:
        """Return (m + 1, m + 1) bool: the pairs of a date and its successor, see the module."""
        m = len(self.attendance.moments)
        allowed = np.zeros((m + 1, m + 1), dtype=bool)
        allowed[:m, :m] = self.follows | np.eye(m, dtype=bool)
        allowed[m, :m] = allowed[:m, m] = self.number > 0
        allowed[m, m] = self.number == 0
        return allowed

    def _scores(self) -> NDArray[np.int64]:
        """Return (m + 1, m + 1) int64: attendance first, then how close gaps are to the middle of their range."""
        m = len(self.attendance.moments)
        uneven = np.where(self.follows, np.abs(2 * self.gaps - sum(self.gap_days)), 0)
        # One more attendance outweighs all gaps together
        weight = int(uneven.max(initial=0)) * max(self.number - 1, 0) + 1
        scores = np.zeros((m + 1, m + 1), dtype=np.int64)
        scores[:, :m] = self.attendance.answers.sum(axis=0) * weight
        scores[:m, :m] -= uneven
        np.fill_diagonal(scores, 0)
        return scores

    def _count(self) -> Row:
        """Return the row that requires exactly ``number`` dates."""
        m = len(self.attendance.moments)
        weights = np.diag([1] * m + [0]).astype(np.int64)
        return Row("number", weights, least=m - self.number, most=m - self.number)

    def _misses(self, most_missed: IntVector) -> tuple[Row, ...]:
        """Return the rows that bound each member's absences; none for members whose bound cannot be exceeded."""
        absences = ~self.attendance.answers
        return tuple(
            Row(f"p{person}", np.diag([*is_absent, False]).astype(np.int64), least=int(is_absent.sum() - limit))
            for person, (is_absent, limit) in enumerate(zip(absences, most_missed, strict=True))
            if is_absent.sum() > limit
        )

    def positions_of(self, pairs: NDArray[np.int64]) -> tuple[int, ...]:
        """Return the positions of the chosen dates, ascending."""
        end = len(self.attendance.moments)
        return tuple(sorted(successor for date, successor in pairs.tolist() if successor not in (date, end)))

    def fewest_missed(self) -> IntVector | None:
        """Return (k,) int64: the fewest absences possible for each member; None if no chain is long enough.

        Dynamic programming over the length of the chain and its last date (Bellman).
        """
        if self.number == 0:
            return np.zeros(len(self.attendance.answers), dtype=np.int64)
        unreachable = -(1 << 30)  # below any number of sessions
        follows, present = self.follows, self.attendance.answers.astype(np.int64)
        best = np.vstack([present, np.zeros((1, present.shape[1]), dtype=np.int64)])
        attended = best.copy()
        for _ in range(self.number - 1):
            # The best chain with one date fewer that ends before each date
            before = [best[:, precedes].max(axis=1, initial=unreachable) for precedes in follows.T]
            best = attended + np.column_stack(before) if before else best
        reached = best.max(axis=1, initial=unreachable)
        return None if reached[-1] < 0 else self.number - reached[:-1]

    def longest(self) -> int:
        """Return the length of the longest chain, by dynamic programming in the order of time."""
        lengths = np.ones(len(self.attendance.moments), dtype=np.int64)
        for position, precedes in enumerate(self.follows.T):
            # Dates are in order of time, so the lengths of all predecessors are final
            lengths[position] += lengths[precedes].max(initial=0)
        return int(lengths.max(initial=0))


MAX_NAMED = 8  # members in one sentence
WIDEN_DAYS = 7  # by which a range of gaps is widened per attempt
MAX_WIDENINGS = 8


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class AbsenceLimits(ContentEquality):
    """Bounds on absences: ``most_missed`` (None: as few as possible), and all dates, including excluded ones."""

    most_missed: int | None
    all_dates: AttendanceMatrix

    def bounds(self, chain: DateChain, limit: int | None = None) -> IntVector:
        """Return (k,) int64: the maximum absences of each member who answered, 0 if required.

        Otherwise ``limit``, or ``most_missed`` if ``limit`` is None; the number of sessions if both are None.
        """
        absences = self.most_missed if limit is None else limit
        most = chain.number if absences is None else absences
        return np.where(chain.attendance.is_required, 0, np.full(len(chain.attendance.answers), most, dtype=np.int64))


def explain_infeasible(
    chain: DateChain, limits: AbsenceLimits, set_aside: Sequence[SessionMoment], seed: int
) -> Iterator[str]:
    """Yield the obstacles, then the single changes that would suffice, as sentences."""
    yield from obstacles(chain, limits)
    yield from ways_out(chain, limits, set_aside)


def obstacles(chain: DateChain, limits: AbsenceLimits) -> Iterator[str]:
    """Yield the reasons for infeasibility: no chain of this length, too many absences, or members in conflict."""
    if chain.longest() < chain.number:
        yield too_few_dates_text(chain)
        return
    fewest, bounds = chain.fewest_missed(), limits.bounds(chain)
    if fewest is None or (bounds == chain.number).all():
        return
    rows = zip(chain.attendance.answered, fewest, bounds, chain.attendance.is_required, strict=True)
    exceeding = [
        (member, int(missed_count), required) for member, missed_count, limit, required in rows if missed_count > limit
    ]
    for member, missed_count, required in exceeding:
        absences = counted(missed_count, "séance")
        if required:
            yield tr(
                "{member} doit être à chaque séance et en manque {number} au moins, quelles que soient les dates.",
                member=member,
                number=missed_count,
            )
        else:
            yield tr("{member} manque {missed} au moins, quelles que soient les dates.", member=member, missed=absences)
    if not exceeding:
        yield conflicting_members_text(chain, limits)


def too_few_dates_text(chain: DateChain) -> str:
    min_days, max_days = chain.gap_days
    return tr(
        "Parmi {dates}, on ne peut pas en garder {number} avec {least} à {most} jours de l'une à la suivante : "
        "{longest} au plus.",
        dates=counted(len(chain.attendance.moments), "date possible", "dates possibles"),
        number=chain.number,
        least=min_days,
        most=max_days,
        longest=chain.longest(),
    )


def conflicting_members_text(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return a sentence with an irreducible set of members whose absences cannot all be within the limit."""

    def is_infeasible(people: Sequence[int]) -> bool:
        subproblem = restricted_to(chain, people)
        return not is_feasible(subproblem, limits.bounds(subproblem))

    conflict = deletion_filter(range(len(chain.attendance.answers)), is_infeasible)
    names = first_of([chain.attendance.answered[person] for person in conflict], MAX_NAMED)
    missed = counted(int(limits.bounds(restricted_to(chain, conflict)).min(initial=chain.number)) + 1, "séance")
    return tr(
        "Quelles que soient les dates, quelqu'un parmi {names} manque {missed} au moins.", names=names, missed=missed
    )


def restricted_to(chain: DateChain, people: Sequence[int]) -> DateChain:
    """Return the problem with some of the members who answered, by position."""
    attendance = chain.attendance
    members = tuple(attendance.answered[person] for person in people)
    required = tuple(np.flatnonzero(attendance.is_required[list(people)]).tolist())
    is_known, present = np.ones(len(members), dtype=bool), attendance.answers[list(people)]
    return replace(
        chain, attendance=replace(attendance, members=members, present=present, known=is_known, required=required)
    )


def is_feasible(chain: DateChain, bounds: IntVector) -> bool:
    """Return whether dates within these bounds exist."""
    problem = replace(chain.formulate(bounds), goals=("matched",))
    return solve(problem, proofs="none").status in (Status.PROVED, Status.FEASIBLE)


def ways_out(chain: DateChain, limits: AbsenceLimits, set_aside: Sequence[SessionMoment]) -> Iterator[str]:
    """Yield the single changes that would suffice, as sentences."""
    yield from (
        sentence
        for sentence in (
            more_absences_text(chain, limits),
            wider_gap_text(chain, limits),
            fewer_sessions_text(chain, limits),
        )
        if sentence
    )
    reopened = replace(chain, attendance=limits.all_dates)
    if set_aside and is_feasible(reopened, limits.bounds(reopened)):
        yield tr_n(
            "Il suffirait de rouvrir la date écartée.",
            "Il suffirait de rouvrir des dates écartées.",
            len(set_aside),
        )


def more_absences_text(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return the smallest sufficient limit on absences as a sentence; empty if there is none."""
    if limits.most_missed is None:
        return ""
    for limit in range(limits.most_missed + 1, chain.number + 1):
        if is_feasible(chain, limits.bounds(chain, limit)):
            absences = counted(limit, "absence")
            return tr("Il suffirait d'accepter {absences} par personne au plus.", absences=absences)
    return ""


def wider_gap_text(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return the narrowest sufficient range of gaps as a sentence; empty if none was found."""
    min_days, max_days = chain.gap_days
    for weeks in range(1, MAX_WIDENINGS + 1):
        gap_days = (max(1, min_days - weeks * WIDEN_DAYS), max_days + weeks * WIDEN_DAYS)
        if is_feasible(replace(chain, gap_days=gap_days), limits.bounds(chain)):
            return tr(
                "Il suffirait d'accepter de {least} à {most} jours entre deux séances.",
                least=gap_days[0],
                most=gap_days[1],
            )
    return ""


def fewer_sessions_text(chain: DateChain, limits: AbsenceLimits) -> str:
    """Return the largest feasible number of sessions as a sentence; empty if there is none."""
    for number in range(chain.number - 1, 0, -1):
        shorter = replace(chain, number=number)
        if is_feasible(shorter, limits.bounds(shorter)):
            return tr("Il suffirait de s'en tenir à {sessions}.", sessions=counted(number, "séance"))
    return ""
