"""Decisions whose goals are no sums over pairs, or look back at a former plan: no more is said than is proved."""

from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch import Matching, verify
from mentormatch.record.decision import Decision, save_decision
from mentormatch.record.verify import VerificationOutcome


def matched(*order: str) -> Matching:
    stated = mm.examples.programme().model_dump(by_alias=True)
    rules = [rule for rule in stated["rules"] if rule["kind"] != "quota"]
    programme = mm.Programme.read({**stated, "rules": rules, "goals": {"order": list(order)}})
    return mm.match(mm.examples.cohort(), programme)


@pytest.mark.promise(29)
@pytest.mark.parametrize(
    ("order", "outcome"),
    [
        (("matched", "floor", "total"), VerificationOutcome.VERIFIED),
        (("matched", "leximin"), VerificationOutcome.VERIFIED),
        (("matched", "floor_person", "total"), VerificationOutcome.VERIFIED),
    ],
)
def test_a_decision_with_any_goal_is_verified(
    order: tuple[str, ...], outcome: VerificationOutcome, tmp_path: Path
) -> None:
    assert verify(save_decision(matched(*order), tmp_path)).outcome is outcome


@pytest.mark.promise(29)
def test_a_repair_keeps_its_former_pairs_in_its_decision(tmp_path: Path) -> None:
    repaired = mm.repair(matched("matched", "total"), withdrawn=["M04"]).matching
    path = save_decision(repaired, tmp_path)
    assert Decision.from_json(path.read_bytes()).problem().former == repaired.problem.former != ()
    assert verify(path).sound


@pytest.mark.promise(29)
def test_a_worst_score_that_is_not_the_pairs_is_refused(tmp_path: Path) -> None:
    path = save_decision(matched("matched", "floor", "total"), tmp_path)
    decision = Decision.from_json(path.read_bytes())
    tiers = [
        tier.model_copy(update={"value": tier.value + 1, "bound": tier.value + 1}) if tier.goal == "floor" else tier
        for tier in decision.tiers
    ]
    path.write_text(decision.model_copy(update={"tiers": tiers}).to_json(), encoding="utf-8")
    assert verify(path).outcome is VerificationOutcome.REFUSED
