"""What a rule is: it forbids pairs, sets people aside, bounds sums over pairs or changes how many one person takes.

All that is known of one kind of rule is in its file: what it asks, how it is told, relaxed, waived and dropped. Other
modules ask the rule, and name none.

Cohort, scores, rules and goals -> the assignment problem.

Nobody is paired with themselves: that rule is in force in every programme, and no programme states it.
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
"""The mentors and the mentees of some pairs, by position, each pair once."""
type Missing = Literal["allow", "forbid"]
VALUE_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "missing": {"allow": mark("permis"), "forbid": mark("exclu")},
        "side": {"mentor": mark("mentor·e"), "mentee": mark("mentoré·e")},
    }
)
"""What a form calls the values of settings that several rules have."""
UNANSWERED = mark("Si une réponse manque, c'est {missing}.")
type NameOf = Callable[[Side | None, str], str]
"""What somebody with a key is called; the side is None where the rule does not say it."""


@dataclass(frozen=True, slots=True)
class Market:
    """Two sides that may meet: n mentors, m mentees; ``scores`` (n, m) in millionths."""

    mentors: People
    mentees: People
    scores: NDArray[np.int32]

    def side(self, side: Side) -> People:
        """Return the people of one side."""
        return self.mentors if side == "mentor" else self.mentees

    def part(self, mentors: NDArray[np.intp], mentees: NDArray[np.intp]) -> Self:
        """Return the market of some of them only."""
        scores = self.scores[np.ix_(mentors, mentees)]
        return type(self)(self.mentors.take(mentors), self.mentees.take(mentees), scores)

    @property
    def shape(self) -> tuple[int, int]:
        """The number of mentors and of mentees."""
        return len(self.mentors), len(self.mentees)


@dataclass(frozen=True, slots=True, eq=False)
class CompositionBound(ContentEquality):
    """How many of some people may be in one group: ``least`` to ``most``, and with ``none`` also nobody.

    ``holds`` (n,) bool says who is counted, ``name`` what the rule is called.
    """

    name: str
    holds: BoolVector
    least: int
    most: int
    none: bool


@dataclass(frozen=True, slots=True)
class KeptPlaces:
    """Places of some mentors that are kept free for people who come later.

    ``number`` of the places of ``mentors`` (n,) bool, all together; for ``latecomers`` (m,) bool they are not kept: who
    of the mentees may take them.
    """

    number: int
    mentors: BoolVector
    latecomers: BoolVector


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One number of one rule: ``after(k)`` is the rule moved by k steps, 1 to ``furthest``; ``sentence(k)`` says so.

    Each step asks less. ``cost(k)`` is the change in the unit in which staff read the number: pairs, places, points,
    steps of a scale.
    """

    code: str
    furthest: int
    after: Callable[[int], "Rule"]
    sentence: Callable[[int], str]
    cost: Callable[[int], int] = int


