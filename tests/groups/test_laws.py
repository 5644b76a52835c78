"""What groups must do, whatever the people, the rules and the goals."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from random import Random

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import Cohort, GroupProblem
from mentormatch.groups.check import violations
from mentormatch.groups.problem import SizeRange
from mentormatch.groups.solver import solve_groups
from mentormatch.results import Grouping, GroupSolution
from mentormatch.rules import Apart, Together
from tests.conftest import DEEP
from tests.groups.random_programmes import Drawn, drawn

CASES = 600 if DEEP else 8
COHORTS = 10_000 if DEEP else 12


def formed(made: Drawn, **more: object) -> Grouping:
    return mm.form_groups(made.cohort, made.programme, past=made.past, **more)  # type: ignore[call-overload, no-any-return]  # keywords, and pairs of keys


@lru_cache(CASES)
def case(seed: int) -> tuple[Drawn, Grouping]:
    made = drawn(seed)
    return made, formed(made)


def cases(start: int = 0) -> Iterator[tuple[Drawn, Grouping, Random]]:
    """Yield programmes and their groups: the same for all laws of the fast suite, others for each law of the proof."""
    for seed in range(start, start + CASES) if DEEP else range(CASES):
        yield *case(seed), Random(seed)


def keys_of(grouping: Grouping) -> set[tuple[str, ...]]:
    return {tuple(sorted(group.members)) for group in grouping.groups}


def values(grouping: Grouping) -> tuple[int, ...]:
    return tuple(-tier.value if tier.goal == "meetings" else tier.value for tier in grouping.tiers)


@pytest.mark.promise(12)
def test_any_order_of_the_rows_gives_the_same_groups() -> None:
    for made, grouping, random in cases():
        members, leaders = made.cohort.members, made.cohort.facilitators
        order = random.sample(range(len(members)), len(members))
        shuffled = Cohort(leaders.take(list(reversed(range(len(leaders))))), members.take(order))
        again = formed(Drawn(made.programme, shuffled, made.past))
        assert keys_of(again) == keys_of(grouping)
        assert {group.facilitator for group in again.groups} == {group.facilitator for group in grouping.groups}


@pytest.mark.promise(1)
def test_every_member_is_in_one_group_or_unplaced_with_a_reason() -> None:
    for made, grouping, _ in cases(1_000):
        placed = [key for group in grouping.groups for key in group.members]
        left = [each.person for each in grouping.unplaced]
        assert sorted([*placed, *left]) == sorted(made.cohort.members.ids)
        assert all(each.reason and each.code for each in grouping.unplaced)


@pytest.mark.promise(18)
def test_shares_add_up_to_the_score_of_each_group_and_these_to_the_total() -> None:
    for _, grouping, _ in cases(2_000):
        total = 0
        for group, places in zip(grouping.groups, grouping.solution.groups, strict=True):
            assert sum(share.share for share in group.contributions) == group.score
            assert group.score == grouping.formulation.problem.worth_of(places)
            total += group.score
        assert [tier.value for tier in grouping.tiers if tier.goal == "total"] in ([], [total])
        assert grouping.contributions == total


@pytest.mark.promise(14)
def test_one_rule_more_never_makes_it_better() -> None:
    for made, grouping, random in cases(3_000):
        ids = list(made.cohort.members.ids)
        some = random.sample(ids, 2)
        for rule in (Apart(people=some), Together(people=some)):
            stricter = formed(Drawn(made.programme.with_rules([rule]), made.cohort, made.past))
            assert str(stricter.status) in ("proved", "infeasible")
            assert not stricter.groups or values(stricter) <= values(grouping)


@pytest.mark.promise(14)
def test_asking_for_what_is_so_already_changes_nothing() -> None:
    for made, grouping, random in cases(4_000):
        if not grouping.groups:
            continue
        group = random.choice(grouping.groups)
        rules = [Together(people=list(group.members))] if len(group.members) > 1 else []
        if len(grouping.groups) > 1:
            first, second = random.sample(grouping.groups, 2)
            rules.append(Apart(people=[first.members[0], second.members[0]]))  # type: ignore[arg-type]  # keywords, and pairs of keys
        again = formed(Drawn(made.programme.with_rules(rules), made.cohort, made.past))
        assert keys_of(again) == keys_of(grouping)


@pytest.mark.promise(14)
def test_scaling_all_weights_changes_nothing() -> None:
    for made, grouping, _ in cases(5_000):
        criteria = [each.model_copy(update={"weight": each.weight * 8}) for each in made.programme.criteria]
        scaled = formed(Drawn(made.programme.model_copy(update={"criteria": criteria}), made.cohort, made.past))
        assert keys_of(scaled) == keys_of(grouping)
        assert values(scaled) == values(grouping)


@pytest.mark.promise(14)
def test_somebody_who_takes_no_part_changes_nothing_for_the_others() -> None:
    for made, grouping, _ in cases(6_000):
        members = made.cohort.members
        aside = [row for row in range(len(members)) if row not in grouping.formulation.members]
        rest = [row for row in range(len(members)) if row not in aside]
        named = {key for rule in made.programme.rules if isinstance(rule, Together) for key in rule.people}
        if aside and not named & {members.ids[row] for row in aside} and "wishes" not in str(made.programme.criteria):
            without = formed(Drawn(made.programme, Cohort(made.cohort.facilitators, members.take(rest)), made.past))
            assert keys_of(without) == keys_of(grouping)


@pytest.mark.promise(9)
def test_no_rule_is_ever_broken_also_when_time_runs_out() -> None:
    for seed in range(COHORTS):
        random = Random(seed)
        made = drawn(10_000 + seed, people=random.randint(10, 24))
        grouping = formed(made, time_limit_s=random.choice([1e-6, 0.02, 0.2]))
        assert list(violations(grouping.formulation.problem, grouping.solution)) == []
        assert str(grouping.status) in ("proved", "feasible", "infeasible", "stopped")
        assert (str(grouping.status), grouping.gap) != ("feasible", 0)
        assert (grouping.gap == 0) >= (str(grouping.status) == "proved")


def problem(seed: int, n: int = 9) -> GroupProblem:
    worth = np.random.default_rng(seed).integers(-50, 100, (n, n))
    return GroupProblem.from_scores(np.triu(worth, 1) + np.triu(worth, 1).T, [(3, 3)] * 3)


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        (((0, 1, 2), (3, 4, 5), (5, 7, 8)), "somebody is in two groups"),
        (((0, 1, 2), (3, 4, 5), (6, 7)), "sizes"),
        (((0, 1, 2), (3, 4, 5)), "2 groups"),
    ],
)
def test_the_check_refuses_groups_that_are_not_what_was_asked_for(
    groups: tuple[tuple[int, ...], ...], told: str
) -> None:
    asked = problem(0)
    assert told in list(violations(asked, replace(solve_groups(asked), groups=groups)))


def test_the_check_refuses_those_who_may_not_meet_and_values_that_are_not_so() -> None:
    asked = problem(1)
    right = solve_groups(asked)
    apart = asked.apart.copy()
    apart[right.groups[0][0], right.groups[0][1]] = True
    assert any("meets" in told for told in violations(replace(asked, apart=apart), right))
    tiers = tuple(replace(tier, value=tier.value + 1) for tier in right.tiers)
    assert any("not" in told for told in violations(asked, replace(right, tiers=tiers)))
    assert "not proved" in list(
        violations(asked, replace(right, tiers=tuple(replace(t, bound=None) for t in right.tiers)))
    )


def test_relabelled_people_reach_the_same_values() -> None:
    for seed in range(CASES):
        asked = problem(seed)
        order = np.random.default_rng(seed).permutation(len(asked))
        renamed = replace(asked, worth=asked.worth[np.ix_(order, order)])
        assert [tier.value for tier in solve_groups(renamed).tiers] == [
            tier.value for tier in solve_groups(asked).tiers
        ]


def test_a_wider_range_of_sizes_never_makes_it_worse() -> None:
    for seed in range(CASES):
        asked = problem(seed)
        wider = replace(asked, spans=(SizeRange(2, 5),))
        assert tuple(t.value for t in solve_groups(wider).tiers) >= tuple(t.value for t in solve_groups(asked).tiers)


def test_nobody_is_an_answer() -> None:
    made = drawn(0)
    empty = Cohort(made.cohort.facilitators.take([]), made.cohort.members.take([]))
    programme = made.programme.model_copy(update={"rules": []})
    assert str(mm.form_groups(empty, programme).status) == "infeasible"
    assert violations(problem(0), GroupSolution(mm.Status.INFEASIBLE)) is not None


@pytest.mark.parametrize("sizes", [[], [0], [(0, 0), 0]])
def test_groups_without_places_are_refused(sizes: list[int | tuple[int, int]]) -> None:
    with pytest.raises(mm.RequestError, match="sizes"):
        GroupProblem.from_scores([[0, 1], [1, 0]], sizes)
