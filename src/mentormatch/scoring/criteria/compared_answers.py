"""Criteria that compare the answers of two people: one answer of each, or sets of items.

One answer of each: equal, near on a scale, near in space, or points from a table.

Criterion ``same``: the same answer on both sides.

Criterion ``closeness``: the distance of two answers on a scale.

Criterion ``table``: points of pairs of answers, as the programme lists them.

Criterion ``near``: the distance between two places.

Sets of items: common items, different items, needs and offers, common slots.

Criterion ``overlap``: items that both people named, ticked or ranked.

Criterion ``unlike``: items that only one of both has, for varied groups.

Criterion ``coverage``: needs of one side that the other side can cover.

Criterion ``availability``: common slots of the week.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.base.columns import Column, NameLists, SingleChoice
from mentormatch.base.immutable_models import Items, Part
from mentormatch.fields.clock import ZonedSlots, slots_in_words
from mentormatch.fields.extension import AnswerReference, FieldRef, FieldReference
from mentormatch.languages.phrases import about, counted, listed, quoted
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.people.cohort import People, Person
from mentormatch.places.gazetteer import PlaceColumn, Unit, format_length, travel_minutes
from mentormatch.scoring.criterion import (
    CLOSED_LIST_KINDS,
    LIST_KINDS,
    ORDERED_KINDS,
    AnswerTally,
    Block,
    CommonItems,
    Criterion,
    ItemPoints,
    ItemWeights,
    RankPoints,
    WholeGroup,
    defined,
    fold_labels,
    greatest_weights,
    item_weights_of_sides,
    ratio,
    shared_items,
    slots_in_common,
)


class Same(Criterion):
    """1 if both gave the same answer, else 0; undefined if either gave none."""

    title: ClassVar[str] = mark("Même réponse")
    kind: Literal["same"] = "same"
    example = {"kind": "same", "field": "reconversion", "weight": 5}
    field: Annotated[str, FieldRef(("choice", "scale", "yesno", "place"))]

    @property
    def sentence(self) -> str:
        return tr("La même réponse à {field} donne tous les points.")

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = left.codes(self.field), right.codes(self.field)
        return AnswerTally((ours.values, theirs.values), (left.known(self.field), right.known(self.field)), equal)

    def reason(self, left: Person, right: Person) -> str:
        return " / ".join((*left.parts(self.field), *right.parts(self.field)))


def equal(ours: ItemPoints, theirs: ItemPoints) -> Block:
    """Return 1 for equal answers, else 0."""
    return np.equal(ours, theirs).astype(np.float64)


class Closeness(Criterion):
    """1 for the same answer, falling evenly to 0 at a distance of ``within`` (steps, or units of the number).

    By default, ``within`` is the length of the scale, and 1 for a number, which has no scale.
    """

    title: ClassVar[str] = mark("Réponses proches")
    kind: Literal["closeness"] = "closeness"
    example = {"kind": "closeness", "field": "conseil", "weight": 6}
    field: Annotated[str, FieldRef(("scale", "number"))]
    within: float | None = Setting(default=None, gt=0)

    @property
    def sentence(self) -> str:
        return tr("Plus leurs réponses à {field} sont proches, plus il y a de points.")

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Au-delà de {within} d'écart, il n'y en a plus."),)

    def score(self, left: People, right: People) -> Block:
        tally = self.tally(left, right)
        if tally is not None:
            return tally.block()
        ours, theirs = left.numbers(self.field), right.numbers(self.field)
        values = self._near(np.nan_to_num(ours.values)[:, None], np.nan_to_num(theirs.values)[None, :], 1)
        return defined(values, left.known(self.field), right.known(self.field))

    def tally(self, left: People, right: People) -> AnswerTally | None:
        ours, theirs = left.columns[self.field], right.columns[self.field]
        if not (isinstance(ours, SingleChoice) and isinstance(theirs, SingleChoice)):
            return None
        steps, answered = len(ours.labels) - 1, (left.known(self.field), right.known(self.field))
        return AnswerTally((ours.values, theirs.values), answered, lambda mine, yours: self._near(mine, yours, steps))

    def _near(self, ours: ItemPoints, theirs: ItemPoints, steps: int) -> Block:
        """Return the values of pairs of answers on a scale of ``steps`` steps."""
        distance = np.abs(ours - theirs).astype(np.float64)
        with np.errstate(over="ignore"):  # if ``within`` is tiny
            return np.maximum(0.0, 1 - distance / (self.within or float(max(steps, 1))))

    def reason(self, left: Person, right: Person) -> str:
        return f"{left[self.field]} / {right[self.field]}"


class Cell(Part):
    """A pair of answers and its points, in [0, 1]."""

    mentor: str
    mentee: str
    points: float = Setting(ge=0, le=1)


class Table(Criterion):
    """The points of the pair of answers in ``cells``, or ``otherwise`` for pairs of answers that are not listed."""

    title: ClassVar[str] = mark("Réponses qui vont ensemble")
    kind: Literal["table"] = "table"
    example = {
        "kind": "table",
        "mentor": "territoire",
        "mentee": "territoire",
        "cells": [{"mentor": "Cantal", "mentee": "Allier", "points": 1}],
        "weight": 5,
    }
    mentor: Annotated[str, FieldRef(("choice", "scale", "yesno", "place"), "mentor")]
    mentee: Annotated[str, FieldRef(("choice", "scale", "yesno", "place"), "mentee")]
    cells: Items[Cell] = Setting(min_length=1)
    otherwise: float = Setting(default=0.0, ge=0, le=1)

    def quotations(self) -> Iterator[AnswerReference]:
        for cell in self.cells:
            yield AnswerReference("cells.mentor", self.mentor, cell.mentor)
            yield AnswerReference("cells.mentee", self.mentee, cell.mentee)

    @property
    def sentence(self) -> str:
        return tr(
            "Une réponse à {mentor} et une à {mentee} valent ensemble ce que dit le tableau ;"
            " {otherwise} s'il ne dit rien."
        )

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = left.codes(self.mentor), right.codes(self.mentee)
        points, answered = self._points(ours, theirs), (left.known(self.mentor), right.known(self.mentee))
        return AnswerTally((ours.values, theirs.values), answered, lambda mine, yours: points[mine, yours])

    def _points(self, ours: SingleChoice, theirs: SingleChoice) -> Block:
        points = np.full((len(ours.labels), len(theirs.labels)), self.otherwise)
        row, column = (
            {label: index for index, label in enumerate(fold_labels(side.labels))} for side in (ours, theirs)
        )
        mentors, mentees = (
            fold_labels(tuple(cell.mentor for cell in self.cells)),
            fold_labels(tuple(cell.mentee for cell in self.cells)),
        )
        for cell, mentor, mentee in zip(self.cells, mentors, mentees, strict=True):
            if mentor in row and mentee in column:
                points[row[mentor], column[mentee]] = cell.points
        return points

    def reason(self, left: Person, right: Person) -> str:
        return " / ".join((*left.parts(self.mentor), *right.parts(self.mentee)))


class Near(Criterion):
    """1 up to a distance of ``within``, falling evenly to 0 at ``zero_at``, between the places that both gave.

    Kilometres as the crow flies, or with ``unit = "minutes"`` an estimate of the travel time: 1.3 times the distance,
    at ``speed`` km/h. A département or a shared postcode counts as its centre; the reason states how exact a place is.
    """

    title: ClassVar[str] = mark("Proximité")
    kind: Literal["near"] = "near"
    example = {"kind": "near", "field": "territoire", "within": 20, "zero_at": 150, "weight": 5}
    field: Annotated[str, FieldRef(("place",))]
    within: float = Setting(default=0.0, ge=0)
    zero_at: float = Setting(gt=0)
    unit: Unit = "km"
    speed: float = Setting(default=60.0, ge=1)

    @model_validator(mode="after")
    def falls(self) -> Self:
        """Refuse a distance ``zero_at`` that does not exceed ``within``."""
        if self.within >= self.zero_at:
            raise ValueError(tr("`within` doit être plus petit que `zero_at`"))
        return self

    @property
    def sentence(self) -> str:
        return tr(
            "Entre leurs réponses à {field} : tous les points jusqu'à {within} {unit}, aucun à partir de {zero_at}."
        )

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Un trajet se compte à {speed} km/h."),)

    def score(self, left: People, right: People) -> Block:
        km = left.places(self.field).distances(right.places(self.field))
        length = km if self.unit == "km" else travel_minutes(km, self.speed)
        with np.errstate(over="ignore"):  # if the bounds are almost equal
            return np.asarray(np.clip((self.zero_at - length) / (self.zero_at - self.within), 0.0, 1.0))

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = left.people.places(self.field), right.people.places(self.field)
        our_place, their_place = ours.take([left.row]), theirs.take([right.row])
        return f"{our_place.shown(0)} / {their_place.shown(0)}, {self._way(our_place, their_place)}"

    def _way(self, our_place: PlaceColumn, their_place: PlaceColumn) -> str:
        """Return the distance between two places as a phrase; the columns contain one place each."""
        km, km_error = our_place.distances(their_place), float(our_place.doubts(their_place)[0, 0])
        if our_place.positions[0] == their_place.positions[0]:
            return (
                tr("même lieu, connu à {doubt} près", doubt=format_length(km_error / 2, "km"))
                if km_error
                else tr("même lieu")
            )
        length = format_length(float(km[0, 0]), "km")
        distance = tr("à {length} environ", length=length) if km_error else tr("à {length}", length=length)
        if self.unit == "km":
            return distance
        return tr(
            "{far}, trajet estimé à {time}",
            far=distance,
            time=format_length(float(travel_minutes(km, self.speed)[0, 0]), "min"),
        )


class Overlap(Criterion):
    """The common part of both answers: sum(min) / sum(max) over the two weights of each item.

    With ticked boxes that is the Jaccard index; with ranks its weighted form (Ruzicka, 1958). Two people who both
    answered "none" have nothing in common: 0.
    """

    title: ClassVar[str] = mark("Points communs")
    kind: Literal["overlap"] = "overlap"
    example = {"kind": "overlap", "field": "disciplines", "weight": 10}
    field: Annotated[str, FieldRef(LIST_KINDS)]

    @property
    def sentence(self) -> str:
        return tr("Plus ils ont de réponses en commun à {field}, plus il y a de points.")

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = item_weights_of_sides(left.columns[self.field], right.columns[self.field])
        totals, answered = (ours.totals, theirs.totals), (left.known(self.field), right.known(self.field))
        lower_total = min(int(total.max(initial=0)) for total in totals)
        return AnswerTally(
            totals, answered, weighted_jaccard, (CommonItems(*reached_steps(ours, theirs), lower_total),)
        )

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = item_weights_of_sides(left.column(self.field), right.column(self.field))
        mine, yours = shared_items(ours, theirs)
        common = np.minimum(ours.values[0, mine], theirs.values[0, yours])
        order = sorted(np.flatnonzero(common), key=lambda item: -common[item])
        labels = [ours.labels[mine[item]] for item in order]
        return listed(labels) if labels else tr("rien en commun")


def weighted_jaccard(our_total: Block, their_total: Block, common: Block) -> Block:
    """Return sum(min) / sum(max) of the weights, as sum(max) is the sum of both totals less sum(min)."""
    return ratio(common, our_total + their_total - common)


def reached_steps(ours: ItemWeights, theirs: ItemWeights) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (n, k) and (m, k) bool: the steps 1, 2, ... of each item that each weight reaches.

    The minimum of two weights is the number of steps that both reach.
    """
    positions = shared_items(ours, theirs)
    mine, yours = (weights.values[:, items] for weights, items in zip((ours, theirs), positions, strict=True))
    heights = range(1, max(min(ours.top, theirs.top), 1) + 1)
    our_steps, their_steps = (
        np.concatenate([values >= height for height in heights], axis=1) for values in (mine, yours)
    )
    return our_steps, their_steps


