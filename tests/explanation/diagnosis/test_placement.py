"""The smallest change that places somebody, against every partner and every rule that the pair would break."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mentormatch import Cohort, Matching, Status, match
from mentormatch.explanation.diagnosis.findings import PossibleChange
from mentormatch.explanation.diagnosis.smallest_change import smallest_change
from mentormatch.explanation.names import pseudonyms
from mentormatch.explanation.rule_breaches import breaches
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.fields import SIDES, Side
from tests.explanation.diagnosis.people import alike, cohort, counting, pin, programme, words
from tests.explanation.diagnosis.planting import wild

SAME = {"kind": "common", "name": "le même métier", "field": "metier"}


def case_of(result: Matching) -> SolvedInstance:
    return SolvedInstance(result.cohort, result.programme.rules, result.scores, result.problem, result.solution)


def change_for(key: str, people: Cohort, *rules: Mapping[str, Any]) -> PossibleChange | None:
    side: Side = SIDES[key.startswith("E")]
    return smallest_change(case_of(match(people, programme(*rules))), side, people.side(side).find(key))


def told(change: PossibleChange | None) -> tuple[str, str]:
    assert change is not None
    return change.code, words(change.sentence)


def left_out(case: SolvedInstance) -> Iterator[tuple[Side, int]]:
    """Yield who takes part and has no partner."""
    for axis, side in enumerate(SIDES):
        held = set(case.solution.pairs[:, axis].tolist())
        yield from ((side, row) for row, most in enumerate(case.loads(side).most) if most > 0 and row not in held)


def broken_with(case: SolvedInstance, side: Side, row: int) -> dict[int, int]:
    """Return how many rules the pair with each partner would break beside those that were chosen."""
    across: Side = "mentee" if side == "mentor" else "mentor"
    chosen = [(int(i), int(k)) for i, k in case.solution.pairs]
    partners = [place for place, most in enumerate(case.loads(across).most) if most > 0]
    pairs = {place: (row, place) if side == "mentor" else (place, row) for place in partners}
    before = Counter(breaches(case, chosen))
    after = {place: Counter(breaches(case, [*chosen, pair])) for place, pair in pairs.items()}
    return {place: (broken - before).total() for place, broken in after.items()}


def places_with_the_fewest_changes(seed: int) -> int:
    """Check everybody who is left out of a case; return how many they are."""
    drawn = wild(seed)
    result = match(drawn.cohort, drawn.programme)
    case, count = case_of(result), 0
    for side, row in left_out(case) if result.status is Status.PROVED else ():
        broken = broken_with(case, side, row)
        change = smallest_change(case, side, row)
        assert (change is None) == (not broken)
        if change is not None:
            partner = case.people(SIDES[side == "mentor"]).find(change.people[side == "mentor"])
            assert change.cost == broken[partner] == min(broken.values())
            count += 1
    return count


def test_nobody_is_displaced_and_as_few_rules_as_can_be_give_way() -> None:
    assert sum(places_with_the_fewest_changes(seed) for seed in range(80)) > 60


@pytest.mark.proof
def test_nobody_is_ever_displaced() -> None:
    assert sum(places_with_the_fewest_changes(seed) for seed in range(80, 2_000)) > 1_000


def test_one_more_place_at_a_mentor_who_is_full() -> None:
    people = cohort(
        [{}, {"metier": "diffusion"}], [{"metier": "diffusion"}, {"metier": "diffusion", "niveau": "expert"}, {}]
    )
    change = change_for("E2", people, SAME)
    assert told(change) == ("add_place", "Avec M2 (50,0 points), sans déplacer personne : une place de plus chez M2.")
    assert change is not None
    assert change.people == ("M2", "E2")


def test_a_rule_is_waived_for_a_mentor_who_has_a_place() -> None:
    people = cohort([{}], [{"metier": "diffusion"}])
    said = "Avec M1 (50,0 points), sans déplacer personne : une exception à « le même métier » pour ce binôme."
    assert told(change_for("E1", people, SAME)) == ("waive_rule", said)


def test_a_quota_that_holds_somebody_back_is_raised() -> None:
    quota = counting("mentee", "production", name="un seul", most=1)
    people = cohort([{}, {"metier": "diffusion"}], [{}, {"niveau": "expert"}])
    said = "Avec M2 (0,0 points), sans déplacer personne : « un seul » relevé à 2 binômes au plus."
    assert told(change_for("E2", people, quota)) == ("raise_quota", said)


def test_a_minimum_that_holds_a_mentor_back_is_waived() -> None:
    change = change_for("E1", alike(1, 1), {"kind": "capacity", "most": 2, "minimum": 2})
    assert told(change) == ("waive_minimum", "Avec M1 (100,0 points), sans déplacer personne : pas de minimum pour M1.")


def test_a_condition_is_waived_for_somebody_who_is_set_aside() -> None:
    condition = {"kind": "require", "name": "la production", "field": "metier", "in": ["production"]}
    change = change_for("E1", cohort([{}], [{"metier": "diffusion"}]), condition)
    assert told(change) == (
        "waive_rule",
        "Avec M1 (50,0 points), sans déplacer personne : une exception à « la production » pour E1.",
    )


def test_somebody_who_said_too_little_is_asked_for_more() -> None:
    change = change_for("E1", cohort([{}], [{"complete": False}]))
    assert told(change)[0] == "answer_more"


def test_a_mentor_with_no_place_is_asked_for_one() -> None:
    change = change_for("M1", cohort([{"places": 0}], [{}]), {"kind": "capacity", "field": "places"})
    assert told(change) == ("add_place", "Avec E1 (100,0 points), sans déplacer personne : une place chez M1.")


def test_several_things_that_must_give_are_all_named() -> None:
    people = cohort([{}], [{}, {"metier": "diffusion"}])
    change = change_for("E2", people, SAME)
    said = (
        "Avec M1 (50,0 points), sans déplacer personne : une exception à « le même métier » pour ce binôme "
        "et une place de plus chez M1."
    )
    assert told(change) == ("several_changes", said)
    assert change is not None
    assert change.cost == 2


def test_what_a_person_asked_for_is_never_waived() -> None:
    people = cohort([{"employeurs": ["E1"]}], [{}])
    veto = {"kind": "veto", "field": "employeurs", "against": ["metier"]}
    assert change_for("E1", people, veto) is None
    wider = cohort([{"employeurs": ["E1"]}, {"metier": "diffusion"}], [{}])
    assert told(change_for("E1", wider, veto, SAME))[1].startswith("Avec M2")


def test_nobody_across_leaves_no_change() -> None:
    assert change_for("E1", alike(0, 1)) is None


def test_without_an_answer_there_is_no_change() -> None:
    assert change_for("E1", alike(1, 1), pin("M1", "E1"), {**pin("M1", "E1"), "kind": "ban"}) is None


def test_the_order_of_the_rows_changes_nothing() -> None:
    people = alike(4, 5)
    turned = Cohort(people.mentors.take([2, 3, 0, 1]), people.mentees.take([4, 3, 1, 0, 2]))
    changes = []
    for each in (people, turned):
        case = case_of(match(each, programme()))
        changes += [smallest_change(case, side, row) for side, row in left_out(case)]
    assert changes[0] is not None
    assert changes[0] == changes[1]


def test_people_are_called_by_their_labels() -> None:
    people = cohort([{}], [{}, {"niveau": "expert"}])
    result = match(people, programme())
    case = SolvedInstance(people, [], result.scores, result.problem, result.solution, pseudonyms(people))
    change = smallest_change(case, "mentee", 1)
    assert change is not None
    assert change.people == ("M01", "E02")
    assert change.sentence.startswith("Avec M01")
