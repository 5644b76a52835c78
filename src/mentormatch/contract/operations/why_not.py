"""Why two people are no pair: the operation ``why-not``."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import Text
from mentormatch.contract.examples import COHORT
from mentormatch.contract.exchange import LossOut, MoveOut, losses_out, moves_out
from mentormatch.contract.match_response import CaveatOut, Response, caveats_out
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import MatchRequest, Mention
from mentormatch.operations.matching import Matching


class WhyNotRequest(MatchRequest):
    """What ``match`` was asked, and the keys of two people."""

    mentor: Text
    mentee: Text

    def mentions(self) -> Iterator[Mention]:
        """Yield everybody whom the request names beside its people."""
        yield from super().mentions()
        yield "$.mentor", ("mentor",), self.mentor
        yield "$.mentee", ("mentee",), self.mentee


class WhyNotResponse(Response):
    """What forcing a pair would mean, in a sentence and in parts.

    ``losses`` are null where the pair cannot be: ``rules`` are then those in its way, by what they are called.
    ``moves`` are all people whose partners would change, the two of the pair first. ``status`` and
    ``caveats`` are those of the matching: where nothing was compared, no price says anything.
    """

    status: Annotated[Status, Setting(strict=False)]
    caveats: list[CaveatOut]
    mentor: str
    mentee: str
    reason: str
    losses: list[LossOut] | None
    moves: list[MoveOut]
    rules: list[str]

    @classmethod
    def of(cls, matching: Matching, mentor: str, mentee: str) -> Self:
        """Return what forcing a pair would mean; raises RequestError where a key is nobody's."""
        why = matching.why_not(mentor, mentee)
        return cls(
            status=matching.status,
            caveats=caveats_out(matching),
            mentor=mentor,
            mentee=mentee,
            reason=why.reason,
            losses=None if why.losses is None else losses_out(why.losses),
            moves=moves_out(why.moves),
            rules=list(why.rules),
        )


class WhyNotOperation(Operation[WhyNotRequest, WhyNotResponse]):
    """Why two people are no pair, what it would cost to make them one, and who would move."""

    kind = "why-not"
    request_type = WhyNotRequest
    response_type = WhyNotResponse

    def answer(self, request: WhyNotRequest) -> WhyNotResponse:
        """Return what forcing the pair would mean."""
        return WhyNotResponse.of(request.matching(), request.mentor, request.mentee)

    def example(self) -> dict[str, Any]:
        """Return the question of why two people are no pair."""
        return {**COHORT, "mentor": "M02", "mentee": "E01"}
