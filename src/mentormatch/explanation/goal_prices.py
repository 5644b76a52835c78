"""Prices of lexicographic goals and of reserved places, by solving without them; and the price of fairness.

The frontier of the worst pair's score and the total is traced by the epsilon-constraint method (Haimes et al. 1971):
the largest total under each floor. Price of fairness: Bertsimas, Farias and Trichakis 2011.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.bottleneck_goals import BottleneckPair
from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.assignment.objective import goal_value
from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.base.progress import track
from mentormatch.errors import EngineError
from mentormatch.explanation.names import first_of
from mentormatch.explanation.unmatched_people import MAX_NAMED, SolvedInstance
from mentormatch.languages.phrases import about, counted, decimal, listed, percent, points
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.rules.rule import NO_SCORES, KeptPlaces, keeping_rules, market_of, usable_places


class Price:
    """The optimal value of every goal with a request (``asked``) and without it (``unasked``).

    Values are in the units of tiers.
    """

    __slots__ = ()
    asked: Mapping[str, int]
    unasked: Mapping[str, int]

    @property
    def differences(self) -> dict[str, int]:
        """The change of each value due to the request, without zeros."""
        changes = {name: value - self.unasked[name] for name, value in self.asked.items()}
        return {name: change for name, change in changes.items() if change}


@dataclass(frozen=True, slots=True)
class GoalPrice(Price):
    """The optimal values of all goals with ``goal`` (``asked``) and without it (``unasked``)."""

    goal: str
    asked: Mapping[str, int]
    unasked: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """The price in a sentence."""
        return price_words(self)


@dataclass(frozen=True, slots=True)
class PlacesLeft(Price):
    """The reserved places of a rule that remain free, and the cost of reserving them.

    ``left`` of ``kept`` places are free; ``free`` are the mentors with free places in the scope of the rule, by key,
    with the number. ``asked`` and ``unasked`` are empty if the price is unknown.
    """

    rule: str
    kept: int
    left: int
    free: tuple[tuple[str, int], ...]
    asked: Mapping[str, int]
    unasked: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """The free places and their price in a sentence, with keys of mentors."""
        return places_words(self)


def price_goals(
    problem: AssignmentProblem, solution: Solution, *, seed: int = 0, time_limit_s: float | None = None
) -> tuple[GoalPrice, ...]:
    """Return the price of each goal, by solving the problem without it; empty for a single goal.

    Parameters
    ----------
    problem, solution
        A problem and its proved solution.
    seed
        Breaks ties in the solved problems.
    time_limit_s
        Seconds for each solve; None: until proved.

    Raises
    ------
    EngineError
        If the solution is not proved, or a problem without a goal is not solved to a proof.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.5], [0.5, 0.2]], goals=("matched", "floor", "total"))
    >>> floor = price_goals(problem, solve(problem))[1]
    >>> floor.goal, floor.differences
    ('floor', {'floor': 300000, 'total': -100000})
    """
    if solution.status is not Status.PROVED:
        raise EngineError("Goals have a price only where the answer is proved")
    values = _goal_values(problem, solution)
    priced = problem.goals if len(problem.goals) > 1 else ()
    return tuple(GoalPrice(goal, values, _values_without(problem, goal, seed, time_limit_s)) for goal in priced)


def _values_without(problem: AssignmentProblem, goal: str, seed: int, time_limit_s: float | None) -> dict[str, int]:
    """Return the values of all goals at the optimum of the problem without one goal."""
    goals = tuple(name for name in problem.goals if name != goal)
    solution = solve(replace(problem, goals=goals), seed=seed, time_limit_s=time_limit_s, proofs="none")
    if solution.status is not Status.PROVED:
        raise EngineError(f"The problem without the goal {goal} was not solved")
    return _goal_values(problem, solution)


@track()
def places_left(case: SolvedInstance, seed: int = 0) -> tuple[PlacesLeft, ...]:
    """Return the free reserved places of each rule, and their price; empty without a solution.

    A price is the difference to the optimum without the row of the rule. It is unknown if the solution is not proved,
    if the solve takes more than ten seconds, and above the numbers of people of ``goal_prices``.
    """
    if case.solution.status not in (Status.PROVED, Status.FEASIBLE):
        return ()
    market = market_of(case.cohort, NO_SCORES)
    return tuple(
        _remaining_places(case, case.labels.rule(rule), reserved, _price_without_row(case, row, seed))
        for rule, reserved, row in keeping_rules(case.rules, market, case.problem)
    )


def _remaining_places(
    case: SolvedInstance, name: str, reserved: KeptPlaces, price: tuple[Mapping[str, int], Mapping[str, int]]
) -> PlacesLeft:
    free = free_places(reserved, case.problem, case.solution.pairs)
    free_by_mentor = tuple((case.cohort.mentors.ids[row], int(free[row])) for row in np.flatnonzero(free).tolist())
    free_count = min(reserved.number, int(free.sum()))
    return PlacesLeft(name, reserved.number, free_count, free_by_mentor, *price)


def free_places(kept: KeptPlaces, problem: AssignmentProblem, pairs: IntMatrix) -> IntVector:
    """Return (n,) int64: the free places of the mentors in the scope of reserved places."""
    loads = np.bincount(pairs[:, 0], minlength=problem.shape[0])
    usable = usable_places(problem.mentors, problem.scores)
    return np.where(kept.mentors, np.maximum(usable - loads, 0), 0)


def _price_without_row(case: SolvedInstance, row: int, seed: int) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return the values of all goals with a row and without it; empty if unknown."""
    problem = case.problem
    without = replace(problem, rows=problem.rows[:row] + problem.rows[row + 1 :])
    if case.solution.status is not Status.PROVED or not is_cheap_to_resolve(replace(case, problem=without)):
        return {}, {}
    solution = solve(without, seed=seed, time_limit_s=PRICE_LIMIT_S, proofs="none")
    if solution.status is not Status.PROVED:
        return {}, {}
    return _goal_values(problem, case.solution), _goal_values(problem, solution)


