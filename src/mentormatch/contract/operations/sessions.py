"""Operations ``topics``, ``dates`` and ``turns`` of a working group."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import AliasPath
from pydantic import Field as Setting

from mentormatch.base.strict_json import Text
from mentormatch.contract.match_response import RejectedOut, RemarkOut, TierOut
from mentormatch.contract.member_requests import Keyed, MembersRequest, NumberIn, mentions_of_keys, spell_keys_as_cohort
from mentormatch.contract.operation import SAMPLE_MEMBERS, Operation
from mentormatch.contract.requests import Mention
from mentormatch.contract.response import Response, ResponsePart, StatusCode, from_library
from mentormatch.fields import SIDES
from mentormatch.groups.dates import Dates, choose_dates
from mentormatch.groups.inputs import session_name
from mentormatch.groups.result import worst_status
from mentormatch.groups.sessions import dates_of, require_sessions, topics_of, turns_of
from mentormatch.groups.topics import Topics, choose_topics
from mentormatch.groups.turns import Turns, schedule_turns
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme


class DateOut(ResponsePart):
    """A date of a session: its name in the programme, its start, and the number of respondents who can attend.

    ``start`` is a day or a local time in ISO 8601.
    """

    name: str
    start: Annotated[str, from_library(session_name)]
    attendance: int


def chosen_dates(dates: Dates) -> list[DateOut]:
    attended_dates = zip(dates.chosen, dates.attendance, strict=True)
    return [DateOut.of(date, attendance=attendance) for date, attendance in attended_dates]


class TopicsRequest(MembersRequest):
    """The members of a group, under a programme with a section ``sessions``.

    ``number`` replaces the number of topics in the programme. ``staff`` requests the wishes of each member, too.
    """

    number: NumberIn | None = None
    staff: bool = False


class ServedOut(ResponsePart):
    """Whether a requested topic of a member is chosen; ``code`` is ``served``, ``not_served`` or ``asked_nothing``."""

    member: str
    served: bool
    code: str


class WantedOut(ResponsePart):
    """The topics requested by a member, and the chosen ones among them; for staff only."""

    member: str
    asked: list[str]
    chosen: list[str]


class TopicsResponse(Response):
    """The topics in alphabetical order, and the members served.

    ``tiers`` are the goals: members served, proportional fairness (in parts of a common multiple), and total requests.
    ``enough`` is the number of topics that would serve every member with a request; null if that number is chosen, or
    unknown. ``requests`` are null unless ``staff`` is set.
    """

    status: StatusCode
    programme: str = Setting(validation_alias="name")
    seed: int
    sentences: list[str]
    tiers: list[TierOut]
    gap: int | None = Setting(validation_alias=AliasPath("solution", "gap"))
    topics: list[str] = Setting(validation_alias="chosen")
    members: list[ServedOut]
    enough: int | None
    requests: list[WantedOut] | None
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, found: Topics, cohort: Cohort, *, staff: bool) -> Self:
        """Build the response from a choice of topics."""
        return super().of(found, cohort, requests=found.requests if staff else None)


class TopicsOperation(Operation[TopicsRequest, TopicsResponse]):
    """The topics that serve the most members, then all members in proportion."""

    kind = "topics"
    request_type = TopicsRequest
    response_type = TopicsResponse
    calls = (choose_topics,)
    sent = "a programme with `[sessions]`, its members, `number`, `staff`"
    told = "the topics, who is served, and for the team who asked for what"

    def answer(self, request: TopicsRequest) -> TopicsResponse:
        cohort, programme = request.read()
        limit = request.time_limit_s
        topics = topics_of(cohort, programme, number=request.number, seed=request.seed, time_limit_s=limit)
        return TopicsResponse.of(topics, cohort, staff=request.staff)

    def example(self) -> dict[str, Any]:
        """Return a request with four members and their wishes for two topics."""
        return {**SAMPLE_MEMBERS, "staff": True}


class DatesRequest(MembersRequest):
    """The members of a group, under a programme with a section ``sessions`` that proposes dates.

    ``number`` replaces the number of sessions in the programme. ``staff`` requests the absences of each member, too.
    """

    number: NumberIn | None = None
    staff: bool = False


class SetAsideOut(ResponsePart):
    """A date without a session, and the reason."""

    name: str = Setting(validation_alias=AliasPath("moment", "name"))
    reason: str


class MissedOut(ResponsePart):
    """The sessions that a respondent misses; for staff only."""

    member: str
    missed: list[str] = Setting(validation_alias="names")


class DatesResponse(Response):
    """The dates, their attendance, and the excluded dates.

    ``tiers`` is one goal, ``total``: attendance times a weight, less twice the distance in days of each gap from the
    middle of its range; one attendance outweighs all gaps. ``most_missed`` is the largest number of sessions missed by
    one member. ``missed``, ``diagnosis`` (the reasons why there are no such dates, and remedies, in sentences that name
    people), ``silent`` (members without an answer) and ``unavailable`` (members who can attend none of the remaining
    dates) are null unless ``staff`` is set.
    """

    status: StatusCode
    programme: str = Setting(validation_alias="name")
    seed: int
    sentences: list[str]
    tiers: list[TierOut] = Setting(validation_alias=AliasPath("solution", "tiers"))
    gap: int | None = Setting(validation_alias=AliasPath("solution", "gap"))
    dates: list[DateOut]
    most_missed: int
    set_aside: list[SetAsideOut]
    missed: list[MissedOut] | None
    diagnosis: list[str] | None
    silent: list[str] | None
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]
    unavailable: list[str] | None = None

    @classmethod
    def of(cls, found: Dates, cohort: Cohort, *, staff: bool) -> Self:
        """Build the response from a choice of dates."""
        hidden = {} if staff else dict.fromkeys(("missed", "diagnosis", "silent", "unavailable"))
        return super().of(found, found.there, cohort, dates=chosen_dates(found), **hidden)


class DatesOperation(Operation[DatesRequest, DatesResponse]):
    """The dates with the highest attendance, sufficiently far apart, on no day off."""

    kind = "dates"
    request_type = DatesRequest
    response_type = DatesResponse
    calls = (choose_dates,)
    sent = "a programme with `[sessions]`, its members, `number`, `staff`"
    told = "the dates, how many can be there, what was set aside, and for the team who misses what"

    def answer(self, request: DatesRequest) -> DatesResponse:
        cohort, programme = request.read()
        limit = request.time_limit_s
        dates = dates_of(cohort, programme, number=request.number, seed=request.seed, time_limit_s=limit)
        return DatesResponse.of(dates, cohort, staff=request.staff)

    def example(self) -> dict[str, Any]:
        """Return a request with four members, including the absences of each."""
        return {**SAMPLE_MEMBERS, "staff": True}


type Names = Annotated[list[Text], Setting(min_length=1, max_length=1_000)]


class TurnsRequest(MembersRequest):
    """The participants, under a programme with a section ``sessions``.

    ``group`` are the keys of the members of one group; null: all participants. ``dates`` are names of dates of the
    programme, as in the response of ``dates``; null: the best dates, if the programme proposes some.
    """

    group: Keyed | None = None
    dates: Names | None = None

    def mentions(self) -> Iterator[Mention]:
        yield from mentions_of_keys("group", self.group or (), SIDES)

    def propose_dates(self, cohort: Cohort, programme: Programme) -> Dates | None:
        """Return the best dates if the request states none and the programme proposes some, else None."""
        if self.dates is not None or not require_sessions(programme).dates:
            return None
        return dates_of(cohort, programme, seed=self.seed, time_limit_s=self.time_limit_s)


class TurnOut(ResponsePart):
    """A turn: the session, the member, and the number of their turn, from 1.

    ``session`` is a date in ISO 8601, or a number from 1 if there are no dates.
    """

    session: str
    member: str
    round: int


class WithoutTurnOut(ResponsePart):
    """A member without a turn in a round: a stable code, and the reason."""

    member: str
    round: int
    code: str
    reason: str


class TurnsResponse(Response):
    """The presenter of each session, the members without a turn and the reasons, and ways to give all a turn.

    ``dates`` are the dates chosen; null if the request states them, or there are none. ``status`` is the worse of the
    statuses of the turns and of the dates.
    """

    status: StatusCode
    programme: str = Setting(validation_alias="name")
    seed: int
    sentences: list[str]
    dates: list[DateOut] | None
    turns: list[TurnOut]
    without: list[WithoutTurnOut]
    ways_out: list[str]
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, found: Turns, at: Dates | None, cohort: Cohort, seed: int) -> Self:
        """Build the response from turns and the dates chosen for them."""
        return super().of(
            found,
            cohort,
            status=worst_status([found.status, *([at.status] if at else [])]),
            seed=seed,
            sentences=[*(at.sentences if at else ()), *found.sentences],
            dates=None if at is None else chosen_dates(at),
        )


class TurnsOperation(Operation[TurnsRequest, TurnsResponse]):
    """The presenter of each session: every member once before any member twice, each when available."""

    kind = "turns"
    request_type = TurnsRequest
    response_type = TurnsResponse
    calls = (schedule_turns,)
    sent = "a programme with `[sessions]`, its members; the `group`, the `dates` where the team chose them"
    told = "who presents at which session, who has no turn and why"

    def answer(self, request: TurnsRequest) -> TurnsResponse:
        cohort, programme = request.read()
        dates = request.propose_dates(cohort, programme)
        group = None if request.group is None else spell_keys_as_cohort(cohort, request.group)
        dates_or_names = dates if request.dates is None else request.dates
        limit = request.time_limit_s
        turns = turns_of(cohort, programme, group, dates=dates_or_names, seed=request.seed, time_limit_s=limit)
        return TurnsResponse.of(turns, dates, cohort, request.seed)

    def example(self) -> dict[str, Any]:
        """Return a request with four members, one with an urgent topic, and two dates."""
        return {**SAMPLE_MEMBERS, "dates": ["13 octobre", "17 novembre"]}
