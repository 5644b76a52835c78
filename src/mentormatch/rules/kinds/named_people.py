"""Rules about people who are named: decided pairs, bans, people kept apart or together, refusals, former pairs.

Rule ``pin``: a pair that is decided already.

Rule ``ban``: a pair that is not to be.

Rule ``apart``: people whom the team keeps from meeting.

Rule ``together``: people whom the team wants in one group, or with the same partners.

Rule ``veto``: someone, or an organisation, that a person does not want to be paired with.

Rule ``history``: no pair comes twice, from one edition to the next, and nobody has too many partners over all.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.base.immutable_models import Items, Part
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import Side
from mentormatch.fields.extension import FieldRef
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import tr, tr_n
from mentormatch.people.cohort import Cohort, People
from mentormatch.rules.rule import DecidedPair, Market, NameOf, PairIndices, Relaxation, Rule
from mentormatch.rules.shared_answers import cross_product, pairs_with_common_entry


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


class Apart(Rule):
    """No two of ``people`` (their keys) meet, in a pair or in a group."""

    of_groups: ClassVar[bool] = True
    kind: Literal["apart"] = "apart"
    example = {"kind": "apart", "people": ["M01", "E01"]}
    people: Annotated[Items[str], Setting(min_length=2)]

    def rename_people(self, name_of: NameOf) -> Self:
        return self.model_copy(update={"people": [name_of(None, key) for key in self.people]})

    def describe(self) -> str:
        return tr("personnes à séparer : {people}", people=listed(self.people))

    @property
    def sentence(self) -> str:
        return tr("Ces personnes ne se rencontrent pas : {people}.")

    def forbidden_by_identity(self, market: Market) -> PairIndices:
        return cross_product(market.mentors.people_named(self.people), market.mentees.people_named(self.people))


class Together(Rule):
    """All of ``people`` (their keys) are in one group, or none of them is placed.

    In a programme of pairs these are mentees, or mentors with ``side``, and have the same partners, or none.
    """

    of_groups: ClassVar[bool] = True
    kind: Literal["together"] = "together"
    example = {"kind": "together", "people": ["E01", "E09"]}
    people: Annotated[Items[str], Setting(min_length=2)]
    side: Side = Setting(default="mentee", exclude_if=lambda side: side == "mentee")

    def rename_people(self, name_of: NameOf) -> Self:
        return self.model_copy(update={"people": [name_of(self.side, key) for key in self.people]})

    def describe(self) -> str:
        return tr("personnes à réunir : {people}", people=listed(self.people))

    @property
    def sentence(self) -> str:
        return tr("Côté {side}, ces personnes sont réunies : {people}.")

    def together(self, members: People) -> Iterator[tuple[int, ...]]:
        yield tuple(sorted({members.find(key) for key in self.people}))

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield, for each possible partner and each two of these people, that both are theirs or neither."""
        ours, others = (market.mentors, market.mentees) if self.side == "mentor" else (market.mentees, market.mentors)
        for one, other in pairwise(next(self.together(ours))):
            weights = np.zeros(len(ours), dtype=np.int64)
            weights[[one, other]] = 1, -1
            for partner in range(len(others)):
                if self.side == "mentor":
                    yield Row(self.label, weights[:, None], 0, 0, mentee=partner)
                else:
                    yield Row(self.label, weights[None, :], 0, 0, mentor=partner)

    def applies_to(self, cohort: Cohort) -> bool:
        return all(cohort.side(self.side).has(key) for key in self.people)

    def restrict_to(self, cohort: Cohort) -> Self | None:
        here = [key for key in self.people if cohort.side(self.side).has(key)]
        if len(here) == len(self.people):
            return self
        return self.model_copy(update={"people": here}) if len(here) > 1 else None


type Refusals = list[tuple[int, str]]
"""Who said what, by position."""


class Veto(Rule):
    """No one is paired with somebody whose key, or whose answer to a field in ``against``, they named in ``field``."""

    of_groups: ClassVar[bool] = True
    waivable: ClassVar[bool] = False
    kind: Literal["veto"] = "veto"
    example = {"kind": "veto", "field": "a_eviter", "against": ["code", "employeurs"]}
    field: Annotated[str, FieldRef(("names",), "any")]
    against: Annotated[Items[str], FieldRef(("names", "text", "choice"), "any")] = Setting(min_length=1)

    def describe(self) -> str:
        return tr("souhait d'une des deux personnes de ne pas être associées")

    @property
    def sentence(self) -> str:
        return tr(
            "Personne n'est avec quelqu'un qu'elle ou il a nommé à {field} ; les noms se cherchent dans {against}."
        )

    @property
    def refusal_field(self) -> str:
        return self.field

    def forbidden_by_identity(self, market: Market) -> PairIndices:
        """Return who meets whom: what one person refuses is what the other is known as."""
        mentors, mentees = market.mentors, market.mentees
        ours, theirs = self._refusals(mentors), self._refusals(mentees)
        left = [
            *names_in_words("refused by a mentor", ours),
            *names_in_words("refused by a mentee", self._people_refused(mentors, theirs)),
        ]
        right = [
            *names_in_words("refused by a mentor", self._people_refused(mentees, ours)),
            *names_in_words("refused by a mentee", theirs),
        ]
        return pairs_with_common_entry(left, right, (len(mentors), len(mentees)))

    def _refusals(self, people: People) -> Refusals:
        """Return whom people named."""
        if self.field not in people.columns:
            return []
        named = people.names(self.field).compared
        return [(row, name) for row, names in enumerate(named) if names for name in names]

    def _people_refused(self, people: People, refused: Refusals) -> Refusals:
        """Return who is known by a name that is refused: by their key, or an answer to a field in ``against``."""
        sought = {name for _, name in refused}
        if not sought:
            return []
        known = [(row, key) for row, key in enumerate(people.compared) if key in sought]
        for field in self.against:
            if field in people.columns:
                given = enumerate(people.compared_answers(field))
                known += [(row, name) for row, names in given if not sought.isdisjoint(names) for name in names]
        return known


