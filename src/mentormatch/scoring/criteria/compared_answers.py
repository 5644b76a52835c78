"""Criteria that compare the answers of two people: one answer of each, or the items that each named.

Criteria over one answer of each: the same, near on a scale, near in space, or points from a table.

Criterion ``same``: the same answer on both sides.

Criterion ``closeness``: how near two answers lie on a scale.

Criterion ``table``: points for pairs of answers, as the programme lists them.

Criterion ``near``: how far apart two people are.

Criteria over sets of items: what both have, what one lacks, what one needs and the other gives, moments.

Criterion ``overlap``: what both named, ticked or ranked.

Criterion ``unlike``: what one has and the other has not, for groups that are to be varied.

Criterion ``coverage``: what one side needs, met by what the other can pass on.

Criterion ``availability``: moments of the week that both have.
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
    LISTS,
    LISTS_WITH_AN_END,
    ORDERED,
    AnswerTally,
    Block,
    CommonItems,
    Criterion,
    ItemPoints,
    RankPoints,
    Stakes,
    WholeGroup,
    defined,
    fold_labels,
    greatest_stakes,
    ratio,
    shared_items,
    slots_in_common,
    stakes_of,
)


class Same(Criterion):
    """1 where both gave the same answer, 0 otherwise, undefined where either gave none."""

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
    """Return 1 where two gave the same answer."""
    return np.equal(ours, theirs).astype(np.float64)


class Closeness(Criterion):
    """1 for the same answer, falling evenly to 0 at a distance of ``within`` (steps, or units of the number).

    Unless said, ``within`` is the whole length of a scale, and 1 for a number, which has no length of its own.
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
        near = self._near(np.nan_to_num(ours.values)[:, None], np.nan_to_num(theirs.values)[None, :], 1)
        return defined(near, left.known(self.field), right.known(self.field))

    def tally(self, left: People, right: People) -> AnswerTally | None:
        ours, theirs = left.columns[self.field], right.columns[self.field]
        if not (isinstance(ours, SingleChoice) and isinstance(theirs, SingleChoice)):
            return None
        steps, known = len(ours.labels) - 1, (left.known(self.field), right.known(self.field))
        return AnswerTally((ours.values, theirs.values), known, lambda mine, yours: self._near(mine, yours, steps))

    def _near(self, ours: ItemPoints, theirs: ItemPoints, steps: int) -> Block:
        """Return the values of answers on a scale of so many steps."""
        apart = np.abs(ours - theirs).astype(np.float64)
        with np.errstate(over="ignore"):  # beyond a very small distance
            return np.maximum(0.0, 1 - apart / (self.within or float(max(steps, 1))))

    def reason(self, left: Person, right: Person) -> str:
        return f"{left[self.field]} / {right[self.field]}"


class Cell(Part):
    """One pair of answers and its points, between 0 and 1."""

    mentor: str
    mentee: str
    points: float = Setting(ge=0, le=1)


class Table(Criterion):
    """The points of the pair of answers in ``cells``, ``otherwise`` for pairs of answers that are not listed."""

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
        points, known = self._points(ours, theirs), (left.known(self.mentor), right.known(self.mentee))
        return AnswerTally((ours.values, theirs.values), known, lambda mine, yours: points[mine, yours])

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

    Kilometres as the crow flies, or with ``unit = "minutes"`` an estimate of the time that the way takes: 1.3 times as
    long, at ``speed`` km/h. Who gave a département or a shared postcode stands in its middle; the reason says how
    exact a place is.
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
        """Refuse points that end before they begin to fall."""
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
        apart = left.places(self.field).distances(right.places(self.field))
        length = apart if self.unit == "km" else travel_minutes(apart, self.speed)
        with np.errstate(over="ignore"):  # beyond a very small distance
            return np.asarray(np.clip((self.zero_at - length) / (self.zero_at - self.within), 0.0, 1.0))

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = left.people.places(self.field), right.people.places(self.field)
        here, there = ours.take([left.row]), theirs.take([right.row])
        return f"{here.shown(0)} / {there.shown(0)}, {self._way(here, there)}"

    def _way(self, here: PlaceColumn, there: PlaceColumn) -> str:
        """Return in words how far two people are from each other; the columns hold one of them each."""
        apart, doubt = here.distances(there), float(here.doubts(there)[0, 0])
        if here.positions[0] == there.positions[0]:
            return (
                tr("même lieu, connu à {doubt} près", doubt=format_length(doubt / 2, "km"))
                if doubt
                else tr("même lieu")
            )
        length = format_length(float(apart[0, 0]), "km")
        far = tr("à {length} environ", length=length) if doubt else tr("à {length}", length=length)
        if self.unit == "km":
            return far
        return tr(
            "{far}, trajet estimé à {time}",
            far=far,
            time=format_length(float(travel_minutes(apart, self.speed)[0, 0]), "min"),
        )


