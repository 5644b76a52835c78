"""What the guide on an application's own records shows offers nobody who was declined or has begun elsewhere."""

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

import mentormatch as mm

GUIDE = Path(__file__).parents[2] / "docs/guides/records-of-an-application.md"


def names_of_the_guide() -> dict[str, Any]:
    """Return what the guide defines before its first edition."""
    (first, *_) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {"__name__": "guide"}
    exec(first.partition("spring = Edition")[0], names)
    return names


@pytest.mark.parametrize("seed", range(8))
def test_no_list_offers_who_was_declined_or_has_begun_with_somebody_else(seed: int) -> None:
    draw, guide = Random(seed), names_of_the_guide()
    person, programme = guide["Person"], guide["programme"]
    edition = guide["Edition"](programme)
    for side, letter in ((edition.mentors, "M"), (edition.mentees, "E")):
        side += [person(f"{letter}{n}", [draw.choice(guide["SKILLS"])], ["French"]) for n in range(5)]
    for _ in range(4):
        pairs = sorted(edition.pairs - edition.begun)
        edition.begun |= {pair for pair in pairs if draw.random() < 0.3}
        edition.declined |= {pair for pair in pairs if pair not in edition.begun and draw.random() < 0.4}
        gone = [one.code for one in edition.mentors if draw.random() < 0.1]
        edition.renew(*gone)
        matching = edition.matching()
        busy = dict(edition.begun)
        shown = mm.suggest(matching.cohort, programme, each=5, pins=edition.begun, bans=edition.declined)
        for one in edition.mentees:
            offered = {other.partner for other in matching.alternatives(one.code, None)}
            offered |= set(shown.keys["mentee"].get(one.code, ()))
            assert not {(mentor, one.code) for mentor in offered} & edition.declined
            assert all(busy.get(mentor, one.code) == one.code for mentor in offered)
