"""Whom else somebody could have had, and at what price: all of their possible partners, the cheapest first."""

from dataclasses import dataclass

from mentormatch.assignment.model.solution import Status
from mentormatch.explanation.exchange_costs import Losses, partner_options
from mentormatch.explanation.unmatched import Case, other_side
from mentormatch.explanation.why_not import Move, move_in_words, moves_of
from mentormatch.fields import Side
from mentormatch.languages.phrases import about
from mentormatch.rules.formulation import SIDES


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another partner for somebody: what they are called, the loss by goal, who would move, and that in a sentence.

    ``row`` is where the partner stands in the cohort.
    """

    partner: str
    losses: Losses
    moves: tuple[Move, ...]
    reason: str
    row: int

    def __str__(self) -> str:
        return about(self.partner, self.reason)


def alternatives(case: Case, side: Side, row: int, most: int | None = 10) -> tuple[Alternative, ...]:
    """Return the other partners whom one person could have, the smallest loss first.

    At most ``most`` of them; None: all. Partners whom a rule forbids them, or whom no answer gives them, are left out:
    ``why_not`` says why. Each loss equals that of solving again with the pair pinned. Without an answer there are none.
    """
    if case.solution.status not in (Status.PROVED, Status.FEASIBLE):
        return ()
    axis = SIDES.index(side)
    found = []
    for offer in partner_options(case.problem, case.solution, axis, row, most=most):
        pair = (row, offer.partner) if axis == 0 else (offer.partner, row)
        moves = moves_of(case, offer.price, pair)
        name = case.name(other_side(side), offer.partner)
        found.append(Alternative(name, offer.price.losses, moves, move_in_words(offer.price, moves), offer.partner))
    return tuple(found)