def names_in_words(what: str, said: Refusals) -> list[tuple[int, tuple[str, str]]]:
    """Return what was said, with what it is about: only that of the same kind is compared."""
    return [(row, (what, name)) for row, name in said]


class PastPair(Part):
    """Two people who were a pair in an earlier edition, by their keys."""

    mentor: str
    mentee: str


class History(Rule):
    """The ``pairs`` of earlier editions (keys of mentor and mentee) are not chosen again.

    Nor with the roles changed over, where a key is that of one person on either side. People who are not in this
    edition are not concerned. With ``total``, people of ``side`` have so many partners at most over all editions: those
    of ``pairs``, each counted once, and those of this edition. Who has had as many takes nobody more. ``with_history``
    adds the pairs of the editions before.
    """

    offers_places: ClassVar[bool] = False
    kind: Literal["history"] = "history"
    example = {"kind": "history", "pairs": [{"mentor": "M01", "mentee": "E01"}]}
    pairs: Items[PastPair] = Setting(default_factory=tuple)
    total: Annotated[int | None, Setting(ge=1, le=1000)] = Setting(default=None, exclude_if=lambda total: total is None)
    side: Side = Setting(default="mentor", exclude_if=lambda side: side == "mentor")

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse a history without pairs that bounds no total."""
        if not self.pairs and self.total is None:
            raise ValueError(tr("il faut `pairs`, `total` ou les deux"))
        return self

    def describe(self) -> str:
        if self.total is None:
            return tr("pas de binôme d'une édition précédente")
        partners = counted(self.total, "mentoré·e") if self.side == "mentor" else counted(self.total, "mentor·e")
        return tr(
            "pas de binôme d'une édition précédente, et {partners} au plus en tout par personne", partners=partners
        )

    @property
    def sentence(self) -> str:
        return tr("Un binôme d'une édition précédente ne revient pas ({pairs}).")

    @property
    def details(self) -> tuple[str, ...]:
        return (
            tr_n(
                "Sur toutes les éditions, chaque {side} a {total} partenaire au plus.",
                "Sur toutes les éditions, chaque {side} a {total} partenaires au plus.",
                self.total or 2,  # without a number the plural
            ),
        )

    @property
    def bounds_degrees(self) -> bool:
        return self.total is not None

    @property
    def couples_pairs(self) -> bool:
        return False

    def no_places_text(self) -> str:
        return tr("Ne prend personne cette année : « {rule} », et les éditions précédentes comptent.", rule=self.label)

    def degree_bounds(self, people: People, side: Side) -> DegreeBounds | None:
        if self.total is None or side != self.side:
            return None
        past = {(canonical(pair.mentor), canonical(pair.mentee)) for pair in self.pairs}
        had = Counter(mentor if side == "mentor" else mentee for mentor, mentee in past)
        left = np.array([max(0, self.total - had[key]) for key in people.compared], dtype=np.int64)
        return DegreeBounds(np.zeros_like(left), left, np.ones(len(left), dtype=bool))

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how many partners there are over all editions."""
        total = self.total
        if total is not None:
            yield Relaxation(
                "raise_total",
                max(len(self.pairs) + sum(market.shape) - total, 1),
                lambda k: self.model_copy(update={"total": total + k}),
                lambda k: tr(
                    "Relever {rule} de {old} à {new} au plus par personne.", rule=name, old=total, new=total + k
                ),
            )

    def with_past_pairs(self, pairs: Iterable[tuple[str, str]]) -> Self:
        if self.total is None:
            return self
        known = {(canonical(pair.mentor), canonical(pair.mentee)) for pair in self.pairs}
        more = [
            PastPair(mentor=one, mentee=other)
            for one, other in pairs
            if (canonical(one), canonical(other)) not in known
        ]
        return self.model_copy(update={"pairs": [*self.pairs, *more]})

    def past_pairs(self) -> Iterator[tuple[str, str]]:
        yield from ((past.mentor, past.mentee) for past in self.pairs)

    def forbidden_by_identity(self, market: Market) -> PairIndices:
        mentors, mentees = past_positions(market.mentors), past_positions(market.mentees)
        past = {(mentors.get(canonical(pair.mentor)), mentees.get(canonical(pair.mentee))) for pair in self.pairs}
        # A first number of who they are says that a key is a person's, whichever side they are on.
        leads, follows = (
            places_by_key(people, places) for people, places in ((market.mentors, mentors), (market.mentees, mentees))
        )
        past |= {(leads.get(canonical(pair.mentee)), follows.get(canonical(pair.mentor))) for pair in self.pairs}
        known = sorted((mentor, mentee) for mentor, mentee in past if mentor is not None and mentee is not None)
        both = np.array(known, dtype=np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]


def places_by_key(people: People, places: Mapping[str, int]) -> dict[str, int]:
    """Return where each key stands that is one person's on either side."""
    numbers = people.numbered[:, 0]
    return {key: row for key, row in places.items() if numbers[row]}


def past_positions(people: People) -> dict[str, int]:
    """Return where each key stands."""
    return {canonical(key): row for row, key in enumerate(people.ids)}
