"""What another pair would cost, goal by goal, and who would move for it, as the contract tells it."""

from collections.abc import Iterable

from mentormatch.base.strict_json import JsonMessage
from mentormatch.explanation.exchange_costs import Losses
from mentormatch.explanation.why_not import Move
from mentormatch.fields import Side


class LossOut(JsonMessage):
    """What one goal would lose, in its own unit: pairs, priority weights, millionths of score; below 0 it would win."""

    goal: str
    loss: int


class MoveOut(JsonMessage):
    """Somebody whose partners would change: their side and key, the keys of their partners before and after."""

    side: Side
    person: str
    before: list[str]
    after: list[str]
    sentence: str


def losses_out(losses: Losses) -> list[LossOut]:
    """Return losses as the contract has them, the first goal first."""
    return [LossOut(goal=goal, loss=loss) for goal, loss in losses]


def moves_out(moves: Iterable[Move]) -> list[MoveOut]:
    """Return moves as the contract has them."""
    return [
        MoveOut(
            side=move.side, person=move.person, before=list(move.before), after=list(move.after), sentence=str(move)
        )
        for move in moves
    ]
