"""Problems of groups with some of all rules and goals, drawn by a seed."""

from dataclasses import replace

import numpy as np

from mentormatch import GroupProblem
from mentormatch.groups.problem import GroupTerm, Leaders, SizeRange
from mentormatch.rules import CompositionBound


def drawn_problem(seed: int, people: int = 24) -> GroupProblem:
    """Return a problem of so many people with some of all rules and goals."""
    draw = np.random.default_rng(seed)
    worth = np.triu(draw.integers(0, 1_000_000, (people, people)), 1)
    apart = np.triu(draw.random((people, people)) < 0.04, 1)
    has, known = draw.random((people, 5)) < 0.7, draw.random(people) < 0.9
    met = np.triu(draw.integers(0, 2, (people, people)), 1)
    each = people // 4
    problem = GroupProblem.from_scores(worth + worth.T, [(each - 1, each + 1)] * 4)
    some = draw.permutation(people)
    more: dict[str, object] = {
        "apart": apart | apart.T,
        "together": (tuple(sorted(some[:2].tolist())), tuple(sorted(some[2:5].tolist()))),
        "counts": (CompositionBound("some", draw.random(people) < 0.5, 1, each - 1, none=True),),
        "shared": (GroupTerm(has, known, np.arange(6) * 40_000, 20_000),),
        "leaders": Leaders(draw.random((3, people)) < 0.97, np.array([2, 1, 1])),
        "meetings": met + met.T,
        "priority": draw.integers(0, 3, people),
        "keys": tuple(f"P{row:03}" for row in range(people)),
        "seed": seed,
    }
    kept = {name: value for name, value in more.items() if name in {"keys", "seed"} or draw.random() < 0.6}
    goals = [goal for goal in ("placed", "priority", "meetings", "floor", "total") if draw.random() < 0.7]
    goals = [goal for goal in goals if goal not in {"priority", "meetings"} or goal in kept]
    return replace(problem, spans=(SizeRange(each - 1, each + 1),), goals=tuple(goals or ["total"]), **kept)  # type: ignore[arg-type]  # fields of all types
