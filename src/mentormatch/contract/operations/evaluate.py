"""Any pairs, also made by hand: the operation ``evaluate``."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage
from mentormatch.contract.examples import COHORT
from mentormatch.contract.match_response import (
    CaveatOut,
    PairOut,
    RejectedOut,
    RemarkOut,
    Response,
    TierOut,
    caveats_out,
    pair_out,
    rejected_out,
    remarks_out,
    tiers_out,
)
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import MatchRequest, Mention, Pairs, keys_of, mentions_of_pairs
from mentormatch.operations.evaluation import Evaluation, evaluate
from mentormatch.operations.matching import Matching


class EvaluateRequest(MatchRequest):
    """A plan, and the programme and people that it is looked at with; ``pairs`` are those of the plan.

    ``best`` asks for what the best plan reaches: that is a ``match`` of its own, under ``seed`` and ``time_limit_s``.
    """

    pairs: Pairs
    best: bool = False

    def mentions(self) -> Iterator[Mention]:
        """Yield everybody whom the request names beside its people."""
        yield from super().mentions()
        yield from mentions_of_pairs("pairs", self.pairs)


class BreachOut(JsonMessage):
    """One rule that a plan breaks: the rule, the keys of the people concerned (none: all pairs together), how."""

    rule: str
    people: list[str]
    detail: str


class BestOut(JsonMessage):
    """What the best plan reaches in each goal, and what is known of it."""

    status: Annotated[Status, Setting(strict=False)]
    tiers: list[TierOut]


class EvaluateResponse(Response):
    """A plan as it is: its pairs in the order given, each explained, and every rule that it breaks.

    ``total`` is the sum of the scores in millionths, ``tiers`` what the plan reaches in each goal; ``best`` is null
    unless it was asked for. ``caveats`` say first where nothing was compared: no plan is then better than another.
    """

    programme: str
    caveats: list[CaveatOut]
    total: int
    tiers: list[TierOut]
    best: BestOut | None
    pairs: list[PairOut]
    breaches: list[BreachOut]
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, plan: Evaluation, best: Matching | None = None) -> Self:
        """Return what a plan is worth, beside the best one where that was looked for."""
        cohort, programme = plan.matching.cohort, plan.matching.programme
        return cls(
            programme=programme.name,
            caveats=caveats_out(plan.matching),
            total=plan.total,
            tiers=tiers_out(plan.matching),
            best=None if best is None else BestOut(status=best.status, tiers=tiers_out(best)),
            pairs=list(map(pair_out, plan.pairs)),
            breaches=[BreachOut(rule=one.rule, people=list(one.people), detail=one.detail) for one in plan.breaches],
            rejected=rejected_out(cohort),
            remarks=remarks_out(cohort),
        )


class Evaluate(Operation[EvaluateRequest, EvaluateResponse]):
    """What a plan is worth, and which rules it breaks."""

    kind = "evaluate"
    request_type = EvaluateRequest
    response_type = EvaluateResponse

    def answer(self, request: EvaluateRequest) -> EvaluateResponse:
        """Return the plan, explained."""
        cohort, programme = request.read()
        plan = evaluate(cohort, programme, keys_of(request.pairs), **request.by_hand())
        return EvaluateResponse.of(plan, request.matching_of(cohort, programme) if request.best else None)

    def example(self) -> dict[str, Any]:
        """Return a plan of two pairs, one of which was not to be."""
        crossed = [{"mentor": "M01", "mentee": "E02"}, {"mentor": "M02", "mentee": "E01"}]
        return {**COHORT, "bans": crossed[1:], "pairs": crossed}
