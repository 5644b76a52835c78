"""Plans that hold whoever leaves (recoverable robustness): the best, its price, and how far from the best it may be.

A plan holds as many mentees as keep or get a partner where nobody who has one is moved: at worst over all departures,
then on average. Each plan told of is evaluated exactly. Where there are few plans all of them are looked at; otherwise
those that leave out whom most others can do with, and a bound says how much better any plan could be.
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
from mentormatch.operations.departures import DepartureMarket, HeldCounts
from mentormatch.operations.evaluation import GIVEN
from mentormatch.operations.instance import require_stored_scores
from mentormatch.operations.matching import Matching

MOST_LEAVING = 2
MOST_DEPARTURES = 100_000
MOST_PLANS = 20_000
"""So many plans are all looked at; of more, only some."""
MOST_STEPS = 50_000
"""Steps of the search for all plans."""
MOST_TRIED, MOST_REPAIRS = 500, 2_000_000
"""So many plans that differ by one pair are tried, as long as they take no more repairs than that."""
SHARES = (0.1, 0.3, 0.6, 0.9, 1.0)
"""How much it counts whom a plan leaves out, against points, in the plans that are tried."""

type EvaluatedPlan = tuple[IntMatrix, HeldCounts]
"""The pairs (p, 2) of a plan, and what it holds."""


@dataclass(frozen=True, slots=True)
class SturdyPlan(VersionedPickle):
    """One plan: how many mentees have a partner after a departure, at ``worst`` and on average (``mean``).

    ``price`` is how many points fewer it has than the plan one started from, in millionths of a score.
    """

    matching: Matching
    price: int
    worst: int
    mean: float

    def __str__(self) -> str:
        held = counted(self.worst, "personne")
        return tr("au pire {held} avec un binôme, {mean} en moyenne", held=held, mean=decimal(self.mean, 2))


@dataclass(frozen=True, repr=False, eq=False)
class Sturdiness(ContentEquality):
    """What holds if ``k`` people leave: ``curve`` from the one given on, each holding better than those before it.

    The last is the sturdiest known; all have as many pairs. ``departures`` were looked at for each. No plan at all
    holds more than ``most_worst`` at worst, nor ``most_mean`` on average. ``complete``: every plan was looked at, and
    each of ``curve`` is the one that holds best at its price.
    """

    k: int
    curve: tuple[SturdyPlan, ...]
    departures: int
    most_worst: int
    most_mean: float
    complete: bool

    @property
    def best(self) -> SturdyPlan:
        """The sturdiest plan known."""
        return self.curve[-1]

    @property
    def status(self) -> Status:
        """Whether no plan of as many pairs is proved to hold better than the last one."""
        at_bound = (self.best.worst, self.best.mean) == (self.most_worst, self.most_mean)
        return Status.PROVED if self.complete or at_bound else Status.FEASIBLE

    @property
    def language(self) -> str:
        """The language of the programme, in which it is told unless another was asked for."""
        return self.best.matching.language

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """What can be said, and how sure it is."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        leaving = counted(self.k, "départ")
        cases = counted(self.departures, "cas examiné", "cas examinés")
        yield tr("{leaving} ({cases}), sans déplacer qui a encore un binôme :", leaving=leaving, cases=cases)
        yield tr("La répartition donnée : {held}.", held=self.curve[0])
        for one in self.curve[1:]:
            if one.price >= 0:
                yield tr("Pour {points} points de moins : {held}.", points=points(one.price), held=one)
            else:
                yield tr("Avec {points} points de plus : {held}.", points=points(-one.price), held=one)
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
        """One row for each plan, from the one given to the sturdiest: the price curve."""
        columns = [
            ("price", tr("Points de moins")),
            ("worst", tr("Au pire avec un binôme")),
            ("mean", tr("En moyenne")),
            ("changed", tr("Binômes changés")),
        ]
        first = set(map(tuple, self.curve[0].matching.solution.pairs.tolist()))
        rows = []
        for one in self.curve:
            changed = len(first - set(map(tuple, one.matching.solution.pairs.tolist())))
            rows.append((points(one.price), one.worst, decimal(one.mean, 2), changed))
        return sheet(columns, rows)

    def __repr__(self) -> str:
        return f"Sturdiness({len(self.curve)} plans, {self.status})"  # a notebook saves what it shows


