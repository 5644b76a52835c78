"""The smallest change that would place a person without a partner, and displace nobody."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.explanation.diagnosis.findings import PossibleChange
from mentormatch.explanation.diagnosis.hall_violators import counts_pairs
from mentormatch.explanation.unmatched_people import BATCH, Case, Excluding, SideView
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import counted, listed, points, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.rules.rule import NO_SCORES, forbidden_by_rule, keeping_rules, market_of, usable_places

NEVER = "never"
"""The code of what is not waived."""
EXCEPTION = mark("une exception à {rule} pour ce binôme")
NO_MINIMUM = mark("pas de minimum pour {person}")
MORE: Mapping[Side, str] = {
    "mentor": mark("une place de plus chez {person}"),
    "mentee": mark("un·e mentor·e de plus pour {person}"),
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in the way of pairing somebody with some others: ``blocks`` (k,) says with whom of them.

    ``sentence(partner)`` says in words what would have to give, ``rank`` how much staff would rather not.
    """

    code: str
    sentence: Callable[[int], str]
    blocks: BoolVector
    rank: int


@dataclass(frozen=True, slots=True)
class UnplacedPerson:
    """Somebody without a partner, the positions of all who take part across, and whom of them each rule forbids."""

    case: Case
    side: Side
    row: int
    others: NDArray[np.intp]
    forbidden: Excluding

    @property
    def across(self) -> Side:
        """The other side."""
        return ACROSS[self.side]

    @property
    def name(self) -> str:
        """What the person is called."""
        return self.case.name(self.side, self.row)

    def partner(self, place: int) -> str:
        """Return what one of the others is called."""
        return self.case.name(self.across, int(self.others[place]))

    @property
    def scores(self) -> IntVector:
        """The score of the pair with each of the others."""
        both = [self.row], self.others
        return self.case.scores.part(*(both if self.side == "mentor" else both[::-1])).ravel().astype(np.int64)

    @property
    def keys(self) -> list[str]:
        """The key of each of the others, in the form in which keys are compared."""
        ids = self.case.people(self.across).ids
        return [canonical(ids[row]) for row in self.others]

    @property
    def held(self) -> IntVector:
        """How many partners each of the others has."""
        axis = 0 if self.across == "mentor" else 1
        count = len(self.case.people(self.across))
        return np.bincount(self.case.solution.pairs[:, axis], minlength=count)[self.others]

    def for_all(self) -> BoolVector:
        """Return (k,) bool: with every one of the others."""
        return np.ones(len(self.others), dtype=bool)


def smallest_change(case: Case, side: Side, row: int) -> PossibleChange | None:
    """Return the least that would have to change for one person without a partner to get one, all pairs kept.

    Fewest changes first, a number or a place before a rule, then the best score. None where there is no answer to add
    to, where nobody takes part across, and where only what somebody asked not to happen would be left.
    """
    others = case.others(side)
    found = forbidden_by_rule(case.rules, case.market_of(side, row))
    return change_for(UnplacedPerson(case, side, row, others, [(rule, block.ravel()) for rule, block in found]))


def smallest_changes(case: Case) -> tuple[PossibleChange | None, ...]:
    """Return the least that would place each person without a partner, in the order of ``explain_unmatched``.

    None for who cannot be placed without displacing somebody, and for all where there are more than 300 people a side.
    """
    if not case.small:
        return (None,) * sum(len(case.alone(side)) for side in SIDES)
    return tuple(change for side in SIDES for change in changes_of(case, side))


def changes_of(case: Case, side: Side) -> Iterator[PossibleChange | None]:
    """Yield the smallest change for everybody of one side without a partner; rules look at many people at once."""
    view, others = SideView.of(case, side), case.others(side)
    for rows in batched(case.alone(side).tolist(), BATCH):
        for row, forbidden in zip(rows, view.excluding(rows), strict=True):
            yield change_for(UnplacedPerson(case, side, row, others, forbidden))


def change_for(seeker: UnplacedPerson) -> PossibleChange | None:
    """Return the smallest change for somebody, None as for ``smallest_change``."""
    if seeker.case.solution.status not in (Status.PROVED, Status.FEASIBLE) or not len(seeker.others):
        return None
    found = list(obstacles(seeker))
    best = easiest(found, seeker.scores, seeker.keys)
    return None if best is None else change_to(seeker, best, [each for each in found if each.blocks[best]])


def easiest(found: list[Obstacle], scores: IntVector, keys: list[str]) -> int | None:
    """Return the place of the partner with the fewest obstacles, None where nobody is left; keys settle ties."""
    count, rank = np.zeros(len(scores), dtype=np.int64), np.zeros(len(scores), dtype=np.int64)
    barred = np.zeros(len(scores), dtype=bool)
    for each in found:
        count += each.blocks
        rank = np.maximum(rank, np.where(each.blocks, each.rank, 0))
        barred |= each.blocks & (each.code == NEVER)
    order = np.lexsort((np.array(keys), -scores, rank, count, barred))
    return None if barred[order[0]] else int(order[0])