class Rule(Extension):
    """What may not be.

    A rule overrides no other and is overridden by none. One that asks for answers has a setting ``missing``: where
    one is not known, whether the pair is allowed (a rule forbids what is known to break it) or forbidden.
    """

    of_pairs: ClassVar[bool] = True
    of_groups: ClassVar[bool] = False
    """Whether a programme of pairs, and one of groups, may state such a rule."""
    waivable: ClassVar[bool] = True
    """Whether an exception may be proposed for one pair; what a person asked for is not waived, and not told."""
    waiver_rank: ClassVar[int] = 4
    """How much staff would rather not make that exception: a number is 0, a place 1, a decision of the team 5."""
    droppable: ClassVar[bool] = True
    """Whether it may be proposed to drop the rule; one that is all about places is given more places instead."""

    offers_places: ClassVar[bool] = True
    """Whether people have the places that it states; else it takes away from those that they have, one unless said."""

    value_words: ClassVar[Mapping[str, Mapping[str, str]]] = VALUE_WORDS
    """What a form calls the values of a setting, by the setting and by the value as JSON has it."""

    answer_fields: ClassVar[Mapping[str, str]] = MappingProxyType({"in": "field"})
    """The settings that name answers, each with the one that names their question."""

    kind: str

    @property
    def places_unread(self) -> Mapping[str, int]:
        """The places of a person whose answer to a question about them cannot be read, by the field of the question."""
        return {}

    @abstractmethod
    def describe(self) -> str:
        """Return in a phrase what this rule asks."""

    @property
    def sentence(self) -> str:
        """What this rule asks, as a sentence with a {blank} for each setting: ``{least}``, ``{where.0.in}``.

        Empty where a form is to say it by ``describe``, and list the settings below.
        """
        return ""

    @property
    def details(self) -> tuple[str, ...]:
        """Sentences with blanks on the settings that ``sentence`` does not speak of."""
        return (tr(UNANSWERED),) if "missing" in type(self).model_fields else ()

    def eligible(self, people: People, side: Side) -> BoolVector | None:
        """Return (n,) bool: who of ``side`` may take part at all; None where the rule does not speak of that."""
        return None

    def forbidden(self, market: Market) -> BoolMatrix | None:
        """Return (n, m) bool: the pairs that may not be; None where the rule does not speak of pairs."""
        barred = self.forbidden_by_identity(market)
        if barred is None:
            return None
        block = np.zeros(market.shape, dtype=bool)
        block[barred] = True
        return block

    def forbidden_by_identity(self, market: Market) -> PairIndices | None:
        """Return the pairs that may not be because of who they are; None where it is because of answers alone.

        Of all other pairs it then rests on which of the two answered at all.
        """
        return None

    def group_requirement(self, people: People) -> WholeGroup | None:
        """Return what this rule asks of what two people both have; it forbids them where the value of that is 0.

        None where it asks something else. Where either gave no answer, ``missing`` decides.
        """
        return None

    @property
    def least_score(self) -> int | None:
        """The score in millionths below which no pair may be; None where the rule does not speak of scores."""
        return None

    def degree_bounds(self, people: People, side: Side) -> DegreeBounds | None:
        """Return how many partners each person of ``side`` takes; None where the rule does not speak of that."""
        return None

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield the sums over pairs that this rule bounds."""
        yield from ()

    def kept_places(self, market: Market) -> KeptPlaces | None:
        """Return the places that are kept for people who come later; None where the rule does not speak of that."""
        return None

    def with_kept_places(self, number: int, latecomers: Sequence[str]) -> Self:
        """Return this rule with so many kept places, which the mentees with these keys may take."""
        return self

    def pins(self, market: Market) -> Iterator[tuple[int, int]]:
        """Yield the pairs, by position, that must be chosen."""
        yield from ()

    def safer_versions(self) -> Iterator[tuple[Self, str]]:
        """Yield this rule so that answers left out do not get around it, with what changes."""
        if getattr(self, "missing", None) == "allow":
            strict = self.model_copy(update={"missing": "forbid"})
            yield strict, tr('{rule} : exiger une réponse (missing = "forbid")', rule=quoted(self.label))

    def priority(self, people: People, side: Side) -> IntVector | None:
        """Return (n,) int: the weight of each person in the goal ``priority``; None where the rule gives none."""
        return None

    def composition_bounds(self, members: People) -> Iterator[CompositionBound]:
        """Yield what this rule asks of the make-up of each group."""
        yield from ()

    def together(self, members: People) -> Iterator[tuple[int, ...]]:
        """Yield the people, by position, who are to be in one group."""
        yield from ()

    @property
    def label(self) -> str:
        """What this rule is called in a sentence."""
        return self.name or self.describe()

    def rename_people(self, name_of: NameOf) -> Self:
        """Return this rule with the people whom it is told with called otherwise."""
        return self

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the numbers of this rule, called ``name``, that can be moved by whole steps, if there are any."""
        yield from ()

    @property
    def bounds_sums(self) -> bool:
        """Whether it bounds sums over pairs."""
        return type(self).side_constraints is not Rule.side_constraints or self.keeps_places

    @property
    def keeps_places(self) -> bool:
        """Whether it keeps places for people who come later."""
        return type(self).kept_places is not Rule.kept_places

    @property
    def bounds_degrees(self) -> bool:
        """Whether it says how many partners people take."""
        return type(self).degree_bounds is not Rule.degree_bounds

    @property
    def couples_pairs(self) -> bool:
        """Whether one pair can break this rule because of other pairs."""
        return self.bounds_sums or self.bounds_degrees or type(self).pins is not Rule.pins

    @property
    def decided_pair(self) -> tuple[str, str] | None:
        """The keys of the mentor and the mentee on whom alone it decides; None where it is about others."""
        return None

    def applies_to(self, cohort: Cohort) -> bool:
        """Return whether it can still be asked of a cohort that some people have left."""
        return True

    def restrict_to(self, cohort: Cohort) -> Self | None:
        """Return the rule for those who are in a cohort that others have left, None if nothing remains of it."""
        return self if self.applies_to(cohort) else None

    @property
    def places_label(self) -> str:
        """What its bounds on the partners of one person are called."""
        return self.label

    def no_places_text(self) -> str:
        """Return why somebody has no partner to whom this rule gives no place at all, in a sentence."""
        return tr("Aucune place : « {rule} ».", rule=self.label)

    def place_fields(self, side: Side) -> tuple[str, ...]:
        """Return the questions by which people of ``side`` say how many partners they take."""
        return ()

    @property
    def refusal_field(self) -> str | None:
        """The question in which people say with whom they do not want to be paired; None where there is none."""
        return None

    def past_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the keys of those who were a pair in an earlier edition."""
        yield from ()

    def with_past_pairs(self, pairs: Iterable[tuple[str, str]]) -> Self:
        """Return this rule with more pairs (keys) of earlier editions, where it counts them; else itself."""
        return self


class DecidedPair(Rule):
    """What the team decided of the pair of ``mentor`` and ``mentee`` (their keys)."""

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
        """Say whether both people are there."""
        return cohort.mentors.has(self.mentor) and cohort.mentees.has(self.mentee)


def apply_missing(broken: BoolMatrix, left: BoolVector, right: BoolVector, missing: Missing) -> BoolMatrix:
    """Return the forbidden pairs: those known to break a rule, and those not known where ``missing`` says forbid."""
    unsaid = missing == "forbid"
    for known in (left[:, None], right[None, :]):
        if not known.all():
            broken = broken | ~known if unsaid else broken & known
    return broken


def check_bounds(least: int | None, most: int | None) -> None:
    """Raise ValueError where there is no bound at all, or the two cross."""
    if least is None and most is None:
        raise ValueError(tr("il faut `least`, `most` ou les deux"))
    if least is not None and most is not None and least > most:
        raise ValueError(tr("`least` dépasse `most`"))


def rules_by_kind() -> dict[str, type[Rule]]:
    """Return every registered rule by its kind."""
    return concrete(Rule, "mentormatch.rules.kinds", "mentormatch.rules")


NO_SCORES = np.empty((0, 0), dtype=np.int32)
"""The scores of a market in which nobody asks for them."""


def market_of(cohort: Cohort, scores: NDArray[np.int32]) -> Market:
    """Return the market of a whole cohort."""
    return Market(cohort.mentors, cohort.mentees, scores)


type ScorePairs = Callable[[Cohort, Sequence[Criterion], Sequence[Rule], PersonMasks], Scores]
"""Returns the scores of people who take part, under rules in force, as a problem asks for them."""


class UnheldScores(ScoreTable):
    """Scores of so many pairs that they are worked out when they are asked for; ``values`` does not exist.

    ``score_pairs`` is how a problem works them out.
    """

    __slots__ = ("cohort", "score_pairs")
    cohort: Cohort
    score_pairs: ScorePairs

    def __init__(self, cohort: Cohort, criteria: Sequence[Criterion], score_pairs: ScorePairs) -> None:
        parts = {"cohort": cohort, "criteria": tuple(criteria), "weights": normalise_weights(criteria)}
        for name, part in {**parts, "score_pairs": score_pairs, "emphasis": None}.items():
            object.__setattr__(self, name, part)

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse what would take the scores of all pairs."""
        if name != "values":
            raise AttributeError(name)
        pairs = prod(map(len, (self.cohort.mentors, self.cohort.mentees)))
        found = Problem(tr("paires"), str(pairs), advice=tr("demandez une paire, ou une personne, à la fois"))
        raise RequestError(tr("Il y a trop de paires pour les avoir toutes à la fois"), [found])

    @property
    def held(self) -> bool:
        return False

    def part(self, mentors: Index, mentees: Index) -> NDArray[np.int32]:
        # Each person once, whoever comes twice: some criteria know people by their keys
        sides = (np.unique(np.asarray(side, dtype=np.intp), return_inverse=True) for side in (mentors, mentees))
        (ours, left), (theirs, right) = sides
        some = Cohort(self.cohort.mentors.take(ours), self.cohort.mentees.take(theirs))
        return score(some, self.criteria).values[np.ix_(left, right)]

    def with_criteria(self, criteria: Sequence[Criterion]) -> "UnheldScores":
        """Return the scores of the same people by other criteria."""
        return UnheldScores(self.cohort, criteria, self.score_pairs)

    def under(self, rules: Sequence[Rule], taking_part: PersonMasks | None = None) -> Scores:
        """Return the scores of pairs that these rules allow, of people who take part, None: everybody."""
        everybody = np.ones(len(self.cohort.mentors), dtype=bool), np.ones(len(self.cohort.mentees), dtype=bool)
        return self.score_pairs(self.cohort, self.criteria, rules, taking_part or everybody)


