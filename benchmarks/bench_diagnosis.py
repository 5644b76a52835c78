"""Why there is no solution: 200 people of the example programme, whose ten rules and goals conflict, told in full.

``one``: more pairs with mentees of some départements are asked for than the other rules leave. ``two``: each of two
quotas can be met, both together cannot.
"""

from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import mentormatch as mm
from benchmarks.made import write_survey
from mentormatch import Programme, examples

SIZE = 100
FEW, OTHERS = ["Cantal", "Savoie"], ["Ain", "Rhône", "Isère", "Loire"]


def quota(name: str, departments: list[str], **bounds: int) -> dict[str, Any]:
    """Return a quota on the pairs with mentees of these départements."""
    where = {"side": "mentee", "field": "territoire", "in": departments}
    return {"kind": "quota", "name": name, "where": where, **bounds}


def programme(*quotas: dict[str, Any]) -> Programme:
    """Return the example programme with other quotas, and ten rules in all."""
    stated = examples.programme().model_dump(mode="json", by_alias=True, exclude_unset=True)
    others = [rule for rule in stated["rules"] if rule["kind"] != "quota"]
    return Programme.read({**stated, "rules": [*others[: 10 - len(quotas)], *quotas]})


CASES = {
    "one": [quota("presque tout le monde du Cantal et de la Savoie", FEW, least=22)],
    "two": [quota("au plus ailleurs", OTHERS, most=10), quota("au moins ailleurs", OTHERS, least=11)],
}


@pytest.mark.parametrize("name", CASES)
def test_a_conflict_is_diagnosed(benchmark: BenchmarkFixture, name: str, tmp_path: Path) -> None:
    asked = programme(*CASES[name])
    cohort = mm.read_survey(asked, write_survey(asked, tmp_path / "answers.csv", SIZE, SIZE))
    assert len(asked.rules) == 10
    benchmark.group = f"{2 * SIZE} people, 10 rules"
    diagnosis = benchmark.pedantic(mm.diagnose, (cohort, asked), rounds=3)
    assert diagnosis.conflict is not None
    assert diagnosis.ways_out
