"""Hours a person and generalised assignment: near sets listed, packed by a small tree (Baldacci et al. 2008).

Multipliers on the items bound every answer: ``bound = items at their dearer end + best set of each owner``, in whole
numbers, so any rounding of the multipliers is safe. An answer worth ``V`` has no set that loses more than ``bound - V``
of its owner's best one. All these sets are listed, and the best choice among them is the best of all.

Invariant: what is worth more than ``ceiling`` is ruled out, and ``known`` keeps every rule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.lexicographic import MOST_ROUNDS, TimeLimitReached
from mentormatch.assignment.mip.program_model import INTEGRALITY_TOLERANCE
from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.solution import DualSolution, Solution, Status, empty_solution
from mentormatch.assignment.objective import ScalarObjective, evaluate_tiers, objective_of, scalarize
from mentormatch.assignment.tie_breaking import GREATEST
from mentormatch.assignment.whole_sets.set_model import KnapsackTables, Multipliers, SetList, SetModel
from mentormatch.assignment.whole_sets.set_tree import (
    FINE,
    Fold,
    NotBySets,
    PairRelaxation,
    SetMaster,
    SetProgram,
    SetTree,
    first_of_each,
    parts_of,
    relax_pairs,
    round_prices,
    whole_prices,
)
from mentormatch.base.arrays import FloatVector, IntMatrix, IntVector
from mentormatch.errors import EngineError

MAX_WEIGHT = 1 << 44
"""Goals share one profit while that of a pair stays below this."""
FAR = 1 << 58
"""More than any choice is worth."""
PER_ROUND, A_OWNER = 300, 6
"""A round of pricing adds so many sets, or several for each owner."""
FEW, FEW_A_OWNER, LISTED = 500, 4, 20_000
"""So many sets at most are listed for a proof: few at first, or so many an owner, and a quarter more each round."""
STEADY, LESS_STEADY = 0.85, 0.9
"""The next prices are in such a part those of the best bound, in the other the duals of the master.

Where the master did not improve, the part is so many times what it was.
"""
MOST_MASTERS = 60
LARGE, LARGE_IF_LOOSE, SCARCE = 8, 4, 0.65
"""Where owners have more items each than so many, pairs are quicker than sets.

