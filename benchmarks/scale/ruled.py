"""Rules that couple the pairs of a nation: what they take, and what their answers are short of at most."""

from collections.abc import Iterator

import mentormatch as mm
from benchmarks.scale.cohorts import PLACES, Market
from benchmarks.scale.measuring import memory_mb, timed
from benchmarks.scale.records import Row
from benchmarks.scale.solving import WARM
from mentormatch import Rule
from mentormatch.fields import Side
from mentormatch.rules import Capacity, Load, Quota

RURAL = ("Cantal", "Allier", "Haute-Loire")
SIDES: tuple[Side, Side] = ("mentor", "mentee")


def rules(market: Market) -> Iterator[tuple[str, Rule]]:
    """Yield rules, each of which binds by itself, with their names."""
    where = [{"side": side, "field": "territoire", "in": [*RURAL]} for side in SIDES]
    most = market.mentees // 100
    yield f"at most {most:,} pairs of two rural people", Quota.model_validate({"where": where, "most": most})
    yield "two mentors for each mentee", Capacity(side="mentee", most=2)
    yield "two mentees or nobody for each mentor", Capacity(field="capacite", most=PLACES, minimum=2)
    yield "2 hours a mentee, 5 hours for each mentor", Load(weights=2.0, limit=5.0)


def ruled(market: Market, place: int) -> Row:
    """Return what one of the rules takes beside those of the programme."""
    name, rule = list(rules(market))[place]
    programme = market.programme.with_rules([rule])
    mm.match(Market(WARM, WARM, market.kind).people, market.programme)
    matching, seconds = timed(lambda: mm.match(market.people, programme))
    spent: Row = {"name": f"{market.name}: {name}", **seconds, "memory_mb": memory_mb()}
    certificate, checking = timed(lambda: matching.certificate)
    first = next((tier for tier in matching.solution.tiers if not tier.proved), None)
    gap = None if first is None or first.gap is None else first.gap / max(abs(first.value), 1)
    told = {"status": f"{matching.status}, {certificate.verdict}", "check_wall_s": checking["wall_s"]}
    return spent | told | {"gap": gap, "of": "" if first is None else first.goal, "pairs": len(matching.solution.pairs)}
