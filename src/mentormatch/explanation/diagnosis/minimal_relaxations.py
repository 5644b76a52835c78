"""The smallest changes of a programme by which it would have a solution, each by itself, the cheapest first.

Every change that is returned has been tried: the programme after it has a solution, and has none one step earlier. What
adjusts a number, or one pair, comes before what drops a rule; then the number of units changed decides, then the order
of the programme.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from mentormatch.explanation.diagnosis.feasibility_oracle import (
    FeasibilityOracle,
    PlaceNumbers,
    deletion_filter,
    sides_of,
)
from mentormatch.explanation.diagnosis.findings import PossibleChange
from mentormatch.explanation.labels import KEYS, Labels
from mentormatch.fields import Side
from mentormatch.languages import tr
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.rules.formulation import SIDES
from mentormatch.rules.rule import Relaxation, Rule, market_of

DROPS = ("drop_rule", "drop_rules")


def ways_out(trial: FeasibilityOracle, conflict: Sequence[Rule], labels: Labels = KEYS) -> tuple[PossibleChange, ...]:
    """Return the smallest change of each number and rule in a conflict that gives a solution, cheapest first.

    Where no rule of the conflict is enough by itself, which happens where other rules conflict too, this is one
    irreducible set of rules to drop together. What is not known to be the smallest when the time is up is left out.
    """
    found = [change for rule in conflict for change in changes_of(trial, rule, labels) if not trial.over]
    if not found:
        found = [change for change in dropping_several(trial, labels) if not trial.over]
    return tuple(sorted(found, key=lambda change: (change.code in DROPS, change.cost)))


def changes_of(trial: FeasibilityOracle, rule: Rule, labels: Labels) -> Iterator[PossibleChange]:
    """Yield the smallest change of each number of one rule, more places, or the rule dropped."""
    place = next(place for place, each in enumerate(trial.rules) if each is rule)
    others = [each for each in range(len(trial.rules)) if each != place]
    rest = tuple(trial.rules[each] for each in others)
    without = trial.eased(others) if rule.bounds_degrees else trial.posed(rest)
    if not trial.holds(without):
        return
    market = market_of(trial.cohort, trial.scores.values)
    for number in rule.relaxations(market, quoted(labels.rule(rule))):
        yield from smallest_relaxation(trial, place, number)
    for side in SIDES:
        if rule.degree_bounds(market.side(side), side) is not None:
            yield from more_places(trial, side, labels)
    if rule.droppable and (not rule.bounds_degrees or trial.works(rest)):
        yield drop_rule(trial, rule, rest, labels)


def smallest_relaxation(trial: FeasibilityOracle, place: int, number: Relaxation) -> Iterator[PossibleChange]:
    """Yield the fewest steps of a number that give a solution, if any do."""

    def after(steps: int) -> tuple[Rule, ...]:
        return (*trial.rules[:place], number.after(steps), *trial.rules[place + 1 :])

    steps = first_feasible(number.furthest, lambda count: trial.works(after(count)))
    if steps is not None:
        yield PossibleChange(number.code, number.told(steps), number.cost(steps), rules=after(steps))


def first_feasible(furthest: int, works: Callable[[int], bool]) -> int | None:
    """Return the smallest number from 1 to ``furthest`` that works, None if none does; what is beyond works too.

    >>> first_feasible(100, lambda steps: steps >= 37), first_feasible(5, lambda steps: steps >= 37)
    (37, None)
    """
    low, high = 0, 1
    while not works(min(high, furthest)):
        if high >= furthest:
            return None
        low, high = high, high * 2
    high = min(high, furthest)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if works(middle) else (middle, high)
    return high


def drop_rule(trial: FeasibilityOracle, rule: Rule, rest: tuple[Rule, ...], labels: Labels) -> PossibleChange:
    """Return that one rule goes and the rest stays; a pinned or banned pair is one unit."""
    name = quoted(labels.rule(rule))
    if rule.decided_pair:
        return PossibleChange("drop_pair", tr("Retirer {pair}.", pair=name), 1, rule.decided_pair, rest)
    return PossibleChange(
        "drop_rule", tr("Retirer la règle {rule}.", rule=name), affected_people(trial, rule), rules=rest
    )


def affected_people(trial: FeasibilityOracle, rule: Rule) -> int:
    """Return how many pairs a rule forbids and how many people it sets aside, 1 at the least."""
    barred = rule.forbidden(market_of(trial.cohort, trial.scores.values))
    aside = [rule.eligible(trial.cohort.side(side), side) for side in SIDES]
    people = sum(int((~admits).sum()) for admits in aside if admits is not None)
    return max(1, people + (0 if barred is None else int(barred.sum())))


def more_places(trial: FeasibilityOracle, side: Side, labels: Labels) -> Iterator[PossibleChange]:
    """Yield the places that give a solution and of which none can be spared, the same people asked for the fewest.

    First every person of the side is lent as many more places as are needed, the fewest at which there is a solution;
    then those that this solution uses are given back where it can do without them.
    """
    furthest = len(trial.cohort.side("mentee" if side == "mentor" else "mentor"))
    lent = (
        first_feasible(furthest, lambda count: trial.works(trial.rules, for_all(trial, side, count)))
        if furthest
        else None
    )
    if lent is None:
        return
    units = changes_in_use(trial, side, lent)
    places = Counter(deletion_filter(units, lambda some: trial.works(trial.rules, Counter(some))))
    asked = [(labels.person(side, trial.cohort.side(side).ids[row]), count) for (_, row), count in places.items()]
    told = listed([tr("{places} chez {person}", places=counted(count, "place"), person=name) for name, count in asked])
    names = tuple(name for name, _ in asked)
    yield PossibleChange(
        "more_places", tr("Ajouter {places}.", places=told), places.total(), names, trial.rules, tuple(asked)
    )


def for_all(trial: FeasibilityOracle, side: Side, count: int) -> PlaceNumbers:
    """Return as many more places for everybody of one side."""
    return {(side, row): count for row in range(len(trial.cohort.side(side)))}


def changes_in_use(trial: FeasibilityOracle, side: Side, lent: int) -> list[tuple[Side, int]]:
    """Return each place lent to everybody that some answer uses, as (side, position), those used least first."""
    axis = SIDES.index(side)
    most = sides_of(trial.posed(trial.rules))[axis].most
    pairs = trial.solution(trial.posed(trial.rules, for_all(trial, side, lent))).pairs
    beyond = (np.bincount(pairs[:, axis], minlength=len(most)) - most).tolist()
    keys = [canonical(key) for key in trial.cohort.side(side).ids]
    order = sorted(range(len(keys)), key=lambda row: (beyond[row], keys[row]))
    return [(side, row) for row in order for _ in range(beyond[row])]


def dropping_several(trial: FeasibilityOracle, labels: Labels) -> Iterator[PossibleChange]:
    """Yield rules that give a solution once all are dropped, and of which none need be dropped for less."""
    open_to = [place for place, rule in enumerate(trial.rules) if rule.droppable]

    def without(places: Sequence[int]) -> tuple[Rule, ...]:
        return tuple(rule for place, rule in enumerate(trial.rules) if place not in set(places))

    if trial.works(without(open_to)):
        places = deletion_filter(open_to, lambda some: trial.works(without(some)))
        names = [quoted(labels.rule(trial.rules[place])) for place in places]
        yield PossibleChange(
            "drop_rules", tr("Retirer ensemble {rules}.", rules=listed(names)), len(places), rules=without(places)
        )