class Overlap(Criterion):
    """What both share over what either named, weighted by rank: sum(min) / sum(max) of the two stakes in each item.

    With ticked boxes that is the Jaccard index; with ranks its weighted form (Ruzicka, 1958). Two people who both
    answered "none" share nothing: 0.
    """

    title: ClassVar[str] = mark("Points communs")
    kind: Literal["overlap"] = "overlap"
    example = {"kind": "overlap", "field": "disciplines", "weight": 10}
    field: Annotated[str, FieldRef(LISTS)]

    @property
    def sentence(self) -> str:
        return tr("Plus ils ont de réponses en commun à {field}, plus il y a de points.")

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = stakes_of(left.columns[self.field], right.columns[self.field])
        totals, known = (ours.totals, theirs.totals), (left.known(self.field), right.known(self.field))
        most = min(int(total.max(initial=0)) for total in totals)
        return AnswerTally(totals, known, share_of_either, (CommonItems(*steps(ours, theirs), most),))

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = stakes_of(left.column(self.field), right.column(self.field))
        mine, yours = shared_items(ours, theirs)
        both = np.minimum(ours.values[0, mine], theirs.values[0, yours])
        order = sorted(np.flatnonzero(both), key=lambda item: -both[item])
        words = [ours.labels[mine[item]] for item in order]
        return listed(words) if words else tr("rien en commun")


def share_of_either(own: Block, other: Block, least: Block) -> Block:
    """Return the smaller stakes over the larger ones, which are what is left of both."""
    return ratio(least, own + other - least)


def steps(ours: Stakes, theirs: Stakes) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (n, k) and (m, k) bool: which steps each stake reaches; the smaller of two reaches what both reach."""
    both = shared_items(ours, theirs)
    mine, yours = (stakes.values[:, items] for stakes, items in zip((ours, theirs), both, strict=True))
    heights = range(1, max(min(ours.top, theirs.top), 1) + 1)
    left, right = (np.concatenate([values >= height for height in heights], axis=1) for values in (mine, yours))
    return left, right


class Unlike(Criterion):
    """1 for two people with nothing in common in ``field``, 0 where they answered the same.

    Of several answers, it is the share of all that either gave which only one of the two gave (1 less the Jaccard
    index).
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
        known = left.known(self.field), right.known(self.field)
        if isinstance(ours, SingleChoice) and isinstance(theirs, SingleChoice):
            return AnswerTally((ours.values, theirs.values), known, other)
        mine, yours = stakes_of(ours, theirs)
        items = shared_items(mine, yours)
        have, also = (side.values > 0 for side in (mine, yours))
        both = CommonItems(have[:, items[0]], also[:, items[1]], len(items[0]))
        return AnswerTally((have.sum(axis=1), also.sum(axis=1)), known, share_of_one, (both,))

    def reason(self, left: Person, right: Person) -> str:
        ours = left.parts(self.field)
        both = [part for part in ours if part in right.parts(self.field)]
        return tr("en commun : {answers}", answers=listed(both)) if both else tr("rien en commun")


def other(ours: ItemPoints, theirs: ItemPoints) -> Block:
    """Return 1 where two gave another answer."""
    return np.not_equal(ours, theirs).astype(np.float64)


def share_of_one(ours: ItemPoints, theirs: ItemPoints, both: Block) -> Block:
    """Return how much of what either gave only one of the two did."""
    return 1 - ratio(both, ours + theirs - both)


