"""What is asked of a nation once it is matched, and a rule that couples its pairs: seconds, memory, and the proof."""

from collections.abc import Callable

import numpy as np

import mentormatch as mm
from benchmarks.scale.cohorts import EXAMPLE, GOALS, Market
from benchmarks.scale.measuring import memory_mb, timed
from benchmarks.scale.records import Row
from benchmarks.scale.solving import WARM
from mentormatch.rules import Quota

LEAVE = 50
"""So many people of each side leave."""
FIELD = "situation"


def proved(market: Market, asked: str, work: Callable[[], mm.Matching]) -> Row:
    """Return what pairs take, and the certificate of them that is gone through again."""
    matching, seconds = timed(work)
    row: Row = {"name": f"{market.name}: {asked}", **seconds, "memory_mb": memory_mb()}
    certificate, checking = timed(lambda: matching.certificate)
    told = f"{matching.status}, {certificate.verdict}"
    return row | {"status": told, "check_wall_s": checking["wall_s"], "pairs": len(matching.solution.pairs)}


def answered(market: Market, asked: str, work: Callable[[], object]) -> Row:
    """Return what an answer in words takes."""
    found, seconds = timed(work)
    count = len(found) if isinstance(found, tuple) else 1
    return {"name": f"{market.name}: {asked}", **seconds, "memory_mb": memory_mb(), "answers": count}


def of_pairs(market: Market) -> list[Row]:
    """Return what is asked of the pairs of a market, its repair among it."""
    people = market.people
    mm.match(Market(WARM, WARM, market.kind).people, market.programme)
    matched, _ = timed(lambda: mm.match(people, market.programme))
    draw = np.random.default_rng(market.seed)
    mentors, mentees = (np.unique(side) for side in matched.solution.pairs.T)
    leaving = [
        *(people.mentors.ids[row] for row in draw.choice(mentors, LEAVE, replace=False)),
        *(people.mentees.ids[row] for row in draw.choice(mentees, LEAVE, replace=False)),
    ]
    alone = next(row for row in range(len(people.mentees)) if row not in set(mentees.tolist()))
    someone = people.mentees.ids[int(mentees[0])]
    return [
        proved(market, f"repair, {2 * LEAVE} leave", lambda: mm.repair(matched, withdrawn=leaving).matching),
        answered(
            market, "why not this pair", lambda: matched.why_not(people.mentors.ids[0], people.mentees.ids[alone])
        ),
        answered(market, "alternatives of a person", lambda: matched.alternatives(someone)),
        answered(market, "why each person has nobody", lambda: matched.unmatched),
        answered(market, "all pairs, explained", lambda: matched.pairs),
    ]


def with_quota(market: Market) -> list[Row]:
    """Return what a quota takes that halves the pairs of the commonest situation, with some goals and with others."""
    return [halved(market, goals) for goals in (list(GOALS), list(EXAMPLE.goals.order))]


def halved(market: Market, goals: list[str]) -> Row:
    """Return what such a quota takes with some goals."""
    people = market.people
    programme = market.programme.model_copy(update={"goals": EXAMPLE.goals.model_copy(update={"order": goals})})
    mm.match(Market(WARM, WARM, market.kind).people, programme)
    free = mm.match(people, programme)
    placed = people.mentees.take(free.solution.pairs[:, 1])
    counts = {label: int(placed.gave(FIELD, [label]).sum()) for label in placed.codes(FIELD).labels}
    common = max(counts, key=lambda label: counts[label])
    where = {"side": "mentee", "field": FIELD, "in": [common]}
    quota = Quota.model_validate({"kind": "quota", "where": where, "most": counts[common] // 2})
    asked = f"a quota that binds ({', '.join(goals)})"
    return proved(market, asked, lambda: mm.match(people, programme.with_rules([quota])))


def of_the_lowest(market: Market) -> list[Row]:
    """Return what it takes to make the lowest scores as good as can be, one after the other, for most pairs."""
    goals = EXAMPLE.goals.model_copy(update={"order": ["matched", "leximin"]})
    programme = market.programme.model_copy(update={"goals": goals})
    mm.match(Market(WARM, WARM, market.kind).people, programme)
    return [proved(market, "the lowest scores first (matched, leximin)", lambda: mm.match(market.people, programme))]
