"""How people are reached: a table of its own, which no cohort, decision or log holds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from mentormatch.base.arguments import checked, checked_init
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.fields import AnyField, Side
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import mark

MAIL = ("courriel", "mail", "e-mail")
TELEPHONE = re.compile(r"\b(tel|telephone|phone|portable|mobile)\b")
ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\"\\|/]+@[\w.-]*\w")
NO_ADDRESS = mark("ce n'est pas une adresse ; elle n'est reprise dans aucun envoi")
SEVERAL_ADDRESSES = mark("plusieurs adresses ; aucune n'est reprise dans un envoi : gardez-en une")
MORE_THAN_AN_ADDRESS = mark("une adresse et autre chose ; elle n'est reprise dans aucun envoi : gardez l'adresse seule")


def asks_for_mail(name: str, field: AnyField) -> bool:
    """Say whether a contact question asks for an e-mail address, by its id or its words, and not for a telephone."""
    said = fold(f"{name} {field.question}")
    return any(word in said for word in MAIL) and not TELEPHONE.search(said)


def asks_for_telephone(name: str, field: AnyField) -> bool:
    """Say whether a contact question asks for a telephone number, by its id or its words."""
    return TELEPHONE.search(fold(f"{name} {field.question}")) is not None


def fault_of(address: str) -> str:
    """Return why mail cannot be sent to what was typed as an address, as a message; empty where it can.

    >>> fault_of("zoe@example.org"), fault_of("zoe@example.org (le soir)") == MORE_THAN_AN_ADDRESS
    ('', True)
    """
    if ADDRESS.fullmatch(address.strip()):
        return ""
    found = len(ADDRESS.findall(address))
    return NO_ADDRESS if not found else SEVERAL_ADDRESSES if found > 1 else MORE_THAN_AN_ADDRESS


@checked_init
@dataclass(frozen=True, repr=False)
class Contacts(VersionedPickle):
    """The contact answers of each person, by side and key; ``fields`` are the ids of the contact questions.

    ``names`` are what people are called where that stands in a table apart.
    """

    made_by: ClassVar[str] = 'mm.read_contacts(programme, "reponses.csv")'

    fields: tuple[str, ...]
    people: Mapping[tuple[Side, str], Mapping[str, str]]
    names: Mapping[tuple[Side, str], str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Contacts({len(self.people)} personnes)"

    def __len__(self) -> int:
        return len(self.people)

    def __iter__(self) -> Iterator[tuple[Side, str]]:
        return iter(self.people)

    @checked
    def of(self, side: Side, key: str) -> Mapping[str, str]:
        """Return how somebody is reached, by field, empty where nothing is known; keys compare whatever their case."""
        return self._by_key.get((side, canonical(key)), {})

    @cached_property
    def _by_key(self) -> Mapping[tuple[Side, str], Mapping[str, str]]:
        return {(side, canonical(key)): said for (side, key), said in self.people.items()}

    @checked
    def count_answers(self, side: Side, name: str) -> int:
        """Return how many people of one side answered the contact question ``name``."""
        return sum(at == side and name in said for (at, _), said in self.people.items())
