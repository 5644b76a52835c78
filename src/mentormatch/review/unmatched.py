"""Why somebody has no partner: a code, and a sentence that staff can pass on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.posing import forbidding
from mentormatch.assignment.problem import AssignmentProblem, Loads
from mentormatch.assignment.rule import Market, Rule
from mentormatch.assignment.solution import Solution, Status
from mentormatch.fields import Side
from mentormatch.french import counted, listed
from mentormatch.people import Cohort, People
from mentormatch.review.labels import KEYS, Labels
from mentormatch.scoring.score import ScoreTable

OTHERS: dict[Side, str] = {"mentor": "mentoré", "mentee": "mentor"}
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Somebody without a partner: key, side, a stable code, and the reason in a sentence."""

    person: str
    side: Side
    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.person} : {self.reason}"


@dataclass(frozen=True, slots=True)
class Case:
    """All that a decision rests on, the decision, and what people are called where it is explained."""

    cohort: Cohort
    rules: Sequence[Rule]
    scores: ScoreTable
    problem: AssignmentProblem
    solution: Solution
    labels: Labels = KEYS

    def people(self, side: Side) -> People:
        """Return the people of one side."""
        return self.cohort.side(side)

    def name(self, side: Side, row: int) -> str:
        """Return what one person is called."""
        return self.labels.person(side, self.people(side).ids[row])

    def loads(self, side: Side) -> Loads:
        """Return how many partners the people of one side take."""
        return self.problem.mentors if side == "mentor" else self.problem.mentees

    def market_of(self, side: Side, row: int) -> Market:
        """Return the market of one person and everybody who takes part on the other side."""
        whole = Market(self.cohort.mentors, self.cohort.mentees, self.scores.values)
        one = np.array([row], dtype=np.intp)
        others = np.flatnonzero(self.loads("mentee" if side == "mentor" else "mentor").most > 0)
        return whole.part(one, others) if side == "mentor" else whole.part(others, one)


def explain_unmatched(case: Case) -> tuple[Unmatched, ...]:
    """Return everybody without a partner, mentors first, each with the reason."""
    found = []
    sides: tuple[Side, Side] = ("mentor", "mentee")
    for axis, side in enumerate(sides):
        taken = np.isin(np.arange(len(case.people(side))), case.solution.pairs[:, axis])
        found += [explain_one(case, side, int(row)) for row in np.flatnonzero(~taken)]
    return tuple(found)


def explain_one(case: Case, side: Side, row: int) -> Unmatched:
    """Return why one person has no partner: set aside, no possible partner, or no place left."""
    code, reason = (
        set_aside(case, side, row)
        or no_answer(case.solution.status)
        or nobody_possible(case, side, row)
        or no_place(case, side, row)
    )
    return Unmatched(case.name(side, row), side, code, reason)


def set_aside(case: Case, side: Side, row: int) -> tuple[str, str] | None:
    """Return why this person takes no part at all, None where they do."""
    people = case.people(side)
    if not people.complete[row]:
        return "incomplete", "Trop peu de réponses pour être mis en relation."
    refusing = [case.labels.rule(rule) for rule in case.rules if refuses(rule, people, side, row)]
    if refusing:
        return "not_admitted", f"Ne remplit pas une condition du programme : {listed(refusing)}."
    if case.loads(side).most[row] == 0:
        return "no_capacity", "N'accompagne personne cette année : nombre de places à 0."
    return None


def refuses(rule: Rule, people: People, side: Side, row: int) -> bool:
    """Say whether ``rule`` sets this person aside."""
    admits = rule.admits(people, side)
    return admits is not None and not admits[row]


def no_answer(status: Status) -> tuple[str, str] | None:
    """Return that there are no pairs at all, where there are none."""
    match status:
        case Status.INFEASIBLE:
            return "infeasible", "Aucune répartition ne respecte toutes les règles du programme."
        case Status.STOPPED:
            return "stopped", "Le calcul a été arrêté avant une première réponse."
        case Status.FAILED:
            return "failed", "Le calcul a échoué."
    return None


def nobody_possible(case: Case, side: Side, row: int) -> tuple[str, str] | None:
    """Return which rules exclude every partner, and how many each; None where somebody is possible."""
    market = case.market_of(side, row)
    blocks = [(rule, block.ravel()) for rule, block in forbidding(case.rules, market)]
    count = max(market.shape) if min(market.shape) else 0
    other = OTHERS[side]
    if count == 0:
        return "nobody_there", f"Aucun {other} ne participe."
    if not np.logical_or.reduce([np.zeros(count, dtype=bool), *(block for _, block in blocks)]).all():
        return None
    counts = [f"« {case.labels.rule(rule)} » en exclut {int(block.sum())}" for rule, block in blocks if block.any()]
    code = "below_minimum" if only_minimum(blocks) else "excluded"
    return code, f"Sur {counted(count, other)}, aucun n'est possible : {listed(counts)}."


def only_minimum(blocks: Sequence[tuple[Rule, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]]) -> bool:
    """Say whether some partner would be possible but for the minimum score."""
    others = [block for rule, block in blocks if rule.kind != "minimum_score"]
    return not np.logical_or.reduce(others or [np.zeros(1, dtype=bool)]).all()


def no_place(case: Case, side: Side, row: int) -> tuple[str, str]:
    """Return that every possible partner is taken, and who holds their places; or that a rule holds them back."""
    mine, theirs = case.problem.scores.pairs() if side == "mentor" else case.problem.scores.pairs()[::-1]
    possible = theirs[mine == row]
    partner = 1 if side == "mentor" else 0
    pairs = case.solution.pairs[np.isin(case.solution.pairs[:, partner], possible)]
    held = np.bincount(pairs[:, partner], minlength=len(case.people(other_side(side))))
    who = counted(len(possible), f"{OTHERS[side]} possible", f"{OTHERS[side]}s possibles")
    if (held[possible] < case.loads(other_side(side)).most[possible]).any():
        rules = [f"« {case.labels.rule(rule)} »" for rule in case.rules if binds_others(rule)]
        why = f"les règles ne laissent pas prendre : {listed(rules)}" if rules else "les buts ne font pas prendre"
        return "held_back", f"{who}, avec des places libres que {why}."
    names = [case.name(side, int(holder)) for holder in np.unique(pairs[:, 1 - partner])]
    shown = names[:MOST_NAMED] + [counted(len(names) - MOST_NAMED, "autre")] * (len(names) > MOST_NAMED)
    taken = "dont les places sont prises" if len(possible) > 1 else "dont la place est prise"
    return "no_place", f"{who}, {taken} par {listed(shown)}."


def binds_others(rule: Rule) -> bool:
    """Say whether one pair can break this rule because of other pairs."""
    return rule.kind in ("quota", "pin") or getattr(rule, "minimum", 0) > 0


def other_side(side: Side) -> Side:
    """Return the side across."""
    return "mentee" if side == "mentor" else "mentor"
