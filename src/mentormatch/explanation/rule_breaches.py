"""Given pairs and rules -> the broken rules: by pair, by person, and over all pairs together."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.rows import Row
from mentormatch.base.arrays import BoolVector
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.fields import SIDES
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.rules.rule import NO_SCORES, Market, Rule, degree_bounds, eligible_people, market_of, rules_in_force
from mentormatch.scoring.scores import ScoreTable

type Positions = Sequence[tuple[int, int]]
type Places = tuple[NDArray[np.intp], NDArray[np.intp]]
"""The positions of the people of each pair in a market."""

PAIRS_PER_MARKET = 64
MAX_PEOPLE_OF_BOUND = 2  # of one side; a bound on more people names none of them


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken rule, the keys of the people concerned (empty: all pairs together), and the detail."""

    rule: str
    people: tuple[str, ...]
    detail: str


def breaches(case: SolvedInstance, pairs: Positions, check: Callable[[], None] = lambda: None) -> Iterator[Breach]:
    """Yield a breach per rule of a case and pair, person or sum that breaks it; ``pairs`` are positions.

    ``check`` is called repeatedly; it may raise to stop the work.
    """
    cohort, rules = case.cohort, case.rules
    market, pair_markets = market_of(cohort, NO_SCORES), list[tuple[Market, Places]]()
    for pair_market in markets(cohort, case.scores, pairs):
        check()
        pair_markets.append(pair_market)
    for rule in rules_in_force(rules):
        check()
        yield from breaches_by_pairs([rule], pair_markets)
    check()
    yield from breaches_by_people(rules, market, pairs)
    own_pairs = set(zip(*(side.tolist() for side in cohort.both), strict=True))
    yield from breaches_by_all(rules, market, case.problem.rows, [pair for pair in pairs if pair not in own_pairs])


def markets(cohort: Cohort, scores: ScoreTable, pairs: Positions) -> Iterator[tuple[Market, Places]]:
    """Yield a market per batch of pairs, with each of their people once, and the positions of the pairs in it."""
    for batch in batched(pairs, PAIRS_PER_MARKET):
        sides = (np.unique(side, return_inverse=True) for side in np.array(batch, dtype=np.intp).T)
        (mentors, mentor_index), (mentees, mentee_index) = sides
        people = cohort.mentors.take(mentors), cohort.mentees.take(mentees)
        yield Market(*people, scores.part(mentors, mentees)), (mentor_index, mentee_index)


def breaches_by_pairs(rules: Sequence[Rule], of_pairs: Sequence[tuple[Market, Places]]) -> Iterator[Breach]:
    for rule in rules:
        for market, places in of_pairs:
            block = rule.forbidden(market)
            for mentor, mentee in () if block is None else np.column_stack(places)[block[places]].tolist():
                yield Breach(rule.label, keys(market, mentor, mentee), tr("binôme exclu par cette règle"))


def breaches_by_people(rules: Sequence[Rule], market: Market, pairs: Positions) -> Iterator[Breach]:
    for axis, side in enumerate(SIDES):
        people = market.side(side)
        loads = Counter(pair[axis] for pair in pairs)
        taking_part = eligible_people(rules, people, side)
        yield from people_set_aside(people, taking_part, loads)
        bounds = degree_bounds(rules, people, side, np.ones(len(people), dtype=bool))
        by_rule = [
            (rule, rule_bounds) for rule in rules if (rule_bounds := rule.degree_bounds(people, side)) is not None
        ]
        for row in range(len(people)):
            is_exempt = not taking_part[row] or (bounds.optional[row] and not loads[row])
            lower = 0 if is_exempt else int(bounds.least[row])
            if not lower <= loads[row] <= bounds.most[row]:
                number, upper = counted(loads[row], "binôme"), int(bounds.most[row])
                detail = tr("{pairs}, entre {least} et {most} demandés", pairs=number, least=lower, most=upper)
                broken = (
                    rule
                    for rule, rule_bounds in by_rule
                    if not rule_bounds.least[row] <= loads[row] <= rule_bounds.most[row]
                )
                name = next((rule.places_label for rule in broken), tr("nombre de places"))
                yield Breach(name, (people.ids[row],), detail)


def people_set_aside(people: People, taking_part: BoolVector, loads: Counter[int]) -> Iterator[Breach]:
    for row in sorted(loads):
        if not taking_part[row]:
            yield Breach(tr("participation"), (people.ids[row],), tr("mis de côté par le programme"))


def breaches_by_all(rules: Sequence[Rule], market: Market, rows: Sequence[Row], pairs: Positions) -> Iterator[Breach]:
    """Yield the violated bounds on all pairs together, and the missing pinned pairs."""
    present, (mentors, mentees) = set(pairs), np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    for row in rows:
        total = int(row.coefficients_of(mentors, mentees, market.shape).sum())
        lower, upper = (total if bound is None else bound for bound in (row.least, row.most))
        if not lower <= total <= upper:
            yield Breach(row.name, people_of(row, market), tr("total de {total}", total=total))
    for rule in rules:
        for pin in rule.pins(market):
            if pin not in present:
                yield Breach(rule.label, keys(market, *pin), tr("binôme imposé, absent"))


def people_of(row: Row, market: Market) -> tuple[str, ...]:
    """Return the keys of the people of a bound: those that it names, or up to ``MAX_PEOPLE_OF_BOUND`` of each side.

    Empty for a bound on the pairs of more people.
    """
    rows_by_side = [[index] if index is not None else [] for index in (row.mentor, row.mentee)]
    if rows_by_side == [[], []] and row.factor is not None:
        factor_rows = [np.flatnonzero(side).tolist() for side in row.as_product(market.shape) or ()]
        rows_by_side = (
            factor_rows if factor_rows and max(map(len, factor_rows)) <= MAX_PEOPLE_OF_BOUND else rows_by_side
        )
    sides = zip((market.mentors, market.mentees), rows_by_side, strict=True)
    return tuple(dict.fromkeys(people.ids[index] for people, places in sides for index in places))


def keys(market: Market, mentor: int, mentee: int) -> tuple[str, str]:
    return market.mentors.ids[mentor], market.mentees.ids[mentee]
