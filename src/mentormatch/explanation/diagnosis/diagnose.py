"""Rules and a cohort -> the conflict of the rules, and the ways out, cheapest first.

If there is no solution, an irreducible infeasible subset of the rules (Chinneck and Dravnieks 1991) is found by
deletion. Then the smallest changes of the programme that give a solution are searched, each separately. Every
returned change has been solved: the programme after it has a solution, and has none one step earlier. Changes of a
number or of one pair come before dropped rules; then the number of changed units decides, then the order of the
programme.
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
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort
from mentormatch.rules.kinds.places import Capacity
from mentormatch.rules.rule import Relaxation, Rule, eligible_people, market_of
from mentormatch.scoring.scores import ScoreTable

type PlaceNumbers = Mapping[tuple[Side, int], int]

MAX_CAPACITY = 1000
"""The largest capacity that a rule may state."""
FIRST_TRY_S = 0.5
"""Seconds of a first solve: any incumbent proves feasibility."""


@dataclass(frozen=True, slots=True)
class FeasibilityOracle:
    """Tests of the feasibility of rules: people, scores, the rules of the whole programme, and a deadline."""

    cohort: Cohort
    scores: ScoreTable
    rules: tuple[Rule, ...]
    deadline: float | None = None

    def formulate(self, rules: Sequence[Rule], places: PlaceNumbers | None = None) -> AssignmentProblem:
        """Return the problem of ``rules``, with more places for some participants."""
        problem = feasibility_problem(self.cohort, self.scores, rules)
        if not places:
            return problem
        bounds = [
            _with_places(side_bounds, side, places) for side, side_bounds in zip(SIDES, sides_of(problem), strict=True)
        ]
        return replace(problem, mentors=bounds[0], mentees=bounds[1])

    def formulate_keeping(self, kept_rules: Sequence[int]) -> AssignmentProblem:
        """Return the problem with only the rules at ``kept_rules``; it relaxes that of the whole programme.

        A dropped capacity is replaced by the largest one, and people excluded by a dropped condition may stay
        unmatched under any minimum: so dropping a rule never removes a solution.
        """
        kept_rows = frozenset(kept_rules)
        rules = [
            replacement
            for index, rule in enumerate(self.rules)
            for replacement in self._replacement(rule, kept=index in kept_rows)
        ]
        problem = self.formulate(rules)
        excluded = [~eligible_people(self.rules, self.cohort.side(side), side) for side in SIDES]
        mentors, mentees = [
            replace(bounds, optional=bounds.optional | is_excluded)
            for bounds, is_excluded in zip(sides_of(problem), excluded, strict=True)
        ]
        return replace(problem, mentors=mentors, mentees=mentees)

    def _replacement(self, rule: Rule, *, kept: bool) -> list[Rule]:
        """Return the rule if it is kept, else maximal capacities instead."""
        if kept:
            return [rule]
        limited = [side for side in SIDES if rule.degree_bounds(self.cohort.side(side), side) is not None]
        return [Capacity(side=side, most=MAX_CAPACITY) for side in limited if rule.offers_places]

    def solution(self, problem: AssignmentProblem, seconds: float | None = None) -> Solution:
        """Return the solution, a proof of infeasibility, or the state at the deadline or after ``seconds``.

        Raises EngineError if the engine fails.
        """
        limits = [limit for limit in (self.left_s, seconds) if limit is not None]
        seconds = max(min(limits), 1e-6) if limits else None
        solution = solve(problem, time_limit_s=seconds, proofs="none")
        if solution.status is Status.FAILED:
            raise EngineError("\n".join(solution.notes) or "the engine failed")
        return solution

    @property
    def left_s(self) -> float | None:
        """The remaining seconds; None without a deadline."""
        return None if self.deadline is None else max(self.deadline - monotonic(), 0.0)

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return self.left_s == 0.0

    def is_feasible(self, problem: AssignmentProblem) -> bool | None:
        """Return whether the problem has a solution; None if the deadline passes first."""
        for seconds in (FIRST_TRY_S, None):
            status = Status.STOPPED if self.over else self.solution(problem, seconds).status
            if status is not Status.STOPPED:
                return status is not Status.INFEASIBLE
        return None

    def is_known_feasible(self, rules: Sequence[Rule], places: PlaceNumbers | None = None) -> bool:
        """Return whether these rules are proved to have a solution."""
        return self.is_feasible(self.formulate(rules, places)) is True


def sides_of(problem: AssignmentProblem) -> tuple[DegreeBounds, DegreeBounds]:
    return problem.mentors, problem.mentees


def _with_places(bounds: DegreeBounds, side: Side, places: PlaceNumbers) -> DegreeBounds:
    """Return the degree bounds with more places for some participants."""
    extra = np.array([places.get((side, row), 0) for row in range(len(bounds))], dtype=np.int64)
    return replace(bounds, most=bounds.most + np.where(bounds.most > 0, extra, 0))


def ways_out(
    oracle: FeasibilityOracle, conflict: Sequence[Rule], labels: Labels = KEY_LABELS
) -> tuple[PossibleChange, ...]:
    """Return the smallest changes of numbers and rules in a conflict that give a solution, cheapest first.

    If no rule of the conflict suffices, because other rules conflict too, this is one irreducible set of rules to
    drop together. Changes not proved smallest at the deadline are left out.
    """
    changes = [change for rule in conflict for change in changes_of(oracle, rule, labels) if not oracle.over]
    if not changes:
        changes = [change for change in drop_several(oracle, labels) if not oracle.over]
    return tuple(sorted(changes, key=lambda change: (change.code in ("drop_rule", "drop_rules"), change.cost)))


def changes_of(oracle: FeasibilityOracle, rule: Rule, labels: Labels) -> Iterator[PossibleChange]:
    """Yield the smallest change of each number of a rule, additional places, and the dropped rule.

    Nothing if the other rules have no solution without this one.
    """
    index = next(index for index, position in enumerate(oracle.rules) if position is rule)
    other_rows = [position for position in range(len(oracle.rules)) if position != index]
    remaining = tuple(oracle.rules[position] for position in other_rows)
    without = oracle.formulate_keeping(other_rows) if rule.bounds_degrees else oracle.formulate(remaining)
    if not oracle.is_feasible(without):
        return
    market = market_of(oracle.cohort, oracle.scores.values)
    for number in rule.relaxations(market, quoted(labels.rule(rule))):
        yield from smallest_relaxation(oracle, index, number)
    for side in SIDES:
        if rule.degree_bounds(market.side(side), side) is not None:
            yield from more_places(oracle, side, labels)
    if rule.droppable and (not rule.bounds_degrees or oracle.is_known_feasible(remaining)):
        yield drop_rule(oracle, rule, remaining, labels)


def smallest_relaxation(oracle: FeasibilityOracle, index: int, number: Relaxation) -> Iterator[PossibleChange]:
    """Yield the smallest relaxation of a number that gives a solution, if any."""

    def after(steps: int) -> tuple[Rule, ...]:
        return (*oracle.rules[:index], number.after(steps), *oracle.rules[index + 1 :])

    steps = first_feasible(number.furthest, lambda count: oracle.is_known_feasible(after(count)))
    if steps is not None:
        yield PossibleChange(number.code, number.sentence(steps), number.cost(steps), rules=after(steps))


def first_feasible(furthest: int, works: Callable[[int], bool]) -> int | None:
    """Return the smallest number from 1 to ``furthest`` that works, None if none does. ``works`` is monotone.

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


