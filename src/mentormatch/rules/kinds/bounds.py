"""Rules that set bounds: on how many pairs, partners or people of a group gave some answers, on points of a pair.

Rules that bound how many pairs, partners or people of a group gave some answers; and whom such a rule speaks of.

Whom a rule speaks of: the people of a side who gave some answers.

Rule ``quota``: at least, or at most, so many pairs with given answers.

Rule ``reserve``: places that are kept free for people who come later.

Rule ``proportion``: at least, or at most, a share of the pairs with given answers.

Rule ``composition``: how many of some people there may be in one group.

Rule ``diversity``: several mentors of one mentee answered differently.

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
from mentormatch.fields.base import CHOSEN
from mentormatch.fields.extension import AnswerReference, FieldRef, FieldReference
from mentormatch.languages.phrases import counted, listed, percent, plain, quoted
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, mark_n, tr, tr_n
from mentormatch.people.cohort import People
from mentormatch.rules.rule import CompositionBound, KeptPlaces, Market, Missing, Relaxation, Rule, check_bounds


class Where(Part):
    """The people of ``side`` who answered one of ``in`` to ``field``."""

    side: Side
    field: Annotated[str, FieldRef(CHOSEN, "any")]
    among: Items[str] = Setting(validation_alias="in", serialization_alias="in", min_length=1)

    def holds(self, people: People) -> BoolVector:
        """Return (n,) bool: who the condition holds for; not for those who did not answer."""
        return people.gave(self.field, self.among)


def as_list(stated: object) -> object:
    """Return one condition as a list of one."""
    return [stated] if isinstance(stated, dict | Where) else stated


def where_in_blanks(place: int) -> str:
    """Return what a condition asks of one person of a pair, with the blanks of a form.

    >>> where_in_blanks(0)
    'dont la ou le {where.0.side} a répondu {where.0.in} à {where.0.field}'
    """
    side, answers, field = blanks_of_condition(place)
    return tr("dont la ou le {side} a répondu {answers} à {field}", side=side, answers=answers, field=field)


def mentors_in_blanks(place: int) -> str:
    """Return of which mentors a condition speaks, with the blanks of a form."""
    _, answers, field = blanks_of_condition(place)
    return tr("qui ont répondu {answers} à {field}", answers=answers, field=field)


def blanks_of_condition(place: int) -> tuple[str, ...]:
    """Return the blanks of a condition: its side, its answers, its field."""
    return tuple(f"{{where.{place}.{setting}}}" for setting in ("side", "in", "field"))


NUMBERS = {
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
"""What is asked, by whether there is a least and a most."""

NUMBERS_IN_BLANKS = {
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
        """Refuse a quota without a bound, or with bounds that cross."""
        check_bounds(self.least, self.most)
        return self

    def references(self) -> Iterator[FieldReference]:
        for condition in self.where:
            yield FieldReference("where.field", condition.field, FieldRef(CHOSEN, condition.side))

    def quotations(self) -> Iterator[AnswerReference]:
        for condition in self.where:
            yield from (AnswerReference("where.in", condition.field, answer) for answer in condition.among)

    def describe(self) -> str:
        messages = NUMBERS[self.least is not None, self.most is not None]
        return tr_n(*messages, last_number(self), least=self.least, most=self.most, field=self.where[0].field)

    @property
    def sentence(self) -> str:
        numbers = tr_n(*NUMBERS_IN_BLANKS[self.least is not None, self.most is not None], last_number(self))
        return f"{numbers} {listed([where_in_blanks(place) for place in range(len(self.where))])}."

    @property
    def details(self) -> tuple[str, ...]:
        least, most = tr("Ils sont {least} au moins."), tr("Ils sont {most} au plus.")
        return (*((least,) if self.least is None else ()), *((most,) if self.most is None else ()))

    def side_constraints(self, market: Market) -> Iterator[Row]:
        mentors, mentees = (self._condition_flags(market, side) for side in ("mentor", "mentee"))
        one = mentors if mentees is None else mentees
        both = mentors is not None and mentees is not None
        if one is not None:
            yield Row(self.label, one, self.least, self.most, factor=mentors if both else None)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the least and the most."""
        least, most, pairs = self.least, self.most, market.shape[0] * market.shape[1]
        if least:
            yield Relaxation(
                "lower_quota",
                least,
                lambda k: self.model_copy(update={"least": least - k}),
                lambda k: tr(
                    "Abaisser {rule} de {old} à {new} au moins.", rule=name, old=least, new=counted(least - k, "binôme")
                ),
            )
        if most is not None and most < pairs:
            yield Relaxation(
                "raise_quota",
                pairs - most,
                lambda k: self.model_copy(update={"most": most + k}),
                lambda k: tr(
                    "Relever {rule} de {old} à {new} au plus.", rule=name, old=most, new=counted(most + k, "binôme")
                ),
            )

    def _condition_flags(self, market: Market, side: Side) -> NDArray[np.int64] | None:
        """Return (n, 1) or (1, m) int64: 1 for whom all conditions of a side hold; None where there are none."""
        holds = [condition.holds(market.side(side)) for condition in self.where if condition.side == side]
        counted = np.logical_and.reduce(holds).astype(np.int64) if holds else None
        return counted if counted is None else counted[:, None] if side == "mentor" else counted[None, :]


