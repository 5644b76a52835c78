"""Whom else somebody could have had: the operation ``alternatives``."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, Text, whole
from mentormatch.contract.examples import COHORT
from mentormatch.contract.exchange import LossOut, MoveOut, losses_out, moves_out
from mentormatch.contract.match_response import CaveatOut, Response, caveats_out
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import MatchRequest, Mention
from mentormatch.explanation.why_not import Alternative
from mentormatch.fields import SIDES, Side
from mentormatch.operations.matching import Matching

type Most = Annotated[int, Setting(ge=1, le=1_000), BeforeValidator(whole)]


class AlternativesRequest(MatchRequest):
    """What ``match`` was asked, the key of somebody, and how many other partners to tell at most; null: all of them.

    ``side`` says in which role; null: a key that both sides have is taken as the mentor's.
    """

    person: Text
    most: Most | None = 10
    side: Side | None = None

    def mentions(self) -> Iterator[Mention]:
        """Yield everybody whom the request names beside its people."""
        yield from super().mentions()
        yield "$.person", (self.side,) if self.side else SIDES, self.person


class AlternativeOut(JsonMessage):
    """Another partner: their key, what each goal would lose, who would move, and that in a sentence."""

    partner: str
    reason: str
    losses: list[LossOut]
    moves: list[MoveOut]


class AlternativesResponse(Response):
    """The other partners whom somebody could have, the smallest loss first.

    ``status`` and ``caveats`` are those of the matching: where nothing was compared, no loss says anything.

    Partners whom a rule forbids them, or whom no answer gives them, are left out: ``why-not`` says why.
    """

    status: Annotated[Status, Setting(strict=False)]
    caveats: list[CaveatOut]
    person: str
    side: Side
    alternatives: list[AlternativeOut]

    @classmethod
    def of(cls, matching: Matching, person: str, most: int | None, side: Side | None = None) -> Self:
        """Return the other partners that somebody could have; raises RequestError where the key is nobody's."""
        return cls(
            status=matching.status,
            caveats=caveats_out(matching),
            person=person,
            side=side or matching.side_of(person),
            alternatives=list(map(alternative_out, matching.alternatives(person, most, side=side))),
        )


class Alternatives(Operation[AlternativesRequest, AlternativesResponse]):
    """Whom else somebody could have had, and at what price."""

    kind = "alternatives"
    request_type = AlternativesRequest
    response_type = AlternativesResponse

    def answer(self, request: AlternativesRequest) -> AlternativesResponse:
        """Return the other partners, the cheapest first."""
        return AlternativesResponse.of(request.matching(), request.person, request.most, request.side)

    def example(self) -> dict[str, Any]:
        """Return the question of whom else a mentee could have had."""
        return {**COHORT, "person": "E02"}


def alternative_out(one: Alternative) -> AlternativeOut:
    """Return another partner as the contract has them."""
    return AlternativeOut(
        partner=one.partner, reason=one.reason, losses=losses_out(one.losses), moves=moves_out(one.moves)
    )