def _goal_values(problem: AssignmentProblem, solution: Solution) -> dict[str, int]:
    return {goal: goal_value(problem, goal, *solution.pairs.T) for goal in problem.goals}


MAX_COUPLED_PEOPLE = 100
"""People per side if a rule couples pairs: each solve is then a mixed-integer program."""
MIN_SHOWN_POINTS = 500
"""Millionths; smaller amounts would round to 0.0 points and are shown as less than 0.1."""

GAIN_TEXTS: Mapping[str, Callable[[int, int], str]] = {
    "matched": lambda old, new: tr("Former {pairs} au lieu de {old}", pairs=counted(new, "binôme"), old=old),
    "priority": lambda old, new: tr(
        "Donner {places} à des personnes prioritaires au lieu de {old}", places=counted(new, "place"), old=old
    ),
    "floor": lambda old, new: points_change_text(
        mark("Relever le binôme le plus faible de {old} à {new} points"), old, new
    ),
    "floor_person": lambda old, new: points_change_text(
        mark("Relever la personne la moins bien servie de {old} à {new} points"), old, new
    ),
    "leximin": lambda old, new: points_change_text(
        mark("Relever les binômes les plus faibles")
        if old == new
        else mark("Relever les binômes les plus faibles (le dernier de {old} à {new} points)"),
        old,
        new,
    ),
    "total": lambda old, new: points_change_text(mark("Porter le total de {old} à {new} points"), old, new),
    "changes": lambda old, new: tr("Défaire {pairs} au lieu de {old}", pairs=counted(new, "binôme"), old=old),
}
"""The achievement of a goal, from its value without and with the request."""
AMOUNT_TEXTS: Mapping[str, Callable[[int], str]] = {
    "matched": lambda size: counted(size, "binôme"),
    "priority": lambda size: tr("{places} à des personnes prioritaires", places=counted(size, "place")),
    "floor": lambda size: tr("{score} au binôme le plus faible", score=amount_of_points(size)),
    "floor_person": lambda size: tr("{score} à la personne la moins bien servie", score=amount_of_points(size)),
    "leximin": lambda size: tr("{score} au binôme le plus faible", score=amount_of_points(size)),
    "changes": lambda size: counted(size, "binôme défait de plus", "binômes défaits de plus"),
}
"""The amount by which another goal changes."""
PRICE_TEXTS = {
    (True, False): mark("{goal} coûte {losses}."),
    (True, True): mark("{goal} coûte {losses} et apporte {gains}."),
    (False, False): mark("{goal} ne coûte rien aux autres objectifs."),
    (False, True): mark("{goal} ne coûte rien aux autres objectifs et apporte {gains}."),
}
"""The sentence of a price, by whether there are losses, and gains."""
PRICE_LIMIT_S = 10.0
"""Seconds per price; slower prices are unknown."""


