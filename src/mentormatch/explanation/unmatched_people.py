"""Why somebody has no partner: a code, and a sentence that staff can pass on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import batched
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.scores import Scores
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.base.arrays import BoolVector, Index, IntVector
from mentormatch.base.threads import thread_pool
from mentormatch.explanation.names import KEYS, Labels, first_of, people_in_words, possible_people
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import about, listed, quoted
from mentormatch.languages.translation import SpokenText, mark, tr, tr_n
from mentormatch.people.cohort import Cohort, People
from mentormatch.rules.rule import (
    NO_SCORES,
    LazyScores,
    Market,
    Rule,
    forbidden_by_rule,
    keeping_rules,
    market_of,
    rules_in_force,
)
from mentormatch.scoring.scores import ScoreTable

STRIP_ROWS = 64
"""People whose partners are looked at by one thread."""

type Excluding = list[tuple[Rule, BoolVector]]
"""The rules that speak of pairs, and which partners each takes from one person."""


@dataclass(frozen=True, slots=True)
class Partners:
    """``possible`` (c,) bool: whom of those who take part across one person could have; ``excluding`` says why not."""

    possible: BoolVector
    excluding: Callable[[], Excluding]

    @classmethod
    def remaining(cls, excluding: Excluding, count: int) -> "Partners":
        """Return those whom the rules leave of so many."""
        lost = np.logical_or.reduce([np.zeros(count, dtype=bool), *(lost for _, lost in excluding)])
        return cls(~lost, lambda: excluding)


@dataclass(frozen=True)
class ComputedPartners:
    """People of one side by position, ``rows``, and ``others`` who take part across; no scores are held."""

    scores: LazyScores
    rules: Sequence[Rule]
    side: Side
    rows: IntVector
    others: IntVector

    def partners(self, whole: Scores) -> Iterator[Partners]:
        """Yield whom each of the people could have, by the scores of the whole cohort."""
        own = self._own(whole)
        edges = [slice(start, start + STRIP_ROWS) for start in range(0, len(self.rows), STRIP_ROWS)]
        with thread_pool(cpu_count() or 1) as threads:
            for some in batched(edges, 4 * (cpu_count() or 1)):
                strips = threads.map(lambda edge: own.allows_block(self.rows[edge], self.others), some)
                for edge, strip in zip(some, strips, strict=True):
                    for at, possible in enumerate(strip, edge.start):
                        yield Partners(possible, lambda at=at: self._excluding(at))  # type: ignore[misc]  # bound now

    def _own(self, whole: Scores) -> Scores:
        """Return the scores with the side of these people as rows."""
        return whole if self.side == "mentor" else whole.swap_sides()

    def _excluding(self, at: int) -> Excluding:
        """Return whom each rule takes from one of the people."""
        row = self.rows[at : at + 1]
        return [(rule, ~own.allows_block(row, self.others)[0]) for rule, own in self._by_rule]

    @cached_property
    def _by_rule(self) -> list[tuple[Rule, Scores]]:
        """Which pairs each rule allows by itself."""
        without = self.scores.with_criteria(())
        return [
            (rule, self._own((without if rule.least_score is None else self.scores).scores_under_rules((rule,))))
            for rule in self.rules
        ]


NOBODY_THERE: dict[Side, str] = {
    "mentor": mark("Aucun·e mentoré·e ne participe."),
    "mentee": mark("Aucun·e mentor·e ne participe."),
}
MOST_NAMED = 5
MOST_PEOPLE = 300
"""A side; beyond that documents say nothing that takes solving or searching again."""
BATCH = 256
"""People whose partners are looked at together."""


@dataclass(frozen=True, slots=True)
class Unmatched(SpokenText):
    """Somebody without a partner: key, side, a stable code, and the reason in a sentence."""

    person: str
    side: Side
    code: str
    reason: str

    def in_words(self) -> str:
        return about(self.person, self.reason)


@dataclass(frozen=True, slots=True)
class Case:
    """All that a decision rests on, the decision, and what people are called where it is explained."""

    cohort: Cohort
    rules: Sequence[Rule]
    scores: ScoreTable
    problem: AssignmentProblem
    solution: Solution
    labels: Labels = KEYS

    @property
    def small(self) -> bool:
        """Whether documents say of it what takes solving or searching again."""
        return max(self.problem.shape) <= MOST_PEOPLE

    def people(self, side: Side) -> People:
        """Return the people of one side."""
        return self.cohort.side(side)

    def name(self, side: Side, row: int) -> str:
        """Return what one person is called."""
        return self.labels.person(side, self.people(side).ids[row])

    def loads(self, side: Side) -> DegreeBounds:
        """Return how many partners the people of one side take."""
        return self.problem.mentors if side == "mentor" else self.problem.mentees

    def alone(self, side: Side) -> IntVector:
        """Return who of one side has no partner."""
        taken = self.solution.pairs[:, 0 if side == "mentor" else 1]
        return np.setdiff1d(np.arange(len(self.people(side))), taken)

    def market_of(self, side: Side, *rows: int) -> Market:
        """Return the market of some people and everybody who takes part on the other side."""
        some, others = np.array(rows, dtype=np.intp), self.others(side)
        return self.market(*((some, others) if side == "mentor" else (others, some)))

    def market(self, mentors: Index, mentees: Index) -> Market:
        """Return the market of some people."""
        people = self.cohort.mentors.take(mentors), self.cohort.mentees.take(mentees)
        return Market(*people, self.scores.part(mentors, mentees))

    def others(self, side: Side) -> NDArray[np.intp]:
        """Return who takes part on the side across."""
        return np.flatnonzero(self.loads(ACROSS[side]).most > 0)


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a case, and what its people meet on the other.

    ``refused`` says whom each rule sets aside, ``closed`` to whom each gives no place. ``others`` (c,) are those who
    take part across, ``spare`` (c,) who of them has a place left. ``holders`` (k,) are the people of this side in each
    pair, in order, ``seats`` (k,) the place of their partners among the others. ``keeping`` are the rules whose kept
    places are all that is left of what they speak of, each with its row of the problem.
    """

    case: Case
    side: Side
    refused: tuple[tuple[Rule, BoolVector], ...]
    closed: tuple[tuple[Rule, BoolVector], ...]
    others: IntVector
    spare: BoolVector
    holders: IntVector
    seats: IntVector
    keeping: tuple[tuple[Rule, Row], ...]

    @classmethod
    def of(cls, case: Case, side: Side) -> "SideView":
        """Return the view of one side."""
        people = case.people(side)
        admitting = [(rule, rule.eligible(people, side)) for rule in case.rules]
        refused = tuple((rule, ~admits) for rule, admits in admitting if admits is not None)
        bounding = [(rule, rule.degree_bounds(people, side)) for rule in case.rules]
        closed = tuple((rule, bounds.most == 0) for rule, bounds in bounding if bounds is not None)
        others, across = case.others(side), ACROSS[side]
        pairs = case.solution.pairs if side == "mentor" else case.solution.pairs[:, ::-1]
        holders, partners = pairs[np.argsort(pairs[:, 0], kind="stable")].T
        held = np.bincount(partners, minlength=len(case.people(across)))
        spare = held[others] < case.loads(across).most[others]
        seats = np.searchsorted(others, partners)
        return cls(case, side, refused, closed, others, spare, holders, seats, tuple(rules_without_places(case)))

    def excluding(self, rows: Sequence[int]) -> Iterator[Excluding]:
        """Yield, for each person, which partners each rule takes from them."""
        market = self.case.market_of(self.side, *rows)
        found = [
            (rule, block if self.side == "mentor" else block.T)
            for rule, block in forbidden_by_rule(self.case.rules, market)
        ]
        for at in range(len(rows)):
            yield [(rule, block[at]) for rule, block in found]

    def partners(self, rows: IntVector) -> Iterator[Partners]:
        """Yield whom each person could have."""
        case = self.case
        if isinstance(case.scores, LazyScores) and not case.problem.scores.stored:
            unheld = ComputedPartners(case.scores, rules_in_force(case.rules), self.side, rows, self.others)
            yield from unheld.partners(case.problem.scores)
            return
        for some in batched(rows.tolist(), BATCH):
            yield from (Partners.remaining(excluding, len(self.others)) for excluding in self.excluding(some))


