"""Criteria over sets of items: what both have, what one lacks, what one needs and the other gives, moments.

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

from mentormatch.base.columns import Column, NameLists, SingleChoice
from mentormatch.fields.clock import ZonedSlots, slots_in_words
from mentormatch.fields.extension import FieldRef, FieldReference
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import about, counted, listed, quoted
from mentormatch.people.cohort import People, Person
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
    greatest_stakes,
    ratio,
    shared,
    slots_in_common,
    stakes_of,
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
        mine, yours = shared(ours, theirs)
        both = np.minimum(ours.values[0, mine], theirs.values[0, yours])
        order = sorted(np.flatnonzero(both), key=lambda item: -both[item])
        words = [ours.labels[mine[item]] for item in order]
        return listed(words) if words else tr("rien en commun")


def share_of_either(own: Block, other: Block, least: Block) -> Block:
    """Return the smaller stakes over the larger ones, which are what is left of both."""
    return ratio(least, own + other - least)


def steps(ours: Stakes, theirs: Stakes) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (n, k) and (m, k) bool: which steps each stake reaches; the smaller of two reaches what both reach."""
    mine, yours = (stakes.values[:, items] for stakes, items in zip((ours, theirs), shared(ours, theirs), strict=True))
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
        if isinstance(ours, SingleChoice) and isinstance(theirs, SingleChoice):
            return AnswerTally((ours.values, theirs.values), (ours.known, theirs.known), other)
        mine, yours = stakes_of(ours, theirs)
        items = shared(mine, yours)
        have, also = (side.values > 0 for side in (mine, yours))
        both = CommonItems(have[:, items[0]], also[:, items[1]], len(items[0]))
        return AnswerTally((have.sum(axis=1), also.sum(axis=1)), (ours.known, theirs.known), share_of_one, (both,))

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
        offered, needed = shared(offers, needs)
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
        offered, needed = shared(offers, needs)
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
    both = len(need) if names else len(shared(*stakes_of(offers, needs))[0])
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
        return tr("À partir de {enough} réponses en commun à {field}, tous les points.")

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = left.members(self.field), right.members(self.field)
        both = slots_in_common(ours, theirs)
        nothing = np.zeros(len(left)), np.zeros(len(right))
        return AnswerTally(nothing, (ours.known, theirs.known), lambda _, __, number: self._value(number), (both,))

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
