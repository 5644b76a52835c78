"""Unmatched people -> a code and a sentence on the reason of each."""

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
from mentormatch.explanation.names import KEY_LABELS, Labels, first_of, people_in_words, possible_people
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import about, listed, quoted
from mentormatch.languages.translation import SpokenText, tr, tr_n
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
"""People per unit of work of a thread."""

type ExcludedByRule = list[tuple[Rule, BoolVector]]
"""The rules on pairs, each with a mask of the partners that it excludes for one person."""


@dataclass(frozen=True, slots=True)
class Partners:
    """``possible`` (c,) bool: allowed partners of a person among the participants; ``excluding()`` has the reasons."""

    possible: BoolVector
    excluding: Callable[[], ExcludedByRule]

    @classmethod
    def remaining(cls, excluding: ExcludedByRule, count: int) -> "Partners":
        """Return the partners, out of ``count``, that no rule excludes."""
        lost = np.logical_or.reduce([np.zeros(count, dtype=bool), *(lost for _, lost in excluding)])
        return cls(~lost, lambda: excluding)


@dataclass(frozen=True)
class ComputedPartners:
    """People of one side (``rows``) and participants of the other (``participants``), without stored scores."""

    scores: LazyScores
    rules: Sequence[Rule]
    side: Side
    rows: IntVector
    participants: IntVector

    def partners(self, all_scores: Scores) -> Iterator[Partners]:
        """Yield the partners of each person, by the scores of the whole cohort."""
        oriented = self._own(all_scores)
        edges = [slice(start, start + STRIP_ROWS) for start in range(0, len(self.rows), STRIP_ROWS)]
        with thread_pool(cpu_count() or 1) as threads:
            for batch in batched(edges, 4 * (cpu_count() or 1)):
                strips = threads.map(lambda edge: oriented.allows_block(self.rows[edge], self.participants), batch)
                for edge, strip in zip(batch, strips, strict=True):
                    for index, possible in enumerate(strip, edge.start):
                        yield Partners(possible, lambda index=index: self._excluding(index))  # type: ignore[misc]  # bound now

    def _own(self, all_scores: Scores) -> Scores:
        """Return the scores with the people of this side as rows."""
        return all_scores if self.side == "mentor" else all_scores.swap_sides()

    def _excluding(self, index: int) -> ExcludedByRule:
        row = self.rows[index : index + 1]
        return [(rule, ~oriented.allows_block(row, self.participants)[0]) for rule, oriented in self._by_rule]

    @cached_property
    def _by_rule(self) -> list[tuple[Rule, Scores]]:
        without = self.scores.with_criteria(())
        return [
            (rule, self._own((without if rule.least_score is None else self.scores).scores_under_rules((rule,))))
            for rule in self.rules
        ]


MAX_NAMED = 5
MAX_PEOPLE_FOR_SOLVES = 300
"""People per side; above, documents omit explanations that solve or search again."""
BATCH_ROWS = 256
"""People whose partners are computed together."""


@dataclass(frozen=True, slots=True)
class Unmatched(SpokenText):
    """A person without a partner: key, side, a stable code, and the reason in a sentence."""

    person: str
    side: Side
    code: str
    reason: str

    def in_words(self) -> str:
        return about(self.person, self.reason)


@dataclass(frozen=True, slots=True)
class SolvedInstance:
    """A solved instance: its inputs, the solution, and the labels of people for explanations."""

    cohort: Cohort
    rules: Sequence[Rule]
    scores: ScoreTable
    problem: AssignmentProblem
    solution: Solution
    labels: Labels = KEY_LABELS

    @property
    def small(self) -> bool:
        """Whether documents contain explanations that solve or search again."""
        return max(self.problem.shape) <= MAX_PEOPLE_FOR_SOLVES

    def people(self, side: Side) -> People:
        return self.cohort.side(side)

    def name(self, side: Side, row: int) -> str:
        """Return the label of a person."""
        return self.labels.person(side, self.people(side).ids[row])

    def loads(self, side: Side) -> DegreeBounds:
        """Return the degree bounds of the people of one side."""
        return self.problem.mentors if side == "mentor" else self.problem.mentees

    def alone(self, side: Side) -> IntVector:
        """Return the people of one side without a partner, by position."""
        matched = self.solution.pairs[:, 0 if side == "mentor" else 1]
        return np.setdiff1d(np.arange(len(self.people(side))), matched)

    def market_of(self, side: Side, *rows: int) -> Market:
        """Return the market of some people and all participants of the other side."""
        own_rows, participants = np.array(rows, dtype=np.intp), self.others(side)
        return self.market(*((own_rows, participants) if side == "mentor" else (participants, own_rows)))

    def market(self, mentors: Index, mentees: Index) -> Market:
        """Return the market of some people."""
        people = self.cohort.mentors.take(mentors), self.cohort.mentees.take(mentees)
        return Market(*people, self.scores.part(mentors, mentees))

    def others(self, side: Side) -> NDArray[np.intp]:
        """Return the participants of the other side, by position."""
        return np.flatnonzero(self.loads(ACROSS[side]).most > 0)


