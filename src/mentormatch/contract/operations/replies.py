"""Operations ``suggest`` (short lists of partners) and ``reply`` (the next round of a proposal)."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import AliasPath, BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import JsonMessage, Text, Whole, whole
from mentormatch.contract.match_response import PairOut, UnmatchedOut
from mentormatch.contract.operation import COHORT, Operation
from mentormatch.contract.requests import MOST_PEOPLE, Arrived, CohortRequest, Mention, TimeLimit, with_arrived_apart
from mentormatch.contract.response import PairKeys, Response, ResponsePart, StatusCode, from_library
from mentormatch.fields import SIDES, Side
from mentormatch.operations.proposal import Late, Proposal, ProposalRecord, Reason, State
from mentormatch.operations.replies import Reply, ReplyAnswer, reply
from mentormatch.operations.suggestion import Suggestions, suggest

type ListLength = Annotated[int, Setting(ge=1, le=1_000), BeforeValidator(whole)]


class SuggestRequest(CohortRequest):
    """How many mentors a mentee is shown at most, and how many mentees a mentor is shown to.

    ``most_shown`` null: ``each``, or as many as it takes that all lists of mentees could be full.
    """

    each: ListLength = 5
    most_shown: ListLength | None = None
    seed: Whole = 0
    time_limit_s: TimeLimit = None


class SuggestionListOut(ResponsePart):
    """The list of one person: the keys of possible partners, the best first."""

    person: str
    side: Side
    partners: list[str]


class SuggestResponse(Response):
    """The lists of both sides, the pairs in them with their reasons, and everybody who is in no list.

    Each pair stands in two lists. ``most_shown`` is what was asked for or taken.
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
    """For everybody a short list of possible partners, so that nobody is shown too often, or never."""

    kind = "suggest"
    request_type = SuggestRequest
    response_type = SuggestResponse
    calls = (suggest,)
    sent = "people, `each`, `most_shown`"
    told = "for everybody a short list of possible partners, nobody shown too often or never"

    def answer(self, request: SuggestRequest) -> SuggestResponse:
        """Return the lists."""
        cohort, programme = request.read()
        found = suggest(
            cohort,
            programme,
            each=request.each,
            most_shown=request.most_shown,
            seed=request.seed,
            time_limit_s=request.time_limit_s,
            **request.by_hand(),
        )
        return SuggestResponse.of(found)

    def example(self) -> dict[str, Any]:
        """Return two mentors and two mentees, each of whom is shown both of the others."""
        return {**COHORT, "each": 2}


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


class PersonStateOut(ResponsePart):
    """How somebody stands: a code, and a sentence; the partner, and since which round."""

    side: Side
    person: str
    state: State
    sentence: str
    partner: str
    round: int


class DeclinedOut(ResponsePart):
    """A pair that was given up, in which round, by which side (null: nobody answered), and why."""

    mentor: str = Setting(validation_alias=AliasPath("pair", 0))
    mentee: str = Setting(validation_alias=AliasPath("pair", 1))
    round: int
    side: Side | None
    reason: Reason


class ReplyResponse(Response):
    """The next round: its pairs with their reasons, which are settled, which are new, and how everybody stands.

    ``status`` is that of the search for further pairs; where it is ``infeasible``, no further pair keeps the rules
    beside the settled and open ones, which stay. ``proposal`` is what the next request sends.
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
    """The next round of a proposal: settled pairs stay, declined ones do not come back, others are matched again."""

    kind = "reply"
    request_type = ReplyRequest
    response_type = ReplyResponse
    calls = (reply,)
    sent = "today's people, the `proposal` (pairs, or what `reply` told), the `replies`, `late`"
    told = "the next round: accepted pairs stay, declined ones do not come back, how everybody stands"

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
