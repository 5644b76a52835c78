"""The price of each lexicographic goal, and of kept places, by solving without; the price of fairness, floor by floor.

The frontier of the floor (worst pair) and the total is traced by the epsilon-constraint method (Haimes et al. 1971):
the greatest total under each floor. Price of fairness: Bertsimas, Farias and Trichakis 2011.
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
from mentormatch.explanation.unmatched_people import MOST_NAMED, Case
from mentormatch.languages.phrases import about, counted, decimal, listed, percent, points
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.rules.rule import NO_SCORES, KeptPlaces, keeping_rules, market_of, usable_places


class Price:
    """What the optimum reaches in every goal of the problem: with something that was ``asked`` for, and without it.

    Values are those that tiers state.
    """

    __slots__ = ()
    asked: Mapping[str, int]
    unasked: Mapping[str, int]

    @property
    def differences(self) -> dict[str, int]:
        """Return by how much each value changes by what was asked for, goals without a change left out."""
        changes = {name: value - self.unasked[name] for name, value in self.asked.items()}
        return {name: change for name, change in changes.items() if change}


@dataclass(frozen=True, slots=True)
class GoalPrice(Price):
    """What the optimum reaches in every goal of the problem: asked for ``goal``, and not asked for it."""

    goal: str
    asked: Mapping[str, int]
    unasked: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """The price in a sentence."""
        return price_words(self)


@dataclass(frozen=True, slots=True)
class PlacesLeft(Price):
    """What an answer leaves of the places that a rule keeps, and what keeping them costs.

    ``left`` of ``kept`` places are free; ``free`` are the mentors, by key, who have free places among those whose
    places may be kept, and how many. ``asked`` and ``unasked`` are empty where the price is not known.
    """

    rule: str
    kept: int
    left: int
    free: tuple[tuple[str, int], ...]
    asked: Mapping[str, int]
    unasked: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """The places left and their price in a sentence, with the keys of mentors."""
        return places_words(self)


def price_goals(
    problem: AssignmentProblem, solution: Solution, *, seed: int = 0, time_limit_s: float | None = None
) -> tuple[GoalPrice, ...]:
    """Return the price of each goal, by solving the problem without it; none where there is one goal alone.

    Parameters
    ----------
    problem, solution
        A problem and its proved solution.
    seed
        Settles ties in the problems that are solved.
    time_limit_s
        Seconds for each of these; None: until proved.

    Raises
    ------
    EngineError
        If the solution is not proved, or a problem with a goal less cannot be solved, or not in time.

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
    """Return the values of all goals in the optimum of the problem without one of them."""
    goals = tuple(other for other in problem.goals if other != goal)
    solution = solve(replace(problem, goals=goals), seed=seed, time_limit_s=time_limit_s, proofs="none")
    if solution.status is not Status.PROVED:
        raise EngineError(f"The problem without the goal {goal} was not solved")
    return _goal_values(problem, solution)


@track()
def places_left(case: Case, seed: int = 0) -> tuple[PlacesLeft, ...]:
    """Return what the answer leaves of the places that each rule keeps, and what that costs; none without an answer.

    A price is what the problem without that rule reaches: it is not known where the answer is not proved, where it
    takes more than ten seconds, and for so many people as ``goal_prices`` says.
    """
    if case.solution.status not in (Status.PROVED, Status.FEASIBLE):
        return ()
    market = market_of(case.cohort, NO_SCORES)
    return tuple(
        _remaining_places(case, case.labels.rule(rule), kept, _price_without_row(case, row, seed))
        for rule, kept, row in keeping_rules(case.rules, market, case.problem)
    )


def _remaining_places(
    case: Case, name: str, kept: KeptPlaces, price: tuple[Mapping[str, int], Mapping[str, int]]
) -> PlacesLeft:
    """Return what is left of the places of one rule, called ``name``."""
    free = free_places(kept, case.problem, case.solution.pairs)
    there = tuple((case.cohort.mentors.ids[row], int(free[row])) for row in np.flatnonzero(free).tolist())
    left = min(kept.number, int(free.sum()))
    return PlacesLeft(name, kept.number, left, there, *price)


def free_places(kept: KeptPlaces, problem: AssignmentProblem, pairs: IntMatrix) -> IntVector:
    """Return (n,) int64: the places that are free at the mentors whose places may be kept."""
    held = np.bincount(pairs[:, 0], minlength=problem.shape[0])
    there = usable_places(problem.mentors, problem.scores)
    return np.where(kept.mentors, np.maximum(there - held, 0), 0)


