"""Rules about named people: decided pairs, banned pairs, people to separate or unite, refusals, past pairs.

Rule ``pin``: a pair that is already decided.

Rule ``ban``: a pair that must not be chosen.

Rule ``apart``: people who must not meet.

Rule ``together``: people in one group, or with the same partners.

Rule ``veto``: a person, or an organisation, that a participant refuses as partner.

Rule ``history``: no pair is repeated from one edition to the next; optionally a maximum of partners over all editions.
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
    """The pair of ``mentor`` and ``mentee`` (their keys) is chosen; both must be different people."""

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
            problem = Problem(f"{quoted(self.mentor)} - {quoted(self.mentee)}", tr("c'est la même personne"))
            raise RequestError(tr("Nul ne peut être en binôme avec soi-même"), [problem])
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

    In a programme of pairs, these are mentees, or mentors with ``side``, and have the same partners, or none.
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
        """Yield a row for each partner and each two consecutive people: both have this partner or neither."""
        ours, partners = (market.mentors, market.mentees) if self.side == "mentor" else (market.mentees, market.mentors)
        for first, second in pairwise(next(self.together(ours))):
            weights = np.zeros(len(ours), dtype=np.int64)
            weights[[first, second]] = 1, -1
            for partner in range(len(partners)):
                if self.side == "mentor":
                    yield Row(self.label, weights[:, None], 0, 0, mentee=partner)
                else:
                    yield Row(self.label, weights[None, :], 0, 0, mentor=partner)

    def applies_to(self, cohort: Cohort) -> bool:
        return all(cohort.side(self.side).has(key) for key in self.people)

    def restrict_to(self, cohort: Cohort) -> Self | None:
        present = [key for key in self.people if cohort.side(self.side).has(key)]
        if len(present) == len(self.people):
            return self
        return self.model_copy(update={"people": present}) if len(present) > 1 else None


type Refusals = list[tuple[int, str]]
"""Positions of people, each with a name, in normalised spelling."""


class Veto(Rule):
    """No person is paired with a partner whose key, or answer to a field in ``against``, they named in ``field``."""

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
        """Return the pairs in which one person named the other.

        A set intersection: the names given by one side are matched with the names by which the other side is known. A
        tag separates the refusals of mentors from those of mentees.
        """
        mentors, mentees = market.mentors, market.mentees
        our_refusals, their_refusals = self._refusals(mentors), self._refusals(mentees)
        mentor_entries = [
            *tag_names("refused by a mentor", our_refusals),
            *tag_names("refused by a mentee", self._people_refused(mentors, their_refusals)),
        ]
        mentee_entries = [
            *tag_names("refused by a mentor", self._people_refused(mentees, our_refusals)),
            *tag_names("refused by a mentee", their_refusals),
        ]
        return pairs_with_common_entry(mentor_entries, mentee_entries, (len(mentors), len(mentees)))

    def _refusals(self, people: People) -> Refusals:
        """Return the names that people gave in ``field``."""
        if self.field not in people.columns:
            return []
        named = people.names(self.field).compared
        return [(row, name) for row, names in enumerate(named) if names for name in names]

    def _people_refused(self, people: People, refused: Refusals) -> Refusals:
        """Return the people known by a refused name: their key, or an answer to a field in ``against``."""
        refused_names = {name for _, name in refused}
        if not refused_names:
            return []
        matches = [(row, key) for row, key in enumerate(people.compared) if key in refused_names]
        for field in self.against:
            if field in people.columns:
                answers = enumerate(people.compared_answers(field))
                matches += [
                    (row, name) for row, names in answers if not refused_names.isdisjoint(names) for name in names
                ]
        return matches


def tag_names(tag: str, refusals: Refusals) -> list[tuple[int, tuple[str, str]]]:
    """Return the entries with a tag before each name, so that only names with the same tag are equal."""
    return [(row, (tag, name)) for row, name in refusals]


class PastPair(Part):
    """A pair of an earlier edition, by the keys of mentor and mentee."""

    mentor: str
    mentee: str


class History(Rule):
    """The ``pairs`` of earlier editions (keys of mentor and mentee) are not chosen again.

    Nor with swapped roles, if a key identifies one person on both sides. Pairs with people who are not in this edition
    have no effect. With ``total``, people of ``side`` have at most ``total`` partners over all editions: those of
    ``pairs``, each counted once, and those of this edition; a person who reached the total takes none. ``with_history``
    adds the pairs of earlier editions.
    """

    offers_places: ClassVar[bool] = False
    kind: Literal["history"] = "history"
    example = {"kind": "history", "pairs": [{"mentor": "M01", "mentee": "E01"}]}
    pairs: Items[PastPair] = Setting(default_factory=tuple)
    total: Annotated[int | None, Setting(ge=1, le=1000)] = Setting(default=None, exclude_if=lambda total: total is None)
    side: Side = Setting(default="mentor", exclude_if=lambda side: side == "mentor")

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse a history without pairs and without total."""
        if not self.pairs and self.total is None:
            raise ValueError(tr("il faut `pairs`, `total` ou les deux"))
        return self

    def describe(self) -> str:
        if self.total is None:
            return tr("pas de binôme d'une année passée")
        partners = counted(self.total, "mentoré·e") if self.side == "mentor" else counted(self.total, "mentor·e")
        return tr("pas de binôme d'une année passée, et {partners} au plus en tout par personne", partners=partners)

    @property
    def sentence(self) -> str:
        return tr("Un binôme d'une année passée ne revient pas ({pairs}).")

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
        past_pairs = {(canonical(pair.mentor), canonical(pair.mentee)) for pair in self.pairs}
        partner_counts = Counter(mentor if side == "mentor" else mentee for mentor, mentee in past_pairs)
        remaining = np.array([max(0, self.total - partner_counts[key]) for key in people.compared], dtype=np.int64)
        return DegreeBounds(np.zeros_like(remaining), remaining, np.ones(len(remaining), dtype=bool))

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the maximum number of partners over all editions."""
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
        known_pairs = {(canonical(pair.mentor), canonical(pair.mentee)) for pair in self.pairs}
        new_pairs = [
            PastPair(mentor=mentor, mentee=mentee)
            for mentor, mentee in pairs
            if (canonical(mentor), canonical(mentee)) not in known_pairs
        ]
        return self.model_copy(update={"pairs": [*self.pairs, *new_pairs]})

    def past_pairs(self) -> Iterator[tuple[str, str]]:
        yield from ((past.mentor, past.mentee) for past in self.pairs)

    def forbidden_by_identity(self, market: Market) -> PairIndices:
        mentor_rows, mentee_rows = rows_by_key(market.mentors), rows_by_key(market.mentees)
        past_pairs = {
            (mentor_rows.get(canonical(pair.mentor)), mentee_rows.get(canonical(pair.mentee))) for pair in self.pairs
        }
        # A person number other than 0 states that the key is one person's on both sides: then swapped roles count too
        mentors_by_key, mentees_by_key = (
            personal_rows(people, rows)
            for people, rows in ((market.mentors, mentor_rows), (market.mentees, mentee_rows))
        )
        past_pairs |= {
            (mentors_by_key.get(canonical(pair.mentee)), mentees_by_key.get(canonical(pair.mentor)))
            for pair in self.pairs
        }
        present_pairs = sorted(
            (mentor, mentee) for mentor, mentee in past_pairs if mentor is not None and mentee is not None
        )
        positions = np.array(present_pairs, dtype=np.int64).reshape(-1, 2)
        return positions[:, 0], positions[:, 1]


def personal_rows(people: People, rows: Mapping[str, int]) -> dict[str, int]:
    """Return the position of each key that identifies one person on both sides."""
    numbers = people.numbered[:, 0]
    return {key: row for key, row in rows.items() if numbers[row]}


def rows_by_key(people: People) -> dict[str, int]:
    """Return the position of each key."""
    return {canonical(key): row for row, key in enumerate(people.ids)}
