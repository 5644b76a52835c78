"""Rules that bound counts of pairs, partners or group members with certain answers, or the points of a pair.

Rule ``quota``: bounds on the number of pairs with certain answers.

Rule ``reserve``: places that stay free for people who arrive later.

Rule ``proportion``: bounds on the share of pairs with certain answers.

Rule ``composition``: bounds on the number of certain people in each group.

Rule ``diversity``: the mentors of one mentee gave different answers.

Rule ``minimum_score``: no pair below a number of points.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, model_validator
from pydantic import Field as Setting

from mentormatch.assignment.model.rows import Row
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntVector
from mentormatch.base.columns import MultiChoice
from mentormatch.base.immutable_models import Items, Part
from mentormatch.fields import Side
from mentormatch.fields.base import CHOICE_KINDS
from mentormatch.fields.extension import AnswerReference, FieldRef, FieldReference
from mentormatch.languages.phrases import counted, listed, percent, plain, quoted
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, mark_n, tr, tr_n
from mentormatch.people.cohort import People
from mentormatch.rules.rule import CompositionBound, KeptPlaces, Market, Missing, Relaxation, Rule, check_bounds


class Where(Part):
    """The people of ``side`` who answered one of ``in`` to ``field``."""

    side: Side
    field: Annotated[str, FieldRef(CHOICE_KINDS, "any")]
    among: Items[str] = Setting(validation_alias="in", serialization_alias="in", min_length=1)

    def holds(self, people: People) -> BoolVector:
        """Return (n,) bool: whether each person gave one of the answers; False without an answer."""
        return people.gave(self.field, self.among)


def as_list(value: object) -> object:
    """Return a single condition as a list of one, and any other value unchanged."""
    return [value] if isinstance(value, dict | Where) else value


def where_in_blanks(place: int) -> str:
    """Return the phrase of a condition on one person of a pair, with the blanks of a form.

    >>> where_in_blanks(0)
    'dont la ou le {where.0.side} a répondu {where.0.in} à {where.0.field}'
    """
    side, answers, field = blanks_of_condition(place)
    return tr("dont la ou le {side} a répondu {answers} à {field}", side=side, answers=answers, field=field)


def mentors_in_blanks(place: int) -> str:
    """Return the phrase of a condition on mentors, with the blanks of a form."""
    _, answers, field = blanks_of_condition(place)
    return tr("qui ont répondu {answers} à {field}", answers=answers, field=field)


def blanks_of_condition(place: int) -> tuple[str, ...]:
    """Return the blanks of the condition at index ``place``: its side, its answers, its field."""
    return tuple(f"{{where.{place}.{setting}}}" for setting in ("side", "in", "field"))


QUOTA_TEXTS = {
    (True, False): mark_n(
        "au moins {least} binôme selon « {field} »",
        "au moins {least} binômes selon « {field} »",
    ),
    (False, True): mark_n(
        "au plus {most} binôme selon « {field} »",
        "au plus {most} binômes selon « {field} »",
    ),
    (True, True): mark_n(
        "au moins {least} et au plus {most} binôme selon « {field} »",
        "au moins {least} et au plus {most} binômes selon « {field} »",
    ),
}
"""Singular and plural, by whether there are a lower and an upper bound."""

QUOTA_TEXTS_IN_BLANKS = {
    (True, False): mark_n(
        "Il y a au moins {least} binôme",
        "Il y a au moins {least} binômes",
    ),
    (False, True): mark_n(
        "Il y a au plus {most} binôme",
        "Il y a au plus {most} binômes",
    ),
    (True, True): mark_n(
        "Il y a entre {least} et {most} binôme",
        "Il y a entre {least} et {most} binômes",
    ),
}


def last_number(rule: "Quota | Composition") -> int:
    """Return the bound that a sentence states last, with which its noun agrees."""
    return (rule.least or 0) if rule.most is None else rule.most


class Quota(Rule):
    """The number of pairs for which every condition of ``where`` holds is between ``least`` and ``most``."""

    kind: Literal["quota"] = "quota"
    example = {
        "kind": "quota",
        "where": [{"side": "mentee", "field": "territoire", "in": ["Cantal", "Allier"]}],
        "least": 1,
    }
    where: Annotated[Items[Where], BeforeValidator(as_list)] = Setting(min_length=1)
    least: int | None = Setting(default=None, ge=0)
    most: int | None = Setting(default=None, ge=0)

    @model_validator(mode="after")
    def bounds_something(self) -> Self:
        """Refuse a quota without a bound, or whose bounds cross."""
        check_bounds(self.least, self.most)
        return self

    def references(self) -> Iterator[FieldReference]:
        for condition in self.where:
            yield FieldReference("where.field", condition.field, FieldRef(CHOICE_KINDS, condition.side))

    def quotations(self) -> Iterator[AnswerReference]:
        for condition in self.where:
            yield from (AnswerReference("where.in", condition.field, answer) for answer in condition.among)

    def describe(self) -> str:
        messages = QUOTA_TEXTS[self.least is not None, self.most is not None]
        return tr_n(*messages, last_number(self), least=self.least, most=self.most, field=self.where[0].field)

    @property
    def sentence(self) -> str:
        numbers = tr_n(*QUOTA_TEXTS_IN_BLANKS[self.least is not None, self.most is not None], last_number(self))
        return f"{numbers} {listed([where_in_blanks(place) for place in range(len(self.where))])}."

    @property
    def details(self) -> tuple[str, ...]:
        lower, upper = tr("Ils sont {least} au moins."), tr("Ils sont {most} au plus.")
        return (*((lower,) if self.least is None else ()), *((upper,) if self.most is None else ()))

    def side_constraints(self, market: Market) -> Iterator[Row]:
        mentors, mentees = (self._condition_flags(market, side) for side in ("mentor", "mentee"))
        weights = mentors if mentees is None else mentees
        is_product = mentors is not None and mentees is not None
        if weights is not None:
            yield Row(self.label, weights, self.least, self.most, factor=mentors if is_product else None)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the lower and the upper bound, one pair per step."""
        lower, upper, pair_count = self.least, self.most, market.shape[0] * market.shape[1]
        if lower:
            yield Relaxation(
                "lower_quota",
                lower,
                lambda k: self.model_copy(update={"least": lower - k}),
                lambda k: tr(
                    "Abaisser {rule} de {old} à {new} au moins.", rule=name, old=lower, new=counted(lower - k, "binôme")
                ),
            )
        if upper is not None and upper < pair_count:
            yield Relaxation(
                "raise_quota",
                pair_count - upper,
                lambda k: self.model_copy(update={"most": upper + k}),
                lambda k: tr(
                    "Relever {rule} de {old} à {new} au plus.", rule=name, old=upper, new=counted(upper + k, "binôme")
                ),
            )

    def _condition_flags(self, market: Market, side: Side) -> NDArray[np.int64] | None:
        """Return (n, 1) or (1, m) int64: 1 if all conditions on a side hold, else 0. None without conditions."""
        holds = [condition.holds(market.side(side)) for condition in self.where if condition.side == side]
        flags = np.logical_and.reduce(holds).astype(np.int64) if holds else None
        return flags if flags is None else flags[:, None] if side == "mentor" else flags[None, :]