class Unlike(Criterion):
    """1 for two people with nothing in common in ``field``, 0 if they gave the same answers.

    With several answers, this is the share of the answers of either person that only one of both gave (1 less the
    Jaccard index).
    """

    title: ClassVar[str] = mark("Réponses variées")
    kind: Literal["unlike"] = "unlike"
    example = {"kind": "unlike", "field": "disciplines", "weight": 10}
    field: Annotated[str, FieldRef(("choice", "scale", "yesno", "place", "choices", "ranking", "names", "slots"))]

    @property
    def sentence(self) -> str:
        return tr("Plus leurs réponses à {field} diffèrent, plus il y a de points.")

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = left.columns[self.field], right.columns[self.field]
        answered = left.known(self.field), right.known(self.field)
        if isinstance(ours, SingleChoice) and isinstance(theirs, SingleChoice):
            return AnswerTally((ours.values, theirs.values), answered, differs)
        our_weights, their_weights = item_weights_of_sides(ours, theirs)
        positions = shared_items(our_weights, their_weights)
        our_items, their_items = (side.values > 0 for side in (our_weights, their_weights))
        common = CommonItems(our_items[:, positions[0]], their_items[:, positions[1]], len(positions[0]))
        return AnswerTally((our_items.sum(axis=1), their_items.sum(axis=1)), answered, jaccard_distance, (common,))

    def reason(self, left: Person, right: Person) -> str:
        ours = left.parts(self.field)
        common = [answer for answer in ours if answer in right.parts(self.field)]
        return tr("en commun : {answers}", answers=listed(common)) if common else tr("rien en commun")