@track()
def goal_prices(case: SolvedInstance, seed: int = 0) -> tuple[GoalPrice, ...]:
    """Return the price of each goal that changes a value.

    Empty if the solution is not proved, if a problem without a goal is not solved in ten seconds, and for more than
    300 people per side, or 100 if a rule couples pairs: the problem is solved once more per goal.
    """
    if case.solution.status is not Status.PROVED or not is_cheap_to_resolve(case):
        return ()
    try:
        prices = price_goals(case.problem, case.solution, seed=seed, time_limit_s=PRICE_LIMIT_S)
        return tuple(price for price in prices if price.differences)
    except EngineError:
        return ()


def is_cheap_to_resolve(case: SolvedInstance) -> bool:
    """Return whether a case is small enough to be solved several times while a user waits."""
    problem = case.problem
    coupled = problem.rows or problem.mentors.conditional.any() or problem.mentees.conditional.any()
    return case.small and (not coupled or max(problem.shape) <= MAX_COUPLED_PEOPLE)


def price_words(price: GoalPrice) -> str:
    r"""Return a price in a sentence.

    >>> asked, unasked = {"floor": 450_000, "total": 7_930_000}, {"floor": 370_000, "total": 8_000_000}
    >>> price_words(GoalPrice("floor", asked, unasked)).replace("\xa0", " ")
    'Relever le binôme le plus faible de 37,0 à 45,0 points coûte 0,9 % du total (7,0 points).'
    """
    return cost_words(GAIN_TEXTS[price.goal](price.unasked[price.goal], price.asked[price.goal]), price, others(price))


def places_words(places: PlacesLeft, name_of: Callable[[str], str] = str) -> str:
    r"""Return the free reserved places and their price in words; ``name_of`` maps keys of mentors to labels.

    >>> left = PlacesLeft("2 places gardées", 2, 2, (("M03", 2),), {"matched": 8}, {"matched": 9})
    >>> places_words(left).replace("\xa0", " ")
    '2 places gardées : 2 places libres sur 2, chez M03 (2). Les garder coûte 1 binôme.'
    """
    free_text = counted(places.left, "place libre", "places libres")
    count_text = tr("{places} sur {number}", places=free_text, number=places.kept)
    if places.free:
        names = [name_of(key) if count == 1 else f"{name_of(key)} ({count})" for key, count in places.free]
        count_text = tr("{places}, chez {mentors}", places=count_text, mentors=first_of(names, MAX_NAMED))
    sentence = f"{about(places.rule, count_text)}."
    if not places.asked:
        return sentence
    return (
        f"{sentence} {cost_words(tr('Les garder'), places) if places.differences else tr('Les garder ne coûte rien.')}"
    )


def cost_words(request: str, price: Price, goals: Sequence[str] | None = None) -> str:
    """Return the losses and gains of a request in a sentence; ``goals`` None: all goals that change."""
    changed = list(price.differences) if goals is None else goals
    worse = [name for name in changed if is_worse(name, price.differences[name])]
    better = [name for name in changed if name not in worse]
    losses, gains = (listed([amount(price, name) for name in names]) for names in (worse, better))
    return tr(PRICE_TEXTS[bool(worse), bool(better)], goal=request, losses=losses, gains=gains)


def others(price: GoalPrice) -> list[str]:
    return [name for name in price.differences if name != price.goal]


def is_worse(goal: str, change: int) -> bool:
    """Return whether a change of a goal's value is a loss; fewer broken pairs are a gain."""
    return change > 0 if goal == "changes" else change < 0


