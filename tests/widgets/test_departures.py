"""After a validation a departure undoes no pair that runs, unless a rule leaves no other plan."""

from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch import examples
from mentormatch.errors import RequestError
from mentormatch.operations.matching import keys_of
from mentormatch.widgets.board.decisions import BannedPair, Withdrawal
from mentormatch.widgets.board.session import Board
from tests.conftest import some_of
from tests.service.desk.test_kept_sequences import PAIRS

COHORT, PROGRAMME = examples.cohort(), examples.programme()
MATCHING = mm.match(COHORT, PROGRAMME)


def fewest_undone(running: set[tuple[str, str]], leaver: str) -> int:
    """Return how many of the pairs of people who stay cannot stay, found by dropping ever more of them."""
    stay = sorted(pair for pair in running if leaver not in pair)
    return next(
        broken
        for broken in range(len(stay) + 1)
        if any(
            str(mm.repair(MATCHING, withdrawn=[leaver], keep=keep).status) in ("proved", "feasible")
            for keep in subsets(stay, len(stay) - broken)
        )
    )


def subsets(pairs: list[tuple[str, str]], size: int) -> list[list[tuple[str, str]]]:
    from itertools import combinations

    return [list(one) for one in combinations(pairs, size)]


@pytest.mark.promise(48)
@pytest.mark.parametrize("person", some_of(["m1", "m3", "m9", "e4", "e13", "m5", "m10", "e2", "e3"], 4))
def test_a_departure_after_a_validation_undoes_as_few_running_pairs_as_the_rules_allow(
    person: str, tmp_path: Path
) -> None:
    board = Board(MATCHING, tmp_path)
    board.validate("Camille Roux")
    running, leaver = set(keys_of(board.matching)), board.ground.key(person)
    board.decide(Withdrawal(person=person))
    undone = {pair for pair in running - set(keys_of(board.matching)) if leaver not in pair}
    assert len(undone) == fewest_undone(running, leaver)
    repaired = mm.repair(MATCHING, withdrawn=[leaver], keep="all")
    assert len(repaired.broken) == len(undone)


def test_what_is_decided_after_the_departure_leaves_the_other_pairs_too(tmp_path: Path) -> None:
    board = Board(MATCHING, tmp_path)
    board.validate("Camille Roux")
    running = set(keys_of(board.matching))
    board.decide(Withdrawal(person="m3"))
    board.decide(BannedPair(mentor="m10", mentee="e15"))
    assert {pair for pair in running - set(keys_of(board.matching)) if "M03" not in pair} == set()


def test_before_a_validation_a_departure_forms_the_best_pairs(tmp_path: Path) -> None:
    board = Board(MATCHING, tmp_path)
    board.decide(Withdrawal(person="m3"))
    found = mm.match(board.matching.cohort, PROGRAMME)
    assert set(keys_of(board.matching)) == set(keys_of(found))


def test_a_repair_that_could_place_more_people_breaks_no_pair_that_runs(tmp_path: Path) -> None:
    rows = "A;Mentor;Régie;Budget, Droit\nB;Mentor;Scène;Budget\nC;Mentor;Scène;Droit\n"
    rows += "X;Mentoré;Régie;Budget\nY;Mentoré;Lumière;Droit\n"
    answers = tmp_path / "reponses.csv"
    answers.write_text(f"Code;Rôle;Métier;Thèmes\n{rows}", "utf-8")
    programme = mm.Programme.parse(PAIRS.encode())
    matching = mm.match(mm.read_survey(programme, answers), programme)
    assert keys_of(matching) == (("A", "X"), ("C", "Y"))
    free, kept = (mm.repair(matching, withdrawn=["C"], keep=keep) for keep in ((), "all"))
    assert (free.broken, len(free.matching.pairs)) == ((("A", "X"),), 2)
    assert (kept.broken, kept.kept) == ((), (("A", "X"),))
    board = Board(matching, tmp_path / "binomes")
    board.validate("Camille Roux")
    board.decide(Withdrawal(person="m3"))
    assert keys_of(board.matching) == (("A", "X"),)


def test_a_text_that_is_not_all_is_no_choice_of_pairs() -> None:
    with pytest.raises(RequestError, match="keep"):
        mm.repair(MATCHING, keep="tout")  # type: ignore[arg-type]
