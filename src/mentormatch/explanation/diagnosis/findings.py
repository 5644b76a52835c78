"""What a diagnosis is made of: findings, a conflict of rules, and changes that lead out of it."""

from dataclasses import dataclass

from mentormatch.assignment.model.solution import Status
from mentormatch.languages import mark, tr
from mentormatch.rules.rule import Rule


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
class Diagnosis:
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
        return (tr(VERDICTS[self.status]), *conflict, *decisive, *out, *others)


VERDICTS = {
    Status.FEASIBLE: mark("Le programme a une solution : ses règles peuvent toutes être respectées."),
    Status.INFEASIBLE: mark("Aucune répartition ne respecte toutes les règles du programme."),
    Status.STOPPED: mark("Le temps est écoulé avant que l'on sache si le programme a une solution."),
}
