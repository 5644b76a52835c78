"""Rules about how many partners one person takes, in heads or hours, and who is placed before others.

Rule ``capacity``: how many partners one person takes.

Rule ``load``: hours rather than heads, for instance the hours a month that each mentee asks of a mentor.

Rule ``priority``: people who are placed before others, for instance those left out last year.

Rule ``both_roles``: what is asked of people who are mentor and mentee at once.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import ceil
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.base.arrays import BoolMatrix, IntVector
from mentormatch.base.immutable_models import Items, Part
from mentormatch.errors import Problem, RequestError, SurveyError
from mentormatch.fields import Side
from mentormatch.fields.extension import AnswerReference, FieldRef, FieldReference
from mentormatch.languages.phrases import counted, listed, plain, quoted, thousands
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.people.cohort import People
from mentormatch.rules.rule import VALUE_WORDS, Market, Missing, Relaxation, Rule


class Capacity(Rule):
    """People take as many partners as they answered in ``field``, at most ``most``, at least ``minimum``.

    Who did not answer takes ``default``. A minimum binds those who take anyone, or everybody with ``always``.
    Without ``field`` everybody of ``side`` takes ``most``.
    """

    droppable: ClassVar[bool] = False
    value_words: ClassVar[Mapping[str, Mapping[str, str]]] = {
        **VALUE_WORDS,
        "always": {"false": mark("qui prend quelqu'un"), "true": mark("tout le monde")},
    }
    kind: Literal["capacity"] = "capacity"
    example = {"kind": "capacity", "field": "capacite", "most": 2}
    field: Annotated[str | None, FieldRef(("number",), "any")] = None
    side: Side = "mentor"
    most: int | None = Setting(default=None, ge=0, le=1000)
    minimum: int = Setting(default=0, ge=0, le=1000)
    always: bool = False
    default: int = Setting(default=1, ge=0, le=1000)

    @model_validator(mode="after")
    def says_how_many(self) -> Self:
        """Refuse a capacity that says nothing, and a minimum above it."""
        if self.field is None and self.most is None:
            raise ValueError(tr("il faut `field`, `most` ou les deux"))
        if self.most is not None and self.minimum > self.most:
            raise ValueError(tr("`minimum` dépasse `most`"))
        return self

    @property
    def places_unread(self) -> Mapping[str, int]:
        return {} if self.field is None else {self.field: self.default}

    def references(self) -> Iterator[FieldReference]:
        if self.field is not None:
            yield FieldReference("field", self.field, FieldRef(("number",), self.side))

    def describe(self) -> str:
        if self.most is None:
            return tr("nombre de places")
        if not self.minimum:
            return tr("nombre de places ({most} au plus)", most=self.most)
        return tr("nombre de places ({most} au plus, au moins {least})", most=self.most, least=self.minimum)

    @property
    def sentence(self) -> str:
        if self.field is None:
            return tr_n(
                "Chaque {side} prend {most} personne au plus.",
                "Chaque {side} prend {most} personnes au plus.",
                self.most or 0,
            )
        return tr("Chaque {side} prend autant de personnes qu'elle ou il l'a dit à {field}, et {most} au plus.")

    @property
    def details(self) -> tuple[str, ...]:
        sentences = () if self.field is not None else (tr("Le nombre de places se lit dans {field}."),)
        unsaid = tr_n("Qui n'a pas répondu a {default} place.", "Qui n'a pas répondu a {default} places.", self.default)
        least = tr_n(
            "Il faut prendre {minimum} personne au moins ; ce minimum vaut pour {always}.",
            "Il faut prendre {minimum} personnes au moins ; ce minimum vaut pour {always}.",
            self.minimum,
        )
        return (*sentences, unsaid, least)

    @property
    def couples_pairs(self) -> bool:
        return self.minimum > 0

    @property
    def places_label(self) -> str:
        return tr("nombre de places")

    def no_places_text(self) -> str:
        return tr("N'accompagne personne cette année : nombre de places à 0.")

    def place_fields(self, side: Side) -> tuple[str, ...]:
        return () if self.field is None or side != self.side else (self.field,)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the minimum."""
        if self.minimum:
            yield Relaxation(
                "lower_minimum",
                self.minimum,
                lambda k: self.model_copy(update={"minimum": self.minimum - k}),
                lambda k: tr(
                    "Abaisser le minimum de {rule} de {old} à {new} par personne.",
                    rule=name,
                    old=self.minimum,
                    new=self.minimum - k,
                ),
            )

    def degree_bounds(self, people: People, side: Side) -> DegreeBounds | None:
        if side != self.side:
            return None
        most = self._places(people)
        least = np.minimum(most, self.minimum) if not self.always else np.full_like(most, self.minimum)
        return DegreeBounds(least=least, most=most, optional=np.full(len(people), not self.always))

    def _places(self, people: People) -> IntVector:
        answers = np.full(len(people), np.nan) if self.field is None else people.numbers(self.field).values
        self._refuse_fractions(people, answers)
        unsaid = self.default if self.field is not None or self.most is None else self.most
        places = np.where(np.isnan(answers), unsaid, answers).astype(np.int64)
        return places if self.most is None else np.minimum(places, self.most)

    def _refuse_fractions(self, people: People, answers: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
        with np.errstate(invalid="ignore"):
            wrong = ~np.isnan(answers) & ((answers < 0) | (answers != np.floor(answers)) | (answers > 1000))
        if wrong.any():
            found = tr("« {field} » n'est pas un nombre de places", field=self.field)
            problems = [Problem(people.ids[row], found, tr("un entier de 0 à 1000")) for row in np.flatnonzero(wrong)]
            raise SurveyError(tr("Des capacités ne peuvent pas être utilisées"), problems)


PARTS = 100
"""Hours are counted in hundredths, rounded once."""
UNKNOWN = -1
GREATEST = 10_000

CODED = ("choice", "scale", "yesno", "place")

type Hours = Annotated[float, Setting(ge=0, le=GREATEST)]


class PairHours(Part):
    """One pair of answers, and the hours that such a pair takes."""

    mentor: str
    mentee: str
    hours: Hours


class Load(Rule):
    """The ``weights`` of the mentees of one mentor add up to no more than the mentor's ``limit``.

    Each is the id of a number field, or one number for all. Where an answer is missing and ``missing`` is ``allow``, a
    mentee without weight counts for nothing and a mentor without limit has none; with ``forbid`` they are in no pair.
    ``cells`` state hours that differ by pair: where the mentor's answer to the field ``mentor`` meets the mentee's to
    the field ``mentee``, they count instead of the weight.
    """

    kind: Literal["load"] = "load"
    example = {"kind": "load", "weights": 1, "limit": "capacite"}
    missing: Missing = "allow"
    weights: Annotated[str | Hours, FieldRef(("number",), "mentee")]
    limit: Annotated[str | Hours, FieldRef(("number",), "mentor")]
    mentor: Annotated[str | None, FieldRef(CODED, "mentor")] = None
    mentee: Annotated[str | None, FieldRef(CODED, "mentee")] = None
    cells: Items[PairHours] = ()

    @model_validator(mode="after")
    def says_of_which_answers(self) -> Self:
        """Refuse hours of answers without the fields that they answer, and fields without hours."""
        if not (self.mentor and self.mentee and self.cells) and (self.mentor or self.mentee or self.cells):
            raise ValueError(tr("il faut `mentor`, `mentee` et `cells`, ou aucun des trois"))
        return self

    def references(self) -> Iterator[FieldReference]:
        if isinstance(self.weights, str):
            yield FieldReference("weights", self.weights, FieldRef(("number",), "mentee"))
        if isinstance(self.limit, str):
            yield FieldReference("limit", self.limit, FieldRef(("number",), "mentor"))
        if self.mentor and self.mentee:
            yield FieldReference("mentor", self.mentor, FieldRef(CODED, "mentor"))
            yield FieldReference("mentee", self.mentee, FieldRef(CODED, "mentee"))

    def quotations(self) -> Iterator[AnswerReference]:
        for cell in self.cells:
            yield AnswerReference("cells.mentor", self.mentor or "", cell.mentor)
            yield AnswerReference("cells.mentee", self.mentee or "", cell.mentee)

    def describe(self) -> str:
        usual = tr(
            "charge de chaque mentor·e : {weight} par binôme, {limit} au plus en tout",
            weight=hours_in_words(self.weights),
            limit=hours_in_words(self.limit),
        )
        cells = [f"{quoted(cell.mentor)} / {quoted(cell.mentee)} {plain(cell.hours)}" for cell in self.cells]
        return tr("{load} (mais {cells})", load=usual, cells=listed(cells)) if cells else usual

    @property
    def sentence(self) -> str:
        return tr("Les binômes d'un·e mentor·e, à {weights} heures chacun, font {limit} heures en tout au plus.")

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Les heures diffèrent selon {mentor} et {mentee} ({cells})."), *super().details)

    def hours_of_pairs(self, market: Market) -> Iterator[tuple[IntVector, IntVector]]:
        """Yield mentors, by position, whose pairs take the same hours, and these (m,), in hundredths, -1: not known."""
        usual = hours_by_person(self.weights, market.mentees)
        gave = [market.mentors.gave(self.mentor or "", [cell.mentor]) for cell in self.cells]
        theirs = [market.mentees.gave(self.mentee or "", [cell.mentee]) for cell in self.cells]
        ways, way_of = np.unique(np.array([np.ones(len(market.mentors), bool), *gave]), axis=1, return_inverse=True)
        for number, (_, *some) in enumerate(ways.T.tolist()):
            hours = usual.copy()
            for cell, whose, there in zip(self.cells, theirs, some, strict=True):
                hours[whose & there] = round(cell.hours * PARTS)
            yield np.flatnonzero(way_of == number), hours

    def forbidden(self, market: Market) -> BoolMatrix:
        """Return the pairs that exceed the limit by themselves, and those not known where that is forbidden."""
        limits, found = hours_by_person(self.limit, market.mentors), np.zeros(market.shape, dtype=bool)
        for mentors, hours in self.hours_of_pairs(market):
            known = (limits[mentors] != UNKNOWN)[:, None] & (hours != UNKNOWN)[None, :]
            found[mentors] = np.where(known, hours[None, :] > limits[mentors, None], self.missing == "forbid")
        return found

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield one row for each mentor whom several mentees together could ask too much of."""
        limits = hours_by_person(self.limit, market.mentors)
        for mentors, hours in self.hours_of_pairs(market):
            needed = np.maximum(hours, 0)
            known, counted = np.sort(needed), needed[None, :]
            together = np.append(0, np.cumsum(known))[np.searchsorted(known, limits[mentors], side="right")]
            for mentor in mentors[(limits[mentors] != UNKNOWN) & (together > limits[mentors])].tolist():
                yield Row(name=self.label, weights=counted, most=int(limits[mentor]), mentor=mentor)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the hours that each mentor gives, where they are one number for all, by whole hours."""
        limit = self.limit
        if isinstance(limit, str):
            return
        needed = max((int(np.maximum(hours, 0).sum()) for _, hours in self.hours_of_pairs(market)), default=0) / PARTS
        if needed > limit:
            yield Relaxation(
                "raise_load",
                ceil(needed - limit),
                lambda k: self.model_copy(update={"limit": limit + k}),
                lambda k: tr(
                    "Relever {rule} de {old} à {new} au plus par mentor·e.",
                    rule=name,
                    old=plain(limit),
                    new=plain(limit + k),
                ),
            )


def hours_in_words(stated: str | float) -> str:
    """Return how a number of hours is stated: the field, or the number."""
    return quoted(stated) if isinstance(stated, str) else plain(stated)


def hours_by_person(stated: str | float, people: People) -> IntVector:
    """Return (n,) int64: hundredths of hours, one number a person, -1 where there is no answer.

    Raises SurveyError where an answer is no number of hours.
    """
    if not isinstance(stated, str):
        return np.full(len(people), round(stated * PARTS), dtype=np.int64)
    answers = people.numbers(stated).values
    refuse_hours(stated, people, answers)
    return np.where(np.isnan(answers), UNKNOWN, np.rint(np.nan_to_num(answers) * PARTS)).astype(np.int64)


def refuse_hours(field: str, people: People, answers: NDArray[np.float64]) -> None:
    """Raise SurveyError, naming everybody whose answer is no number of hours."""
    found, expected = (
        tr("« {field} » n'est pas un nombre d'heures", field=field),
        tr("un nombre de 0 à {most}", most=GREATEST),
    )
    problems = [
        Problem(people.ids[row], found, expected)
        for row in np.flatnonzero(~np.isnan(answers) & ~((answers >= 0) & (answers <= GREATEST)))
    ]
    if problems:
        raise SurveyError(tr("Des nombres d'heures ne peuvent pas être utilisés"), problems)


KINDS = ("choice", "scale", "yesno", "place")


class Priority(Rule):
    """People of ``side`` come first who answered one of ``in`` to ``field``, or whose keys are in ``people``."""

    of_groups: ClassVar[bool] = True
    kind: Literal["priority"] = "priority"
    example = {"kind": "priority", "side": "mentee", "field": "attente", "in": ["Oui"]}
    side: Side = "mentee"
    field: Annotated[str | None, FieldRef(KINDS, "any")] = None
    among: Items[str] = Setting(default_factory=tuple, validation_alias="in", serialization_alias="in")
    people: Items[str] = Setting(default_factory=tuple)

    @model_validator(mode="after")
    def names_someone(self) -> Self:
        """Refuse a priority of nobody."""
        if not self.people and not (self.field and self.among):
            raise ValueError(tr("il faut `field` avec `in`, ou `people`"))
        return self

    def references(self) -> Iterator[FieldReference]:
        if self.field is not None:
            yield FieldReference("field", self.field, FieldRef(KINDS, self.side))

    def describe(self) -> str:
        return tr("personnes à placer en priorité")

    @property
    def sentence(self) -> str:
        if self.field is None:
            return tr("Côté {side}, on place d'abord {people}.")
        return tr("On place d'abord chaque {side} qui a répondu {in} à {field}.")

    @property
    def details(self) -> tuple[str, ...]:
        if self.field is None:
            return (tr("On place aussi d'abord qui a répondu {in} à {field}."),)
        return (tr("On place aussi d'abord ces personnes : {people}."),)

    def priority(self, people: People, side: Side) -> IntVector | None:
        if side != self.side:
            return None
        first = people.people_named(self.people)
        return (first if self.field is None else first | people.gave(self.field, self.among)).astype(np.int64)


MOST_PEOPLE = 200
"""Of more people in both roles, the constraints on each two of them would be too many."""
ONE = np.ones((1, 1), dtype=np.int64)


class BothRoles(Rule):
    """Two people who are mentor and mentee at once are not each other's, and each has ``most`` partners at most in all.

    Who accompanies somebody is not accompanied by them unless the pairs may be ``reciprocal``. Without ``most`` the
    places that people have as a mentor and as a mentee are the only limit.
    """

    value_words: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "reciprocal": {"false": mark("ne peuvent pas"), "true": mark("peuvent")}
    }
    kind: Literal["both_roles"] = "both_roles"
    example = {"kind": "both_roles", "most": 2}
    most: int | None = Setting(default=None, ge=1, le=1000)
    reciprocal: bool = False

    @model_validator(mode="after")
    def asks_something(self) -> Self:
        """Refuse a rule that allows everything."""
        if self.reciprocal and self.most is None:
            raise ValueError(tr("il faut `most`, ou `reciprocal = false`"))
        return self

    def describe(self) -> str:
        if self.most is None:
            return tr("dans les deux rôles : jamais l'un·e de l'autre")
        most = counted(self.most, "partenaire")
        if self.reciprocal:
            return tr("dans les deux rôles : {most} en tout au plus", most=most)
        return tr("dans les deux rôles : {most} en tout au plus, jamais l'un·e de l'autre", most=most)

    @property
    def sentence(self) -> str:
        return tr("Deux personnes qui sont dans les deux rôles {reciprocal} s'accompagner l'une l'autre.")

    @property
    def details(self) -> tuple[str, ...]:
        return (
            tr_n(
                "Chacune a {most} partenaire en tout au plus.",
                "Chacune a {most} partenaires en tout au plus.",
                self.most or 2,  # without a number the plural
            ),
        )

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield the limit of each of them, then that of the pairs of each two, as mentor and mentee and conversely."""
        people = list(zip(*(side.tolist() for side in market.mentors.same_as(market.mentees)), strict=True))
        if self.most is not None:
            for mentor, mentee in people:
                yield Row(self.label, ONE, most=self.most, mentor=mentor, mentee=mentee)
        if self.reciprocal or self.most == 1:
            return
        self._refuse_too_many(people)
        for (one, first), (other, second) in combinations(people, 2):
            # Of the four pairs that the product counts, two are of a person with themselves: they do not exist.
            if one != other and first != second:
                yield Row(
                    self.label,
                    both_of(market.shape[0], one, other)[:, None],
                    most=1,
                    factor=both_of(market.shape[1], first, second)[None, :],
                )

    def _refuse_too_many(self, people: list[tuple[int, int]]) -> None:
        if len(people) > MOST_PEOPLE:
            found = tr("{count} personnes dans les deux rôles", count=thousands(len(people)))
            expected = tr("{most} au plus, ou `reciprocal = true`", most=thousands(MOST_PEOPLE))
            raise RequestError(
                tr("Trop de personnes sont dans les deux rôles pour exclure qu'elles s'accompagnent l'une l'autre"),
                [Problem(self.label, found, expected)],
            )

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how many partners each may have in all."""
        most = self.most
        if most is not None and most < (furthest := sum(market.shape)):
            yield Relaxation(
                "raise_partners",
                furthest - most,
                lambda k: self.model_copy(update={"most": most + k}),
                lambda k: tr(
                    "Permettre {partners} en tout au lieu de {old} pour {rule}.",
                    partners=counted(most + k, "partenaire"),
                    old=most,
                    rule=name,
                ),
            )


def both_of(count: int, one: int, other: int) -> NDArray[np.int64]:
    """Return (n,) int64: 1 for two people, else 0."""
    weights = np.zeros(count, dtype=np.int64)
    weights[[one, other]] = 1
    return weights
