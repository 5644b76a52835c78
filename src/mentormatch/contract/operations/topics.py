"""What a group treats: the operation ``topics``."""

from typing import Annotated, Any, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage
from mentormatch.contract.examples import MEMBERS
from mentormatch.contract.match_response import RejectedOut, RemarkOut, Response, TierOut, rejected_out, remarks_out
from mentormatch.contract.member_requests import MembersRequest, NumberIn
from mentormatch.contract.operation import Operation
from mentormatch.groups.sessions import topics_of
from mentormatch.groups.topics import Topics as Chosen
from mentormatch.people.cohort import Cohort


class TopicsRequest(MembersRequest):
    """A group, under a programme with a section ``sessions``; all who answered are its members.

    ``number`` of topics instead of that of the programme. ``staff`` asks for who wanted what as well.
    """

    number: NumberIn | None = None
    staff: bool = False


class ServedOut(JsonMessage):
    """Whether one member gets a topic of theirs; ``code``: ``served``, ``not_served`` or ``asked_nothing``."""

    member: str
    served: bool
    code: str


class WantedOut(JsonMessage):
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

    status: Annotated[Status, Setting(strict=False)]
    programme: str
    seed: int
    sentences: list[str]
    tiers: list[TierOut]
    gap: int | None
    topics: list[str]
    members: list[ServedOut]
    enough: int | None
    requests: list[WantedOut] | None
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, found: Chosen, cohort: Cohort, *, staff: bool) -> Self:
        """Return what a choice of topics says."""
        return cls(
            status=found.status,
            programme=found.name,
            seed=found.seed,
            sentences=list(found.sentences),
            tiers=[TierOut(goal=tier.goal, value=tier.value, bound=tier.bound) for tier in found.tiers],
            gap=found.solution.gap,
            topics=list(found.chosen),
            members=[ServedOut(member=one.member, served=one.served, code=one.code) for one in found.members],
            enough=found.enough,
            requests=wanted_out(found) if staff else None,
            rejected=rejected_out(cohort),
            remarks=remarks_out(cohort),
        )


class TopicsOperation(Operation[TopicsRequest, TopicsResponse]):
    """The topics that serve the most members, then everybody in proportion."""

    kind = "topics"
    request_type = TopicsRequest
    response_type = TopicsResponse

    def answer(self, request: TopicsRequest) -> TopicsResponse:
        """Return the topics."""
        cohort, programme = request.read()
        limit = request.time_limit_s
        found = topics_of(cohort, programme, number=request.number, seed=request.seed, time_limit_s=limit)
        return TopicsResponse.of(found, cohort, staff=request.staff)

    def example(self) -> dict[str, Any]:
        """Return four members, who ask for topics of which two are treated."""
        return {**MEMBERS, "staff": True}


def wanted_out(found: Chosen) -> list[WantedOut]:
    """Return who asked for what as the contract has it."""
    return [WantedOut(member=one.member, asked=list(one.asked), chosen=list(one.chosen)) for one in found.requests]
