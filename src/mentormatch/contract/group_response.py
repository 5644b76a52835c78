"""What is told of groups as JSON; codes are stable, sentences in the language that is spoken."""

from typing import Annotated, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.assignment.verification.certificate import Verdict
from mentormatch.base.strict_json import JsonMessage
from mentormatch.contract.match_response import RejectedOut, RemarkOut, TierOut, rejected_out, remarks_out
from mentormatch.contract.response import Response
from mentormatch.groups.infeasibility import GroupConflict
from mentormatch.groups.partition import FormedGroup, Grouping, GroupShare
from mentormatch.groups.problem import pairs_in


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
    that the same request gives the same groups everywhere. ``certificate``: what was checked without a solver, as
    ``verify`` says it of pairs; ``no_answer`` also where it is checked that no groups keep the rules. ``sentences`` say
    it in words, and what is worth a look.
    """

    status: Annotated[Status, Setting(strict=False)]
    canonical: bool = False
    certificate: Annotated[Verdict, Setting(strict=False)] = Verdict.UNCERTIFIED
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
            certificate=grouping.certificate.verdict,
            programme=grouping.programme.name,
            seed=seed,
            engine=grouping.solution.engine,
            tiers=[TierOut(goal=tier.goal, value=tier.value, bound=tier.bound) for tier in grouping.tiers],
            gap=grouping.gap,
            groups=list(map(group_out, grouping.groups)),
            unplaced=[UnplacedOut(person=one.person, code=one.code, reason=one.reason) for one in grouping.unplaced],
            conflict=None if grouping.conflict is None else group_conflict_out(grouping.conflict),
            repeats=grouping.repeats,
            sentences=[*grouping.proof_sentences, *grouping.remarks],
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
