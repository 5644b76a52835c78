"""Operations ``groups`` (one partition of the members) and ``rotate`` (several rounds)."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import whole
from mentormatch.contract.group_response import GroupsResponse
from mentormatch.contract.member_requests import GroupsRequest
from mentormatch.contract.operation import SAMPLE_MEMBERS, Operation
from mentormatch.contract.response import Response, StatusCode
from mentormatch.groups.formation import form_groups
from mentormatch.groups.partition import Grouping
from mentormatch.groups.rotation import rotate


class GroupsOperation(Operation[GroupsRequest, GroupsResponse]):
    """The optimal groups, explained."""

    kind = "groups"
    request_type = GroupsRequest
    response_type = GroupsResponse
    calls = (form_groups,)
    sent = "a programme with `[groups]`, its members, `together`, `apart`, `past` groups"
    told = "the groups, explained, everybody else with a reason, and why not all have a place"

    def answer(self, request: GroupsRequest) -> GroupsResponse:
        return GroupsResponse.of(request.grouping(), request.seed)

    def example(self) -> dict[str, Any]:
        """Return a request with four members: two must be in different groups, and two met before."""
        return {**SAMPLE_MEMBERS, "apart": [["C01", "C02"]], "past": [["C01", "C03"]]}


type Rounds = Annotated[int, Setting(ge=1, le=20), BeforeValidator(whole)]


class RotateRequest(GroupsRequest):
    """A ``groups`` request, and the number of rounds."""

    rounds: Rounds = 2


class RotateResponse(Response):
    """The groups of each round, the first round as ``groups`` forms it; each round satisfies the rules.

    ``repeats`` counts the meetings of pairs after their first, and ``bound`` is a lower bound for groups of these
    sizes; they are ``proved`` optimal if both are equal. ``grouping`` and ``status`` are those of the first round. If
    there are no groups, there are no rounds, and ``grouping`` gives the reason.
    """

    status: StatusCode
    grouping: GroupsResponse
    rounds: list[list[list[str]]]
    repeats: int
    bound: int
    proved: bool
    sentence: str

    @classmethod
    def of(cls, first: Grouping, rounds: int, seed: int) -> Self:
        """Build the response from the groups of the first round, rotated over ``rounds`` rounds."""
        rotation = rotate(first, rounds) if first.groups else None
        return cls(
            status=first.status,
            grouping=GroupsResponse.of(first, seed),
            rounds=[[list(group) for group in groups] for groups in rotation.rounds] if rotation else [],
            repeats=rotation.repeats if rotation else 0,
            bound=rotation.bound if rotation else 0,
            proved=bool(rotation and rotation.proved),
            sentence=rotation.explanation if rotation else "",
        )


class Rotate(Operation[RotateRequest, RotateResponse]):
    """Groups for several rounds with as few repeated meetings as possible."""

    kind = "rotate"
    request_type = RotateRequest
    response_type = RotateResponse
    calls = (form_groups, rotate)
    sent = "what `groups` was sent, `rounds`"
    told = "groups for several rounds, as few people as can be meeting again"

    def answer(self, request: RotateRequest) -> RotateResponse:
        return RotateResponse.of(request.grouping(), request.rounds, request.seed)

    def example(self) -> dict[str, Any]:
        """Return a request with four members and three rounds, in which all pairs meet once."""
        return {**SAMPLE_MEMBERS, "rounds": 3}