class MentorsWhere(Where):
    """The mentors who answered one of ``in`` to ``field``."""

    side: Literal["mentor"] = Setting(default="mentor", exclude=True)


class ReservedPlaces(Rule):
    """The mentors for whom every condition of ``where`` holds keep ``places`` places free in total.

    Without ``where`` this concerns all mentors. The places of a mentor without any allowed mentee are not counted.
    ``people`` are the mentees (their keys) who may take reserved places: ``repair`` adds mentees who arrive later, and
    mentees whose mentor left. A place may be reserved by several such rules.
    """

    kind: Literal["reserve"] = "reserve"
    example = {"kind": "reserve", "places": 2, "where": [{"field": "reconversion", "in": ["Oui"]}]}
    places: int = Setting(ge=0, le=100_000)
    where: Annotated[Items[MentorsWhere], BeforeValidator(as_list)] = Setting(default_factory=tuple)
    people: Items[str] = Setting(default_factory=tuple, exclude_if=lambda people: not people)

    def references(self) -> Iterator[FieldReference]:
        for condition in self.where:
            yield FieldReference("where.field", condition.field, FieldRef(CHOICE_KINDS, "mentor"))

    def quotations(self) -> Iterator[AnswerReference]:
        for condition in self.where:
            yield from (AnswerReference("where.in", condition.field, answer) for answer in condition.among)

    def describe(self) -> str:
        places = counted(self.places, "place gardée", "places gardées")
        fields = listed([quoted(field) for field in dict.fromkeys(condition.field for condition in self.where)])
        if fields:
            return tr("{kept} pour qui arrive plus tard, selon {fields}", kept=places, fields=fields)
        return tr("{kept} pour qui arrive plus tard", kept=places)

    @property
    def sentence(self) -> str:
        places = tr_n("{places} place reste libre", "{places} places restent libres", self.places)
        conditions = [mentors_in_blanks(index) for index in range(len(self.where))]
        whose = tr("chez les mentor·es {conditions}", conditions=listed(conditions)) if conditions else ""
        return " ".join(filter(None, (places, tr("pour qui arrive plus tard"), whose))) + "."

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Peuvent les prendre : {people}."),)

    def kept_places(self, market: Market) -> KeptPlaces:
        all_mentors = np.ones(len(market.mentors), dtype=bool)
        concerned = np.logical_and.reduce([all_mentors, *(condition.holds(market.mentors) for condition in self.where)])
        return KeptPlaces(self.places, concerned, market.mentees.people_named(self.people))

    def with_kept_places(self, number: int, latecomers: Sequence[str]) -> Self:
        return self.model_copy(update={"places": number, "people": list(latecomers)})

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the number of reserved places, down to 1; with 0 the rule would be dropped."""
        if self.places > 1:
            yield Relaxation(
                "lower_reserve",
                self.places - 1,
                lambda k: self.with_kept_places(self.places - k, self.people),
                lambda k: tr(
                    "Garder {places} au lieu de {old} pour {rule}.",
                    places=counted(self.places - k, "place"),
                    old=self.places,
                    rule=name,
                ),
            )


FIELD_KINDS = ("choice", "choices", "scale", "yesno", "place")
HUNDRED_PERCENT = 100
PROPORTION_TEXTS = {
    (True, False): mark("au moins {least} des binômes selon « {field} »"),
    (False, True): mark("au plus {most} des binômes selon « {field} »"),
    (True, True): mark("au moins {least} et au plus {most} des binômes selon « {field} »"),
}
"""By whether there are a lower and an upper bound."""

PROPORTION_TEXTS_IN_BLANKS = {
    (True, False): mark("Au moins {least} % des binômes sont ceux d'un·e {side} qui a répondu {in} à {field}."),
    (False, True): mark("Au plus {most} % des binômes sont ceux d'un·e {side} qui a répondu {in} à {field}."),
    (True, True): mark("Entre {least} et {most} % des binômes sont ceux d'un·e {side} qui a répondu {in} à {field}."),
}


class Proportion(Rule):
    """Of every 100 pairs, ``least`` to ``most`` contain a person of ``side`` who answered one of ``in`` to ``field``.

    A pair whose person left ``field`` blank counts as a pair without these answers. A plan without pairs satisfies
    every proportion.
    """

    kind: Literal["proportion"] = "proportion"
    example = {"kind": "proportion", "side": "mentee", "field": "territoire", "in": ["Cantal"], "most": 50}
    side: Side = "mentee"
    field: Annotated[str, FieldRef(FIELD_KINDS, "any")]
    among: Items[str] = Setting(validation_alias="in", serialization_alias="in", min_length=1)
    least: int | None = Setting(default=None, ge=0, le=HUNDRED_PERCENT)
    most: int | None = Setting(default=None, ge=0, le=HUNDRED_PERCENT)

    @model_validator(mode="after")
    def bounds_something(self) -> Self:
        """Refuse a proportion without a bound, or whose bounds cross."""
        check_bounds(self.least, self.most)
        return self

    def references(self) -> Iterator[FieldReference]:
        yield FieldReference("field", self.field, FieldRef(FIELD_KINDS, self.side))

    def describe(self) -> str:
        lower, upper = ("" if bound is None else percent(bound / HUNDRED_PERCENT) for bound in (self.least, self.most))
        return tr(PROPORTION_TEXTS[bool(lower), bool(upper)], least=lower, most=upper, field=self.field)

    @property
    def sentence(self) -> str:
        return tr(PROPORTION_TEXTS_IN_BLANKS[self.least is not None, self.most is not None])

    @property
    def details(self) -> tuple[str, ...]:
        lower, upper = tr("Ils sont {least} % au moins."), tr("Ils sont {most} % au plus.")
        return (*((lower,) if self.least is None else ()), *((upper,) if self.most is None else ()))

    def side_constraints(self, market: Market) -> Iterator[Row]:
        # least <= 100 * counted / pairs <= most, multiplied by the number of pairs
        percents = self.answer_flags(market.side(self.side)) * HUNDRED_PERCENT
        weights = percents[:, None] if self.side == "mentor" else percents[None, :]
        if self.least is not None:
            yield Row(name=self.label, weights=weights - self.least, least=0)
        if self.most is not None:
            yield Row(name=self.label, weights=self.most - weights, least=0)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the lower and the upper bound, one percent per step."""
        lower, upper = self.least, self.most
        if lower:
            yield Relaxation(
                "lower_proportion",
                lower,
                lambda k: self.model_copy(update={"least": lower - k}),
                lambda k: tr(
                    "Abaisser {rule} de {old} à {new} au moins.",
                    rule=name,
                    old=lower,
                    new=percent((lower - k) / HUNDRED_PERCENT),
                ),
            )
        if upper is not None and upper < HUNDRED_PERCENT:
            yield Relaxation(
                "raise_proportion",
                HUNDRED_PERCENT - upper,
                lambda k: self.model_copy(update={"most": upper + k}),
                lambda k: tr(
                    "Relever {rule} de {old} à {new} au plus.",
                    rule=name,
                    old=upper,
                    new=percent((upper + k) / HUNDRED_PERCENT),
                ),
            )

    def answer_flags(self, people: People) -> IntVector:
        """Return (n,) int64: 1 for each person who gave one of the answers, else 0."""
        return people.gave(self.field, self.among).astype(np.int64)


