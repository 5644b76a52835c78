"""Operation ``recruit``: the answers of further mentors that place the most people."""

from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import whole
from mentormatch.contract.operation import SAMPLE_COHORT, Operation
from mentormatch.contract.requests import MatchRequest
from mentormatch.contract.response import Points, Response, ResponsePart, StatusCode, from_tuple
from mentormatch.operations.matching import match
from mentormatch.operations.recruit import MAX_MENTORS, recruit


class RecruitRequest(MatchRequest):
    """A ``match`` request, and the maximum number of additional mentors considered."""

    k: Annotated[int, Setting(ge=1, le=MAX_MENTORS), BeforeValidator(whole)] = 3


class PlanGainOut(ResponsePart):
    """The gain of a plan: mentees ``placed`` in addition, the ``people`` who now have a partner, and points."""

    status: StatusCode
    placed: int
    people: list[str]
    points: Points


class MentorTraitOut(ResponsePart):
    """An answer of an additional mentor, as shown to staff, and the points gained by it."""

    field: str
    answer: str
    points: Points


class MentorDescriptionOut(ResponsePart):
    """An additional mentor for ``mentees``: ``least`` are the answers required, ``best`` the answers with most points.

    ``like`` is the mentor whose other answers are required too, if any.
    """

    mentees: list[str]
    least: list[MentorTraitOut]
    best: list[MentorTraitOut]
    like: str | None


class MorePlacesOut(ResponsePart):
    """Additional places with a current mentor."""

    mentor: str
    places: int


class RecruitOptionOut(ResponsePart):
    """The gain from additional mentors: with the best answers, with the required ones, and from as many places.

    ``places`` are additional places of current mentors. ``by_places`` is null if they bring nothing.
    """

    mentors: list[MentorDescriptionOut]
    gain: PlanGainOut
    least: PlanGainOut
    places: list[Annotated[MorePlacesOut, from_tuple("mentor", "places")]]
    by_places: PlanGainOut | None


class RecruitResponse(Response):
    """The mentors to recruit: one option per number of additional mentors; ``left`` people have no partner today.

    ``tried`` answers were compared; ``unchecked`` rules concern names and must be checked per person.
    """

    status: StatusCode
    left: int
    tried: int
    unchecked: list[str]
    options: list[RecruitOptionOut]
    sentences: list[str]


class Recruit(Operation[RecruitRequest, RecruitResponse]):
    """The additional mentors, up to ``k``, who would place most people; each gain is that of a plan with them."""

    kind = "recruit"
    request_type = RecruitRequest
    response_type = RecruitResponse
    calls = (match, recruit)
    sent = "what `match` was sent, `k`"
    told = "whom to recruit next, by the few answers it takes, and which places would do instead"

    def answer(self, request: RecruitRequest) -> RecruitResponse:
        return RecruitResponse.of(recruit(request.matching(), request.k, time_limit_s=request.time_limit_s))

    def example(self) -> dict[str, Any]:
        programme = SAMPLE_COHORT["programme"]
        fields = {**programme["fields"], "skills": {**programme["fields"]["skills"], "question": "Transmission"}}
        return {**SAMPLE_COHORT, "programme": {**programme, "fields": fields}, "k": 1}