def amount(price: Price, goal: str) -> str:
    """Return the change of another goal in its unit; for the total also as a percentage."""
    size, base = abs(price.differences[goal]), price.unasked[goal]
    if goal == "changes" and price.differences[goal] < 0:
        return counted(size, "binôme défait de moins", "binômes défaits de moins")
    if goal != "total":
        return AMOUNT_TEXTS[goal](size)
    if base <= 0:
        return tr("{score} du total", score=amount_of_points(size))
    return tr("{share} du total ({score})", share=share(size / base), score=amount_of_points(size))


def points_change_text(message: str, old: int, new: int) -> str:
    return tr(message, old=points(old), new=points(new))


def amount_of_points(millionths: int) -> str:
    """Return a positive amount of points in words."""
    if millionths < MIN_SHOWN_POINTS:
        return tr("moins de {number}\u00a0point", number=decimal(0.1, 1))
    return tr_n("{number}\u00a0point", "{number}\u00a0points", millionths // 10_000, number=points(millionths))


def share(part: float) -> str:
    """Return a positive share as a percentage with one decimal."""
    return tr("moins de {share}", share=percent(0.001, 1)) if part < 0.0005 else percent(part, 1)


MAX_FLOORS = 16
"""The number of floors tried; of more candidate scores, evenly spaced ones are used."""


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """The score of the worst pair, and the total of all pairs, in millionths."""

    floor: int
    total: int


@track()
def find_frontier(case: SolvedInstance, seed: int = 0) -> tuple[FrontierPoint, ...]:
    """Return the best total for increasing floors, without floors that cost nothing.

    The first point has the largest total, the last the highest floor found. Empty if the solution is not proved or
    has no pair, if the programme has no total, if scores are not stored, and for more than 300 people per side, or
    100 if a rule couples pairs: the problem is solved once per floor.
    """
    goals = tuple(goal for goal in case.problem.goals if goal not in ("floor", "floor_person", "leximin"))
    if (
        case.solution.status is not Status.PROVED
        or "total" not in goals
        or not (case.scores.held and is_cheap_to_resolve(case))
    ):
        return ()
    problem = replace(case.problem, goals=goals[: goals.index("total") + 1])
    return tuple(trace_frontier(problem, seed))


def trace_frontier(problem: AssignmentProblem, seed: int) -> list[FrontierPoint]:
    """Return the frontier of a problem whose last goal is the total, from the largest total to the highest floor."""
    largest_total = solve(problem, seed=seed, proofs="none")
    if not len(largest_total.pairs):
        return []
    frontier, highest = [frontier_point(problem, largest_total)], highest_floor(problem, seed)
    for floor in floors(problem, frontier[0].floor, highest):
        if floor > frontier[-1].floor:
            # A floor with the same total dominates the points before it
            higher = frontier_point(problem, raise_floor(problem, floor, seed))
            frontier = [*(point for point in frontier if point.total > higher.total), higher]
    return frontier


def highest_floor(problem: AssignmentProblem, seed: int) -> int:
    """Return the highest floor of a solution that is optimal in all goals before the total."""
    variant = replace(problem, goals=(*problem.goals[:-1], "floor"))
    return frontier_point(problem, solve(variant, seed=seed, proofs="none")).floor


def raise_floor(problem: AssignmentProblem, floor: int, seed: int) -> Solution:
    return solve(BottleneckPair().constrain(problem, floor), seed=seed, proofs="none")


def floors(problem: AssignmentProblem, low: int, high: int) -> list[int]:
    """Return the floors to try above ``low``, up to and including ``high``."""
    scores = BottleneckPair().candidates(problem, low, high)
    if len(scores) <= MAX_FLOORS:
        return list(scores)
    return [scores[index] for index in np.linspace(0, len(scores) - 1, MAX_FLOORS).astype(int)]


def frontier_point(problem: AssignmentProblem, solution: Solution) -> FrontierPoint:
    """Return the floor and the total of a solution."""
    scores = problem.scores.at(*solution.pairs.T)
    return FrontierPoint(int(scores.min()) if len(scores) else 0, int(scores.sum()))