def drop_rule(oracle: FeasibilityOracle, rule: Rule, rest: tuple[Rule, ...], labels: Labels) -> PossibleChange:
    """Return the change that drops one rule and keeps ``rest``; a pinned or banned pair is one unit."""
    name = quoted(labels.rule(rule))
    if rule.decided_pair:
        return PossibleChange("drop_pair", tr("Retirer {pair}.", pair=name), 1, rule.decided_pair, rest)
    return PossibleChange(
        "drop_rule", tr("Retirer la règle {rule}.", rule=name), affected_people(oracle, rule), rules=rest
    )


def affected_people(oracle: FeasibilityOracle, rule: Rule) -> int:
    """Return the number of forbidden pairs plus the number of excluded people of a rule, at least 1."""
    barred = rule.forbidden(market_of(oracle.cohort, oracle.scores.values))
    admission = [rule.eligible(oracle.cohort.side(side), side) for side in SIDES]
    people = sum(int((~admits).sum()) for admits in admission if admits is not None)
    return max(1, people + (0 if barred is None else int(barred.sum())))


def more_places(oracle: FeasibilityOracle, side: Side, labels: Labels) -> Iterator[PossibleChange]:
    """Yield an irreducible set of additional places that gives a solution, with as few per person as possible.

    First all people of the side get the same smallest number of additional places that gives a solution; then the
    places used by this solution are deleted one by one while it remains feasible.
    """
    furthest = len(oracle.cohort.side(ACROSS[side]))
    extra = (
        first_feasible(furthest, lambda count: oracle.is_known_feasible(oracle.rules, for_all(oracle, side, count)))
        if furthest
        else None
    )
    if extra is None:
        return
    units = places_in_use(oracle, side, extra)
    places = Counter(deletion_filter(units, lambda subset: oracle.is_known_feasible(oracle.rules, Counter(subset))))
    additions = [(labels.person(side, oracle.cohort.side(side).ids[row]), count) for (_, row), count in places.items()]
    in_words = listed(
        [tr("{places} chez {person}", places=counted(count, "place"), person=name) for name, count in additions]
    )
    names = tuple(name for name, _ in additions)
    yield PossibleChange(
        "more_places", tr("Ajouter {places}.", places=in_words), places.total(), names, oracle.rules, tuple(additions)
    )


