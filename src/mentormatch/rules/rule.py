"""Interface of a rule, and formulation: cohort, scores, rules and goals -> the assignment problem.

A rule forbids pairs, excludes people, bounds sums over pairs or bounds the number of partners per person. Everything
about one kind of rule is in its class: its settings, its texts, and how it may be relaxed, waived or dropped. Other
modules use this interface and name no kind.

No person is paired with themselves: ``SELF_PAIRS`` is in force in every programme, and no programme file states it.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType
from typing import ClassVar, Literal, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.scores import NO_SCORE, DenseScores, PersonMasks, Scores, SparseScores, pack_scores
from mentormatch.base.arrays import BoolMatrix, BoolVector, Index, IntVector
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.plugins import concrete
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import SIDES, Side
from mentormatch.fields.extension import Extension
from mentormatch.languages.phrases import quoted
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.scoring.criterion import Criterion, WholeGroup
from mentormatch.scoring.scores import ScoreTable, normalise_weights, score

type PairIndices = tuple[IntVector, IntVector]
"""Positions of the mentors and of the mentees of some pairs, each pair once."""
type Missing = Literal["allow", "forbid"]
VALUE_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "missing": {"allow": mark("permis"), "forbid": mark("exclu")},
        "side": {"mentor": mark("mentor·e"), "mentee": mark("mentoré·e")},
    }
)
"""Labels in a form for the values of settings that several rules have."""
type NameOf = Callable[[Side | None, str], str]
"""Returns the name shown for a person, from side and key; the side is None if the rule does not state one."""


@dataclass(frozen=True, slots=True)
class Market:
    """Two sides that may be paired: n mentors, m mentees, and ``scores`` (n, m) in millionths."""

    mentors: People
    mentees: People
    scores: NDArray[np.int32]

    def side(self, side: Side) -> People:
        """Return the people of one side."""
        return self.mentors if side == "mentor" else self.mentees

    def part(self, mentors: NDArray[np.intp], mentees: NDArray[np.intp]) -> Self:
        """Return the market of some mentors and mentees, by position."""
        scores = self.scores[np.ix_(mentors, mentees)]
        return type(self)(self.mentors.take(mentors), self.mentees.take(mentees), scores)

    @property
    def shape(self) -> tuple[int, int]:
        """The number of mentors and of mentees."""
        return len(self.mentors), len(self.mentees)


@dataclass(frozen=True, slots=True, eq=False)
class CompositionBound(ContentEquality):
    """Bounds on the number of marked people in each group: ``least`` to ``most``; with ``none``, 0 is allowed too.

    ``holds`` (n,) bool marks the people who are counted; ``name`` is the label of the rule.
    """

    name: str
    holds: BoolVector
    least: int
    most: int
    none: bool


@dataclass(frozen=True, slots=True)
class KeptPlaces:
    """Places of some mentors that are reserved for mentees who arrive later.

    ``number`` places stay free in total over ``mentors`` (n,) bool. ``latecomers`` (m,) bool marks the mentees who may
    take the reserved places.
    """

    number: int
    mentors: BoolVector
    latecomers: BoolVector


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A number of a rule that can be relaxed: ``after(k)`` is the rule after k steps, 1 <= k <= ``furthest``.

    Each step requires less. ``sentence(k)`` describes the change; ``cost(k)`` measures it in the unit that staff read:
    pairs, places, points, steps of a scale.
    """

    code: str
    furthest: int
    after: Callable[[int], "Rule"]
    sentence: Callable[[int], str]
    cost: Callable[[int], int] = int


