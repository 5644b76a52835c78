"""The numbers of a rule that can be moved by whole steps, each step asking less."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from mentormatch.base.columns import SingleChoice
from mentormatch.languages import tr
from mentormatch.languages.phrases import counted, percent, plain, quoted
from mentormatch.people.cohort import People
from mentormatch.rules.kinds.capacity import Capacity
from mentormatch.rules.kinds.common import Common
from mentormatch.rules.kinds.gap import Gap
from mentormatch.rules.kinds.load import PARTS, Load, hours_by_person
from mentormatch.rules.kinds.minimum_score import MinimumScore
from mentormatch.rules.kinds.proportion import WHOLE, Proportion
from mentormatch.rules.kinds.quota import Quota
from mentormatch.rules.rule import Market, Rule

TENTHS = 10
"""Points are lowered by tenths, as they are shown."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One number of one rule: ``after(k)`` is the rule moved by k steps, 1 to ``furthest``; ``told(k)`` says so.

    ``cost(k)`` is the change in the unit in which staff read the number: pairs, places, points, steps of a scale.
    """

    code: str
    furthest: int
    after: Callable[[int], Rule]
    told: Callable[[int], str]
    cost: Callable[[int], int] = int


def relaxations_of(rule: Rule, market: Market, label: str) -> Iterator[Relaxation]:
    """Yield the numbers of a rule that can be moved; none where there is none."""
    name = quoted(label)
    match rule:
        case Quota():
            yield from of_quota(rule, market, name)
        case Capacity():
            yield from of_capacity(rule, name)
        case MinimumScore():
            yield from of_minimum_score(rule, name)
        case Gap():
            yield from of_gap(rule, market, name)
        case Common():
            yield from of_common(rule, name)
        case Proportion():
            yield from of_proportion(rule, name)
        case Load():
            yield from of_load(rule, market, name)


def of_quota(rule: Quota, market: Market, name: str) -> Iterator[Relaxation]:
    """Yield the least and the most of a quota."""
    least, most, pairs = rule.least, rule.most, market.shape[0] * market.shape[1]
    if least:
        yield Relaxation(
            "lower_quota",
            least,
            lambda k: rule.model_copy(update={"least": least - k}),
            lambda k: tr(
                "Abaisser {rule} de {old} à {new} au moins.", rule=name, old=least, new=counted(least - k, "binôme")
            ),
        )
    if most is not None and most < pairs:
        yield Relaxation(
            "raise_quota",
            pairs - most,
            lambda k: rule.model_copy(update={"most": most + k}),
            lambda k: tr(
                "Relever {rule} de {old} à {new} au plus.", rule=name, old=most, new=counted(most + k, "binôme")
            ),
        )


def of_capacity(rule: Capacity, name: str) -> Iterator[Relaxation]:
    """Yield the minimum of a capacity."""
    if rule.minimum:
        yield Relaxation(
            "lower_minimum",
            rule.minimum,
            lambda k: rule.model_copy(update={"minimum": rule.minimum - k}),
            lambda k: tr(
                "Abaisser le minimum de {rule} de {old} à {new} par personne.",
                rule=name,
                old=rule.minimum,
                new=rule.minimum - k,
            ),
        )


def of_minimum_score(rule: MinimumScore, name: str) -> Iterator[Relaxation]:
    """Yield the points, by tenths: the first step goes to the tenth below."""
    tenths = ceil(round(rule.points * TENTHS, 6))

    def points(k: int) -> float:
        return (tenths - k) / TENTHS

    if tenths:
        yield Relaxation(
            "lower_score",
            tenths,
            lambda k: rule.model_copy(update={"points": points(k)}),
            lambda k: tr(
                "Abaisser {rule} de {old} à {new} points.", rule=name, old=plain(rule.points), new=plain(points(k))
            ),
            lambda k: ceil(k / TENTHS),
        )


def of_gap(rule: Gap, market: Market, name: str) -> Iterator[Relaxation]:
    """Yield how far ahead the mentor is to be at least, and at most."""
    ahead = [answers(people, rule.field) for people in (market.mentors, market.mentees)]
    if not all(len(values) for values in ahead):
        return
    lowest, highest = (float(ahead[0].min() - ahead[1].max()), float(ahead[0].max() - ahead[1].min()))
    if rule.least > lowest:
        yield Relaxation(
            "lower_gap",
            ceil(rule.least - lowest),
            lambda k: rule.model_copy(update={"least": rule.least - k}),
            lambda k: tr(
                "Abaisser l'avance demandée par {rule} de {old} à {new}.",
                rule=name,
                old=plain(rule.least),
                new=plain(rule.least - k),
            ),
        )
    if (most := rule.most) is not None and most < highest:
        yield Relaxation(
            "raise_gap",
            ceil(highest - most),
            lambda k: rule.model_copy(update={"most": most + k}),
            lambda k: tr(
                "Relever l'avance permise par {rule} de {old} à {new}.",
                rule=name,
                old=plain(most),
                new=plain(most + k),
            ),
        )


def answers(people: People, field: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the steps or numbers of those who answered."""
    column = people.columns[field]
    values = column.values if isinstance(column, SingleChoice) else people.numbers(field).values
    return values.astype(np.float64)[column.known]


def of_common(rule: Common, name: str) -> Iterator[Relaxation]:
    """Yield how many answers are to be in common; none at all is the rule dropped."""
    if rule.least > 1:
        yield Relaxation(
            "lower_common",
            rule.least - 1,
            lambda k: rule.model_copy(update={"least": rule.least - k}),
            lambda k: tr(
                "Demander {answers} en commun au lieu de {old} pour {rule}.",
                answers=counted(rule.least - k, "réponse"),
                old=rule.least,
                rule=name,
            ),
        )


def of_proportion(rule: Proportion, name: str) -> Iterator[Relaxation]:
    """Yield the least and the most of a proportion, by hundredths."""
    least, most = rule.least, rule.most
    if least:
        yield Relaxation(
            "lower_proportion",
            least,
            lambda k: rule.model_copy(update={"least": least - k}),
            lambda k: tr(
                "Abaisser {rule} de {old} à {new} au moins.", rule=name, old=least, new=percent((least - k) / WHOLE)
            ),
        )
    if most is not None and most < WHOLE:
        yield Relaxation(
            "raise_proportion",
            WHOLE - most,
            lambda k: rule.model_copy(update={"most": most + k}),
            lambda k: tr(
                "Relever {rule} de {old} à {new} au plus.", rule=name, old=most, new=percent((most + k) / WHOLE)
            ),
        )


def of_load(rule: Load, market: Market, name: str) -> Iterator[Relaxation]:
    """Yield the hours that each mentor gives, where they are one number for all, by whole hours."""
    limit = rule.limit
    if isinstance(limit, str):
        return
    asked = int(np.maximum(hours_by_person(rule.weights, market.mentees), 0).sum()) / PARTS
    if asked > limit:
        yield Relaxation(
            "raise_load",
            ceil(asked - limit),
            lambda k: rule.model_copy(update={"limit": limit + k}),
            lambda k: tr(
                "Relever {rule} de {old} à {new} au plus par mentor·e.",
                rule=name,
                old=plain(limit),
                new=plain(limit + k),
            ),
        )
