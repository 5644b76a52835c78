"""What findings rest on: the people, the rules, and the problem that they pose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.base.arrays import Index
from mentormatch.explanation.labels import KEYS, Labels
from mentormatch.fields import Side
from mentormatch.people.cohort import Cohort
from mentormatch.rules.formulation import formulate
from mentormatch.rules.rule import NO_SCORES, Market, Rule, market_of
from mentormatch.scoring.score import ScoreTable

ENOUGH = ("matched",)
"""All that it takes to know whether there is an answer."""


def feasibility_problem(cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule]) -> AssignmentProblem:
    """Return the problem of placing as many as can be.

    Where no scores are held the total decides between answers: else nearly all pairs would be worth being looked at.
    """
    return formulate(cohort, scores, rules, ENOUGH if scores.held else (*ENOUGH, "total"))


@dataclass(frozen=True, slots=True)
class RuleInstance:
    """A cohort under rules: the market, the problem posed, and what people are called.

    The market holds no scores where ``scores`` do not.
    """

    market: Market
    rules: tuple[Rule, ...]
    problem: AssignmentProblem
    scores: ScoreTable
    labels: Labels = KEYS

    @classmethod
    def of(cls, cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule], labels: Labels = KEYS) -> "RuleInstance":
        """Return the posture of a cohort under these rules."""
        posed = feasibility_problem(cohort, scores, rules)
        problem = replace(posed, rows=tuple(replace(row, name=labels.row(row.name, rules)) for row in posed.rows))
        return cls(
            market_of(cohort, scores.values if scores.held else NO_SCORES), tuple(rules), problem, scores, labels
        )

    def part(self, mentors: Index, mentees: Index) -> Market:
        """Return the market of some people."""
        people = self.market.mentors.take(mentors), self.market.mentees.take(mentees)
        return Market(*people, self.scores.part(mentors, mentees))

    def loads(self, side: Side) -> DegreeBounds:
        """Return how many partners the people of one side take."""
        return self.problem.mentors if side == "mentor" else self.problem.mentees

    def name(self, side: Side, row: int) -> str:
        """Return what one person is called."""
        return self.labels.person(side, self.market.side(side).ids[row])

    def names(self, pair: tuple[int, int]) -> tuple[str, str]:
        """Return what the two people of a pair are called."""
        return self.name("mentor", pair[0]), self.name("mentee", pair[1])

    def bounding_degrees(self) -> tuple[str, ...]:
        """Return what the rules are called that say how many partners people take."""
        return tuple(self.labels.rule(rule) for rule in self.rules if rule.bounds_degrees)

    def pinning(self, axis: int, row: int) -> tuple[str, ...]:
        """Return what the rules are called that pin a pair of one person."""
        pins = [(rule, pair) for rule in self.rules for pair in rule.pins(self.market)]
        return tuple(self.labels.rule(rule) for rule, pair in pins if pair[axis] == row)
