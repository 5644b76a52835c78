"""Operations ``topics``, ``dates`` and ``turns`` of a working group."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import AliasPath
from pydantic import Field as Setting

from mentormatch.base.strict_json import Text
from mentormatch.contract.match_response import RejectedOut, RemarkOut, TierOut
from mentormatch.contract.member_requests import Keyed, MembersRequest, NumberIn, as_known, mentions_of_keys
from mentormatch.contract.operation import MEMBERS, Operation
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
    """A date of a session: its name in the programme, when it begins, and how many of those who answered can be there.

    ``start`` is written as ISO 8601 does, by the clock of the place: a day, or a moment.
    """

    name: str
    start: Annotated[str, from_library(session_name)]
    attendance: int


def chosen_dates(dates: Dates) -> list[DateOut]:
    """Return the dates chosen, each with its attendance."""
    chosen = zip(dates.chosen, dates.attendance, strict=True)
    return [DateOut.of(date, attendance=attendance) for date, attendance in chosen]


class TopicsRequest(MembersRequest):
    """A group, under a programme with a section ``sessions``; all who answered are its members.

    ``number`` of topics instead of that of the programme. ``staff`` asks for who wanted what as well.
    """

    number: NumberIn | None = None
    staff: bool = False


class ServedOut(ResponsePart):
    """Whether one member gets a topic of theirs; ``code``: ``served``, ``not_served`` or ``asked_nothing``."""

    member: str
    served: bool
    code: str


class WantedOut(ResponsePart):
    """What one member asked for and what of it is chosen; for the team alone."""

    member: str
    asked: list[str]
    chosen: list[str]


class TopicsResponse(Response):
    """The topics, in the order of the alphabet, and who is served.

    ``tiers`` are the goals: members served, everybody in proportion (in parts of a common multiple), the most asked
    for. ``enough``: how many topics would serve everybody who asked; null where so many are chosen, or it is not known.
    ``requests`` are null unless ``staff`` was asked for.
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
    """The topics that serve the most members, then everybody in proportion."""

    kind = "topics"
    request_type = TopicsRequest
    response_type = TopicsResponse
    calls = (choose_topics,)
    sent = "a programme with `[sessions]`, its members, `number`, `staff`"
    told = "the topics, who is served, and for the team who asked for what"

    def answer(self, request: TopicsRequest) -> TopicsResponse:
        """Return the topics."""
        cohort, programme = request.read()
        limit = request.time_limit_s
        found = topics_of(cohort, programme, number=request.number, seed=request.seed, time_limit_s=limit)
        return TopicsResponse.of(found, cohort, staff=request.staff)

    def example(self) -> dict[str, Any]:
        """Return four members, who ask for topics of which two are treated."""
        return {**MEMBERS, "staff": True}


class DatesRequest(MembersRequest):
    """A group, under a programme with a section ``sessions`` that proposes dates; all who answered are its members.

    ``number`` of sessions instead of that of the programme. ``staff`` asks for who misses what as well.
    """

    number: NumberIn | None = None
    staff: bool = False


class SetAsideOut(ResponsePart):
    """A date on which no session is held, and why."""

    name: str = Setting(validation_alias=AliasPath("moment", "name"))
    reason: str


class MissedOut(ResponsePart):
    """The sessions that one member misses, of those who answered; for the team alone."""

    member: str
    missed: list[str] = Setting(validation_alias="names")


class DatesResponse(Response):
    """The dates, how many can be there, and which were set aside.

    ``tiers`` has attendance, above how far gaps are from the middle of their range. ``most_missed`` is how many
    sessions the member misses who misses the most. ``missed``, ``diagnosis`` (why there are no such dates, and what
    would do, in sentences that name people), ``silent`` (who said nothing) and ``unavailable`` (who can come on none of
    the dates that remain) are null unless ``staff`` was asked for.
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
    """The dates that the most can attend, far enough apart, on no day off."""

    kind = "dates"
    request_type = DatesRequest
    response_type = DatesResponse
    calls = (choose_dates,)
    sent = "a programme with `[sessions]`, its members, `number`, `staff`"
    told = "the dates, how many can be there, what was set aside, and for the team who misses what"

    def answer(self, request: DatesRequest) -> DatesResponse:
        """Return the dates."""
        cohort, programme = request.read()
        limit = request.time_limit_s
        found = dates_of(cohort, programme, number=request.number, seed=request.seed, time_limit_s=limit)
        return DatesResponse.of(found, cohort, staff=request.staff)

    def example(self) -> dict[str, Any]:
        """Return four members, who say when they can come, and who misses what."""
        return {**MEMBERS, "staff": True}


type Names = Annotated[list[Text], Setting(min_length=1, max_length=1_000)]


class TurnsRequest(MembersRequest):
    """Those who answered, under a programme with a section ``sessions``.

    ``group`` are the keys of the members of one group; null: everybody. ``dates`` are those of the programme's dates
    at which the sessions are, by their names, as ``dates`` answers them; null: the best, where the programme proposes
    some.
    """

    group: Keyed | None = None
    dates: Names | None = None

    def mentions(self) -> Iterator[Mention]:
        """Yield the people named outside the lists of people."""
        yield from mentions_of_keys("group", self.group or (), SIDES)

    def propose_dates(self, cohort: Cohort, programme: Programme) -> Dates | None:
        """Return the best dates if the request states none and the programme proposes some, else None."""
        if self.dates is not None or not require_sessions(programme).dates:
            return None
        return dates_of(cohort, programme, seed=self.seed, time_limit_s=self.time_limit_s)


class TurnOut(ResponsePart):
    """One case: the session, whose it is, and which turn of theirs it is, from 1.

    ``session`` is a date as ISO 8601 writes it, or a number from 1 where there are no dates.
    """

    session: str
    member: str
    round: int


class WithoutTurnOut(ResponsePart):
    """Somebody without a turn in a round: a stable code, and the reason."""

    member: str
    round: int
    code: str
    reason: str


class TurnsResponse(Response):
    """Who presents at which session; everybody without a turn, and why; what would give everybody one.

    ``dates`` are those that were chosen, null where they were asked for, or there are none; ``status`` is the worse of
    that of the turns and of theirs.
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
    """Who presents at which session: everybody once before anybody twice, each when they can."""

    kind = "turns"
    request_type = TurnsRequest
    response_type = TurnsResponse
    calls = (schedule_turns,)
    sent = "a programme with `[sessions]`, its members; the `group`, the `dates` where the team chose them"
    told = "who presents at which session, who has no turn and why"

    def answer(self, request: TurnsRequest) -> TurnsResponse:
        """Return the turns."""
        cohort, programme = request.read()
        at = request.propose_dates(cohort, programme)
        group = None if request.group is None else as_known(cohort, request.group)
        held = at if request.dates is None else request.dates
        limit = request.time_limit_s
        found = turns_of(cohort, programme, group, dates=held, seed=request.seed, time_limit_s=limit)
        return TurnsResponse.of(found, at, cohort, request.seed)

    def example(self) -> dict[str, Any]:
        """Return four members, one of whom cannot wait, at two dates that were chosen."""
        return {**MEMBERS, "dates": ["13 octobre", "17 novembre"]}
