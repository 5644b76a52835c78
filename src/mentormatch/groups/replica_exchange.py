"""Replica exchange for groups (Hukushima and Nemoto 1996; temperatures by acceptance as in Gallego et al. 2013).

Sixteen replicas walk at the temperatures of a geometric ladder. After each round, replicas at neighbouring
temperatures may exchange them by the Metropolis rule. From time to time a copy of the coldest replica descends to a
local optimum; the result is the best local optimum that satisfies all rules.

The budget is a number of rounds; a time limit only shortens it. All arithmetic is in integers, random numbers come from
a seed, and people are in the order of a keyed hash, so any order of the rows gives the same groups.
"""

import sys
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Final, Protocol

import numpy as np

from mentormatch.assignment.kernels.jit import HAS_NUMBA, NUMBA
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.groups.columns import greedy_clique_partition
from mentormatch.groups.energy import (
    QUANTILE_BITS,
    Energy,
    EnergyTables,
    ReplicaStates,
    draw_start,
    keyed_order,
    reorder,
    sizes_for,
)
from mentormatch.groups.problem import Group, GroupProblem, SizeRange, pairs_in
from mentormatch.groups.replica_arrays import ArrayReplicas, descend
from mentormatch.groups.step_timer import StepTimer

MIN_COMPILED_S = 2.0  # numba takes long to load: it is loaded only with this time left
QUANTILES: Final = np.rint(-np.log((np.arange(4096) + 0.5) / 4096) * (1 << QUANTILE_BITS)).astype(np.int64)
"""Quantiles of the exponential distribution."""


@dataclass(frozen=True, slots=True)
class ExchangeOptions:
    """Tuning of replica exchange. Numbers of proposals are per replica."""

    replicas: int = 16
    quick_replicas: int = 6  # in a quick search, which only cools its replicas once
    melting_acceptance: float = 0.5  # the share of accepted proposals at the melting point,
    hot_acceptance: float = 0.05  # at the hottest temperature of the ladder,
    cold_acceptance: float = 0.001  # and at the coldest
    initial_heat: int = 16  # the temperature at which cooling starts, in standard deviations of a weight
    cooling: float = 0.9  # the factor between successive temperatures
    quick_cooling: float = 0.75
    max_heat_ratio: int = 16  # the hottest over the coldest temperature, at most
    cooling_proposals: int = 5_000  # at each temperature
    annealing_proposals: int = 4_000  # per person, from the melting point to the temperature of a replica
    annealing_steps: int = 40
    round_proposals: int = 5_000
    check_rounds: int = 4  # rounds between two checks of rules
    checked_replicas: int = 4  # the coldest ones
    penalty_rounds: int = 20  # rounds between two decisions to raise penalties
    descent_rounds: int = 20  # rounds between two descents of the coldest replica: with 4, they take 1/10 of the time
    stale_rounds: int = 4_000  # rounds without an improvement after which hot replicas are annealed again
    reheated_replicas: int = 8
    floor_step_divisor: int = 8  # the target floor is 1/8 of the way from the best floor to the mean of pairs in groups


EXCHANGE = ExchangeOptions()


class Replicas(Protocol):
    """An engine that moves replicas."""

    tables: EnergyTables
    states: ReplicaStates
    timer: StepTimer

    def walk(self, temperatures: IntVector, proposals: int, deadline: float | None = None) -> float:
        """Make about ``proposals`` proposals per replica, fewer at the deadline; return the accepted share."""
        ...

    def descend(self, replica: int, deadline: float | None = None) -> IntVector:
        """Return (n,): the local optimum reached from a copy of a replica, or the groups at the deadline."""
        ...


@dataclass(frozen=True)
class FoundGroups:
    """Groups that satisfy all rules, the leader of each group, and the value of each goal (``Energy.standing``)."""

    groups: list[Group]
    leaders: list[int]
    standing: tuple[int, ...]