def change_to(seeker: UnplacedPerson, best: int, found: list[Obstacle]) -> PossibleChange:
    """Return what has to give for one pair."""
    partner = seeker.partner(best)
    pair = (seeker.name, partner) if seeker.side == "mentor" else (partner, seeker.name)
    code = found[0].code if len(found) == 1 else "several_changes" if found else "as_it_is"
    sentence = tr(
        "Avec {partner} ({score} points), sans déplacer personne : {changes}.",
        partner=partner,
        score=points(int(seeker.scores[best])),
        changes=listed([each.sentence(best) for each in found]) or tr("le binôme peut être ajouté tel quel"),
    )
    return PossibleChange(code, sentence, len(found), pair)


def obstacles(seeker: UnplacedPerson) -> Iterator[Obstacle]:
    """Yield all that is in the way, for any partner."""
    yield from person_obstacles(seeker)
    yield from rule_obstacles(seeker)
    yield from place_obstacles(seeker)
    yield from quota_obstacles(seeker)


def person_obstacles(seeker: UnplacedPerson) -> Iterator[Obstacle]:
    """Yield why the person takes no part, or takes one only with several partners."""
    case, side, row = seeker.case, seeker.side, seeker.row
    people, loads, name = case.people(side), case.loads(side), seeker.name
    one = people.take([row])
    if not people.complete[row]:
        yield Obstacle("answer_more", always(tr("plus de réponses de {person}", person=name)), seeker.for_all(), 3)
    refusing = [rule for rule in case.rules if (said := rule.eligible(one, side)) is not None and not said[0]]
    for rule in refusing:
        exception = tr("une exception à {rule} pour {person}", rule=quoted(case.labels.rule(rule)), person=name)
        yield Obstacle("waive_rule", always(exception), seeker.for_all(), rule.waiver_rank)
    if people.complete[row] and not refusing and loads.most[row] == 0:
        yield Obstacle("add_place", always(tr("une place chez {person}", person=name)), seeker.for_all(), 1)
    if loads.conditional[row]:
        yield Obstacle("waive_minimum", always(tr(NO_MINIMUM, person=name)), seeker.for_all(), 0)


def rule_obstacles(seeker: UnplacedPerson) -> Iterator[Obstacle]:
    """Yield the rules that forbid pairs with the person."""
    for rule, blocks in seeker.forbidden:
        exception = tr(EXCEPTION, rule=quoted(seeker.case.labels.rule(rule)))
        yield Obstacle("waive_rule" if rule.waivable else NEVER, always(exception), blocks, rule.waiver_rank)


def place_obstacles(seeker: UnplacedPerson) -> Iterator[Obstacle]:
    """Yield who has no place left, and who takes somebody only with others."""
    loads, held = seeker.case.loads(seeker.across), seeker.held
    full = held >= loads.most[seeker.others]
    alone = loads.conditional[seeker.others] & (held == 0)
    more = MORE[seeker.across]
    yield Obstacle("add_place", lambda place: tr(more, person=seeker.partner(place)), full, 1)
    yield Obstacle("waive_minimum", lambda place: tr(NO_MINIMUM, person=seeker.partner(place)), alone, 0)


def always(words: str) -> Callable[[int], str]:
    """Return the same words whoever the partner is."""
    return lambda _: words


def quota_obstacles(seeker: UnplacedPerson) -> Iterator[Obstacle]:
    """Yield the sums over pairs that the pair would take out of their bounds."""
    case = seeker.case
    pairs, shape = case.solution.pairs, case.problem.shape
    keeping = {row: rule for rule, _, row in keeping_rules(case.rules, market_of(case.cohort, NO_SCORES), case.problem)}
    for place, row in enumerate(case.problem.rows):
        rule = quoted(case.labels.rule(keeping[place]) if place in keeping else case.labels.row(row.name, case.rules))
        total = int(row.coefficients_of(pairs[:, 0], pairs[:, 1], shape).sum())
        both = np.full(len(seeker.others), seeker.row), seeker.others
        mentors, mentees = both if seeker.side == "mentor" else both[::-1]
        after = total + row.coefficients_of(mentors, mentees, shape)
        beyond = np.zeros(len(after), dtype=bool) if row.most is None else after > row.most
        below = np.zeros(len(after), dtype=bool) if row.least is None else after < row.least
        if place in keeping:
            fewer = tr("une place gardée de moins ({rule})", rule=rule)
            yield Obstacle("take_kept_place", always(fewer), beyond & has_counted_place(case)[mentors], 0)
        elif counts_pairs(row):
            raised = tr("{rule} relevé à {pairs} au plus", rule=rule, pairs=counted(total + 1, "binôme"))
            yield Obstacle("raise_quota", always(raised), beyond, 0)
        else:
            exception = tr(EXCEPTION, rule=rule)
            yield Obstacle("waive_rule", always(exception), beyond | below, 2)


def has_counted_place(case: Case) -> BoolVector:
    """Return (n,) bool: which mentors have a free place that may be kept; a place that is added is one more to keep."""
    problem = case.problem
    held = np.bincount(case.solution.pairs[:, 0], minlength=problem.shape[0])
    return np.asarray(usable_places(problem.mentors, problem.scores) > held)