def formulate(cohort: Cohort, scores: ScoreTable, rules: Sequence[Rule], goals: Sequence[str]) -> AssignmentProblem:
    """Return the problem of choosing pairs in ``cohort``.

    Forbidden pairs, and all pairs of people who are set aside, are absent from it. Raises RequestError or SurveyError
    where a rule names someone who is not there, or a capacity is not a whole number.
    """
    taking_part = eligible_people(rules, cohort.mentors, "mentor"), eligible_people(rules, cohort.mentees, "mentee")
    if isinstance(scores, UnheldScores):
        market, found = market_of(cohort, NO_SCORES), scores.under(rules_in_force(rules), taking_part)
        return build_problem(market, found, taking_part, rules, goals)
    market = market_of(cohort, scores.values)
    return build_problem(market, allowed_scores(market, rules, taking_part), taking_part, rules, goals)


def allowed_scores(market: Market, rules: Sequence[Rule], taking_part: PersonMasks) -> DenseScores | SparseScores:
    """Return the stored scores of the pairs that no rule forbids, of people who take part."""
    allowed = ~forbidden_pairs(rules, market)
    for some in (taking_part[0][:, None], taking_part[1][None, :]):
        if not some.all():
            allowed &= some
    return pack_scores(market.scores, allowed)


def build_problem(
    market: Market,
    scores: Scores,
    taking_part: PersonMasks,
    rules: Sequence[Rule],
    goals: Sequence[str],
) -> AssignmentProblem:
    """Return the problem on these scores."""
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
    """Yield the sums over pairs that rules bound, rule by rule, given how many partners the mentors take."""
    for rule in rules:
        yield from rule.side_constraints(market)
        kept = rule.kept_places(market)
        if kept is not None:
            yield keeping_row(rule.label, kept, usable_places(mentors, scores))


