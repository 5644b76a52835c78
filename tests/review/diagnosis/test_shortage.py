"""Who has too few possible partners, with exact numbers, and against every subset of people."""

from itertools import combinations

import numpy as np
import pytest

from mentormatch.assignment.rule import BoolBlock
from mentormatch.people import Cohort
from mentormatch.programme import Programme
from mentormatch.review.diagnosis.finding import Finding
from mentormatch.review.diagnosis.posture import Posture
from mentormatch.review.diagnosis.shortage import Shortage, allowed_pairs, by_reach, shortages
from mentormatch.scoring.score import score
from tests.review.diagnosis.people import alike, cohort, counting, programme, words

SAME = {"kind": "common", "name": "le même métier", "field": "metier"}
MINIMUM = {"kind": "capacity", "most": 2, "minimum": 2, "always": True}


def posture(people: Cohort, asked: Programme) -> Posture:
    return Posture.of(people, score(people, asked.criteria), asked.rules)


def findings(people: Cohort, asked: Programme) -> list[Finding]:
    return list(by_reach(posture(people, asked)))


def test_five_people_who_can_only_go_to_two_mentors_with_four_places_lack_one() -> None:
    mentors = [{"metier": "diffusion", "places": 2}] * 2 + [{"places": 2}] * 4
    people = cohort(mentors, [{"metier": "diffusion"}] * 5 + [{}] * 3)
    found = [
        one for one in findings(people, programme({"kind": "capacity", "field": "places"}, SAME)) if "E1" in one.people
    ]
    said = (
        "Ces 5 mentorés (E1, E2, E3, E4 et E5) ne peuvent aller qu'avec ces 2 mentors (M1 et M2), qui ont 4 places "
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
    said = "Ce mentoré (E1) n'a aucun partenaire possible : tous sont exclus par « le même métier »."
    assert (found.sentence, found.missing) == (said, 1)


def test_minimums_out_of_reach_leave_no_solution() -> None:
    people = cohort([{"metier": "diffusion"}, {}, {}], [{"metier": "diffusion"}] + [{}] * 5)
    found = [one for one in findings(people, programme(MINIMUM, SAME)) if one.decisive]
    said = (
        "Ce mentor (M1) doit former 2 binômes au moins et ne peut aller qu'avec ce mentoré (E1), qui a 1 place pour "
        "lui : il manque 1 place. Les autres sont exclus par « le même métier »."
    )
    assert [(one.code, words(one.sentence)) for one in found] == [("minimum_out_of_reach", said)]


def test_a_quota_that_the_rules_put_out_of_reach_names_them() -> None:
    people = cohort([{}, {}], [{}, {"metier": "diffusion"}])
    asked = programme(SAME, counting("mentee", "diffusion", name="la diffusion", least=1))
    (found,) = [one for one in findings(people, asked) if one.decisive]
    said = (
        "« la diffusion » demande 1 binôme ; les règles en permettent 0 au plus : il en manque 1. "
        "D'autres sont exclus par « le même métier »."
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
    assert sum(part.asked - part.there for part in found) == worst
    assert sorted(row for part in found for row in part.people) == smallest
    assert apart(found)


def greatest_shortage(block: BoolBlock, most: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> tuple[int, list[int]]:
    """Return how many of the columns lack a place at the most, and the fewest columns of which this is true."""
    subsets = [list(some) for size in range(block.shape[1] + 1) for some in combinations(range(block.shape[1]), size)]
    lack = [len(some) - int(np.minimum(most, block[:, some].sum(axis=1)).sum()) for some in subsets]
    return max(lack), subsets[lack.index(max(lack))]


def apart(parts: list[Shortage]) -> bool:
    partners = [partner for part in parts for partner in part.partners]
    return len(partners) == len(set(partners))


def test_allowed_pairs_are_those_of_the_problem() -> None:
    people = cohort([{}, {"metier": "diffusion"}], [{}, {}])
    assert allowed_pairs(posture(people, programme(SAME)).problem).tolist() == [[True, True], [False, False]]