class GroupSearch:
    """A search that can be continued; ``best``: the best groups so far, None if there are none.

    ``deadline``: the latest end of the last run. ``quick``: replicas are cooled once, with few proposals and no rounds.
    """

    def __init__(self, problem: GroupProblem, deadline: float | None = None, *, quick: bool = False) -> None:
        self.deadline = deadline
        self.best: FoundGroups | None = None
        self.order, self.quick, self.spans = keyed_order(problem), quick, groups_for(problem)
        self.problem = reorder(problem, self.order)
        most, least = sum(span.most for span in self.spans), sum(span.least for span in self.spans)
        with_everybody = [False] if most >= len(problem) else []
        # Search with a place for everybody first; leave people out only if that fails or is impossible
        may_leave_out = has_rules(problem) or not with_everybody
        self.stages = (
            [*with_everybody, *([True] if may_leave_out and least < len(problem) else [])] if self.spans else []
        )
        self.walk: ReplicaWalk | None = None
        self.drawing = StepTimer()

    def run(self, rounds: int, deadline: float | None) -> FoundGroups | None:
        """Search until the deadline, or ``rounds`` rounds including earlier runs; return the best groups, if any."""
        began = monotonic()
        while self.stages and self.best is None:
            is_last = len(self.stages) == 1
            # If people may be left out afterwards, stop the search with everybody at half of the time
            until = deadline if is_last or deadline is None else min(deadline, began + (deadline - began) / 2)
            if self.walk is None:
                energy = Energy(self.problem, self.spans, self.stages[0], stiff=self.quick)
                first_ends = self.deadline if is_last else until
                self.walk = ReplicaWalk.begin(energy, self.drawing, self.deadline, first_ends, quick=self.quick)
            if self.walk is not None:
                self.walk.run(rounds if is_last else max(rounds // 4, min(rounds, 10 * EXCHANGE.penalty_rounds)), until)
                self._take(self.walk)
            if self.best is not None or is_last:
                break
            self.stages, self.walk = self.stages[1:], None
        if self.walk is not None and self.best is not None and self.walk.turn < rounds:
            self.walk.run(rounds - self.walk.turn, deadline)
            self._take(self.walk)
        return self.best

    def _take(self, walk: "ReplicaWalk") -> None:
        """Set ``best`` to the best groups of a walk, in the order of the problem."""
        if walk.best is not None:
            groups = [tuple(sorted(self.order[list(group)].tolist())) for group in walk.energy.groups(walk.best)]
            assert walk.energy.known is not None
            self.best = FoundGroups(groups, walk.energy.leaders.tolist(), walk.energy.known)


def compiled_replicas(tables: EnergyTables, states: ReplicaStates, left_s: float) -> Replicas | None:
    """Return the compiled engine; None without numba, or if there is no time to load it.

    Also None if its code must be compiled first, and there is no time, or there are too few people, for that.
    """
    if not HAS_NUMBA or (left_s < MIN_COMPILED_S and NUMBA not in sys.modules):
        return None
    from mentormatch.groups.replica_kernels import CompiledReplicas, may_compile

    return CompiledReplicas(tables, states, QUANTILES) if may_compile(tables, left_s) else None


def descend_alone(
    tables: EnergyTables, start: IntVector, seed: int, replica: StepTimer, deadline: float
) -> list[IntVector]:
    """Return the local optima reached from a start: first without group terms, which is faster, then with them.

    ``replica.last_s`` is set to the time to create one replica and to make one step.
    """
    optima, step = list[IntVector](), StepTimer()
    for tables_of_stage in (tables.without_terms, tables) if len(tables.points) else (tables,):
        with replica:
            engine = ArrayReplicas(tables_of_stage, ReplicaStates(tables_of_stage, start[None, :], seed), QUANTILES)
        start = descend(tables_of_stage, engine.states, deadline, step)
        optima.append(start)
    replica.last_s += step.last_s
    return optima


def groups_for(problem: GroupProblem) -> list[SizeRange]:
    """Return the size range of each group; empty if no number of groups is possible.

    There are enough groups for all people, and for people who must not meet, if the limits of the problem allow it.
    """
    spans = sizes_for(problem)
    if len(problem.spans) > 1 or not spans:
        return spans
    crowd = max((len(clique) for clique in greedy_clique_partition(problem.apart)), default=0)
    seats = int(problem.leaders.seats.sum()) if problem.leaders else len(problem)
    most = min(problem.number.most, seats, len(problem) // max(spans[0].least, 1))
    return spans + [spans[0]] * (min(crowd, most) - len(spans))


def has_rules(problem: GroupProblem) -> bool:
    """Return whether there are rules other than sizes."""
    return bool(problem.apart.any() or problem.leaders or problem.counts or problem.together)


class ReplicaWalk:
    """The replicas of one energy: their engine, the ladder of temperatures, and the best groups so far.

    ``rungs`` (r,): the replica at each temperature, from hottest to coldest. ``turn``: the number of finished rounds.
    ``improved``: the round of the last improvement, or of the last time that hot replicas were annealed again.
    """

    def __init__(self, energy: Energy, engine: Replicas, *, quick: bool) -> None:
        self.energy, self.engine, self.quick = energy, engine, quick
        self.best: IntVector | None = None
        self.optima: list[IntVector] = []
        self.turn = 0
        self.random = np.random.default_rng(energy.problem.seed)
        self.rungs = np.arange(len(engine.states))
        self.temperatures = np.ones(len(self.rungs), dtype=np.int64)
        self.broken = np.zeros(len(energy.penalties), dtype=np.int64)
        self.looks = self.improved = 0
        self.melt = 1.0
        problem = energy.problem
        self.ruled = has_rules(problem) or energy.outside
        self.ruled |= "meetings" in problem.goals and problem.meetings is not None
        self.ready = False
        # The bound of each goal, in the order of ``Energy.known``; the floor has no bound
        goals = ("placed", *(goal for goal in problem.goals if goal != "placed"))
        self.bounds = None if "floor" in goals else tuple(map(problem.most, goals))

    @classmethod
    def begin(
        cls, energy: Energy, drawing: StepTimer, deadline: float | None, until: float | None, *, quick: bool
    ) -> "ReplicaWalk | None":
        """Return the walk from random starts; None if no start was found.

        With a time limit, one replica descends first, until ``until``; its groups are the result if the time before
        ``deadline`` is too short for all replicas. ``drawing``: the timer of the starts, also of earlier walks.
        """
        tables, seed = energy.tables(), energy.problem.seed
        random = np.random.default_rng(seed)
        count, places = EXCHANGE.quick_replicas if quick else EXCHANGE.replicas, list[IntVector]()
        optima, replica = list[IntVector](), StepTimer()
        for _ in range(count):
            # Without time for more starts, several replicas share one
            if drawing.last_s and not drawing.allows(deadline, replica.last_s * count):
                break
            with drawing:
                start = draw_start(tables, random)
            if start is None:
                continue
            places.append(start)
            if until is not None and not optima:
                optima = descend_alone(tables, start, seed, replica, until)
        if not places:
            return None
        if optima and not replica.allows(deadline, replica.last_s * (count - 1)):
            count, places = 1, optima[-1:]
        states = ReplicaStates(tables, np.array([places[turn % len(places)] for turn in range(count)]), seed)
        remaining_s = inf if deadline is None else deadline - monotonic()
        engine = None if quick or count == 1 else compiled_replicas(tables, states, remaining_s)
        walk = cls(energy, engine or ArrayReplicas(tables, states, QUANTILES), quick=quick)
        walk.optima, walk.engine.timer.last_s = optima, replica.last_s * count
        return walk

    def run(self, rounds: int, deadline: float | None) -> None:
        """Cool the replicas once, then run up to ``rounds`` rounds, until the deadline or until all goals are ideal."""
        is_single = len(self.energy.spans) == 1 and not self.energy.outside
        while self.optima:
            self._consider(self.optima.pop(0))
        if not self.ready:
            # If the deadline interrupts this, the next run starts again
            self.ready = is_single or len(self.rungs) == 1 or self._prepare(deadline)
            for replica in self.rungs[:: 1 if self.quick else EXCHANGE.replicas].tolist():
                self._consider(self.engine.descend(replica, deadline))
        if is_single or self.quick or not self.ready or len(self.rungs) == 1:
            return
        for _ in range(rounds):
            if self._is_over(deadline) or self._is_ideal():
                return
            self._round(deadline)
            if self.turn - self.improved >= EXCHANGE.stale_rounds:
                self._anneal(EXCHANGE.reheated_replicas, deadline)
                self.improved = self.turn

    def _is_over(self, deadline: float | None) -> bool:
        return not self.engine.timer.allows(deadline)

    def _is_ideal(self) -> bool:
        """Return whether every goal has reached its bound."""
        known = self.energy.known
        return (
            known is not None
            and self.bounds is not None
            and all(value >= bound for value, bound in zip(known, self.bounds, strict=True))
        )

    def _prepare(self, deadline: float | None) -> bool:
        """Find the temperatures from acceptance rates while all replicas cool, then anneal each to its temperature.

        A quick search only cools. Return False if the deadline interrupted the cooling of another one.
        """
        tables = self.energy.tables()
        spread = float(np.std(tables.pairs[np.triu_indices(len(tables.pairs), 1)])) if len(tables.pairs) > 1 else 1.0
        heat = EXCHANGE.initial_heat * max(spread, float(self.energy.unit))
        melt, hot = heat, 0.0
        while heat >= 1 and not self._is_over(deadline):
            accepted = self.engine.walk(
                np.full(len(self.rungs), int(heat), dtype=np.int64),
                1 if self.quick else EXCHANGE.cooling_proposals,
                deadline,
            )
            melt = heat if accepted >= EXCHANGE.melting_acceptance else melt
            hot = heat if hot == 0 and accepted < EXCHANGE.hot_acceptance else hot
            if hot and (accepted < EXCHANGE.cold_acceptance or heat * EXCHANGE.max_heat_ratio <= hot):
                break
            heat *= EXCHANGE.quick_cooling if self.quick else EXCHANGE.cooling
        if self.quick or self._is_over(deadline):
            return self.quick
        hot = hot or heat
        self.temperatures = np.maximum(np.rint(np.geomspace(max(hot, 1), max(heat, 1), EXCHANGE.replicas)), 1).astype(
            np.int64
        )
        self.melt = max(melt, 1.0)
        self._anneal(EXCHANGE.replicas, deadline)
        return True

    def _anneal(self, hottest: int, deadline: float | None) -> None:
        """Anneal the hottest replicas from the melting point to their temperatures; all others walk at theirs."""
        heats = self._heats()
        melted = heats.astype(np.float64)
        melted[self.rungs[:hottest]] = self.melt
        proposals = EXCHANGE.annealing_proposals * len(self.energy.problem) // EXCHANGE.annealing_steps
        for step in np.rint(np.geomspace(melted, heats, EXCHANGE.annealing_steps)).astype(np.int64):
            for start in range(0, proposals, EXCHANGE.round_proposals):
                if self._is_over(deadline):
                    return
                self.engine.walk(step, min(EXCHANGE.round_proposals, proposals - start), deadline)

    def _heats(self) -> IntVector:
        """Return (r,) int64: the temperature of each replica."""
        heats = np.empty(EXCHANGE.replicas, dtype=np.int64)
        heats[self.rungs] = self.temperatures
        return heats

    def _round(self, deadline: float | None) -> None:
        """Run one round: walk, exchange neighbours, and at intervals descend, check rules and raise penalties."""
        self.engine.walk(self._heats(), EXCHANGE.round_proposals, deadline)
        self._exchange_neighbours()
        self.turn += 1
        if self.turn % EXCHANGE.descent_rounds == 0:
            self._consider(self.engine.descend(int(self.rungs[-1]), deadline))
        if self.turn % EXCHANGE.check_rounds == 0:
            self._watch()
            self._rename_groups()
        if self.turn % EXCHANGE.penalty_rounds == 0:
            self._raise()

    def _exchange_neighbours(self) -> None:
        """Exchange the temperatures of neighbours by the Metropolis rule in integers; even and odd rungs alternate."""
        draws = QUANTILES[self.random.integers(0, len(QUANTILES), EXCHANGE.replicas)].tolist()
        rungs, heats, energies = self.rungs.tolist(), self.temperatures.tolist(), self.engine.states.energies.tolist()
        for upper in range(self.turn % 2, EXCHANGE.replicas - 1, 2):
            hot, cold = rungs[upper], rungs[upper + 1]
            warm, cool = heats[upper], heats[upper + 1]
            if (energies[cold] - energies[hot]) * (warm - cool) << QUANTILE_BITS <= draws[upper] * warm * cool:
                self.rungs[upper], self.rungs[upper + 1] = cold, hot

    def _rename_groups(self) -> None:
        """Exchange the members of two groups of different sizes in each replica, if both size ranges allow it.

        The energy stays the same, but other sizes come within reach. Person by person, a group would have to cross
        states of high energy to get there.
        """
        spans, states = self.energy.spans, self.engine.states
        if self.energy.problem.leaders is not None or len(set(spans)) == 1:
            return
        tables = self.engine.tables
        for replica in range(EXCHANGE.replicas):
            labels = self.random.choice(len(spans), 2, replace=False).tolist()
            sizes = states.sizes[replica, labels].tolist()
            fits = all(
                spans[name].least <= size <= spans[name].most for name, size in zip(labels, sizes[::-1], strict=True)
            )
            if fits and sizes[0] != sizes[1]:
                states.rename(tables, replica, (labels[0], labels[1]))

    def _consider(self, place: IntVector) -> None:
        """Store the groups as the best ones if they satisfy all rules and are better than the best so far."""
        energy = self.energy
        if self.ruled and not energy.keeps_rules(place):
            return
        standing = energy.standing(energy.groups(place))
        if energy.known is None or standing > energy.known:
            energy.known, self.best, self.improved = standing, place.copy(), self.turn
            if "floor" in energy.problem.goals and not self.quick:
                self._seek_floor(place)

    def _seek_floor(self, place: IntVector) -> None:
        """Set the floor of the energy slightly above that of these groups."""
        groups = self.energy.groups(place)
        floor = self.energy.problem.value("floor", groups)
        pairs = sum(pairs_in(len(group)) for group in groups)
        mean = sum(map(self.energy.problem.worth_of, groups)) // max(pairs, 1)
        target = floor + max((mean - floor) // EXCHANGE.floor_step_divisor, 1)
        if target != self.energy.floor:
            self.energy.floor = target
            self._load()

    def _watch(self) -> None:
        """Count the penalties that the coldest replicas pay, by kind."""
        if self.ruled:
            self.looks += EXCHANGE.checked_replicas
            for replica in self.rungs[-EXCHANGE.checked_replicas :].tolist():
                self.broken += self.energy.broken(self.engine.states.place[replica])

    def _raise(self) -> None:
        """Raise the kinds of penalties that were paid in over half of the checks."""
        is_frequent: BoolVector = self.broken * 2 > self.looks
        if is_frequent.any():
            self.energy.raise_penalties(is_frequent)
            self._load()
        self.broken[:], self.looks = 0, 0

    def _load(self) -> None:
        """Recompute all counts and values with the current penalties."""
        tables, states, timer = self.energy.tables(), self.engine.states, self.engine.timer
        states.load(tables)
        self.engine = type(self.engine)(tables, states, QUANTILES)  # type: ignore[call-arg]  # both engines have this signature
        self.engine.timer = timer
