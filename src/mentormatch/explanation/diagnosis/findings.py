"""The parts of a diagnosis: the instance of rules, findings, a conflict of rules, and possible changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import Index
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.fields import Side
from mentormatch.languages.translation import SpokenText, language, mark, tr
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import NO_SCORES, Market, Rule, formulate, market_of
from mentormatch.scoring.scores import ScoreTable


@dataclass(frozen=True, slots=True)
class Finding:
    """A contradiction or a shortage: a stable code, a sentence, the labels of the people and the rules concerned.

    ``missing`` is the number of missing places, people or pairs. ``decisive``: there is no solution at all, not only
    unmatched people.
    """

    code: str
    sentence: str
    missing: int
    people: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    decisive: bool = True


@dataclass(frozen=True, slots=True)
class RuleConflict:
    """Rules that cannot hold together, in order. ``proved``: without any one of them, the others can."""

    rules: tuple[Rule, ...]
    sentence: str
    proved: bool = True


@dataclass(frozen=True, slots=True)
class PossibleChange:
    """A change that would help, its ``cost`` in changed units, and the people concerned.

    ``rules`` are all rules of the programme after the change, empty for a change for one person; ``places`` are the
    additional places, by label. ``people`` are labels; for a dropped pair, the keys in its rule.
    """

    code: str
    sentence: str
    cost: int
    people: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    places: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Diagnosis(VersionedPickle, SpokenText):
    """Whether a programme has a solution for a cohort, the conflict, and the ways out, cheapest first.

    ``status`` is ``feasible``, ``infeasible``, or ``stopped`` if the time ran out before a proof.
    """

    status: Status
    findings: tuple[Finding, ...] = ()
    conflict: RuleConflict | None = None
    ways_out: tuple[PossibleChange, ...] = ()

    def __repr__(self) -> str:
        return f"Diagnosis({self.status}, {len(self.findings)} findings, {len(self.ways_out)} ways out)"

    @property
    def sentences(self) -> tuple[str, ...]:
        """The diagnosis in sentences, most important first."""
        conflict = [self.conflict.sentence] if self.conflict else []
        decisive, minor = [
            [finding.sentence for finding in self.findings if finding.decisive is is_decisive]
            for is_decisive in (True, False)
        ]
        changes = [change.sentence for change in self.ways_out]
        with language(self.language):
            return (tr(VERDICT_TEXTS[self.status]), *conflict, *decisive, *changes, *minor)

    def in_words(self) -> str:
        return "\n".join(self.sentences)


VERDICT_TEXTS = {
    Status.FEASIBLE: mark("Le programme a une solution : ses règles peuvent toutes être respectées."),
    Status.INFEASIBLE: mark("Aucune répartition ne respecte toutes les règles du programme."),
    Status.STOPPED: mark("Le temps est écoulé avant que l'on sache si le programme a une solution."),
}


FEASIBILITY_GOALS = ("matched",)
"""The goals that decide whether there is a solution."""


def feasibility_problem(cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule]) -> AssignmentProblem:
    """Return the problem of placing as many people as possible.

    Without stored scores the total is added: otherwise almost all pairs would be candidates of column generation.
    """
    return formulate(cohort, scores, rules, FEASIBILITY_GOALS if scores.held else (*FEASIBILITY_GOALS, "total"))


@dataclass(frozen=True, slots=True)
class RuleInstance:
    """A cohort under rules: the market, the problem, and the labels of people.

    The market has no scores if ``scores`` are not stored.
    """

    market: Market
    rules: tuple[Rule, ...]
    problem: AssignmentProblem
    scores: ScoreTable
    labels: Labels = KEY_LABELS

    @classmethod
    def of(
        cls, cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule], labels: Labels = KEY_LABELS
    ) -> "RuleInstance":
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
        """Return the degree bounds of the people of one side."""
        return self.problem.mentors if side == "mentor" else self.problem.mentees

    def name(self, side: Side, row: int) -> str:
        """Return the label of a person."""
        return self.labels.person(side, self.market.side(side).ids[row])

    def names(self, pair: tuple[int, int]) -> tuple[str, str]:
        """Return the labels of the two people of a pair."""
        return self.name("mentor", pair[0]), self.name("mentee", pair[1])

    def bounding_degrees(self) -> tuple[str, ...]:
        """Return the labels of the rules on numbers of partners."""
        return tuple(self.labels.rule(rule) for rule in self.rules if rule.bounds_degrees)

    def pinning(self, axis: int, row: int) -> tuple[str, ...]:
        """Return the labels of the rules that pin a pair of one person."""
        pins = [(rule, pair) for rule in self.rules for pair in rule.pins(self.market)]
        return tuple(self.labels.rule(rule) for rule, pair in pins if pair[axis] == row)
