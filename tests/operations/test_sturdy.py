"""Sturdy plans: equal to every plan and every repair tried by hand, and each departure to the repair of the library."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from functools import cache
from io import BytesIO
from itertools import combinations
from random import Random

import numpy as np
import pytest
from openpyxl import load_workbook

import mentormatch as mm
from mentormatch import AssignmentProblem, sturdy
from mentormatch.operations.departures import DepartureMarket
from mentormatch.report.exporters.workbook import WorkbookExporter
from tests.conftest import some_of
from tests.doors import substitute
from tests.operations.situations import RULES, market, people, programme

type Pairs = tuple[tuple[int, int], ...]


class Market:
    """What a problem says, as plain lists."""

    def __init__(self, problem: AssignmentProblem) -> None:
        n, m = problem.shape
        there = problem.scores.allows_block(np.arange(n), np.arange(m))
        there &= (problem.mentors.most > 0)[:, None] & (problem.mentees.most > 0)[None, :]
        self.n, self.m, self.rows = n, m, problem.rows
        self.reach = [set(np.flatnonzero(there[:, mentee]).tolist()) for mentee in range(m)]
        self.most, self.least = problem.mentors.most.tolist(), problem.mentors.least.tolist()
        self.optional = problem.mentors.optional.tolist()
        self.blocks = [row.block(problem.shape).tolist() for row in problem.rows]
        self.people = [(0, i) for i in range(n) if any(i in some for some in self.reach)]
        self.people += [(1, j) for j in range(m) if self.reach[j]]

    def every_choice(self, mentees: Sequence[int], mentors: Set[int]) -> Iterator[Pairs]:
        """Yield every way to give each of some mentees one of some mentors, or nobody."""
        if not mentees:
            yield ()
            return
        first, *others = mentees
        for rest in self.every_choice(others, mentors):
            yield rest
            yield from (((mentor, first), *rest) for mentor in self.reach[first] & mentors)

    def sums(self, pairs: Pairs) -> list[int]:
        """Return what the pairs count in each rule of several people."""
        return [sum(block[i][j] for i, j in pairs) for block in self.blocks]

    def is_plan(self, pairs: Pairs) -> bool:
        for mentor in range(self.n):
            load = sum(one == mentor for one, _ in pairs)
            idle = load == 0 and self.optional[mentor]
            if load > self.most[mentor] or (load < self.least[mentor] and not idle):
                return False
        totals = zip(self.rows, self.sums(pairs), strict=True)
        return all((r.least is None or r.least <= is_) and (r.most is None or is_ <= r.most) for r, is_ in totals)

    def may_follow(self, kept: Pairs, new: Pairs) -> bool:
        """Say whether new pairs break no rule further than the pairs that are left do."""
        for mentor in {mentor for mentor, _ in new}:
            before = sum(one == mentor for one, _ in kept)
            load = before + sum(one == mentor for one, _ in new)
            if load > self.most[mentor] or (not before and load < self.least[mentor]):
                return False
        for row, old, now in zip(self.rows, self.sums(kept), self.sums((*kept, *new)), strict=True):
            if row.least is not None and now < min(row.least, old):
                return False
            if row.most is not None and now > max(row.most, old):
                return False
        return True

    def held(self, pairs: Pairs, k: int) -> tuple[int, int]:
        """Return how many mentees have a partner at worst, and in all, every repair of every departure being tried."""
        found = []
        for leaving in combinations(self.people, k):
            kept = tuple((i, j) for i, j in pairs if (0, i) not in leaving and (1, j) not in leaving)
            alone = [j for j in range(self.m) if (1, j) not in leaving and j not in {mentee for _, mentee in kept}]
            load = Counter(mentor for mentor, _ in kept)
            free = {i for i in range(self.n) if (0, i) not in leaving and load[i] < self.most[i]}
            found.append(len(kept) + self.most_new(kept, tuple(alone), frozenset(free)))
        return min(found), sum(found)

    @cache  # noqa: B019 - a market lives as long as its test
    def most_new(self, kept: Pairs, alone: tuple[int, ...], free: frozenset[int]) -> int:
        """Return how many of those who are alone can have a free mentor, every way being tried."""
        return max(len(new) for new in self.every_choice(alone, free) if self.may_follow(kept, new))


def pairs_of(made: mm.Matching) -> Pairs:
    return tuple((mentor, mentee) for mentor, mentee in made.solution.pairs.tolist())


def plans_by_hand(made: mm.Matching, k: int = 1) -> list[tuple[tuple[int, int], int]]:
    """Return what each plan as full as a matching holds if ``k`` leave, and its points."""
    problem, market_by_hand = made.problem, Market(made.problem)
    given = pairs_of(made)
    weight = np.zeros(problem.shape[1]) if problem.mentee_priority is None else problem.mentee_priority
    first = sum(weight[mentee] for _, mentee in given)
    found = []
    for pairs in market_by_hand.every_choice(range(problem.shape[1]), set(range(problem.shape[0]))):
        full = len(pairs) >= len(given) and sum(weight[mentee] for _, mentee in pairs) >= first
        if full and market_by_hand.is_plan(pairs):
            points = int(problem.scores.at(*np.array(pairs, dtype=np.int64).T).sum())
            found.append((market_by_hand.held(pairs, k), points))
    return found


@pytest.mark.parametrize("seed", some_of(range(300), 12))
def test_a_plan_chosen_is_the_best_of_all_plans(seed: int) -> None:
    made = market(seed, 4)
    if made.status != "proved" or not made.pairs:
        assert not made.pairs
        return
    found = sturdy(made)
    assert found.complete
    tried = plans_by_hand(made)
    best = max(tried)
    given = sum(pair.score for pair in made.pairs)
    assert (found.best.worst, round(found.best.mean * found.departures)) == best[0]
    if len(found.curve) > 1:
        assert given - found.best.price == best[1]
    for one in found.curve[1:]:  # the price curve: nothing holds better at the price
        as_cheap = max(held for held, points in tried if given - points <= one.price)
        assert (one.worst, round(one.mean * found.departures)) == as_cheap


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100))
@pytest.mark.parametrize("k", [1, 2])
def test_a_plan_chosen_is_the_best_of_all_plans_of_seven_and_seven(seed: int, k: int) -> None:
    random = Random(seed)
    given = programme(random.sample(RULES[:1] + RULES[2:], random.randint(0, 2)))
    sides = [people(random, letter, 7) for letter in "ME"]
    for side in sides:
        for one in side:
            one["skills"] = one["skills"][:1]
    made = mm.match(mm.read_survey(given, mentors=sides[0], mentees=sides[1]), given)
    if made.pairs:
        found = sturdy(made, k)
        assert found.complete
        assert (found.best.worst, round(found.best.mean * found.departures)) == max(plans_by_hand(made, k))[0]


@pytest.mark.parametrize("seed", some_of(range(1000, 1400), 12))
@pytest.mark.parametrize("k", [1, 2])
def test_what_a_plan_holds_is_what_every_repair_tried_by_hand_holds(seed: int, k: int) -> None:
    made = market(seed, 7)
    if not made.pairs:
        return
    looked = DepartureMarket(made.problem, k)
    if looked.count:
        held = looked.count_retained(made.solution.pairs)
        assert (held.worst, held.total) == Market(made.problem).held(pairs_of(made), k)
        bound = looked.bound()
        assert bound.worst >= held.worst
        assert bound.total >= held.total


@pytest.mark.parametrize("seed", some_of(range(3000, 3020), 3))
def test_repairs_that_are_too_many_to_try_are_solved(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under minimums and quotas, what is tried choice by choice and what is solved are the same."""
    random = Random(seed)
    given = programme([random.choice(RULES[:2]), random.choice(RULES[2:4])])
    sides = [people(random, letter, 5) for letter in "ME"]
    made = mm.match(mm.read_survey(given, mentors=sides[0], mentees=sides[1]), given)
    if made.pairs:
        tried = DepartureMarket(made.problem, 2).count_retained(made.solution.pairs)
        substitute(monkeypatch, "operations", MAX_ENUMERATED=0)
        assert DepartureMarket(made.problem, 2).count_retained(made.solution.pairs) == tried


