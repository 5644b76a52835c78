"""What findings rest on: the people, the rules, and the problem that they pose."""

from collections.abc import Sequence
from dataclasses import dataclass

from mentormatch.assignment.posing import pose
from mentormatch.assignment.problem import AssignmentProblem, Loads
from mentormatch.assignment.rule import Market, Rule, market_of
from mentormatch.fields import Side
from mentormatch.people import Cohort
from mentormatch.review.labels import KEYS, Labels
from mentormatch.scoring.score import ScoreTable


@dataclass(frozen=True, slots=True)
class Posture:
    """A cohort under rules: the market, the problem posed, and what people are called."""

    market: Market
    rules: tuple[Rule, ...]
    problem: AssignmentProblem
    labels: Labels = KEYS

    @classmethod
    def of(cls, cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule], labels: Labels = KEYS) -> "Posture":
        """Return the posture of a cohort under these rules."""
        problem = pose(cohort, scores, rules, ("matched",))
        return cls(market_of(cohort, scores.values), tuple(rules), problem, labels)

    def loads(self, side: Side) -> Loads:
        """Return how many partners the people of one side take."""
        return self.problem.mentors if side == "mentor" else self.problem.mentees

    def name(self, side: Side, row: int) -> str:
        """Return what one person is called."""
        return self.labels.person(side, self.market.side(side).ids[row])

    def names(self, pair: tuple[int, int]) -> tuple[str, str]:
        """Return what the two people of a pair are called."""
        return self.name("mentor", pair[0]), self.name("mentee", pair[1])

    def labels_of(self, kind: str) -> tuple[str, ...]:
        """Return what the rules of one kind are called."""
        return tuple(self.labels.rule(rule) for rule in self.rules if rule.kind == kind)

    def pinning(self, axis: int, row: int) -> tuple[str, ...]:
        """Return what the rules are called that pin a pair of one person."""
        pins = [(rule, pair) for rule in self.rules for pair in rule.pins(self.market)]
        return tuple(self.labels.rule(rule) for rule, pair in pins if pair[axis] == row)
