"""Any pairs, also made by hand: the operation ``evaluate``."""

from typing import Any

from mentormatch.evaluation import evaluate
from mentormatch.strictjson import Message
from mentormatch.wire.asked import CohortRequest, Pairs, keys_of
from mentormatch.wire.examples import COHORT
from mentormatch.wire.operation import Operation
from mentormatch.wire.told import PairOut, RejectedOut, RemarkOut, Response, pair_out, rejected_out, remarks_out


class EvaluateRequest(CohortRequest):
    """A plan, and the programme and people that it is looked at with; ``pairs`` are those of the plan."""

    pairs: Pairs


class BreachOut(Message):
    """One rule that a plan breaks: the rule, the keys of the people concerned (none: all pairs together), how."""

    rule: str
    people: list[str]
    detail: str


class EvaluateResponse(Response):
    """A plan as it is: its pairs in the order given, each explained, and every rule that it breaks.

    ``total`` is the sum of the scores in millionths.
    """

    programme: str
    total: int
    pairs: list[PairOut]
    breaches: list[BreachOut]
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]


class Evaluate(Operation[EvaluateRequest, EvaluateResponse]):
    """What a plan is worth, and which rules it breaks."""

    kind = "evaluate"
    asked = EvaluateRequest
    told = EvaluateResponse

    def answer(self, request: EvaluateRequest) -> EvaluateResponse:
        """Return the plan, explained."""
        cohort, programme = request.decided()
        plan = evaluate(cohort, programme, keys_of(request.pairs))
        return EvaluateResponse(
            programme=programme.name,
            total=plan.total,
            pairs=list(map(pair_out, plan.pairs)),
            breaches=[BreachOut(rule=one.rule, people=list(one.people), detail=one.detail) for one in plan.breaches],
            rejected=rejected_out(cohort),
            remarks=remarks_out(cohort),
        )

    def example(self) -> dict[str, Any]:
        """Return a plan of two pairs, one of which was not to be."""
        crossed = [{"mentor": "M01", "mentee": "E02"}, {"mentor": "M02", "mentee": "E01"}]
        return {**COHORT, "bans": crossed[1:], "pairs": crossed}
