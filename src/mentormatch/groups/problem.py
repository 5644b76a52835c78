"""The problem of groups: clique partitioning with size bounds, leaders and few repeated meetings; its solution."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mentormatch.assignment.model.array_input import input_error, keys_of, read_cells, read_sense, scale_to_int64
from mentormatch.assignment.model.solution import GoalProof, Status, Tier
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.base.arguments import checked
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.base.data_objects import ContentEquality, VersionedPickle
from mentormatch.base.scalars import seed_number, whole_number
from mentormatch.errors import RequestError
from mentormatch.languages.translation import tr
from mentormatch.rules.rule import CompositionBound

if TYPE_CHECKING:
    from mentormatch.assignment.model.array_input import DataFrameLike

type Group = tuple[int, ...]

GOALS = ("placed", "priority", "meetings", "floor", "total")
"""All goals, in the order in which they are usually pursued."""
GREATEST = 1 << 40
"""No pair is worth more than this, so that sums over a group stay far within int64."""


@dataclass(frozen=True, slots=True)
class SizeRange:
    """From ``least`` to ``most``, both included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class Leaders(ContentEquality):
    """f people who lead groups: ``may`` (f, n) bool says whom they may meet, ``seats`` (f,) how many groups they lead.

    Where there are leaders, each group has one.
    """

    may: BoolMatrix
    seats: IntVector


@dataclass(frozen=True, slots=True, eq=False)
class GroupTerm(ContentEquality):
    """What a group gets as a whole: by what all its people have, as much a pair as two people would get for it.

    ``has`` (n, k) bool: who has which item; ``known`` (n,) bool; ``points`` (k + 1,) millionths a pair by the number of
    items that all have, ``unknown`` those of a group in which somebody gave no answer.
    """

    has: NDArray[np.bool_]
    known: BoolVector
    points: IntVector
    unknown: int

    def of(self, group: Sequence[int]) -> int:
        """Return what a group gets."""
        people = np.array(group, dtype=np.intp)
        common = int(self.has[people].all(axis=0).sum()) if len(people) else 0
        each = int(self.points[common]) if self.known[people].all() else self.unknown
        return each * pairs_in(len(people))


