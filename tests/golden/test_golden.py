"""The answers of some hundreds of programmes are those that are kept, aspect by aspect.

Where a change is meant, ``python -m tests.golden --write NAME`` keeps the new answers; ``--show NAME ASPECT`` writes
the whole text of one, here and in another checkout, to be compared.
"""

import json
from collections.abc import Iterator

import pytest

from tests.golden.answers import KEPT, cases, changes, kept
from tests.golden.arrays import Drawn
from tests.golden.aspects import Case, digest
from tests.golden.commands import normalised

ANSWERS = kept()


def tried() -> Iterator[object]:
    """Yield the cases; those that are not of the fast suite are proofs."""
    for one in cases():
        yield pytest.param(one, id=one.name, marks=() if one.fast else (pytest.mark.proof,))


@pytest.mark.parametrize("case", list(tried()))
def test_a_programme_gives_the_answers_that_are_kept(case: Case) -> None:
    meant = f"if this is meant, run `.venv/bin/python -m tests.golden --write {case.name}`"
    assert changes(ANSWERS[case.name], case.digests()) == [], meant


def test_every_case_has_answers_that_are_kept_and_no_other_answers_are() -> None:
    names = {one.name for one in cases()} ^ set(ANSWERS)
    assert names == set(), f"run `.venv/bin/python -m tests.golden --write {' '.join(sorted(names))}`"


def test_answers_are_kept_in_the_order_of_their_names() -> None:
    assert list(json.loads(KEPT.read_text("utf-8"))) == sorted(ANSWERS), (
        "run `.venv/bin/python -m tests.golden --write`"
    )


def test_another_seed_or_another_score_changes_what_is_recorded() -> None:
    one = Case("drawn", Drawn(7, "untied", 12, 12, ("matched", "total")).found)
    other = Case("drawn", Drawn(8, "untied", 12, 12, ("matched", "total")).found)
    assert {"pairs", "tiers"} <= set(changes(one.digests(), other.digests()))


def test_an_aspect_that_is_gone_or_new_is_a_change() -> None:
    assert changes({"pairs": "a", "page": "b"}, {"pairs": "a", "letters": "c"}) == ["letters", "page"]


def test_moments_seconds_and_digests_are_no_part_of_what_is_recorded() -> None:
    runs = [f'{{"seconds": {n}.5, "when": "2026-0{n}-01T10:00:0{n}+00:00", "sha256": "{n * 64}"}}' for n in "12"]
    assert digest(normalised(runs[0])) == digest(normalised(runs[1])) != digest(normalised(runs[0].replace("w", "v")))
