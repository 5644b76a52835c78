"""Pairs for a cohort: the operation ``match``."""

from typing import Any

from mentormatch.matching import match
from mentormatch.programme import Programme
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
        programme = Programme.read(request.programme)
        return MatchResponse.of(
            match(
                request.cohort(programme),
                programme,
                seed=request.seed,
                pins=[(pin.mentor, pin.mentee) for pin in request.pins],
                bans=[(ban.mentor, ban.mentee) for ban in request.bans],
                time_limit_s=request.time_limit_s,
            )
        )

    def example(self) -> dict[str, Any]:
        """Return two mentors and two mentees, one pair of whom must be."""
        return {**COHORT, "pins": [{"mentor": "M01", "mentee": "E01"}]}
