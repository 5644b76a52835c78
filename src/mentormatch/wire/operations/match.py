"""Pairs for a cohort: the operation ``match``."""

from typing import Any

from mentormatch.wire.asked import MatchRequest
from mentormatch.wire.examples import COHORT
from mentormatch.wire.operation import Operation
from mentormatch.wire.told import MatchResponse


class Match(Operation[MatchRequest, MatchResponse]):
    """The optimal pairs, explained."""

    kind = "match"
    asked = MatchRequest
    told = MatchResponse

    def answer(self, request: MatchRequest) -> MatchResponse:
        """Return the pairs."""
        return MatchResponse.of(request.matching())

    def example(self) -> dict[str, Any]:
        """Return two mentors and two mentees, one pair of whom must be."""
        return {**COHORT, "pins": [{"mentor": "M01", "mentee": "E01"}]}