COMPOSITION_TEXTS = {
    (True, False, False): mark("au moins {least} par groupe selon « {field} »"),
    (True, False, True): mark("au moins {least} par groupe selon « {field} », ou personne"),
    (False, True, False): mark("au plus {most} par groupe selon « {field} »"),
    (True, True, False): mark("au moins {least} et au plus {most} par groupe selon « {field} »"),
    (True, True, True): mark("au moins {least} et au plus {most} par groupe selon « {field} », ou personne"),
}
"""By whether there are a lower bound, an upper bound, and an exception for groups without such a person."""

ANSWERED_IN_BLANKS = {
    (True, False): mark_n(
        "Dans chaque groupe, au moins {least} personne a répondu {in} à {field}.",
        "Dans chaque groupe, au moins {least} personnes ont répondu {in} à {field}.",
    ),
    (False, True): mark_n(
        "Dans chaque groupe, au plus {most} personne a répondu {in} à {field}.",
        "Dans chaque groupe, au plus {most} personnes ont répondu {in} à {field}.",
    ),
    (True, True): mark_n(
        "Dans chaque groupe, entre {least} et {most} personne a répondu {in} à {field}.",
        "Dans chaque groupe, entre {least} et {most} personnes ont répondu {in} à {field}.",
    ),
}
SAME_IN_BLANKS = {
    (True, False): mark_n(
        "Dans chaque groupe, au moins {least} personne a la même réponse à {field}.",
        "Dans chaque groupe, au moins {least} personnes ont la même réponse à {field}.",
    ),
    (False, True): mark_n(
        "Dans chaque groupe, au plus {most} personne a la même réponse à {field}.",
        "Dans chaque groupe, au plus {most} personnes ont la même réponse à {field}.",
    ),
    (True, True): mark_n(
        "Dans chaque groupe, entre {least} et {most} personne a la même réponse à {field}.",
        "Dans chaque groupe, entre {least} et {most} personnes ont la même réponse à {field}.",
    ),
}