@track()
def sturdy(matching: Matching, k: int = 1, *, time_limit_s: float | None = None) -> Sturdiness:
    """Return the plan that holds best if any ``k`` people leave, against the one given, with its price.

    Plans compared have as many pairs and as much priority as the one given, and keep its rules. Of two, the one holds
    better with which more mentees keep or get a partner at worst; then on average over all departures; then the one
    with more points. A repair moves nobody who still has a partner, and gives the free places to as many as can be.

    Parameters
    ----------
    matching
        An answer of ``match``, ``repair`` or ``evaluate``.
    k
        How many people leave, of either side: 1 or 2.
    time_limit_s
        Seconds in which further plans are looked for; None: until all that are thought of are evaluated.

    Raises
    ------
    RequestError
        There is no pair, ``k`` is neither, fewer people take part, a mentee must have several mentors, there are too
        many departures, or the time was too short for the plan given.

    Examples
    --------
    >>> import mentormatch as mm
    >>> found = sturdy(mm.match(mm.examples.cohort(), mm.examples.programme()))
    >>> found.curve[0].price, found.best.worst >= found.curve[0].worst
    (0, True)
    """
    limit = duration("time_limit_s", time_limit_s)
    problem, deadline = matching.problem, None if limit is None else monotonic() + limit
    # Every departure, what holds of the plan given, and how much could hold at most
    market = departures_of(matching, whole_number("k", k, 1), deadline)
    try:
        given, bound = market.count_held_after(matching.solution.pairs), market.bound()
    except TimeoutError:
        problem_found = Problem("time_limit_s", str(limit), tr("plus de temps, ou aucune limite"))
        raise RequestError(tr("En si peu de temps, rien ne peut être dit de ces départs"), [problem_found]) from None
    # Then plans that hold better
    search = PlanSearch(matching, market, bound)
    plans, complete = search.better_plans(given)

    def sturdy_plan(pairs: IntMatrix, held: HeldCounts) -> SturdyPlan:
        made = matching
        if pairs is not matching.solution.pairs:
            tiers = tuple(evaluate_tiers(problem, pairs, {}))
            made = replace(matching, solution=Solution(Status.FEASIBLE, pairs, tiers, engine=GIVEN))
        return SturdyPlan(made, search.given_points - search.points_of(pairs), held.worst, held.total / market.count)

    return Sturdiness(
        market.k,
        (sturdy_plan(matching.solution.pairs, given), *(sturdy_plan(*one) for one in plans)),
        market.count,
        bound.worst,
        bound.total / market.count,
        complete,
    )


def departures_of(matching: Matching, k: int, deadline: float | None) -> DepartureMarket:
    """Return the departures of ``k`` from a matching; raise RequestError where not all of them can be looked at."""
    if k > MOST_LEAVING:
        raise RequestError(
            tr("On ne peut pas examiner autant de départs à la fois"),
            [Problem("k", str(k), tr("un nombre de 1 à {most}", most=MOST_LEAVING))],
        )
    if matching.status not in (Status.PROVED, Status.FEASIBLE) or not len(matching.solution.pairs):
        raise RequestError(tr("Il n'y a aucun binôme que quelqu'un pourrait quitter"))
    require_stored_scores(matching.problem)
    if (matching.problem.mentees.least > 1).any():
        raise RequestError(tr("Rien ne peut être dit où une personne doit avoir plusieurs mentor·es à la fois"))
    market = DepartureMarket(matching.problem, k, deadline)
    if not 0 < market.count <= MOST_DEPARTURES:
        found = counted(market.count, "départ possible", "départs possibles")
        expected = tr("de 1 à {most}", most=thousands(MOST_DEPARTURES))
        raise RequestError(tr("Ces départs ne peuvent pas être examinés un par un"), [Problem("k", found, expected)])
    return market


