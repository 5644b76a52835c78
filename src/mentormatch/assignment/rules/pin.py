"""Rule ``pin``: a pair that is decided already."""

from collections.abc import Iterator
from typing import Literal

from mentormatch.assignment.rule import Market, Rule
from mentormatch.languages import tr


class Pin(Rule):
    """The pair of ``mentor`` and ``mentee`` (their keys) is chosen."""

    kind: Literal["pin"] = "pin"
    example = {"kind": "pin", "mentor": "M06", "mentee": "E08"}
    mentor: str
    mentee: str

    def asks(self) -> str:
        return tr("binôme imposé {mentor} - {mentee}", mentor=self.mentor, mentee=self.mentee)

    def pins(self, market: Market) -> Iterator[tuple[int, int]]:
        yield market.mentors.find(self.mentor), market.mentees.find(self.mentee)