@pytest.mark.parametrize("seed", some_of(range(2000, 2100), 4))
def test_a_departure_leaves_what_a_repair_leaves(seed: int) -> None:
    """Rules of pairs and places alone: others look at the people who are left, and may have no answer at all."""
    random = Random(seed)
    given = programme(RULES[:1])
    sides = [people(random, letter, random.randint(3, 7)) for letter in "ME"]
    made = mm.match(mm.read_survey(given, mentors=sides[0], mentees=sides[1]), given)
    looked, found = DepartureMarket(made.problem, 1), []
    ids = made.cohort.mentors.ids, made.cohort.mentees.ids
    for mentors, mentees in looked.departures if made.pairs else ():
        left = [*(ids[0][i] for i in mentors), *(ids[1][j] for j in mentees)]
        keep = [(one.mentor, one.mentee) for one in made.pairs if one.mentor not in left and one.mentee not in left]
        found.append(len(mm.repair(made, withdrawn=left, keep=keep).matching.pairs))
    if found:
        held = looked.count_retained(made.solution.pairs)
        assert (held.worst, held.total) == (min(found), sum(found))


def test_of_plans_of_one_price_only_the_most_robust_is_told() -> None:
    given = mm.Programme.read(
        {
            "programme": {"name": "Mentorat"},
            "fields": {
                "id": {"kind": "text", "use": "key"},
                "skills": {"kind": "choices", "options": list("abcd")},
                "town": {"kind": "choice", "options": ["x", "y"]},
            },
            "criteria": [{"kind": "same", "field": "town"}],
            "rules": [{"kind": "common", "field": "skills"}],
        }
    )
    repeated = 0
    for seed in range(10, 20):
        random = Random(seed)
        sides = [
            [
                {
                    "id": f"{letter}{number}",
                    "skills": random.sample("abcd", random.randint(1, 2)),
                    "town": random.choice("xy") if seed % 2 else "x",
                }
                for number in range(count)
            ]
            for letter, count in (("M", 5), ("E", 4))
        ]
        cohort = mm.read_survey(given, mentors=sides[0], mentees=sides[1])
        found = sturdy(mm.match(cohort, given))
        assert found.complete
        prices = [plan.price for plan in found.curve[1:]]
        repeated += len(found.curve) > 1
        assert len(set(prices)) == len(prices)
    assert repeated


