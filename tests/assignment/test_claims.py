"""Which claims are stated at all: of problems whose pairs are listed, and whose systems do not take all memory."""

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import AssignmentProblem, Row, Verdict, certify, solve
from mentormatch.assignment.verification import claims
from mentormatch.assignment.verification.claims import Claims
from mentormatch.assignment.verification.refutation import ProofError, System
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from tests.doors import substitute
from tests.scale.markets import PROGRAMME, cohort

pytestmark = pytest.mark.promise(11)

ONES = np.ones((1, 1), dtype=np.int64)


def posed(*rows: Row) -> AssignmentProblem:
    return AssignmentProblem.from_scores([[5, 4, 3], [3, 9, 1]], rows=rows, goals=("leximin",))


def test_pairs_are_listed_and_no_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit, stated in ((6, True), (5, False)):
        monkeypatch.setattr(claims, "MAX_PAIRS", limit)
        assert Claims.can_state(posed()) is stated
    monkeypatch.undo()
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    unlisted = mm.match(cohort(4), PROGRAMME).problem
    assert isinstance(unlisted.scores, ImplicitScores)
    assert not Claims.can_state(unlisted)
    assert claims.MAX_PAIRS == 1_000_000
    assert claims.MAX_TERMS == 50_000_000


def test_rows_of_many_people_count_by_their_terms_and_those_of_one_person_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two = Row("a", ONES, most=3), Row("b", ONES, most=3)
    for limit, stated in ((12, True), (11, False)):
        monkeypatch.setattr(claims, "MAX_TERMS", limit)
        assert Claims.can_state(posed(*two)) is stated
    own = Row("c", ONES, most=3, mentor=0), Row("d", ONES, most=3, mentee=1), Row("e", ONES, most=3, mentor=0, mentee=1)
    monkeypatch.setattr(claims, "MAX_TERMS", 6)
    assert Claims.can_state(posed(*own, two[0]))
    monkeypatch.setattr(claims, "MAX_TERMS", 5)
    assert Claims.can_state(posed(*own))
    assert not Claims.can_state(posed(*own, two[0]))


def test_terms_that_a_goal_adds_to_its_systems_count_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System.free(3).with_row([0, 1], [1, 1], None, 1)
    for limit, few in ((6, True), (5, False)):
        monkeypatch.setattr(claims, "MAX_TERMS", limit)
        count = claims.TermLimit(len(system.rows))
        assert count.add(system) is system
        longer = system.with_row([0, 1, 2], [1, 1, 1], None, 1)
        assert count.add(longer) is longer
        assert count.add(System.free(3)).lower == ()  # fewer terms than before give nothing back
        if few:
            count.add(longer)
        else:
            with pytest.raises(ProofError, match="too many terms"):
                count.add(longer)
    assert claims.TermLimit(5).added == 0


def test_a_proof_of_too_many_levels_is_refused_and_none_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = posed(Row("au plus un", np.array([[1, 0, 0], [0, 1, 0]]), most=1))
    solution = solve(problem)
    assert solution.proofs
    assert certify(problem, solution).certified
    monkeypatch.setattr(claims, "MAX_TERMS", 6)
    refused = certify(problem, solution)
    assert (refused.verdict, refused.problems) == (Verdict.REFUSED, ("the systems of a goal have too many terms",))
    assert not solve(problem).proofs
    monkeypatch.setattr(claims, "MAX_TERMS", 5)
    assert certify(problem, solution).problems == ("proofs need a problem whose pairs are listed",)