class Composition(Rule):
    """In each group, ``least`` to ``most`` people answered one of ``in`` to ``field``; with ``none``, 0 is allowed too.

    Without ``in``, the bounds apply to each distinct answer: ``most = 2`` allows at most two people of a group with the
    same answer; ``least = 2`` with ``none = true`` requires that no person is the only one in their group with an
    answer.
    """

    of_pairs: ClassVar[bool] = False
    of_groups: ClassVar[bool] = True
    value_words: ClassVar[Mapping[str, Mapping[str, str]]] = {"none": {"false": mark("exclu"), "true": mark("permis")}}
    kind: Literal["composition"] = "composition"
    example = {"kind": "composition", "field": "metier", "least": 2, "none": True}
    field: Annotated[str, FieldRef(("choice", "choices", "scale", "yesno", "place", "names"))]
    among: Items[str] = Setting(default_factory=tuple, validation_alias="in", serialization_alias="in")
    least: int | None = Setting(default=None, ge=0)
    most: int | None = Setting(default=None, ge=0)
    none: bool = False

    @model_validator(mode="after")
    def bounds_something(self) -> Self:
        """Refuse a composition without a bound, or whose bounds cross."""
        check_bounds(self.least, self.most)
        return self

    def describe(self) -> str:
        bounds = self.least is not None, self.most is not None
        message = COMPOSITION_TEXTS[(*bounds, self.none and self.least is not None)]
        return tr(message, least=self.least, most=self.most, field=self.field)

    @property
    def sentence(self) -> str:
        bounds = self.least is not None, self.most is not None
        return tr_n(*(ANSWERED_IN_BLANKS if self.among else SAME_IN_BLANKS)[bounds], last_number(self))

    @property
    def details(self) -> tuple[str, ...]:
        lower, upper = tr("Elles sont {least} au moins."), tr("Elles sont {most} au plus.")
        bounds = (*((lower,) if self.least is None else ()), *((upper,) if self.most is None else ()))
        answers = () if self.among else (tr("Seules comptent les réponses {in}."),)
        return (*bounds, *answers, tr("Un groupe où personne n'a répondu cela est {none}."))

    def composition_bounds(self, members: People) -> Iterator[CompositionBound]:
        upper = 1 << 30 if self.most is None else self.most  # more than any group has
        for answers in [self.among] if self.among else distinct_answers(members, self.field):
            holds = np.asarray(members.gave(self.field, answers))
            yield CompositionBound(self.label, holds, self.least or 0, upper, self.none)