class MentorsWhere(Where):
    """The mentors who answered one of ``in`` to ``field``."""

    side: Literal["mentor"] = Setting(default="mentor", exclude=True)


class ReservedPlaces(Rule):
    """Of the places of the mentors for whom every condition of ``where`` holds, ``places`` stay free, all together.

    Without ``where`` these are all mentors. The places of a mentor whom no mentee may have are not counted. A mentee
    who arrives later gets a kept place by ``repair``, which adds the newcomers, and those whose mentor left, to
    ``people``: the mentees (their keys) who may take kept places. A place may be kept by several such rules.
    """

    kind: Literal["reserve"] = "reserve"
    example = {"kind": "reserve", "places": 2, "where": [{"field": "reconversion", "in": ["Oui"]}]}
    places: int = Setting(ge=0, le=100_000)
    where: Annotated[Items[MentorsWhere], BeforeValidator(as_list)] = Setting(default_factory=tuple)
    people: Items[str] = Setting(default_factory=tuple, exclude_if=lambda people: not people)

    def references(self) -> Iterator[FieldReference]:
        for condition in self.where:
            yield FieldReference("where.field", condition.field, FieldRef(CHOSEN, "mentor"))

    def quotations(self) -> Iterator[AnswerReference]:
        for condition in self.where:
            yield from (AnswerReference("where.in", condition.field, answer) for answer in condition.among)

    def describe(self) -> str:
        kept = counted(self.places, "place gardée", "places gardées")
        fields = listed([quoted(field) for field in dict.fromkeys(condition.field for condition in self.where)])
        if fields:
            return tr("{kept} pour qui arrive plus tard, selon {fields}", kept=kept, fields=fields)
        return tr("{kept} pour qui arrive plus tard", kept=kept)

    @property
    def sentence(self) -> str:
        kept = tr_n("{places} place reste libre", "{places} places restent libres", self.places)
        conditions = [mentors_in_blanks(place) for place in range(len(self.where))]
        whose = tr("chez les mentor·es {conditions}", conditions=listed(conditions)) if conditions else ""
        return " ".join(filter(None, (kept, tr("pour qui arrive plus tard"), whose))) + "."

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Peuvent les prendre : {people}."),)

    def kept_places(self, market: Market) -> KeptPlaces:
        everybody = np.ones(len(market.mentors), dtype=bool)
        some = np.logical_and.reduce([everybody, *(condition.holds(market.mentors) for condition in self.where)])
        return KeptPlaces(self.places, some, market.mentees.people_named(self.people))

    def with_kept_places(self, number: int, latecomers: Sequence[str]) -> Self:
        return self.model_copy(update={"places": number, "people": list(latecomers)})

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how many places are kept; none at all is the rule dropped."""
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


KINDS = ("choice", "choices", "scale", "yesno", "place")
WHOLE = 100
SHARES = {
    (True, False): mark("au moins {least} des binômes selon « {field} »"),
    (False, True): mark("au plus {most} des binômes selon « {field} »"),
    (True, True): mark("au moins {least} et au plus {most} des binômes selon « {field} »"),
}
"""What is asked, by whether there is a least and a most."""

SHARES_IN_BLANKS = {
    (True, False): mark("Au moins {least} % des binômes sont ceux d'un·e {side} qui a répondu {in} à {field}."),
    (False, True): mark("Au plus {most} % des binômes sont ceux d'un·e {side} qui a répondu {in} à {field}."),
    (True, True): mark("Entre {least} et {most} % des binômes sont ceux d'un·e {side} qui a répondu {in} à {field}."),
}


class Proportion(Rule):
    """Of every 100 pairs, between ``least`` and ``most`` are of people of ``side`` who answered one of ``in``.

    A pair whose ``field`` was left blank is among the pairs, and not among those with the answers. No pair at all is
    in any proportion.
    """

    kind: Literal["proportion"] = "proportion"
    example = {"kind": "proportion", "side": "mentee", "field": "territoire", "in": ["Cantal"], "most": 50}
    side: Side = "mentee"
    field: Annotated[str, FieldRef(KINDS, "any")]
    among: Items[str] = Setting(validation_alias="in", serialization_alias="in", min_length=1)
    least: int | None = Setting(default=None, ge=0, le=WHOLE)
    most: int | None = Setting(default=None, ge=0, le=WHOLE)

    @model_validator(mode="after")
    def bounds_something(self) -> Self:
        """Refuse a proportion without a bound, or with bounds that cross."""
        check_bounds(self.least, self.most)
        return self

    def references(self) -> Iterator[FieldReference]:
        yield FieldReference("field", self.field, FieldRef(KINDS, self.side))

    def describe(self) -> str:
        least, most = ("" if bound is None else percent(bound / WHOLE) for bound in (self.least, self.most))
        return tr(SHARES[bool(least), bool(most)], least=least, most=most, field=self.field)

    @property
    def sentence(self) -> str:
        return tr(SHARES_IN_BLANKS[self.least is not None, self.most is not None])

    @property
    def details(self) -> tuple[str, ...]:
        least, most = tr("Ils sont {least} % au moins."), tr("Ils sont {most} % au plus.")
        return (*((least,) if self.least is None else ()), *((most,) if self.most is None else ()))

    def side_constraints(self, market: Market) -> Iterator[Row]:
        counted = self.answer_flags(market.side(self.side)) * WHOLE
        weights = counted[:, None] if self.side == "mentor" else counted[None, :]
        if self.least is not None:
            yield Row(name=self.label, weights=weights - self.least, least=0)
        if self.most is not None:
            yield Row(name=self.label, weights=self.most - weights, least=0)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the least and the most, by hundredths."""
        least, most = self.least, self.most
        if least:
            yield Relaxation(
                "lower_proportion",
                least,
                lambda k: self.model_copy(update={"least": least - k}),
                lambda k: tr(
                    "Abaisser {rule} de {old} à {new} au moins.", rule=name, old=least, new=percent((least - k) / WHOLE)
                ),
            )
        if most is not None and most < WHOLE:
            yield Relaxation(
                "raise_proportion",
                WHOLE - most,
                lambda k: self.model_copy(update={"most": most + k}),
                lambda k: tr(
                    "Relever {rule} de {old} à {new} au plus.", rule=name, old=most, new=percent((most + k) / WHOLE)
                ),
            )

    def answer_flags(self, people: People) -> IntVector:
        """Return (n,) int64: 1 for who gave one of the answers, else 0."""
        return people.gave(self.field, self.among).astype(np.int64)


