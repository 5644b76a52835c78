"""Rule ``ban``: a pair that is not to be."""

from typing import Literal

from mentormatch.languages import tr
from mentormatch.rules.rule import DecidedPair, Market, PairIndices
from mentormatch.rules.shared_answers import cross_product


class Ban(DecidedPair):
    """The pair of ``mentor`` and ``mentee`` (their keys) is not chosen."""

    kind: Literal["ban"] = "ban"
    example = {"kind": "ban", "mentor": "M01", "mentee": "E01"}

    def describe(self) -> str:
        return tr("binôme écarté {mentor} - {mentee}", mentor=self.mentor, mentee=self.mentee)

    @property
    def sentence(self) -> str:
        return tr("{mentor} et {mentee} ne forment pas un binôme.")

    def forbidden_by_identity(self, market: Market) -> PairIndices:
        return cross_product(market.mentors.people_named([self.mentor]), market.mentees.people_named([self.mentee]))
