"""Operations ``alternatives`` (other partners of a person) and ``why-not`` (the cost of forcing a pair)."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import Text, whole
from mentormatch.contract.match_response import CaveatOut
from mentormatch.contract.operation import SAMPLE_COHORT, Operation
from mentormatch.contract.requests import MatchRequest, Mention
from mentormatch.contract.response import Response, ResponsePart, Sentence, StatusCode, from_tuple
from mentormatch.fields import SIDES, Side
from mentormatch.operations.matching import Matching, match


class LossOut(ResponsePart):
    """The loss of a goal in its own unit: pairs, priority weights or millionths of score; negative for a gain."""

    goal: str
    loss: int


class MoveOut(ResponsePart):
    """A person whose partners would change: side, key, and the keys of the partners before and after."""

    side: Side
    person: str
    before: list[str]
    after: list[str]
    sentence: Sentence


Losses = list[Annotated[LossOut, from_tuple("goal", "loss")]]

type Most = Annotated[int, Setting(ge=1, le=1_000), BeforeValidator(whole)]


class AlternativesRequest(MatchRequest):
    """A ``match`` request, the key of a person, and the maximum number of other partners; null: all of them.

    ``side`` is the role of the person; null: a key that both sides have is that of a mentor.
    """

    person: Text
    most: Most | None = 10
    side: Side | None = None

    def mentions(self) -> Iterator[Mention]:
        yield from super().mentions()
        yield "$.person", (self.side,) if self.side else SIDES, self.person


class AlternativeOut(ResponsePart):
    """Another partner: their key, the loss of each goal, the people who would move, and a sentence."""

    partner: str
    reason: str
    losses: Losses
    moves: list[MoveOut]


class AlternativesResponse(Response):
    """The other partners that a person could have, smallest loss first.

    ``status`` and ``caveats`` are those of the matching: if nothing was compared, losses have no meaning.

    Partners that a rule forbids, or that no solution gives the person, are omitted: ``why-not`` states the reason.
    """

    status: StatusCode
    caveats: list[CaveatOut]
    person: str
    side: Side
    alternatives: list[AlternativeOut]

    @classmethod
    def of(cls, matching: Matching, person: str, most: int | None, side: Side | None = None) -> Self:
        """Build the response on the other partners of a person. Raises RequestError if the key is unknown."""
        alternatives = matching.alternatives(person, most, side=side)
        return super().of(matching, person=person, side=side or matching.side_of(person), alternatives=alternatives)


class Alternatives(Operation[AlternativesRequest, AlternativesResponse]):
    """The other possible partners of a person, and their prices."""

    kind = "alternatives"
    request_type = AlternativesRequest
    response_type = AlternativesResponse
    calls = (match, Matching.alternatives)
    sent = "what `match` was sent, `person`, `most`"
    told = "the other partners they could have, cheapest first"

    def answer(self, request: AlternativesRequest) -> AlternativesResponse:
        return AlternativesResponse.of(request.matching(), request.person, request.most, request.side)

    def example(self) -> dict[str, Any]:
        """Return a request for the other partners of a mentee."""
        return {**SAMPLE_COHORT, "person": "E02"}


class WhyNotRequest(MatchRequest):
    """A ``match`` request, and the keys of two people."""

    mentor: Text
    mentee: Text

    def mentions(self) -> Iterator[Mention]:
        yield from super().mentions()
        yield "$.mentor", ("mentor",), self.mentor
        yield "$.mentee", ("mentee",), self.mentee


class WhyNotResponse(Response):
    """The consequences of forcing a pair, as a sentence and as parts.

    ``losses`` are null if the pair is impossible, or there is no matching: ``rules`` are then the labels of the rules
    that forbid the pair, if any. ``moves`` are all people whose partners would change, the two of the pair first.
    ``status`` and ``caveats`` are those of the matching: if nothing was compared, losses have no meaning.
    """

    status: StatusCode
    caveats: list[CaveatOut]
    mentor: str
    mentee: str
    reason: str
    losses: Losses | None
    moves: list[MoveOut]
    rules: list[str]

    @classmethod
    def of(cls, matching: Matching, mentor: str, mentee: str) -> Self:
        """Build the response on forcing a pair. Raises RequestError if a key is unknown."""
        return super().of(matching.why_not(mentor, mentee), matching, mentor=mentor, mentee=mentee)


class WhyNotOperation(Operation[WhyNotRequest, WhyNotResponse]):
    """The reason why two people are not a pair, the price of forcing it, and the people who would move."""

    kind = "why-not"
    request_type = WhyNotRequest
    response_type = WhyNotResponse
    calls = (match, Matching.why_not)
    sent = "what `match` was sent, `mentor` and `mentee`"
    told = "what forcing that pair would cost, who would move, or which rules forbid it"

    def answer(self, request: WhyNotRequest) -> WhyNotResponse:
        return WhyNotResponse.of(request.matching(), request.mentor, request.mentee)

    def example(self) -> dict[str, Any]:
        return {**SAMPLE_COHORT, "mentor": "M02", "mentee": "E01"}
