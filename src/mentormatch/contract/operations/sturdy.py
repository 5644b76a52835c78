"""Which plan holds best if people leave, and at what price: the operation ``sturdy``."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, Keys, whole
from mentormatch.contract.examples import COHORT
from mentormatch.contract.match_response import Response
from mentormatch.contract.operation import Operation
from mentormatch.contract.operations.repair import pairs_out
from mentormatch.contract.requests import MatchRequest
from mentormatch.operations.sturdy import MOST_LEAVING, Sturdiness, SturdyPlan, sturdy


class SturdyRequest(MatchRequest):
    """What ``match`` was asked, and how many people leave."""

    k: Annotated[int, Setting(ge=1, le=MOST_LEAVING), BeforeValidator(whole)] = 1


class SturdyPlanOut(JsonMessage):
    """One plan, as keys (mentor, mentee): how many mentees have a partner after a departure, and points it has fewer.

    ``worst`` is over all departures, ``mean`` their average.
    """

    pairs: list[Keys]
    price: float
    worst: int
    mean: float


class SturdyResponse(Response):
    """What holds if ``k`` leave: ``curve`` from the one given on, each holding better than those before it.

    ``departures`` were looked at for each; no plan holds more than ``most_worst`` and ``most_mean``. ``complete``: all
    plans were looked at, and nothing holds better at these prices.
    """

    status: Annotated[Status, Setting(strict=False)]
    k: int
    departures: int
    curve: list[SturdyPlanOut]
    most_worst: int
    most_mean: float
    complete: bool
    sentences: list[str]

    @classmethod
    def of(cls, found: Sturdiness) -> Self:
        """Return what is known of plans that people leave."""
        return cls(
            status=found.status,
            k=found.k,
            departures=found.departures,
            curve=list(map(sturdy_plan_out, found.curve)),
            most_worst=found.most_worst,
            most_mean=found.most_mean,
            complete=found.complete,
            sentences=list(found.sentences),
        )


class SturdyPlans(Operation[SturdyRequest, SturdyResponse]):
    """Which plan holds best if one or two people leave, what it costs, and how far from the best it may be."""

    kind = "sturdy"
    request_type = SturdyRequest
    response_type = SturdyResponse

    def answer(self, request: SturdyRequest) -> SturdyResponse:
        """Return what holds."""
        return SturdyResponse.of(sturdy(request.matching(), request.k, time_limit_s=request.time_limit_s))

    def example(self) -> dict[str, Any]:
        """Return the question of what holds if one person leaves."""
        return {**COHORT, "k": 1}


def sturdy_plan_out(plan: SturdyPlan) -> SturdyPlanOut:
    """Return one plan as the contract has it."""
    pairs = pairs_out((pair.mentor, pair.mentee) for pair in plan.matching.pairs)
    return SturdyPlanOut(pairs=pairs, price=plan.price / 10_000, worst=plan.worst, mean=plan.mean)
