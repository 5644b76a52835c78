"""Several plans to choose from: the operation ``plans``."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import JsonMessage, Whole, whole
from mentormatch.contract.examples import COHORT
from mentormatch.contract.match_response import MatchResponse, Response
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import CohortRequest
from mentormatch.operations.matching import Matching
from mentormatch.operations.plans import may_go_on, plans

type Wanted = Annotated[int, Setting(ge=1, le=20), BeforeValidator(whole)]
type Differing = Annotated[int, Setting(ge=1, le=10_000), BeforeValidator(whole)]


class PlansRequest(CohortRequest):
    """How many plans are wanted, and how many pairs of every plan before it each gives up at least."""

    n: Wanted = 3
    differ_by: Differing = 1
    seed: Whole = 0


class PlanOut(JsonMessage):
    """One plan, and how many pairs of each plan before it, the first one first, it gives up."""

    matching: MatchResponse
    gives_up: list[int]


class PlansResponse(Response):
    """The plans, the best first; each is the best of those that differ enough from all before it.

    ``all_told``: there are fewer than asked for, and it is proved that no further plan keeps the rules.
    """

    plans: list[PlanOut]
    all_told: bool

    @classmethod
    def of(cls, found: Sequence[Matching], wanted: int) -> Self:
        """Return the plans that were found, of so many that were wanted."""
        plans = [
            PlanOut(matching=MatchResponse.of(plan), gives_up=pairs_given_up(plan, found[:place]))
            for place, plan in enumerate(found)
        ]
        return cls(plans=plans, all_told=len(found) < wanted and may_go_on(found[-1].solution))


class Plans(Operation[PlansRequest, PlansResponse]):
    """The best plan, then the best that differs enough from all before it."""

    kind = "plans"
    request_type = PlansRequest
    response_type = PlansResponse

    def answer(self, request: PlansRequest) -> PlansResponse:
        """Return the plans."""
        cohort, programme = request.read()
        found = plans(cohort, programme, request.n, differ_by=request.differ_by, seed=request.seed, **request.by_hand())
        return PlansResponse.of(found, request.n)

    def example(self) -> dict[str, Any]:
        """Return two mentors and two mentees, of whom there are two plans."""
        return {**COHORT, "n": 2}


def pairs_given_up(plan: Matching, before: Sequence[Matching]) -> list[int]:
    """Return how many pairs of each of the plans before it a plan does not hold."""
    held = pairs_in(plan)
    return [len(pairs_in(other) - held) for other in before]


def pairs_in(plan: Matching) -> set[tuple[int, ...]]:
    """Return the pairs of a plan, by position."""
    return set(map(tuple, plan.solution.pairs.tolist()))
