"""Random people of two files, of whom some stand in both, and who is the same person: read off what they wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from hypothesis import strategies as st
from pandas import DataFrame

from mentormatch import Cohort, Programme, read_survey

KEYS = ("1", "02", "X", "ana@x.fr", "Zoe\u0301@y.org", "li@z.net")
SPELLINGS = {"ana@x.fr": " ANA@x.fr", "Zoe\u0301@y.org": "ZO\u00c9@Y.ORG", "X": "x"}
NAMES = ("", "Ana B\u00e9", "Li-Mei Su", "Zo Y")
RESPELT = {"Ana B\u00e9": "BE  ana", "Li-Mei Su": "su li mei"}
EMAILS = ("", "maison@foyer.fr", "bureau@asso.org")
ANSWERS = ("a", "b", "c")
TITLES = {"code": "Code", "nom": "Nom et pr\u00e9nom", "courriel": "Courriel", "choix": "Choix"}


@dataclass(frozen=True)
class Told:
    """What one person wrote; the texts as they are compared, and as they are spelt."""

    key: str
    name: str
    email: str
    answer: str
    respelt: bool = False

    def row(self) -> dict[str, str]:
        """Return the answers by the id of their question, spelt as this person spells them."""
        key, name = self.key, self.name
        if self.respelt:
            key, name = SPELLINGS.get(key, key), RESPELT.get(name, name)
        email = self.email.upper() if self.respelt else self.email
        return {"code": key, "nom": name, "courriel": email, "choix": self.answer}


@dataclass(frozen=True)
class Files:
    """Who wrote in each of two files, in a programme whose keys are common or not."""

    mentors: tuple[Told, ...]
    mentees: tuple[Told, ...]
    common: bool

    @property
    def both(self) -> set[tuple[int, int]]:
        """Who is the same person, by position."""
        places = product(enumerate(self.mentors), enumerate(self.mentees))
        return {(i, k) for (i, one), (k, other) in places if same(one, other, common=self.common)}

    @property
    def tables(self) -> dict[str, Any]:
        """The programme, as its file states it."""
        fields: dict[str, dict[str, Any]] = {
            name: {"question": title, "kind": "text", "use": "contact"} for name, title in TITLES.items()
        }
        fields["code"]["use"] = "key"
        fields["choix"] = {"question": TITLES["choix"], "kind": "choice", "options": list(ANSWERS)}
        heading = {"name": "x"} | ({"keys": "common"} if self.common else {})
        return {"programme": heading, "fields": fields, "criteria": [{"kind": "same", "field": "choix"}]}

    @property
    def programme(self) -> Programme:
        """The programme."""
        return Programme.read(self.tables)

    @property
    def cohort(self) -> Cohort:
        """Those who wrote, read from two frames."""
        return read_survey(self.programme, mentors=frame(self.mentors), mentees=frame(self.mentees))

    @property
    def request(self) -> dict[str, Any]:
        """The same as a request."""
        return {"programme": self.tables, "mentors": sent(self.mentors), "mentees": sent(self.mentees)}


def same(one: Told, other: Told, *, common: bool) -> bool:
    """Say whether two people of different sides are one: by a key that says so, or by e-mail and name."""
    by_key = one.key == other.key and (common or "@" in one.key)
    return by_key or bool(one.name and one.email and (one.name, one.email) == (other.name, other.email))


def frame(people: Sequence[Told]) -> DataFrame:
    """Return people as a frame with the titles of the questions."""
    rows = [{TITLES[name]: text for name, text in told.row().items()} for told in people]
    return DataFrame(rows, columns=list(TITLES.values()))


def sent(people: Sequence[Told]) -> list[dict[str, Any]]:
    """Return people as a request has them."""
    rows = [told.row() for told in people]
    return [{"id": row["code"], "answers": {name: row[name] for name in ("nom", "courriel", "choix")}} for row in rows]


def side() -> st.SearchStrategy[tuple[Told, ...]]:
    """Draw a few people of one side, each with a key of their own there."""
    told = st.builds(Told, *map(st.sampled_from, (KEYS, NAMES, EMAILS, ANSWERS)), st.booleans())
    people = st.lists(told, min_size=1, max_size=4, unique_by=lambda one: one.key)
    return people.map(tuple)


def files() -> st.SearchStrategy[Files]:
    """Draw two files."""
    return st.builds(Files, side(), side(), st.booleans())