class Coverage(Criterion):
    """The share of the mentee's needs that the mentor can pass on, each need weighted, each offer graded.

    need_k: a rank (first of three counts 3, 2, 1, or the ``points`` stated for a first, a second ... need), a level,
    or 1 for a ticked box; offer_k likewise, between 0 and 1. The value is sum(need_k * offer_k) / sum(need_k). With
    ``over = "most"`` it is sum(need_k * offer_k) over the greatest sum that the two questions allow, the same for
    everybody: who needs more then gets more points. An item that the mentor left blank in a grid counts at ``neutral``;
    needs that the mentor was not asked about cannot be met.
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
    mentee: Annotated[str, FieldRef(LISTS, "mentee")]
    mentor: Annotated[str, FieldRef(LISTS, "mentor")]
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
        """Yield both fields; names have no greatest sum, but for points by rank."""
        kinds = ORDERED if self.points else LISTS if self.over == "needs" else LISTS_WITH_AN_END
        yield FieldReference("mentee", self.mentee, FieldRef(kinds, "mentee"))
        yield FieldReference("mentor", self.mentor, FieldRef(LISTS, "mentor"))

    def tally(self, left: People, right: People) -> AnswerTally:
        offers, needs = stakes_of(left.columns[self.mentor], right.columns[self.mentee], self.points)
        offered, needed = shared_items(offers, needs)
        need, total, known = needs.values[:, needed], needs.totals, left.known(self.mentor)
        most, unsaid = int(total.max(initial=0)), offers.blank[:, offered] & known[:, None]
        common = [CommonItems(offers.values[:, offered], need, most * offers.top)]
        common += [CommonItems(unsaid, need, most)] if unsaid.any() else []
        kinds, kind_of = np.unique(total, return_inverse=True)  # points by rank add up to large numbers
        worth = self._of_needs(offers.top, kinds) if self.over == "needs" else self._of_most(left, right, offers.top)
        return AnswerTally((np.zeros(len(left)), kind_of), (known, right.known(self.mentee)), worth, tuple(common))

    def _of_needs(self, top: int, totals: NDArray[np.float64]) -> Callable[..., Block]:
        """Return how values follow from what is given of so many levels, and what is not said, if there is any.

        ``totals`` (k,) are the needs of each kind of mentee.
        """
        return lambda _, kind, given, unsaid=0.0: ratio(given / top + unsaid * self.neutral, totals[kind])

    def _of_most(self, left: People, right: People, top: int) -> Callable[..., Block]:
        """Return the same where the whole is the greatest sum; who ticked more than was asked has no more than that."""
        whole = np.array(greatest_sum(left.columns[self.mentor], right.columns[self.mentee], self.points) / top)
        return lambda _, __, given, unsaid=0.0: np.minimum(1.0, ratio(given / top + unsaid * self.neutral, whole))

    def versions_by_points(self) -> Iterator[tuple[Self, str]]:
        """Yield that needs are a share of those of the same person, so that asking for more is worth no more."""
        if self.over == "most":
            shares = self.model_copy(update={"over": "needs"})
            yield (
                shares,
                tr('{criterion} : une part des besoins de chacun (over = "needs")', criterion=quoted(self.label)),
            )

    def reason(self, left: Person, right: Person) -> str:
        offers, needs = stakes_of(left.column(self.mentor), right.column(self.mentee), self.points)
        offered, needed = shared_items(offers, needs)
        need, offer = needs.values[0, needed], offers.values[0, offered]
        order = sorted(np.flatnonzero(need), key=lambda item: -need[item])
        met = [needs.labels[needed[item]] for item in order if offer[item]]
        wanted = int(np.count_nonzero(needs.values))
        if not met:
            return tr("aucun des besoins")
        return tr("{met} sur {needs} : {items}", met=len(met), needs=counted(wanted, "besoin"), items=listed(met))


def greatest_sum(offers: Column, needs: Column, points: Sequence[float] | None) -> float:
    """Return the greatest sum of need times offer that two people may give: the highest of both in the same items."""
    need, names = greatest_stakes(needs, points), isinstance(needs, NameLists) or isinstance(offers, NameLists)
    offer = np.ones(len(need)) if isinstance(offers, NameLists) else greatest_stakes(offers)
    both = len(need) if names else len(shared_items(*stakes_of(offers, needs))[0])
    items = min(len(need), len(offer), both)
    return float(need[:items] @ offer[:items])


MOST_NAMED, MOST_APART = 4, 2
"""Slots that a reason names: by their names, and with the hours on two clocks."""


class Availability(Criterion):
    """The number of slots that both have, or all in a group, over ``enough`` (1 from there on)."""

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
        both, known = slots_in_common(ours, theirs), (left.known(self.field), right.known(self.field))
        nothing = np.zeros(len(left)), np.zeros(len(right))
        return AnswerTally(nothing, known, lambda _, __, number: self._value(number), (both,))

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
            words, apart = slots_in_words(ours, left.row, theirs, right.row), ours.apart(left.row, theirs, right.row)
        else:
            both = np.flatnonzero(ours.values[left.row] & theirs.values[right.row])
            words, apart = [ours.labels[slot] for slot in both], False
        if not words:
            return tr("aucun créneau en commun")
        most = MOST_APART if apart else MOST_NAMED
        slots = " ; ".join(words[:most]) if apart else listed(words[:most])
        number = about(counted(len(words), "créneau", "créneaux"), slots)
        others = len(words) - most
        return tr("{slots} (et {others})", slots=number, others=counted(others, "autre")) if others > 0 else number
