"""The pictures of a market before anything is solved: who could meet whom, and where people live."""

from dataclasses import dataclass

from mentormatch.explanation.labels import Labels
from mentormatch.operations.matching import Matching
from mentormatch.report.pictures.heat_map import HeatMap
from mentormatch.report.pictures.map import Map


@dataclass(frozen=True, slots=True)
class MarketPictures:
    """The two pictures of a matching that nobody has solved yet, its people under these labels."""

    matching: Matching
    labels: Labels

    @property
    def possible(self) -> HeatMap:
        """Who could meet whom."""
        return HeatMap(self.matching, self.labels)

    @property
    def places(self) -> Map | None:
        """Where people live, None where nobody was asked."""
        found = Map(self.matching, self.labels)
        return found if found.territory.has_question else None