@dataclass(frozen=True)
class PlanSearch:
    """The search for plans that hold better than that of a matching, none better than ``bound``."""

    matching: Matching
    market: DepartureMarket
    bound: HeldCounts

    @property
    def problem(self) -> AssignmentProblem:
        """What every plan answers."""
        return self.matching.problem

    @property
    def given_points(self) -> int:
        """The points of the plan given, in millionths."""
        return self.points_of(self.matching.solution.pairs)

    def points_of(self, pairs: IntMatrix) -> int:
        """Return the points of a plan (p, 2), in millionths."""
        return int(self.matching.scores.at(*pairs.T).sum())

    def better_plans(self, given: HeldCounts) -> tuple[list[EvaluatedPlan], bool]:
        """Return plans that hold better and better, the one with most points first, and whether all were looked at."""
        # All plans where they are few, likely ones and local search from the best otherwise
        every = all_plans(self.problem, len(self.matching.solution.pairs))
        plans, evaluated = self.likely_plans() if every is None else every, list[EvaluatedPlan]()
        complete, best = every is not None, (self.matching.solution.pairs, given)
        try:
            for pairs in sorted(filter(self.is_as_full, plans), key=self.points_of, reverse=True):
                if best[1] == self.bound:
                    break
                evaluated.append((pairs, self.market.count_held_after(pairs)))
                best = max(best, evaluated[-1], key=lambda one: one[1])
            if not complete:
                evaluated += self.climb(*best)
        except TimeoutError:
            complete = False
        # The Pareto front of points and of what holds
        better, held = list[EvaluatedPlan](), given
        for pairs, after in sorted(evaluated, key=lambda one: self.points_of(one[0]), reverse=True):
            if after > held:
                held = after
                better.append((pairs, after))
        return better, complete

    def climb(self, pairs: IntMatrix, held: HeldCounts) -> list[EvaluatedPlan]:
        """Return better and better plans, each of which differs from the one before by one pair."""
        climbed, left = list[EvaluatedPlan](), min(MOST_TRIED, MOST_REPAIRS // self.market.count)
        goes_on = True
        while goes_on:
            goes_on = False
            # First improvement
            for near in self.neighbours(pairs):
                if held == self.bound or not left:
                    return climbed
                if not self.is_as_full(near) or not keeps_rules(self.problem, near):
                    continue
                left -= 1
                try:
                    after = self.market.count_held_after(near)
                except TimeoutError:
                    return climbed
                if after > held:
                    pairs, held, goes_on = near, after, True
                    climbed.append((pairs, held))
                    break
        return climbed

    def neighbours(self, pairs: IntMatrix) -> Iterator[IntMatrix]:
        """Yield the plans in which one pair has another mentor with room, or another mentee without a partner."""
        n, m = self.problem.shape
        room = self.problem.mentors.most - np.bincount(pairs[:, 0], minlength=n) > 0
        alone = np.bincount(pairs[:, 1], minlength=m) == 0
        allowed = self.market.allowed
        for place, (mentor, mentee) in enumerate(pairs.tolist()):
            others = [(other, mentee) for other in np.flatnonzero(room & allowed[:, mentee]).tolist()]
            others += [(mentor, other) for other in np.flatnonzero(alone & allowed[mentor]).tolist()]
            chosen = set(map(tuple, np.delete(pairs, place, axis=0).tolist()))
            for pair in others:
                if pair not in chosen:
                    yield np.array(sorted((*chosen, pair)), dtype=np.int64)

    def is_as_full(self, pairs: IntMatrix) -> bool:
        """Say whether a plan has as many pairs as the one given, and places as many of those who come first."""
        given = self.matching.solution.pairs
        return len(pairs) >= len(given) and self.priority_of(pairs) >= self.priority_of(given)

    def priority_of(self, pairs: IntMatrix) -> int:
        """Return the priority weights of the people in a plan (p, 2)."""
        if "priority" not in self.problem.goals:
            return 0
        weights = self.problem.mentor_priority, self.problem.mentee_priority
        return sum(int(one[pairs[:, side]].sum()) for side, one in enumerate(weights) if one is not None)

    def likely_plans(self) -> list[IntMatrix]:
        """Return plans that leave free whom many others can do with; each is the best for one share of that."""
        n, m = self.problem.shape
        values = self.problem.scores.block(np.arange(n), np.arange(m)).astype(np.int64)
        values = np.where(self.market.allowed, values, 0)
        able = [np.zeros(count, dtype=np.int64) for count in (n, m)]
        found: dict[bytes, IntMatrix] = {}
        plan = self.matching.solution.pairs
        for _ in range(2):
            able = [old + new for old, new in zip(able, self.stand_ins(plan), strict=True)]
            # A person is worth less in a pair, the more others could do with them
            worth = 1_000_000 - able[0][:, None] * 1_000_000 // max(2 * int(able[0].max()), 1)
            worth = worth - able[1][None, :] * 1_000_000 // max(2 * int(able[1].max()), 1)
            for share in SHARES:
                weighed = (1 - share) * values + share * 1000 * worth if share < 1 else 1_000_000 * worth + values
                try:
                    self.market.check_time()
                    plan = self.best_for(np.rint(weighed).astype(np.int64))
                except TimeoutError:
                    return list(found.values())
                found[plan.tobytes()] = plan
        return list(found.values())

    def stand_ins(self, plan: IntMatrix) -> tuple[IntVector, IntVector]:
        """Return how many mentees of a plan each mentor could have, and how many of its mentors each mentee could."""
        n, m = self.problem.shape
        placed, used = np.zeros(m, dtype=bool), np.zeros(n, dtype=bool)
        placed[plan[:, 1]], used[plan[:, 0]] = True, True
        allowed = self.market.allowed
        return (allowed & placed[None, :]).sum(axis=1), (allowed & used[:, None]).sum(axis=0)

    def best_for(self, values: IntMatrix) -> IntMatrix:
        """Return the pairs of the best plan of as many people for other values of pairs."""
        people = [goal for goal in self.problem.goals if goal in ("matched", "priority")]
        goals = (*(people if "matched" in people else ["matched", *people]), "total")
        deadline = self.market.deadline
        problem = replace(self.problem, scores=pack_scores(values, self.market.allowed), goals=goals)
        left = None if deadline is None else max(deadline - monotonic(), 0.001)
        solution = solve(problem, seed=self.matching.seed, time_limit_s=left, proofs="none")
        if solution.status not in (Status.PROVED, Status.FEASIBLE):
            raise TimeoutError
        return solution.pairs


def all_plans(problem: AssignmentProblem, least: int) -> list[IntMatrix] | None:
    """Return every plan of at least so many pairs that keeps the rules; None where they are too many."""
    choices = partner_choices(problem)
    if choices is None:
        return None
    most = [max(map(len, some), default=0) for some in choices]
    # Bound: no more pairs than these can come of the mentees still to be asked
    ahead = [sum(most[mentee:]) for mentee in range(len(most) + 1)]
    room: list[int] = problem.mentors.most.tolist()
    found, steps = list[IntMatrix](), 0
    stack: list[tuple[tuple[int, int], ...]] = [()]
    begun: list[int] = [0]
    while stack:
        chosen, mentee = stack.pop(), begun.pop()
        steps += 1
        if steps > MOST_STEPS or len(found) > MOST_PLANS:
            return None
        if mentee == len(choices):
            pairs = np.array(sorted(chosen), dtype=np.int64).reshape(-1, 2)
            found += [pairs] if keeps_rules(problem, pairs) else []
            continue
        # Branch on all sets of mentors of the next mentee
        taken = Counter(mentor for mentor, _ in chosen)
        for partners in choices[mentee]:
            enough = len(chosen) + len(partners) + ahead[mentee + 1] >= least
            if enough and all(taken[mentor] < room[mentor] for mentor in partners):
                stack.append((*chosen, *((mentor, mentee) for mentor in partners)))
                begun.append(mentee + 1)
    return found


def partner_choices(problem: AssignmentProblem) -> list[list[tuple[int, ...]]] | None:
    """Return for each mentee all sets of mentors whom they may have at once; None where they are too many."""
    partners: list[list[int]] = [[] for _ in range(problem.shape[1])]
    for mentor, mentee in zip(*(side.tolist() for side in problem.scores.pairs()), strict=True):
        partners[mentee].append(mentor)
    bounds, found = problem.mentees, list[list[tuple[int, ...]]]()
    for some, most, least, optional in zip(partners, bounds.most, bounds.least, bounds.optional, strict=True):
        sizes = range(0 if optional else int(least), min(int(most), len(some)) + 1)
        if sum(comb(len(some), size) for size in sizes) > MOST_STEPS:
            return None
        found.append([chosen for size in sizes for chosen in combinations(some, size)])
    return found


def keeps_rules(problem: AssignmentProblem, pairs: IntMatrix) -> bool:
    """Say whether pairs (p, 2), none forbidden and nobody with too many, keep minimums, pins and rules of several."""
    for side, bounds in enumerate((problem.mentors, problem.mentees)):
        taken = np.bincount(pairs[:, side], minlength=len(bounds))
        if ((taken < bounds.least) & ~(bounds.optional & (taken == 0))).any():
            return False
    if problem.pins and not set(problem.pins) <= set(map(tuple, pairs.tolist())):
        return False
    return problem.satisfies_rows(pairs)
