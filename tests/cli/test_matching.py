"""``match`` and ``evaluate`` as a library, on the example programme."""

import errno
import os
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch import Matching, RequestError
from mentormatch.errors import OutputError
from mentormatch.operations.matching import exporters, folder_exporters


@pytest.fixture(scope="module")
def matching() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


@pytest.mark.promise(1)
def test_everybody_ends_exactly_once(matching: Matching) -> None:
    paired = {pair.mentor for pair in matching.pairs} | {pair.mentee for pair in matching.pairs}
    unmatched = [one.person for one in matching.unmatched]
    people = [*matching.cohort.mentors.ids, *matching.cohort.mentees.ids]
    assert sorted([*paired, *unmatched]) == sorted(people)
    assert len(people) + len(matching.rejected) == len(matching.cohort.rows)


@pytest.mark.promise(18)
def test_the_contributions_of_every_pair_add_up_to_its_score(matching: Matching) -> None:
    for mentor in matching.cohort.mentors.ids:
        for mentee in matching.cohort.mentees.ids:
            pair = matching.explain(mentor, mentee)
            assert sum(part.share for part in pair.contributions) == pair.score


@pytest.mark.promise(9)
def test_its_own_plan_breaks_no_rule_and_is_worth_its_total(matching: Matching) -> None:
    plan = mm.evaluate(matching.cohort, matching.programme, [(pair.mentor, pair.mentee) for pair in matching.pairs])
    assert plan.breaches == ()
    assert plan.total == matching.solution.tiers[-1].value


def test_a_plan_by_hand_is_told_which_rules_it_breaks(matching: Matching) -> None:
    wrong = next(one for one in matching.unmatched if one.code == "excluded")
    partner = matching.cohort.mentors.ids[0] if wrong.side == "mentee" else matching.cohort.mentees.ids[0]
    pair = (partner, wrong.person) if wrong.side == "mentee" else (wrong.person, partner)
    plan = mm.evaluate(matching.cohort, matching.programme, [pair, *[(p.mentor, p.mentee) for p in matching.pairs]])
    assert any(breach.people == pair for breach in plan.breaches)


def test_a_mentor_with_too_many_is_told(matching: Matching) -> None:
    mentor = matching.pairs[0].mentor
    everyone = [(mentor, mentee) for mentee in matching.cohort.mentees.ids]
    plan = mm.evaluate(matching.cohort, matching.programme, everyone)
    assert any(breach.people == (mentor,) for breach in plan.breaches)


def test_a_pair_twice_or_somebody_unknown_is_refused(matching: Matching) -> None:
    pair = (matching.pairs[0].mentor, matching.pairs[0].mentee)
    with pytest.raises(RequestError):
        mm.evaluate(matching.cohort, matching.programme, [pair, pair])
    with pytest.raises(RequestError):
        mm.match(matching.cohort, matching.programme, pins=[("nobody", "E01")])


def test_a_pinned_pair_is_chosen_and_a_banned_one_is_not(matching: Matching) -> None:
    first, second = [(pair.mentor, pair.mentee) for pair in matching.pairs[:2]]
    again = mm.match(matching.cohort, matching.programme, pins=[first], bans=[second])
    chosen = {(pair.mentor, pair.mentee) for pair in again.pairs}
    assert first in chosen
    assert second not in chosen


def test_a_pin_that_a_rule_forbids_is_infeasible_not_overridden(matching: Matching) -> None:
    out = next(one for one in matching.unmatched if one.code == "excluded" and one.side == "mentee")
    again = mm.match(matching.cohort, matching.programme, pins=[(matching.cohort.mentors.ids[0], out.person)])
    assert again.status == "infeasible"
    assert {one.code for one in again.unmatched} >= {"infeasible"}
    assert again.pairs == ()


@pytest.mark.promise(12)
def test_the_same_people_in_another_order_are_paired_alike(matching: Matching) -> None:
    cohort = matching.cohort
    turned = type(cohort)(
        cohort.mentors.take(range(len(cohort.mentors))[::-1]), cohort.mentees.take(range(len(cohort.mentees))[::-1])
    )
    again = mm.match(turned, mm.examples.programme())
    assert again.pairs == matching.pairs


def test_frames_hold_the_same_pairs(matching: Matching) -> None:
    frames = matching.frames
    assert list(frames.pairs["mentor"]) == [pair.mentor for pair in matching.pairs]
    assert len(frames.unmatched) == len(matching.unmatched)
    assert len(frames.rejected) == len(matching.rejected)
    assert frames.contributions.groupby(["mentor", "mentee"])["points"].sum().sum() == pytest.approx(
        sum(pair.points for pair in matching.pairs)
    )
    best = matching.pairs[0]
    assert frames.scores.loc[best.mentor, best.mentee] == best.points


def test_a_folder_gets_every_document_and_a_suffix_one(matching: Matching, tmp_path: Path) -> None:
    documents = {each.filename for each in folder_exporters().values()}
    written = matching.save(tmp_path / "all")
    assert {path.name for path in written} == documents | {"binomes.journal.jsonl"}
    assert {*written, tmp_path / "all" / "manifeste.json"} == set((tmp_path / "all").iterdir())
    assert matching.save(tmp_path / "one.csv") == (tmp_path / "one.csv",)
    assert {path.name for path in tmp_path.iterdir()} == {"all", "one.csv"}


@pytest.mark.promise(22)
@pytest.mark.parametrize("suffix", sorted(exporters()))
def test_a_file_that_cannot_be_written_leaves_what_was_there(
    matching: Matching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    target = tmp_path / f"b{suffix}"
    target.write_bytes(b"before")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError):
        matching.save(target)
    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.promise(16)
@pytest.mark.parametrize("count", [0, 1])
def test_nobody_or_one_person_on_a_side_is_an_answer(count: int) -> None:
    cohort, programme = mm.examples.cohort(), mm.examples.programme()
    rules = [rule for rule in programme.rules if rule.kind not in ("quota", "pin")]
    few = type(cohort)(cohort.mentors.take(range(count)), cohort.mentees)
    matching = mm.match(few, programme.model_copy(update={"rules": rules}))
    assert matching.status == "proved"
    assert len(matching.pairs) + sum(one.side == "mentee" for one in matching.unmatched) == len(few.mentees)