@dataclass(frozen=True, slots=True, eq=False)
class GroupProblem(ContentEquality):
    """Who of n people meet in which group.

    A group is worth the sum of ``worth`` (n, n), symmetric, over its pairs, and what it gets as a whole (``shared``).
    People who are ``apart`` (n, n) are in no group together; those of one block of ``together`` are in one group, or
    none of them is placed.
    ``spans`` are the sizes: one for all groups, or one for each. ``number`` is how many groups there are. ``meetings``
    (n, n) says how often two people met before; ``priority`` (n,) weighs those to be placed first.

    >>> problem = GroupProblem.from_scores([[0, 3, 1], [3, 0, 2], [1, 2, 0]], [3])
    >>> problem.worth_of((0, 1, 2))
    6
    """

    made_by: ClassVar[str] = "mm.GroupProblem.from_scores(scores, sizes)"

    worth: IntMatrix
    apart: BoolMatrix
    spans: tuple[SizeRange, ...]
    number: SizeRange
    together: tuple[Group, ...] = ()
    counts: tuple[CompositionBound, ...] = ()
    shared: tuple[GroupTerm, ...] = ()
    leaders: Leaders | None = None
    meetings: IntMatrix | None = None
    priority: IntVector | None = None
    goals: tuple[str, ...] = ("placed", "total")
    keys: tuple[str, ...] = ()
    seed: int = 0
    turn: int = 0

    @classmethod
    @checked
    def from_scores(  # noqa: PLR0913 - these keywords are the published contract for arrays
        cls,
        scores: "ArrayLike | DataFrameLike",
        sizes: Sequence[int | tuple[int, int]],
        *,
        together: Iterable[Sequence[int]] = (),
        apart: Iterable[Sequence[int]] = (),
        sense: Literal["max", "min"] = "max",
        scale: int = 1_000_000,
        seed: int = 0,
    ) -> Self:
        """Return the problem of groups that a symmetric matrix states (maximally diverse grouping, for distances).

        Parameters
        ----------
        scores
            (n, n) floats or integers, symmetric: what a group gets for two of its people. The diagonal is not looked
            at. The labels of a pandas frame become the keys.
        sizes
            Of each group: so many people, or from ``(least, most)``.
        together, apart
            Positions of people who are in one group, or of whom no two are.
        sense
            ``max``: the sum over all groups is to be great. ``min``: small; scores then count as their negatives.
        scale
            Floats are multiplied by it and rounded once; integers are taken as they are.
        seed
            Settles what the goals leave tied.

        Raises
        ------
        RequestError
            If the matrix is no symmetric square of finite numbers, or a size or a position is none.
        """
        whole, keys = read_square(scores, whole_number("scale", scale, 1, GREATEST))
        n = len(whole)
        spans = tuple(_span(size) for size in sizes)
        kept = np.zeros((n, n), dtype=bool)
        for people in apart:
            some = _members(people, n, "apart")
            kept[np.ix_(some, some)] = True
        np.fill_diagonal(kept, val=False)
        return cls(
            read_sense(sense) * whole,
            kept,
            spans,
            SizeRange(len(spans), len(spans)),
            together=tuple(_members(people, n, "together") for people in together),
            keys=keys or tuple(f"{row:06}" for row in range(n)),
            seed=seed_number(seed),
        )

    def __len__(self) -> int:
        return len(self.worth)

    @property
    def ties(self) -> IntMatrix:
        """(n, n) int64: the hash that settles ties, the same for a pair both ways round."""
        hashes, n = KeyedTieBreaker(self.seed, self.keys, self.keys), len(self)
        left, right = (part.ravel() for part in np.indices((n, n)))
        block = hashes.of(left, right, self.turn).reshape(n, n) if n else np.zeros((0, 0), dtype=np.int64)
        return np.asarray(block + block.T)

    @property
    def sizes(self) -> SizeRange:
        """The least and the greatest size that a group may have."""
        return SizeRange(min(span.least for span in self.spans), max(span.most for span in self.spans))

    def most(self, goal: str) -> int:
        """Return what no groups exceed in a goal, fewer meetings being more: by what each could have at best."""
        shared = sum(max(int(each.points.max(initial=0)), each.unknown, 0) for each in self.shared)
        if goal != "total":
            return {
                "placed": len(self),
                "priority": 0 if self.priority is None else int(self.priority.sum()),
                "meetings": 0,
                "floor": int(self.worth.max(initial=0)) + shared,
            }[goal]
        others = self.sizes.most - 1
        worth = np.where(self.apart | np.eye(len(self), dtype=bool), 0, np.maximum(self.worth, 0))
        best = np.sort(worth, axis=1)[:, max(len(self) - others, 0) :].sum(axis=1) if others else np.zeros(len(self))
        pairs = len(self) * others // 2
        return -(-int(best.sum()) // 2) + shared * pairs

    def tighten(self) -> "GroupProblem":
        """Return the same problem without what cannot be in any groups.

        That is sizes that leave too few people for the least sizes of the other groups, and meetings of people who are
        to be in one group with somebody whom they may not meet.
        """
        apart = self.apart.copy()
        for block in map(list, self.together):
            if self.apart[np.ix_(block, block)].any():
                apart[block, :] = apart[:, block] = True
        return replace(self, apart=apart)._within_sizes()

    def _within_sizes(self) -> "GroupProblem":
        """Return the same problem without sizes that leave too few people for the least sizes of the others."""
        spans = self.spans if len(self.spans) > 1 else self.spans * self.number.least
        least = sum(span.least for span in spans)
        kept = tuple(SizeRange(span.least, min(span.most, len(self) - least + span.least)) for span in spans)
        if any(span.least > span.most for span in kept):
            return self
        return replace(self, spans=kept if len(self.spans) > 1 or not kept else kept[:1])

    def worth_of(self, group: Sequence[int]) -> int:
        """Return what a group is worth, by its pairs and as a whole."""
        people = np.array(group, dtype=np.intp)
        pairs = int(self.worth[np.ix_(people, people)].sum()) // 2
        return pairs + sum(shared.of(group) for shared in self.shared)

    def count_met_before(self, group: Sequence[int]) -> int:
        """Return how often pairs of a group met before."""
        people = np.array(group, dtype=np.intp)
        return 0 if self.meetings is None else int(self.meetings[np.ix_(people, people)].sum()) // 2

    def floor_of(self, group: Sequence[int]) -> int:
        """Return the mean worth of the pairs of a group, rounded down; 0 for one person."""
        return self.worth_of(group) // max(pairs_in(len(group)), 1)

    def value(self, goal: str, groups: Sequence[Group]) -> int:
        """Return what some groups reach in a goal."""
        placed = [person for group in groups for person in group]
        match goal:
            case "placed":
                return len(placed)
            case "priority":
                return 0 if self.priority is None else int(self.priority[placed].sum())
            case "meetings":
                return sum(self.count_met_before(group) for group in groups)
            case "floor":
                return min((self.floor_of(group) for group in groups), default=0)
        return sum(self.worth_of(group) for group in groups)


def read_square(scores: "ArrayLike | DataFrameLike", scale: int) -> tuple[IntMatrix, tuple[str, ...]]:
    """Return a symmetric matrix as integers, its diagonal 0, and the labels of a frame."""
    cells, keys = read_cells(scores, "scores"), keys_of(scores)
    square = cells.values
    if square.ndim != 2 or square.shape[0] != square.shape[1] or keys[0] not in ((), keys[1]):
        raise input_error("scores", tr("forme {shape}", shape=square.shape), tr("autant de lignes que de colonnes"))
    whole = scale_to_int64(cells.restrict(~np.eye(len(square), dtype=bool)), "scores", scale)
    np.fill_diagonal(whole, 0)
    unlike = whole != whole.T
    if unlike.any():
        raise input_error("scores" + cells.first(unlike), tr("un nombre"), tr("le même dans les deux sens"))
    if np.abs(whole).max(initial=0) > GREATEST:
        raise RequestError(tr("Les valeurs des paires sont trop grandes"))
    return whole, keys[1]


def _span(size: int | tuple[int, int]) -> SizeRange:
    least, most = size if isinstance(size, tuple | list) else (size, size)
    first = whole_number("sizes", least, 0, GREATEST)
    return SizeRange(first, whole_number("sizes", most, first, GREATEST))


def _members(people: Sequence[int], count: int, where: str) -> Group:
    return tuple(sorted({whole_number(where, person, 0, count - 1) for person in people}))


def pairs_in(people: int) -> int:
    """Return how many pairs so many people make."""
    return people * (people - 1) // 2


@dataclass(frozen=True, slots=True)
class GroupSolution(VersionedPickle):
    """Groups of positions, each in ascending order, the first people first; ``leaders`` has the leader of each.

    ``tiers`` follow the goals; in ``meetings`` less is better, in the others more. ``columns``: how many groups were
    looked at, 0 where they were not listed. ``settled``: among groups that are as good in every goal the hash has
    chosen. ``proofs``: what ``certificate`` checks; none for goals whose bound is not proved without a solver.
    """

    status: Status
    groups: tuple[Group, ...] = ()
    leaders: tuple[int, ...] = ()
    tiers: tuple[Tier, ...] = ()
    engine: str = ""
    seconds: float = field(default=0.0, compare=False)
    columns: int = 0
    settled: bool = True
    proofs: tuple[GoalProof, ...] = field(default=(), repr=False)

    @property
    def stated(self) -> Self:
        """The same as it is told: proved where every goal is, also if there was no time to settle ties."""
        if self.status is Status.FEASIBLE and self.groups and all(tier.proved for tier in self.tiers):
            return replace(self, status=Status.PROVED, settled=False)
        return self

    @property
    def gap(self) -> int | None:
        """The gap of the first goal that is not proved; None where there is no answer or no bound."""
        if self.status not in (Status.PROVED, Status.FEASIBLE):
            return None
        return next((tier.gap for tier in self.tiers if not tier.proved), 0)


def in_order(groups: list[Group], leaders: list[int]) -> tuple[tuple[Group, ...], tuple[int, ...]]:
    """Return groups and their leaders, the groups with the first people first."""
    led = leaders or [-1] * len(groups)
    ordered = sorted((tuple(sorted(group)), leader) for group, leader in zip(groups, led, strict=True))
    return tuple(group for group, _ in ordered), tuple(leader for _, leader in ordered) if leaders else ()


def tiers_of(problem: GroupProblem, groups: tuple[Group, ...], bounds: dict[str, int]) -> tuple[Tier, ...]:
    """Return what groups reach in each goal, with the bounds that are known."""
    return tuple(Tier(goal, problem.value(goal, groups), bounds.get(goal)) for goal in problem.goals)
