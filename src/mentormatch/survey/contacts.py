"""How people are reached: a table of its own, which no cohort, decision or log holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mentormatch.fields import Side
from mentormatch.text import canonical


@dataclass(frozen=True, repr=False)
class Contacts:
    """The contact answers of each person, by side and key; ``fields`` are the ids of the contact questions."""

    fields: tuple[str, ...]
    people: Mapping[tuple[Side, str], Mapping[str, str]]

    def __repr__(self) -> str:
        return f"Contacts({len(self.people)} personnes)"

    def __len__(self) -> int:
        return len(self.people)

    def __iter__(self) -> Iterator[tuple[Side, str]]:
        return iter(self.people)

    def of(self, side: Side, key: str) -> Mapping[str, str]:
        """Return how somebody is reached, by field, empty where nothing is known; keys compare whatever their case."""
        return self._by_key.get((side, canonical(key)), {})

    @cached_property
    def _by_key(self) -> Mapping[tuple[Side, str], Mapping[str, str]]:
        return {(side, canonical(key)): said for (side, key), said in self.people.items()}

    def given(self, side: Side, name: str) -> int:
        """Return how many people of one side answered the contact question ``name``."""
        return sum(at == side and name in said for (at, _), said in self.people.items())