@pytest.mark.parametrize("k", [1, 2])
def test_of_many_plans_some_are_tried_and_a_bound_is_told(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = market(7, 7)
    exact = sturdy(made, k)
    substitute(monkeypatch, "operations", MAX_ENUMERATION_STEPS=3)
    some = sturdy(made, k)
    assert exact.complete
    assert not some.complete
    given = exact.curve[0]
    assert (some.curve[0].worst, some.curve[0].mean) == (given.worst, given.mean)
    assert (given.worst, given.mean) <= (some.best.worst, some.best.mean) <= (exact.best.worst, exact.best.mean)
    assert (exact.best.worst, exact.best.mean) <= (some.most_worst, some.most_mean)
    for one in some.curve:
        assert (
            mm.evaluate(made.cohort, made.programme, [(p.mentor, p.mentee) for p in one.matching.pairs]).breaches == ()
        )


def test_what_can_be_asked_is_one_or_two_who_leave_a_plan() -> None:
    made = market(7, 7)
    for k in (0, 3, 1.5):
        with pytest.raises(mm.RequestError):
            sturdy(made, k)  # type: ignore[arg-type]  # a wrong type, on purpose
    with pytest.raises(mm.RequestError, match="aucun binôme"):
        sturdy(mm.match(mm.Cohort(made.cohort.mentors.take([]), made.cohort.mentees), made.programme))
    with pytest.raises(mm.RequestError, match="rien ne peut être dit"):
        sturdy(made, 2, time_limit_s=1e-9)
    several = programme([{"kind": "capacity", "side": "mentee", "most": 2, "minimum": 2}])
    with pytest.raises(mm.RequestError, match="plusieurs mentor"):
        sturdy(mm.match(made.cohort, several))


def test_the_view_and_a_workbook_that_is_asked_for_tell_it_too() -> None:
    made = market(7, 7, documents={"sheets": ["sturdy"]})
    book = load_workbook(BytesIO(WorkbookExporter().content(made)))
    told = [str(cell.value) for row in book["Tenir aux départs"].iter_rows() for cell in row if cell.value]
    assert any("démontré" in text for text in told)
    assert "démontré" in made.show.sturdy().page()
    with mm.language("en"):
        assert "proved" in made.show.sturdy().page()
