"""Rule ``complementary``: the mentors of one mentee cover their needs between them."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import comb
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.assignment.model.problem import Row
from mentormatch.base.arrays import BoolMatrix, BoolVector
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import AnyField, Levels
from mentormatch.fields.extension import FieldRef, FieldReference
from mentormatch.languages import tr
from mentormatch.languages.phrases import counted
from mentormatch.rules.rule import Market, Missing, Relaxation, Rule
from mentormatch.rules.shared_answers import NEEDS_IN_BLANKS, offers_and_needs
from mentormatch.scoring.items import LISTS, ORDERED

MOST_ROWS = 2_000
"""One mentee takes so many constraints at most."""


class Complementary(Rule):
    """The mentors of one mentee, ``most`` at most, can pass on all that they need between them, or ``least`` of it.

    It binds those who have a mentor. Needs, ``first`` and ``level`` are those of ``covers``. What a mentor left blank
    counts as met unless ``missing`` is ``forbid``; then a mentee who did not answer has no mentor.
    """

    kind: Literal["complementary"] = "complementary"
    example = {"kind": "complementary", "mentee": "besoins", "mentor": "transmettre", "first": 2, "level": 2}
    missing: Missing = "allow"
    mentee: Annotated[str, FieldRef(LISTS, "mentee")]
    mentor: Annotated[str, FieldRef(LISTS, "mentor")]
    least: int | None = Setting(default=None, ge=1)
    first: int | None = Setting(default=None, ge=1)
    level: int = Setting(default=1, ge=1)
    most: int = Setting(default=2, ge=1, le=1000)

    def references(self) -> Iterator[FieldReference]:
        yield FieldReference("mentee", self.mentee, FieldRef(LISTS if self.first is None else ORDERED, "mentee"))
        yield FieldReference("mentor", self.mentor, FieldRef(LISTS if self.level == 1 else ("levels",), "mentor"))

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        grid = fields.get(self.mentor)
        if isinstance(grid, Levels) and self.level >= len(grid.levels):
            expected = tr("de 1 à {highest}, le niveau le plus haut", highest=len(grid.levels) - 1)
            yield Problem("level", str(self.level), expected)

    def describe(self) -> str:
        if self.least is None:
            return tr("mentor·es qui couvrent à plusieurs les besoins de « {mentee} »", mentee=self.mentee)
        return tr(
            "mentor·es qui couvrent à plusieurs au moins {needs} de « {mentee} »",
            needs=counted(self.least, "besoin"),
            mentee=self.mentee,
        )

    @property
    def sentence(self) -> str:
        if self.least is None:
            return tr(
                "Les mentor·es d'une même personne, {most} au plus, peuvent transmettre à plusieurs, selon {mentor},"
                " tout ce qu'elle dit à {mentee}."
            )
        return tr(
            "Les mentor·es d'une même personne, {most} au plus, peuvent transmettre à plusieurs, selon {mentor}, au"
            " moins {least} des besoins qu'elle dit à {mentee}."
        )

    @property
    def details(self) -> tuple[str, ...]:
        fewer = (tr("Il suffit de {least} besoins."),) if self.least is None else ()
        return (*fewer, *(tr(words) for words in NEEDS_IN_BLANKS), *super().details)

    def forbidden(self, market: Market) -> BoolMatrix | None:
        """Return the pairs of mentees who did not answer, or need fewer things, where these have no mentor at all."""
        known, needs = market.mentees.known(self.mentee), self._offers_and_needs(market)[1].sum(axis=1)
        barred = (needs < self.least) & known if self.least else np.zeros(len(known), dtype=bool)
        if self.missing == "forbid":
            barred |= ~known
        return np.repeat(barred[None, :], market.shape[0], axis=0)

    def _offers_and_needs(self, market: Market) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return (n, k) and (m, k) bool: who can pass on, and who needs, which of k items."""
        offers, levels_needed = market.mentors.columns[self.mentor], market.mentees.columns[self.mentee]
        (can, unsaid), (needs, _) = offers_and_needs(offers, levels_needed, level=self.level, first=self.first)
        if self.missing == "allow":
            can = can | unsaid | ~market.mentors.known(self.mentor)[:, None]
        return can, needs

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield what each mentee asks of their mentors.

        ``least`` of n needs are met where of every n - least + 1 of them one is: some mentor can pass on one of these,
        for all others whom there may be: (most - 1) * (those who can) - (those who cannot) >= 0.
        """
        can, needs = self._offers_and_needs(market)
        each = np.ones((len(can), 1), dtype=np.int64)
        for mentee in np.flatnonzero(market.mentees.known(self.mentee)).tolist():
            if len(can) > self.most:
                yield Row(self.label, each, most=self.most, mentee=mentee)
            for able in self._able(can, np.flatnonzero(needs[mentee])):
                weights = np.where(able, max(self.most - 1, 1), -1).astype(np.int64)
                yield Row(self.label, weights[:, None], least=0, mentee=mentee)

    def _able(self, can: NDArray[np.bool_], needed: NDArray[np.intp]) -> Iterator[BoolVector]:
        """Yield, for each set of needs of which one must be met, who can pass on one of them, unless all can; once."""
        count = len(needed)
        size = 1 if self.least is None else count - self.least + 1
        if size < 1:
            return
        if comb(count, size) > MOST_ROWS:
            found = tr("« {field} » : {needs} d'une personne", field=self.mentee, needs=counted(count, "besoin"))
            raise RequestError(
                tr("Les besoins sont trop nombreux pour être couverts à plusieurs"),
                [Problem(self.label, found, tr("tous les besoins, sans « least », ou les premiers avec « first »"))],
            )
        ways = np.array([can[:, some].any(axis=1) for some in combinations(needed.tolist(), size)], dtype=bool)
        for able in np.unique(ways.reshape(-1, len(can)), axis=0):
            if not able.all():
                yield able

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how many needs are to be met; none at all is the rule dropped."""
        if (least := self.least) is not None and least > 1:
            yield Relaxation(
                "lower_covers",
                least - 1,
                lambda k: self.model_copy(update={"least": least - k}),
                lambda k: tr(
                    "Demander {needs} au lieu de {old} pour {rule}.",
                    needs=counted(least - k, "besoin"),
                    old=least,
                    rule=name,
                ),
            )
