"""When a group meets: the operation ``dates``."""

from typing import Annotated, Any, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage
from mentormatch.contract.examples import MEMBERS
from mentormatch.contract.match_response import RejectedOut, RemarkOut, Response, TierOut, rejected_out, remarks_out
from mentormatch.contract.member_requests import MembersRequest, NumberIn
from mentormatch.contract.operation import Operation
from mentormatch.contract.session_dates import DateOut, dates_out
from mentormatch.groups.dates import Dates as Chosen
from mentormatch.groups.sessions import dates_of
from mentormatch.people.cohort import Cohort


class DatesRequest(MembersRequest):
    """A group, under a programme with a section ``sessions`` that proposes dates; all who answered are its members.

    ``number`` of sessions instead of that of the programme. ``staff`` asks for who misses what as well.
    """

    number: NumberIn | None = None
    staff: bool = False


class SetAsideOut(JsonMessage):
    """A date on which no session is held, and why."""

    name: str
    reason: str


class MissedOut(JsonMessage):
    """The sessions that one member misses, of those who answered; for the team alone."""

    member: str
    missed: list[str]


class DatesResponse(Response):
    """The dates, how many can be there, and which were set aside.

    ``tiers`` has attendance, above how far gaps are from the middle of their range. ``most_missed`` is how many
    sessions the member misses who misses the most. ``missed``, ``diagnosis`` (why there are no such dates, and what
    would do, in sentences that name people) and ``silent`` (who said nothing) are null unless ``staff`` was asked for.
    """

    status: Annotated[Status, Setting(strict=False)]
    programme: str
    seed: int
    sentences: list[str]
    tiers: list[TierOut]
    gap: int | None
    dates: list[DateOut]
    most_missed: int
    set_aside: list[SetAsideOut]
    missed: list[MissedOut] | None
    diagnosis: list[str] | None
    silent: list[str] | None
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, found: Chosen, cohort: Cohort, *, staff: bool) -> Self:
        """Return what a choice of dates says."""
        return cls(
            status=found.status,
            programme=found.name,
            seed=found.seed,
            sentences=list(found.sentences),
            tiers=[TierOut(goal=tier.goal, value=tier.value, bound=tier.bound) for tier in found.solution.tiers],
            gap=found.solution.gap,
            dates=dates_out(found),
            most_missed=found.most_missed,
            set_aside=[SetAsideOut(name=one.moment.name, reason=one.reason) for one in found.set_aside],
            missed=missed_out(found) if staff else None,
            diagnosis=list(found.diagnosis) if staff else None,
            silent=silent_in(found) if staff else None,
            rejected=rejected_out(cohort),
            remarks=remarks_out(cohort),
        )


class DatesOperation(Operation[DatesRequest, DatesResponse]):
    """The dates that the most can attend, far enough apart, on no day off."""

    kind = "dates"
    request_type = DatesRequest
    response_type = DatesResponse

    def answer(self, request: DatesRequest) -> DatesResponse:
        """Return the dates."""
        cohort, programme = request.read()
        limit = request.time_limit_s
        found = dates_of(cohort, programme, number=request.number, seed=request.seed, time_limit_s=limit)
        return DatesResponse.of(found, cohort, staff=request.staff)

    def example(self) -> dict[str, Any]:
        """Return four members, who say when they can come, and who misses what."""
        return {**MEMBERS, "staff": True}


def missed_out(found: Chosen) -> list[MissedOut]:
    """Return who misses what as the contract has it."""
    return [MissedOut(member=one.member, missed=list(one.names)) for one in found.missed]


def silent_in(found: Chosen) -> list[str]:
    """Return who did not say when they can come."""
    there = found.there
    return [member for member, known in zip(there.members, there.known.tolist(), strict=True) if not known]
