"""A solution -> messages on broken rules and wrong values or bounds, without code of a solver."""

from collections.abc import Iterator

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.base.arrays import IntMatrix, IntVector


def violations(problem: AssignmentProblem, solution: Solution) -> list[str]:
    """Return a message for each error of a solution; an empty list if it has none.

    Checks that pairs are allowed, distinct and sorted; if so, that degrees, coupling rows and pins hold, that each tier
    states the value of the pairs and a bound that does not contradict it, and that all bounds of a proved solution are
    reached. A solution that is neither proved nor feasible must have no pairs.
    """
    if solution.status not in (Status.PROVED, Status.FEASIBLE):
        return [f"status {solution.status} comes with pairs"] if len(solution.pairs) else []
    messages = list(_pair_violations(problem, solution))
    if messages:
        return messages
    mentors, mentees = solution.pairs[:, 0], solution.pairs[:, 1]
    return [
        *_degree_violations("mentor", problem.mentors, mentors),
        *_degree_violations("mentee", problem.mentees, mentees),
        *_row_violations(problem, mentors, mentees),
        *_pin_violations(problem, solution),
        *_tier_violations(problem, solution),
    ]


def _pair_violations(problem: AssignmentProblem, solution: Solution) -> Iterator[str]:
    pairs = solution.pairs
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not np.issubdtype(pairs.dtype, np.integer):
        yield f"pairs of shape {pairs.shape} and type {pairs.dtype} are not (k, 2) integers"
        return
    n, m = problem.shape
    outside = ((pairs < 0) | (pairs >= (n, m))).any(axis=1)
    yield from (f"pair {pair} does not exist" for pair in _as_tuples(pairs[outside]))
    if not _is_sorted(pairs[:, 0], pairs[:, 1]):
        yield "pairs are doubled or not sorted"
    if not outside.any():
        allowed = problem.scores.allows(pairs[:, 0], pairs[:, 1])
        yield from (f"pair {pair} is forbidden" for pair in _as_tuples(pairs[~allowed]))


def _is_sorted(mentors: IntVector, mentees: IntVector) -> bool:
    """Return whether pairs are in strictly ascending order, by mentor and then by mentee."""
    later, same = mentors[1:] > mentors[:-1], mentors[1:] == mentors[:-1]
    return bool((later | (same & (mentees[1:] > mentees[:-1]))).all())


def _as_tuples(pairs: IntMatrix) -> list[tuple[int, ...]]:
    return [tuple(pair) for pair in pairs.tolist()]


def _degree_violations(side: str, loads: DegreeBounds, people: IntVector) -> Iterator[str]:
    taken = np.bincount(people, minlength=len(loads))
    for person in np.flatnonzero((taken > loads.most) | (taken < loads.least)):
        if taken[person] > loads.most[person]:
            yield f"{side} {person} takes {taken[person]}, at most {loads.most[person]}"
        elif taken[person] or not loads.optional[person]:
            yield f"{side} {person} takes {taken[person]}, at least {loads.least[person]}"


def _pairs_by_person(people: IntVector, people_of_rows: set[int | None]) -> dict[int | None, list[int]]:
    """Return the positions of the pairs of each person in ``people_of_rows``."""
    positions = dict[int | None, list[int]]()
    places = np.flatnonzero(np.isin(people, np.array(list(people_of_rows - {None}), dtype=np.int64)))
    for place, person in zip(places.tolist(), people[places].tolist(), strict=True):
        positions.setdefault(person, []).append(place)
    return positions


def _row_violations(problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> Iterator[str]:
    if not problem.rows:
        return
    of_mentor = _pairs_by_person(mentors, {row.mentor for row in problem.rows})
    of_mentee = _pairs_by_person(mentees, {row.mentee for row in problem.rows})
    for row in problem.rows:
        # A row of one or two people concerns only their pairs
        positions = [*{*of_mentor.get(row.mentor, ()), *of_mentee.get(row.mentee, ())}]
        counted = positions if {row.mentor, row.mentee} - {None} else [*range(len(mentors))]
        total = sum(row.coefficients_of(mentors[counted], mentees[counted], problem.shape).tolist()) if counted else 0
        if row.least is not None and total < row.least:
            yield f"row {row.name!r} sums to {total}, at least {row.least}"
        if row.most is not None and total > row.most:
            yield f"row {row.name!r} sums to {total}, at most {row.most}"


def _pin_violations(problem: AssignmentProblem, solution: Solution) -> Iterator[str]:
    chosen = set(_as_tuples(solution.pairs)) if problem.pins else set()
    yield from (f"pin {pin} is not chosen" for pin in problem.pins if pin not in chosen)


def _tier_violations(problem: AssignmentProblem, solution: Solution) -> Iterator[str]:
    if tuple(tier.goal for tier in solution.tiers) != problem.goals:
        yield f"tiers {[tier.goal for tier in solution.tiers]} are not the goals {list(problem.goals)}"
        return
    for tier in solution.tiers:
        value = _value(problem, tier.goal, solution)
        if value != tier.value:
            yield f"tier {tier.goal} states {tier.value}, the pairs have {value}"
        if tier.vector and list(tier.vector) != sorted(_scores(problem, solution)):
            yield f"tier {tier.goal} states scores that are not those of the pairs"
        if tier.bound is not None and tier.goal != "changes" and tier.bound < tier.value:
            yield f"tier {tier.goal} states a bound of {tier.bound} below its value {tier.value}"
        if tier.bound is not None and tier.goal == "changes" and tier.bound > tier.value:
            yield f"tier {tier.goal} states a bound of {tier.bound} above its value {tier.value}"
    if solution.status is Status.PROVED and any(tier.bound != tier.value for tier in solution.tiers):
        yield "status proved, but a tier is not"


def _value(problem: AssignmentProblem, goal: str, solution: Solution) -> int:
    """Return the value of the pairs in a goal, in Python integers."""
    mentors, mentees = solution.pairs[:, 0], solution.pairs[:, 1]
    match goal:
        case "matched":
            return len(solution.pairs)
        case "priority":
            weights = ((problem.mentor_priority, mentors), (problem.mentee_priority, mentees))
            return sum(sum(vector[people].tolist()) for vector, people in weights if vector is not None)
        case "floor" | "leximin":
            return min(_scores(problem, solution), default=0)
        case "floor_person":
            return min(_sums_of_mentees(problem, solution), default=0)
        case "changes":
            kept = set(problem.former) & set(_as_tuples(solution.pairs))
            return len(problem.former) - len(kept)
        case _:
            return sum(_scores(problem, solution))


def _scores(problem: AssignmentProblem, solution: Solution) -> list[int]:
    scores: list[int] = problem.scores.at(solution.pairs[:, 0], solution.pairs[:, 1]).tolist()
    return scores


def _sums_of_mentees(problem: AssignmentProblem, solution: Solution) -> list[int]:
    """Return the sum of scores of each mentee who has places and an allowed partner with a place."""
    served = problem.scores.has_partner(problem.mentors.most > 0) & (problem.mentees.most > 0)
    sums = dict.fromkeys(np.flatnonzero(served).tolist(), 0)
    for mentee, score in zip(solution.pairs[:, 1].tolist(), _scores(problem, solution), strict=True):
        if mentee in sums:  # a pair of a mentee without a place is refused by its degree
            sums[mentee] += score
    return list(sums.values())
