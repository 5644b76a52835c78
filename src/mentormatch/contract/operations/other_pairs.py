"""Operations ``alternatives`` (other partners of a person) and ``why-not`` (the cost of forcing a pair)."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import Text, whole
from mentormatch.contract.match_response import CaveatOut
from mentormatch.contract.operation import COHORT, Operation
from mentormatch.contract.requests import MatchRequest, Mention
from mentormatch.contract.response import Response, ResponsePart, Sentence, StatusCode, from_tuple
from mentormatch.fields import SIDES, Side
from mentormatch.operations.matching import Matching, match


class LossOut(ResponsePart):
    """What one goal would lose, in its own unit: pairs, priority weights, millionths of score; below 0 it would win."""

    goal: str
    loss: int


class MoveOut(ResponsePart):
    """Somebody whose partners would change: their side and key, the keys of their partners before and after."""

    side: Side
    person: str
    before: list[str]
    after: list[str]
    sentence: Sentence


Losses = list[Annotated[LossOut, from_tuple("goal", "loss")]]

type Most = Annotated[int, Setting(ge=1, le=1_000), BeforeValidator(whole)]


class AlternativesRequest(MatchRequest):
    """What ``match`` was asked, the key of somebody, and how many other partners to tell at most; null: all of them.

    ``side`` says in which role; null: a key that both sides have is taken as the mentor's.
    """

    person: Text
    most: Most | None = 10
    side: Side | None = None

    def mentions(self) -> Iterator[Mention]:
        """Yield the people named outside the lists of people."""
        yield from super().mentions()
        yield "$.person", (self.side,) if self.side else SIDES, self.person


class AlternativeOut(ResponsePart):
    """Another partner: their key, what each goal would lose, who would move, and that in a sentence."""

    partner: str
    reason: str
    losses: Losses
    moves: list[MoveOut]


class AlternativesResponse(Response):
    """The other partners whom somebody could have, the smallest loss first.

    ``status`` and ``caveats`` are those of the matching: where nothing was compared, no loss says anything.

    Partners whom a rule forbids them, or whom no answer gives them, are left out: ``why-not`` says why.
    """

    status: StatusCode
    caveats: list[CaveatOut]
    person: str
    side: Side
    alternatives: list[AlternativeOut]

    @classmethod
    def of(cls, matching: Matching, person: str, most: int | None, side: Side | None = None) -> Self:
        """Build the response on the other partners of a person. Raises RequestError if the key is unknown."""
        found = matching.alternatives(person, most, side=side)
        return super().of(matching, person=person, side=side or matching.side_of(person), alternatives=found)


class Alternatives(Operation[AlternativesRequest, AlternativesResponse]):
    """Whom else somebody could have had, and at what price."""

    kind = "alternatives"
    request_type = AlternativesRequest
    response_type = AlternativesResponse
    calls = (match, Matching.alternatives)
    sent = "what `match` was sent, `person`, `most`"
    told = "the other partners they could have, cheapest first"

    def answer(self, request: AlternativesRequest) -> AlternativesResponse:
        """Return the other partners, the cheapest first."""
        return AlternativesResponse.of(request.matching(), request.person, request.most, request.side)

    def example(self) -> dict[str, Any]:
        """Return the question of whom else a mentee could have had."""
        return {**COHORT, "person": "E02"}


class WhyNotRequest(MatchRequest):
    """What ``match`` was asked, and the keys of two people."""

    mentor: Text
    mentee: Text

    def mentions(self) -> Iterator[Mention]:
        """Yield the people named outside the lists of people."""
        yield from super().mentions()
        yield "$.mentor", ("mentor",), self.mentor
        yield "$.mentee", ("mentee",), self.mentee


class WhyNotResponse(Response):
    """What forcing a pair would mean, in a sentence and in parts.

    ``losses`` are null where the pair cannot be: ``rules`` are then those in its way, by what they are called.
    ``moves`` are all people whose partners would change, the two of the pair first. ``status`` and
    ``caveats`` are those of the matching: where nothing was compared, no price says anything.
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
    """Why two people are no pair, what it would cost to make them one, and who would move."""

    kind = "why-not"
    request_type = WhyNotRequest
    response_type = WhyNotResponse
    calls = (match, Matching.why_not)
    sent = "what `match` was sent, `mentor` and `mentee`"
    told = "what forcing that pair would cost, who would move, or which rules forbid it"

    def answer(self, request: WhyNotRequest) -> WhyNotResponse:
        """Return what forcing the pair would mean."""
        return WhyNotResponse.of(request.matching(), request.mentor, request.mentee)

    def example(self) -> dict[str, Any]:
        """Return the question of why two people are no pair."""
        return {**COHORT, "mentor": "M02", "mentee": "E01"}
