"""Operations ``access`` (equal access by watched answers) and ``incentives`` (gains from other answers)."""

from typing import Any

from pydantic import AliasPath
from pydantic import Field as Setting

from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.contract.operation import COHORT, Operation
from mentormatch.contract.requests import CohortRequest, MatchRequest, TimeLimit
from mentormatch.contract.response import Points, Response, ResponsePart, StatusCode
from mentormatch.fields import Side
from mentormatch.operations.access import access
from mentormatch.operations.incentives import incentives
from mentormatch.operations.matching import match
from mentormatch.people.changes import AnswerChange


class AccessRequest(MatchRequest):
    """What ``match`` was asked, of a programme that watches a question, and whether to tell prices."""

    prices: bool = True


class ProportionOut(JsonMessage):
    """So many ``of`` some people, and the exact interval of 95 % of that share, from 0 to 1."""

    count: int
    of: int
    low: float
    high: float


class QuotaPriceOut(ResponsePart):
    """What placing ``least`` of a group costs, in pairs and points; null where no answer does, or none was found."""

    least: int
    status: StatusCode
    pairs: int | None
    points: Points | None


class AccessGroupOut(ResponsePart):
    """The people who gave one of ``answers``, if ``silent`` also those who did not answer, and how they fared.

    Answers of few people are counted together, with those who did not answer if need be; such a group has no price.
    ``level`` is the probability of so great a difference to the ``others`` by chance, corrected for all answers.
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
    """A question, how many people of a side it is about, what can be said, and its groups, none where few answered."""

    field: str
    side: Side
    people: int
    sentences: list[str]
    groups: list[AccessGroupOut]


class AccessResponse(Response):
    """How people fared by what they answered to the questions that the programme watches; of five or more alone."""

    status: StatusCode = Setting(validation_alias=AliasPath("matching", "status"))
    questions: list[AccessQuestionOut]


class EqualAccess(Operation[AccessRequest, AccessResponse]):
    """Whether people could meet somebody, and were placed, whatever they answered to the questions that are watched."""

    kind = "access"
    request_type = AccessRequest
    response_type = AccessResponse
    calls = (match, access)
    sent = "people, `seed`, `time_limit_s`, `ties`, `prices`"
    told = "who was placed, by the answers to the questions that the programme watches"

    def answer(self, request: AccessRequest) -> AccessResponse:
        """Return how people fared."""
        return AccessResponse.of(access(request.matching(), prices=request.prices))

    def example(self) -> dict[str, Any]:
        """Return the question of whether mentees of either need fared alike."""
        programme = COHORT["programme"]
        fields = {**programme["fields"], "needs": {**programme["fields"]["needs"], "watch": True}}
        return {**COHORT, "programme": {**programme, "fields": fields}}


class IncentivesRequest(CohortRequest):
    """What ``match`` was asked; ``time_limit_s`` is for all that is tried."""

    seed: Whole = 0
    time_limit_s: TimeLimit = None


class IncentiveOut(ResponsePart):
    """A question that invites ``people`` of a side, each alone, to answer otherwise: in what ways, and what they gain.

    ``placed`` partners, or ``points``, are the most that one person gains. ``parts`` are what the criteria and rules
    are called that read it; ``closing`` is the smallest change of the programme that closes it, null: none found.
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
    """Which questions invite to answer otherwise, of so many ``tried`` answers of ``people_tried``, one at a time.

    Not ``complete``: time was up before all were tried.
    """

    people_tried: int = Setting(validation_alias="people")
    tried: int
    complete: bool
    incentives: list[IncentiveOut]
    sentences: list[str]


class AnswerIncentives(Operation[IncentivesRequest, IncentivesResponse]):
    """Whether anybody would gain by answering otherwise, which question invites it, and what closes it; never who."""

    kind = "incentives"
    request_type = IncentivesRequest
    response_type = IncentivesResponse
    calls = (incentives,)
    sent = "people, `seed`, `time_limit_s`"
    told = "which questions invite to answer otherwise, and what closes it; never who"

    def answer(self, request: IncentivesRequest) -> IncentivesResponse:
        """Return what invites to answer otherwise."""
        cohort, programme = request.read()
        limit = request.time_limit_s
        found = incentives(cohort, programme, seed=request.seed, time_limit_s=limit, **request.by_hand())
        return IncentivesResponse.of(found)

    def example(self) -> dict[str, Any]:
        """Return the question of whether it pays to answer otherwise."""
        return COHORT