def differs(ours: ItemPoints, theirs: ItemPoints) -> Block:
    """Return 1 for different answers, else 0."""
    return np.not_equal(ours, theirs).astype(np.float64)


def jaccard_distance(ours: ItemPoints, theirs: ItemPoints, common: Block) -> Block:
    """Return 1 less the Jaccard index, given the numbers of items of each person and of common items."""
    return 1 - ratio(common, ours + theirs - common)


class Coverage(Criterion):
    """The share of the mentee's needs that the mentor can cover, needs weighted and offers graded.

    The value is sum(need_k * offer_k) / sum(need_k) over the items k. need_k is the weight of a rank (3, 2, 1 for the
    first of three, or the ``points`` stated for the first, second, ... need), a level, or 1 for a ticked box; offer_k
    likewise, scaled to [0, 1]. With ``over = "most"`` the sum is divided by the greatest sum that the two questions
    allow, the same for all people: a person with more needs then gets more points. An item that the mentor left blank
    in a grid counts at ``neutral``; needs about which the mentor was not asked cannot be covered.
    """

    title: ClassVar[str] = mark("Besoins couverts")
    value_words: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "over": {
            "needs": mark("les besoins de la personne"),
            "most": mark("tout ce que les deux questions permettent"),
        }
    }
    kind: Literal["coverage"] = "coverage"
    example = {"kind": "coverage", "mentee": "besoins", "mentor": "transmettre", "weight": 35}
    mentee: Annotated[str, FieldRef(LIST_KINDS, "mentee")]
    mentor: Annotated[str, FieldRef(LIST_KINDS, "mentor")]
    points: RankPoints | None = Setting(default=None, exclude_if=lambda points: points is None)
    over: Literal["needs", "most"] = Setting(default="needs", exclude_if=lambda over: over == "needs")

    @property
    def sentence(self) -> str:
        return tr("Ce que demande {mentee} est couvert par ce qu'offre {mentor}.")

    @property
    def details(self) -> tuple[str, ...]:
        return (
            tr("Le tout se compte sur {over}."),
            tr("Points du premier besoin, du deuxième, et ainsi de suite : {points}."),
        )

    def references(self) -> Iterator[FieldReference]:
        """Yield both fields. With ``over = "most"`` needs may be names only if ``points`` are stated."""
        kinds = ORDERED_KINDS if self.points else LIST_KINDS if self.over == "needs" else CLOSED_LIST_KINDS
        yield FieldReference("mentee", self.mentee, FieldRef(kinds, "mentee"))
        yield FieldReference("mentor", self.mentor, FieldRef(LIST_KINDS, "mentor"))

    def tally(self, left: People, right: People) -> AnswerTally:
        offers, needs = item_weights_of_sides(left.columns[self.mentor], right.columns[self.mentee], self.points)
        offered, needed = shared_items(offers, needs)
        need, total, answered = needs.values[:, needed], needs.totals, left.known(self.mentor)
        max_total, blank = int(total.max(initial=0)), offers.blank[:, offered] & answered[:, None]
        common = [CommonItems(offers.values[:, offered], need, max_total * offers.top)]
        common += [CommonItems(blank, need, max_total)] if blank.any() else []
        # Totals of points by rank are too large to index a table: their kinds are few
        kinds, kind_of_mentee = np.unique(total, return_inverse=True)
        worth = self._of_needs(offers.top, kinds) if self.over == "needs" else self._of_most(left, right, offers.top)
        return AnswerTally(
            (np.zeros(len(left)), kind_of_mentee), (answered, right.known(self.mentee)), worth, tuple(common)
        )

    def _of_needs(self, top: int, totals: NDArray[np.float64]) -> Callable[..., Block]:
        """Return the function from counts to values that divides covered needs by the needs of the mentee.

        ``top`` is the highest grade of an offer, ``totals`` (k,) the needs of each kind of mentee.
        """
        return lambda _, kind, covered, blank=0.0: ratio(covered / top + blank * self.neutral, totals[kind])

    def _of_most(self, left: People, right: People, top: int) -> Callable[..., Block]:
        """Return the function from counts to values that divides covered needs by the greatest possible sum.

        Capped at 1, because people may tick more than the question asks for.
        """
        greatest = np.array(greatest_sum(left.columns[self.mentor], right.columns[self.mentee], self.points) / top)
        return lambda _, __, covered, blank=0.0: np.minimum(1.0, ratio(covered / top + blank * self.neutral, greatest))

    def versions_by_points(self) -> Iterator[tuple[Self, str]]:
        """Yield the version with shares of each person's needs, in which more needs give no more points."""
        if self.over == "most":
            shares = self.model_copy(update={"over": "needs"})
            yield (
                shares,
                tr('{criterion} : une part des besoins de chacun (over = "needs")', criterion=quoted(self.label)),
            )

    def reason(self, left: Person, right: Person) -> str:
        offers, needs = item_weights_of_sides(left.column(self.mentor), right.column(self.mentee), self.points)
        offered, needed = shared_items(offers, needs)
        need, offer = needs.values[0, needed], offers.values[0, offered]
        order = sorted(np.flatnonzero(need), key=lambda item: -need[item])
        covered = [needs.labels[needed[item]] for item in order if offer[item]]
        need_count = int(np.count_nonzero(needs.values))
        if not covered:
            return tr("aucun des besoins")
        return tr(
            "{met} sur {needs} : {items}", met=len(covered), needs=counted(need_count, "besoin"), items=listed(covered)
        )