@dataclass(frozen=True, slots=True)
class SideView:
    """The view of one side of a case on the other side.

    ``refused`` and ``closed`` contain per rule a mask of the people that it excludes, or gives no place.
    ``participants`` (c,) are those of the other side, ``spare`` (c,) bool whether they have a free place. ``holders``
    (k,) are the people of this side in each pair, sorted; ``seats`` (k,) their partners as index of ``participants``.
    ``keeping`` are the rules that reserve all places still free in their scope, each with its row of the problem.
    """

    case: SolvedInstance
    side: Side
    refused: tuple[tuple[Rule, BoolVector], ...]
    closed: tuple[tuple[Rule, BoolVector], ...]
    participants: IntVector
    spare: BoolVector
    holders: IntVector
    seats: IntVector
    keeping: tuple[tuple[Rule, Row], ...]

    @classmethod
    def of(cls, case: SolvedInstance, side: Side) -> "SideView":
        people = case.people(side)
        admitting = [(rule, rule.eligible(people, side)) for rule in case.rules]
        refused = tuple((rule, ~admits) for rule, admits in admitting if admits is not None)
        bounding = [(rule, rule.degree_bounds(people, side)) for rule in case.rules]
        closed = tuple((rule, bounds.most == 0) for rule, bounds in bounding if bounds is not None)
        participants, across = case.others(side), ACROSS[side]
        pairs = case.solution.pairs if side == "mentor" else case.solution.pairs[:, ::-1]
        holders, partners = pairs[np.argsort(pairs[:, 0], kind="stable")].T
        loads = np.bincount(partners, minlength=len(case.people(across)))
        spare = loads[participants] < case.loads(across).most[participants]
        seats = np.searchsorted(participants, partners)
        return cls(case, side, refused, closed, participants, spare, holders, seats, tuple(rules_without_places(case)))

    def excluding(self, rows: Sequence[int]) -> Iterator[ExcludedByRule]:
        """Yield for each person the partners that each rule excludes."""
        market = self.case.market_of(self.side, *rows)
        blocks = [
            (rule, block if self.side == "mentor" else block.T)
            for rule, block in forbidden_by_rule(self.case.rules, market)
        ]
        for index in range(len(rows)):
            yield [(rule, block[index]) for rule, block in blocks]

    def partners(self, rows: IntVector) -> Iterator[Partners]:
        """Yield the allowed partners of each person."""
        case = self.case
        if isinstance(case.scores, LazyScores) and not case.problem.scores.stored:
            unheld = ComputedPartners(case.scores, rules_in_force(case.rules), self.side, rows, self.participants)
            yield from unheld.partners(case.problem.scores)
            return
        for batch in batched(rows.tolist(), BATCH_ROWS):
            yield from (Partners.remaining(excluding, len(self.participants)) for excluding in self.excluding(batch))


def rules_without_places(case: SolvedInstance) -> Iterator[tuple[Rule, Row]]:
    """Yield the rules whose reserved places are all the free places in their scope, each with its row."""
    pairs, shape = case.solution.pairs, case.problem.shape
    for rule, _, place in keeping_rules(case.rules, market_of(case.cohort, NO_SCORES), case.problem):
        row = case.problem.rows[place]
        if int(row.coefficients_of(pairs[:, 0], pairs[:, 1], shape).sum()) == row.most:
            yield rule, row


def explain_unmatched(case: SolvedInstance) -> tuple[Unmatched, ...]:
    """Return the people without a partner, mentors first, each with the reason."""
    return tuple(reasons(case))


def reasons(case: SolvedInstance) -> Iterator[Unmatched]:
    """Yield the people without a partner lazily, mentors first, each with the reason."""
    for side in SIDES:
        yield from explain_rows(SideView.of(case, side), case.alone(side))


def explain_one(case: SolvedInstance, side: Side, row: int) -> Unmatched:
    """Return the reason why one person has no partner."""
    return next(explain_rows(SideView.of(case, side), np.array([row])))


def explain_rows(view: SideView, unmatched_rows: IntVector) -> Iterator[Unmatched]:
    """Yield the reason for some people of one side without a partner."""
    case = view.case
    reason_by_row = {
        row: ineligibility(view, row) or no_answer(case.solution.status) for row in unmatched_rows.tolist()
    }
    open_rows = np.array([row for row, known_reason in reason_by_row.items() if known_reason is None], dtype=np.int64)
    partners = view.partners(open_rows)
    for row, known_reason in reason_by_row.items():
        code, reason = known_reason or without_partner(view, row, next(partners))
        yield Unmatched(case.name(view.side, row), view.side, code, reason)