def rules_without_places(case: Case) -> Iterator[tuple[Rule, Row]]:
    """Yield the rules that keep all places that are left of those of which they speak, each with its row."""
    pairs, shape = case.solution.pairs, case.problem.shape
    for rule, _, place in keeping_rules(case.rules, market_of(case.cohort, NO_SCORES), case.problem):
        row = case.problem.rows[place]
        if int(row.coefficients_of(pairs[:, 0], pairs[:, 1], shape).sum()) == row.most:
            yield rule, row


def explain_unmatched(case: Case) -> tuple[Unmatched, ...]:
    """Return everybody without a partner, mentors first, each with the reason."""
    return tuple(reasons(case))


def reasons(case: Case) -> Iterator[Unmatched]:
    """Yield the same, as far as anybody asks."""
    for side in SIDES:
        yield from explain_rows(SideView.of(case, side), case.alone(side))


def explain_one(case: Case, side: Side, row: int) -> Unmatched:
    """Return why one person, who has no partner, has none."""
    return next(explain_rows(SideView.of(case, side), np.array([row])))


def explain_rows(view: SideView, alone: IntVector) -> Iterator[Unmatched]:
    """Yield some people of one side without a partner, each with the reason."""
    case = view.case
    known = {row: ineligibility(view, row) or no_answer(case.solution.status) for row in alone.tolist()}
    asking = np.array([row for row, why in known.items() if why is None], dtype=np.int64)
    partners = view.partners(asking)
    for row, why in known.items():
        code, reason = why or without_partner(view, row, next(partners))
        yield Unmatched(case.name(view.side, row), view.side, code, reason)


