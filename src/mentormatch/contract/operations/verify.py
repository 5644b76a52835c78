"""Whether a decision is what it says: the operation ``verify``."""

from typing import Annotated, Any

from pydantic import Field as Setting

from mentormatch.contract.examples import COHORT
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import MatchRequest, Request
from mentormatch.contract.verification_response import VerifyResponse, verification_out
from mentormatch.record.decision import Decision
from mentormatch.record.verify import verify_content

MOST_CHARACTERS = 100_000_000

type Content = Annotated[str, Setting(max_length=MOST_CHARACTERS)]


class VerifyRequest(Request):
    """What stands in a decision file, whole and as it is: its digest is that of its bytes, in UTF-8.

    ``log`` is what stands in the log beside it, where there is one, and ``head`` a head of the log as it is printed on
    documents: the log must have had it.
    """

    decision: Content
    log: Content | None = None
    head: Annotated[str, Setting(max_length=1_000)] | None = None


class Verify(Operation[VerifyRequest, VerifyResponse]):
    """A decision, checked again from its file alone: rules, values, optimality, log."""

    kind = "verify"
    request_type = VerifyRequest
    response_type = VerifyResponse

    def answer(self, request: VerifyRequest) -> VerifyResponse:
        """Return what holds."""
        journal = None if request.log is None else request.log.encode()
        return verification_out(verify_content(request.decision.encode(), head=request.head, journal=journal))

    def example(self) -> dict[str, Any]:
        """Return a decision file of two pairs."""
        decision = Decision.of(MatchRequest.of(COHORT).matching())
        return {"decision": decision.model_copy(update={"versions": {}}).to_json()}
