"""Criterion ``coverage``: what one side needs, met by what the other can pass on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.base.columns import Column, NameLists
from mentormatch.fields.extension import FieldRef, FieldReference
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, CommonItems, Criterion, ratio
from mentormatch.scoring.items import LISTS, LISTS_WITH_AN_END, ORDERED, RankPoints, greatest_stakes, shared, stakes_of


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
