"""The search for groups: energies stay exact, sizes and blocks stay whole, and any order of the people is the same."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from mentormatch import GroupProblem, Status, form_groups
from mentormatch.assignment.kernels.jit import HAS_NUMBA
from mentormatch.groups import replica_exchange
from mentormatch.groups.check import violations
from mentormatch.groups.columns import greedy_clique_partition
from mentormatch.groups.energy import COUNTS, Energy, ReplicaStates, draw_start, keyed_order, reorder
from mentormatch.groups.relaxation import AdmmState
from mentormatch.groups.replica_arrays import ArrayReplicas, PairedExchange
from mentormatch.groups.replica_exchange import QUANTILES, ExchangeOptions, GroupSearch, ReplicaWalk, groups_for
from mentormatch.groups.solver import solve_groups
from tests.conftest import DEEP, some_of
from tests.doors import substitute
from tests.groups.random_problems import drawn_problem

pytestmark = pytest.mark.promise(9)

DRAWS = 200 if DEEP else 3


def engines() -> Iterator[Callable[..., ArrayReplicas]]:
    yield ArrayReplicas
    if HAS_NUMBA:
        from mentormatch.groups.replica_kernels import CompiledReplicas

        yield CompiledReplicas  # type: ignore[misc]  # an engine like the other


def energy_of(energy: Energy, place: np.ndarray) -> int:
    """Return the energy of groups by its definition, person by person."""
    problem, penalties, total = energy.problem, energy.penalties, 0
    tables = energy.tables()
    for number, group in enumerate(energy.groups(place)):
        value = sum(int(tables.pairs[a, b]) for a in group for b in group if a < b)
        value += sum(int(tables.alone[number, person]) for person in group)
        value += sum(each.of(group) * energy.scale for each in problem.shared if energy.seeks_worth)
        for rule, count in enumerate(problem.counts):
            there = sum(bool(count.holds[person]) for person in group)
            short = 0 if count.none and there == 0 else max(count.least - there, there - count.most, 0)
            value -= short * penalties[COUNTS + rule]
        pairs = len(group) * (len(group) - 1) // 2
        total += value - int(tables.floor[1]) * max(int(tables.floor[0]) * pairs - value, 0)
    return total + sum(int(tables.alone[-1, person]) for person in np.flatnonzero(place == len(energy.spans)))


def keeps_sizes_and_blocks(energy: Energy, place: np.ndarray) -> bool:
    sizes = np.bincount(place, minlength=len(energy.spans) + 1)
    sized = all(span.least <= size <= span.most for span, size in zip(energy.spans, sizes[:-1].tolist(), strict=True))
    return sized and all(len({int(place[person]) for person in block}) == 1 for block in energy.problem.together)


@pytest.mark.parametrize("engine", list(engines()), ids=lambda engine: engine.__name__)
@pytest.mark.parametrize("outside", [False, True])
def test_energies_stay_exact_and_sizes_and_blocks_whole(engine: Callable[..., ArrayReplicas], *, outside: bool) -> None:
    moved = 0
    for seed in range(DRAWS):
        problem = drawn_problem(seed)
        energy = Energy(reorder(problem, keyed_order(problem)), groups_for(problem), outside)
        energy.floor = 400_000 if "floor" in problem.goals else None
        tables, random = energy.tables(), np.random.default_rng(seed)
        starts = [draw_start(tables, random) for _ in range(4)]
        states = ReplicaStates(tables, np.array([start for start in starts if start is not None]), seed)
        replicas = engine(tables, states, QUANTILES)
        before = states.place.copy()
        for heat in (8.0, 1.0, 0.1):
            replicas.walk(np.full(len(states), int(energy.unit * heat)), 3_000)
            for replica, place in enumerate(states.place):
                assert keeps_sizes_and_blocks(energy, place)
                assert int(states.energies[replica]) == energy_of(energy, place), (seed, heat)
        moved += int((before != states.place).sum())
        below = replicas.descend(0)
        assert keeps_sizes_and_blocks(energy, below)
        assert energy_of(energy, below) >= int(states.energies[0])
        counted = [array.copy() for array in (*states.arrays()[:8], states.value)]
        states.load(tables)
        plain = tables.plain
        for old, new in zip(counted[: None if not plain else -1], (*states.arrays()[:8], states.value), strict=False):
            assert np.array_equal(old, new)
    assert moved


@pytest.mark.promise(12)
@pytest.mark.parametrize("compiled", [False, True] if HAS_NUMBA else [False])
def test_any_order_of_the_people_gives_the_same_groups(monkeypatch: pytest.MonkeyPatch, *, compiled: bool) -> None:
    if not compiled:
        substitute(monkeypatch, "groups", HAS_NUMBA=False)
    options = ExchangeOptions(cooling_proposals=400, annealing_proposals=100, round_proposals=800)
    substitute(monkeypatch, "groups", EXCHANGE=options)
    for seed in range(2, 2 + DRAWS // 2):
        problem = drawn_problem(seed)
        found = []
        for turn in range(3):
            order = np.random.default_rng(turn).permutation(len(problem))
            again = GroupSearch(reorder(problem, order)).run(12, None)
            found.append(None if again is None else {frozenset(order[list(group)].tolist()) for group in again.groups})
        assert found[0] == found[1] == found[2]


def test_where_not_all_have_a_place_as_many_as_can_be_have_one() -> None:
    draw = np.random.default_rng(6)
    worth = np.triu(draw.integers(0, 1_000, (26, 26)), 1)
    problem = GroupProblem.from_scores(worth + worth.T, [(4, 6)] * 4)
    # Seven of whom no two may meet have four groups: three of them are left out, and the others fill 24 places
    apart = np.zeros((26, 26), dtype=bool)
    apart[:7, :7] = ~np.eye(7, dtype=bool)
    found = GroupSearch(replace(problem, apart=apart, priority=np.arange(26) % 3)).run(40, None)
    assert found is not None
    assert found.standing[0] == 23
    assert all(sum(person < 7 for person in group) == 1 for group in found.groups)


class Clock:
    """A clock that goes on by what is done alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def timed[**P, R](self, work: Callable[P, R], seconds: float) -> Callable[P, R]:
        """Return work that takes so many seconds."""

        def working(*args: P.args, **kwargs: P.kwargs) -> R:
            self.now += seconds
            return work(*args, **kwargs)

        return working