def keeping_row(name: str, kept: KeptPlaces, places: IntVector) -> Row:
    """Return that people who are no latecomers leave the kept places free, of the ``places`` (n,) that there are."""
    free_to_all = None if not kept.latecomers.any() else (~kept.latecomers).astype(np.int64)[None, :]
    most = int(places[kept.mentors].sum()) - kept.number
    return Row(name, kept.mentors.astype(np.int64)[:, None], most=most, factor=free_to_all)


def keeping_rules(
    rules: Sequence[Rule], market: Market, problem: AssignmentProblem
) -> Iterator[tuple[Rule, KeptPlaces, int]]:
    """Yield each rule that keeps places with these, and the number of the row of ``problem`` that says so.

    None of a rule of which the problem has no row, as where suggestions are made.
    """
    kept = [(rule, said) for rule in rules if (said := rule.kept_places(market)) is not None]
    if kept:
        places = usable_places(problem.mentors, problem.scores)
        nameless = [replace(row, name="") for row in problem.rows]  # names are in the language of the formulation
        rows = [keeping_row("", said, places) for _, said in kept]
        yield from (
            (rule, said, nameless.index(row)) for (rule, said), row in zip(kept, rows, strict=True) if row in nameless
        )


def usable_places(mentors: DegreeBounds, scores: Scores) -> IntVector:
    """Return (n,) int64: the places of each mentor, none of one who takes no part or whom no mentee may have."""
    return np.where(scores.row_and_column_max()[0] > NO_SCORE, mentors.most, 0)


