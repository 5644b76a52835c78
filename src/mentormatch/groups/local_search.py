"""Rule-true groups where not all can be listed: by swaps and moves that gain the most, from many beginnings.

What every swap gains is known in integers, so no step can go round in circles. After each descent some people are
shuffled, by a seed, and what is found is kept if it is no worse (iterated local search; Lourenço, Martin and Stützle,
2003). People come in the order of their keys, so any order of the rows gives the same groups.
"""

from time import monotonic

import numpy as np

from mentormatch.base.columns import IntVector
from mentormatch.groups.problem import Group, GroupProblem, SizeRange
from mentormatch.groups.search_state import LocalSearchState
from mentormatch.groups.search_weights import PenaltyWeights

STARTS = 8
"""Beginnings, each shuffled its part of the times: the sizes of groups change with difficulty on the way."""
SHUFFLED = 0.15
"""The part of the people who are shuffled."""


def search_locally(
    problem: GroupProblem, ends: float | None = None, rounds: int = 100
) -> tuple[list[Group], list[int]]:
    """Return the best groups that were found, and their leaders; nothing where none that keep the rules were found."""
    spans = sizes_for(problem)
    if not spans:
        return [], []
    random = np.random.default_rng(problem.seed)
    weights = PenaltyWeights.of(problem)
    states = (
        LocalSearchState(problem, weights, spans, draw_start(problem, spans, random, even=not start))
        for start in range(STARTS)
    )
    found = [perturb_and_descend(state, random, rounds // STARTS, ends) for state in states]
    state = max(found, key=LocalSearchState.value)
    groups, leaders = state.groups(), state.leaders.tolist()
    return (groups, leaders) if satisfies_rules(problem, groups, leaders, spans) else ([], [])


def perturb_and_descend(
    state: LocalSearchState, random: np.random.Generator, rounds: int, ends: float | None
) -> LocalSearchState:
    """Return the best that descents from shuffled places came to, the first from a state as it is."""
    descend(state, ends)
    best, value = state.place.copy(), state.value()
    for _ in range(rounds):
        if ends is not None and monotonic() > ends:
            break
        shuffle(state, random)
        descend(state, ends)
        found = state.value()
        if found >= value:
            best, value = state.place.copy(), found
        else:
            state = state.at(best.copy())
    return state.at(best)


def sizes_for(problem: GroupProblem) -> list[SizeRange]:
    """Return the size of each group: as few groups as hold everybody; none where people or leaders are too few."""
    seats = int(problem.leaders.seats.sum()) if problem.leaders else len(problem) + 1
    if len(problem.spans) > 1:
        spans = list(problem.spans)
    else:
        span = problem.spans[0]
        wanted = -(-len(problem) // span.most)
        spans = [span] * min(max(wanted, problem.number.least), problem.number.most)
    while spans and (sum(span.least for span in spans) > len(problem) or len(spans) > seats):
        if len(spans) == problem.number.least:
            return []
        spans.pop()
    return spans


def draw_start(problem: GroupProblem, spans: list[SizeRange], random: np.random.Generator, *, even: bool) -> IntVector:
    """Return a place for each person, by chance, in groups of even sizes or not; who is too many is out."""
    sizes, people = [span.least for span in spans], len(problem)
    for _ in range(people - sum(sizes)):
        open_to = [group for group, span in enumerate(spans) if sizes[group] < span.most]
        if not open_to:
            break
        sizes[min(open_to, key=lambda group: (sizes[group], group)) if even else int(random.choice(open_to))] += 1
    places = np.repeat(np.arange(len(spans) + 1), [*sizes, people - sum(sizes)])
    return random.permutation(places)


def descend(state: LocalSearchState, ends: float | None) -> None:
    """Take the step that gains the most, until none gains anything."""
    while ends is None or monotonic() <= ends:
        swaps, moves = state.swaps(), state.moves()
        swap, move = int(swaps.argmax()), int(moves.argmax())
        gain, other = int(swaps.flat[swap]), int(moves.flat[move])
        if max(gain, other) <= 0:
            return
        if gain >= other:
            state.swap(*divmod(swap, len(state.place)))
        else:
            state.move(*divmod(move, state.number + 1))


def shuffle(state: LocalSearchState, random: np.random.Generator) -> None:
    """Swap some people by chance."""
    n = len(state.place)
    for left, right in random.integers(0, n, (max(int(n * SHUFFLED) // 2, 1), 2)).tolist():
        if state.place[left] != state.place[right]:
            state.swap(left, right)


def satisfies_rules(problem: GroupProblem, groups: list[Group], leaders: list[int], spans: list[SizeRange]) -> bool:
    """Return whether groups keep all rules, so that they are an answer."""
    block_of = {person: block for block in problem.together for person in block}
    for place, (group, span) in enumerate(zip(groups, spans, strict=True)):
        people = np.array(group, dtype=np.intp)
        if not span.least <= len(group) <= span.most or problem.apart[np.ix_(people, people)].any():
            return False
        if problem.leaders is not None and not problem.leaders.may[leaders[place], people].all():
            return False
        if any(not set(block_of.get(person, ())) <= set(group) for person in group):
            return False
        if not all(
            fits(int(count.holds[people].sum()), count.least, count.most, none=count.none) for count in problem.counts
        ):
            return False
    return True


def fits(there: int, least: int, most: int, *, none: bool) -> bool:
    """Return whether so many people may be in a group."""
    return least <= there <= most or (none and there == 0)
