"""For everybody a short list of possible partners: the operation ``suggest``."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, Whole, whole
from mentormatch.contract.examples import COHORT
from mentormatch.contract.match_response import PairOut, Response, UnmatchedOut, pair_out, unmatched_out
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import CohortRequest, TimeLimit
from mentormatch.fields import Side
from mentormatch.operations.suggestion import Suggestions, partner_of, suggest

type ListLength = Annotated[int, Setting(ge=1, le=1_000), BeforeValidator(whole)]


class SuggestRequest(CohortRequest):
    """How many mentors a mentee is shown at most, and how many mentees a mentor is shown to.

    ``most_shown`` null: ``each``, or as many as it takes that all lists of mentees could be full.
    """

    each: ListLength = 5
    most_shown: ListLength | None = None
    seed: Whole = 0
    time_limit_s: TimeLimit = None


class SuggestionListOut(JsonMessage):
    """The list of one person: the keys of possible partners, the best first."""

    person: str
    side: Side
    partners: list[str]


class SuggestResponse(Response):
    """The lists of both sides, the pairs in them with their reasons, and everybody who is in no list.

    Each pair stands in two lists. ``most_shown`` is what was asked for or taken.
    """

    status: Annotated[Status, Setting(strict=False)]
    programme: str
    seed: int
    each: int
    most_shown: int
    lists: list[SuggestionListOut]
    pairs: list[PairOut]
    without: list[UnmatchedOut]

    @classmethod
    def of(cls, found: Suggestions) -> Self:
        """Return what suggestions say."""
        return cls(
            status=found.status,
            programme=found.programme.name,
            seed=found.seed,
            each=found.each,
            most_shown=found.most_shown,
            lists=[
                SuggestionListOut(person=person, side=side, partners=[partner_of(pair, side) for pair in own])
                for side, lists in found.lists.items()
                for person, own in lists.items()
                if own
            ],
            pairs=[pair_out(pair) for pair in found.pairs],
            without=[unmatched_out(one, None) for one in found.without],
        )


class Suggest(Operation[SuggestRequest, SuggestResponse]):
    """For everybody a short list of possible partners, so that nobody is shown too often, or never."""

    kind = "suggest"
    request_type = SuggestRequest
    response_type = SuggestResponse

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
