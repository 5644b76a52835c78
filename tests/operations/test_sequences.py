"""Whatever is done in the course of a year, and in whatever order: every promise still holds, and can be undone."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import Cohort, Matching, RequestError, repair
from mentormatch.results import Repair
from tests.conftest import DEEP
from tests.operations.situations import keys

pytestmark = pytest.mark.promise(19)


@pytest.fixture(scope="module")
def whole() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


def ids(cohort: Cohort) -> list[str]:
    return [*cohort.mentors.ids, *cohort.mentees.ids]


def edited(random: Random, matching: Matching, everybody: Cohort) -> Repair:
    """Return a repair after one thing done: somebody withdraws or comes back, a pair has begun, or may not be."""
    pairs, here = sorted(keys(matching)), ids(matching.cohort)
    gone = [key for key in ids(everybody) if key not in here]
    match random.choice(["withdraw", "arrive", "begin", "ban"]):
        case "arrive" if gone:
            return repair(matching, arrived=only(everybody, random.choice(gone)))
        case "begin" if pairs:
            return repair(matching, keep=[random.choice(pairs)])
        case "ban" if pairs:
            return repair(matching, bans=[random.choice(pairs)])
        case _:
            return repair(matching, withdrawn=[random.choice(here)])


def only(cohort: Cohort, key: str) -> Cohort:
    """Return the cohort of one person."""
    mentors, mentees = (
        side.take([row for row, known in enumerate(side.ids) if known == key])
        for side in (cohort.mentors, cohort.mentees)
    )
    return Cohort(mentors, mentees)


@settings(max_examples=200 if DEEP else 8)
@given(seed=st.integers(0, 1 << 32))
def test_any_sequence_of_edits_keeps_every_promise(whole: Matching, seed: int) -> None:
    random, matching = Random(seed), whole
    for _ in range(4):
        fixed = edited(random, matching, whole.cohort)
        after = fixed.matching
        assert str(after.status) in ("proved", "infeasible")
        alone = [one.person for one in after.unmatched]
        assert sorted({key for pair in keys(after) for key in pair} | {*alone}) == sorted(ids(after.cohort))
        assert keys(fixed.before) == keys(matching)
        if after.status == "infeasible":
            assert not after.pairs
            return
        assert mm.evaluate(after.cohort, after.programme, keys(after)).breaches == ()
        assert sorted([*fixed.kept, *fixed.broken, *fixed.ended]) == sorted(keys(matching))
        matching = after


def test_a_repair_is_undone_by_going_back_to_the_matching_before(whole: Matching) -> None:
    fixed = repair(whole, withdrawn=["M06"])
    assert keys(repair(fixed.before).matching) == keys(whole)


def test_a_banned_pair_is_the_only_one_broken_just_where_as_many_are_placed_without_it(whole: Matching) -> None:
    for pair in keys(whole):
        fixed = repair(whole, bans=[pair])
        others = repair(whole, bans=[pair], keep=keys(whole) - {pair}).matching
        assert pair in fixed.broken
        assert (len(fixed.broken) == 1) == (len(others.pairs) == len(fixed.matching.pairs))


def test_a_pin_or_a_ban_of_who_left_says_nothing_and_one_of_a_stranger_is_refused(whole: Matching) -> None:
    plain = repair(whole, withdrawn=["M04"])
    told = repair(whole, withdrawn=["M04"], pins=[("m04", "E05")], bans=[("M04", "E01")])
    assert keys(told.matching) == keys(plain.matching)
    back = repair(plain.matching, arrived=only(whole.cohort, "M04"), pins=[("M04", "E05")]).matching
    assert ("M04", "E05") in keys(back)
    for stranger in (("M77", "E05"), ("M04", "E77")):
        with pytest.raises(RequestError):
            repair(whole, pins=[stranger])
        with pytest.raises(RequestError):
            repair(whole, bans=[stranger])


def test_pairs_by_hand_of_a_repair_are_in_its_log(whole: Matching) -> None:
    pair = min(keys(whole))
    edits = repair(whole, bans=[pair]).matching.edits
    assert [(edit.kind, bool(edit.mentor and edit.mentee)) for edit in edits] == [("ban", True)]
