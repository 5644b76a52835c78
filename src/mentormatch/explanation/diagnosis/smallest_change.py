"""The smallest change that would place an unmatched person, with all existing pairs kept."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.explanation.diagnosis.findings import PossibleChange
from mentormatch.explanation.diagnosis.hall_violators import counts_pairs
from mentormatch.explanation.unmatched_people import BATCH_ROWS, ExcludedByRule, SideView, SolvedInstance
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import counted, listed, points, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.rules.rule import NO_SCORES, forbidden_by_rule, keeping_rules, market_of, usable_places

NEVER_CODE = "never"
"""The code of obstacles that are never waived."""
EXCEPTION_TEXT = mark("une exception à {rule} pour ce binôme")
NO_MINIMUM_TEXT = mark("pas de minimum pour {person}")
MORE_PLACES_TEXTS: Mapping[Side, str] = {
    "mentor": mark("une place de plus chez {person}"),
    "mentee": mark("un·e mentor·e de plus pour {person}"),
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """An obstacle to pairs of a person: ``blocks`` (k,) bool marks the excluded partners.

    ``sentence(partner)`` describes the change that removes it; a higher ``rank`` is less acceptable.
    """

    code: str
    sentence: Callable[[int], str]
    blocks: BoolVector
    rank: int


@dataclass(frozen=True, slots=True)
class UnplacedPerson:
    """A person without a partner, the participants of the other side, and the exclusions by each rule."""

    case: SolvedInstance
    side: Side
    row: int
    candidates: NDArray[np.intp]
    forbidden: ExcludedByRule

    @property
    def across(self) -> Side:
        return ACROSS[self.side]

    @property
    def name(self) -> str:
        """The label of the person."""
        return self.case.name(self.side, self.row)

    def partner(self, index: int) -> str:
        """Return the label of one of ``candidates``."""
        return self.case.name(self.across, int(self.candidates[index]))

    @property
    def scores(self) -> IntVector:
        """The scores of the pairs with ``candidates``."""
        positions = [self.row], self.candidates
        return (
            self.case.scores.part(*(positions if self.side == "mentor" else positions[::-1])).ravel().astype(np.int64)
        )

    @property
    def keys(self) -> list[str]:
        """The keys of ``candidates`` in comparison form."""
        ids = self.case.people(self.across).ids
        return [canonical(ids[row]) for row in self.candidates]

    @property
    def held(self) -> IntVector:
        """The number of partners of each of ``candidates``."""
        axis = 0 if self.across == "mentor" else 1
        count = len(self.case.people(self.across))
        return np.bincount(self.case.solution.pairs[:, axis], minlength=count)[self.candidates]

    def for_all(self) -> BoolVector:
        """Return a mask (k,) of all ``candidates``."""
        return np.ones(len(self.candidates), dtype=bool)


def smallest_change(case: SolvedInstance, side: Side, row: int) -> PossibleChange | None:
    """Return the smallest change that pairs an unmatched person, with all pairs kept.

    Ordered by the number of changes, numbers and places before rules, then by score. None if there is no solution to
    extend, no participant on the other side, or an obstacle that is never waived to each of them.
    """
    candidates = case.others(side)
    blocks = forbidden_by_rule(case.rules, case.market_of(side, row))
    return change_for(UnplacedPerson(case, side, row, candidates, [(rule, block.ravel()) for rule, block in blocks]))


def smallest_changes(case: SolvedInstance) -> tuple[PossibleChange | None, ...]:
    """Return the smallest change for each unmatched person, in the order of ``explain_unmatched``.

    None for a person who cannot be placed with all pairs kept, and for all if there is no solution, no participant on
    the other side, or a side of more than 300 people.
    """
    if not case.small:
        return (None,) * sum(len(case.alone(side)) for side in SIDES)
    return tuple(change for side in SIDES for change in changes_of(case, side))


def changes_of(case: SolvedInstance, side: Side) -> Iterator[PossibleChange | None]:
    """Yield the smallest change for each unmatched person of one side; rules are evaluated in batches."""
    view, candidates = SideView.of(case, side), case.others(side)
    for rows in batched(case.alone(side).tolist(), BATCH_ROWS):
        for row, forbidden in zip(rows, view.excluding(rows), strict=True):
            yield change_for(UnplacedPerson(case, side, row, candidates, forbidden))


def change_for(person: UnplacedPerson) -> PossibleChange | None:
    """Return the smallest change for a person; None as for ``smallest_change``."""
    if person.case.solution.status not in (Status.PROVED, Status.FEASIBLE) or not len(person.candidates):
        return None
    all_obstacles = list(obstacles(person))
    best = easiest(all_obstacles, person.scores, person.keys)
    return (
        None
        if best is None
        else change_to(person, best, [obstacle for obstacle in all_obstacles if obstacle.blocks[best]])
    )


def easiest(obstacle_list: list[Obstacle], scores: IntVector, keys: list[str]) -> int | None:
    """Return the index of the partner with the fewest obstacles; None if all have one that is never waived.

    Ties are broken by the highest rank of the obstacles, then by score, then by key.
    """
    count, rank = np.zeros(len(scores), dtype=np.int64), np.zeros(len(scores), dtype=np.int64)
    barred = np.zeros(len(scores), dtype=bool)
    for obstacle in obstacle_list:
        count += obstacle.blocks
        rank = np.maximum(rank, np.where(obstacle.blocks, obstacle.rank, 0))
        barred |= obstacle.blocks & (obstacle.code == NEVER_CODE)
    order = np.lexsort((np.array(keys), -scores, rank, count, barred))
    return None if barred[order[0]] else int(order[0])


def change_to(person: UnplacedPerson, best: int, pair_obstacles: list[Obstacle]) -> PossibleChange:
    """Return the change that removes the obstacles of one pair."""
    partner = person.partner(best)
    pair = (person.name, partner) if person.side == "mentor" else (partner, person.name)
    code = pair_obstacles[0].code if len(pair_obstacles) == 1 else "several_changes" if pair_obstacles else "as_it_is"
    sentence = tr(
        "Avec {partner} ({score} points), sans déplacer personne : {changes}.",
        partner=partner,
        score=points(int(person.scores[best])),
        changes=listed([obstacle.sentence(best) for obstacle in pair_obstacles])
        or tr("le binôme peut être ajouté tel quel"),
    )
    return PossibleChange(code, sentence, len(pair_obstacles), pair)


def obstacles(person: UnplacedPerson) -> Iterator[Obstacle]:
    """Yield all obstacles, for any partner."""
    yield from person_obstacles(person)
    yield from rule_obstacles(person)
    yield from place_obstacles(person)
    yield from quota_obstacles(person)


def person_obstacles(person: UnplacedPerson) -> Iterator[Obstacle]:
    """Yield the obstacles of the person: no participation, no place, or a conditional minimum."""
    case, side, row = person.case, person.side, person.row
    people, loads, name = case.people(side), case.loads(side), person.name
    seeker = people.take([row])
    if not people.complete[row]:
        yield Obstacle("answer_more", always(tr("plus de réponses de {person}", person=name)), person.for_all(), 3)
    refusing = [rule for rule in case.rules if (mask := rule.eligible(seeker, side)) is not None and not mask[0]]
    for rule in refusing:
        exception = tr("une exception à {rule} pour {person}", rule=quoted(case.labels.rule(rule)), person=name)
        yield Obstacle("waive_rule", always(exception), person.for_all(), rule.waiver_rank)
    if people.complete[row] and not refusing and loads.most[row] == 0:
        yield Obstacle("add_place", always(tr("une place chez {person}", person=name)), person.for_all(), 1)
    if loads.conditional[row]:
        yield Obstacle("waive_minimum", always(tr(NO_MINIMUM_TEXT, person=name)), person.for_all(), 0)


def rule_obstacles(person: UnplacedPerson) -> Iterator[Obstacle]:
    for rule, blocks in person.forbidden:
        exception = tr(EXCEPTION_TEXT, rule=quoted(person.case.labels.rule(rule)))
        yield Obstacle("waive_rule" if rule.waivable else NEVER_CODE, always(exception), blocks, rule.waiver_rank)


def place_obstacles(person: UnplacedPerson) -> Iterator[Obstacle]:
    """Yield two obstacles: partners that are full, and unmatched partners with a conditional minimum."""
    bounds, partner_counts = person.case.loads(person.across), person.held
    full = partner_counts >= bounds.most[person.candidates]
    needs_several = bounds.conditional[person.candidates] & (partner_counts == 0)
    message = MORE_PLACES_TEXTS[person.across]
    yield Obstacle("add_place", lambda index: tr(message, person=person.partner(index)), full, 1)
    yield Obstacle("waive_minimum", lambda index: tr(NO_MINIMUM_TEXT, person=person.partner(index)), needs_several, 0)


def always(words: str) -> Callable[[int], str]:
    """Return a function that returns the same words for every partner."""
    return lambda _: words


def quota_obstacles(person: UnplacedPerson) -> Iterator[Obstacle]:
    """Yield an obstacle per row of the problem: the partners with whom the pair would violate its bounds."""
    case = person.case
    pairs, shape = case.solution.pairs, case.problem.shape
    keeping = {row: rule for rule, _, row in keeping_rules(case.rules, market_of(case.cohort, NO_SCORES), case.problem)}
    for index, row in enumerate(case.problem.rows):
        rule = quoted(case.labels.rule(keeping[index]) if index in keeping else case.labels.row(row.name, case.rules))
        total = int(row.coefficients_of(pairs[:, 0], pairs[:, 1], shape).sum())
        positions = np.full(len(person.candidates), person.row), person.candidates
        mentors, mentees = positions if person.side == "mentor" else positions[::-1]
        after = total + row.coefficients_of(mentors, mentees, shape)
        beyond = np.zeros(len(after), dtype=bool) if row.most is None else after > row.most
        below = np.zeros(len(after), dtype=bool) if row.least is None else after < row.least
        if index in keeping:
            fewer = tr("une place gardée de moins ({rule})", rule=rule)
            yield Obstacle("take_kept_place", always(fewer), beyond & has_counted_place(case)[mentors], 0)
        elif counts_pairs(row):
            raised = tr("{rule} relevé à {pairs} au plus", rule=rule, pairs=counted(total + 1, "binôme"))
            yield Obstacle("raise_quota", always(raised), beyond, 0)
        else:
            exception = tr(EXCEPTION_TEXT, rule=rule)
            yield Obstacle("waive_rule", always(exception), beyond | below, 2)


def has_counted_place(case: SolvedInstance) -> BoolVector:
    """Return (n,) bool: mentors with a free place that counts towards reserved places.

    A full mentor needs an added place, which counts too, so that no reserved place is taken.
    """
    problem = case.problem
    loads = np.bincount(case.solution.pairs[:, 0], minlength=problem.shape[0])
    return np.asarray(usable_places(problem.mentors, problem.scores) > loads)