def greatest_sum(offers: Column, needs: Column, points: Sequence[float] | None) -> float:
    """Return the greatest sum of need times offer: the highest weights of both sides, given to the same items."""
    need_weights, has_names = (
        greatest_weights(needs, points),
        isinstance(needs, NameLists) or isinstance(offers, NameLists),
    )
    offer_weights = np.ones(len(need_weights)) if isinstance(offers, NameLists) else greatest_weights(offers)
    common_items = len(need_weights) if has_names else len(shared_items(*item_weights_of_sides(offers, needs))[0])
    count = min(len(need_weights), len(offer_weights), common_items)
    return float(need_weights[:count] @ offer_weights[:count])


class Availability(Criterion):
    """The number of common slots (of two people, or of a whole group) over ``enough``, at most 1."""

    title: ClassVar[str] = mark("Disponibilités communes")
    by_the_clock: ClassVar[bool] = True
    kind: Literal["availability"] = "availability"
    example = {"kind": "availability", "field": "creneaux", "enough": 2, "weight": 8}
    field: Annotated[str, FieldRef(("slots", "choices"))]
    enough: int = Setting(default=3, ge=1)

    @property
    def sentence(self) -> str:
        return tr_n(
            "À partir de {enough} réponse en commun à {field}, tous les points.",
            "À partir de {enough} réponses en commun à {field}, tous les points.",
            self.enough,
        )

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = left.members(self.field), right.members(self.field)
        common, answered = slots_in_common(ours, theirs), (left.known(self.field), right.known(self.field))
        zeros = np.zeros(len(left)), np.zeros(len(right))
        return AnswerTally(zeros, answered, lambda _, __, number: self._value(number), (common,))

    def _value(self, number: Block) -> Block:
        return np.minimum(1.0, number / self.enough)

    def whole(self, members: People) -> WholeGroup | None:
        slots = members.members(self.field)
        if isinstance(slots, ZonedSlots):
            return None
        values = self._value(np.arange(slots.values.shape[1] + 1.0))
        return WholeGroup(slots.values.astype(bool), slots.known, values)

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = left.people.members(self.field), right.people.members(self.field)
        if isinstance(ours, ZonedSlots) and isinstance(theirs, ZonedSlots):
            slot_texts, two_clocks = (
                slots_in_words(ours, left.row, theirs, right.row),
                ours.apart(left.row, theirs, right.row),
            )
        else:
            common = np.flatnonzero(ours.values[left.row] & theirs.values[right.row])
            slot_texts, two_clocks = [ours.labels[slot] for slot in common], False
        if not slot_texts:
            return tr("aucun créneau en commun")
        limit = 2 if two_clocks else 4  # hours on two clocks are longer than names
        slots = " ; ".join(slot_texts[:limit]) if two_clocks else listed(slot_texts[:limit])
        number = about(counted(len(slot_texts), "créneau", "créneaux"), slots)
        remaining = len(slot_texts) - limit
        return (
            tr("{slots} (et {others})", slots=number, others=counted(remaining, "autre")) if remaining > 0 else number
        )
