"""Group formation as clique partitioning with size bounds, leaders and few repeated meetings: problem and solution."""

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

MAX_PAIR_VALUE = 1 << 40  # sums over a group stay far within int64


@dataclass(frozen=True, slots=True)
class SizeRange:
    """The integers from ``least`` to ``most``, both included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class Leaders(ContentEquality):
    """The f people who can lead groups; each group then has one leader.

    ``allowed`` (f, n) bool: whether leader and person may meet; ``seats`` (f,): the maximum groups per leader.
    """

    allowed: BoolMatrix
    seats: IntVector


@dataclass(frozen=True, slots=True, eq=False)
class GroupTerm(ContentEquality):
    """A value of a group as a whole: points per pair, by the number of items that all its people have.

    ``has`` (n, k) bool: the items of each person; ``known`` (n,) bool: whether the person answered. ``points``
    (k + 1,): millionths per pair by the number of common items; ``unknown``: those of a group without all answers.
    """

    has: NDArray[np.bool_]
    known: BoolVector
    points: IntVector
    unknown: int

    def of(self, group: Sequence[int]) -> int:
        """Return the value of a group in millionths, summed over its pairs."""
        people = np.array(group, dtype=np.intp)
        common_count = int(self.has[people].all(axis=0).sum()) if len(people) else 0
        points = int(self.points[common_count]) if self.known[people].all() else self.unknown
        return points * pairs_in(len(people))


@dataclass(frozen=True, slots=True, eq=False)
class GroupProblem(ContentEquality):
    """The problem of placing n people in groups.

    Attributes
    ----------
    worth
        (n, n) symmetric: the value of each pair. The value of a group is the sum over its pairs, and over ``shared``.
    apart
        (n, n) bool: the pairs who may not be in one group.
    spans
        The range of sizes of all groups, or one range per group.
    number
        The range of the number of groups.
    together
        Blocks of people who are placed in one group, or not at all.
    counts, leaders
        Composition bounds of each group, and the people who can lead; None if groups have no leaders.
    shared
        The values of groups as a whole.
    meetings
        (n, n): the number of past groups of each pair; None without past groups.
    priority
        (n,): the weight of placing each person; None if all are equal.
    goals
        In order of importance: ``placed``, ``priority``, ``meetings`` (fewest), ``floor`` (of the worst group) and
        ``total``.
    keys, seed, turn
        The keys of the people, and the two numbers from which their hash is computed, which breaks ties.

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
        """Return the problem of a symmetric matrix of scores (maximally diverse grouping, if they are distances).

        Parameters
        ----------
        scores
            (n, n) floats or integers, symmetric: the value of each pair in one group. The diagonal is ignored. The
            labels of a pandas frame become the keys.
        sizes
            The size of each group, or its range ``(least, most)``.
        together, apart
            Positions of people who must be in one group or in none, or no two of whom may be in one group.
        sense
            ``max`` or ``min``: the sum over all groups is maximised or minimised.
        scale
            The factor of floats before they are rounded; integers are not scaled.
        seed
            Breaks ties after the last goal.

        Raises
        ------
        RequestError
            The matrix is not square, symmetric and finite, or a value, a size or a position is out of range.
        """
        worth, keys = read_symmetric(scores, whole_number("scale", scale, 1, MAX_PAIR_VALUE))
        n = len(worth)
        spans = tuple(_span(size) for size in sizes)
        # A group with places, at least
        whole_number("sizes", max((span.most for span in spans), default=0), 1)
        is_forbidden = np.zeros((n, n), dtype=bool)
        for people in apart:
            members = _members(people, n, "apart")
            is_forbidden[np.ix_(members, members)] = True
        np.fill_diagonal(is_forbidden, val=False)
        return cls(
            read_sense(sense) * worth,
            is_forbidden,
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
        """(n, n) int64, symmetric: the keyed hash of each pair, which breaks ties."""
        hashes, n = KeyedTieBreaker(self.seed, self.keys, self.keys), len(self)
        first, second = (index.ravel() for index in np.indices((n, n)))
        block = hashes.of(first, second, self.turn).reshape(n, n) if n else np.zeros((0, 0), dtype=np.int64)
        return np.asarray(block + block.T)

    @property
    def sizes(self) -> SizeRange:
        """The minimum and maximum size of all groups."""
        return SizeRange(min(span.least for span in self.spans), max(span.most for span in self.spans))

    def most(self, goal: str) -> int:
        """Return an upper bound on the value of a goal over all groups; for ``meetings``, the lower bound 0."""
        shared = sum(max(int(term.points.max(initial=0)), term.unknown, 0) for term in self.shared)
        if goal != "total":
            return {
                "placed": len(self),
                "priority": 0 if self.priority is None else int(self.priority.sum()),
                "meetings": 0,
                "floor": int(self.worth.max(initial=0)) + shared,
            }[goal]
        # Each person meets their most valuable partners, as many as the largest group has
        partners = self.sizes.most - 1
        worth = np.where(self.apart | np.eye(len(self), dtype=bool), 0, np.maximum(self.worth, 0))
        best = (
            np.sort(worth, axis=1)[:, max(len(self) - partners, 0) :].sum(axis=1) if partners else np.zeros(len(self))
        )
        pairs = len(self) * partners // 2
        return -(-int(best.sum()) // 2) + shared * pairs

    def tighten(self) -> "GroupProblem":
        """Return an equivalent problem without sizes and meetings that no feasible groups contain.

        Such sizes leave too few people for the minimum sizes of the other groups. The members of a block with a
        forbidden pair cannot be placed, so they meet no one.
        """
        is_forbidden = self.apart.copy()
        for block in map(list, self.together):
            if self.apart[np.ix_(block, block)].any():
                is_forbidden[block, :] = is_forbidden[:, block] = True
        return replace(self, apart=is_forbidden)._tighten_sizes()

    def _tighten_sizes(self) -> "GroupProblem":
        """Return the problem with reduced maximum sizes; unchanged if the minimum sizes need too many people."""
        spans = self.spans if len(self.spans) > 1 else self.spans * self.number.least
        people_needed = sum(span.least for span in spans)
        tight = tuple(SizeRange(span.least, min(span.most, len(self) - people_needed + span.least)) for span in spans)
        if any(span.least > span.most for span in tight):
            return self
        return replace(self, spans=tight if len(self.spans) > 1 or not tight else tight[:1])

    def worth_of(self, group: Sequence[int]) -> int:
        """Return the value of a group: the sum over its pairs and over the values as a whole."""
        people = np.array(group, dtype=np.intp)
        pairs = int(self.worth[np.ix_(people, people)].sum()) // 2
        return pairs + sum(term.of(group) for term in self.shared)

    def count_met_before(self, group: Sequence[int]) -> int:
        """Return the number of past meetings of pairs of a group."""
        people = np.array(group, dtype=np.intp)
        return 0 if self.meetings is None else int(self.meetings[np.ix_(people, people)].sum()) // 2

    def floor_of(self, group: Sequence[int]) -> int:
        """Return the mean value of the pairs of a group, rounded down; 0 for one person."""
        return self.worth_of(group) // max(pairs_in(len(group)), 1)

    def value(self, goal: str, groups: Sequence[Group]) -> int:
        """Return the value of groups in a goal."""
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


def read_symmetric(scores: "ArrayLike | DataFrameLike", scale: int) -> tuple[IntMatrix, tuple[str, ...]]:
    """Return a symmetric matrix as integers with diagonal 0, and the labels of a frame (empty without frame).

    Raises RequestError if the matrix is not square or not symmetric, if its rows and columns have other labels, or if a
    value is not finite or exceeds ``MAX_PAIR_VALUE`` in absolute value.
    """
    cells, keys = read_cells(scores, "scores"), keys_of(scores)
    square = cells.values
    if square.ndim != 2 or square.shape[0] != square.shape[1] or keys[0] not in ((), keys[1]):
        raise input_error("scores", tr("forme {shape}", shape=square.shape), tr("autant de lignes que de colonnes"))
    matrix = scale_to_int64(cells.restrict(~np.eye(len(square), dtype=bool)), "scores", scale)
    np.fill_diagonal(matrix, 0)
    is_asymmetric = matrix != matrix.T
    if is_asymmetric.any():
        raise input_error("scores" + cells.first(is_asymmetric), tr("un nombre"), tr("le même dans les deux sens"))
    if np.abs(matrix).max(initial=0) > MAX_PAIR_VALUE:
        raise RequestError(tr("Les valeurs des paires sont trop grandes"))
    return matrix, keys[1]


def _span(size: int | tuple[int, int]) -> SizeRange:
    lower, upper = size if isinstance(size, tuple | list) else (size, size)
    least = whole_number("sizes", lower, 0, MAX_PAIR_VALUE)
    return SizeRange(least, whole_number("sizes", upper, least, MAX_PAIR_VALUE))


def _members(people: Sequence[int], count: int, where: str) -> Group:
    return tuple(sorted({whole_number(where, person, 0, count - 1) for person in people}))


def pairs_in(people: int) -> int:
    """Return the number of pairs of ``people`` people."""
    return people * (people - 1) // 2


@dataclass(frozen=True, slots=True)
class GroupSolution(VersionedPickle):
    """The solution of a group problem, by positions.

    Attributes
    ----------
    status
        Proved, feasible, infeasible, stopped or failed.
    groups, leaders
        The people of each group, in ascending order within and between groups, and the leader of each group.
    tiers
        The value and bound of each goal, in order. ``meetings`` is minimised, the other goals are maximised.
    engine, seconds
        The name of the engine, and its time.
    columns
        Unused, always 0.
    settled
        False if the groups are proved optimal, but ties between optimal groups may remain.
    proofs
        The proofs that ``certificate`` checks; none for a goal whose bound needs a solver.
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
        """The solution, with status proved if each goal is proved, even if ties remain (``settled`` is then false)."""
        if self.status is Status.FEASIBLE and self.groups and all(tier.proved for tier in self.tiers):
            return replace(self, status=Status.PROVED, settled=False)
        return self

    @property
    def gap(self) -> int | None:
        """The gap of the first goal that is not proved, 0 if all are; None without a solution or a bound."""
        if self.status not in (Status.PROVED, Status.FEASIBLE):
            return None
        return next((tier.gap for tier in self.tiers if not tier.proved), 0)


def canonical_order(groups: list[Group], leaders: list[int]) -> tuple[tuple[Group, ...], tuple[int, ...]]:
    """Return the groups and their leaders, with people and groups in ascending order."""
    leader_per_group = leaders or [-1] * len(groups)
    ordered = sorted((tuple(sorted(group)), leader) for group, leader in zip(groups, leader_per_group, strict=True))
    return tuple(group for group, _ in ordered), tuple(leader for _, leader in ordered) if leaders else ()


def tiers_of(problem: GroupProblem, groups: tuple[Group, ...], bounds: dict[str, int]) -> tuple[Tier, ...]:
    """Return the value of groups in each goal, with its bound, None if it is not in ``bounds``."""
    return tuple(Tier(goal, problem.value(goal, groups), bounds.get(goal)) for goal in problem.goals)
