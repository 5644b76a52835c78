"""What became of the pairs, by criterion: counts, shares and their intervals. It describes, and suggests no weight."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mentormatch.explanation.pairs import Contribution, Pair
from mentormatch.fields import SIDES
from mentormatch.followup.waves import Wave
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted
from mentormatch.programme.sections import Answered, Outcome

type OutcomeGroup = Literal["all", "high", "low", "unanswered"]

GROUPS: dict[OutcomeGroup, str] = {
    "all": mark("tous les binômes"),
    "high": mark("au moins la moitié des points"),
    "low": mark("moins de la moitié des points"),
    "unanswered": mark("sans réponse d'un côté"),
}
"""What staff read, to be spoken by ``tr``; so is the description."""
FEW = 30
"""Pairs below which a share says little."""
Z = 1.959963984540054
"""The normal quantile of a 95 % interval."""
DESCRIPTION = mark(
    "Ce tableau décrit ce que les gens ont dit. Il ne dit pas ce qui en est la cause : les binômes n'ont pas été tirés"
    " au sort, et qui va bien répond plus volontiers. Il ne propose aucun poids."
)


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many pairs of a group reached an outcome, of those of which it is known.

    ``criterion`` is empty for all pairs together. ``low`` and ``high`` bound the share, between 0 and 1, in a 95 %
    interval (Wilson, 1927); None where nothing is known. ``pairs`` counts the whole group.
    """

    outcome: str
    criterion: str
    group: OutcomeGroup
    pairs: int
    known: int
    reached: int
    low: float | None
    high: float | None

    @property
    def share(self) -> float | None:
        """The share that reached it, None where nothing is known."""
        return self.reached / self.known if self.known else None

    @property
    def few(self) -> bool:
        """Whether so few pairs are known that the share says little."""
        return self.known < FEW


def wilson(reached: int, known: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (E. B. Wilson, JASA 22, 1927), which holds also for few, none and all.

    >>> [round(bound, 3) for bound in wilson(8, 10)]
    [0.49, 0.943]
    """
    share, spread = reached / known, Z * Z / known
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / known + spread / (4 * known))
    return (0.0 if reached == 0 else middle - half, 1.0 if reached == known else middle + half)


def counts(pairs: Sequence[Pair], wave: Wave, outcomes: Sequence[Outcome]) -> Iterator[OutcomeCount]:
    """Yield, for each outcome, the count of all pairs, then those of each criterion in the order of the programme."""
    for outcome in outcomes:
        reached = [goes_well(wave, place, outcome) for place in range(len(pairs))]
        yield count(outcome.name, "", "all", reached)
        for place, share in enumerate(pairs[0].contributions if pairs else ()):
            groups = [group_of(pair.contributions[place]) for pair in pairs]
            for group in GROUPS:
                if group in groups:
                    mine = [one for one, of in zip(reached, groups, strict=True) if of == group]
                    yield count(outcome.name, share.criterion, group, mine)


def goes_well(wave: Wave, pair: int, said: Answered) -> bool | None:
    """Return whether all who answered about a pair gave one of these answers, None where nobody did."""
    rows = [row for side in SIDES if (row := wave.about(side, pair)) is not None]
    outcomes = [bool(wave.gave(said)[row]) for row in rows if wave.who_answered(said.field)[row]]
    return all(outcomes) if outcomes else None


def group_of(share: Contribution) -> OutcomeGroup:
    """Return to which group of a criterion a pair belongs."""
    if not share.answered:
        return "unanswered"
    return "high" if 2 * share.share >= share.full else "low"


def count(outcome: str, criterion: str, group: OutcomeGroup, reached: Sequence[bool | None]) -> OutcomeCount:
    """Return the count of one group."""
    known = [one for one in reached if one is not None]
    low, high = wilson(sum(known), len(known)) if known else (None, None)
    return OutcomeCount(outcome, criterion, group, len(reached), len(known), sum(known), low, high)


def warning(lines: Sequence[OutcomeCount]) -> str:
    """Return a plain word on small numbers, empty where there are none."""
    few = [line for line in lines if line.few]
    if not few:
        return ""
    some = tr("{lines} sur {total}", lines=counted(len(few), "ligne"), total=len(lines))
    return tr(
        "Petits nombres : dans {where}, le résultat est connu de moins de {few} binômes. Un seul binôme de plus ou de"
        " moins y change la part de plusieurs points. Quand deux intervalles se recouvrent, rien ne dit que l'écart"
        " n'est pas dû au hasard.",
        where=tr("toutes les lignes") if len(few) == len(lines) else some,
        few=FEW,
    )