def distinct_answers(people: People, field: str) -> list[list[str]]:
    """Return the distinct answers to a field, each in a list of its own, sorted by their folded text."""
    answers = {fold(answer): answer for row in range(len(people)) for answer in people.person(row).parts(field)}
    return [[answer] for _, answer in sorted(answers.items())]


class Diversity(Rule):
    """No two mentors of one mentee gave the same answer to ``field`` (a common answer, if several may be given).

    Mentors without an answer may share a mentee with any mentor; with ``missing = "forbid"``, with no other mentor.
    """

    kind: Literal["diversity"] = "diversity"
    example = {"kind": "diversity", "field": "territoire"}
    missing: Missing = "allow"
    field: Annotated[str, FieldRef(("choice", "choices", "scale", "yesno", "place"), "mentor")]

    def describe(self) -> str:
        return tr("mentor·es d'une même personne qui diffèrent dans « {field} »", field=self.field)

    @property
    def sentence(self) -> str:
        return tr("Les mentor·es d'une même personne ont des réponses différentes à {field}.")

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield one row for each mentee and each answer that several mentors gave: at most one of these mentors."""
        unknown = ~market.mentors.known(self.field)
        answers = answer_matrix(market.mentors, self.field)
        # A mentor without an answer conflicts with every mentor
        if self.missing == "forbid" and unknown.any():
            answers = np.column_stack([answers, unknown]) | unknown[:, None]
        for answer in answers.T[answers.sum(axis=0) > 1]:
            for mentee in range(len(market.mentees)):
                yield Row(self.label, answer[:, None].astype(np.int64), most=1, mentee=mentee)


def answer_matrix(people: People, field: str) -> NDArray[np.bool_]:
    """Return (n, k) bool: whether each person gave each of k answers."""
    column = people.columns[field]
    if isinstance(column, MultiChoice):
        return column.values
    codes = people.codes(field)
    return np.asarray(codes.values[:, None] == np.arange(len(codes.labels)))


MILLIONTHS_PER_POINT = 10_000  # a point is one of 100
STEPS_PER_POINT = 10  # points are shown, and relaxed, by tenths


class MinimumScore(Rule):
    """No pair scores less than ``points`` out of 100."""

    of_groups: ClassVar[bool] = True
    waiver_rank: ClassVar[int] = 2
    kind: Literal["minimum_score"] = "minimum_score"
    example = {"kind": "minimum_score", "points": 35}
    points: float = Setting(ge=0, le=100)

    def describe(self) -> str:
        return tr_n("au moins {score} point", "au moins {score} points", ceil(self.points), score=plain(self.points))

    @property
    def sentence(self) -> str:
        return tr_n("Un binôme a au moins {points} point.", "Un binôme a au moins {points} points.", ceil(self.points))

    def forbidden(self, market: Market) -> BoolMatrix:
        return np.asarray(market.scores < self.least_score)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the points, one tenth per step; the first step rounds down to a tenth."""
        tenths = ceil(round(self.points * STEPS_PER_POINT, 6))

        def points(k: int) -> float:
            return (tenths - k) / STEPS_PER_POINT

        if tenths:
            yield Relaxation(
                "lower_score",
                tenths,
                lambda k: self.model_copy(update={"points": points(k)}),
                lambda k: tr(
                    "Abaisser {rule} de {old} à {new} points.", rule=name, old=plain(self.points), new=plain(points(k))
                ),
                lambda k: ceil(k / STEPS_PER_POINT),
            )

    @property
    def least_score(self) -> int:
        return ceil(round(self.points * MILLIONTHS_PER_POINT, 6))
