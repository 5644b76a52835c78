"""Who presents at which session: the operation ``turns``."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, Text
from mentormatch.contract.examples import MEMBERS
from mentormatch.contract.match_response import RejectedOut, RemarkOut, Response, rejected_out, remarks_out
from mentormatch.contract.member_requests import Keyed, MembersRequest, as_known, mentions_of_keys
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import Mention
from mentormatch.contract.session_dates import DateOut, dates_out
from mentormatch.fields import SIDES
from mentormatch.groups.dates import Dates
from mentormatch.groups.result import worst_status
from mentormatch.groups.sessions import dates_of, require_sessions, turns_of
from mentormatch.groups.turns import Turns as Scheduled
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme

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
        """Yield everybody whom the request names beside its people."""
        yield from mentions_of_keys("group", self.group or (), SIDES)

    def propose_dates(self, cohort: Cohort, programme: Programme) -> Dates | None:
        """Return the best dates, where none are asked for and the programme proposes some."""
        if self.dates is not None or not require_sessions(programme).dates:
            return None
        return dates_of(cohort, programme, seed=self.seed, time_limit_s=self.time_limit_s)


class TurnOut(JsonMessage):
    """One case: the session, whose it is, and which turn of theirs it is, from 1.

    ``session`` is a date as ISO 8601 writes it, or a number from 1 where there are no dates.
    """

    session: str
    member: str
    round: int


class WithoutTurnOut(JsonMessage):
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

    status: Annotated[Status, Setting(strict=False)]
    programme: str
    seed: int
    sentences: list[str]
    dates: list[DateOut] | None
    turns: list[TurnOut]
    without: list[WithoutTurnOut]
    ways_out: list[str]
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, found: Scheduled, at: Dates | None, cohort: Cohort, seed: int) -> Self:
        """Return what turns say, at dates that were chosen for them."""
        return cls(
            status=worst_status([found.status, *([at.status] if at else [])]),
            programme=found.name,
            seed=seed,
            sentences=[*(at.sentences if at else ()), *found.sentences],
            dates=None if at is None else dates_out(at),
            turns=[TurnOut(session=one.session, member=one.member, round=one.round) for one in found.turns],
            without=without_out(found),
            ways_out=list(found.ways_out),
            rejected=rejected_out(cohort),
            remarks=remarks_out(cohort),
        )


class TurnsOperation(Operation[TurnsRequest, TurnsResponse]):
    """Who presents at which session: everybody once before anybody twice, each when they can."""

    kind = "turns"
    request_type = TurnsRequest
    response_type = TurnsResponse

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


def without_out(found: Scheduled) -> list[WithoutTurnOut]:
    """Return everybody without a turn as the contract has them."""
    return [
        WithoutTurnOut(member=one.member, round=one.round, code=one.code, reason=one.reason) for one in found.without
    ]
