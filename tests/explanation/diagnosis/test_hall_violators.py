"""Who has too few possible partners, with exact numbers, and against every subset of people."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pytest

from mentormatch import Cohort, Programme
from mentormatch.base.arrays import BoolMatrix, IntVector
from mentormatch.explanation.diagnosis.findings import Finding, RuleInstance
from mentormatch.explanation.diagnosis.hall_violators import HallViolator, allowed_pairs, find_hall_violators, shortages
from mentormatch.scoring.scores import score
from tests.explanation.diagnosis.people import METIERS, alike, cohort, counting, programme, words

SAME = {"kind": "common", "name": "le même métier", "field": "metier"}
MINIMUM = {"kind": "capacity", "most": 2, "minimum": 2, "always": True}


def posture(people: Cohort, asked: Programme) -> RuleInstance:
    return RuleInstance.of(people, score(people, asked.criteria), asked.rules)


def findings(people: Cohort, asked: Programme) -> list[Finding]:
    return list(find_hall_violators(posture(people, asked)))


def test_five_people_who_can_only_go_to_two_mentors_with_four_places_lack_one() -> None:
    mentors = [{"metier": "diffusion", "places": 2}] * 2 + [{"places": 2}] * 4
    people = cohort(mentors, [{"metier": "diffusion"}] * 5 + [{}] * 3)
    found = [
        one for one in findings(people, programme({"kind": "capacity", "field": "places"}, SAME)) if "E1" in one.people
    ]
    said = (
        "Ces 5 mentoré·es (E1, E2, E3, E4 et E5) ne peuvent aller qu’avec ces 2 mentor·es (M1 et M2), qui ont 4 places "
        "pour eux : il manque 1 place. Les autres sont exclus par « le même métier »."
    )
    assert [words(one.sentence) for one in found] == [said]
    assert [(one.code, one.missing, one.rules, one.decisive) for one in found] == [
        ("not_all_placed", 1, ("le même métier",), False)
    ]


def test_groups_that_share_no_partner_are_told_apart() -> None:
    trades = ["diffusion"] * 2 + ["administration"] * 3 + ["production"]
    people = cohort(
        [{"metier": trade} for trade in ("diffusion", "administration", "production")],
        [{"metier": trade} for trade in trades],
    )
    found = findings(people, programme(SAME))
    assert [(one.people, one.missing) for one in found] == [(("E1", "E2"), 1), (("E3", "E4", "E5"), 2)]


def test_somebody_without_any_partner_is_told_so() -> None:
    people = cohort([{}], [{"metier": "diffusion"}, {}])
    (found,) = [one for one in findings(people, programme(SAME)) if one.people == ("E1",)]
    said = "Ce·tte mentoré·e (E1) n’a aucun partenaire possible : tous sont exclus par « le même métier »."
    assert (found.sentence, found.missing) == (said, 1)


def test_minimums_out_of_reach_leave_no_solution() -> None:
    people = cohort([{"metier": "diffusion"}, {}, {}], [{"metier": "diffusion"}] + [{}] * 5)
    found = [one for one in findings(people, programme(MINIMUM, SAME)) if one.decisive]
    said = (
        "Ce·tte mentor·e (M1) doit former 2 binômes au moins et ne peut aller qu’avec ce·tte mentoré·e (E1), qui a "
        "1 place pour lui : il manque 1 place. Les autres sont exclus par « le même métier »."
    )
    assert [(one.code, words(one.sentence)) for one in found] == [("minimum_out_of_reach", said)]


def test_a_quota_that_the_rules_put_out_of_reach_names_them() -> None:
    people = cohort([{}, {}], [{}, {"metier": "diffusion"}])
    asked = programme(SAME, counting("mentee", "diffusion", name="la diffusion", least=1))
    (found,) = [one for one in findings(people, asked) if one.decisive]
    said = (
        "« la diffusion » demande 1 binôme ; les règles en permettent 0 au plus : il en manque 1. "
        "D’autres sont exclus par « le même métier »."
    )
    assert (found.code, words(found.sentence)) == ("quota_out_of_reach", said)


def test_what_counting_shows_is_not_told_again() -> None:
    assert findings(alike(3, 5), programme()) == []


@pytest.mark.parametrize("seed", range(40))
def test_the_people_named_are_the_smallest_set_with_the_greatest_shortage(seed: int) -> None:
    chance = np.random.default_rng(seed)
    n, m = chance.integers(1, 5), chance.integers(1, 7)
    people = cohort([{"places": int(chance.integers(1, 3))} for _ in range(n)], [{}] * m)
    stance = posture(people, programme({"kind": "capacity", "field": "places"}))
    block = chance.random((n, m)) < 0.4
    asked = np.ones(m, dtype=np.int64)
    found = list(shortages(stance, "mentee", block, asked))
    worst, smallest = greatest_shortage(block, stance.problem.mentors.most)
    assert sum(part.demand - part.supply for part in found) == worst
    assert sorted(row for part in found for row in part.people) == smallest
    assert apart(found)


def greatest_shortage(block: BoolMatrix, most: IntVector) -> tuple[int, list[int]]:
    """Return how many of the columns lack a place at the most, and the fewest columns of which this is true."""
    subsets = [list(some) for size in range(block.shape[1] + 1) for some in combinations(range(block.shape[1]), size)]
    lack = [len(some) - int(np.minimum(most, block[:, some].sum(axis=1)).sum()) for some in subsets]
    return max(lack), subsets[lack.index(max(lack))]


def apart(parts: list[HallViolator]) -> bool:
    partners = [partner for part in parts for partner in part.partners]
    return len(partners) == len(set(partners))


def test_allowed_pairs_are_those_of_the_problem() -> None:
    people = cohort([{}, {"metier": "diffusion"}], [{}, {}])
    assert allowed_pairs(posture(people, programme(SAME)).problem).tolist() == [[True, True], [False, False]]


def sentences(people: Cohort, *rules: Mapping[str, object]) -> list[str]:
    return [words(one.sentence) for one in findings(people, programme(*rules))]


TWO_TO_ONE = (
    "Ces 2 mentoré·es (E1 et E2) ne peuvent aller qu’avec ce·tte mentor·e (M1), qui a 1 place pour eux : il manque "
    "1 place."
)


def test_everybody_who_can_only_go_to_some_is_told_though_counting_counts_them_too() -> None:
    people = cohort([{}, {"metier": "diffusion"}], [{}] * 2)
    assert sentences(people, SAME) == [
        "Ce·tte mentor·e (M2) n’a aucun partenaire possible : tous sont exclus par « le même métier ».",
        f"{TWO_TO_ONE} Les autres sont exclus par « le même métier ».",
    ]


def test_some_who_can_go_to_all_there_are_are_told_without_a_rule_that_keeps_them_from_others() -> None:
    people = cohort([{}], [{}, {}, {"metier": "diffusion"}])
    assert sentences(people, SAME) == [
        TWO_TO_ONE,
        "Ce·tte mentoré·e (E3) n’a aucun partenaire possible : tous sont exclus par « le même métier ».",
    ]


def test_several_who_cannot_have_their_minimum_are_told_in_the_plural() -> None:
    people = cohort([{}, {}, {"metier": "diffusion"}], [{}] * 3 + [{"metier": "diffusion"}] * 4)
    (found,) = [one for one in findings(people, programme(MINIMUM, SAME)) if one.decisive]
    assert words(found.sentence) == (
        "Ces 2 mentor·es (M1 et M2) doivent former 4 binômes au moins et ne peuvent aller qu’avec ces 3 mentoré·es "
        "(E1, E2 et E3), qui ont 3 places pour eux : il manque 1 place. Les autres sont exclus par « le même métier »."
    )
    assert (found.missing, found.people, found.rules) == (1, ("M1", "M2"), ("le même métier",))


@pytest.mark.parametrize(("count", "told"), [(8, "E7 et E8)"), (9, "E7, E8 et 1 autre)"), (10, "E7, E8 et 2 autres)")])
def test_eight_are_named_and_the_others_counted(count: int, told: str) -> None:
    people = cohort([{}, {"metier": "diffusion"}], [{}] * count + [{"metier": "diffusion"}])
    (sentence,) = sentences(people, SAME)
    assert sentence.startswith(f"Ces {count} mentoré·es (E1, E2,")
    assert told in sentence


def test_rules_that_bar_nobody_else_are_not_said_to_be_in_the_way() -> None:
    people = cohort([{}, {"metier": "diffusion"}], [{}, {}, {"metier": "diffusion"}])
    bans = [{"kind": "ban", "mentor": "M1", "mentee": "E3"}, {"kind": "ban", "mentor": "M2", "mentee": "E9"}]
    (found,) = findings(people, programme(SAME, *bans))
    assert (found.people, found.rules) == (("E1", "E2"), ("le même métier",))


def test_who_takes_no_part_is_not_among_the_others() -> None:
    people = cohort([{}, {"metier": "diffusion", "complete": False}], [{}, {}, {"metier": "diffusion"}])
    assert sentences(people, SAME)[0] == TWO_TO_ONE


@pytest.mark.parametrize(("least", "codes"), [(1, []), (2, ["quota_out_of_reach"]), (3, [])])
def test_a_quota_is_out_of_reach_only_where_enough_people_are_there(least: int, codes: list[str]) -> None:
    people = cohort([{}, {}], [{}, {"metier": "diffusion", "niveau": "expert"}, {"metier": "diffusion"}])
    gap = {"kind": "gap", "name": "l’avance", "field": "niveau", "least": 0}
    quota = counting("mentee", "diffusion", name="la diffusion", least=least)
    other = {"kind": "ban", "name": "autre", "mentor": "M1", "mentee": "E1"}
    found = [one for one in findings(people, programme(gap, quota, other)) if one.decisive]
    assert [one.code for one in found] == codes
    assert [(one.missing, one.rules) for one in found] == [(1, ("la diffusion", "l’avance"))] * len(codes)


def test_a_quota_with_no_least_or_a_weighed_sum_is_never_out_of_reach() -> None:
    people = cohort([{}, {}], [{}, {"metier": "diffusion"}])
    share = {"kind": "proportion", "field": "metier", "in": ["diffusion"], "least": 100}
    found = findings(people, programme(SAME, counting("mentee", "diffusion", most=0), share))
    assert [one for one in found if one.decisive] == []


def test_minimums_come_before_quotas_and_who_is_left_out_comes_last() -> None:
    people = cohort([{"metier": "diffusion"}, {}, {}], [{"metier": "diffusion"}, *([{}] * 5)])
    quota = counting("mentee", "diffusion", name="deux", least=2)
    other = {"kind": "ban", "mentor": "M2", "mentee": "E2"}
    codes = [one.code for one in findings(people, programme(MINIMUM, SAME, other, quota))]
    assert codes == ["minimum_out_of_reach", "not_all_placed"]
    rules = [SAME, counting("mentor", "diffusion", name="un", least=1)]
    apart = cohort([{"metier": "diffusion"}, {}], [{}, {}])
    assert [one.code for one in findings(apart, programme(*rules))] == [
        "quota_out_of_reach",
        "not_all_placed",
        "not_all_placed",
    ]


def test_what_counting_shows_of_those_who_take_part_is_not_told_again() -> None:
    people = cohort([{"places": 0}, {}, {}], [{}])
    assert findings(people, programme({"kind": "capacity", "field": "places"})) == []


def test_a_quota_out_of_reach_says_how_many_of_its_pairs_the_rules_leave() -> None:
    people = cohort([{}] * 3, [{}, {"metier": "diffusion"}, {"metier": "diffusion"}])
    asked = programme(SAME, counting("mentee", *METIERS, name="trois", least=3))
    found = next(one for one in findings(people, asked) if one.code == "quota_out_of_reach")
    assert found.missing == 2
    assert "les règles en permettent 1 au plus : il en manque 2." in words(found.sentence)


def test_a_rule_between_people_and_the_partners_they_have_is_not_in_the_way_of_others() -> None:
    people = cohort([{}, {}, {"metier": "diffusion"}], [{}] * 3 + [{"metier": "diffusion"}])
    ban = {"kind": "ban", "mentor": "M2", "mentee": "E1"}
    found = next(one for one in findings(people, programme(SAME, ban)) if one.code == "not_all_placed")
    assert (found.people, found.rules) == (("E1", "E2", "E3"), ("le même métier",))
