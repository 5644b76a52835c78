"""An experiment: recorded once and beforehand, drawn part by part, fair, and never against a rule."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.operations.experiment import DrawnPart, differing_parts, lot
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
    with pytest.raises(mm.OutputError, match="déjà écrit"):
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
    drawn = mm.draw(mm.examples.cohort(), experiment().save(tmp_path / "essai.json"))
    plans = [
        {(pair.mentor, pair.mentee) for pair in mm.match(mm.examples.cohort(), one, seed=7).pairs}
        for one in (mm.examples.programme(), evenly(mm.examples.programme()))
    ]
    of_parts = {pair for part in drawn.parts for pair in part.pairs}
    assert {(pair.mentor, pair.mentee) for pair in drawn.matching.pairs} == (plans[0] & plans[1]) | of_parts
    assert {pair for part in drawn.parts for pair in part.first_pairs} == plans[0] - plans[1]
    assert {pair for part in drawn.parts for pair in part.second_pairs} == plans[1] - plans[0]
    again = mm.draw(mm.examples.cohort(), tmp_path / "essai.json")
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
    drawn = [lot(seed, part) for seed in range(1_000)]
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
    drawn = mm.draw(cohort, mm.Experiment.of(first, second, seed).save(tmp_path / "essai.json"))
    pairs = [(pair.mentor, pair.mentee) for pair in drawn.matching.pairs]
    assert not mm.evaluate(cohort, first, pairs).breaches