def eligible_people(rules: Sequence[Rule], people: People, side: Side) -> BoolVector:
    """Return (n,) bool: who takes part, having answered enough and being set aside by no rule."""
    taking_part = people.complete.copy()
    for rule in rules:
        admits = rule.eligible(people, side)
        if admits is not None:
            taking_part &= admits
    return taking_part


def forbidden_pairs(rules: Sequence[Rule], market: Market) -> BoolMatrix:
    """Return (n, m) bool: the pairs that some rule forbids."""
    total = np.zeros(market.shape, dtype=bool)
    for _, block in forbidden_by_rule(rules, market):
        total |= block
    return total


def forbidden_by_rule(rules: Sequence[Rule], market: Market) -> Iterator[tuple[Rule, BoolMatrix]]:
    """Yield each rule in force that speaks of pairs, with the pairs that it forbids."""
    for rule in rules_in_force(rules):
        block = rule.forbidden(market)
        if block is not None:
            yield rule, block


def degree_bounds(rules: Sequence[Rule], people: People, side: Side, taking_part: BoolVector) -> DegreeBounds:
    """Return how many partners each person takes: one, unless rules say otherwise; none for who takes no part."""
    by_rule = [(rule, load) for rule in rules if (load := rule.degree_bounds(people, side)) is not None]
    said = [load for _, load in by_rule]
    if not any(rule.offers_places for rule, _ in by_rule):
        count = len(people)
        one, nobody = np.ones(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        said.append(DegreeBounds(nobody, one, np.ones(count, dtype=bool)))
    most = np.minimum.reduce([load.most for load in said])
    least = np.maximum.reduce([load.least for load in said])
    idle = np.logical_and.reduce([load.optional for load in said])
    return DegreeBounds(np.where(taking_part, least, 0), np.where(taking_part, most, 0), idle)


def is_many_to_many(rules: Sequence[Rule], cohort: Cohort) -> bool:
    """Say whether people of both sides may have several partners."""
    sides = ((cohort.side(side), side) for side in SIDES)
    return all(
        bool(degree_bounds(rules, people, side, people.complete).most.max(initial=0) > 1) for people, side in sides
    )


def priority_weights(rules: Sequence[Rule], people: People, side: Side) -> IntVector | None:
    """Return (n,) int: the weight of each person in the goal ``priority_weights``, None where no rule names anyone."""
    said = [weights for rule in rules if (weights := rule.priority(people, side)) is not None]
    return np.add.reduce(said) if said else None


class SelfPairs(Rule):
    """No person who is on both sides is their own partner."""

    waivable: ClassVar[bool] = False
    kind: Literal["self_pair"] = "self_pair"

    def describe(self) -> str:
        return tr("c'est la même personne")

    def forbidden_by_identity(self, market: Market) -> PairIndices | None:
        same = market.mentors.same_as(market.mentees)
        return same if len(same[0]) else None


SELF_PAIRS = SelfPairs()


def rules_in_force(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the rules of a programme with the one that is always there."""
    return (*rules, SELF_PAIRS)
