"""The board as JSON: all that a page shows, every number already in words, every person under an opaque id."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from mentormatch.base.strict_json import JsonMessage
from mentormatch.explanation.diagnosis.diagnose import diagnose_case
from mentormatch.explanation.labels import Labels
from mentormatch.explanation.pairs import Contribution, explain_pair
from mentormatch.explanation.unmatched import Case, explain_unmatched, other_side
from mentormatch.explanation.why_not import Alternative, alternatives, amount
from mentormatch.fields import Side
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted, percent, points
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.report import words
from mentormatch.report.comparison import Comparison, compare
from mentormatch.report.decision_state import standing
from mentormatch.report.texts import spaced, visible
from mentormatch.rules.formulation import SIDES
from mentormatch.widgets.board.actions import (
    Action,
    BoardDecision,
    Choose,
    Imposed,
    PersonId,
    PlacesIn,
    SetAsideIn,
    Validate,
    Withdrawal,
    side_of,
)
from mentormatch.widgets.board.decisions import BoardGround, BoardState, place_fields

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


def explain_choice(ground: BoardGround, matching: Matching, labels: Labels, person: str) -> Chosen:
    """Return what there is to say of one person; nothing of who has left."""
    if not ground.there(person, matching.cohort):
        return Chosen(person=person, ties=[], offers=[])
    case, side = replace(matching.case, labels=labels), side_of(person)
    row = case.people(side).find(ground.key(person))
    others = alternatives(case, side, row, MOST_OFFERED)
    return Chosen(
        person=person,
        ties=list(ties(ground, case, side, row)),
        offers=[offer(ground, case, (side, row), other) for other in others],
    )


def ties(ground: BoardGround, case: Case, side: Side, row: int) -> Iterator[Tie]:
    """Yield the partners of one person, by position."""
    pairs, axis = case.solution.pairs, SIDES.index(side)
    for mentor, mentee in pairs[pairs[:, axis] == row].tolist():
        pair = explain_pair(case.cohort, case.scores, mentor, mentee)
        partner = ground.id(other_side(side), pair.mentee if side == "mentor" else pair.mentor)
        parts = list(map(choice_part, pair.contributions))
        yield Tie(partner=partner, points=points(pair.score), answered=percent(pair.answered), parts=parts)


def choice_part(share: Contribution) -> ChoicePart:
    """Return one criterion in words."""
    return ChoicePart(
        criterion=share.criterion,
        points=points(share.share),
        full=points(share.full),
        reason=share.reason,
        answered=share.answered,
    )


def offer(ground: BoardGround, case: Case, who: tuple[Side, int], other: Alternative) -> Offer:
    """Return another partner of one person, by side and position, in words."""
    side, row = who
    place = (row, other.row) if side == "mentor" else (other.row, row)
    return Offer(
        partner=ground.id(other_side(side), case.people(other_side(side)).ids[other.row]),
        points=points(int(case.scores.values[place])),
        price=price(other.losses),
        moves=move_lines([str(move) for move in other.moves[2:]]),
    )


def move_lines(moves: list[str]) -> list[str]:
    r"""Return the first who would change partners, and how many more would.

    >>> move_lines([f"M{number}" for number in range(9)])[5:]
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


def choice_sentence(one: Chosen, name: str) -> str:
    """Return in a sentence what is now to be seen of somebody."""
    return tr(
        "{name}\u00a0: {pairs}, {others}.",
        name=name,
        pairs=counted(len(one.ties), "binôme"),
        others=counted(len(one.offers), "autre possibilité", "autres possibilités"),
    )


class PersonOut(JsonMessage):
    """One person; ``places`` is None where the programme asks them for no number of places."""

    id: PersonId
    side: Side
    name: str
    here: bool
    places: int | None


class PairSideBySide(JsonMessage):
    """Two people."""

    mentor: PersonId
    mentee: PersonId


class BoardPairOut(PairSideBySide):
    """A pair of the plan: whether the last move made it, and whether staff imposed it."""

    points: str
    new: bool
    pinned: bool


class BoardUnmatchedOut(JsonMessage):
    """Somebody without a partner, and why."""

    person: PersonId
    reason: str


class GoalOut(JsonMessage):
    """One goal in the plan before and in this one; ``difference`` is empty where there is none."""

    goal: str
    before: str
    now: str
    difference: str


class Change(JsonMessage):
    """What became of a plan: the pairs that it lost, its goals, and all of it in sentences."""

    gone: list[PairSideBySide]
    goals: list[GoalOut]
    sentences: list[str]


class Decided(JsonMessage):
    """A decision that holds: its place among them, from 1, and what it is, as it was asked and in words."""

    number: int
    what: BoardDecision
    text: str


class BoardOut(JsonMessage):
    """All that a page shows of a board, after the action of this ``turn``; ``said`` is what is worth saying aloud.

    ``last`` is what the last move changed, ``whole`` what the whole session did; ``refusal`` says why an action was
    refused, and is empty where it was not.
    """

    schema_version: Literal[1] = 1
    turn: int
    programme: str
    status: str
    verdict: str
    summary: str
    standing: list[str]
    head: str
    folder: str
    final: bool
    people: list[PersonOut]
    pairs: list[BoardPairOut]
    alone: list[BoardUnmatchedOut]
    last: Change
    whole: Change
    decisions: list[Decided]
    chosen: Chosen | None
    undo: bool
    redo: bool
    refusal: str
    said: str


def notices(board: BoardState) -> Iterator[str]:
    """Yield what has to be known first: whether anything was compared, who validated it, or what is in the way."""
    matching, seal = board.matching, board.now.seal
    yield from (caveat.sentence for caveat in matching.caveats)
    yield from list(standing(matching, seal)) or obstacles(board)


