"""Rules that forbid pairs by the answers of both: nothing, something or enough in common, one ahead, needs covered.

Rule ``different``: nothing in common, for instance no employer.

Rule ``common``: something in common, for instance a slot or a language.

Rule ``require``: an answer without which a person takes no part.

Rule ``gap``: the mentor is ahead.

Rule ``complementary``: the mentors of one mentee cover their needs between them.

Rule ``covers``: the mentor can pass on some of what the mentee needs.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import ceil, comb
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.assignment.model.rows import Row
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntVector
from mentormatch.base.columns import NONE, MultiChoice, NameLists, SingleChoice
from mentormatch.base.immutable_models import Items
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import AnyField, Levels, Side
from mentormatch.fields.clock import ZonedSlots
from mentormatch.fields.extension import FieldRef, FieldReference
from mentormatch.languages.phrases import counted, plain
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Market, Missing, PairIndices, Relaxation, Rule, apply_missing
from mentormatch.rules.shared_answers import NEEDS_IN_BLANKS, offers_and_needs, pairs_sharing, share_at_least
from mentormatch.scoring.criterion import LISTS, ORDERED, WholeGroup, product, ranks_given, slots_in_common
from mentormatch.scoring.scores import BLOCK_ROWS


class Different(Rule):
    """The two people of a pair have no answer to ``field`` in common."""

    of_groups: ClassVar[bool] = True
    kind: Literal["different"] = "different"
    example = {"kind": "different", "field": "employeurs"}
    missing: Missing = "allow"
    field: Annotated[str, FieldRef(("names", "choice", "choices", "place", "scale"))]

    def describe(self) -> str:
        return tr("rien en commun dans « {field} »", field=self.field)

    @property
    def sentence(self) -> str:
        return tr("Les deux n'ont aucune réponse en commun à {field}.")

    def forbidden(self, market: Market) -> BoolMatrix:
        left, right = market.mentors, market.mentees
        common = share_at_least(left.columns[self.field], right.columns[self.field], 1)
        return apply_missing(common, left.known(self.field), right.known(self.field), self.missing)

    def forbidden_by_identity(self, market: Market) -> PairIndices | None:
        left, right = market.mentors.columns[self.field], market.mentees.columns[self.field]
        return (
            pairs_sharing(left.compared, right.compared)
            if isinstance(left, NameLists) and isinstance(right, NameLists)
            else None
        )


class Common(Rule):
    """The two people of a pair have at least ``least`` answers to ``field`` in common."""

    of_groups: ClassVar[bool] = True
    by_the_clock: ClassVar[bool] = True
    waiver_rank: ClassVar[int] = 3
    kind: Literal["common"] = "common"
    example = {"kind": "common", "field": "creneaux", "least": 1}
    missing: Missing = "allow"
    field: Annotated[str, FieldRef(("slots", "choices", "names", "choice", "place", "scale"))]
    least: int = Setting(default=1, ge=1)

    def describe(self) -> str:
        return tr(
            "au moins {answers} en commun dans « {field} »", answers=counted(self.least, "réponse"), field=self.field
        )

    @property
    def sentence(self) -> str:
        return tr_n(
            "Les deux ont au moins {least} réponse en commun à {field}.",
            "Les deux ont au moins {least} réponses en commun à {field}.",
            self.least,
        )

    def forbidden(self, market: Market) -> BoolMatrix:
        left, right = market.mentors, market.mentees
        ours, theirs = left.columns[self.field], right.columns[self.field]
        if isinstance(ours, ZonedSlots) and isinstance(theirs, ZonedSlots):
            few: BoolMatrix = slots_in_common(ours, theirs).numbers < self.least
        else:
            few = ~share_at_least(ours, theirs, self.least)
        return apply_missing(few, left.known(self.field), right.known(self.field), self.missing)

    def group_requirement(self, people: People) -> WholeGroup | None:
        column = people.columns[self.field]
        if not isinstance(column, MultiChoice) or isinstance(column, ZonedSlots):
            return None
        enough = np.arange(len(column.labels) + 1) >= self.least
        return WholeGroup(column.values, column.known, enough.astype(np.float64))

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how many answers are to be in common; none at all is the rule dropped."""
        if self.least > 1:
            yield Relaxation(
                "lower_common",
                self.least - 1,
                lambda k: self.model_copy(update={"least": self.least - k}),
                lambda k: tr(
                    "Demander {answers} en commun au lieu de {old} pour {rule}.",
                    answers=counted(self.least - k, "réponse"),
                    old=self.least,
                    rule=name,
                ),
            )


class Require(Rule):
    """A person takes part only with one of the answers ``in`` to ``field``; no answer is not one of them."""

    of_groups: ClassVar[bool] = True
    waiver_rank: ClassVar[int] = 3
    kind: Literal["require"] = "require"
    example = {"kind": "require", "field": "reconversion", "in": ["Oui", "Non"], "missing": "allow"}
    field: Annotated[str, FieldRef(("choice", "scale", "yesno", "place"), "any")]
    among: Items[str] = Setting(validation_alias="in", serialization_alias="in", min_length=1)
    missing: Missing = "forbid"

    def describe(self) -> str:
        return tr("réponse exigée à « {field} »", field=self.field)

    @property
    def sentence(self) -> str:
        return tr("Pour participer, il faut avoir répondu {in} à {field}.")

    def eligible(self, people: People, side: Side) -> BoolVector | None:
        if self.field not in people.columns:
            return None
        gave = people.gave(self.field, self.among)
        return gave | ~people.known(self.field) if self.missing == "allow" else gave


