"""A whole diagnosis: what stands in the way of the rules of a programme, and the ways out, cheapest first.

Where there is no solution, some rules cannot hold together: an irreducible infeasible subset of them (Chinneck and
Dravnieks 1991) is found by deletion, and told.

The smallest changes of a programme by which it would have a solution, each by itself, the cheapest first.

Every change that is returned has been tried: the programme after it has a solution, and has none one step earlier. What
adjusts a number, or one pair, comes before what drops a rule; then the number of units changed decides, then the order
of the programme.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.base.irreducible_subset import deletion_filter
from mentormatch.base.progress import track
from mentormatch.errors import EngineError
from mentormatch.explanation.diagnosis.findings import (
    Diagnosis,
    Finding,
    PossibleChange,
    RuleConflict,
    RuleInstance,
    feasibility_problem,
)
from mentormatch.explanation.diagnosis.hall_violators import check_counts, find_hall_violators
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.explanation.unmatched_people import Case
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort
from mentormatch.rules.kinds.places import Capacity
from mentormatch.rules.rule import Relaxation, Rule, eligible_people, market_of
from mentormatch.scoring.scores import ScoreTable

type PlaceNumbers = Mapping[tuple[Side, int], int]

UNLIMITED = 1000
"""The greatest capacity that a rule may state."""
AT_FIRST_S = 0.5
"""An answer found by then will do, however many ties are left to settle."""


@dataclass(frozen=True, slots=True)
class FeasibilityOracle:
    """The case to be tried: people, scores, the rules of the whole programme, and when to stop."""

    cohort: Cohort
    scores: ScoreTable
    rules: tuple[Rule, ...]
    deadline: float | None = None

    def formulate(self, rules: Sequence[Rule], places: PlaceNumbers | None = None) -> AssignmentProblem:
        """Return the problem that ``rules`` pose, with more places for some of those who take part."""
        problem = feasibility_problem(self.cohort, self.scores, rules)
        if not places:
            return problem
        loads = [_with_places(load, side, places) for side, load in zip(SIDES, sides_of(problem), strict=True)]
        return replace(problem, mentors=loads[0], mentees=loads[1])

    def formulate_keeping(self, kept: Sequence[int]) -> AssignmentProblem:
        """Return the problem with the rules at ``kept`` only; it allows all that the whole programme allows.

        A capacity that is not kept limits no one, and who takes part only because a condition is not kept may be left
        alone, whatever the minimums: so each rule that goes can only help.
        """
        held = frozenset(kept)
        rules = [part for place, rule in enumerate(self.rules) for part in self._replacement(rule, kept=place in held)]
        problem = self.formulate(rules)
        free = [~eligible_people(self.rules, self.cohort.side(side), side) for side in SIDES]
        mentors, mentees = [
            replace(load, optional=load.optional | aside) for load, aside in zip(sides_of(problem), free, strict=True)
        ]
        return replace(problem, mentors=mentors, mentees=mentees)

    def _replacement(self, rule: Rule, *, kept: bool) -> list[Rule]:
        """Return a rule as it is if it is kept, else the widest capacities in place of those that it states."""
        if kept:
            return [rule]
        limited = [side for side in SIDES if rule.degree_bounds(self.cohort.side(side), side) is not None]
        return [Capacity(side=side, most=UNLIMITED) for side in limited if rule.offers_places]

    def solution(self, problem: AssignmentProblem, seconds: float | None = None) -> Solution:
        """Return the canonical answer to the problem, that there is none, or what is known when the time is up.

        Raises EngineError where the engine fails.
        """
        limits = [limit for limit in (self.left_s, seconds) if limit is not None]
        seconds = max(min(limits), 1e-6) if limits else None
        found = solve(problem, time_limit_s=seconds, proofs="none")
        if found.status is Status.FAILED:
            raise EngineError("\n".join(found.notes) or "the engine failed")
        return found

    @property
    def left_s(self) -> float | None:
        """Return the seconds that are left, None without a limit."""
        return None if self.deadline is None else max(self.deadline - monotonic(), 0.0)

    @property
    def over(self) -> bool:
        """Return whether the time is up."""
        return self.left_s == 0.0

    def holds(self, problem: AssignmentProblem) -> bool | None:
        """Return whether the problem has a solution; None where the time is up before that is known."""
        for seconds in (AT_FIRST_S, None):
            status = Status.STOPPED if self.over else self.solution(problem, seconds).status
            if status is not Status.STOPPED:
                return status is not Status.INFEASIBLE
        return None

    def works(self, rules: Sequence[Rule], places: PlaceNumbers | None = None) -> bool:
        """Return whether these rules are known to have a solution."""
        return self.holds(self.formulate(rules, places)) is True


def sides_of(problem: AssignmentProblem) -> tuple[DegreeBounds, DegreeBounds]:
    """Return how many partners the people of both sides take."""
    return problem.mentors, problem.mentees


def _with_places(loads: DegreeBounds, side: Side, places: PlaceNumbers) -> DegreeBounds:
    """Return the degree bounds with more places for some of those who take part."""
    more = np.array([places.get((side, row), 0) for row in range(len(loads))], dtype=np.int64)
    return replace(loads, most=loads.most + np.where(loads.most > 0, more, 0))


DROPS = ("drop_rule", "drop_rules")


def ways_out(trial: FeasibilityOracle, conflict: Sequence[Rule], labels: Labels = KEYS) -> tuple[PossibleChange, ...]:
    """Return the smallest change of each number and rule in a conflict that gives a solution, cheapest first.

    Where no rule of the conflict is enough by itself, which happens where other rules conflict too, this is one
    irreducible set of rules to drop together. What is not known to be the smallest when the time is up is left out.
    """
    found = [change for rule in conflict for change in changes_of(trial, rule, labels) if not trial.over]
    if not found:
        found = [change for change in drop_several(trial, labels) if not trial.over]
    return tuple(sorted(found, key=lambda change: (change.code in DROPS, change.cost)))


def changes_of(trial: FeasibilityOracle, rule: Rule, labels: Labels) -> Iterator[PossibleChange]:
    """Yield the smallest change of each number of one rule, more places, or the rule dropped."""
    place = next(place for place, each in enumerate(trial.rules) if each is rule)
    others = [each for each in range(len(trial.rules)) if each != place]
    rest = tuple(trial.rules[each] for each in others)
    without = trial.formulate_keeping(others) if rule.bounds_degrees else trial.formulate(rest)
    if not trial.holds(without):
        return
    market = market_of(trial.cohort, trial.scores.values)
    for number in rule.relaxations(market, quoted(labels.rule(rule))):
        yield from smallest_relaxation(trial, place, number)
    for side in SIDES:
        if rule.degree_bounds(market.side(side), side) is not None:
            yield from more_places(trial, side, labels)
    if rule.droppable and (not rule.bounds_degrees or trial.works(rest)):
        yield drop_rule(trial, rule, rest, labels)


def smallest_relaxation(trial: FeasibilityOracle, place: int, number: Relaxation) -> Iterator[PossibleChange]:
    """Yield the fewest steps of a number that give a solution, if any do."""

    def after(steps: int) -> tuple[Rule, ...]:
        return (*trial.rules[:place], number.after(steps), *trial.rules[place + 1 :])

    steps = first_feasible(number.furthest, lambda count: trial.works(after(count)))
    if steps is not None:
        yield PossibleChange(number.code, number.sentence(steps), number.cost(steps), rules=after(steps))


def first_feasible(furthest: int, works: Callable[[int], bool]) -> int | None:
    """Return the smallest number from 1 to ``furthest`` that works, None if none does; larger ones work too.

    >>> first_feasible(100, lambda steps: steps >= 37), first_feasible(5, lambda steps: steps >= 37)
    (37, None)
    """
    # Galloping, then bisection
    low, high = 0, 1
    while not works(min(high, furthest)):
        if high >= furthest:
            return None
        low, high = high, high * 2
    high = min(high, furthest)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if works(middle) else (middle, high)
    return high


def drop_rule(trial: FeasibilityOracle, rule: Rule, rest: tuple[Rule, ...], labels: Labels) -> PossibleChange:
    """Return that one rule goes and the rest stays; a pinned or banned pair is one unit."""
    name = quoted(labels.rule(rule))
    if rule.decided_pair:
        return PossibleChange("drop_pair", tr("Retirer {pair}.", pair=name), 1, rule.decided_pair, rest)
    return PossibleChange(
        "drop_rule", tr("Retirer la règle {rule}.", rule=name), affected_people(trial, rule), rules=rest
    )


def affected_people(trial: FeasibilityOracle, rule: Rule) -> int:
    """Return how many pairs a rule forbids and how many people it sets aside, 1 at the least."""
    barred = rule.forbidden(market_of(trial.cohort, trial.scores.values))
    aside = [rule.eligible(trial.cohort.side(side), side) for side in SIDES]
    people = sum(int((~admits).sum()) for admits in aside if admits is not None)
    return max(1, people + (0 if barred is None else int(barred.sum())))


def more_places(trial: FeasibilityOracle, side: Side, labels: Labels) -> Iterator[PossibleChange]:
    """Yield the places that give a solution and of which none can be spared, the same people asked for the fewest.

    First every person of the side is lent as many more places as are needed, the fewest at which there is a solution;
    then those that this solution uses are given back where it can do without them.
    """
    furthest = len(trial.cohort.side(ACROSS[side]))
    lent = (
        first_feasible(furthest, lambda count: trial.works(trial.rules, for_all(trial, side, count)))
        if furthest
        else None
    )
    if lent is None:
        return
    units = places_in_use(trial, side, lent)
    places = Counter(deletion_filter(units, lambda some: trial.works(trial.rules, Counter(some))))
    additions = [(labels.person(side, trial.cohort.side(side).ids[row]), count) for (_, row), count in places.items()]
    in_words = listed(
        [tr("{places} chez {person}", places=counted(count, "place"), person=name) for name, count in additions]
    )
    names = tuple(name for name, _ in additions)
    yield PossibleChange(
        "more_places", tr("Ajouter {places}.", places=in_words), places.total(), names, trial.rules, tuple(additions)
    )


def for_all(trial: FeasibilityOracle, side: Side, count: int) -> PlaceNumbers:
    """Return as many more places for everybody of one side."""
    return {(side, row): count for row in range(len(trial.cohort.side(side)))}


def places_in_use(trial: FeasibilityOracle, side: Side, lent: int) -> list[tuple[Side, int]]:
    """Return each place lent to everybody that some answer uses, as (side, position), those used least first."""
    axis = SIDES.index(side)
    most = sides_of(trial.formulate(trial.rules))[axis].most
    pairs = trial.solution(trial.formulate(trial.rules, for_all(trial, side, lent))).pairs
    beyond = (np.bincount(pairs[:, axis], minlength=len(most)) - most).tolist()
    keys = [canonical(key) for key in trial.cohort.side(side).ids]
    order = sorted(range(len(keys)), key=lambda row: (beyond[row], keys[row]))
    return [(side, row) for row in order for _ in range(beyond[row])]


def drop_several(trial: FeasibilityOracle, labels: Labels) -> Iterator[PossibleChange]:
    """Yield rules that give a solution once all are dropped, and of which none need be dropped for less."""
    open_to = [place for place, rule in enumerate(trial.rules) if rule.droppable]

    def without(places: Sequence[int]) -> tuple[Rule, ...]:
        return tuple(rule for place, rule in enumerate(trial.rules) if place not in set(places))

    if trial.works(without(open_to)):
        places = deletion_filter(open_to, lambda some: trial.works(without(some)))
        names = [quoted(labels.rule(trial.rules[place])) for place in places]
        yield PossibleChange(
            "drop_rules", tr("Retirer ensemble {rules}.", rules=listed(names)), len(places), rules=without(places)
        )


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
