"""Details of one person on the board: partners with points, alternatives with losses, and excluded partners."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from mentormatch.base.strict_json import JsonMessage
from mentormatch.explanation.names import Labels
from mentormatch.explanation.pairs import explain_pair
from mentormatch.explanation.unmatched_people import SideView, SolvedInstance, ineligibility
from mentormatch.explanation.why_not import Alternative, Move, alternatives, amount, names_in_words
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import counted, listed, percent, points
from mentormatch.languages.translation import tr
from mentormatch.operations.matching import Matching, case_of
from mentormatch.report.view import ScorePart, make_score_parts
from mentormatch.widgets.board.decisions import BoardBaseline, PersonId, side_of

MINUS_SIGN = "\u2212"


class CurrentPartner(JsonMessage):
    """A partner of a person, with points, answered share, and points by criterion."""

    partner: PersonId
    points: str
    answered: str
    parts: list[ScorePart]


class PartnerChange(JsonMessage):
    """A person who would change partners, with the partners before and after."""

    person: str
    before: str
    after: str


class PartnerOffer(JsonMessage):
    """A possible partner of a person: points, loss or gain in the first goal that changes, and people who would move.

    ``share`` has the points out of 100 as a number; ``grave`` is true if a goal before the last one loses; ``movers``
    is a summary of ``moves``.
    """

    partner: PersonId
    points: str
    share: float
    price: str
    grave: bool
    movers: str
    moves: list[PartnerChange]


class Excluded(JsonMessage):
    """People who cannot be partners of a person, with the reason."""

    reason: str
    people: list[PersonId]


class PersonDetails(JsonMessage):
    """A person with partners, up to ten possible partners (smallest loss first) and excluded people."""

    person: PersonId
    ties: list[CurrentPartner]
    offers: list[PartnerOffer]
    excluded: list[Excluded]


def explain_choice(ground: BoardBaseline, matching: Matching, labels: Labels, person: str) -> PersonDetails:
    """Return the details of a person, empty if the person has left."""
    if not ground.there(person, matching.cohort):
        return PersonDetails(person=person, ties=[], offers=[], excluded=[])
    case, side = replace(case_of(matching), labels=labels), side_of(person)
    row = case.people(side).find(ground.key(person))
    options = alternatives(case, side, row, 10)
    return PersonDetails(
        person=person,
        ties=list(get_current_partners(ground, case, side, row)),
        offers=[offer(ground, case, (side, row), option) for option in options],
        excluded=list(find_excluded(ground, case, side, row)),
    )


def get_current_partners(ground: BoardBaseline, case: SolvedInstance, side: Side, row: int) -> Iterator[CurrentPartner]:
    """Yield the partners of a person."""
    pairs, axis = case.solution.pairs, SIDES.index(side)
    for mentor, mentee in pairs[pairs[:, axis] == row].tolist():
        pair = explain_pair(case.cohort, case.scores, mentor, mentee)
        partner = ground.id(ACROSS[side], pair.mentee if side == "mentor" else pair.mentor)
        yield CurrentPartner(
            partner=partner,
            points=points(pair.score),
            answered=percent(pair.answered),
            parts=list(make_score_parts(pair, case.labels)),
        )


def offer(ground: BoardBaseline, case: SolvedInstance, person: tuple[Side, int], option: Alternative) -> PartnerOffer:
    """Return a possible partner of a person, given by side and row."""
    side, row = person
    score = int(case.scores.values[(row, option.row) if side == "mentor" else (option.row, row)])
    return PartnerOffer(
        partner=ground.id(ACROSS[side], case.people(ACROSS[side]).ids[option.row]),
        points=points(score),
        share=score / 10_000,
        price=format_loss(option.losses),
        grave=any(loss > 0 for _, loss in option.losses[:-1]),
        movers=format_movers(option.moves[2:]),
        moves=[partner_change(move) for move in option.moves[2:]],
    )


def partner_change(move: Move) -> PartnerChange:
    before, after = (listed(names) if names else tr("aucun binôme") for names in (move.before, move.after))
    return PartnerChange(person=move.person, before=before, after=after)


def format_movers(moves: Sequence[Move]) -> str:
    """Return a short text on the people who would change partners, apart from the two of the pair."""
    if len(moves) > 1:
        return counted(len(moves), "personne")
    return moves[0].person if moves else tr("personne d'autre")


def format_loss(losses: Sequence[tuple[str, int]]) -> str:
    r"""Return the loss or gain by a pair in the first goal that changes; the total is not named.

    >>> [format_loss([("matched", lost), ("total", 34_000)]).replace(MINUS_SIGN, "-") for lost in (0, 1)]
    ['-3,4', '-1\xa0binôme']
    >>> format_loss([("total", 0)])
    'sans perte'
    """
    goal, loss = next(((goal, loss) for goal, loss in losses if loss), ("", 0))
    if not loss:
        return tr("sans perte")
    sign = MINUS_SIGN if loss > 0 else "+"
    return f"{sign}{short_amount(goal, abs(loss))}"


def short_amount(goal: str, value: int) -> str:
    """Return a difference in one goal in the few words that fit on the board."""
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


def find_excluded(ground: BoardBaseline, case: SolvedInstance, side: Side, row: int) -> Iterator[Excluded]:
    """Yield the people who cannot be partners of a person: groups by rules, largest first, then non-participants.

    Only non-participants if the person cannot participate.
    """
    across = ACROSS[side]
    view, keys = SideView.of(case, side), case.people(across).ids
    if ineligibility(view, row) is None and len(view.participants):
        exclusions = [(case.labels.rule(rule), lost) for rule, lost in next(view.excluding([row]))]
        groups: dict[tuple[str, ...], list[str]] = {}
        for index, row_across in enumerate(view.participants.tolist()):
            names = tuple(name for name, lost in exclusions if lost[index])
            groups.setdefault(names, []).append(ground.id(across, keys[row_across]))
        groups.pop((), None)
        for names, people in sorted(groups.items(), key=lambda group: -len(group[1])):
            yield Excluded(reason=names_in_words(names), people=people)
    non_participants = np.setdiff1d(np.arange(len(keys)), view.participants).tolist()
    if non_participants:
        people = [ground.id(across, keys[row_across]) for row_across in non_participants]
        yield Excluded(reason=tr("ne prennent pas part"), people=people)


def choice_sentence(details: PersonDetails, name: str) -> str:
    """Return a sentence on the details that are now shown."""
    return tr(
        "{name}\u00a0: {pairs}, {others}.",
        name=name,
        pairs=counted(len(details.ties), "binôme"),
        others=counted(len(details.offers), "autre possibilité", "autres possibilités"),
    )