def for_all(oracle: FeasibilityOracle, side: Side, count: int) -> PlaceNumbers:
    """Return ``count`` additional places for each person of one side."""
    return {(side, row): count for row in range(len(oracle.cohort.side(side)))}


def places_in_use(oracle: FeasibilityOracle, side: Side, extra: int) -> list[tuple[Side, int]]:
    """Return each additional place that a solution uses, as (side, position), least used people first."""
    axis = SIDES.index(side)
    upper = sides_of(oracle.formulate(oracle.rules))[axis].most
    pairs = oracle.solution(oracle.formulate(oracle.rules, for_all(oracle, side, extra))).pairs
    extra_used = (np.bincount(pairs[:, axis], minlength=len(upper)) - upper).tolist()
    keys = [canonical(key) for key in oracle.cohort.side(side).ids]
    order = sorted(range(len(keys)), key=lambda row: (extra_used[row], keys[row]))
    return [(side, row) for row in order for _ in range(extra_used[row])]


def drop_several(oracle: FeasibilityOracle, labels: Labels) -> Iterator[PossibleChange]:
    """Yield an irreducible set of rules that gives a solution if all are dropped together."""
    droppable = [index for index, rule in enumerate(oracle.rules) if rule.droppable]

    def without(places: Sequence[int]) -> tuple[Rule, ...]:
        return tuple(rule for index, rule in enumerate(oracle.rules) if index not in set(places))

    if oracle.is_known_feasible(without(droppable)):
        places = deletion_filter(droppable, lambda subset: oracle.is_known_feasible(without(subset)))
        names = [quoted(labels.rule(oracle.rules[index])) for index in places]
        yield PossibleChange(
            "drop_rules", tr("Retirer ensemble {rules}.", rules=listed(names)), len(places), rules=without(places)
        )


STATUS_OF_ANSWER = {True: Status.FEASIBLE, False: Status.INFEASIBLE, None: Status.STOPPED}
DIAGNOSIS_LIMIT_S = 30.0
"""The time after which a diagnosis for a document starts no solve; counting and Hall violators are not limited."""


