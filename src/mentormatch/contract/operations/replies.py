"""Operations ``suggest`` (short lists of partners) and ``reply`` (the next round of a proposal)."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import AliasPath, BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import JsonMessage, Text, Whole, whole
from mentormatch.contract.match_response import PairOut, UnmatchedOut
from mentormatch.contract.operation import SAMPLE_COHORT, Operation
from mentormatch.contract.requests import MAX_PEOPLE, Arrived, CohortRequest, Mention, TimeLimit, split_arrived
from mentormatch.contract.response import PairKeys, Response, ResponsePart, StatusCode, from_library
from mentormatch.fields import SIDES, Side
from mentormatch.operations.proposal import Late, Proposal, ProposalRecord, Reason, State
from mentormatch.operations.replies import Reply, ReplyAnswer, reply
from mentormatch.operations.suggestion import Suggestions, suggest

type ListLength = Annotated[int, Setting(ge=1, le=1_000), BeforeValidator(whole)]


class SuggestRequest(CohortRequest):
    """The maximum number of mentors in the list of a mentee, and of lists that contain a mentor.

    ``most_shown`` null: ``each``, or the number needed to fill all lists of mentees, if that is larger.
    """

    each: ListLength = 5
    most_shown: ListLength | None = None
    seed: Whole = 0
    time_limit_s: TimeLimit = None


class SuggestionListOut(ResponsePart):
    """The list of a person: the keys of possible partners, best first."""

    person: str
    side: Side
    partners: list[str]


class SuggestResponse(Response):
    """The lists of both sides, their pairs with reasons, and the people who are in no list.

    Each pair is in two lists. ``most_shown`` is the limit requested or chosen.
    """

    status: StatusCode
    programme: str = Setting(validation_alias=AliasPath("programme", "name"))
    seed: int
    each: int
    most_shown: int
    lists: list[SuggestionListOut]
    pairs: list[PairOut]
    without: list[UnmatchedOut]

    @classmethod
    def of(cls, found: Suggestions) -> Self:
        """Build the response from suggestions."""
        lists = [
            {"person": person, "side": side, "partners": partners}
            for side, lists in found.keys.items()
            for person, partners in lists.items()
            if partners
        ]
        return super().of(found, lists=lists)


class Suggest(Operation[SuggestRequest, SuggestResponse]):
    """A short list of possible partners per person, without people in too many lists or in none."""

    kind = "suggest"
    request_type = SuggestRequest
    response_type = SuggestResponse
    calls = (suggest,)
    sent = "people, `each`, `most_shown`"
    told = "for everybody a short list of possible partners, nobody shown too often or never"

    def answer(self, request: SuggestRequest) -> SuggestResponse:
        cohort, programme = request.read()
        suggestions = suggest(
            cohort,
            programme,
            each=request.each,
            most_shown=request.most_shown,
            seed=request.seed,
            time_limit_s=request.time_limit_s,
            **request.by_hand(),
        )
        return SuggestResponse.of(suggestions)

    def example(self) -> dict[str, Any]:
        """Return a request with two people per side, all of them in all lists of the other side."""
        return {**SAMPLE_COHORT, "each": 2}


class ReplyIn(JsonMessage):
    """The answer of a person; ``partner`` identifies the pair if several are proposed to them."""

    person: Text
    answer: ReplyAnswer
    partner: str = ""
    reason: Reason = ""
    side: Side | None = None


class ReplyRequest(CohortRequest):
    """The people of today, the proposal, and the answers to it.

    ``proposal`` is the one in the last response; for the first round, its ``pairs`` are those of a matching. Newcomers
    are listed like other people; those in ``arrived`` may take places reserved for them. People who left in an earlier
    round may still be listed and are ignored. ``late`` defines a missing answer: ``wait`` asks the pair again,
    ``accept`` settles it, ``decline`` gives it up.
    """

    proposal: ProposalRecord
    replies: Annotated[list[ReplyIn], Setting(max_length=2 * MAX_PEOPLE)] = Setting(default_factory=list)
    late: Late = "wait"
    arrived: Arrived = Setting(default_factory=list)
    seed: Whole = 0

    def mentions(self) -> Iterator[Mention]:
        yield from super().mentions()
        for index, pair in enumerate(self.proposal.pairs):
            yield f"$.proposal.pairs[{index}].mentor", ("mentor",), pair.mentor
            yield f"$.proposal.pairs[{index}].mentee", ("mentee",), pair.mentee


class PersonStateOut(ResponsePart):
    """The state of a person: a code, a sentence, the partner, and the first round of that state."""

    side: Side
    person: str
    state: State
    sentence: str
    partner: str
    round: int


class DeclinedOut(ResponsePart):
    """A pair given up: the round, the side that declined (null: a required answer is missing), and the reason."""

    mentor: str = Setting(validation_alias=AliasPath("pair", 0))
    mentee: str = Setting(validation_alias=AliasPath("pair", 1))
    round: int
    side: Side | None
    reason: Reason


class ReplyResponse(Response):
    """The next round: its pairs with reasons, the settled pairs, the new pairs, and the state of each person.

    ``status`` is that of the search for further pairs; if it is ``infeasible``, no further pair satisfies the rules in
    addition to the settled and open pairs, which stay. ``proposal`` is the content of the next request.
    """

    status: StatusCode = Setting(validation_alias="solved")
    round: int = Setting(validation_alias="number")
    pairs: list[PairOut] = Setting(validation_alias=AliasPath("matching", "pairs"))
    settled: Annotated[list[PairKeys], from_library(list)]
    new: list[PairKeys]
    declined: list[DeclinedOut]
    people: list[PersonStateOut]
    proposal: ProposalRecord = Setting(validation_alias="record")

    @classmethod
    def of(cls, found: Proposal) -> Self:
        """Build the response from a round of a proposal."""
        return super().of(found, people=[state for side in SIDES for state in found.states(side)])


class ReplyOperation(Operation[ReplyRequest, ReplyResponse]):
    """The next round of a proposal: settled pairs stay, declined pairs do not return, others are matched."""

    kind = "reply"
    request_type = ReplyRequest
    response_type = ReplyResponse
    calls = (reply,)
    sent = "today's people, the `proposal` (pairs, or what `reply` told), the `replies`, `late`"
    told = "the next round: accepted pairs stay, declined ones do not come back, how everybody stands"

    def answer(self, request: ReplyRequest) -> ReplyResponse:
        cohort, programme = request.read()
        cohort_before, arrived = split_arrived(cohort, request.arrived)
        proposal = Proposal.read(request.proposal, cohort_before, programme, seed=request.seed)
        replies = [
            Reply(
                message.person,
                message.answer,
                message.partner,
                message.reason,
                message.side,
                where=f"$.replies[{index}]",
            )
            for index, message in enumerate(request.replies)
        ]
        return ReplyResponse.of(reply(proposal, replies, late=request.late, arrived=arrived, **request.by_hand()))

    def example(self) -> dict[str, Any]:
        """Return a request with two pairs; both people of the first pair accept it."""
        pairs = [{"mentor": "M01", "mentee": "E01"}, {"mentor": "M02", "mentee": "E02"}]
        accepted = [{"person": person, "answer": "accepted"} for person in ("M01", "E01")]
        return {**SAMPLE_COHORT, "proposal": {"pairs": pairs}, "replies": accepted}
