"""An experiment: recorded once and beforehand, drawn part by part, fair, and never against a rule."""

from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.contract.operations.evidence import DrawResponse
from mentormatch.operations.experiment import differing_parts, draws_second
from mentormatch.results import DrawnPart
from tests.cli.commands import done
from tests.conftest import some_of
from tests.operations.test_recruit import market, matched


def evenly(programme: mm.Programme) -> mm.Programme:
    """Return a programme whose criteria all weigh the same."""
    criteria = [one.model_copy(update={"weight": 1.0}) for one in programme.criteria]
    return programme.model_copy(update={"criteria": criteria})


def experiment(seed: int = 7) -> mm.Experiment:
    first = mm.examples.programme()
    return mm.Experiment.of(first, evenly(first), seed)


def test_a_record_is_read_back_and_never_written_over(tmp_path: Path) -> None:
    path = experiment().save(tmp_path / "essai.json")
    assert mm.read_experiment(path) == experiment()
    before = path.read_bytes()
    with pytest.raises(mm.errors.OutputError, match="déjà écrit"):
        experiment(8).save(path)
    assert path.read_bytes() == before
    path.write_text("{}", "utf-8")
    for wrong in (path, tmp_path / "absent.json"):
        with pytest.raises(mm.RequestError, match="pas celui d’un essai"):
            mm.read_experiment(wrong)


def test_programmes_that_differ_in_more_than_criteria_or_in_nothing_are_refused() -> None:
    first = mm.examples.programme()
    for second in (first, evenly(first).model_copy(update={"rules": []})):
        with pytest.raises(mm.RequestError, match="différer par leurs critères"):
            mm.Experiment.of(first, second, 1)


def test_each_part_is_of_one_plan_and_all_else_is_of_both(tmp_path: Path) -> None:
    drawn = mm.draw_experiment(mm.examples.cohort(), experiment().save(tmp_path / "essai.json"))
    plans = [
        {(pair.mentor, pair.mentee) for pair in mm.match(mm.examples.cohort(), one, seed=7).pairs}
        for one in (mm.examples.programme(), evenly(mm.examples.programme()))
    ]
    of_parts = {pair for part in drawn.parts for pair in part.pairs}
    assert {(pair.mentor, pair.mentee) for pair in drawn.matching.pairs} == (plans[0] & plans[1]) | of_parts
    assert {pair for part in drawn.parts for pair in part.first_pairs} == plans[0] - plans[1]
    assert {pair for part in drawn.parts for pair in part.second_pairs} == plans[1] - plans[0]
    again = mm.draw_experiment(mm.examples.cohort(), tmp_path / "essai.json")
    assert again.parts == drawn.parts


@given(st.permutations(range(6)), st.permutations(range(6)))
def test_parts_have_nobody_in_common_and_cannot_be_parted_further(one: list[int], other: list[int]) -> None:
    first, second = ([(f"M{row}", f"E{column}") for row, column in enumerate(plan)] for plan in (one, other))
    parts = differing_parts(first, second)
    people = [{key for pair in (*part.first_pairs, *part.second_pairs) for key in pair} for part in parts]
    assert sum(map(len, people)) == len(set().union(*people))
    back = [other.index(column) for column in one]
    seen, cycles = set[int](), 0
    for row in range(6):
        if row not in seen and back[row] != row:
            cycles += 1
            while row not in seen:
                seen.add(row)
                row = back[row]
    assert len(parts) == cycles


def test_the_lot_is_fair() -> None:
    part = DrawnPart((("M1", "E1"),), (("M1", "E2"),), second=False)
    drawn = [draws_second(seed, part) for seed in range(1_000)]
    assert 430 < sum(drawn) < 570  # a fair coin leaves these bounds once in a hundred thousand times