def _price_without_row(case: Case, row: int, seed: int) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return the values of all goals with a row of the problem and without; none where they are not known."""
    problem = case.problem
    without = replace(problem, rows=problem.rows[:row] + problem.rows[row + 1 :])
    if case.solution.status is not Status.PROVED or not soon_solved(replace(case, problem=without)):
        return {}, {}
    solution = solve(without, seed=seed, time_limit_s=PRICING_SECONDS, proofs="none")
    if solution.status is not Status.PROVED:
        return {}, {}
    return _goal_values(problem, case.solution), _goal_values(problem, solution)


def _goal_values(problem: AssignmentProblem, solution: Solution) -> dict[str, int]:
    return {goal: goal_value(problem, goal, *solution.pairs.T) for goal in problem.goals}


MOST_COUPLED = 100
"""People a side, where a rule couples pairs: each solve is then a mixed-integer program."""
LEAST = 500
"""Millionths: what rounds to 0,0 points is told as less than 0,1."""

GAINS: Mapping[str, Callable[[int, int], str]] = {
    "matched": lambda old, new: tr("Former {pairs} au lieu de {old}", pairs=counted(new, "binôme"), old=old),
    "priority": lambda old, new: tr(
        "Donner {places} à des personnes prioritaires au lieu de {old}", places=counted(new, "place"), old=old
    ),
    "floor": lambda old, new: from_to_points(
        mark("Relever le binôme le plus faible de {old} à {new} points"), old, new
    ),
    "floor_person": lambda old, new: from_to_points(
        mark("Relever la personne la moins bien servie de {old} à {new} points"), old, new
    ),
    "leximin": lambda old, new: from_to_points(
        mark("Relever les binômes les plus faibles")
        if old == new
        else mark("Relever les binômes les plus faibles (le dernier de {old} à {new} points)"),
        old,
        new,
    ),
    "total": lambda old, new: from_to_points(mark("Porter le total de {old} à {new} points"), old, new),
    "changes": lambda old, new: tr("Défaire {pairs} au lieu de {old}", pairs=counted(new, "binôme"), old=old),
}
"""What a goal achieves: its value without it, and with it."""
AMOUNTS: Mapping[str, Callable[[int], str]] = {
    "matched": lambda size: counted(size, "binôme"),
    "priority": lambda size: tr("{places} à des personnes prioritaires", places=counted(size, "place")),
    "floor": lambda size: tr("{score} au binôme le plus faible", score=amount_of_points(size)),
    "floor_person": lambda size: tr("{score} à la personne la moins bien servie", score=amount_of_points(size)),
    "leximin": lambda size: tr("{score} au binôme le plus faible", score=amount_of_points(size)),
    "changes": lambda size: counted(size, "binôme défait de plus", "binômes défaits de plus"),
}
"""How much of another goal is lost or won."""
SENTENCES = {
    (True, False): mark("{goal} coûte {losses}."),
    (True, True): mark("{goal} coûte {losses} et apporte {gains}."),
    (False, False): mark("{goal} ne coûte rien aux autres objectifs."),
    (False, True): mark("{goal} ne coûte rien aux autres objectifs et apporte {gains}."),
}
"""What a price comes to, by whether something is lost, and won."""
PRICING_SECONDS = 10.0
"""What is not known by then is not told."""


@track()
def goal_prices(case: Case, seed: int = 0) -> tuple[GoalPrice, ...]:
    """Return the price of each goal whose presence changes something.

    Empty where the answer is not proved, where a problem with a goal less cannot be solved in ten seconds, and for more
    than 300 people a side, or 100 where a rule couples pairs: the problem is solved once more for each goal.
    """
    if case.solution.status is not Status.PROVED or not soon_solved(case):
        return ()
    try:
        found = price_goals(case.problem, case.solution, seed=seed, time_limit_s=PRICING_SECONDS)
        return tuple(one for one in found if one.differences)
    except EngineError:
        return ()


def soon_solved(case: Case) -> bool:
    """Say whether solving again a few times is nothing that one waits for."""
    problem = case.problem
    coupled = problem.rows or problem.mentors.conditional.any() or problem.mentees.conditional.any()
    return case.small and (not coupled or max(problem.shape) <= MOST_COUPLED)


def price_words(price: GoalPrice) -> str:
    r"""Return a price in a sentence.

    >>> asked, unasked = {"floor": 450_000, "total": 7_930_000}, {"floor": 370_000, "total": 8_000_000}
    >>> price_words(GoalPrice("floor", asked, unasked)).replace("\xa0", " ")
    'Relever le binôme le plus faible de 37,0 à 45,0 points coûte 0,9 % du total (7,0 points).'
    """
    return cost_words(GAINS[price.goal](price.unasked[price.goal], price.asked[price.goal]), price, others(price))


def places_words(left: PlacesLeft, name_of: Callable[[str], str] = str) -> str:
    r"""Return in words what is left of kept places, and what keeping them costs; ``name_of`` a key calls a mentor.

    >>> left = PlacesLeft("2 places gardées", 2, 2, (("M03", 2),), {"matched": 8}, {"matched": 9})
    >>> places_words(left).replace("\xa0", " ")
    '2 places gardées : 2 places libres sur 2, chez M03 (2). Les garder coûte 1 binôme.'
    """
    there = counted(left.left, "place libre", "places libres")
    said = tr("{places} sur {number}", places=there, number=left.kept)
    if left.free:
        names = [name_of(key) if count == 1 else f"{name_of(key)} ({count})" for key, count in left.free]
        said = tr("{places}, chez {mentors}", places=said, mentors=first_of(names, MOST_NAMED))
    sentence = f"{about(left.rule, said)}."
    if not left.asked:
        return sentence
    return f"{sentence} {cost_words(tr('Les garder'), left) if left.differences else tr('Les garder ne coûte rien.')}"


def cost_words(what: str, price: Price, goals: Sequence[str] | None = None) -> str:
    """Return in a sentence what something costs in goals, None: in all that change, and what it brings."""
    changed = list(price.differences) if goals is None else goals
    worse = [name for name in changed if is_worse(name, price.differences[name])]
    better = [name for name in changed if name not in worse]
    losses, gains = (listed([amount(price, name) for name in names]) for names in (worse, better))
    return tr(SENTENCES[bool(worse), bool(better)], goal=what, losses=losses, gains=gains)


def others(price: GoalPrice) -> list[str]:
    """Return the other goals that change."""
    return [name for name in price.differences if name != price.goal]


def is_worse(goal: str, change: int) -> bool:
    """Say whether a change of the value of a goal is for the worse; fewer broken pairs are better."""
    return change > 0 if goal == "changes" else change < 0


def amount(price: Price, goal: str) -> str:
    """Return by how much another goal changes, in its unit; the total also as a share of what it would be."""
    size, base = abs(price.differences[goal]), price.unasked[goal]
    if goal == "changes" and price.differences[goal] < 0:
        return counted(size, "binôme défait de moins", "binômes défaits de moins")
    if goal != "total":
        return AMOUNTS[goal](size)
    if base <= 0:
        return tr("{score} du total", score=amount_of_points(size))
    return tr("{share} du total ({score})", share=share(size / base), score=amount_of_points(size))


def from_to_points(message: str, old: int, new: int) -> str:
    """Return a message that says from how many points to how many."""
    return tr(message, old=points(old), new=points(new))


def amount_of_points(millionths: int) -> str:
    """Return an amount of points that is not 0."""
    if millionths < LEAST:
        return tr("moins de {number}\u00a0point", number=decimal(0.1, 1))
    return tr_n("{number}\u00a0point", "{number}\u00a0points", millionths // 10_000, number=points(millionths))


def share(part: float) -> str:
    """Return a share that is not 0 as a percentage with one decimal."""
    return tr("moins de {share}", share=percent(0.001, 1)) if part < 0.0005 else percent(part, 1)


FAIR = ("floor", "floor_person", "leximin")
"""Goals that a floor stands for, left out while it is raised."""
MOST = 16
"""Floors that are tried; where more scores could be one, they are taken at even distances."""


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """The score of the worst pair, and the total of all pairs, in millionths."""

    floor: int
    total: int


@track()
def find_frontier(case: Case, seed: int = 0) -> tuple[FrontierPoint, ...]:
    """Return the best total for floors from low to high, one entry for each that costs something.

    The first is the greatest total of all; the last is the highest floor that was found. Empty where the answer is not
    proved or has no pair, where the programme does not ask for a total, and for more than 300 people a side, or 100
    where a rule couples pairs, or where no scores are held: the problem is solved once for each floor.
    """
    goals = tuple(goal for goal in case.problem.goals if goal not in FAIR)
    if (
        case.solution.status is not Status.PROVED
        or "total" not in goals
        or not (case.scores.held and soon_solved(case))
    ):
        return ()
    problem = replace(case.problem, goals=goals[: goals.index("total") + 1])
    return tuple(trace_frontier(problem, seed))


def trace_frontier(problem: AssignmentProblem, seed: int) -> list[FrontierPoint]:
    """Return the balances of a problem whose last goal is the total, from its greatest up to the highest floor."""
    first = solve(problem, seed=seed, proofs="none")
    if not len(first.pairs):
        return []
    found, highest = [frontier_point(problem, first)], highest_floor(problem, seed)
    for floor in floors(problem, found[0].floor, highest):
        if floor > found[-1].floor:
            # A floor with the same total dominates the points before it
            higher = frontier_point(problem, raise_floor(problem, floor, seed))
            found = [*(one for one in found if one.total > higher.total), higher]
    return found


def highest_floor(problem: AssignmentProblem, seed: int) -> int:
    """Return the highest floor of an answer that reaches all goals before the total."""
    variant = replace(problem, goals=(*problem.goals[:-1], "floor"))
    return frontier_point(problem, solve(variant, seed=seed, proofs="none")).floor


def raise_floor(problem: AssignmentProblem, floor: int, seed: int) -> Solution:
    """Return the best answer whose worst pair reaches a floor."""
    return solve(BottleneckPair().constrain(problem, floor), seed=seed, proofs="none")


def floors(problem: AssignmentProblem, low: int, high: int) -> list[int]:
    """Return the floors to try above ``low``, ``high`` the last of them."""
    scores = BottleneckPair().candidates(problem, low, high)
    if len(scores) <= MOST:
        return list(scores)
    return [scores[place] for place in np.linspace(0, len(scores) - 1, MOST).astype(int)]


def frontier_point(problem: AssignmentProblem, solution: Solution) -> FrontierPoint:
    """Return the floor and the total of an answer."""
    scores = problem.scores.at(*solution.pairs.T)
    return FrontierPoint(int(scores.min()) if len(scores) else 0, int(scores.sum()))