class Rule(Extension):
    """A requirement on the pairs or groups of a programme.

    Rules do not override one another: all of them apply. A rule that reads answers has a setting ``missing``, for pairs
    whose answers are not all known: with ``allow`` only pairs known to break the rule are forbidden, with ``forbid``
    these pairs are forbidden too.
    """

    of_pairs: ClassVar[bool] = True
    """Whether a programme of pairs may state such a rule."""
    of_groups: ClassVar[bool] = False
    """Whether a programme of groups may state such a rule."""
    waivable: ClassVar[bool] = True
    """Whether an exception for one pair may be proposed; refusals by participants are never waived or disclosed."""
    waiver_rank: ClassVar[int] = 4
    """Reluctance of staff to waive the rule: 0 for a number, 1 for a place, 5 for a decision of the team."""
    droppable: ClassVar[bool] = True
    """Whether dropping the rule may be proposed; for a capacity, more places are proposed instead."""

    offers_places: ClassVar[bool] = True
    """True if the rule grants places; False if it only reduces the places granted elsewhere (one by default)."""

    value_words: ClassVar[Mapping[str, Mapping[str, str]]] = VALUE_WORDS
    """Labels in a form for the values of a setting, by setting and by value in JSON."""

    answer_fields: ClassVar[Mapping[str, str]] = MappingProxyType({"in": "field"})
    """Settings that name answers, each with the setting that names their question."""

    kind: str

    @property
    def places_unread(self) -> Mapping[str, int]:
        """The number of places assumed for an unreadable answer, by the field of the question."""
        return {}

    @abstractmethod
    def describe(self) -> str:
        """Return a phrase that describes the requirement."""

    @property
    def sentence(self) -> str:
        """The requirement as a sentence with a {blank} for each setting, such as ``{least}`` or ``{where.0.in}``.

        Empty if a form should show ``describe`` and list the settings below it.
        """
        return ""

    @property
    def details(self) -> tuple[str, ...]:
        """Sentences with blanks for the settings that ``sentence`` does not mention."""
        return (tr("Si une réponse manque, c'est {missing}."),) if "missing" in type(self).model_fields else ()

    def eligible(self, people: People, side: Side) -> BoolVector | None:
        """Return (n,) bool: whether each person of ``side`` may take part. None if the rule excludes no person."""
        return None

    def forbidden(self, market: Market) -> BoolMatrix | None:
        """Return (n, m) bool: the forbidden pairs. None if the rule forbids no pairs."""
        barred = self.forbidden_by_identity(market)
        if barred is None:
            return None
        block = np.zeros(market.shape, dtype=bool)
        block[barred] = True
        return block

    def forbidden_by_identity(self, market: Market) -> PairIndices | None:
        """Return the pairs that are forbidden by keys or typed names; None if the rule depends on other answers.

        If pairs are returned, whether any other pair is forbidden depends only on which of its two people answered.
        """
        return None

    def group_requirement(self, people: People) -> WholeGroup | None:
        """Return the requirement on the items that both people of a pair have; None if the rule is of another form.

        A pair is forbidden if its value is 0. If either person gave no answer, ``missing`` decides.
        """
        return None

    @property
    def least_score(self) -> int | None:
        """The minimum score of a pair in millionths; None if the rule sets none."""
        return None

    def degree_bounds(self, people: People, side: Side) -> DegreeBounds | None:
        """Return bounds on the number of partners per person of ``side``. None if the rule sets none."""
        return None

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield the bounded sums over pairs."""
        yield from ()

    def kept_places(self, market: Market) -> KeptPlaces | None:
        """Return the places reserved for people who arrive later. None if the rule reserves none."""
        return None

    def with_kept_places(self, number: int, latecomers: Sequence[str]) -> Self:
        """Return this rule with ``number`` reserved places, open to the mentees with these keys."""
        return self

    def pins(self, market: Market) -> Iterator[tuple[int, int]]:
        """Yield the pairs, by position, that must be chosen."""
        yield from ()

    def safer_versions(self) -> Iterator[tuple[Self, str]]:
        """Yield a version that no missing answer evades, with a text on what changes, if there is one."""
        if getattr(self, "missing", None) == "allow":
            strict = self.model_copy(update={"missing": "forbid"})
            yield strict, tr('{rule} : exiger une réponse (missing = "forbid")', rule=quoted(self.label))

    def priority(self, people: People, side: Side) -> IntVector | None:
        """Return (n,) int: the weight of each person in the goal ``priority``. None if the rule gives no weights."""
        return None

    def composition_bounds(self, members: People) -> Iterator[CompositionBound]:
        """Yield the bounds on the composition of each group."""
        yield from ()

    def together(self, members: People) -> Iterator[tuple[int, ...]]:
        """Yield sets of people, by position, that must be in one group."""
        yield from ()

    @property
    def label(self) -> str:
        """The name of this rule in a sentence."""
        return self.name or self.describe()

    def rename_people(self, name_of: NameOf) -> Self:
        """Return this rule with the keys of people replaced by other names."""
        return self

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the numbers of this rule that can be relaxed by whole steps; sentences call the rule ``name``."""
        yield from ()

    @property
    def bounds_sums(self) -> bool:
        """Whether the rule bounds sums over pairs."""
        return type(self).side_constraints is not Rule.side_constraints or self.keeps_places

    @property
    def keeps_places(self) -> bool:
        """Whether the rule reserves places for people who arrive later."""
        return type(self).kept_places is not Rule.kept_places

    @property
    def bounds_degrees(self) -> bool:
        """Whether the rule bounds the number of partners per person."""
        return type(self).degree_bounds is not Rule.degree_bounds

    @property
    def couples_pairs(self) -> bool:
        """Whether a pair can break this rule because of other pairs."""
        return self.bounds_sums or self.bounds_degrees or type(self).pins is not Rule.pins

    @property
    def decided_pair(self) -> tuple[str, str] | None:
        """The keys of the mentor and mentee, if the rule decides exactly one pair; else None."""
        return None

    def applies_to(self, cohort: Cohort) -> bool:
        """Return whether the rule still applies to a cohort after departures."""
        return True

    def restrict_to(self, cohort: Cohort) -> Self | None:
        """Return the rule restricted to a cohort after departures. None if nothing of it remains."""
        return self if self.applies_to(cohort) else None

    @property
    def places_label(self) -> str:
        """The label of the bounds on the partners of one person."""
        return self.label

    def no_places_text(self) -> str:
        """Return a sentence that explains why a person without any place has no partner."""
        return tr("Aucune place : « {rule} ».", rule=self.label)

    def place_fields(self, side: Side) -> tuple[str, ...]:
        """Return the questions in which people of ``side`` state their number of partners."""
        return ()

    @property
    def refusal_field(self) -> str | None:
        """The question in which people name the partners they refuse; None if the rule has none."""
        return None

    def past_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the keys of the pairs of earlier editions."""
        yield from ()

    def with_past_pairs(self, pairs: Iterable[tuple[str, str]]) -> Self:
        """Return this rule with further pairs (keys) of earlier editions if it counts them, else the rule unchanged."""
        return self


class DecidedPair(Rule):
    """A decision of the team about the pair of ``mentor`` and ``mentee`` (their keys)."""

    waiver_rank: ClassVar[int] = 5
    mentor: str
    mentee: str

    def rename_people(self, name_of: NameOf) -> Self:
        pair = {"mentor": name_of("mentor", self.mentor), "mentee": name_of("mentee", self.mentee)}
        return self.model_copy(update=pair)

    @property
    def decided_pair(self) -> tuple[str, str]:
        return self.mentor, self.mentee

    def is_present(self, cohort: Cohort) -> bool:
        """Return whether both people are in the cohort."""
        return cohort.mentors.has(self.mentor) and cohort.mentees.has(self.mentee)


def apply_missing(broken: BoolMatrix, left: BoolVector, right: BoolVector, missing: Missing) -> BoolMatrix:
    """Return the forbidden pairs (n, m), given the pairs that break a rule and the people whose answers are known.

    Pairs with an unknown answer are all forbidden if ``missing`` is ``forbid``, else all allowed. ``left`` (n,) and
    ``right`` (m,) mark the people of each side whose answers are known; ``broken`` is used only where both are.
    """
    unsaid = missing == "forbid"
    for is_known in (left[:, None], right[None, :]):
        if not is_known.all():
            broken = broken | ~is_known if unsaid else broken & is_known
    return broken


def check_bounds(least: int | None, most: int | None) -> None:
    """Raise ValueError if both bounds are None, or the lower exceeds the upper."""
    if least is None and most is None:
        raise ValueError(tr("il faut `least`, `most` ou les deux"))
    if least is not None and most is not None and least > most:
        raise ValueError(tr("`least` dépasse `most`"))


def rules_by_kind() -> dict[str, type[Rule]]:
    """Return every registered rule class by its kind."""
    return concrete(Rule, "mentormatch.rules.kinds", "mentormatch.rules")


NO_SCORES = np.empty((0, 0), dtype=np.int32)
"""Scores of a market whose rules read none."""


def market_of(cohort: Cohort, scores: NDArray[np.int32]) -> Market:
    """Return the market of a whole cohort."""
    return Market(cohort.mentors, cohort.mentees, scores)


type ScorePairs = Callable[[Cohort, Sequence[Criterion], Sequence[Rule], PersonMasks], Scores]
"""Computes the scores that a problem needs: people taking part, under the rules in force."""


class LazyScores(ScoreTable):
    """Scores of too many pairs to store: parts are computed on request, and ``values`` raises RequestError.

    ``score_pairs`` computes the scores that an assignment problem needs.
    """

    __slots__ = ("cohort", "score_pairs")
    cohort: Cohort
    score_pairs: ScorePairs

    def __init__(self, cohort: Cohort, criteria: Sequence[Criterion], score_pairs: ScorePairs) -> None:
        parts = {"cohort": cohort, "criteria": tuple(criteria), "weights": normalise_weights(criteria)}
        for name, part in {**parts, "score_pairs": score_pairs, "emphasis": None}.items():
            object.__setattr__(self, name, part)

    def __getattr__(self, name: str) -> NoReturn:
        """Raise RequestError for ``values``, which would need the scores of all pairs."""
        if name != "values":
            raise AttributeError(name)
        pairs = prod(map(len, (self.cohort.mentors, self.cohort.mentees)))
        problem = Problem(tr("paires"), str(pairs), advice=tr("demandez une paire, ou une personne, à la fois"))
        raise RequestError(tr("Il y a trop de paires pour les avoir toutes à la fois"), [problem])

    @property
    def held(self) -> bool:
        return False

    def part(self, mentors: Index, mentees: Index) -> NDArray[np.int32]:
        # Each person only once: some criteria identify people by their keys
        sides = (np.unique(np.asarray(side, dtype=np.intp), return_inverse=True) for side in (mentors, mentees))
        (mentor_rows, mentor_inverse), (mentee_rows, mentee_inverse) = sides
        cohort = Cohort(self.cohort.mentors.take(mentor_rows), self.cohort.mentees.take(mentee_rows))
        return score(cohort, self.criteria).values[np.ix_(mentor_inverse, mentee_inverse)]

    def with_criteria(self, criteria: Sequence[Criterion]) -> "LazyScores":
        """Return the scores of the same people by other criteria."""
        return LazyScores(self.cohort, criteria, self.score_pairs)

    def scores_under_rules(self, rules: Sequence[Rule], taking_part: PersonMasks | None = None) -> Scores:
        """Return the scores of the pairs that these rules allow, among people taking part (None: all people)."""
        everybody = np.ones(len(self.cohort.mentors), dtype=bool), np.ones(len(self.cohort.mentees), dtype=bool)
        return self.score_pairs(self.cohort, self.criteria, rules, taking_part or everybody)


def formulate(cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule], goals: Sequence[str]) -> AssignmentProblem:
    """Return the assignment problem of choosing pairs in ``cohort``.

    Forbidden pairs, and all pairs of people who take no part, are absent from the problem. Raises RequestError or
    SurveyError if a rule names a person who is not in the cohort, or a capacity is not a whole number.
    """
    taking_part = eligible_people(rules, cohort.mentors, "mentor"), eligible_people(rules, cohort.mentees, "mentee")
    if isinstance(scores, LazyScores):
        market, allowed = market_of(cohort, NO_SCORES), scores.scores_under_rules(rules_in_force(rules), taking_part)
        return build_problem(market, allowed, taking_part, rules, goals)
    market = market_of(cohort, scores.values)
    return build_problem(market, allowed_scores(market, rules, taking_part), taking_part, rules, goals)


def allowed_scores(market: Market, rules: Sequence[Rule], taking_part: PersonMasks) -> DenseScores | SparseScores:
    """Return the stored scores of the pairs that no rule forbids, among people taking part."""
    allowed = ~forbidden_pairs(rules, market)
    for admitted in (taking_part[0][:, None], taking_part[1][None, :]):
        if not admitted.all():
            allowed &= admitted
    return pack_scores(market.scores, allowed)


def build_problem(
    market: Market,
    scores: Scores,
    taking_part: PersonMasks,
    rules: Sequence[Rule],
    goals: Sequence[str],
) -> AssignmentProblem:
    """Return the assignment problem of a market with these scores of allowed pairs."""
    mentors = degree_bounds(rules, market.mentors, "mentor", taking_part[0])
    return AssignmentProblem(
        scores,
        mentors,
        degree_bounds(rules, market.mentees, "mentee", taking_part[1]),
        rows=tuple(side_constraints(rules, market, mentors, scores)),
        pins=tuple(sorted({pin for rule in rules for pin in rule.pins(market)})),
        goals=tuple(goals),
        mentor_priority=priority_weights(rules, market.mentors, "mentor"),
        mentee_priority=priority_weights(rules, market.mentees, "mentee"),
        mentor_keys=market.mentors.compared,
        mentee_keys=market.mentees.compared,
    )


def side_constraints(rules: Sequence[Rule], market: Market, mentors: DegreeBounds, scores: Scores) -> Iterator[Row]:
    """Yield the bounded sums over pairs, rule by rule, given the bounds on partners per mentor."""
    for rule in rules:
        yield from rule.side_constraints(market)
        reserve = rule.kept_places(market)
        if reserve is not None:
            yield keeping_row(rule.label, reserve, usable_places(mentors, scores))


def keeping_row(name: str, kept: KeptPlaces, places: IntVector) -> Row:
    """Return the row that keeps the reserved places free of mentees who are no latecomers, given ``places`` (n,)."""
    free_to_all = None if not kept.latecomers.any() else (~kept.latecomers).astype(np.int64)[None, :]
    max_places = int(places[kept.mentors].sum()) - kept.number
    return Row(name, kept.mentors.astype(np.int64)[:, None], most=max_places, factor=free_to_all)


def keeping_rules(
    rules: Sequence[Rule], market: Market, problem: AssignmentProblem
) -> Iterator[tuple[Rule, KeptPlaces, int]]:
    """Yield each rule that reserves places, with these places and the index of its row in ``problem``.

    Rules without a row in the problem are skipped, for instance in the problem of suggestion lists.
    """
    reserves = [(rule, reserve) for rule in rules if (reserve := rule.kept_places(market)) is not None]
    if reserves:
        places = usable_places(problem.mentors, problem.scores)
        nameless = [replace(row, name="") for row in problem.rows]  # row names depend on the language of formulation
        rows = [keeping_row("", reserve, places) for _, reserve in reserves]
        yield from (
            (rule, reserve, nameless.index(row))
            for (rule, reserve), row in zip(reserves, rows, strict=True)
            if row in nameless
        )


def usable_places(mentors: DegreeBounds, scores: Scores) -> IntVector:
    """Return (n,) int64: the places of each mentor, 0 without any allowed mentee."""
    return np.where(scores.row_and_column_max()[0] > NO_SCORE, mentors.most, 0)


def eligible_people(rules: Sequence[Rule], people: People, side: Side) -> BoolVector:
    """Return (n,) bool: whether each person takes part: enough answers, and excluded by no rule."""
    taking_part = people.complete.copy()
    for rule in rules:
        admits = rule.eligible(people, side)
        if admits is not None:
            taking_part &= admits
    return taking_part


def forbidden_pairs(rules: Sequence[Rule], market: Market) -> BoolMatrix:
    """Return (n, m) bool: the pairs that at least one rule forbids."""
    total = np.zeros(market.shape, dtype=bool)
    for _, block in forbidden_by_rule(rules, market):
        total |= block
    return total


def forbidden_by_rule(rules: Sequence[Rule], market: Market) -> Iterator[tuple[Rule, BoolMatrix]]:
    """Yield each rule in force that forbids pairs, with these pairs (n, m) bool."""
    for rule in rules_in_force(rules):
        block = rule.forbidden(market)
        if block is not None:
            yield rule, block


def degree_bounds(rules: Sequence[Rule], people: People, side: Side, taking_part: BoolVector) -> DegreeBounds:
    """Return bounds on the number of partners per person: the intersection of the bounds of all rules.

    If no rule grants places, each person has one. People who take no part have none.
    """
    by_rule = [(rule, bound) for rule in rules if (bound := rule.degree_bounds(people, side)) is not None]
    bounds = [bound for _, bound in by_rule]
    if not any(rule.offers_places for rule, _ in by_rule):
        count = len(people)
        single_place, no_place = np.ones(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        bounds.append(DegreeBounds(no_place, single_place, np.ones(count, dtype=bool)))
    upper = np.minimum.reduce([bound.most for bound in bounds])
    lower = np.maximum.reduce([bound.least for bound in bounds])
    optional = np.logical_and.reduce([bound.optional for bound in bounds])
    return DegreeBounds(np.where(taking_part, lower, 0), np.where(taking_part, upper, 0), optional)


def is_many_to_many(rules: Sequence[Rule], cohort: Cohort) -> bool:
    """Return whether people of both sides may have several partners."""
    sides = ((cohort.side(side), side) for side in SIDES)
    return all(
        bool(degree_bounds(rules, people, side, people.complete).most.max(initial=0) > 1) for people, side in sides
    )


def priority_weights(rules: Sequence[Rule], people: People, side: Side) -> IntVector | None:
    """Return (n,) int: the weight of each person in the goal ``priority``. None if no rule weighs this side."""
    by_rule = [weights for rule in rules if (weights := rule.priority(people, side)) is not None]
    return np.add.reduce(by_rule) if by_rule else None


class SelfPairs(Rule):
    """A person who is on both sides is not their own partner."""

    waivable: ClassVar[bool] = False
    kind: Literal["self_pair"] = "self_pair"

    def describe(self) -> str:
        return tr("c'est la même personne")

    def forbidden_by_identity(self, market: Market) -> PairIndices | None:
        self_pairs = market.mentors.same_as(market.mentees)
        return self_pairs if len(self_pairs[0]) else None


SELF_PAIRS = SelfPairs()


def rules_in_force(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the rules of a programme and ``SELF_PAIRS``."""
    return (*rules, SELF_PAIRS)
