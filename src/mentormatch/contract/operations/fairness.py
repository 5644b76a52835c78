"""Operations ``access`` (equal access by watched answers) and ``incentives`` (gains from other answers)."""

from typing import Any

from pydantic import AliasPath
from pydantic import Field as Setting

from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.contract.operation import SAMPLE_COHORT, Operation
from mentormatch.contract.requests import CohortRequest, MatchRequest, TimeLimit
from mentormatch.contract.response import Points, Response, ResponsePart, StatusCode
from mentormatch.fields import Side
from mentormatch.operations.access import access
from mentormatch.operations.incentives import incentives
from mentormatch.operations.matching import match
from mentormatch.people.changes import AnswerChange


class AccessRequest(MatchRequest):
    """A ``match`` request under a programme that watches a question; ``prices``: whether prices are computed."""

    prices: bool = True


class ProportionOut(JsonMessage):
    """A ``count`` out of ``of`` people, and the exact 95 % interval of that share, in [0, 1]."""

    count: int
    of: int
    low: float
    high: float


class QuotaPriceOut(ResponsePart):
    """The price, in pairs and points, of placing ``least`` people of a group; null if no solution was found."""

    least: int
    status: StatusCode
    pairs: int | None
    points: Points | None


class AccessGroupOut(ResponsePart):
    """The people who gave one of ``answers``, and their results; ``silent``: including people without an answer.

    Answers of few people are merged, with missing answers if needed; such a group has no price, nor has one placed at
    least as often as the ``others``, or any of a side where people have several places. ``level`` is the probability of
    a difference of this size from the ``others`` by chance, corrected for all answers.
    """

    answers: list[str]
    met: ProportionOut
    placed: ProportionOut
    others: ProportionOut
    points: Points | None
    wished: ProportionOut | None
    level: float
    price: QuotaPriceOut | None
    silent: bool = False


class AccessQuestionOut(ResponsePart):
    """A question, the number of people that it concerns, and its groups; none unless two can be shown."""

    field: str
    side: Side
    people: int
    sentences: list[str]
    groups: list[AccessGroupOut]


class AccessResponse(Response):
    """The results of people by their answers to watched questions, for groups of at least five."""

    status: StatusCode = Setting(validation_alias=AliasPath("matching", "status"))
    questions: list[AccessQuestionOut]


class EqualAccess(Operation[AccessRequest, AccessResponse]):
    """The possible partners and placements of people by their answers to watched questions."""

    kind = "access"
    request_type = AccessRequest
    response_type = AccessResponse
    calls = (match, access)
    sent = "people, `seed`, `time_limit_s`, `ties`, `prices`"
    told = "who was placed, by the answers to the questions that the programme watches"

    def answer(self, request: AccessRequest) -> AccessResponse:
        return AccessResponse.of(access(request.matching(), prices=request.prices))

    def example(self) -> dict[str, Any]:
        """Return a request that compares mentees by their needs."""
        programme = SAMPLE_COHORT["programme"]
        fields = {**programme["fields"], "needs": {**programme["fields"]["needs"], "watch": True}}
        return {**SAMPLE_COHORT, "programme": {**programme, "fields": fields}}


class IncentivesRequest(CohortRequest):
    """A request for gains from other answers; ``time_limit_s`` limits all trials together."""

    seed: Whole = 0
    time_limit_s: TimeLimit = None


class IncentiveOut(ResponsePart):
    """A question that rewards ``people`` of a side, each on their own, for changing their answer.

    ``placed`` partners, or ``points``, are the largest gain of one person. ``parts`` are the labels of the criteria and
    rules that read the question; ``closing`` is the smallest change of the programme that removes the gain, null if
    none was found.
    """

    field: str
    side: Side
    people: int
    changes: list[AnswerChange]
    placed: int
    points: Points
    parts: list[str]
    closing: str | None
    sentence: str


class IncentivesResponse(Response):
    """The questions with incentives, from ``tried`` answers of ``people_tried``, changed one at a time.

    ``complete`` is false if the time limit ended the trials early.
    """

    people_tried: int = Setting(validation_alias="people")
    tried: int
    complete: bool
    incentives: list[IncentiveOut]
    sentences: list[str]


class AnswerIncentives(Operation[IncentivesRequest, IncentivesResponse]):
    """The questions that reward people for changing their answer, and changes that prevent it; never names."""

    kind = "incentives"
    request_type = IncentivesRequest
    response_type = IncentivesResponse
    calls = (incentives,)
    sent = "people, `seed`, `time_limit_s`"
    told = "which questions invite to answer otherwise, and what closes it; never who"

    def answer(self, request: IncentivesRequest) -> IncentivesResponse:
        cohort, programme = request.read()
        limit = request.time_limit_s
        findings = incentives(cohort, programme, seed=request.seed, time_limit_s=limit, **request.by_hand())
        return IncentivesResponse.of(findings)

    def example(self) -> dict[str, Any]:
        return SAMPLE_COHORT
