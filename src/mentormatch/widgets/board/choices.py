"""One person looked at: why their partners, whom else they could have, and at what price."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mentormatch.base.strict_json import JsonMessage
from mentormatch.explanation.labels import Labels
from mentormatch.explanation.pairs import Contribution, explain_pair
from mentormatch.explanation.unmatched import Case, other_side
from mentormatch.explanation.why_not import Alternative, alternatives, amount
from mentormatch.fields import Side
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted, percent, points
from mentormatch.operations.matching import Matching
from mentormatch.rules.formulation import SIDES
from mentormatch.widgets.board.actions import PersonId, side_of
from mentormatch.widgets.board.decisions import BoardGround

MOST_OFFERED = 10
MOST_MOVED = 6
"""People named who would change partners; beyond them they are counted."""
FREE = mark("sans perte")


class ChoicePart(JsonMessage):
    """One criterion of a pair: points out of how many, and why."""

    criterion: str
    points: str
    full: str
    reason: str
    answered: bool


class Tie(JsonMessage):
    """A partner that somebody has: points, how much of them rests on answers, and what they are made of."""

    partner: PersonId
    points: str
    answered: str
    parts: list[ChoicePart]


class Offer(JsonMessage):
    """A partner that somebody could have: points, what is lost in the first goal that loses, and who would move."""

    partner: PersonId
    points: str
    price: str
    moves: list[str]


class Chosen(JsonMessage):
    """Somebody, the partners that they have, and those that they could have, the cheapest first."""

    person: PersonId
    ties: list[Tie]
    offers: list[Offer]


def chosen(ground: BoardGround, matching: Matching, labels: Labels, person: str) -> Chosen:
    """Return what there is to say of one person; nothing of who has left."""
    if not ground.there(person, matching.cohort):
        return Chosen(person=person, ties=[], offers=[])
    case, side = replace(matching.case, labels=labels), side_of(person)
    row = case.people(side).find(ground.key(person))
    others = alternatives(case, side, row, MOST_OFFERED)
    return Chosen(
        person=person,
        ties=list(ties(ground, case, side, row)),
        offers=[offered(ground, case, (side, row), other) for other in others],
    )


def ties(ground: BoardGround, case: Case, side: Side, row: int) -> Iterator[Tie]:
    """Yield the partners of one person, by position."""
    pairs, axis = case.solution.pairs, SIDES.index(side)
    for mentor, mentee in pairs[pairs[:, axis] == row].tolist():
        pair = explain_pair(case.cohort, case.scores, mentor, mentee)
        partner = ground.id(other_side(side), pair.mentee if side == "mentor" else pair.mentor)
        parts = list(map(part, pair.contributions))
        yield Tie(partner=partner, points=points(pair.score), answered=percent(pair.answered), parts=parts)


def part(share: Contribution) -> ChoicePart:
    """Return one criterion in words."""
    return ChoicePart(
        criterion=share.criterion,
        points=points(share.share),
        full=points(share.full),
        reason=share.reason,
        answered=share.answered,
    )


def offered(ground: BoardGround, case: Case, who: tuple[Side, int], other: Alternative) -> Offer:
    """Return another partner of one person, by side and position, in words."""
    side, row = who
    place = (row, other.row) if side == "mentor" else (other.row, row)
    return Offer(
        partner=ground.id(other_side(side), case.people(other_side(side)).ids[other.row]),
        points=points(int(case.scores.values[place])),
        price=price(other.losses),
        moves=moved([str(move) for move in other.moves[2:]]),
    )


def moved(moves: list[str]) -> list[str]:
    r"""Return the first who would change partners, and how many more would.

    >>> moved([f"M{number}" for number in range(9)])[5:]
    ['M5', '3\xa0autres personnes']
    """
    rest = len(moves) - MOST_MOVED
    return moves if rest < 2 else [*moves[:MOST_MOVED], counted(rest, "autre personne", "autres personnes")]


def price(losses: Sequence[tuple[str, int]]) -> str:
    r"""Return what a pair would cost in the first goal in which it changes anything.

    >>> price([("matched", 0), ("total", 34_000)]), price([("matched", 1), ("total", -9_000)]), price([("total", 0)])
    ('3,4 points au total', '1\xa0binôme', 'sans perte')
    """
    goal, loss = next(((goal, loss) for goal, loss in losses if loss), ("", 0))
    if loss < 0:
        return tr("gain\u00a0: {amount}", amount=amount(goal, -loss))
    return amount(goal, loss) if loss else tr(FREE)


def told(one: Chosen, name: str) -> str:
    """Return in a sentence what is now to be seen of somebody."""
    return tr(
        "{name}\u00a0: {pairs}, {others}.",
        name=name,
        pairs=counted(len(one.ties), "binôme"),
        others=counted(len(one.offers), "autre possibilité", "autres possibilités"),
    )
