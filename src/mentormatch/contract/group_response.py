"""Response models of groups: ``Grouping`` in, ``GroupsResponse`` out."""

from typing import Annotated, Self

from pydantic import AliasPath
from pydantic import Field as Setting

from mentormatch.assignment.verification.certificate import Verdict
from mentormatch.contract.match_response import RejectedOut, RemarkOut, TierOut
from mentormatch.contract.response import Response, ResponsePart, StatusCode, from_library, from_tuple
from mentormatch.groups.partition import Grouping


class GroupShareOut(ResponsePart):
    """One criterion in one group: ``points`` of ``full``, out of 100, the mean of its pairs.

    ``share`` is the sum over its pairs in millionths; ``answered`` the part of the pairs in which both answered.
    """

    criterion: str
    kind: str
    group: str | None
    points: float = Setting(validation_alias="mean_points")
    full: float = Setting(validation_alias="mean_full_points")
    share: int
    answered: float


class MetOut(ResponsePart):
    """Two people of a group who were in one before."""

    one: str
    other: str


class GroupOut(ResponsePart):
    """One group: who leads it (null: nobody), its members, and what its score is made of.

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
    """Somebody in no group: a stable code, and the reason."""

    person: str
    code: str
    reason: str


class GroupConflictOut(ResponsePart):
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
    that the same request gives the same groups everywhere. ``certificate``: what was checked without a solver, as
    ``verify`` says it of pairs; ``no_answer`` also where it is checked that no groups keep the rules. ``sentences`` say
    it in words, and what is worth a look.
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
