"""Ten thousand people: found by their keys at once, and their pairs as frames without a look at all pairs."""

from dataclasses import replace
from time import process_time

import numpy as np
import pytest

import mentormatch as mm
from benchmarks.population import cohort_of
from benchmarks.scale.cohorts import Market
from mentormatch import Matching, RequestError, Solution, Status
from mentormatch.operations.instance import build_instance
from tests.doors import substitute

MENTORS, MENTEES = 6_000, 10_000
PROGRAMME = Market(MENTORS, MENTEES).programme


@pytest.fixture(scope="module")
def large() -> Matching:
    """Return a matching of which no scores are held; its pairs are whoever stands at the same place."""
    cohort = cohort_of(PROGRAMME, MENTORS, MENTEES, seed=1)
    scores, problem = build_instance(cohort, PROGRAMME)
    pairs = np.column_stack([np.arange(MENTORS), np.arange(MENTORS)])
    return Matching(cohort, PROGRAMME, scores, problem, Solution(Status.FEASIBLE, pairs, (), "given"))


@pytest.mark.proof
def test_frames_of_pairs_and_their_points_are_there_in_seconds(large: Matching) -> None:
    begun = process_time()
    pairs, contributions = large.frames.pairs, large.frames.contributions
    assert process_time() - begun < 30
    assert len(pairs) == MENTORS
    assert len(contributions) == MENTORS * len(PROGRAMME.criteria)
    assert pairs["points"].is_monotonic_decreasing
    sums = contributions.groupby(["mentor", "mentee"])["points"].sum()
    told = pairs.set_index(["mentor", "mentee"])["points"].sort_index()
    assert np.allclose(sums.sort_index(), told)


def test_somebody_is_found_as_the_first_whose_key_it_is(large: Matching) -> None:
    people = large.cohort.mentees
    assert [people.find(key) for key in people.ids] == list(range(MENTEES))
    assert people.find(" e000007 ") == 7
    assert people.has("E000007")
    assert not people.has("M000007")
    with pytest.raises(RequestError, match="Personne inconnue"):
        people.find("M000007")
    doubled = replace(people.take([0, 1, 2]), ids=("A", "a", "B"))
    assert (doubled.find("a"), doubled.find("b")) == (0, 2)


def test_twenty_thousand_questions_after_keys_take_no_look_at_all_people(large: Matching) -> None:
    people, begun = large.cohort.mentees, process_time()
    assert all(people.has(key) for key in people.ids * 2)
    assert process_time() - begun < 2  # one after the other, 200 million comparisons took minutes


def test_the_pairs_are_told_without_what_takes_long(large: Matching, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError

    substitute(monkeypatch, "operations", explain_unmatched=refused)
    fresh = replace(large, solution=replace(large.solution, pairs=large.solution.pairs[:5]))
    assert len(fresh.frames.pairs) == 5
    with pytest.raises(AssertionError):
        _ = fresh.frames.unmatched


def test_tables_are_in_the_language_that_is_asked_for() -> None:
    small = mm.match(mm.examples.cohort(), mm.examples.programme())
    assert small.sheets["pairs"].titles[0] == "Mentor·e"
    with mm.language("en"):
        assert small.sheets["pairs"].titles[0] == "Mentor"
    assert list(small.sheets) == ["pairs", "unmatched", "contributions", "chains", "rejected"]
