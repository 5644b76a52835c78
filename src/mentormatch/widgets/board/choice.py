"""One person as the board shows them: partners with their points, offers with their price, and who cannot be."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from mentormatch.base.strict_json import JsonMessage
from mentormatch.explanation.names import Labels
from mentormatch.explanation.pairs import explain_pair
from mentormatch.explanation.unmatched_people import Case, SideView, ineligibility
from mentormatch.explanation.why_not import Alternative, Move, alternatives, amount, names_in_words
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import counted, listed, percent, points
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.matching import Matching, case_of
from mentormatch.report.view import ScorePart, make_score_parts
from mentormatch.widgets.board.decisions import BoardGround, PersonId, side_of

MOST_OFFERED = 10
FREE, NOBODY, NO_PAIR = mark("sans perte"), mark("personne d'autre"), mark("aucun binôme")
MINUS = "\u2212"


class Tie(JsonMessage):
    """A partner that somebody has: points, how much of them rests on answers, and what they are made of."""

    partner: PersonId
    points: str
    answered: str
    parts: list[ScorePart]


class PartnerChange(JsonMessage):
    """Somebody who would change partners, with those before and after."""

    person: str
    before: str
    after: str


class Offer(JsonMessage):
    """A partner that somebody could have: points, what is lost in the first goal that loses, and who would move.

    ``share`` is the points out of 100 as a number, ``grave`` whether a goal before the last one loses; ``movers`` say
    in short who would move, ``moves`` one by one.
    """

    partner: PersonId
    points: str
    share: float
    price: str
    grave: bool
    movers: str
    moves: list[PartnerChange]


class Excluded(JsonMessage):
    """People whom somebody cannot have, and why."""

    reason: str
    people: list[PersonId]


class Chosen(JsonMessage):
    """Somebody, the partners that they have, those that they could have, the cheapest first, and who cannot be."""

    person: PersonId
    ties: list[Tie]
    offers: list[Offer]
    excluded: list[Excluded]


def explain_choice(ground: BoardGround, matching: Matching, labels: Labels, person: str) -> Chosen:
    """Return what there is to say of one person; nothing of who has left."""
    if not ground.there(person, matching.cohort):
        return Chosen(person=person, ties=[], offers=[], excluded=[])
    case, side = replace(case_of(matching), labels=labels), side_of(person)
    row = case.people(side).find(ground.key(person))
    others = alternatives(case, side, row, MOST_OFFERED)
    return Chosen(
        person=person,
        ties=list(ties(ground, case, side, row)),
        offers=[offer(ground, case, (side, row), other) for other in others],
        excluded=list(find_excluded(ground, case, side, row)),
    )


def ties(ground: BoardGround, case: Case, side: Side, row: int) -> Iterator[Tie]:
    """Yield the partners of one person, by position."""
    pairs, axis = case.solution.pairs, SIDES.index(side)
    for mentor, mentee in pairs[pairs[:, axis] == row].tolist():
        pair = explain_pair(case.cohort, case.scores, mentor, mentee)
        partner = ground.id(ACROSS[side], pair.mentee if side == "mentor" else pair.mentor)
        yield Tie(
            partner=partner,
            points=points(pair.score),
            answered=percent(pair.answered),
            parts=list(make_score_parts(pair, case.labels)),
        )


def offer(ground: BoardGround, case: Case, who: tuple[Side, int], other: Alternative) -> Offer:
    """Return another partner of one person, by side and position, in words."""
    side, row = who
    score = int(case.scores.values[(row, other.row) if side == "mentor" else (other.row, row)])
    return Offer(
        partner=ground.id(ACROSS[side], case.people(ACROSS[side]).ids[other.row]),
        points=points(score),
        share=score / 10_000,
        price=price(other.losses),
        grave=any(loss > 0 for _, loss in other.losses[:-1]),
        movers=movers(other.moves[2:]),
        moves=[partner_change(move) for move in other.moves[2:]],
    )


def partner_change(move: Move) -> PartnerChange:
    """Return a change of partners in words."""
    before, after = (listed(names) if names else tr(NO_PAIR) for names in (move.before, move.after))
    return PartnerChange(person=move.person, before=before, after=after)


def movers(moves: Sequence[Move]) -> str:
    """Return in short who would change partners besides the two of a pair."""
    if len(moves) > 1:
        return counted(len(moves), "personne")
    return moves[0].person if moves else tr(NOBODY)


def price(losses: Sequence[tuple[str, int]]) -> str:
    r"""Return what a pair would cost in the first goal in which it changes anything; the total has no name.

    >>> [price([("matched", lost), ("total", 34_000)]).replace(MINUS, "-") for lost in (0, 1)], price([("total", 0)])
    (['-3,4', '-1\xa0binôme'], 'sans perte')
    """
    goal, loss = next(((goal, loss) for goal, loss in losses if loss), ("", 0))
    if not loss:
        return tr(FREE)
    sign = MINUS if loss > 0 else "+"
    return f"{sign}{short_amount(goal, abs(loss))}"


def short_amount(goal: str, value: int) -> str:
    """Return a difference in one goal in the few words that a line of the board has room for."""
    match goal:
        case "total":
            return points(value)
        case "priority":
            return counted(value, "priorité")
        case "floor" | "leximin":
            return tr("{points} au plus faible", points=points(value))
        case "floor_person":
            return tr("{points} à la moins servie", points=points(value))
    return amount(goal, value)


def find_excluded(ground: BoardGround, case: Case, side: Side, row: int) -> Iterator[Excluded]:
    """Yield whom one person, by position, cannot have, by what forbids it: rules, then taking no part."""
    across = ACROSS[side]
    view, keys = SideView.of(case, side), case.people(across).ids
    if ineligibility(view, row) is None and len(view.others):
        taken = [(case.labels.rule(rule), lost) for rule, lost in next(view.excluding([row]))]
        groups: dict[tuple[str, ...], list[str]] = {}
        for at, other in enumerate(view.others.tolist()):
            names = tuple(name for name, lost in taken if lost[at])
            groups.setdefault(names, []).append(ground.id(across, keys[other]))
        groups.pop((), None)
        for names, people in sorted(groups.items(), key=lambda group: -len(group[1])):
            yield Excluded(reason=names_in_words(names), people=people)
    idle = np.setdiff1d(np.arange(len(keys)), view.others).tolist()
    if idle:
        people = [ground.id(across, keys[other]) for other in idle]
        yield Excluded(reason=tr("ne prennent pas part"), people=people)


def choice_sentence(one: Chosen, name: str) -> str:
    """Return in a sentence what is now to be seen of somebody."""
    return tr(
        "{name}\u00a0: {pairs}, {others}.",
        name=name,
        pairs=counted(len(one.ties), "binôme"),
        others=counted(len(one.offers), "autre possibilité", "autres possibilités"),
    )