# Powers of 2 add up exactly
@pytest.mark.parametrize(
    ("start_s", "step_s", "check_s"), some_of([(2**-3, 2**-10, 2**-4), (2**-10, 2**-3, 2**-10), (2**-4, 2**-4, 2**-3)])
)
def test_a_time_limit_ends_before_a_start_a_step_or_the_check_that_would_not_fit(
    start_s: float, step_s: float, check_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start, a step and the check of 240 people take long: none begins that would end after the limit."""
    clock, limit_s, n = Clock(), 0.5, 240
    substitute(monkeypatch, "groups", HAS_NUMBA=False, monotonic=clock)
    monkeypatch.setattr(replica_exchange, "draw_start", clock.timed(draw_start, start_s))
    monkeypatch.setattr(PairedExchange, "step", clock.timed(PairedExchange.step, step_s))
    substitute(monkeypatch, "groups", violations=clock.timed(violations, check_s))
    scores = np.random.default_rng(0).random((n, n))
    apart = [(2 * k, 2 * k + 1) for k in range(n // 2)]
    problem = GroupProblem.from_scores(scores + scores.T, [(5, 7)] * 40, apart=apart)
    solution = form_groups(problem, time_limit_s=limit_s)
    assert clock.now <= limit_s
    assert solution.status in (Status.FEASIBLE, Status.STOPPED)


def test_all_the_time_is_used_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    draw, clock = np.random.default_rng(5), Clock()
    worth = np.triu(draw.integers(0, 100, (60, 60)), 1)
    problem = GroupProblem.from_scores(worth + worth.T, [(8, 12)] * 6)
    substitute(monkeypatch, "groups", HAS_NUMBA=False, monotonic=clock)
    for kind in (PairedExchange, AdmmState):
        monkeypatch.setattr(kind, "step", clock.timed(kind.step, 2**-7))
    monkeypatch.setattr(AdmmState, "estimate_step_s", lambda _: 2**-7)
    for limit in (0.25, 0.5):
        began = clock.now
        solution = solve_groups(problem, time_limit_s=limit)
        assert solution.status is Status.FEASIBLE
        assert limit * 0.9 < clock.now - began <= limit


@pytest.mark.parametrize("seed", range(20))
def test_people_who_may_not_meet_are_parted_into_cliques_greedily(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = int(random.integers(0, 30))
    apart = np.triu(random.random((n, n)) < random.random(), 1)
    apart |= apart.T
    left, expected = np.argsort(-apart.sum(axis=1), kind="stable").tolist(), []
    while left:
        clique: list[int] = []
        for person in left:
            if apart[person, clique].all():
                clique.append(person)
        expected.append(clique)
        left = [person for person in left if person not in clique]
    assert list(greedy_clique_partition(apart)) == expected


def test_hot_replicas_that_find_nothing_better_are_annealed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "groups", EXCHANGE=ExchangeOptions(stale_rounds=6, annealing_proposals=80))
    annealed, anneal = list[int](), ReplicaWalk._anneal

    def noted(walk: ReplicaWalk, hottest: int, ends: float | None) -> None:
        cold = walk.temperatures[-1]
        annealed.append(hottest)
        anneal(walk, hottest, ends)
        assert walk.temperatures[-1] == cold

    monkeypatch.setattr(ReplicaWalk, "_anneal", noted)
    worth = np.random.default_rng(1).integers(0, 1_000, (24, 24))
    problem = GroupProblem.from_scores(worth + worth.T, [(5, 7)] * 4)
    search = GroupSearch(problem)
    first = search.run(5, None)
    later = search.run(60, None)
    assert annealed == [16, *[8] * (len(annealed) - 1)]
    assert 2 < len(annealed) <= 11
    assert first is not None
    assert later is not None
    assert later.standing >= first.standing