def board_state(board: BoardState, done: Action | None, turn: int = 0, refusal: str = "") -> BoardOut:
    """Return the board after an action, None: as it is first seen."""
    matching, seal = board.matching, board.now.seal
    last = compare(board.steps[board.seen].matching, matching, board.labels)
    look = None if board.chosen is None else explain_choice(board.ground, matching, board.labels, board.chosen)
    return BoardOut(
        turn=turn,
        programme=matching.programme.name,
        status=str(matching.status),
        verdict=words.verdict(matching)[0],
        summary=words.summary(matching),
        standing=list(notices(board)),
        head=seal.head if seal else "",
        folder=str(board.folder),
        final=seal is not None,
        people=list(people(board)),
        pairs=list(pairs(board, last)),
        alone=list(alone(board)),
        last=change(board, last),
        whole=change(board, compare(board.steps[0].matching, matching, board.labels)),
        decisions=[
            Decided(number=number, what=one, text=decision_sentence(board, one))
            for number, one in enumerate(board.now.decisions, start=1)
        ],
        chosen=look,
        undo=board.at > 0,
        redo=board.at + 1 < len(board.steps),
        refusal=refusal,
        said=refusal or status_sentence(board, done, look, last),
    )


def as_page_json(told: BoardOut) -> dict[str, Any]:
    """Return it as JSON, its texts with the spaces of French typography and no character that nothing shows."""
    made: dict[str, Any] = in_every_text(told.model_dump(mode="json"))
    return made


def in_every_text(value: Any) -> Any:
    """Return a JSON value whose texts are fit to be shown."""
    match value:
        case str():
            return visible(spaced(value))
        case list():
            return [in_every_text(one) for one in value]
        case dict():
            return {name: in_every_text(one) for name, one in value.items()}
    return value


def obstacles(board: BoardState) -> list[str]:
    """Return why there is no plan, nothing where there is one."""
    diagnosis = diagnose_case(replace(board.matching.case, labels=board.labels))
    return list(diagnosis.sentences) if diagnosis else []


def people(board: BoardState) -> Iterator[PersonOut]:
    """Yield everybody whom the session began with, also who has left since."""
    ground, cohort, case = board.ground, board.matching.cohort, board.matching.case
    for side in SIDES:
        rows = {key: row for row, key in enumerate(cohort.side(side).ids)}
        most, known = case.loads(side).most, place_fields(ground.base.programme, side)
        for key in ground.base.cohort.side(side).ids:
            row, name = rows.get(key), board.labels.person(side, key)
            places = int(most[row]) if known and row is not None else None
            yield PersonOut(id=ground.id(side, key), side=side, name=name, here=row is not None, places=places)


def pairs(board: BoardState, last: Comparison) -> Iterator[BoardPairOut]:
    """Yield the pairs in the order of the mentors."""
    ground, matching = board.ground, board.matching
    pinned = {(one.mentor, one.mentee) for one in board.now.decisions if isinstance(one, Imposed)}
    new, cohort = {pair_ids(board, pair) for pair in last.new}, matching.cohort
    for row, column in matching.solution.pairs.tolist():
        ids = ground.id("mentor", cohort.mentors.ids[row]), ground.id("mentee", cohort.mentees.ids[column])
        score = points(int(matching.scores.values[row, column]))
        yield BoardPairOut(mentor=ids[0], mentee=ids[1], points=score, new=ids in new, pinned=ids in pinned)


def alone(board: BoardState) -> Iterator[BoardUnmatchedOut]:
    """Yield everybody without a partner, mentors first."""
    case = replace(board.matching.case, labels=board.labels)
    ids = [board.ground.id(side, case.people(side).ids[row]) for side in SIDES for row in case.alone(side).tolist()]
    for person, one in zip(ids, explain_unmatched(case), strict=True):
        yield BoardUnmatchedOut(person=person, reason=one.reason)


def change(board: BoardState, comparison: Comparison) -> Change:
    """Return a comparison of two plans as JSON."""
    gone = [pair_ids(board, pair) for pair in comparison.gone]
    goals = [GoalOut(goal=g.goal, before=g.before, now=g.now, difference=g.difference) for g in comparison.goals]
    return Change(
        gone=[PairSideBySide(mentor=mentor, mentee=mentee) for mentor, mentee in gone],
        goals=goals,
        sentences=list(comparison.sentences),
    )


def pair_ids(board: BoardState, pair: KeyPair) -> tuple[str, str]:
    """Return the ids of a pair of keys."""
    return board.ground.id("mentor", pair[0]), board.ground.id("mentee", pair[1])


def decision_sentence(board: BoardState, decision: BoardDecision) -> str:
    """Return a decision in words."""
    name = board.name
    match decision:
        case Imposed(mentor=mentor, mentee=mentee):
            return tr("Binôme imposé\u00a0: {mentor} – {mentee}", mentor=name(mentor), mentee=name(mentee))
        case SetAsideIn(mentor=mentor, mentee=mentee):
            return tr("Binôme écarté\u00a0: {mentor} – {mentee}", mentor=name(mentor), mentee=name(mentee))
        case Withdrawal(person=person):
            return tr("Retrait\u00a0: {person}", person=name(person))
        case PlacesIn(person=person, places=places):
            return tr("Places de {person}\u00a0: {places}", person=name(person), places=places)


def status_sentence(board: BoardState, done: Action | None, look: Chosen | None, last: Comparison) -> str:
    """Return what an action that was done is worth saying aloud."""
    match done:
        case None:
            return ""
        case Choose():
            return choice_sentence(look, board.name(look.person)) if look else ""
        case Validate():
            return " ".join(standing(board.matching, board.now.seal))
    return "\n".join(last.sentences)
