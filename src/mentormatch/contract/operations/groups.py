"""Groups of the members of a programme: the operation ``groups``."""

from typing import Any

from mentormatch.contract.examples import MEMBERS
from mentormatch.contract.group_response import GroupsResponse
from mentormatch.contract.member_requests import GroupsRequest
from mentormatch.contract.operation import Operation


class GroupsOperation(Operation[GroupsRequest, GroupsResponse]):
    """The optimal groups, explained."""

    kind = "groups"
    request_type = GroupsRequest
    response_type = GroupsResponse

    def answer(self, request: GroupsRequest) -> GroupsResponse:
        """Return the groups."""
        return GroupsResponse.of(request.grouping(), request.seed)

    def example(self) -> dict[str, Any]:
        """Return four members, two of whom are to be in different groups, and two of whom met before."""
        return {**MEMBERS, "apart": [["C01", "C02"]], "past": [["C01", "C03"]]}
