"""The contact details of people. Cohorts contain only addresses that are keys, decisions and logs none."""

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

MAIL_WORDS = ("courriel", "mail", "e-mail")
TELEPHONE_WORDS = re.compile(r"\b(tel|telephone|phone|portable|mobile)\b")
ADDRESS_PATTERN = re.compile(r"[^\s@,;:<>()\[\]\"\\|/]+@[\w.-]*\w")


def asks_for_mail(name: str, field: AnyField) -> bool:
    """Return whether the id or text of a contact question contains a word for e-mail, and none for telephone."""
    folded = fold(f"{name} {field.question}")
    return any(word in folded for word in MAIL_WORDS) and not TELEPHONE_WORDS.search(folded)


def asks_for_telephone(name: str, field: AnyField) -> bool:
    """Return whether the id or text of a contact question contains a word for telephone."""
    return TELEPHONE_WORDS.search(fold(f"{name} {field.question}")) is not None


def find_address_fault(address: str) -> str:
    """Return the reason why a typed text cannot be used as an address, as a message; empty if it can.

    >>> find_address_fault("zoe@example.org"), find_address_fault("zoe")
    ('', "ce n'est pas une adresse ; elle n'est reprise dans aucun envoi")
    """
    if ADDRESS_PATTERN.fullmatch(address.strip()):
        return ""
    address_count = len(ADDRESS_PATTERN.findall(address))
    if not address_count:
        return mark("ce n'est pas une adresse ; elle n'est reprise dans aucun envoi")
    if address_count > 1:
        return mark("plusieurs adresses ; aucune n'est reprise dans un envoi : gardez-en une")
    return mark("une adresse et autre chose ; elle n'est reprise dans aucun envoi : gardez l'adresse seule")


@checked_init
@dataclass(frozen=True, repr=False)
class Contacts(VersionedPickle):
    """The contact answers of each person, by side and key; ``fields`` are the ids of the contact questions.

    ``names`` are the names of people, if they are in a separate table.
    """

    made_by: ClassVar[str] = 'mm.read_contacts(programme, "reponses.csv")'

    fields: tuple[str, ...]
    people: Mapping[tuple[Side, str], Mapping[str, str]]
    names: Mapping[tuple[Side, str], str] = field(default_factory=dict)

    def __repr__(self) -> str:
        count = len(self.people)
        return f"Contacts({count} {'person' if count == 1 else 'people'})"

    def __len__(self) -> int:
        return len(self.people)

    def __iter__(self) -> Iterator[tuple[Side, str]]:
        return iter(self.people)

    @checked
    def of(self, side: Side, key: str) -> Mapping[str, str]:
        """Return the contact answers of a person, by field; empty if there are none. Keys ignore case."""
        return self._by_key.get((side, canonical(key)), {})

    @cached_property
    def _by_key(self) -> Mapping[tuple[Side, str], Mapping[str, str]]:
        return {(side, canonical(key)): answers for (side, key), answers in self.people.items()}

    @checked
    def count_answers(self, side: Side, name: str) -> int:
        """Return the number of people of one side who answered the contact question ``name``."""
        return sum(person_side == side and name in answers for (person_side, _), answers in self.people.items())
