"""What a rule is: it forbids pairs, sets people aside, bounds sums over pairs or changes how many one person takes.

All that is known of one kind of rule is in its file: what it asks, how it is told, relaxed, waived and dropped. Other
modules ask the rule, and name none.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import DegreeBounds, Row
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntVector
from mentormatch.base.plugins import concrete
from mentormatch.fields import Side
from mentormatch.fields.extension import Extension
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import quoted
from mentormatch.people.cohort import Cohort, People
from mentormatch.scoring.criterion import WholeGroup

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


@dataclass(frozen=True, slots=True)
class CompositionBound:
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