@track()
def diagnose_rules(
    cohort: Cohort,
    scores: ScoreTable,
    rules: Sequence[Rule],
    deadline: float | None = None,
    labels: Labels = KEY_LABELS,
) -> Diagnosis:
    """Return whether rules can hold together for a cohort; if not, the conflict and ways out.

    If scores are not stored, the problem is still solved, but a conflict is explained by counting arguments only.
    ``deadline`` is on the monotonic clock. Raises EngineError if a solver fails.
    """
    oracle = FeasibilityOracle(cohort, scores, tuple(rules), deadline)
    findings = find_findings(RuleInstance.of(cohort, scores, rules, labels))
    has_proof = any(finding.decisive for finding in findings)
    status = Status.INFEASIBLE if has_proof else STATUS_OF_ANSWER[oracle.is_feasible(oracle.formulate(oracle.rules))]
    if status is not Status.INFEASIBLE:
        return Diagnosis(status, findings)
    if not scores.held:
        return Diagnosis(status, (*findings, beyond_counting()))
    conflict = conflict_of(oracle, labels)
    return Diagnosis(status, findings, conflict, ways_out(oracle, conflict.rules, labels))


def find_findings(instance: RuleInstance) -> tuple[Finding, ...]:
    """Return the findings by counting and, if scores are stored, by Hall violators; decisive ones first."""
    findings = [*check_counts(instance), *(find_hall_violators(instance) if instance.scores.held else ())]
    return tuple(sorted(findings, key=lambda finding: not finding.decisive))


def beyond_counting() -> Finding:
    """Return the finding that the pairs are too many for more than counting."""
    sentence = tr(
        "Il y a trop de paires pour chercher quelles règles se contredisent et ce qui suffirait : seuls les effectifs,"
        " les places et les binômes imposés ont été vérifiés. Essayez avec une partie des personnes."
    )
    return Finding("too_many_pairs", sentence, 0, decisive=False)


def diagnose_case(case: SolvedInstance) -> Diagnosis | None:
    """Return the diagnosis of a case proved infeasible; None for any other, or if a solver fails."""
    if case.solution.status is not Status.INFEASIBLE:
        return None
    try:
        return diagnose_rules(case.cohort, case.scores, case.rules, monotonic() + DIAGNOSIS_LIMIT_S, case.labels)
    except EngineError:
        return None


def conflict_of(oracle: FeasibilityOracle, labels: Labels = KEY_LABELS) -> RuleConflict:
    """Return an irreducible infeasible subset of the rules of a programme, by deletion.

    The subset has no solution; without any one of its rules it has one. Of several such subsets, rules early in the
    programme are dropped first. If the deadline passes, the subset still has no solution, and ``proved`` is False.
    """
    outcomes: list[bool | None] = []

    def conflicting(rule_rows: Sequence[int]) -> bool:
        outcomes.append(oracle.is_feasible(oracle.formulate_keeping(rule_rows)))
        return outcomes[-1] is False

    rows = deletion_filter(range(len(oracle.rules)), conflicting)
    rules = tuple(oracle.rules[row] for row in rows)
    return RuleConflict(rules, conflict_in_words(rules, labels, proved=None not in outcomes), None not in outcomes)


def conflict_in_words(rules: Sequence[Rule], labels: Labels, *, proved: bool) -> str:
    names = listed([quoted(labels.rule(rule)) for rule in rules])
    limit = (
        tr("(D'autres combinaisons peuvent se contredire aussi ; celle-ci suit l'ordre du programme.)")
        if proved
        else tr("Pas démontré irréductible : le temps est écoulé.")
    )
    return f"{together(len(rules), names, proved=proved)} {limit}"


def together(number: int, rules: str, *, proved: bool) -> str:
    """Return the sentence on a conflict of ``number`` rules, and whether it is irreducible."""
    if number == 1:
        return tr("Cette règle ne peut pas être respectée avec ces personnes, même seule : {rules}.", rules=rules)
    count_text = counted(number, "règle")
    if not proved:
        return tr("Ces {number} ne peuvent pas tenir ensemble : {rules}.", number=count_text, rules=rules)
    return tr(
        "Ces {number} ne peuvent pas tenir ensemble : {rules} ; si l'on retire l'une d'elles, les autres le peuvent.",
        number=count_text,
        rules=rules,
    )
