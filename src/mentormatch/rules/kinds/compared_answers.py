"""Rules that forbid pairs by comparing answers: overlap (none, some, enough), order, cover of needs.

Rule ``different``: nothing in common, for instance no employer.

Rule ``common``: something in common, for instance a slot or a language.

Rule ``require``: an answer without which a person takes no part.

Rule ``gap``: the mentor is ahead on a scale.

Rule ``complementary``: the mentors of one mentee cover the mentee's needs together.

Rule ``covers``: one mentor covers enough of the mentee's needs.
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
from mentormatch.scoring.criterion import (
    LIST_KINDS,
    ORDERED_KINDS,
    WholeGroup,
    matmul_float64,
    ranks_given,
    slots_in_common,
)
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
        mentors, mentees = market.mentors, market.mentees
        sharing = share_at_least(mentors.columns[self.field], mentees.columns[self.field], 1)
        return apply_missing(sharing, mentors.known(self.field), mentees.known(self.field), self.missing)

    def forbidden_by_identity(self, market: Market) -> PairIndices | None:
        ours, theirs = market.mentors.columns[self.field], market.mentees.columns[self.field]
        return (
            pairs_sharing(ours.compared, theirs.compared)
            if isinstance(ours, NameLists) and isinstance(theirs, NameLists)
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
        mentors, mentees = market.mentors, market.mentees
        ours, theirs = mentors.columns[self.field], mentees.columns[self.field]
        if isinstance(ours, ZonedSlots) and isinstance(theirs, ZonedSlots):
            too_few: BoolMatrix = slots_in_common(ours, theirs).numbers < self.least
        else:
            too_few = ~share_at_least(ours, theirs, self.least)
        return apply_missing(too_few, mentors.known(self.field), mentees.known(self.field), self.missing)

    def group_requirement(self, people: People) -> WholeGroup | None:
        column = people.columns[self.field]
        if not isinstance(column, MultiChoice) or isinstance(column, ZonedSlots):
            return None
        is_enough = np.arange(len(column.labels) + 1) >= self.least
        return WholeGroup(column.values, column.known, is_enough.astype(np.float64))

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the number of common answers, down to 1; with 0 the rule would be dropped."""
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
    """A person takes part only if they gave one of the answers ``in`` to ``field``; a blank is not one of them."""

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
"""Positions on a scale (-1 for no answer) or numbers (NaN for no answer)."""


