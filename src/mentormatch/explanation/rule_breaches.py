"""Which rules a plan breaks: pair by pair, person by person, and over all pairs together."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.rows import Row
from mentormatch.base.arrays import BoolVector
from mentormatch.explanation.unmatched_people import Case
from mentormatch.fields import SIDES
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.rules.rule import NO_SCORES, Market, Rule, degree_bounds, eligible_people, market_of, rules_in_force
from mentormatch.scoring.scores import ScoreTable

type Positions = Sequence[tuple[int, int]]
type Places = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Where the people of each pair stand in a market."""

TOGETHER, TWO = 64, 2
"""Pairs whose people rules look at together, and people who are named where a bound is about them alone."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that a plan breaks: the rule, the keys of the people concerned (none: all pairs together), how."""

    rule: str
    people: tuple[str, ...]
    detail: str


def breaches(case: Case, pairs: Positions, check: Callable[[], None] = lambda: None) -> Iterator[Breach]:
    """Yield every rule of a case that these pairs, by position, break.

    ``check`` is called again and again; it raises to have the work given up.
    """
    cohort, rules = case.cohort, case.rules
    market, of_pairs = market_of(cohort, NO_SCORES), list[tuple[Market, Places]]()
    for some in markets(cohort, case.scores, pairs):
        check()
        of_pairs.append(some)
    for rule in rules_in_force(rules):
        check()
        yield from breaches_by_pairs([rule], of_pairs)
    check()
    yield from breaches_by_people(rules, market, pairs)
    alone = set(zip(*(side.tolist() for side in cohort.both), strict=True))
    yield from breaches_by_all(rules, market, case.problem.rows, [pair for pair in pairs if pair not in alone])


def markets(cohort: Cohort, scores: ScoreTable, pairs: Positions) -> Iterator[tuple[Market, Places]]:
    """Yield the people of a few pairs at a time, each once, as rules know people by keys; and where the pairs are."""
    for some in batched(pairs, TOGETHER):
        sides = (np.unique(side, return_inverse=True) for side in np.array(some, dtype=np.intp).T)
        (mentors, left), (mentees, right) = sides
        people = cohort.mentors.take(mentors), cohort.mentees.take(mentees)
        yield Market(*people, scores.part(mentors, mentees)), (left, right)


def breaches_by_pairs(rules: Sequence[Rule], of_pairs: Sequence[tuple[Market, Places]]) -> Iterator[Breach]:
    """Yield the pairs that a rule forbids."""
    for rule in rules:
        for market, places in of_pairs:
            block = rule.forbidden(market)
            for left, right in () if block is None else np.column_stack(places)[block[places]].tolist():
                yield Breach(rule.label, keys(market, left, right), tr("binôme exclu par cette règle"))


def breaches_by_people(rules: Sequence[Rule], market: Market, pairs: Positions) -> Iterator[Breach]:
    """Yield the people who take no part, and those with too many or too few partners."""
    for axis, side in enumerate(SIDES):
        people = market.side(side)
        held = Counter(pair[axis] for pair in pairs)
        taking_part = eligible_people(rules, people, side)
        yield from people_set_aside(people, taking_part, held)
        bounds = degree_bounds(rules, people, side, np.ones(len(people), dtype=bool))
        by_rule = [(rule, said) for rule in rules if (said := rule.degree_bounds(people, side)) is not None]
        for row in range(len(people)):
            free = not taking_part[row] or (bounds.optional[row] and not held[row])
            least = 0 if free else int(bounds.least[row])
            if not least <= held[row] <= bounds.most[row]:
                number, most = counted(held[row], "binôme"), int(bounds.most[row])
                detail = tr("{pairs}, entre {least} et {most} demandés", pairs=number, least=least, most=most)
                broken = (rule for rule, said in by_rule if not said.least[row] <= held[row] <= said.most[row])
                name = next((rule.places_label for rule in broken), tr("nombre de places"))
                yield Breach(name, (people.ids[row],), detail)


def people_set_aside(people: People, taking_part: BoolVector, held: Counter[int]) -> Iterator[Breach]:
    """Yield the people with a partner who take no part."""
    for row in sorted(held):
        if not taking_part[row]:
            yield Breach(tr("participation"), (people.ids[row],), tr("mis de côté par le programme"))


def breaches_by_all(rules: Sequence[Rule], market: Market, rows: Sequence[Row], pairs: Positions) -> Iterator[Breach]:
    """Yield the bounds on all pairs together that do not hold, and the pinned pairs that are missing."""
    chosen, (mentors, mentees) = set(pairs), np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    for row in rows:
        total = int(row.coefficients_of(mentors, mentees, market.shape).sum())
        least, most = (total if bound is None else bound for bound in (row.least, row.most))
        if not least <= total <= most:
            yield Breach(row.name, people_of(row, market), tr("total de {total}", total=total))
    for rule in rules:
        for pin in rule.pins(market):
            if pin not in chosen:
                yield Breach(rule.label, keys(market, *pin), tr("binôme imposé, absent"))


def people_of(row: Row, market: Market) -> tuple[str, ...]:
    """Return the keys of the people whom a bound concerns: one, or two where it is about the pairs of these alone.

    None where it is about more.
    """
    own = [[place] if place is not None else [] for place in (row.mentor, row.mentee)]
    if own == [[], []] and row.factor is not None:
        some = [np.flatnonzero(side).tolist() for side in row.as_product(market.shape) or ()]
        own = some if some and max(map(len, some)) <= TWO else own
    named = zip((market.mentors, market.mentees), own, strict=True)
    return tuple(dict.fromkeys(people.ids[place] for people, places in named for place in places))


def keys(market: Market, mentor: int, mentee: int) -> tuple[str, str]:
    """Return the keys of two people."""
    return market.mentors.ids[mentor], market.mentees.ids[mentee]
