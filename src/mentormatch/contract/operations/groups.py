"""Groups of the members of a programme: the operations ``groups`` and ``rotate``.

Codes are stable, sentences are in the language that is spoken.
"""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, whole
from mentormatch.contract.examples import MEMBERS
from mentormatch.contract.match_response import RejectedOut, RemarkOut, Response, TierOut, rejected_out, remarks_out
from mentormatch.contract.member_requests import GroupsRequest
from mentormatch.contract.operation import Operation
from mentormatch.groups.infeasibility import GroupConflict
from mentormatch.groups.partition import FormedGroup, Grouping, GroupShare
from mentormatch.groups.problem import pairs_in
from mentormatch.groups.rotation import rotate


class GroupShareOut(JsonMessage):
    """One criterion in one group: ``points`` of ``full``, out of 100, the mean of its pairs.

    ``share`` is the sum over its pairs in millionths; ``answered`` the part of the pairs in which both answered.
    """

    criterion: str
    kind: str
    group: str | None
    points: float
    full: float
    share: int
    answered: float


class MetOut(JsonMessage):
    """Two people of a group who were in one before."""

    one: str
    other: str


class GroupOut(JsonMessage):
    """One group: who leads it (null: nobody), its members, and what its score is made of.

    ``points`` is the mean score of two members out of 100, ``score`` the sum over all pairs of members in millionths.
    """

    number: int
    facilitator: str | None
    members: list[str]
    points: float
    score: int
    contributions: list[GroupShareOut]
    met: list[MetOut]


class UnplacedOut(JsonMessage):
    """Somebody in no group: a stable code, and the reason."""

    person: str
    code: str
    reason: str


class GroupConflictOut(JsonMessage):
    """Why not everybody can be placed: a stable code, the rules (as they are called) and people in it, ways out.

    Without any one of the rules, or of the people, the rest can be placed.
    """

    code: str
    reason: str
    rules: list[str]
    people: list[str]
    ways_out: list[str]


class GroupsResponse(Response):
    """The groups, everybody else with a reason, and what is known of the answer.

    ``repeats`` counts the pairs who meet again, once for each former meeting. ``conflict`` is null where everybody has
    a place, or no reason was found within a quarter of a minute. ``canonical``: all is proved and ties are settled, so
    that the same request gives the same groups everywhere. ``sentences`` say what is worth a look.
    """

    status: Annotated[Status, Setting(strict=False)]
    canonical: bool = False
    programme: str
    seed: int
    engine: str
    tiers: list[TierOut]
    gap: int | None
    groups: list[GroupOut]
    unplaced: list[UnplacedOut]
    conflict: GroupConflictOut | None
    repeats: int
    sentences: list[str]
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, grouping: Grouping, seed: int) -> Self:
        """Return what a grouping says."""
        return cls(
            status=grouping.status,
            canonical=grouping.status is Status.PROVED and grouping.settled,
            programme=grouping.programme.name,
            seed=seed,
            engine=grouping.solution.engine,
            tiers=[TierOut(goal=tier.goal, value=tier.value, bound=tier.bound) for tier in grouping.tiers],
            gap=grouping.gap,
            groups=list(map(group_out, grouping.groups)),
            unplaced=[UnplacedOut(person=one.person, code=one.code, reason=one.reason) for one in grouping.unplaced],
            conflict=None if grouping.conflict is None else group_conflict_out(grouping.conflict),
            repeats=grouping.repeats,
            sentences=list(grouping.remarks),
            rejected=rejected_out(grouping.cohort),
            remarks=remarks_out(grouping.cohort),
        )


def group_out(group: FormedGroup) -> GroupOut:
    """Return one group as the contract has it."""
    pairs = max(pairs_in(len(group.members)), 1)
    return GroupOut(
        number=group.number,
        facilitator=group.facilitator or None,
        members=list(group.members),
        points=group.points,
        score=group.score,
        contributions=[share_out(share, pairs) for share in group.contributions],
        met=[MetOut(one=one, other=other) for one, other in group.met],
    )


def share_out(share: GroupShare, pairs: int) -> GroupShareOut:
    """Return one criterion in a group of so many pairs as the contract has it."""
    return GroupShareOut(
        criterion=share.criterion,
        kind=share.kind,
        group=share.group,
        points=share.share / 10_000 / pairs,
        full=share.full / 10_000 / pairs,
        share=share.share,
        answered=share.answered,
    )


def group_conflict_out(conflict: GroupConflict) -> GroupConflictOut:
    """Return why not everybody can be placed as the contract has it."""
    return GroupConflictOut(
        code=conflict.code,
        reason=conflict.reason,
        rules=list(conflict.rules),
        people=list(conflict.people),
        ways_out=list(conflict.ways_out),
    )


class GroupsOperation(Operation[GroupsRequest, GroupsResponse]):
    """The optimal groups, explained."""

    kind = "groups"
    asked = GroupsRequest
    told = GroupsResponse

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

    status: Annotated[Status, Setting(strict=False)]
    grouping: GroupsResponse
    rounds: list[list[list[str]]]
    repeats: int
    bound: int
    proved: bool
    sentence: str

    @classmethod
    def of(cls, first: Grouping, rounds: int, seed: int) -> Self:
        """Return what a rotation of so many rounds says, from the groups of the first."""
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
    asked = RotateRequest
    told = RotateResponse

    def answer(self, request: RotateRequest) -> RotateResponse:
        """Return the groups of every round."""
        return RotateResponse.of(request.grouping(), request.rounds, request.seed)

    def example(self) -> dict[str, Any]:
        """Return four members, who all meet once in three rounds."""
        return {**MEMBERS, "rounds": 3}
