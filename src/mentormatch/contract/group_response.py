"""Response models of groups: ``Grouping`` -> ``GroupsResponse``."""

from typing import Annotated, Self

from pydantic import AliasPath
from pydantic import Field as Setting

from mentormatch.assignment.verification.certificate import Verdict
from mentormatch.contract.match_response import RejectedOut, RemarkOut, TierOut
from mentormatch.contract.response import Response, ResponsePart, StatusCode, from_library, from_tuple
from mentormatch.groups.partition import Grouping


class GroupShareOut(ResponsePart):
    """A criterion in a group: ``points`` of ``full``, out of 100, the mean over its pairs.

    ``share`` is the sum over the pairs in millionths; ``answered`` is the fraction of the pairs in which both people
    answered.
    """

    criterion: str
    kind: str
    group: str | None
    points: float = Setting(validation_alias="mean_points")
    full: float = Setting(validation_alias="mean_full_points")
    share: int
    answered: float


class MetOut(ResponsePart):
    """Two people of a group who were in a former group together."""

    one: str
    other: str


class GroupOut(ResponsePart):
    """A group: its facilitator (null: none), its members, and the contributions to its score.

    ``points`` is the mean score of two members out of 100, ``score`` the sum over all pairs of members in millionths.
    """

    number: int
    facilitator: Annotated[str | None, from_library(lambda key: key or None)]
    members: list[str]
    points: float
    score: int
    contributions: list[GroupShareOut]
    met: list[Annotated[MetOut, from_tuple("one", "other")]]


class UnplacedOut(ResponsePart):
    """A person in no group: a stable code, and the reason."""

    person: str
    code: str
    reason: str


class GroupConflictOut(ResponsePart):
    """The reason why some people have no place: a stable code, labels of rules, people, and ways out.

    With the code ``rules``, the conflict is irreducible if time allows: without any one of the rules, or of the people,
    the rest can be placed.
    """

    code: str
    reason: str
    rules: list[str]
    people: list[str]
    ways_out: list[str]


class GroupsResponse(Response):
    """The groups, the people without a group and the reasons, and the proof.

    ``repeats`` counts the pairs who meet again, once per former meeting. ``conflict`` is null if every member who
    takes part has a place, or if no reason was found within 15 seconds. ``canonical``: all goals are proved and ties
    are broken, so that the same request gives the same groups everywhere. ``certificate`` is the result of the check
    without a solver, as in ``verify``; ``no_answer`` is also given if the check shows that no groups satisfy the rules.
    ``sentences`` report the proof and remarks.
    """

    status: StatusCode
    canonical: bool = False
    certificate: Annotated[Verdict, Setting(strict=False)] = Setting(
        default=Verdict.UNCERTIFIED, validation_alias=AliasPath("certificate", "verdict")
    )
    programme: str = Setting(validation_alias=AliasPath("programme", "name"))
    seed: int
    engine: str = Setting(validation_alias=AliasPath("solution", "engine"))
    tiers: list[TierOut]
    gap: int | None
    groups: list[GroupOut]
    unplaced: list[UnplacedOut]
    conflict: GroupConflictOut | None
    repeats: int
    sentences: list[str]
    rejected: list[RejectedOut]
    remarks: list[RemarkOut] = Setting(validation_alias=AliasPath("cohort", "remarks"))

    @classmethod
    def of(cls, grouping: Grouping, seed: int) -> Self:
        """Build the response from a grouping."""
        return super().of(grouping, seed=seed, sentences=[*grouping.proof_sentences, *grouping.remarks])
