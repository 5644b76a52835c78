"""Rule ``pin``: a pair that is decided already."""

from collections.abc import Iterator
from typing import Literal

from mentormatch.errors import Problem, RequestError
from mentormatch.languages import tr
from mentormatch.languages.phrases import quoted
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import DecidedPair, Market


class Pin(DecidedPair):
    """The pair of ``mentor`` and ``mentee`` (their keys) is chosen; they must not be the same person."""

    kind: Literal["pin"] = "pin"
    example = {"kind": "pin", "mentor": "M06", "mentee": "E08"}

    def describe(self) -> str:
        return tr("binôme imposé {mentor} - {mentee}", mentor=self.mentor, mentee=self.mentee)

    @property
    def sentence(self) -> str:
        return tr("{mentor} et {mentee} forment un binôme.")

    def applies_to(self, cohort: Cohort) -> bool:
        return self.is_present(cohort)

    def pins(self, market: Market) -> Iterator[tuple[int, int]]:
        mentor, mentee = market.mentors.find(self.mentor), market.mentees.find(self.mentee)
        if len(market.mentors.take([mentor]).same_as(market.mentees.take([mentee]))[0]):
            two = Problem(f"{quoted(self.mentor)} - {quoted(self.mentee)}", tr("c'est la même personne"))
            raise RequestError(tr("Nul ne peut être en binôme avec soi-même"), [two])
        yield mentor, mentee
