"""How great the numbers of a decision file may be, and what may be left out of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from mentormatch import RequestError
from mentormatch.record.decision import Decision
from tests.doors import substitute
from tests.record.decisions import coupled, plain, written

pytestmark = pytest.mark.promise(29)

GREATEST = 1 << 62


@pytest.fixture
def content(tmp_path: Path) -> dict[str, Any]:
    """Return the content of a decision file, as it is."""
    read: dict[str, Any] = json.loads(written(plain(), tmp_path).read_bytes())
    return read


def is_read(content: dict[str, Any]) -> bool:
    try:
        Decision.from_json(json.dumps(content))
    except RequestError:
        return False
    return True


@pytest.mark.parametrize(
    ("score", "fine"), [(GREATEST, True), (-GREATEST, True), (GREATEST + 1, False), (-GREATEST - 1, False)]
)
def test_a_score_is_exact_in_a_word_and_room_is_left_for_sums(
    content: dict[str, Any], score: int, *, fine: bool
) -> None:
    assert is_read(content | {"scores": {"m1": {"e1": score}}}) is fine


@pytest.mark.parametrize("part", ["least", "most", "priority"])
@pytest.mark.parametrize(("number", "fine"), [(0, True), (GREATEST, True), (-1, False), (GREATEST + 1, False)])
def test_what_is_counted_is_never_below_nothing(content: dict[str, Any], part: str, number: int, *, fine: bool) -> None:
    content["mentors"][0][part] = number
    assert is_read(content) is fine


@pytest.mark.parametrize(("seed", "fine"), [(0, True), ((1 << 64) - 1, True), (-1, False), (1 << 64, False)])
def test_a_seed_is_a_whole_word(content: dict[str, Any], seed: int, *, fine: bool) -> None:
    assert is_read(content | {"seed": seed}) is fine


def test_a_part_that_comes_twice_is_refused(content: dict[str, Any]) -> None:
    text = json.dumps(content)
    with pytest.raises(RequestError, match="la clé « seed » deux fois"):
        Decision.from_json(text[:-1] + ', "seed": 0}')


def test_of_all_that_is_wrong_with_a_file_the_first_ten_are_told(content: dict[str, Any]) -> None:
    wrong = content | {f"part {number:02}": 0 for number in range(12)}
    with pytest.raises(RequestError) as told:
        Decision.from_json(json.dumps(wrong))
    assert [(problem.where, problem.found) for problem in told.value.problems] == [("$", "extra_forbidden")] * 10


def test_what_a_stage_may_leave_out_is_none_of_it_and_whole_units(content: dict[str, Any]) -> None:
    for stage in content["prices"]:
        for name in ("rows", "kept", "links", "parts", "least"):
            del stage[name]
    for tier in content["tiers"]:
        del tier["vector"]
    del content["former"], content["schema_version"]
    read = Decision.from_json(json.dumps(content))
    for stage in read.solution().prices:
        assert (stage.rows, stage.goal_duals, stage.linking_duals, stage.denominator, stage.score_threshold) == (
            (),
            (),
            ((), ()),
            1,
            None,
        )
    assert [tier.vector for tier in read.solution().tiers] == [()] * len(content["tiers"])
    assert (read.former, read.schema_version) == ([], 1)


@pytest.mark.parametrize(("most", "fine"), [(12, True), (11, False)])
def test_a_row_is_read_up_to_so_many_pairs(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, fine: bool
) -> None:
    read = Decision.from_json(written(coupled(), tmp_path).read_bytes())
    substitute(monkeypatch, "record", MAX_ROW_CELLS=most)
    if fine:
        assert read.problem().shape == (3, 4)
    else:
        with pytest.raises(RequestError, match="r1 : trop de personnes"):
            read.problem()
