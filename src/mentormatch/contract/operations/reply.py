"""The next round of a proposal, once people have replied: the operation ``reply``."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, Keys, Text, Whole
from mentormatch.contract.examples import COHORT
from mentormatch.contract.match_response import PairOut, Response, pair_out
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import MOST_PEOPLE, Arrived, CohortRequest, Mention, with_arrived_apart
from mentormatch.fields import SIDES, Side
from mentormatch.operations.proposal import Late, Proposal, ProposalRecord, Reason, State, keys
from mentormatch.operations.replies import Reply, ReplyAnswer, reply


class ReplyIn(JsonMessage):
    """What one person answered; ``partner`` says to which pair, where several are proposed to them."""

    person: Text
    answer: ReplyAnswer
    partner: str = ""
    reason: Reason = ""
    side: Side | None = None


class ReplyRequest(CohortRequest):
    """Everybody there is today, what was proposed to them, and what they answered.

    ``proposal`` is what the round before told under the same name; for the first round its ``pairs`` are those of a
    matching. Newcomers stand among the others; those in ``arrived`` may take places that were kept for them. Who left
    in a round before may still stand there, and is left out. ``late`` says what silence is: ``wait`` asks the pair
    again, ``accept`` settles it, ``decline`` gives it up.
    """

    proposal: ProposalRecord
    replies: Annotated[list[ReplyIn], Setting(max_length=2 * MOST_PEOPLE)] = Setting(default_factory=list)
    late: Late = "wait"
    arrived: Arrived = Setting(default_factory=list)
    seed: Whole = 0

    def mentions(self) -> Iterator[Mention]:
        """Yield everybody who is in a pair of this round."""
        yield from super().mentions()
        for place, pair in enumerate(self.proposal.pairs):
            yield f"$.proposal.pairs[{place}].mentor", ("mentor",), pair.mentor
            yield f"$.proposal.pairs[{place}].mentee", ("mentee",), pair.mentee


class PersonStateOut(JsonMessage):
    """How somebody stands: a code, and a sentence; the partner, and since which round."""

    side: Side
    person: str
    state: State
    sentence: str
    partner: str
    round: int


class DeclinedOut(JsonMessage):
    """A pair that was given up, in which round, by which side (null: nobody answered), and why."""

    mentor: str
    mentee: str
    round: int
    side: Side | None
    reason: Reason


class ReplyResponse(Response):
    """The next round: its pairs with their reasons, which are settled, which are new, and how everybody stands.

    ``status`` is that of the search for further pairs; where it is ``infeasible``, no further pair keeps the rules
    beside the settled and open ones, which stay. ``proposal`` is what the next request sends.
    """

    status: Annotated[Status, Setting(strict=False)]
    round: int
    pairs: list[PairOut]
    settled: list[Keys]
    new: list[Keys]
    declined: list[DeclinedOut]
    people: list[PersonStateOut]
    proposal: ProposalRecord

    @classmethod
    def of(cls, found: Proposal) -> Self:
        """Return what a round says."""
        return cls(
            status=found.solved,
            round=found.number,
            pairs=[pair_out(pair) for pair in found.matching.pairs],
            settled=list(map(keys, found.settled)),
            new=list(map(keys, found.new)),
            declined=[
                DeclinedOut(mentor=one.pair[0], mentee=one.pair[1], round=one.round, side=one.side, reason=one.reason)
                for one in found.declined
            ],
            people=[
                PersonStateOut(
                    side=one.side,
                    person=one.person,
                    state=one.state,
                    sentence=one.sentence,
                    partner=one.partner,
                    round=one.round,
                )
                for side in SIDES
                for one in found.states(side)
            ],
            proposal=found.record,
        )


class ReplyOperation(Operation[ReplyRequest, ReplyResponse]):
    """The next round of a proposal: settled pairs stay, declined ones do not come back, others are matched again."""

    kind = "reply"
    request_type = ReplyRequest
    response_type = ReplyResponse

    def answer(self, request: ReplyRequest) -> ReplyResponse:
        """Return the next round."""
        cohort, programme = request.read()
        here, arrived = with_arrived_apart(cohort, request.arrived)
        before = Proposal.read(request.proposal, here, programme, seed=request.seed)
        replies = [
            Reply(one.person, one.answer, one.partner, one.reason, one.side, where=f"$.replies[{place}]")
            for place, one in enumerate(request.replies)
        ]
        return ReplyResponse.of(reply(before, replies, late=request.late, arrived=arrived, **request.by_hand()))

    def example(self) -> dict[str, Any]:
        """Return two pairs, one of which both people accept."""
        pairs = [{"mentor": "M01", "mentee": "E01"}, {"mentor": "M02", "mentee": "E02"}]
        accepted = [{"person": person, "answer": "accepted"} for person in ("M01", "E01")]
        return {**COHORT, "proposal": {"pairs": pairs}, "replies": accepted}
