"""A whole diagnosis: what stands in the way of the rules of a programme, and the ways out, cheapest first.

Where there is no solution, some rules cannot hold together: an irreducible infeasible subset of them (Chinneck and
Dravnieks 1991) is found by deletion, and told.
"""

from collections.abc import Sequence
from time import monotonic

from mentormatch.assignment.model.solution import Status
from mentormatch.base.progress import track
from mentormatch.errors import EngineError
from mentormatch.explanation.diagnosis.counting_bounds import check_counts
from mentormatch.explanation.diagnosis.findings import Diagnosis, Finding, RuleConflict, RuleInstance
from mentormatch.explanation.diagnosis.hall_violators import find_hall_violators
from mentormatch.explanation.diagnosis.minimal_relaxations import FeasibilityOracle, deletion_filter, ways_out
from mentormatch.explanation.labels import KEYS, Labels
from mentormatch.explanation.unmatched import Case
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import Rule
from mentormatch.scoring.score import ScoreTable

VERDICTS = {True: Status.FEASIBLE, False: Status.INFEASIBLE, None: Status.STOPPED}
LIMIT_S = 30.0
"""How long a document waits for a diagnosis, counting aside."""
UNPROVED = mark("Pas démontré irréductible : le temps est écoulé.")
SOME_OTHER = mark("(D'autres combinaisons peuvent se contredire aussi ; celle-ci suit l'ordre du programme.)")


@track()
def diagnose_rules(
    cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule], deadline: float | None = None, labels: Labels = KEYS
) -> Diagnosis:
    """Return whether rules can all hold for a cohort, what stands in the way, and ways out.

    Where no scores are held, what stands in the way is told as far as counting shows it. ``deadline`` is the
    ``monotonic`` time after which nothing more is tried. Raises EngineError where a solver failed.
    """
    trial = FeasibilityOracle(cohort, scores, tuple(rules), deadline)
    findings = find_findings(RuleInstance.of(cohort, scores, rules, labels))
    hopeless = any(finding.decisive for finding in findings)
    status = Status.INFEASIBLE if hopeless else VERDICTS[trial.holds(trial.formulate(trial.rules))]
    if status is not Status.INFEASIBLE:
        return Diagnosis(status, findings)
    if not scores.held:
        return Diagnosis(status, (*findings, beyond_counting()))
    conflict = conflict_of(trial, labels)
    return Diagnosis(status, findings, conflict, ways_out(trial, conflict.rules, labels))


def find_findings(instance: RuleInstance) -> tuple[Finding, ...]:
    """Return what counting and reach show, first what leaves no solution."""
    findings = [*check_counts(instance), *(find_hall_violators(instance) if instance.scores.held else ())]
    return tuple(sorted(findings, key=lambda finding: not finding.decisive))


def beyond_counting() -> Finding:
    """Return that more than counting takes too long for so many pairs."""
    sentence = tr(
        "Il y a trop de paires pour chercher quelles règles se contredisent et ce qui suffirait : seuls les effectifs,"
        " les places et les binômes imposés ont été vérifiés. Essayez avec une partie des personnes."
    )
    return Finding("too_many_pairs", sentence, 0, decisive=False)


def diagnose_case(case: Case) -> Diagnosis | None:
    """Return why a decision has no answer; None where it has one, or where it is not known why."""
    if case.solution.status is not Status.INFEASIBLE:
        return None
    try:
        return diagnose_rules(case.cohort, case.scores, case.rules, monotonic() + LIMIT_S, case.labels)
    except EngineError:
        return None


def conflict_of(trial: FeasibilityOracle, labels: Labels = KEYS) -> RuleConflict:
    """Return an irreducible set of the rules of a programme that has no solution.

    The rules of the set have no solution; whichever is dropped, the others have one. There may be several such sets:
    the earlier a rule stands in the programme, the sooner it is let go. Where the time ends first, the set still has no
    solution, and ``proved`` is False.
    """
    outcomes: list[bool | None] = []

    def conflicting(kept: Sequence[int]) -> bool:
        outcomes.append(trial.holds(trial.formulate_keeping(kept)))
        return outcomes[-1] is False

    places = deletion_filter(range(len(trial.rules)), conflicting)
    rules = tuple(trial.rules[place] for place in places)
    return RuleConflict(rules, conflict_in_words(rules, labels, proved=None not in outcomes), None not in outcomes)


def conflict_in_words(rules: Sequence[Rule], labels: Labels, *, proved: bool) -> str:
    """Return in words that these rules conflict."""
    names = listed([quoted(labels.rule(rule)) for rule in rules])
    return f"{together(len(rules), names, proved=proved)} {tr(SOME_OTHER if proved else UNPROVED)}"


def together(number: int, rules: str, *, proved: bool) -> str:
    """Return in words that so many rules conflict, and whether it is known that none can be spared."""
    if number == 1:
        return tr("Cette règle ne peut pas être respectée avec ces personnes, même seule : {rules}.", rules=rules)
    said = counted(number, "règle")
    if not proved:
        return tr("Ces {number} ne peuvent pas tenir ensemble : {rules}.", number=said, rules=rules)
    return tr(
        "Ces {number} ne peuvent pas tenir ensemble : {rules} ; si l'on retire l'une d'elles, les autres le peuvent.",
        number=said,
        rules=rules,
    )
