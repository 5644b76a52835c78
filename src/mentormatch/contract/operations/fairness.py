"""The operations on fairness: equal access by watched answers, and whether answering otherwise gains anything.

Whether people had equal access, by what they answered to watched questions: the operation ``access``.

Whether anybody gains by answering otherwise, and never who: the operation ``incentives``.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.contract.match_response import Response
from mentormatch.contract.operation import COHORT, Operation
from mentormatch.contract.requests import CohortRequest, MatchRequest, TimeLimit
from mentormatch.fields import Side
from mentormatch.operations.access import Access, AccessGroup, AccessQuestion, ProportionEstimate, QuotaPrice, access
from mentormatch.operations.incentives import Incentive, Incentives, incentives
from mentormatch.operations.matching import match
from mentormatch.people.changes import AnswerChange


class AccessRequest(MatchRequest):
    """What ``match`` was asked, of a programme that watches a question, and whether to tell prices."""

    prices: bool = True


class ProportionOut(JsonMessage):
    """So many ``of`` some people, and the exact interval of 95 % of that share, from 0 to 1."""

    count: int
    of: int
    low: float
    high: float


class QuotaPriceOut(JsonMessage):
    """What placing ``least`` of a group costs, in pairs and points; null where no answer does, or none was found."""

    least: int
    status: Annotated[Status, Setting(strict=False)]
    pairs: int | None
    points: float | None


class AccessGroupOut(JsonMessage):
    """The people who gave one of ``answers``, if ``silent`` also those who did not answer, and how they fared.

    Answers of few people are counted together, with those who did not answer if need be; such a group has no price.
    ``level`` is the probability of so great a difference to the ``others`` by chance, corrected for all answers.
    """

    answers: list[str]
    met: ProportionOut
    placed: ProportionOut
    others: ProportionOut
    points: float | None
    wished: ProportionOut | None
    level: float
    price: QuotaPriceOut | None
    silent: bool = False


class AccessQuestionOut(JsonMessage):
    """A question, how many people of a side it is about, what can be said, and its groups, none where few answered."""

    field: str
    side: Side
    people: int
    sentences: list[str]
    groups: list[AccessGroupOut]


class AccessResponse(Response):
    """How people fared by what they answered to the questions that the programme watches; of five or more alone."""

    status: Annotated[Status, Setting(strict=False)]
    questions: list[AccessQuestionOut]

    @classmethod
    def of(cls, found: Access) -> Self:
        """Return what is known of equal access."""
        return cls(status=found.matching.status, questions=questions_out(found.questions))


class EqualAccess(Operation[AccessRequest, AccessResponse]):
    """Whether people could meet somebody, and were placed, whatever they answered to the questions that are watched."""

    kind = "access"
    request_type = AccessRequest
    response_type = AccessResponse
    calls = (match, access)
    sent = "people, `seed`, `time_limit_s`, `ties`, `prices`"
    told = "who was placed, by the answers to the questions that the programme watches"

    def answer(self, request: AccessRequest) -> AccessResponse:
        """Return how people fared."""
        return AccessResponse.of(access(request.matching(), prices=request.prices))

    def example(self) -> dict[str, Any]:
        """Return the question of whether mentees of either need fared alike."""
        programme = COHORT["programme"]
        fields = {**programme["fields"], "needs": {**programme["fields"]["needs"], "watch": True}}
        return {**COHORT, "programme": {**programme, "fields": fields}}


def questions_out(questions: Iterable[AccessQuestion]) -> list[AccessQuestionOut]:
    """Return watched questions as the contract has them."""
    return [
        AccessQuestionOut(
            field=one.field,
            side=one.side,
            people=one.people,
            sentences=list(one.sentences),
            groups=list(map(group_out, one.groups)),
        )
        for one in questions
    ]


def group_out(group: AccessGroup) -> AccessGroupOut:
    """Return a group as the contract has it."""
    return AccessGroupOut(
        answers=list(group.answers),
        met=proportion_out(group.met),
        placed=proportion_out(group.placed),
        others=proportion_out(group.others),
        points=None if group.points is None else group.points / 10_000,
        wished=None if group.wished is None else proportion_out(group.wished),
        level=group.level,
        price=None if group.price is None else price_out(group.price),
        silent=group.silent,
    )


def proportion_out(one: ProportionEstimate) -> ProportionOut:
    """Return a proportion as the contract has it."""
    return ProportionOut(count=one.count, of=one.of, low=one.low, high=one.high)


def price_out(one: QuotaPrice) -> QuotaPriceOut:
    """Return the price of a quota as the contract has it."""
    points = None if one.points is None else one.points / 10_000
    return QuotaPriceOut(least=one.least, status=one.status, pairs=one.pairs, points=points)


class IncentivesRequest(CohortRequest):
    """What ``match`` was asked; ``time_limit_s`` is for all that is tried."""

    seed: Whole = 0
    time_limit_s: TimeLimit = None


class IncentiveOut(JsonMessage):
    """A question that invites ``people`` of a side, each alone, to answer otherwise: in what ways, and what they gain.

    ``placed`` partners, or ``points``, are the most that one person gains. ``parts`` are what the criteria and rules
    are called that read it; ``closing`` is the smallest change of the programme that closes it, null: none found.
    """

    field: str
    side: Side
    people: int
    changes: list[AnswerChange]
    placed: int
    points: float
    parts: list[str]
    closing: str | None
    sentence: str


class IncentivesResponse(Response):
    """Which questions invite to answer otherwise, of so many ``tried`` answers of ``people_tried``, one at a time.

    Not ``complete``: time was up before all were tried.
    """

    people_tried: int
    tried: int
    complete: bool
    incentives: list[IncentiveOut]
    sentences: list[str]

    @classmethod
    def of(cls, found: Incentives) -> Self:
        """Return what is known, without saying of whom."""
        return cls(
            people_tried=found.people,
            tried=found.tried,
            complete=found.complete,
            incentives=list(map(incentive_out, found.incentives)),
            sentences=list(found.sentences),
        )


class AnswerIncentives(Operation[IncentivesRequest, IncentivesResponse]):
    """Whether anybody would gain by answering otherwise, which question invites it, and what closes it; never who."""

    kind = "incentives"
    request_type = IncentivesRequest
    response_type = IncentivesResponse
    calls = (incentives,)
    sent = "people, `seed`, `time_limit_s`"
    told = "which questions invite to answer otherwise, and what closes it; never who"

    def answer(self, request: IncentivesRequest) -> IncentivesResponse:
        """Return what invites to answer otherwise."""
        cohort, programme = request.read()
        limit = request.time_limit_s
        found = incentives(cohort, programme, seed=request.seed, time_limit_s=limit, **request.by_hand())
        return IncentivesResponse.of(found)

    def example(self) -> dict[str, Any]:
        """Return the question of whether it pays to answer otherwise."""
        return COHORT


def incentive_out(one: Incentive) -> IncentiveOut:
    """Return one question as the contract has it."""
    return IncentiveOut(
        field=one.field,
        side=one.side,
        people=one.people,
        changes=list(one.changes),
        placed=max(gain.placed for gain in one.gains),
        points=max(gain.points for gain in one.gains) / 10_000,
        parts=list(one.parts),
        closing=one.closing,
        sentence=one.sentence,
    )
