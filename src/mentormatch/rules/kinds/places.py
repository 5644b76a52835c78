"""Rules on capacity, in partners or in hours, on priority, and on people in both roles.

Rule ``capacity``: the number of partners per person.

Rule ``load``: hours instead of partners, for instance the hours per month that each mentee needs from a mentor.

Rule ``priority``: people who are placed first, for instance those left out last year.

Rule ``both_roles``: limits on people who are mentor and mentee at once.
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

    People who did not answer take ``default``. The minimum binds people with at least one partner, or with ``always``
    every person. Without ``field`` each person of ``side`` takes ``most``.
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
        """Refuse a capacity without field and maximum, and a minimum above the maximum."""
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
        default = tr_n(
            "Qui n'a pas répondu a {default} place.", "Qui n'a pas répondu a {default} places.", self.default
        )
        minimum = tr_n(
            "Il faut prendre {minimum} personne au moins ; ce minimum vaut pour {always}.",
            "Il faut prendre {minimum} personnes au moins ; ce minimum vaut pour {always}.",
            self.minimum,
        )
        return (*sentences, default, minimum)

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
        upper = self._places(people)
        lower = np.minimum(upper, self.minimum) if not self.always else np.full_like(upper, self.minimum)
        return DegreeBounds(least=lower, most=upper, optional=np.full(len(people), not self.always))

    def _places(self, people: People) -> IntVector:
        answers = np.full(len(people), np.nan) if self.field is None else people.numbers(self.field).values
        self._refuse_fractions(people, answers)
        default = self.default if self.field is not None or self.most is None else self.most
        places = np.where(np.isnan(answers), default, answers).astype(np.int64)
        return places if self.most is None else np.minimum(places, self.most)

    def _refuse_fractions(self, people: People, answers: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
        with np.errstate(invalid="ignore"):
            invalid = ~np.isnan(answers) & ((answers < 0) | (answers != np.floor(answers)) | (answers > 1000))
        if invalid.any():
            cause = tr("« {field} » n'est pas un nombre de places", field=self.field)
            problems = [Problem(people.ids[row], cause, tr("un entier de 0 à 1000")) for row in np.flatnonzero(invalid)]
            raise SurveyError(tr("Des capacités ne peuvent pas être utilisées"), problems)


HOUR_PARTS = 100  # hours are integers of hundredths, rounded once
UNKNOWN_HOURS = -1
MAX_HOURS = 10_000

ANSWER_FIELD_KINDS = ("choice", "scale", "yesno", "place")

type Hours = Annotated[float, Setting(ge=0, le=MAX_HOURS)]


class PairHours(Part):
    """Hours of the pairs in which the mentor gave one answer and the mentee another."""

    mentor: str
    mentee: str
    hours: Hours


class Load(Rule):
    """The ``weights`` of the mentees of one mentor add up to no more than the mentor's ``limit``.

    Each setting is the id of a number field, or one number for all. If an answer is missing and ``missing`` is
    ``allow``, a mentee without weight counts 0 and a mentor without limit has none; with ``forbid`` they are in no
    pair. ``cells`` state hours that differ by pair: they replace the weight if the mentor gave the answer of the cell
    to the field ``mentor``, and the mentee to the field ``mentee``.
    """

    kind: Literal["load"] = "load"
    example = {"kind": "load", "weights": 1, "limit": "capacite"}
    missing: Missing = "allow"
    weights: Annotated[str | Hours, FieldRef(("number",), "mentee")]
    limit: Annotated[str | Hours, FieldRef(("number",), "mentor")]
    mentor: Annotated[str | None, FieldRef(ANSWER_FIELD_KINDS, "mentor")] = None
    mentee: Annotated[str | None, FieldRef(ANSWER_FIELD_KINDS, "mentee")] = None
    cells: Items[PairHours] = ()

    @model_validator(mode="after")
    def says_of_which_answers(self) -> Self:
        """Refuse hours by answers without both fields, and fields without hours."""
        if not (self.mentor and self.mentee and self.cells) and (self.mentor or self.mentee or self.cells):
            raise ValueError(tr("il faut `mentor`, `mentee` et `cells`, ou aucun des trois"))
        return self

    def references(self) -> Iterator[FieldReference]:
        if isinstance(self.weights, str):
            yield FieldReference("weights", self.weights, FieldRef(("number",), "mentee"))
        if isinstance(self.limit, str):
            yield FieldReference("limit", self.limit, FieldRef(("number",), "mentor"))
        if self.mentor and self.mentee:
            yield FieldReference("mentor", self.mentor, FieldRef(ANSWER_FIELD_KINDS, "mentor"))
            yield FieldReference("mentee", self.mentee, FieldRef(ANSWER_FIELD_KINDS, "mentee"))

    def quotations(self) -> Iterator[AnswerReference]:
        for cell in self.cells:
            yield AnswerReference("cells.mentor", self.mentor or "", cell.mentor)
            yield AnswerReference("cells.mentee", self.mentee or "", cell.mentee)

    def describe(self) -> str:
        load = tr(
            "charge de chaque mentor·e : {weight} par binôme, {limit} au plus en tout",
            weight=hours_in_words(self.weights),
            limit=hours_in_words(self.limit),
        )
        cells = [f"{quoted(cell.mentor)} / {quoted(cell.mentee)} {plain(cell.hours)}" for cell in self.cells]
        return tr("{load} (mais {cells})", load=load, cells=listed(cells)) if cells else load

    @property
    def sentence(self) -> str:
        return tr("Les binômes d'un·e mentor·e, à {weights} heures chacun, font {limit} heures en tout au plus.")

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Les heures diffèrent selon {mentor} et {mentee} ({cells})."), *super().details)

    def hours_of_pairs(self, market: Market) -> Iterator[tuple[IntVector, IntVector]]:
        """Yield groups of mentors, by position, whose pairs take equal hours, with these hours.

        Hours (m,) are hundredths, one entry per mentee, -1 if unknown.
        """
        default_hours = hours_by_person(self.weights, market.mentees)
        mentors_by_cell = [market.mentors.gave(self.mentor or "", [cell.mentor]) for cell in self.cells]
        mentees_by_cell = [market.mentees.gave(self.mentee or "", [cell.mentee]) for cell in self.cells]
        groups, group_of = np.unique(
            np.array([np.ones(len(market.mentors), bool), *mentors_by_cell]), axis=1, return_inverse=True
        )
        for index, (_, *cell_flags) in enumerate(groups.T.tolist()):
            hours = default_hours.copy()
            for cell, concerned, applies in zip(self.cells, mentees_by_cell, cell_flags, strict=True):
                hours[concerned & applies] = round(cell.hours * HOUR_PARTS)
            yield np.flatnonzero(group_of == index), hours

    def forbidden(self, market: Market) -> BoolMatrix:
        """Return the pairs that exceed the limit alone; with ``missing = "forbid"``, also pairs with unknown hours."""
        limits, barred = hours_by_person(self.limit, market.mentors), np.zeros(market.shape, dtype=bool)
        for mentors, hours in self.hours_of_pairs(market):
            is_known = (limits[mentors] != UNKNOWN_HOURS)[:, None] & (hours != UNKNOWN_HOURS)[None, :]
            barred[mentors] = np.where(is_known, hours[None, :] > limits[mentors, None], self.missing == "forbid")
        return barred

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield a row for each mentor whose limit several mentees, each of them allowed, could exceed."""
        limits = hours_by_person(self.limit, market.mentors)
        for mentors, hours in self.hours_of_pairs(market):
            needed = np.maximum(hours, 0)
            sorted_hours, weights = np.sort(needed), needed[None, :]
            # The sum of the hours of all mentees who fit the limit one by one
            total_of_fitting = np.append(0, np.cumsum(sorted_hours))[
                np.searchsorted(sorted_hours, limits[mentors], side="right")
            ]
            for mentor in mentors[(limits[mentors] != UNKNOWN_HOURS) & (total_of_fitting > limits[mentors])].tolist():
                yield Row(name=self.label, weights=weights, most=int(limits[mentor]), mentor=mentor)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the limit, one hour per step, if it is one number for all mentors."""
        limit = self.limit
        if isinstance(limit, str):
            return
        needed = (
            max((int(np.maximum(hours, 0).sum()) for _, hours in self.hours_of_pairs(market)), default=0) / HOUR_PARTS
        )
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


def hours_in_words(hours: str | float) -> str:
    """Return the text of a setting of hours: the quoted field, or the number."""
    return quoted(hours) if isinstance(hours, str) else plain(hours)


def hours_by_person(hours: str | float, people: People) -> IntVector:
    """Return (n,) int64: hundredths of hours per person, -1 without an answer.

    Raises SurveyError if an answer is not a number of hours.
    """
    if not isinstance(hours, str):
        return np.full(len(people), round(hours * HOUR_PARTS), dtype=np.int64)
    answers = people.numbers(hours).values
    refuse_hours(hours, people, answers)
    return np.where(np.isnan(answers), UNKNOWN_HOURS, np.rint(np.nan_to_num(answers) * HOUR_PARTS)).astype(np.int64)


def refuse_hours(field: str, people: People, answers: NDArray[np.float64]) -> None:
    """Raise SurveyError with all people whose answer is not a number of hours from 0 to ``MAX_HOURS``."""
    cause, expected = (
        tr("« {field} » n'est pas un nombre d'heures", field=field),
        tr("un nombre de 0 à {most}", most=MAX_HOURS),
    )
    problems = [
        Problem(people.ids[row], cause, expected)
        for row in np.flatnonzero(~np.isnan(answers) & ~((answers >= 0) & (answers <= MAX_HOURS)))
    ]
    if problems:
        raise SurveyError(tr("Des nombres d'heures ne peuvent pas être utilisés"), problems)


class Priority(Rule):
    """People of ``side`` who answered one of ``in`` to ``field``, or whose keys are in ``people``, come first."""

    of_groups: ClassVar[bool] = True
    kind: Literal["priority"] = "priority"
    example = {"kind": "priority", "side": "mentee", "field": "attente", "in": ["Oui"]}
    side: Side = "mentee"
    field: Annotated[str | None, FieldRef(ANSWER_FIELD_KINDS, "any")] = None
    among: Items[str] = Setting(default_factory=tuple, validation_alias="in", serialization_alias="in")
    people: Items[str] = Setting(default_factory=tuple)

    @model_validator(mode="after")
    def names_someone(self) -> Self:
        """Refuse a priority without people and without answers."""
        if not self.people and not (self.field and self.among):
            raise ValueError(tr("il faut `field` avec `in`, ou `people`"))
        return self

    def references(self) -> Iterator[FieldReference]:
        if self.field is not None:
            yield FieldReference("field", self.field, FieldRef(ANSWER_FIELD_KINDS, self.side))

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


MAX_BOTH_ROLES = 200  # people; each two of them need a constraint
SINGLE_PAIR = np.ones((1, 1), dtype=np.int64)


class BothRoles(Rule):
    """No two people who are mentor and mentee at once accompany each other, unless ``reciprocal``.

    With ``most``, each of them has at most ``most`` partners in total; without it, only their places as a mentor and as
    a mentee limit them.
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
        partners = counted(self.most, "partenaire")
        if self.reciprocal:
            return tr("dans les deux rôles : {most} en tout au plus", most=partners)
        return tr("dans les deux rôles : {most} en tout au plus, jamais l'un·e de l'autre", most=partners)

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
        """Yield a row for each person in both roles, the limit; and a row for each two of them.

        Of the two pairs that two such people can form, at most one is chosen.
        """
        people = list(zip(*(side.tolist() for side in market.mentors.same_as(market.mentees)), strict=True))
        if self.most is not None:
            for mentor, mentee in people:
                yield Row(self.label, SINGLE_PAIR, most=self.most, mentor=mentor, mentee=mentee)
        if self.reciprocal or self.most == 1:
            return
        self._refuse_too_many(people)
        for (mentor_a, mentee_a), (mentor_b, mentee_b) in combinations(people, 2):
            # The product has four pairs, but the two pairs of a person with themselves do not exist
            if mentor_a != mentor_b and mentee_a != mentee_b:
                yield Row(
                    self.label,
                    pair_indicator(market.shape[0], mentor_a, mentor_b)[:, None],
                    most=1,
                    factor=pair_indicator(market.shape[1], mentee_a, mentee_b)[None, :],
                )

    def _refuse_too_many(self, people: list[tuple[int, int]]) -> None:
        if len(people) > MAX_BOTH_ROLES:
            cause = tr("{count} personnes dans les deux rôles", count=thousands(len(people)))
            expected = tr("{most} au plus, ou `reciprocal = true`", most=thousands(MAX_BOTH_ROLES))
            raise RequestError(
                tr("Trop de personnes sont dans les deux rôles pour exclure qu'elles s'accompagnent l'une l'autre"),
                [Problem(self.label, cause, expected)],
            )

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the maximum number of partners in total."""
        upper = self.most
        if upper is not None and upper < (furthest := sum(market.shape)):
            yield Relaxation(
                "raise_partners",
                furthest - upper,
                lambda k: self.model_copy(update={"most": upper + k}),
                lambda k: tr(
                    "Permettre {partners} en tout au lieu de {old} pour {rule}.",
                    partners=counted(upper + k, "partenaire"),
                    old=upper,
                    rule=name,
                ),
            )


def pair_indicator(count: int, first: int, second: int) -> NDArray[np.int64]:
    """Return (n,) int64: 1 at two positions, else 0."""
    weights = np.zeros(count, dtype=np.int64)
    weights[[first, second]] = 1
    return weights
