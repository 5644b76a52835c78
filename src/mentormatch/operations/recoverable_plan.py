"""Recoverable robustness: the plan that keeps most mentees paired after departures, its price, and a bound.

The value of a plan is the number of mentees who keep or get a partner while existing pairs do not change: in the
worst case over all departures, then on average. Each reported plan is evaluated exactly. If there are few plans, all
are enumerated; otherwise heuristic plans, which leave out people who can replace many others, are improved by local
search, and an upper bound limits the value of any plan.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from time import monotonic

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import pack_scores
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.base.data_objects import ContentEquality, VersionedPickle
from mentormatch.base.progress import track
from mentormatch.base.scalars import duration, whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.tables import ResultSheet, sheet
from mentormatch.languages.phrases import counted, decimal, points, thousands
from mentormatch.languages.translation import once_spoken, tr
from mentormatch.operations.departures import DepartureMarket, RetentionCounts
from mentormatch.operations.evaluation import GIVEN_ENGINE
from mentormatch.operations.instance import require_stored_scores
from mentormatch.operations.matching import Matching

MAX_LEAVING = 2


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """Up to these numbers, departures and plans are examined."""

    max_departures: int = 100_000
    max_plans: int = 20_000  # that are enumerated; of more, only some are tried
    max_tried_plans: int = 500  # that differ by one pair
    max_repairs: int = 2_000_000  # evaluated for these plans


LIMITS = SearchLimits()
MAX_ENUMERATION_STEPS = 50_000
"""Maximum steps of the enumeration."""
STAND_IN_WEIGHTS = (0.1, 0.3, 0.6, 0.9, 1.0)
"""Weights of leaving out versatile people, against points, in the heuristic plans."""

type EvaluatedPlan = tuple[IntMatrix, RetentionCounts]
"""The pairs (p, 2) of a plan, and its values after departures."""


@dataclass(frozen=True, slots=True)
class SturdyPlan(VersionedPickle):
    """A plan with the number of mentees that have a partner after a departure, ``worst`` and on average (``mean``).

    ``price`` is the loss of points against the given plan, in millionths of a score.
    """

    matching: Matching
    price: int
    worst: int
    mean: float

    def __str__(self) -> str:
        people = counted(self.worst, "personne")
        return tr("au pire {held} avec un binôme, {mean} en moyenne", held=people, mean=decimal(self.mean, 2))


@dataclass(frozen=True, repr=False, eq=False)
class Sturdiness(ContentEquality):
    """The results for departures of ``k`` people: ``curve`` starts at the given plan, with increasing robustness.

    The last plan is the most robust known; all have at least as many pairs as the given one. Each was evaluated over
    all ``departures``. No plan exceeds ``most_worst`` in the worst case, nor ``most_mean`` on average. ``complete``:
    every plan was considered, and each of ``curve`` but the given one is the most robust plan at its price.
    """

    k: int
    curve: tuple[SturdyPlan, ...]
    departures: int
    most_worst: int
    most_mean: float
    complete: bool

    @property
    def best(self) -> SturdyPlan:
        """The most robust plan known."""
        return self.curve[-1]

    @property
    def status(self) -> Status:
        """``proved`` if no plan with at least as many pairs is more robust than the last one, else ``feasible``."""
        at_bound = (self.best.worst, self.best.mean) == (self.most_worst, self.most_mean)
        return Status.PROVED if self.complete or at_bound else Status.FEASIBLE

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.best.matching.language

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """The plans and their prices in sentences, with the status."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        leaving = counted(self.k, "départ")
        cases = counted(self.departures, "cas examiné", "cas examinés")
        yield tr("{leaving} ({cases}), sans déplacer qui a encore un binôme :", leaving=leaving, cases=cases)
        yield tr("La répartition donnée : {held}.", held=self.curve[0])
        for plan in self.curve[1:]:
            if plan.price >= 0:
                yield tr("Pour {points} points de moins : {held}.", points=points(plan.price), held=plan)
            else:
                yield tr("Avec {points} points de plus : {held}.", points=points(-plan.price), held=plan)
        if len(self.curve) == 1 and self.status is Status.PROVED:
            yield tr("Aucune répartition d'autant de binômes ne tient mieux : c'est démontré.")
        elif self.status is Status.PROVED:
            yield tr("La dernière tient le mieux de toutes celles d'autant de binômes : c'est démontré.")
        else:
            if len(self.curve) == 1:
                yield tr("Aucune de celles qui ont été essayées ne tient mieux.")
            yield tr(
                "Une meilleure existe peut-être. Aucune ne garde plus de {worst} au pire, ni plus de {mean} en "
                "moyenne ; entre les deux, on ne peut rien dire.",
                worst=counted(self.most_worst, "personne"),
                mean=decimal(self.most_mean, 2),
            )
        if len(self.curve) > 1 and not self.complete:
            yield tr("Les prix sont ceux des répartitions essayées : moins cher est peut-être possible.")

    @once_spoken
    def sheet(self) -> ResultSheet:
        """A table of the price curve, with a row per plan, starting with the given one."""
        columns = [
            ("price", tr("Points de moins")),
            ("worst", tr("Au pire avec un binôme")),
            ("mean", tr("En moyenne")),
            ("changed", tr("Binômes changés")),
        ]
        first = set(map(tuple, self.curve[0].matching.solution.pairs.tolist()))
        rows = []
        for plan in self.curve:
            changed = len(first - set(map(tuple, plan.matching.solution.pairs.tolist())))
            rows.append((points(plan.price), plan.worst, decimal(plan.mean, 2), changed))
        return sheet(columns, rows)

    def __repr__(self) -> str:
        return f"Sturdiness({len(self.curve)} plans, {self.status})"  # a notebook saves what it shows


