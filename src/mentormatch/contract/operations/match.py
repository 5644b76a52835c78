"""Pairs for a cohort: the operation ``match``."""

from typing import Any

from mentormatch.contract.examples import COHORT
from mentormatch.contract.match_response import MatchResponse
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import MatchRequest


class Match(Operation[MatchRequest, MatchResponse]):
    """The optimal pairs, explained."""

    kind = "match"
    request_type = MatchRequest
    response_type = MatchResponse

    def answer(self, request: MatchRequest) -> MatchResponse:
        """Return the pairs."""
        return MatchResponse.of(request.matching())

    def example(self) -> dict[str, Any]:
        """Return two mentors and two mentees, one pair of whom must be."""
        return {**COHORT, "pins": [{"mentor": "M01", "mentee": "E01"}]}
