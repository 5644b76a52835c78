"""What a matching says of itself: its proof, the price of any other pair, whom else one could have, how firm it is."""

import pytest

import mentormatch as mm
from mentormatch import Matching, RequestError


@pytest.fixture(scope="module")
def matching() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


@pytest.fixture(scope="module")
def uncoupled(matching: Matching) -> Matching:
    rules = [rule for rule in matching.programme.rules if rule.kind != "quota"]
    return mm.match(matching.cohort, matching.programme.model_copy(update={"rules": rules}))


@pytest.mark.promise(11)
def test_pairs_are_certified_with_a_quota_and_without(matching: Matching, uncoupled: Matching) -> None:
    assert uncoupled.certificate.certified
    assert matching.certificate.certified
    assert matching.certificate.problems == ()


@pytest.mark.promise(18)
@pytest.mark.parametrize("place", [0, 3, 7])
def test_the_price_of_another_pair_is_that_of_pinning_it(uncoupled: Matching, place: int) -> None:
    person = uncoupled.pairs[place].mentee
    for other in uncoupled.alternatives(person, 3):
        told = uncoupled.why_not(other.partner, person)
        again = mm.match(uncoupled.cohort, uncoupled.programme, pins=[(other.partner, person)])
        lost = [
            (before.goal, before.value - after.value)
            for before, after in zip(uncoupled.solution.tiers, again.solution.tiers, strict=True)
        ]
        assert list(told.losses or ()) == list(other.losses) == lost


def test_a_chosen_pair_costs_nothing_and_a_forbidden_one_names_its_rules(matching: Matching) -> None:
    chosen = matching.pairs[0]
    assert all(loss == 0 for _, loss in matching.why_not(chosen.mentor, chosen.mentee).losses or ())
    out = next(one for one in matching.unmatched if one.code == "excluded" and one.side == "mentee")
    told = matching.why_not(matching.cohort.mentors.ids[0], out.person)
    assert told.losses is None
    assert told.rules


def test_alternatives_of_a_mentor_are_mentees_and_of_nobody_an_error(matching: Matching) -> None:
    mentor = matching.pairs[0].mentor
    assert {one.partner for one in matching.alternatives(mentor, None)} <= set(matching.cohort.mentees.ids)
    with pytest.raises(RequestError):
        matching.alternatives("nobody")


def test_with_weights_that_do_not_change_every_pair_stays(matching: Matching) -> None:
    assert {pair.share for pair in matching.robustness(samples=5, spread=0.0).pairs} == {1.0}
    assert all(0 <= pair.share <= 1 for pair in matching.robustness(samples=20).pairs)


def test_a_feasible_programme_has_nothing_to_diagnose_and_a_broken_one_has(matching: Matching) -> None:
    assert mm.diagnose(matching.cohort, matching.programme).conflict is None
    named = {"mentor": matching.pairs[0].mentor, "mentee": matching.pairs[0].mentee}
    stated = matching.programme.model_dump(by_alias=True)
    rules = [*stated["rules"], {"kind": "pin", **named}, {"kind": "ban", **named}]
    diagnosis = mm.diagnose(matching.cohort, mm.Programme.read({**stated, "rules": rules}))
    assert diagnosis.conflict is not None
    assert {rule.kind for rule in diagnosis.conflict.rules} == {"pin", "ban"}