@track()
def sturdy(matching: Matching, k: int = 1, *, time_limit_s: float | None = None) -> Sturdiness:
    """Return the plan that is most robust to the departure of any ``k`` people, with its price against the given plan.

    Compared plans have at least as many pairs and as much priority as the given plan, and keep its rules. They are
    ordered by the number of mentees with a partner in the worst case, then by its average over all departures, then by
    points. A repair does not move a mentee who still has a partner, and fills the free places with as many mentees as
    possible.

    Parameters
    ----------
    matching
        A result of ``match``, ``repair`` or ``evaluate``.
    k
        The number of people who leave, of either side: 1 or 2.
    time_limit_s
        Seconds for the given plan, the bound and the search of further plans; None: until all candidates are evaluated.

    Raises
    ------
    RequestError
        There is no pair, ``k`` is out of range, fewer people take part, a mentee must have several mentors, there are
        too many departures, the pairs are too many to be stored, or the time was too short for the given plan.
    EngineError
        A repair under rules that couple pairs could not be solved.

    See Also
    --------
    repair : after a departure.
    recruit : whom to recruit.

    Examples
    --------
    >>> import mentormatch as mm
    >>> found = sturdy(mm.match(mm.examples.cohort(), mm.examples.programme()))
    >>> found.curve[0].price, found.best.worst >= found.curve[0].worst
    (0, True)
    """
    limit = duration("time_limit_s", time_limit_s)
    problem, deadline = matching.problem, None if limit is None else monotonic() + limit
    # The value of the given plan over all departures, and an upper bound for any plan
    market = departures_of(matching, whole_number("k", k, 1), deadline)
    try:
        present, bound = market.count_retained(matching.solution.pairs), market.bound()
    except TimeoutError:
        problem_found = Problem("time_limit_s", str(limit), tr("plus de temps, ou aucune limite"))
        raise RequestError(tr("En si peu de temps, rien ne peut être dit de ces départs"), [problem_found]) from None
    # More robust plans
    search = PlanSearch(matching, market, bound)
    plans, complete = search.better_plans(present)

    def sturdy_plan(pairs: IntMatrix, values: RetentionCounts) -> SturdyPlan:
        plan = matching
        if pairs is not matching.solution.pairs:
            tiers = tuple(evaluate_tiers(problem, pairs, {}))
            plan = replace(matching, solution=Solution(Status.FEASIBLE, pairs, tiers, engine=GIVEN_ENGINE))
        return SturdyPlan(
            plan, search.given_points - search.points_of(pairs), values.worst, values.total / market.count
        )

    return Sturdiness(
        market.k,
        (sturdy_plan(matching.solution.pairs, present), *(sturdy_plan(*better_plan) for better_plan in plans)),
        market.count,
        bound.worst,
        bound.total / market.count,
        complete,
    )


