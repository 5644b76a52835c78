"""Rule ``covers``: the mentor can pass on some of what the mentee needs."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolMatrix
from mentormatch.errors import Problem
from mentormatch.fields import AnyField, Levels
from mentormatch.fields.extension import FieldRef, FieldReference
from mentormatch.languages import mark, tr, tr_n
from mentormatch.languages.phrases import counted
from mentormatch.rules.rule import Market, Missing, Relaxation, Rule, apply_missing
from mentormatch.rules.shared_answers import NEEDS_IN_BLANKS, offers_and_needs
from mentormatch.scoring.criterion import product
from mentormatch.scoring.items import LISTS, ORDERED, ranks_given
from mentormatch.scoring.score import BLOCK_ROWS

NEEDS = {
    (False, False): mark("« {mentor} » répond à au moins {needs} de « {mentee} »"),
    (True, False): mark("« {mentor} » répond à au moins {needs} de « {mentee} », jusqu'au rang {first}"),
    (False, True): mark("« {mentor} » répond à au moins {needs} de « {mentee} », au niveau {level} ou plus"),
    (True, True): mark(
        "« {mentor} » répond à au moins {needs} de « {mentee} », jusqu'au rang {first}, au niveau {level} ou plus"
    ),
}
"""What is asked, by whether only the first needs count, and whether a level is asked for."""


class Covers(Rule):
    """The mentor can pass on at least ``least`` of what the mentee needs; who needs fewer things is in no pair.

    A need is an item that the mentee ranked, ticked, named, or gave a level above the lowest; with ``first``, one of
    their first so many, in a ranking or a list of names. The mentor can pass on what they ranked, ticked, named, or
    gave the level ``level`` or more in a grid, of which the lowest level is 0. An item left blank in a grid counts as
    met unless ``missing`` is ``forbid``.
    """

    waiver_rank: ClassVar[int] = 3
    kind: Literal["covers"] = "covers"
    example = {"kind": "covers", "mentee": "besoins", "mentor": "transmettre", "least": 1, "first": 2, "level": 2}
    missing: Missing = "allow"
    mentee: Annotated[str, FieldRef(LISTS, "mentee")]
    mentor: Annotated[str, FieldRef(LISTS, "mentor")]
    least: int = Setting(default=1, ge=1)
    first: int | None = Setting(default=None, ge=1)
    level: int = Setting(default=1, ge=1)

    def references(self) -> Iterator[FieldReference]:
        yield FieldReference("mentee", self.mentee, FieldRef(LISTS if self.first is None else ORDERED, "mentee"))
        yield FieldReference("mentor", self.mentor, FieldRef(LISTS if self.level == 1 else ("levels",), "mentor"))

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        grid = fields.get(self.mentor)
        if isinstance(grid, Levels) and self.level >= len(grid.levels):
            expected = tr("de 1 à {highest}, le niveau le plus haut", highest=len(grid.levels) - 1)
            yield Problem("level", str(self.level), expected)

    def describe(self) -> str:
        return tr(
            NEEDS[self.first is not None, self.level > 1],
            mentor=self.mentor,
            mentee=self.mentee,
            needs=counted(self.least, "besoin"),
            first=self.first,
            level=self.level,
        )

    @property
    def sentence(self) -> str:
        return tr_n(
            "La ou le mentor·e peut transmettre, selon {mentor}, au moins {least} besoin dit à {mentee}.",
            "La ou le mentor·e peut transmettre, selon {mentor}, au moins {least} besoins dits à {mentee}.",
            self.least,
        )

    @property
    def details(self) -> tuple[str, ...]:
        return (*(tr(words) for words in NEEDS_IN_BLANKS), *super().details)

    def forbidden(self, market: Market) -> BoolMatrix:
        left, right = market.mentors, market.mentees
        offers, levels_needed = left.columns[self.mentor], right.columns[self.mentee]
        able, needed = offers_and_needs(offers, levels_needed, level=self.level, first=self.first)
        can, needs = (said | blank if self.missing == "allow" else said for said, blank in (able, needed))
        few = np.empty(market.shape, dtype=bool)
        for start in range(0, len(few), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            few[rows] = product(can[rows], needs.T) < self.least
        return apply_missing(few, left.known(self.mentor), right.known(self.mentee), self.missing)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how many needs are to be met, of how many, and at what level; no need at all is the rule dropped."""
        if self.least > 1:
            yield self._fewer_needs(name)
        if self.level > 1:
            yield self._lower_level(name)
        if self.first is not None and (more := ranks_given(market.mentees.columns[self.mentee]) - self.first) > 0:
            yield self._more_ranks(name, self.first, more)

    def _fewer_needs(self, name: str) -> Relaxation:
        return Relaxation(
            "lower_covers",
            self.least - 1,
            lambda k: self.model_copy(update={"least": self.least - k}),
            lambda k: tr(
                "Demander {needs} au lieu de {old} pour {rule}.",
                needs=counted(self.least - k, "besoin"),
                old=self.least,
                rule=name,
            ),
        )

    def _lower_level(self, name: str) -> Relaxation:
        return Relaxation(
            "lower_level",
            self.level - 1,
            lambda k: self.model_copy(update={"level": self.level - k}),
            lambda k: tr(
                "Abaisser le niveau demandé par {rule} de {old} à {new}.", rule=name, old=self.level, new=self.level - k
            ),
        )

    def _more_ranks(self, name: str, first: int, more: int) -> Relaxation:
        return Relaxation(
            "raise_first",
            more,
            lambda k: self.model_copy(update={"first": first + k}),
            lambda k: tr("Étendre {rule} jusqu'au rang {new} au lieu de {old}.", rule=name, old=first, new=first + k),
        )
