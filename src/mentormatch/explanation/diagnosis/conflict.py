"""Rules of a programme that cannot hold together, and of which none can be spared."""

from collections.abc import Sequence

from mentormatch.explanation.diagnosis.feasibility_oracle import FeasibilityOracle, deletion_filter
from mentormatch.explanation.diagnosis.findings import RuleConflict
from mentormatch.explanation.labels import KEYS, Labels
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.rules.rule import Rule

UNPROVED = mark("Pas démontré irréductible : le temps est écoulé.")
SOME_OTHER = mark("(D'autres combinaisons peuvent se contredire aussi ; celle-ci suit l'ordre du programme.)")


def conflict_of(trial: FeasibilityOracle, labels: Labels = KEYS) -> RuleConflict:
    """Return an irreducible set of the rules of a programme that has no solution.

    The rules of the set have no solution; whichever is dropped, the others have one. There may be several such sets:
    the earlier a rule stands in the programme, the sooner it is let go. Where the time ends first, the set still has no
    solution, and ``proved`` is False.
    """
    asked: list[bool | None] = []

    def conflicting(kept: Sequence[int]) -> bool:
        asked.append(trial.holds(trial.eased(kept)))
        return asked[-1] is False

    places = deletion_filter(range(len(trial.rules)), conflicting)
    rules = tuple(trial.rules[place] for place in places)
    return RuleConflict(rules, conflict_in_words(rules, labels, proved=None not in asked), None not in asked)


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
