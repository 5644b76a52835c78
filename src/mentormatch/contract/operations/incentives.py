"""Whether anybody gains by answering otherwise, and never who: the operation ``incentives``."""

from typing import Any, Self

from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.contract.examples import COHORT
from mentormatch.contract.match_response import Response
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import CohortRequest, TimeLimit
from mentormatch.fields import Side
from mentormatch.operations.incentives import Incentive, Incentives, incentives
from mentormatch.people.other_answers import AnswerChange


class IncentivesRequest(CohortRequest):
    """What ``match`` was asked; ``time_limit_s`` is for all that is tried."""

    seed: Whole = 0
    time_limit_s: TimeLimit = None


class IncentiveOut(JsonMessage):
    """A question that invites ``people`` of a side, each alone, to answer otherwise: in what ways, and what they gain.

    ``placed`` partners, or ``points``, are the most that one person gains. ``parts`` are what the criteria and rules
    are called that read it; ``closing`` is the smallest change of the programme that closes it, null: none found.
    """

    field: str
    side: Side
    people: int
    changes: list[AnswerChange]
    placed: int
    points: float
    parts: list[str]
    closing: str | None
    sentence: str


class IncentivesResponse(Response):
    """Which questions invite to answer otherwise, of so many ``tried`` answers of ``people_tried``, one at a time.

    Not ``complete``: time was up before all were tried.
    """

    people_tried: int
    tried: int
    complete: bool
    incentives: list[IncentiveOut]
    sentences: list[str]

    @classmethod
    def of(cls, found: Incentives) -> Self:
        """Return what is known, without saying of whom."""
        return cls(
            people_tried=found.people,
            tried=found.tried,
            complete=found.complete,
            incentives=list(map(incentive_out, found.incentives)),
            sentences=list(found.sentences),
        )


class AnswerIncentives(Operation[IncentivesRequest, IncentivesResponse]):
    """Whether anybody would gain by answering otherwise, which question invites it, and what closes it; never who."""

    kind = "incentives"
    request_type = IncentivesRequest
    response_type = IncentivesResponse

    def answer(self, request: IncentivesRequest) -> IncentivesResponse:
        """Return what invites to answer otherwise."""
        cohort, programme = request.read()
        limit = request.time_limit_s
        found = incentives(cohort, programme, seed=request.seed, time_limit_s=limit, **request.by_hand())
        return IncentivesResponse.of(found)

    def example(self) -> dict[str, Any]:
        """Return the question of whether it pays to answer otherwise."""
        return COHORT


def incentive_out(one: Incentive) -> IncentiveOut:
    """Return one question as the contract has it."""
    return IncentiveOut(
        field=one.field,
        side=one.side,
        people=one.people,
        changes=list(one.changes),
        placed=max(gain.placed for gain in one.gains),
        points=max(gain.points for gain in one.gains) / 10_000,
        parts=list(one.parts),
        closing=one.closing,
        sentence=one.sentence,
    )