class Gap(Rule):
    """The mentor's answer to ``field`` is ``least`` to ``most`` ahead of the mentee's (steps, or units of a number)."""

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
        upper = (tr("L'avance est de {most} crans au plus."),) if self.most is None else ()
        return (*upper, *super().details)

    def forbidden(self, market: Market) -> BoolMatrix:
        mentors, mentees = market.mentors, market.mentees
        column, theirs = mentors.columns[self.field], mentees.columns[self.field]
        their_answered = mentees.known(self.field)
        if not (isinstance(column, SingleChoice) and isinstance(theirs, SingleChoice)):
            ours, theirs = mentors.numbers(self.field), mentees.numbers(self.field)
            return self._outside_gap(ours.values, mentors.known(self.field), theirs.values, their_answered)
        options = np.append(np.arange(len(column.labels)), NONE)  # no answer, which is -1, comes last
        outside_by_option = self._outside_gap(options, options != NONE, theirs.values, their_answered)
        return outside_by_option[column.values]

    def _outside_gap(self, ours: Steps, answered: BoolVector, theirs: Steps, their_answered: BoolVector) -> BoolMatrix:
        """Return the pairs of answers whose gap is out of bounds; ``missing`` decides if an answer is unknown."""
        ahead = np.subtract(*np.ix_(np.nan_to_num(ours), np.nan_to_num(theirs)))
        outside = ahead < self.least
        if self.most is not None:
            outside |= ahead > self.most
        return apply_missing(outside, answered, their_answered, self.missing)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the lower and the upper bound of the gap, up to the extreme gaps among the answers."""
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
        if (upper := self.most) is not None and upper < highest:
            yield Relaxation(
                "raise_gap",
                ceil(highest - upper),
                lambda k: self.model_copy(update={"most": upper + k}),
                lambda k: tr(
                    "Relever l'avance permise par {rule} de {old} à {new}.",
                    rule=name,
                    old=plain(upper),
                    new=plain(upper + k),
                ),
            )


def steps_of(people: People, field: str) -> NDArray[np.float64]:
    """Return the scale positions or numbers of the people who answered."""
    column = people.columns[field]
    values = column.values if isinstance(column, SingleChoice) else people.numbers(field).values
    return values.astype(np.float64)[column.known]


MAX_ROWS_PER_MENTEE = 2_000  # subsets of needs, each a constraint; their number grows exponentially


def needs_and_offers(rule: "Complementary | Covers") -> Iterator[FieldReference]:
    """Yield the fields of needs and offers: ordered needs if ``first`` is set, levels of offers if ``level`` > 1."""
    yield FieldReference("mentee", rule.mentee, FieldRef(LIST_KINDS if rule.first is None else ORDERED_KINDS, "mentee"))
    yield FieldReference("mentor", rule.mentor, FieldRef(LIST_KINDS if rule.level == 1 else ("levels",), "mentor"))


def levels_beyond(rule: "Complementary | Covers", fields: Mapping[str, AnyField]) -> Iterator[Problem]:
    """Yield a problem if the rule requires a level above the highest of its question."""
    grid = fields.get(rule.mentor)
    if isinstance(grid, Levels) and rule.level >= len(grid.levels):
        expected = tr("de 1 à {highest}, le niveau le plus haut", highest=len(grid.levels) - 1)
        yield Problem("level", str(rule.level), expected)


class Complementary(Rule):
    """The mentors of one mentee, at most ``most``, cover together all needs of the mentee, or ``least`` of them.

    The rule binds mentees who have a mentor. For a mentee who did not answer only ``most`` applies; with ``missing =
    "forbid"`` they have no mentor. Needs, ``first`` and ``level`` are those of ``covers``. A mentor covers a need that
    they left blank, or all needs without any answer, unless ``missing`` is ``forbid``.
    """

    kind: Literal["complementary"] = "complementary"
    example = {"kind": "complementary", "mentee": "besoins", "mentor": "transmettre", "first": 2, "level": 2}
    missing: Missing = "allow"
    mentee: Annotated[str, FieldRef(LIST_KINDS, "mentee")]
    mentor: Annotated[str, FieldRef(LIST_KINDS, "mentor")]
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
        """Return the pairs of mentees with too few needs, and of mentees without an answer if that is forbidden."""
        answered, needs = market.mentees.known(self.mentee), self._offers_and_needs(market)[1].sum(axis=1)
        barred = (needs < self.least) & answered if self.least else np.zeros(len(answered), dtype=bool)
        if self.missing == "forbid":
            barred |= ~answered
        return np.repeat(barred[None, :], market.shape[0], axis=0)

    def _offers_and_needs(self, market: Market) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return (n, k) and (m, k) bool: whether each mentor covers, and each mentee needs, each of k items."""
        offers, answers_on_needs = market.mentors.columns[self.mentor], market.mentees.columns[self.mentee]
        (can, blank), (needs, _) = offers_and_needs(offers, answers_on_needs, level=self.level, first=self.first)
        if self.missing == "allow":
            can = can | blank | ~market.mentors.known(self.mentor)[:, None]
        return can, needs

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield the rows of each mentee: at most ``most`` mentors, and covers of the needs.

        ``least`` of n needs are covered if each subset of n - least + 1 needs contains a covered need (pigeonhole). For
        the mentors who cover a need of the subset, that is the row max(most - 1, 1) * (these mentors) - (other mentors)
        >= 0: if the mentee has any mentor, one of the at most ``most`` mentors is among these.
        """
        can, needs = self._offers_and_needs(market)
        all_mentors = np.ones((len(can), 1), dtype=np.int64)
        for mentee, answered in enumerate(market.mentees.known(self.mentee).tolist()):
            if len(can) > self.most:
                yield Row(self.label, all_mentors, most=self.most, mentee=mentee)
            for covering in self._mentor_sets(can, np.flatnonzero(needs[mentee])) if answered else ():
                weights = np.where(covering, max(self.most - 1, 1), -1).astype(np.int64)
                yield Row(self.label, weights[:, None], least=0, mentee=mentee)

    def _mentor_sets(self, can: NDArray[np.bool_], needed: NDArray[np.intp]) -> Iterator[BoolVector]:
        """Yield (n,) bool per subset of needs that must contain a covered need: the mentors who cover one of them.

        Equal sets are yielded once, and the set of all mentors never. Raises RequestError above 2,000 subsets.
        """
        count = len(needed)
        size = 1 if self.least is None else count - self.least + 1
        if size < 1:
            return
        if comb(count, size) > MAX_ROWS_PER_MENTEE:
            cause = tr("« {field} » : {needs} d'une personne", field=self.mentee, needs=counted(count, "besoin"))
            raise RequestError(
                tr("Les besoins sont trop nombreux pour être couverts à plusieurs"),
                [Problem(self.label, cause, tr("tous les besoins, sans « least », ou les premiers avec « first »"))],
            )
        mentor_sets = np.array(
            [can[:, subset].any(axis=1) for subset in combinations(needed.tolist(), size)], dtype=bool
        )
        for covering in np.unique(mentor_sets.reshape(-1, len(can)), axis=0):
            if not covering.all():
                yield covering

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the number of covered needs, down to 1; with 0 the rule would be dropped."""
        if (needed := self.least) is not None and needed > 1:
            yield Relaxation(
                "lower_covers",
                needed - 1,
                lambda k: self.model_copy(update={"least": needed - k}),
                lambda k: tr(
                    "Demander {needs} au lieu de {old} pour {rule}.",
                    needs=counted(needed - k, "besoin"),
                    old=needed,
                    rule=name,
                ),
            )


