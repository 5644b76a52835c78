"""The example programme, from one season to the next and from one round to another."""

from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import GroupProblem, language
from mentormatch.groups.rotation import least_repeats, repeats_in
from mentormatch.results import Grouping
from tests.groups.examples import example_groups


@pytest.fixture(scope="module")
def grouping() -> Grouping:
    return example_groups()


def test_the_example_is_proved_with_nobody_beside_a_colleague(grouping: Grouping) -> None:
    assert str(grouping.status) == "proved"
    assert [len(group.members) for group in grouping.groups] == [8, 8, 8]
    members = grouping.cohort.members
    assert len({name for names in members.names("structure").values for name in names or ()}) == 15
    for group in grouping.groups:
        at = [members.names("structure").values[members.find(key)] or () for key in group.members]
        assert len({name for names in at for name in names}) == 8
    assert not grouping.unplaced
    assert grouping.conflict is None


def test_next_season_as_few_people_meet_again_as_can_be(grouping: Grouping) -> None:
    again = mm.form_groups(grouping.cohort, grouping.programme, past=[grouping])
    assert str(again.status) == "proved"
    # of eight people who were together, three groups hold at least 3 + 3 + 2: 7 pairs for each former group
    assert again.repeats == 21
    assert sum(len(group.met) for group in again.groups) == 21
    before = {frozenset(pair) for group in grouping.groups for pair in combinations(group.members, 2)}
    assert {frozenset(pair) for group in again.groups for pair in group.met} <= before


@pytest.mark.promise(9)
def test_every_round_of_a_rotation_keeps_the_rules(grouping: Grouping) -> None:
    rotation = mm.rotate(grouping, 3)
    assert rotation.rounds[0] == tuple(group.members for group in grouping.groups)
    apart = grouping.formulation.problem.apart
    place = {grouping.cohort.members.ids[row]: at for at, row in enumerate(grouping.formulation.members)}
    for each in rotation.rounds:
        assert sorted(key for group in each for key in group) == sorted(place)
        assert not any(apart[place[a], place[b]] for group in each for a, b in combinations(group, 2))
    met = [frozenset(pair) for each in rotation.rounds for group in each for pair in combinations(group, 2)]
    assert rotation.repeats == len(met) - len(set(met)) >= rotation.bound
    assert "3\u00a0tours" in rotation.explanation


@pytest.mark.parametrize(("people", "sizes", "apart"), [(4, (3, 1), ()), (4, (3,), ()), (3, (2,), ((0, 2),))])
def test_the_bound_of_any_rounds_is_below_the_repeats_of_all_rounds_of_these_sizes(
    people: int, sizes: tuple[int, ...], apart: tuple[tuple[int, int], ...]
) -> None:
    problem = GroupProblem.from_scores(np.zeros((people, people)), sizes, apart=apart)
    first = [group for group in combinations(range(people), sizes[0]) if not problem.apart[np.ix_(group, group)].any()]
    alone = [tuple((person,) for person in range(people) if len(sizes) > 1 and person not in group) for group in first]
    partitions = [(group, *others) for group, others in zip(first, alone, strict=True)]
    several = list(combinations_with_replacement(partitions, 3))
    assert max(least_repeats(problem, rounds) for rounds in several) <= min(map(repeats_in, several))


def test_a_rotation_without_groups_is_refused(grouping: Grouping) -> None:
    with pytest.raises(mm.MentorMatchError, match="au moins un tour"):
        mm.rotate(grouping, 0)


def test_groups_are_explained_in_both_languages(grouping: Grouping) -> None:
    assert "total des points : 6\u202f" in grouping.explain()
    with language("en"):
        told = grouping.explain()
        assert "Group 1: C01" in told
        assert "points out of 100 per pair" in told
        assert not {"é", "«"} & set(told.replace("créneaux", "").split("\n")[0])
    assert grouping.remarks == ()


def test_somebody_the_team_brings_together_or_keeps_apart_is(grouping: Grouping) -> None:
    first, second, *_ = grouping.groups
    place = {grouping.cohort.members.ids[row]: at for at, row in enumerate(grouping.formulation.members)}
    mine = place[first.members[1]]
    other = next(key for key in second.members if not grouping.formulation.problem.apart[mine, place[key]])
    kept = mm.form_groups(
        grouping.cohort,
        grouping.programme,
        together=[(first.members[1], other)],
        apart=[(first.members[0], first.members[2])],
    )
    home = {key: group.number for group in kept.groups for key in group.members}
    assert home[first.members[1]] == home[other]
    assert home[first.members[0]] != home[first.members[2]]