@pytest.mark.parametrize("seed", some_of(range(60), 6))
def test_no_rule_is_broken_also_where_a_quota_couples_the_parts(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    given_, mentors, mentees = market(seed)
    data = given_.to_dict()
    quota = {"kind": "quota", "where": {"side": "mentee", "field": "town", "in": ["Lyon"]}, "most": 1}
    data["rules"] = [*data.get("rules", []), quota]
    first = mm.Programme.read(data)
    second = first.model_copy(
        update={"criteria": [one.model_copy(update={"weight": random.uniform(0.1, 9)}) for one in first.criteria]}
    )
    cohort = matched(first, mentors, mentees).cohort
    drawn = mm.draw_experiment(cohort, mm.Experiment.of(first, second, seed).save(tmp_path / "essai.json"))
    pairs = [(pair.mentor, pair.mentee) for pair in drawn.matching.pairs]
    assert not mm.evaluate(cohort, first, pairs).breaches


def test_pairs_that_are_imposed_or_set_aside_are_so_whatever_the_lot_says(tmp_path: Path) -> None:
    record = experiment().save(tmp_path / "essai.json")
    free = mm.draw_experiment(mm.examples.cohort(), record)
    ban, pin = free.parts[0].pairs[0], free.parts[0].first_pairs[-1]
    drawn = mm.draw_experiment(mm.examples.cohort(), record, pins=[pin], bans=iter([ban]))
    pairs = {(pair.mentor, pair.mentee) for pair in drawn.matching.pairs}
    assert pin in pairs
    assert ban not in pairs


def test_two_programmes_with_the_same_pairs_leave_nothing_to_draw(tmp_path: Path) -> None:
    first = mm.examples.programme()
    heavier = [one.model_copy(update={"weight": 2 * one.weight}) for one in first.criteria]
    same = mm.Experiment.of(first, first.model_copy(update={"criteria": heavier}), 1).save(tmp_path / "essai.json")
    drawn = mm.draw_experiment(mm.examples.cohort(), same)
    assert drawn.parts == ()
    assert "rien à tirer" in drawn.sentences[-1]


def test_the_commands_and_the_operation_tell_what_the_library_draws(tmp_path: Path) -> None:
    mm.examples.copy_to(tmp_path)
    first, record = mm.examples.programme(), tmp_path / "essai.json"
    evenly(first).save(tmp_path / "second.toml")
    options = ["-p", tmp_path / "programme.toml"]
    written = done("experiment", *options, "--second", tmp_path / "second.toml", "--seed", 7, "-o", record)
    assert written.code == 0
    assert mm.read_experiment(record) == experiment(7)
    assert sha256(record.read_bytes()).hexdigest() == experiment(7).digest
    assert experiment(7).digest in written.err
    drawn = mm.draw_experiment(mm.examples.cohort(), record)
    ended = done("draw", tmp_path / "reponses.csv", record, *options, "--json")
    told = DrawResponse.model_validate_json(ended.out)
    assert told == DrawResponse.of(drawn)
    assert [one.drawn == "second" for one in told.parts] == [part.second for part in drawn.parts]
    out = tmp_path / "out"
    assert done("draw", tmp_path / "reponses.csv", record, *options, "-o", out).out.splitlines() == list(
        drawn.sentences
    )
    assert experiment(7).digest in (out / "binomes.journal.jsonl").read_text("utf-8")
    assert "Répartition donnée" in (out / "binomes.html").read_text("utf-8")
    evenly(first).save(tmp_path / "programme.toml", replace=True)
    refused = done("draw", tmp_path / "reponses.csv", record, *options)
    assert (refused.code, "pas le programme de l’essai" in refused.err) == (3, True)


def test_it_is_told_in_english(tmp_path: Path) -> None:
    with mm.language("en"):
        told = " ".join(mm.draw_experiment(mm.examples.cohort(), experiment().save(tmp_path / "essai.json")).sentences)
    assert "Recorded experiment: SHA-256" in told
    assert "part was drawn" in told or "parts were drawn" in told


def test_every_seed_draws_a_plan_although_the_criteria_change_who_has_enough_points(tmp_path: Path) -> None:
    first = mm.examples.programme()
    assert any(rule.least_score for rule in first.rules)
    weights = [float(1 + (place * 7 + 3) % 5) for place, _ in enumerate(first.criteria)]
    criteria = [one.model_copy(update={"weight": weight}) for one, weight in zip(first.criteria, weights, strict=True)]
    second = first.model_copy(update={"criteria": criteria})
    plans = [
        {(pair.mentor, pair.mentee) for pair in mm.match(mm.examples.cohort(), one).pairs} for one in (first, second)
    ]
    lots = set()
    for seed in range(4):
        record = mm.Experiment.of(first, second, seed).save(tmp_path / f"{seed}.json")
        (part,) = mm.draw_experiment(mm.examples.cohort(), record).parts
        lots.add(part.second)
        assert {*part.pairs} == plans[part.second] - plans[not part.second]
    assert lots == {False, True}
