"""What a decision file claims, judged by a mixed-integer program of HiGHS that is built from its JSON alone.

Nothing of the package is used. A solver only finds an answer that contradicts a claim; that answer is then checked in
Python integers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

type Json = Any
type Pair = tuple[str, str]
type Terms = Mapping[int, int]
"""The coefficients of a sum, by column."""

SOLVED, INFEASIBLE = 0, 2
"""What ``milp`` returns where there is an answer, and where there is none."""
MOST_CUTS = 200


@dataclass(frozen=True)
class Constraint:
    """A sum over columns, and its bounds; None: none."""

    terms: Terms
    least: int | None = None
    most: int | None = None

    def holds(self, point: Sequence[int]) -> bool:
        total = sum(weight * point[column] for column, weight in self.terms.items())
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)


@dataclass(frozen=True)
class Claims:
    """A decision as its file states it: a column for each scored pair, then one for each minimum that may be idle."""

    content: Json
    found: dict[str, list[int]] = field(default_factory=dict)

    @cached_property
    def score(self) -> dict[Pair, int]:
        return {(i, k): value for i, line in self.content["scores"].items() for k, value in line.items()}

    @cached_property
    def pairs(self) -> list[Pair]:
        return list(self.score)

    @cached_property
    def chosen(self) -> list[Pair]:
        return [(i, k) for i, k in self.content["pairs"]]

    @cached_property
    def idle(self) -> list[str]:
        return [one["id"] for one in self.people if one["idle"]]

    @property
    def people(self) -> list[Json]:
        return [*self.content["mentors"], *self.content["mentees"]]

    def columns_of(self, person: str) -> list[int]:
        return [column for column, pair in enumerate(self.pairs) if person in pair]

    @cached_property
    def rules(self) -> list[Constraint]:
        return [*self._degrees(), *self._rows(), *self._pins()]

    def _degrees(self) -> Iterator[Constraint]:
        for one in self.people:
            degree = dict.fromkeys(self.columns_of(one["id"]), 1)
            if not one["idle"]:
                yield Constraint(degree, one["least"], one["most"])
                continue
            used = len(self.pairs) + self.idle.index(one["id"])
            yield Constraint({**degree, used: -one["most"]}, most=0)
            yield Constraint({**degree, used: -one["least"]}, least=0)
            yield from (Constraint({column: 1, used: -1}, most=0) for column in degree)

    def _rows(self) -> Iterator[Constraint]:
        for row in self.content["rows"]:
            weights = {(i, k): value for i, line in row["weights"].items() for k, value in line.items()}
            yield Constraint(
                {self.pairs.index(pair): value for pair, value in weights.items()}, row["least"], row["most"]
            )

    def _pins(self) -> Iterator[Constraint]:
        for pin in self.content["pins"]:
            yield Constraint({self.pairs.index((pin[0], pin[1])): 1}, least=1)

    def terms(self, goal: str) -> Terms:
        """Return the sum that a goal makes as great as can be; of ``changes``, the former pairs that are kept."""
        weight = {one["id"]: one["priority"] for one in self.people}
        of: Mapping[str, Callable[[Pair], int]] = {
            "matched": lambda _: 1,
            "priority": lambda pair: weight[pair[0]] + weight[pair[1]],
            "total": lambda pair: self.score[pair],
            "changes": lambda pair: int([*pair] in self.content["former"]),
        }
        return {column: value for column, pair in enumerate(self.pairs) if (value := of[goal](pair))}

    def value(self, goal: str) -> int:
        """Return what the chosen pairs have in a goal."""
        scores = [self.score[pair] for pair in self.chosen]
        if goal in ("floor", "leximin"):
            return min(scores, default=0)
        if goal == "floor_person":
            return min(self._sums().values(), default=0)
        total = sum(self.terms(goal).get(self.pairs.index(pair), 0) for pair in self.chosen)
        return len(self.content["former"]) - total if goal == "changes" else total

    def _served(self) -> dict[str, list[int]]:
        columns = {one["id"]: self.columns_of(one["id"]) for one in self.content["mentees"] if one["most"]}
        return {person: own for person, own in columns.items() if own}

    def _sums(self) -> dict[str, int]:
        return {k: sum(self.score[pair] for pair in self.chosen if k in pair) for k in self._served()}

    def at_least(self, goal: str, value: int) -> list[Constraint]:
        """Return what an answer keeps that reaches a value in a goal; of ``leximin`` see ``better_levels``."""
        if goal == "floor":
            below = [column for column, pair in enumerate(self.pairs) if self.score[pair] < value]
            some = [Constraint(dict.fromkeys(range(len(self.pairs)), 1), least=1)] if value > 0 else []
            return [Constraint(dict.fromkeys(below, 1), most=0), *some]
        if goal == "floor_person":
            return [
                Constraint({column: self.score[self.pairs[column]] for column in own}, least=value)
                for own in self._served().values()
            ]
        if goal == "changes":
            return [Constraint(self.terms(goal), least=len(self.content["former"]) - value)]
        return [Constraint(self.terms(goal), least=value)]

    def kept(self, goal: str) -> list[Constraint]:
        """Return what an answer keeps that is as good in a goal as the chosen pairs."""
        if goal != "leximin":
            return self.at_least(goal, self.value(goal))
        scores = sorted(self.score[pair] for pair in self.chosen)
        every = dict.fromkeys(range(len(self.pairs)), 1)
        counts = [self._up_to(level, sum(each <= level for each in scores)) for level in sorted({*self.score.values()})]
        return [Constraint(every, least=len(scores)), *counts]

    def _up_to(self, level: int, most: int) -> Constraint:
        low = [column for column, pair in enumerate(self.pairs) if self.score[pair] <= level]
        return Constraint(dict.fromkeys(low, 1), most=most)

    def beyond(self, goal: str, bound: int) -> Iterator[list[Constraint]]:
        """Yield systems of which one has an answer if and only if a goal has a better value than its bound."""
        if goal != "leximin":
            yield self.at_least(goal, bound - 1 if goal == "changes" else bound + 1)
            return
        scores, every = sorted(self.score[pair] for pair in self.chosen), dict.fromkeys(range(len(self.pairs)), 1)
        yield [Constraint(every, least=len(scores) + 1)]
        same, before = Constraint(every, least=len(scores)), list[Constraint]()
        for level in sorted({*self.score.values()}):
            own = sum(each <= level for each in scores)
            yield [same, *before, self._up_to(level, own - 1)]
            before.append(self._up_to(level, own))

    def answer_of(self, more: Sequence[Constraint]) -> list[int] | None:
        """Return an answer that keeps the rules and more; None if there is none.

        An answer in floating point alone is cut off, and another one is looked for.
        """
        system, count = [*self.rules, *more], len(self.pairs) + len(self.idle)
        if not count:
            return [] if all(each.holds([]) for each in system) else None
        cuts = list[Constraint]()
        while (point := _point([*system, *cuts], count)) is not None:
            if all(each.holds(point) for each in system):
                return point
            assert len(cuts) < MOST_CUTS, "a problem that floating point cannot judge"
            cuts.append(Constraint({place: 1 - 2 * value for place, value in enumerate(point)}, least=1 - sum(point)))
        return None


def _point(system: Sequence[Constraint], count: int) -> list[int] | None:
    """Return a 0-1 point that keeps a system in floating point, None if there is none."""
    matrix = np.zeros((len(system), count))
    for place, each in enumerate(system):
        matrix[place, list(each.terms)] = list(each.terms.values())
    low = [-np.inf if each.least is None else each.least for each in system]
    high = [np.inf if each.most is None else each.most for each in system]
    rules = LinearConstraint(matrix, low, high)
    solved = milp(np.zeros(count), constraints=rules, integrality=np.ones(count, np.int64), bounds=Bounds(0, 1))
    assert solved.status in (SOLVED, INFEASIBLE), solved.message
    return None if solved.x is None else [round(value) for value in solved.x]


def false_claims(content: Json) -> list[str]:
    """Return what a decision file claims and is not so: pairs, rules, values, and the bound of each goal.

    The bound of a goal is one among the answers that are as good in the goals before.
    """
    claims = Claims(content)
    chosen = claims.chosen
    if len({*chosen}) < len(chosen) or not {*chosen} <= {*claims.pairs}:
        return ["pairs"]
    used = [any(person in pair for pair in chosen) for person in claims.idle]
    point = [int(pair in chosen) for pair in claims.pairs] + [int(each) for each in used]
    broken = [f"rule {place}" for place, each in enumerate(claims.rules) if not each.holds(point)]
    if broken or [tier["goal"] for tier in content["tiers"]] != content["goals"]:
        return broken or ["goals"]
    wrong, before = [], list[Constraint]()
    for tier in content["tiers"]:
        goal, value, bound = tier["goal"], tier["value"], tier["bound"]
        wrong += [f"value of {goal}"] if claims.value(goal) != value else []
        wrong += [f"{goal} is not proved"] if content["status"] == "proved" and bound != value else []
        if bound is not None and any(claims.answer_of([*before, *more]) for more in claims.beyond(goal, bound)):
            wrong.append(f"bound of {goal}")
        before += claims.kept(goal)
    return wrong
