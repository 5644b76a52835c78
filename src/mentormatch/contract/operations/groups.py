"""Operations ``groups`` (one partition of the members) and ``rotate`` (several rounds)."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import whole
from mentormatch.contract.group_response import GroupsResponse
from mentormatch.contract.member_requests import GroupsRequest
from mentormatch.contract.operation import MEMBERS, Operation
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
        """Return the groups."""
        return GroupsResponse.of(request.grouping(), request.seed)

    def example(self) -> dict[str, Any]:
        """Return four members, two of whom are to be in different groups, and two of whom met before."""
        return {**MEMBERS, "apart": [["C01", "C02"]], "past": [["C01", "C03"]]}


type Rounds = Annotated[int, Setting(ge=1, le=20), BeforeValidator(whole)]


class RotateRequest(GroupsRequest):
    """What ``groups`` was asked, and how many rounds there are."""

    rounds: Rounds = 2


class RotateResponse(Response):
    """The groups of every round, the first as they are formed; each round keeps the rules.

    ``repeats`` are the meetings of pairs beyond their first, ``bound`` what no rounds of groups of these sizes go
    below: where both are equal they are ``proved``. ``grouping`` and ``status`` are those of the first round; where
    there are no groups there are no rounds, and it says why.
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
        found = rotate(first, rounds) if first.groups else None
        return cls(
            status=first.status,
            grouping=GroupsResponse.of(first, seed),
            rounds=[[list(group) for group in each] for each in found.rounds] if found else [],
            repeats=found.repeats if found else 0,
            bound=found.bound if found else 0,
            proved=bool(found and found.proved),
            sentence=found.explanation if found else "",
        )


class Rotate(Operation[RotateRequest, RotateResponse]):
    """Groups for several rounds, in which as few people as can be meet again."""

    kind = "rotate"
    request_type = RotateRequest
    response_type = RotateResponse
    calls = (form_groups, rotate)
    sent = "what `groups` was sent, `rounds`"
    told = "groups for several rounds, as few people as can be meeting again"

    def answer(self, request: RotateRequest) -> RotateResponse:
        """Return the groups of every round."""
        return RotateResponse.of(request.grouping(), request.rounds, request.seed)

    def example(self) -> dict[str, Any]:
        """Return four members, who all meet once in three rounds."""
        return {**MEMBERS, "rounds": 3}
