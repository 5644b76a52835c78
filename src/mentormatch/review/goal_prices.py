"""What each goal costs those after it, in words for the committee that set them."""

from collections.abc import Callable, Mapping

from mentormatch.assignment.price import GoalPrice, prices_of_goals
from mentormatch.assignment.progress import at_work
from mentormatch.assignment.solution import Status
from mentormatch.errors import EngineError
from mentormatch.french import NO_BREAK, counted, listed, points
from mentormatch.review.unmatched import Case

MOST_COUPLED = 100
"""People a side, where a rule couples pairs: each solve is then a mixed-integer program."""
LEAST = 500
"""Millionths: what rounds to 0,0 points is told as less than 0,1."""

GAINS: Mapping[str, Callable[[int, int], str]] = {
    "matched": lambda old, new: f"Former {counted(new, 'binôme')} au lieu de {old}",
    "priority": lambda old, new: f"Donner {counted(new, 'place')} à des personnes prioritaires au lieu de {old}",
    "floor": lambda old, new: f"Relever le binôme le plus faible {rise(old, new)}",
    "floor_person": lambda old, new: f"Relever la personne la moins bien servie {rise(old, new)}",
    "leximin": lambda old, new: f"Relever les binômes les plus faibles{last(old, new)}",
    "total": lambda old, new: f"Porter le total {rise(old, new)}",
    "changes": lambda old, new: f"Défaire {counted(new, 'binôme')} au lieu de {old}",
}
"""What a goal achieves: its value without it, and with it."""
AMOUNTS: Mapping[str, Callable[[int], str]] = {
    "matched": lambda size: counted(size, "binôme"),
    "priority": lambda size: f"{counted(size, 'place')} à des personnes prioritaires",
    "floor": lambda size: f"{small(size)} au binôme le plus faible",
    "floor_person": lambda size: f"{small(size)} à la personne la moins bien servie",
    "leximin": lambda size: f"{small(size)} au binôme le plus faible",
    "changes": lambda size: f"{counted(size, 'binôme défait', 'binômes défaits')} de plus",
}
"""How much of another goal is lost or won."""
MOST_SECONDS = 10.0
"""What is not known by then is not told."""


@at_work()
def goal_prices(case: Case, seed: int = 0) -> tuple[GoalPrice, ...]:
    """Return the price of each goal whose presence changes something.

    Empty where the answer is not proved, where a problem with a goal less cannot be solved in ten seconds, and for more
    than 300 people a side, or 100 where a rule couples pairs: the problem is solved once more for each goal.
    """
    if case.solution.status is not Status.PROVED or not soon_solved(case):
        return ()
    try:
        found = prices_of_goals(case.problem, case.solution, seed=seed, time_limit_s=MOST_SECONDS)
        return tuple(one for one in found if one.differences)
    except EngineError:
        return ()


def soon_solved(case: Case) -> bool:
    """Say whether solving again a few times is nothing that one waits for."""
    problem = case.problem
    coupled = problem.rows or problem.mentors.waivable.any() or problem.mentees.waivable.any()
    return case.small and (not coupled or max(problem.shape) <= MOST_COUPLED)


def price_words(price: GoalPrice) -> str:
    r"""Return a price in a sentence.

    >>> asked, unasked = {"floor": 450_000, "total": 7_930_000}, {"floor": 370_000, "total": 8_000_000}
    >>> price_words(GoalPrice("floor", asked, unasked)).replace(NO_BREAK, " ")
    'Relever le binôme le plus faible de 37,0 à 45,0 points coûte 0,9 % du total (7,0 points).'
    """
    worse = [name for name in others(price) if worsened(name, price.differences[name])]
    better = [name for name in others(price) if name not in worse]
    cost = f"coûte {listed([amount(price, name) for name in worse])}" if worse else "ne coûte rien aux autres objectifs"
    gain = f" et apporte {listed([amount(price, name) for name in better])}" if better else ""
    return f"{GAINS[price.goal](price.unasked[price.goal], price.asked[price.goal])} {cost}{gain}."


def others(price: GoalPrice) -> list[str]:
    """Return the other goals that change."""
    return [name for name in price.differences if name != price.goal]


def worsened(goal: str, change: int) -> bool:
    """Say whether a change of the value of a goal is for the worse; fewer broken pairs are better."""
    return change > 0 if goal == "changes" else change < 0


def amount(price: GoalPrice, goal: str) -> str:
    """Return by how much another goal changes, in its unit; the total also as a share of what it would be."""
    size, base = abs(price.differences[goal]), price.unasked[goal]
    if goal != "total":
        return AMOUNTS[goal](size)
    return f"{share(size / base)} du total ({small(size)})" if base > 0 else f"{small(size)} du total"


def rise(old: int, new: int) -> str:
    """Return from how many points to how many."""
    return f"de {points(old)} à {points(new)} points"


def last(old: int, new: int) -> str:
    """Return what becomes of the worst pair where the scores of all count; nothing where it stays."""
    return "" if old == new else f" (le dernier {rise(old, new)})"


def small(millionths: int) -> str:
    """Return an amount of points that is not 0."""
    if millionths < LEAST:
        return f"moins de 0,1{NO_BREAK}point"
    return f"{points(millionths)}{NO_BREAK}point{'s' if millionths >= 20_000 else ''}"


def share(part: float) -> str:
    """Return a share that is not 0 as a percentage with one decimal."""
    if part < 0.0005:
        return f"moins de 0,1{NO_BREAK}%"
    return f"{part * 100:.1f}".replace(".", ",") + f"{NO_BREAK}%"