COVERS_TEXTS = {
    (False, False): mark("« {mentor} » répond à au moins {needs} de « {mentee} »"),
    (True, False): mark("« {mentor} » répond à au moins {needs} de « {mentee} », jusqu'au rang {first}"),
    (False, True): mark("« {mentor} » répond à au moins {needs} de « {mentee} », au niveau {level} ou plus"),
    (True, True): mark(
        "« {mentor} » répond à au moins {needs} de « {mentee} », jusqu'au rang {first}, au niveau {level} ou plus"
    ),
}
"""By whether only the first needs count, and whether a level is required."""


class Covers(Rule):
    """The mentor covers at least ``least`` needs of the mentee; a mentee with fewer needs is in no pair.

    A need is an item that the mentee ranked, ticked, named, or gave a level above the lowest; with ``first``, one of
    their first ``first`` items in a ranking or a list of names. The mentor covers an item that they ranked, ticked,
    named, or gave the level ``level`` or more in a grid, whose lowest level is 0. An item left blank in a grid counts
    as covered unless ``missing`` is ``forbid``.
    """

    waiver_rank: ClassVar[int] = 3
    kind: Literal["covers"] = "covers"
    example = {"kind": "covers", "mentee": "besoins", "mentor": "transmettre", "least": 1, "first": 2, "level": 2}
    missing: Missing = "allow"
    mentee: Annotated[str, FieldRef(LIST_KINDS, "mentee")]
    mentor: Annotated[str, FieldRef(LIST_KINDS, "mentor")]
    least: int = Setting(default=1, ge=1)
    first: int | None = Setting(default=None, ge=1)
    level: int = Setting(default=1, ge=1)

    def references(self) -> Iterator[FieldReference]:
        return needs_and_offers(self)

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        return levels_beyond(self, fields)

    def describe(self) -> str:
        return tr(
            COVERS_TEXTS[self.first is not None, self.level > 1],
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
        mentors, mentees = market.mentors, market.mentees
        offers, answers_on_needs = mentors.columns[self.mentor], mentees.columns[self.mentee]
        our_items, their_items = offers_and_needs(offers, answers_on_needs, level=self.level, first=self.first)
        can, needs = (items | blank if self.missing == "allow" else items for items, blank in (our_items, their_items))
        too_few = np.empty(market.shape, dtype=bool)
        for start in range(0, len(too_few), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            too_few[rows] = matmul_float64(can[rows], needs.T) < self.least
        return apply_missing(too_few, mentors.known(self.mentor), mentees.known(self.mentee), self.missing)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the number of covered needs (1 or more), the level of an offer, and the number of needs that count."""
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