def departures_of(matching: Matching, k: int, deadline: float | None) -> DepartureMarket:
    """Return the departures of ``k`` people from a matching. Raises RequestError if they cannot all be evaluated."""
    if k > MAX_LEAVING:
        raise RequestError(
            tr("On ne peut pas examiner autant de départs à la fois"),
            [Problem("k", str(k), tr("un nombre de 1 à {most}", most=MAX_LEAVING))],
        )
    if matching.status not in (Status.PROVED, Status.FEASIBLE) or not len(matching.solution.pairs):
        raise RequestError(tr("Il n'y a aucun binôme que quelqu'un pourrait quitter"))
    require_stored_scores(matching.problem)
    if (matching.problem.mentees.least > 1).any():
        raise RequestError(tr("Rien ne peut être dit où une personne doit avoir plusieurs mentor·es à la fois"))
    market = DepartureMarket(matching.problem, k, deadline)
    if not 0 < market.count <= LIMITS.max_departures:
        count = counted(market.count, "départ possible", "départs possibles")
        expected = tr("de 1 à {most}", most=thousands(LIMITS.max_departures))
        raise RequestError(tr("Ces départs ne peuvent pas être examinés un par un"), [Problem("k", count, expected)])
    return market


@dataclass(frozen=True)
class PlanSearch:
    """The search for plans that are more robust than that of a matching, up to ``bound``."""

    matching: Matching
    market: DepartureMarket
    bound: RetentionCounts

    @property
    def problem(self) -> AssignmentProblem:
        """The problem of the matching."""
        return self.matching.problem

    @property
    def given_points(self) -> int:
        return self.points_of(self.matching.solution.pairs)

    def points_of(self, pairs: IntMatrix) -> int:
        """Return the points of a plan (p, 2), in millionths."""
        return int(self.matching.scores.at(*pairs.T).sum())

    def better_plans(self, present: RetentionCounts) -> tuple[list[EvaluatedPlan], bool]:
        """Return increasingly robust plans, most points first, and whether every plan was considered.

        Plans with fewer points than one that reaches the bound are not evaluated.
        """
        # All plans if they are few, else heuristic plans, and local search from the best of them
        all_pairs = enumerate_plans(self.problem, len(self.matching.solution.pairs))
        plans, evaluated = self.heuristic_plans() if all_pairs is None else all_pairs, list[EvaluatedPlan]()
        complete, best = all_pairs is not None, (self.matching.solution.pairs, present)
        try:
            for pairs in sorted(filter(self.is_as_full, plans), key=self.points_of, reverse=True):
                if best[1] == self.bound:
                    break
                evaluated.append((pairs, self.market.count_retained(pairs)))
                best = max(best, evaluated[-1], key=lambda plan: plan[1])
            if not complete:
                evaluated += self.local_search(*best)
        except TimeoutError:
            complete = False
        # Pareto front of points and robustness; of plans with equal points the most robust comes first
        better, reached = list[EvaluatedPlan](), present
        for pairs, after in sorted(evaluated, key=lambda plan: (self.points_of(plan[0]), plan[1]), reverse=True):
            if after > reached:
                reached = after
                better.append((pairs, after))
        return better, complete

    def local_search(self, pairs: IntMatrix, value: RetentionCounts) -> list[EvaluatedPlan]:
        """Return increasingly robust plans by local search: each differs from the one before by one pair."""
        improved = list[EvaluatedPlan]()
        tries_left = min(LIMITS.max_tried_plans, LIMITS.max_repairs // self.market.count)
        has_improved = True
        while has_improved:
            has_improved = False
            # First improvement
            for neighbour in self.neighbours(pairs):
                if value == self.bound or not tries_left:
                    return improved
                if not self.is_as_full(neighbour) or not keeps_rules(self.problem, neighbour):
                    continue
                tries_left -= 1
                try:
                    after = self.market.count_retained(neighbour)
                except TimeoutError:
                    return improved
                if after > value:
                    pairs, value, has_improved = neighbour, after, True
                    improved.append((pairs, value))
                    break
        return improved

    def neighbours(self, pairs: IntMatrix) -> Iterator[IntMatrix]:
        """Yield the plans with one pair changed: another mentor with a free place, or another unmatched mentee."""
        n, m = self.problem.shape
        room = self.problem.mentors.most - np.bincount(pairs[:, 0], minlength=n) > 0
        is_unmatched = np.bincount(pairs[:, 1], minlength=m) == 0
        allowed = self.market.allowed
        for index, (mentor, mentee) in enumerate(pairs.tolist()):
            candidates = [(partner, mentee) for partner in np.flatnonzero(room & allowed[:, mentee]).tolist()]
            candidates += [(mentor, partner) for partner in np.flatnonzero(is_unmatched & allowed[mentor]).tolist()]
            remaining = set(map(tuple, np.delete(pairs, index, axis=0).tolist()))
            for pair in candidates:
                if pair not in remaining:
                    yield np.array(sorted((*remaining, pair)), dtype=np.int64)

    def is_as_full(self, pairs: IntMatrix) -> bool:
        """Return whether a plan has at least as many pairs and as much priority as the given one."""
        present = self.matching.solution.pairs
        return len(pairs) >= len(present) and self.priority_of(pairs) >= self.priority_of(present)

    def priority_of(self, pairs: IntMatrix) -> int:
        """Return the sum of the priority weights of both people over the pairs (p, 2); 0 if priority is no goal."""
        if "priority" not in self.problem.goals:
            return 0
        weights = self.problem.mentor_priority, self.problem.mentee_priority
        return sum(
            int(side_weights[pairs[:, side]].sum())
            for side, side_weights in enumerate(weights)
            if side_weights is not None
        )

    def heuristic_plans(self) -> list[IntMatrix]:
        """Return plans that leave versatile people free, one per weight of versatility, without duplicates.

        After the deadline, only the plans found before.
        """
        n, m = self.problem.shape
        values = self.problem.scores.block(np.arange(n), np.arange(m)).astype(np.int64)
        values = np.where(self.market.allowed, values, 0)
        stand_in_counts = [np.zeros(count, dtype=np.int64) for count in (n, m)]
        plans: dict[bytes, IntMatrix] = {}
        plan = self.matching.solution.pairs
        for _ in range(2):
            stand_in_counts = [
                old + new for old, new in zip(stand_in_counts, self.substitute_counts(plan), strict=True)
            ]
            # The more partners a person could have, the lower the profit of their pairs
            profit = 1_000_000 - stand_in_counts[0][:, None] * 1_000_000 // max(2 * int(stand_in_counts[0].max()), 1)
            profit = profit - stand_in_counts[1][None, :] * 1_000_000 // max(2 * int(stand_in_counts[1].max()), 1)
            for share in STAND_IN_WEIGHTS:
                mixed = (1 - share) * values + share * 1000 * profit if share < 1 else 1_000_000 * profit + values
                try:
                    self.market.check_time()
                    plan = self.best_for(np.rint(mixed).astype(np.int64))
                except TimeoutError:
                    return list(plans.values())
                plans[plan.tobytes()] = plan
        return list(plans.values())

    def substitute_counts(self, plan: IntMatrix) -> tuple[IntVector, IntVector]:
        """Return the number of placed mentees that each mentor could have, and of used mentors per mentee."""
        n, m = self.problem.shape
        placed, used = np.zeros(m, dtype=bool), np.zeros(n, dtype=bool)
        placed[plan[:, 1]], used[plan[:, 0]] = True, True
        allowed = self.market.allowed
        return (allowed & placed[None, :]).sum(axis=1), (allowed & used[:, None]).sum(axis=0)

    def best_for(self, values: IntMatrix) -> IntMatrix:
        """Return the pairs of the plan with the largest sum of ``values`` (n, m), after number of pairs and priority.

        Raises TimeoutError if no plan is found in time.
        """
        people = [goal for goal in self.problem.goals if goal in ("matched", "priority")]
        goals = (*(people if "matched" in people else ["matched", *people]), "total")
        deadline = self.market.deadline
        problem = replace(self.problem, scores=pack_scores(values, self.market.allowed), goals=goals)
        remaining_s = None if deadline is None else max(deadline - monotonic(), 0.001)
        solution = solve(problem, seed=self.matching.seed, time_limit_s=remaining_s, proofs="none")
        if solution.status not in (Status.PROVED, Status.FEASIBLE):
            raise TimeoutError
        return solution.pairs


def enumerate_plans(problem: AssignmentProblem, min_pairs: int) -> list[IntMatrix] | None:
    """Return every plan of at least ``min_pairs`` pairs that keeps the rules; None if they are too many."""
    choices = partner_choices(problem)
    if choices is None:
        return None
    max_partners = [max(map(len, sets), default=0) for sets in choices]
    # Bound: the maximum number of pairs of the mentees not yet assigned
    ahead = [sum(max_partners[mentee:]) for mentee in range(len(max_partners) + 1)]
    room: list[int] = problem.mentors.most.tolist()
    plans, steps = list[IntMatrix](), 0
    stack: list[tuple[tuple[int, int], ...]] = [()]
    next_mentees: list[int] = [0]
    while stack:
        partial_plan, mentee = stack.pop(), next_mentees.pop()
        steps += 1
        if steps > MAX_ENUMERATION_STEPS or len(plans) > LIMITS.max_plans:
            return None
        if mentee == len(choices):
            pairs = np.array(sorted(partial_plan), dtype=np.int64).reshape(-1, 2)
            plans += [pairs] if keeps_rules(problem, pairs) else []
            continue
        # Branch on all sets of mentors of the next mentee
        loads = Counter(mentor for mentor, _ in partial_plan)
        for partners in choices[mentee]:
            enough = len(partial_plan) + len(partners) + ahead[mentee + 1] >= min_pairs
            if enough and all(loads[mentor] < room[mentor] for mentor in partners):
                stack.append((*partial_plan, *((mentor, mentee) for mentor in partners)))
                next_mentees.append(mentee + 1)
    return plans


def partner_choices(problem: AssignmentProblem) -> list[list[tuple[int, ...]]] | None:
    """Return for each mentee all possible sets of mentors; None if they are too many."""
    partners: list[list[int]] = [[] for _ in range(problem.shape[1])]
    for mentor, mentee in zip(*(side.tolist() for side in problem.scores.pairs()), strict=True):
        partners[mentee].append(mentor)
    bounds, choices = problem.mentees, list[list[tuple[int, ...]]]()
    for mentors, upper, lower, optional in zip(partners, bounds.most, bounds.least, bounds.optional, strict=True):
        sizes = range(0 if optional else int(lower), min(int(upper), len(mentors)) + 1)
        if sum(comb(len(mentors), size) for size in sizes) > MAX_ENUMERATION_STEPS:
            return None
        choices.append([mentor_set for size in sizes for mentor_set in combinations(mentors, size)])
    return choices


def keeps_rules(problem: AssignmentProblem, pairs: IntMatrix) -> bool:
    """Return whether pairs (p, 2) satisfy minimums, pins and coupling rules.

    The pairs must be allowed and within the maximums.
    """
    for side, bounds in enumerate((problem.mentors, problem.mentees)):
        loads = np.bincount(pairs[:, side], minlength=len(bounds))
        if ((loads < bounds.least) & ~(bounds.optional & (loads == 0))).any():
            return False
    if problem.pins and not set(problem.pins) <= set(map(tuple, pairs.tolist())):
        return False
    return problem.satisfies_rows(pairs)
