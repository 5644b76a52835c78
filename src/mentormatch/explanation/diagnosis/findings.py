"""What a diagnosis rests on and is made of: the instance; findings, a conflict of rules, ways out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import Index
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.fields import Side
from mentormatch.languages.translation import SpokenText, language, mark, tr
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import NO_SCORES, Market, Rule, formulate, market_of
from mentormatch.scoring.scores import ScoreTable


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that cannot be: a stable code, a sentence, the people (keys) and the rules (labels) concerned.

    ``missing`` is how many places, people or pairs are missing; ``decisive`` says that it leaves no solution at all,
    and not merely somebody without a partner.
    """

    code: str
    sentence: str
    missing: int
    people: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    decisive: bool = True


@dataclass(frozen=True, slots=True)
class RuleConflict:
    """Rules that cannot hold together, in the programme's order; ``proved``: any of them dropped, the others can."""

    rules: tuple[Rule, ...]
    sentence: str
    proved: bool = True


@dataclass(frozen=True, slots=True)
class PossibleChange:
    """A change that would help, its ``cost`` in units changed, and whom it concerns.

    ``rules`` are all the rules of the programme after the change, where it changes the programme; ``places`` are the
    places to add, by key.
    """

    code: str
    sentence: str
    cost: int
    people: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    places: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis(VersionedPickle, SpokenText):
    """Whether a programme has a solution for a cohort, what stands in its way, and the ways out, cheapest first.

    ``status`` is ``feasible``, ``infeasible``, or ``stopped`` where the time ran out before either was known.
    """

    status: Status
    findings: tuple[Finding, ...] = ()
    conflict: RuleConflict | None = None
    ways_out: tuple[PossibleChange, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it in words, in the order in which it is worth reading."""
        conflict = [self.conflict.sentence] if self.conflict else []
        decisive, others = [
            [finding.sentence for finding in self.findings if finding.decisive is wanted] for wanted in (True, False)
        ]
        out = [change.sentence for change in self.ways_out]
        with language(self.language):
            return (tr(VERDICTS[self.status]), *conflict, *decisive, *out, *others)

    def in_words(self) -> str:
        return "\n".join(self.sentences)


VERDICTS = {
    Status.FEASIBLE: mark("Le programme a une solution : ses règles peuvent toutes être respectées."),
    Status.INFEASIBLE: mark("Aucune répartition ne respecte toutes les règles du programme."),
    Status.STOPPED: mark("Le temps est écoulé avant que l'on sache si le programme a une solution."),
}


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
        """Return the instance of a cohort under these rules."""
        unnamed = feasibility_problem(cohort, scores, rules)
        problem = replace(unnamed, rows=tuple(replace(row, name=labels.row(row.name, rules)) for row in unnamed.rows))
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