ANY = 1 << 30
NUMBERS_IN_GROUPS = {
    (True, False, False): mark("au moins {least} par groupe selon « {field} »"),
    (True, False, True): mark("au moins {least} par groupe selon « {field} », ou personne"),
    (False, True, False): mark("au plus {most} par groupe selon « {field} »"),
    (True, True, False): mark("au moins {least} et au plus {most} par groupe selon « {field} »"),
    (True, True, True): mark("au moins {least} et au plus {most} par groupe selon « {field} », ou personne"),
}
"""What is asked, by whether there is a least, a most, and a group may do without."""

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
    """In each group, ``least`` to ``most`` people answered one of ``in`` to ``field``; with ``none`` also nobody.

    Without ``in``, that is asked of each answer that somebody gave: ``most = 2`` says that no more than two people of a
    group gave the same one, ``least = 2`` with ``none = true`` that nobody is the only one of a kind.
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
        """Refuse a composition without a bound, or with bounds that cross."""
        check_bounds(self.least, self.most)
        return self

    def describe(self) -> str:
        bounds = self.least is not None, self.most is not None
        message = NUMBERS_IN_GROUPS[(*bounds, self.none and self.least is not None)]
        return tr(message, least=self.least, most=self.most, field=self.field)

    @property
    def sentence(self) -> str:
        bounds = self.least is not None, self.most is not None
        return tr_n(*(ANSWERED_IN_BLANKS if self.among else SAME_IN_BLANKS)[bounds], last_number(self))

    @property
    def details(self) -> tuple[str, ...]:
        least, most = tr("Elles sont {least} au moins."), tr("Elles sont {most} au plus.")
        bounds = (*((least,) if self.least is None else ()), *((most,) if self.most is None else ()))
        answers = () if self.among else (tr("Seules comptent les réponses {in}."),)
        return (*bounds, *answers, tr("Un groupe où personne n'a répondu cela est {none}."))

    def composition_bounds(self, members: People) -> Iterator[CompositionBound]:
        most = ANY if self.most is None else self.most
        for answers in [self.among] if self.among else with_answer(members, self.field):
            holds = np.asarray(members.gave(self.field, answers))
            yield CompositionBound(self.label, holds, self.least or 0, most, self.none)


def with_answer(people: People, field: str) -> list[list[str]]:
    """Return each different answer to a field."""
    parts = {fold(part): part for row in range(len(people)) for part in people.person(row).parts(field)}
    return [[part] for _, part in sorted(parts.items())]


class Diversity(Rule):
    """No two mentors of one mentee gave the same answer to ``field``, or one in common where several may be given.

    A mentor who gave none may be beside anybody; with ``missing = "forbid"`` beside nobody.
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
        """Yield, for each mentee and each answer that several mentors gave, that one of these is theirs at most."""
        unknown = ~market.mentors.known(self.field)
        gave = answers_given(market.mentors, self.field)
        if self.missing == "forbid" and unknown.any():
            gave = np.column_stack([gave, unknown]) | unknown[:, None]
        for answer in gave.T[gave.sum(axis=0) > 1]:
            for mentee in range(len(market.mentees)):
                yield Row(self.label, answer[:, None].astype(np.int64), most=1, mentee=mentee)


def answers_given(people: People, field: str) -> NDArray[np.bool_]:
    """Return (n, k) bool: who gave which of k answers."""
    column = people.columns[field]
    if isinstance(column, MultiChoice):
        return column.values
    codes = people.codes(field)
    return np.asarray(codes.values[:, None] == np.arange(len(codes.labels)))


POINT = 10_000
"""One point out of 100, in millionths."""
TENTHS = 10
"""Points are lowered by tenths, as they are shown."""


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
        """Yield the points, by tenths: the first step goes to the tenth below."""
        tenths = ceil(round(self.points * TENTHS, 6))

        def points(k: int) -> float:
            return (tenths - k) / TENTHS

        if tenths:
            yield Relaxation(
                "lower_score",
                tenths,
                lambda k: self.model_copy(update={"points": points(k)}),
                lambda k: tr(
                    "Abaisser {rule} de {old} à {new} points.", rule=name, old=plain(self.points), new=plain(points(k))
                ),
                lambda k: ceil(k / TENTHS),
            )

    @property
    def least_score(self) -> int:
        return ceil(round(self.points * POINT, 6))
