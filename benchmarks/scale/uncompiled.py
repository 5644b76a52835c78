"""A market paired where nothing can be compiled, its lists solved by scipy, and where numba is there."""

import sys
from typing import Literal

import mentormatch as mm
from benchmarks.scale.cohorts import Market
from benchmarks.scale.measuring import memory_mb, timed
from benchmarks.scale.records import Row
from benchmarks.scale.solving import WARM

type Way = Literal["scipy", "numba"]

HIDDEN: dict[Way, tuple[str, ...]] = {"scipy": ("numba",), "numba": ()}


def paired(market: Market, way: Way) -> Row:
    """Return what it takes, in a process in which some libraries cannot be found."""
    for name in HIDDEN[way]:
        sys.modules[name] = None  # type: ignore[assignment]  # as if it were not installed
    mm.match(Market(WARM, WARM, market.kind).people, market.programme)
    matching, seconds = timed(lambda: mm.match(market.people, market.programme))
    row: Row = {"name": f"{market.name}: {way}", "market": market.name, "way": way, **seconds}
    total = sum(pair.score for pair in matching.pairs)
    return row | {"memory_mb": memory_mb(), "pairs": len(matching.pairs), "points": total, "status": matching.status}
