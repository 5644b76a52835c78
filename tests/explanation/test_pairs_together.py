"""Pairs that are explained together are explained as each by itself, also where people are in several of them."""

import numpy as np

import mentormatch as mm
from mentormatch.explanation import pairs as room
from mentormatch.explanation.pairs import explain_pair, explain_pairs
from mentormatch.scoring.scores import score

COHORT, PROGRAMME = mm.examples.cohort(), mm.examples.programme()


def test_all_pairs_together_are_explained_as_one_by_one() -> None:
    scores = score(COHORT, PROGRAMME.criteria)
    places = np.argwhere(np.ones(scores.values.shape, dtype=bool))
    assert len(places) > 3 * room.BLOCK_PAIRS
    together = list(explain_pairs(COHORT, scores, places))
    assert together == [explain_pair(COHORT, scores, int(i), int(k)) for i, k in places]
    assert [pair.score for pair in together] == scores.values.ravel().tolist()


def test_no_pairs_are_none() -> None:
    assert list(explain_pairs(COHORT, score(COHORT, PROGRAMME.criteria), np.empty((0, 2), dtype=np.int64))) == []


def test_without_a_criterion_nothing_is_said_of_a_pair() -> None:
    (pair,) = explain_pairs(COHORT, score(COHORT, []), np.array([[0, 0]]))
    assert (pair.score, pair.answered, pair.contributions) == (0, 0.0, ())