def without_partner(view: SideView, row: int, partners: Partners) -> tuple[str, str]:
    """Return why somebody who takes part has no partner."""
    if not len(view.others):
        return "nobody_there", tr(NOBODY_THERE[view.side])
    return (
        why_no_place(view, row, partners.possible)
        if partners.possible.any()
        else why_excluded(view, partners.excluding())
    )


def ineligibility(view: SideView, row: int) -> tuple[str, str] | None:
    """Return why this person takes no part at all, None where they do."""
    if not view.case.people(view.side).complete[row]:
        return "incomplete", tr("Trop peu de réponses pour être mis en relation.")
    refusing = [view.case.labels.rule(rule) for rule, refused in view.refused if refused[row]]
    if refusing:
        return "not_admitted", tr("Ne remplit pas une condition du programme : {rules}.", rules=listed(refusing))
    closing = next((rule for rule, closed in view.closed if closed[row]), None)
    if closing is not None:
        return "no_capacity", closing.rename_people(view.case.labels.anybody).no_places_text()
    return None


def no_answer(status: Status) -> tuple[str, str] | None:
    """Return that there are no pairs at all, where there are none."""
    match status:
        case Status.INFEASIBLE:
            return "infeasible", tr("Aucune répartition ne respecte toutes les règles du programme.")
        case Status.STOPPED:
            return "stopped", tr("Le calcul a été arrêté avant une première réponse.")
        case Status.FAILED:
            return "failed", tr("Le calcul a échoué.")
    return None


def why_excluded(view: SideView, excluding: Excluding) -> tuple[str, str]:
    """Return which rules exclude every partner, and how many each."""
    counts = [
        tr("« {rule} » en exclut {number}", rule=view.case.labels.rule(rule), number=int(lost.sum()))
        for rule, lost in excluding
        if lost.any()
    ]
    people = people_in_words(len(view.others), ACROSS[view.side])
    reason = tr("Sur {people}, aucun n'est possible : {excluded}.", people=people, excluded=listed(counts))
    return "below_minimum" if only_minimum(excluding) else "excluded", reason


def only_minimum(excluding: Excluding) -> bool:
    """Say whether some partner would be possible but for the minimum score."""
    others = [lost for rule, lost in excluding if rule.least_score is None]
    return not np.logical_or.reduce(others or [np.zeros(1, dtype=bool)]).all()


def why_no_place(view: SideView, row: int, fit: BoolVector) -> tuple[str, str]:
    """Return that every possible partner is taken, and who holds their places; or that a rule holds them back.

    ``fit`` (c,) bool: who of the others is possible.
    """
    case, count = view.case, int(np.count_nonzero(fit))
    who = possible_people(count, ACROSS[view.side])
    if (fit & view.spare).any():
        if keeping := keeping_from(view, row, view.others[fit & view.spare]):
            return "kept_for_later", kept_places(who, [case.labels.rule(rule) for rule in keeping])
        return "held_back", withheld_places(who, [case.labels.rule(rule) for rule in case.rules if rule.couples_pairs])
    holders = view.holders[fit[view.seats]]
    some = holders[np.flatnonzero(np.diff(holders, prepend=-1))]
    names = [case.name(view.side, holder) for holder in some[:MOST_NAMED].tolist()]
    taken = tr_n(
        "{people}, dont la place est prise par {holders}.",
        "{people}, dont les places sont prises par {holders}.",
        count,
        people=who,
        holders=first_of(names, MOST_NAMED, len(some)),
    )
    return "no_place", taken


def keeping_from(view: SideView, row: int, others: IntVector) -> list[Rule]:
    """Return the rules that keep the free places of somebody and all of these others; none where one is not kept."""
    both, shape = (np.full(len(others), row), others), view.case.problem.shape
    mentors, mentees = both if view.side == "mentor" else both[::-1]
    counted = [(rule, own.coefficients_of(mentors, mentees, shape) > 0) for rule, own in view.keeping]
    kept = np.logical_or.reduce([np.zeros(len(others), dtype=bool), *(some for _, some in counted)]).all()
    return [rule for rule, some in counted if some.any()] if kept else []


def kept_places(people: str, rules: Sequence[str]) -> str:
    """Return that the free places of possible partners are kept for people who come later, and by which rules."""
    return tr(
        "{people}, et les places encore libres sont gardées : {rules}.",
        people=people,
        rules=listed([*map(quoted, rules)]),
    )


def withheld_places(people: str, rules: Sequence[str]) -> str:
    """Return that possible partners have free places, and which rules, or else the goals, leave them free."""
    if not rules:
        return tr("{people}, avec des places libres que les buts ne font pas prendre.", people=people)
    return tr(
        "{people}, avec des places libres que les règles ne laissent pas prendre : {rules}.",
        people=people,
        rules=listed([*map(quoted, rules)]),
    )
