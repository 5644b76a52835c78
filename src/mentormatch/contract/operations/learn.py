"""What last years teach, and this year's pairs under other weights: the operation ``learn``."""

from typing import Annotated, Any, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, Keys, Whole
from mentormatch.contract.examples import COHORT
from mentormatch.contract.match_response import Response
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import CohortRequest, TimeLimit
from mentormatch.followup.lessons import MOST_EDITIONS, CriterionEffect, EditionResults
from mentormatch.operations.learn import Learning, learn


class LearnRequest(CohortRequest):
    """People and programme of this year, and the ``editions`` before: what stands under ``results`` in a follow-up."""

    editions: Annotated[list[EditionResults], Setting(min_length=1, max_length=MOST_EDITIONS)]
    seed: Whole = 0
    time_limit_s: TimeLimit = None


class CriterionEffectOut(JsonMessage):
    """How a criterion goes with pairs that lasted and were content.

    ``low`` and ``high``: to what share all of its points, instead of none, move a half, in an exact 95 % interval; null
    where too few pairs are known. ``level`` is the probability of so great an effect by chance, corrected for all
    criteria. ``more`` is about how many more pairs it takes to see an effect that moves a half to 80 %; null: none do.
    """

    criterion: str
    low: float | None
    high: float | None
    level: float
    clear: bool
    more: int | None
    sentence: str


class WeightChangeOut(JsonMessage):
    """Another weight of a criterion, as a proposal."""

    criterion: str
    before: float
    after: float


class LearnResponse(Response):
    """What the editions teach; ``pairs`` are those of this year under the ``changes`` of weights, ``other_pairs`` new.

    ``well`` is null where it would point to somebody. Nothing is applied.
    """

    status: Annotated[Status, Setting(strict=False)]
    editions: int
    known: int
    well: int | None
    effects: list[CriterionEffectOut]
    changes: list[WeightChangeOut]
    pairs: list[Keys]
    other_pairs: list[Keys]
    sentences: list[str]

    @classmethod
    def of(cls, found: Learning) -> Self:
        """Return what is known."""
        pairs, other = (
            [Keys(mentor=mentor, mentee=mentee) for mentor, mentee in some] for some in (found.pairs, found.other_pairs)
        )
        return cls(
            status=found.status,
            editions=found.lessons.editions,
            known=found.lessons.pairs,
            well=found.lessons.well,
            effects=list(map(effect_out, found.lessons.effects)),
            changes=[
                WeightChangeOut(criterion=one.criterion, before=one.before, after=one.after) for one in found.changes
            ],
            pairs=pairs,
            other_pairs=other,
            sentences=list(found.sentences),
        )


class LearnFromEditions(Operation[LearnRequest, LearnResponse]):
    """Which criteria went with pairs that lasted and were content, and this year's pairs if weights followed that."""

    kind = "learn"
    request_type = LearnRequest
    response_type = LearnResponse

    def answer(self, request: LearnRequest) -> LearnResponse:
        """Return what the editions teach."""
        cohort, programme = request.read()
        limit, by_hand = request.time_limit_s, request.by_hand()
        found = learn(cohort, programme, request.editions, seed=request.seed, time_limit_s=limit, **by_hand)
        return LearnResponse.of(found)

    def example(self) -> dict[str, Any]:
        """Return the question of what one small edition teaches."""
        results = [{"shares": {"besoins": share}, "well": well} for share, well in ((1.0, True), (0.5, False))]
        return {**COHORT, "editions": [{"programme": "Mentorat 2025", "pairs": results}]}


def effect_out(one: CriterionEffect) -> CriterionEffectOut:
    """Return the effect of a criterion as the contract has it."""
    return CriterionEffectOut(
        criterion=one.criterion,
        low=one.low,
        high=one.high,
        level=one.level,
        clear=one.clear,
        more=one.more,
        sentence=one.sentence,
    )
