"""Operation ``recruit``: the answers of further mentors that place the most people."""

from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import whole
from mentormatch.contract.operation import COHORT, Operation
from mentormatch.contract.requests import MatchRequest
from mentormatch.contract.response import Points, Response, ResponsePart, StatusCode, from_tuple
from mentormatch.operations.matching import match
from mentormatch.operations.recruit import MAX_MENTORS, recruit


class RecruitRequest(MatchRequest):
    """What ``match`` was asked, and up to how many further mentors are thought of."""

    k: Annotated[int, Setting(ge=1, le=MAX_MENTORS), BeforeValidator(whole)] = 3


class PlanGainOut(ResponsePart):
    """What a plan is better by: mentees ``placed`` more, the ``people`` who had no partner and have one, and points."""

    status: StatusCode
    placed: int
    people: list[str]
    points: Points


class MentorTraitOut(ResponsePart):
    """One answer of a further mentor, as staff read it, and the points that it adds."""

    field: str
    answer: str
    points: Points


class MentorDescriptionOut(ResponsePart):
    """Who is looked for, to accompany ``mentees``: with the answers ``least`` that is possible, ``best`` is best.

    ``like`` is the mentor whose other answers are needed too, null: nobody.
    """

    mentees: list[str]
    least: list[MentorTraitOut]
    best: list[MentorTraitOut]
    like: str | None


class MorePlacesOut(ResponsePart):
    """So many more places with a mentor who is there."""

    mentor: str
    places: int


class RecruitOptionOut(ResponsePart):
    """What so many further mentors bring: in full, by the least alone, and as many more places of those who are there.

    ``by_places`` is null where more places bring nothing.
    """

    mentors: list[MentorDescriptionOut]
    gain: PlanGainOut
    least: PlanGainOut
    places: list[Annotated[MorePlacesOut, from_tuple("mentor", "places")]]
    by_places: PlanGainOut | None


class RecruitResponse(Response):
    """Whom to recruit next: one option for each number of further mentors; ``left`` have no partner today.

    ``tried`` answers were compared; ``unchecked`` rules are on names, to be asked of each person.
    """

    status: StatusCode
    left: int
    tried: int
    unchecked: list[str]
    options: list[RecruitOptionOut]
    sentences: list[str]


class Recruit(Operation[RecruitRequest, RecruitResponse]):
    """Which one, two or three further mentors would place most of those left without, proved by solving with them."""

    kind = "recruit"
    request_type = RecruitRequest
    response_type = RecruitResponse
    calls = (match, recruit)
    sent = "what `match` was sent, `k`"
    told = "whom to recruit next, by the few answers it takes, and which places would do instead"

    def answer(self, request: RecruitRequest) -> RecruitResponse:
        """Return whom to recruit."""
        return RecruitResponse.of(recruit(request.matching(), request.k, time_limit_s=request.time_limit_s))

    def example(self) -> dict[str, Any]:
        """Return the question of whom to look for first."""
        programme = COHORT["programme"]
        fields = {**programme["fields"], "skills": {**programme["fields"]["skills"], "question": "Transmission"}}
        return {**COHORT, "programme": {**programme, "fields": fields}, "k": 1}