def without_partner(view: SideView, row: int, partners: Partners) -> tuple[str, str]:
    """Return the reason why a participant has no partner."""
    if not len(view.participants):
        is_mentor = view.side == "mentor"
        text = tr("Aucun·e mentoré·e ne participe.") if is_mentor else tr("Aucun·e mentor·e ne participe.")
        return "nobody_there", text
    return (
        why_no_place(view, row, partners.possible)
        if partners.possible.any()
        else why_excluded(view, partners.excluding())
    )


def ineligibility(view: SideView, row: int) -> tuple[str, str] | None:
    """Return the reason why a person takes no part; None if they take part."""
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
    """Return the code and the sentence of a status without a solution; None for a status with one."""
    match status:
        case Status.INFEASIBLE:
            return "infeasible", tr("Aucune répartition ne respecte toutes les règles du programme.")
        case Status.STOPPED:
            return "stopped", tr("Le calcul a été arrêté avant une première réponse.")
        case Status.FAILED:
            return "failed", tr("Le calcul a échoué.")
    return None


def why_excluded(view: SideView, excluding: ExcludedByRule) -> tuple[str, str]:
    """Return the code and the sentence for a person all of whose partners are excluded: each rule, with the number."""
    counts = [
        tr("« {rule} » en exclut {number}", rule=view.case.labels.rule(rule), number=int(lost.sum()))
        for rule, lost in excluding
        if lost.any()
    ]
    people = people_in_words(len(view.participants), ACROSS[view.side])
    reason = tr("Sur {people}, aucun n'est possible : {excluded}.", people=people, excluded=listed(counts))
    return "below_minimum" if only_minimum(excluding) else "excluded", reason


def only_minimum(excluding: ExcludedByRule) -> bool:
    """Return whether the minimum score alone excludes at least one partner."""
    masks = [lost for rule, lost in excluding if rule.least_score is None]
    return not np.logical_or.reduce(masks or [np.zeros(1, dtype=bool)]).all()


def why_no_place(view: SideView, row: int, fit: BoolVector) -> tuple[str, str]:
    """Return the reason why possible partners ``fit`` (c,) bool are not available.

    Their places are taken, with the people who hold them; reserved; or left free by a rule or the goals.
    """
    case, count = view.case, int(np.count_nonzero(fit))
    who = possible_people(count, ACROSS[view.side])
    if (fit & view.spare).any():
        if keeping := keeping_from(view, row, view.participants[fit & view.spare]):
            return "kept_for_later", kept_places(who, [case.labels.rule(rule) for rule in keeping])
        return "held_back", withheld_places(who, [case.labels.rule(rule) for rule in case.rules if rule.couples_pairs])
    holders = view.holders[fit[view.seats]]
    distinct_holders = holders[np.flatnonzero(np.diff(holders, prepend=-1))]
    names = [case.name(view.side, holder) for holder in distinct_holders[:MAX_NAMED].tolist()]
    sentence = tr_n(
        "{people}, dont la place est prise par {holders}.",
        "{people}, dont les places sont prises par {holders}.",
        count,
        people=who,
        holders=first_of(names, MAX_NAMED, len(distinct_holders)),
    )
    return "no_place", sentence


def keeping_from(view: SideView, row: int, participants: IntVector) -> list[Rule]:
    """Return the rules that reserve all these partners' free places; empty if one place is not reserved."""
    positions, shape = (np.full(len(participants), row), participants), view.case.problem.shape
    mentors, mentees = positions if view.side == "mentor" else positions[::-1]
    counted_by_rule = [
        (rule, constraint.coefficients_of(mentors, mentees, shape) > 0) for rule, constraint in view.keeping
    ]
    is_reserved = np.logical_or.reduce(
        [np.zeros(len(participants), dtype=bool), *(is_counted for _, is_counted in counted_by_rule)]
    ).all()
    return [rule for rule, is_counted in counted_by_rule if is_counted.any()] if is_reserved else []


def kept_places(people: str, rules: Sequence[str]) -> str:
    """Return the sentence that possible partners have only reserved places."""
    return tr(
        "{people}, et les places encore libres sont gardées : {rules}.",
        people=people,
        rules=listed([*map(quoted, rules)]),
    )


def withheld_places(people: str, rules: Sequence[str]) -> str:
    """Return the sentence that possible partners have free places that rules, or the goals, leave unused."""
    if not rules:
        return tr("{people}, avec des places libres que les buts ne font pas prendre.", people=people)
    return tr(
        "{people}, avec des places libres que les règles ne laissent pas prendre : {rules}.",
        people=people,
        rules=listed([*map(quoted, rules)]),
    )