Hours are scarce if they have a price for more than such a part of the owners; else sets lose little, and are many.
"""
TRIFLE, WHOLE = 1e-6, 0.5


def solve_by_sets(problem: AssignmentProblem, run: SolveOptions) -> Solution | None:
    """Return the canonical solution, or the best one at the time limit; None where owners are not the way.

    That is where rows are no knapsacks of one person, goals no sums, or there may be no answer at all.
    """
    if not problem.rows or not set(problem.goals) <= set(ADDITIVE_GOALS) or problem.goals == ("matched",):
        return None
    stage, *others = scalarize(problem, MAX_WEIGHT)
    if others or not isinstance(stage, ScalarObjective):
        return None
    model = SetModel.of(problem, stage.profit(problem, *problem.scores.pairs()))
    parts = 0 if model is None else parts_of(model)
    if model is None or not parts:
        return None
    search = SetSearch(problem, stage, model, parts, run)
    try:
        return search.solution()
    except TimeLimitReached:
        return search.best_so_far()


@dataclass(slots=True)
class SetSearch:
    """The search for the best choice of sets: ``known``, mentors and mentees of the incumbent, is worth ``value``.

    No choice is worth more than the ``ceiling``. ``duals`` prove the bound of the linear program on pairs.
    """

    problem: AssignmentProblem
    stage: ScalarObjective
    model: SetModel
    parts: int
    run: SolveOptions
    known: IntMatrix | None = None
    value: int = 0
    ceiling: int = FAR
    duals: tuple[DualSolution, ...] = ()

    def solution(self) -> Solution | None:
        """Return the canonical solution; None if sets are too many."""
        if self.model.least.sum() > LARGE * self.model.shape[0]:
            return None
        relaxed = relax_pairs(self.model, self.parts, self.run)
        if relaxed is None:
            return None
        self.duals = (self._dual_solution(relaxed),)
        self.ceiling = relaxed.bound // self.parts
        self._offer(_greedy(self.model, relaxed.shares, relaxed.reduced))
        self._fix(relaxed.bound, relaxed.reduced)
        scarce = (relaxed.hourly > 0).mean() > SCARCE
        large = relaxed.shares.sum() > (LARGE if scarce else LARGE_IF_LOOSE) * self.model.shape[0]
        try:
            tied = None if large or not KnapsackTables.fit(self.model) else self._search(relaxed)
        except NotBySets:
            return None
        return None if tied is None else self._solution(self._canonical(tied), proved=True)

    def _fix(self, bound: int, reduced: IntVector) -> None:
        """Drop the pairs that a choice as good as the incumbent has not."""
        if self.known is not None:
            self.model = self.model.among(reduced >= self.value * self.parts - bound)

    def best_so_far(self) -> Solution:
        """Return the incumbent as far as it is proved; without one, what greed finds."""
        if self.known is None:
            self.ceiling = min(self.ceiling, _simple_bound(self.model))
            self._offer(_greedy(self.model, np.zeros(len(self.model.owners)), self.model.profit))
        return empty_solution(Status.STOPPED, "") if self.known is None else self._solution(self.known, proved=False)

    def _search(self, relaxed: PairRelaxation) -> list[IntMatrix] | None:
        """Return the best choices, all that are tied if ties are settled; None if sets are too many."""
        model, master = self.model, SetMaster.of(self.model)
        gap = relaxed.bound >> 9
        if self.known is not None:
            master.add(_as_sets(model, model.places_of(self.known)))
            gap = (relaxed.bound - self.value * self.parts) >> 3
        prices, center, least = relaxed.prices, relaxed.prices, FAR
        slack, steady, reached = min(abs(gap) + 1, FAR), STEADY, -np.inf
        many, few = (max(each, own * model.shape[0]) for each, own in ((PER_ROUND, A_OWNER), (FEW, FEW_A_OWNER)))
        for _ in range(MOST_MASTERS):
            tables = KnapsackTables.of(model, prices.gains(model), slack)
            bound = int(tables.best.sum()) + prices.flat(model)
            if bound < least:
                least, center = bound, prices
                self.ceiling = min(self.ceiling, bound // self.parts)
            slack, near = _list_neighbours(tables, slack, many)
            if near is None:
                return None
            master.add(near)
            if not master.sets or not master.solve(self.run):
                return None
            shares, whole = master.pair_shares()
            self._offer(np.flatnonzero(shares > WHOLE) if whole else _greedy(model, shares, prices.gains(model)))
            found = self._finish(center, least, master.value, few)
            if found is not None:
                return found
            few = min(few + few // 4, LISTED)
            # Nothing new at these prices: those of the master may be nearer (mispricing)
            steady = STEADY if master.value > reached + TRIFLE else steady * LESS_STEADY
            reached, prices = master.value, self._between(center, master.duals, steady)
        return None

    def _between(self, center: Multipliers, duals: FloatVector, steady: float) -> Multipliers:
        """Return prices between those of the best bound and the duals of the master."""
        mixed = steady * center.prices + (1 - steady) * self.parts * duals
        items = whole_prices(self.model, round_prices(mixed, len(self.model.owners) + int(self.model.most.sum())))
        return Multipliers(items, np.zeros_like(center.owner_prices), self.parts)

    def _finish(self, prices: Multipliers, bound: int, master: float, limit: int) -> list[IntMatrix] | None:
        """Return the best choices, if no more than ``limit`` sets may be in them; None if that is not known."""
        step = 1
        while True:
            if self.known is not None and self.value >= self.ceiling and not self.run.ties:
                return [self.known]
            if self.known is None and master == -np.inf:
                return None
            # Worth looking for: what the master reaches, or no less than the incumbent
            least = None if self.known is None else self.value + (0 if self.run.ties else 1)
            reached = self.value if master == -np.inf else int(np.floor(master + TRIFLE))
            goal = min(self.ceiling, reached - step + 1)
            goal = goal if least is None else max(goal, least)
            close = bound - master * self.parts < self.parts or (least is not None and goal == least)
            slack = bound - goal * self.parts
            if slack >= FAR:
                # Perhaps there is no choice at all
                raise NotBySets
            sets = KnapsackTables.of(self.model, prices.gains(self.model), slack).sets(slack, limit) if close else None
            if sets is None:
                return None
            found = self._pack(sets, prices, slack, goal)
            if found:
                return found
            # No choice is worth as much
            self.ceiling, step = goal - 1, 2 * step
            if least is not None and goal == least and self.run.ties:
                raise NotBySets

    def _pack(self, sets: SetList, prices: Multipliers, slack: int, goal: int) -> list[IntMatrix]:
        """Return the best choices of the sets that are worth ``goal`` or more; none if there is none."""
        model = self.model
        if len(first_of_each(sets.owners)) < model.shape[0]:
            return []
        # Ties in the same program: all hashes together are less than a unit of profit
        scale = -(-(int(model.places.sum()) * GREATEST + 1) // self.parts)
        ties = Fold(scale, self._hashes(0)) if self.run.ties else None
        program = None if ties is None else SetProgram.of(model, sets, prices, slack, ties)
        if ties is None or program is None:
            plain = SetProgram.of(model, sets, prices, slack, Fold(1, np.zeros(len(model.owners), np.int64)))
            if plain is None:
                raise NotBySets
            tree = SetTree(plain, goal * self.parts, self.parts, self.run, ties=False)
            found = tree.search()
            if ties is None or tree.value is None or tree.duals is None:
                return [model.pairs(choice.members) for choice in found]
            # Numbers are too great for both at once: the prices of the optimum leave little slack
            goal = tree.value // self.parts
            items = prices.prices + np.rint(tree.duals / FINE).astype(np.int64)
            prices = Multipliers(whole_prices(model, items), np.zeros_like(prices.owner_prices), self.parts)
            sets, slack = _within(model, sets, prices, goal)
            program = SetProgram.of(model, sets, prices, slack, ties)
        if program is None:
            raise NotBySets
        least = goal * scale * self.parts
        if self.known is not None and self.value == goal:
            least += int(self.run.tie_breaker.of(self.known[:, 0], self.known[:, 1], 0).sum()) - self._hash_pins()
        found = SetTree(program, least, 1, self.run, ties=True).search()
        return [model.pairs(choice.members) for choice in found]

    def _canonical(self, tied: list[IntMatrix]) -> IntMatrix:
        """Return the choice of the greatest sum of hashes, by rounds; those tied have the same sum in round 0."""
        for turn in range(1, MOST_ROUNDS):
            if len(tied) == 1 or not self.run.ties:
                return tied[0]
            sums = [int(self.run.tie_breaker.of(pairs[:, 0], pairs[:, 1], turn).sum()) for pairs in tied]
            tied = [pairs for pairs, own in zip(tied, sums, strict=True) if own == max(sums)]
        raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")

    def _hashes(self, turn: int) -> IntVector:
        """Return (e,) the hashes of the pairs of the model in a round."""
        mentors, mentees = (self.model.owners, self.model.items)[:: -1 if self.model.side else 1]
        return self.run.tie_breaker.of(mentors, mentees, turn)

    def _hash_pins(self) -> int:
        """Return the hashes in round 0 of the pins together."""
        mentors, mentees = self.model.pins.T[:: -1 if self.model.side else 1]
        return int(self.run.tie_breaker.of(mentors, mentees, 0).sum())

    def _offer(self, chosen: IntVector) -> None:
        """Take a choice as the incumbent if it keeps every rule and is better."""
        value = int(self.model.profit[chosen].sum())
        if (self.known is None or value > self.value) and self.model.holds(chosen):
            self.known, self.value = self.model.pairs(chosen), value
            self.run.on_incumbent(partial(self._solution, self.known, proved=False))

    def _solution(self, pairs: IntMatrix, *, proved: bool) -> Solution:
        """Return pairs as a solution, proved or with the bounds that the ceiling gives."""
        values = {tier.goal: tier.value for tier in evaluate_tiers(self.problem, pairs, {})}
        bounds = {**values} if proved else dict(self._bounds(values))
        status = Status.PROVED if proved else Status.FEASIBLE
        return Solution(status, pairs, tuple(evaluate_tiers(self.problem, pairs, bounds)), prices=self.duals)

    def _bounds(self, values: Mapping[str, int]) -> Iterator[tuple[str, int]]:
        """Yield the bounds of goals that the ceiling on all of them together gives, up to the first not reached."""
        left, low = self.ceiling + self.model.pinned, self.stage.low
        for goal, weight in self.stage.weights:
            # The goals after it take no more from the whole than the lowest profit of all pairs in them
            low -= weight * objective_of(self.problem, goal).low
            turned = goal == "changes"
            bound = (left - min(low, 0) * self.problem.max_pairs) // weight
            yield goal, len(self.problem.former) - bound if turned else bound
            reached = len(self.problem.former) - values[goal] if turned else values[goal]
            if bound != reached:
                return
            left -= weight * reached

    def _dual_solution(self, relaxed: PairRelaxation) -> DualSolution:
        """Return the duals of the linear program on pairs as prices of mentors, mentees and rows."""
        model = self.model
        rows = np.zeros(len(self.problem.rows), np.int64)
        owned = model.rows >= 0
        rows[model.rows[owned]] = relaxed.hourly[owned]
        owners, items = relaxed.prices.owner_prices, relaxed.prices.prices
        mentors, mentees = (items, owners) if model.side else (owners, items)
        return DualSolution(self.stage.weights, mentors, mentees, tuple(rows.tolist()), denominator=self.parts)


def _within(model: SetModel, sets: SetList, prices: Multipliers, goal: int) -> tuple[SetList, int]:
    """Return the sets that a choice worth ``goal`` may have under other prices, and the slack."""
    own = sets.sums(prices.gains(model))
    firsts = first_of_each(sets.owners)
    best = np.maximum.reduceat(own, firsts)
    slack = int(best.sum()) + prices.flat(model) - goal * prices.parts
    return sets.among(np.repeat(best, np.diff(np.append(firsts, len(own)))) - own <= slack), slack


def _simple_bound(model: SetModel) -> int:
    """Return what no choice exceeds: every item by the best of its pairs, as often as it may be taken."""
    prices = np.full(model.shape[1], -FAR)
    np.maximum.at(prices, model.items, model.profit)
    dear = prices > 0
    return int((model.most * prices)[dear].sum()) + int((model.least * prices)[~dear & (prices > -FAR)].sum())


def _as_sets(model: SetModel, chosen: IntVector) -> SetList:
    """Return a choice of pairs as the sets of the owners who have any."""
    owners, sizes = np.unique(model.owners[chosen], return_counts=True)
    return SetList(owners, sizes, chosen)


def _list_neighbours(tables: KnapsackTables, slack: int, many: int) -> tuple[int, SetList | None]:
    """Return sets that lose little, no more than ``many`` if that can be, and the slack of the next list."""
    found = tables.sets(slack, many)
    while found is None and slack:
        slack >>= 1
        found = tables.sets(slack, many)
    if found is None:
        return slack, tables.sets(0, LISTED)
    return min(slack + (slack >> 1) + 1 if 3 * len(found) < many else slack, FAR), found


def _greedy(model: SetModel, shares: FloatVector, gains: IntVector) -> IntVector:
    """Return pairs taken one by one while they fit, those first of which the linear program takes most."""
    left, places, most = model.hours.tolist(), model.places.tolist(), model.most.tolist()
    taken = np.where(shares < INTEGRALITY_TOLERANCE, 0.0, shares)
    order = np.lexsort((-gains, -taken))
    found = list[int]()
    columns = (order, model.owners[order], model.items[order], model.needs[order])
    for place, owner, item, need in zip(*(column.tolist() for column in columns), strict=True):
        if most[item] and places[owner] and need <= left[owner]:
            most[item] -= 1
            places[owner] -= 1
            left[owner] -= need
            found.append(place)
    return np.sort(np.array(found, dtype=np.int64))