type Steps = IntVector | NDArray[np.float64]


class Gap(Rule):
    """The mentor's answer to ``field`` is at least ``least`` ahead of the mentee's (steps, or units of the number)."""

    waiver_rank: ClassVar[int] = 3
    kind: Literal["gap"] = "gap"
    example = {"kind": "gap", "field": "annees", "least": 2}
    missing: Missing = "allow"
    field: Annotated[str, FieldRef(("scale", "number"))]
    least: float = 1
    most: float | None = None

    def describe(self) -> str:
        if self.most is None:
            return tr("avance d'au moins {least} dans « {field} »", least=plain(self.least), field=self.field)
        return tr(
            "avance d'au moins {least} et au plus {most} dans « {field} »",
            least=plain(self.least),
            most=plain(self.most),
            field=self.field,
        )

    @property
    def sentence(self) -> str:
        if self.most is not None:
            return tr("À {field}, la ou le mentor·e a entre {least} et {most} crans d'avance.")
        return tr_n(
            "À {field}, la ou le mentor·e a au moins {least} cran d'avance.",
            "À {field}, la ou le mentor·e a au moins {least} crans d'avance.",
            ceil(self.least),
        )

    @property
    def details(self) -> tuple[str, ...]:
        most = (tr("L'avance est de {most} crans au plus."),) if self.most is None else ()
        return (*most, *super().details)

    def forbidden(self, market: Market) -> BoolMatrix:
        left, right = market.mentors, market.mentees
        column, theirs = left.columns[self.field], right.columns[self.field]
        known = right.known(self.field)
        if not (isinstance(column, SingleChoice) and isinstance(theirs, SingleChoice)):
            ours, theirs = left.numbers(self.field), right.numbers(self.field)
            return self._wrong(ours.values, left.known(self.field), theirs.values, known)
        options = np.append(np.arange(len(column.labels)), NONE)  # no answer, which is -1, comes last
        found = self._wrong(options, options != NONE, theirs.values, known)
        return found[column.values]

    def _wrong(self, ours: Steps, answered: BoolVector, theirs: Steps, known: BoolVector) -> BoolMatrix:
        """Return which answers are not as far ahead of others as they are to be, or not known to be."""
        ahead = np.subtract(*np.ix_(np.nan_to_num(ours), np.nan_to_num(theirs)))
        wrong = ahead < self.least
        if self.most is not None:
            wrong |= ahead > self.most
        return apply_missing(wrong, answered, known, self.missing)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how far ahead the mentor is to be at least, and at most."""
        ours, theirs = (steps_of(people, self.field) for people in (market.mentors, market.mentees))
        if not (len(ours) and len(theirs)):
            return
        lowest, highest = float(ours.min() - theirs.max()), float(ours.max() - theirs.min())
        if self.least > lowest:
            yield Relaxation(
                "lower_gap",
                ceil(self.least - lowest),
                lambda k: self.model_copy(update={"least": self.least - k}),
                lambda k: tr(
                    "Abaisser l'avance demandée par {rule} de {old} à {new}.",
                    rule=name,
                    old=plain(self.least),
                    new=plain(self.least - k),
                ),
            )
        if (most := self.most) is not None and most < highest:
            yield Relaxation(
                "raise_gap",
                ceil(highest - most),
                lambda k: self.model_copy(update={"most": most + k}),
                lambda k: tr(
                    "Relever l'avance permise par {rule} de {old} à {new}.",
                    rule=name,
                    old=plain(most),
                    new=plain(most + k),
                ),
            )


def steps_of(people: People, field: str) -> NDArray[np.float64]:
    """Return the steps or numbers of those who answered."""
    column = people.columns[field]
    values = column.values if isinstance(column, SingleChoice) else people.numbers(field).values
    return values.astype(np.float64)[column.known]


MOST_ROWS = 2_000
"""One mentee takes so many constraints at most."""


def needs_and_offers(rule: "Complementary | Covers") -> Iterator[FieldReference]:
    """Yield the fields of needs and of offers: ranked ones if only the first count, levels if one is asked for."""
    yield FieldReference("mentee", rule.mentee, FieldRef(LISTS if rule.first is None else ORDERED, "mentee"))
    yield FieldReference("mentor", rule.mentor, FieldRef(LISTS if rule.level == 1 else ("levels",), "mentor"))


def levels_beyond(rule: "Complementary | Covers", fields: Mapping[str, AnyField]) -> Iterator[Problem]:
    """Yield that a rule asks for a level above the highest of its question."""
    grid = fields.get(rule.mentor)
    if isinstance(grid, Levels) and rule.level >= len(grid.levels):
        expected = tr("de 1 à {highest}, le niveau le plus haut", highest=len(grid.levels) - 1)
        yield Problem("level", str(rule.level), expected)


class Complementary(Rule):
    """The mentors of one mentee, ``most`` at most, can pass on all that they need between them, or ``least`` of it.

    It binds those who have a mentor. Of a mentee who did not answer, ``most`` alone is asked, unless ``missing`` is
    ``forbid``: then they have no mentor. Needs, ``first`` and ``level`` are those of ``covers``. What a mentor left
    blank counts as met unless ``missing`` is ``forbid``.
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
        return needs_and_offers(self)

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        return levels_beyond(self, fields)

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
        for mentee, known in enumerate(market.mentees.known(self.mentee).tolist()):
            if len(can) > self.most:
                yield Row(self.label, each, most=self.most, mentee=mentee)
            for able in self._able(can, np.flatnonzero(needs[mentee])) if known else ():
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
        return needs_and_offers(self)

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        return levels_beyond(self, fields)

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
