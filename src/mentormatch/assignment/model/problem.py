"""The assignment problem: simple b-matching on a bipartite graph, with side constraints and lexicographic goals.

The terms are those of Burkard, Dell'Amico & Martello, *Assignment Problems* (2009). The constructor raises RequestError
if shapes differ, people do not exist, or numbers are so large that sums would not be exact.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from mentormatch.assignment.model.array_input import (
    SideKeys,
    input_error,
    read_arrays,
    read_counts,
    read_degree_bounds,
    read_hours,
    read_positions,
    read_sense,
)
from mentormatch.assignment.model.rows import FittingRows, Row, are_satisfied, read_row, row_label, row_problems
from mentormatch.assignment.model.scores import Scores
from mentormatch.base.arguments import checked
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.scalars import value_in_words
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr, tr_n

if TYPE_CHECKING:
    from pulp import LpProblem

    from mentormatch.assignment.model.array_input import DataFrameLike, SparseLike


GOALS = ("matched", "priority", "floor", "floor_person", "leximin", "total", "changes")
"""The goals.

``matched``: number of pairs. ``priority``: the sum over pairs of the priority weights of both people. ``floor``: the
score of the worst pair, 0 if there is no pair. ``floor_person``: the sum of scores of the worst mentee, among mentees
who may have a partner; 0 if there are none. ``leximin``: most pairs first; then the best worst pair, the best second
worst, and so on. ``total``: the sum of scores. ``changes``: the number of broken former pairs, which is minimised.
"""
DEFAULT_GOALS = ("matched", "priority", "total")
ADDITIVE_GOALS = ("matched", "priority", "total", "changes")
"""The goals whose value is a sum over pairs."""


MAX_SUM = 1 << 49
"""Upper bound on the product of the number of people and places with the greatest number of a kind.

Sums in int64, and the float64 costs and duals of every engine (at most four such products), are then exact.
"""


@dataclass(frozen=True, slots=True, eq=False)
class DegreeBounds(ContentEquality):
    """Bounds on the number of partners per person of one side.

    ``least`` and ``most`` are (n,) int64. If ``optional`` (n,) bool is True, the person may have no partner although
    ``least`` is above 0: the minimum binds only people who are used.
    """

    least: IntVector
    most: IntVector
    optional: BoolVector

    def __len__(self) -> int:
        return len(self.most)

    @property
    def conditional(self) -> BoolVector:
        """(n,) bool: people whose minimum is 2 or more and binds only if they are used."""
        return self.optional & (self.least > 1)

    @property
    def firm_minimum(self) -> IntVector:
        """(n,) int64: the minimum that binds in any case."""
        return np.where(self.optional, 0, self.least) if self.optional.any() else self.least

    def within(self, partners: IntVector) -> IntVector:
        """Return (n,) int64: the upper bound on partners, given the number of allowed ``partners`` (n,)."""
        # No copy for millions of people who all have enough allowed partners
        return self.most if (self.most <= partners).all() else np.minimum(self.most, partners)


class UniqueKeys(tuple[str, ...]):
    """Keys that are known to be distinct, so that parts of a problem need not check millions again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AssignmentProblem(ContentEquality):
    """Choose pairs so that every bound holds and the goals are optimal, each given those before it.

    Parameters
    ----------
    scores
        The allowed pairs with their integer scores; mentors are rows, mentees columns.
    mentors, mentees
        Bounds on the number of partners per person; a pair is chosen at most once.
    rows
        Bounds on weighted sums over pairs.
    pins
        Pairs, by position, that must be chosen.
    goals
        Any of ``GOALS``, first to last.
    mentor_priority, mentee_priority
        Weights, not negative, of people for the goal ``priority``; None: 0 for all of that side.
    mentor_keys, mentee_keys
        Keys of the caller, which only settle ties. Empty: the positions.
    former
        The pairs, by position, of a former matching, for the goal ``changes``; they need not be allowed now.
    alike
        Number of differences between scores that were lost by rounding; reported only.

    Raises
    ------
    RequestError
        If the parts do not fit each other, or numbers exceed the range of exact computation.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]])
    >>> problem.shape, problem.goals
    ((2, 2), ('matched', 'total'))
    """

    made_by: ClassVar[str] = "mm.AssignmentProblem.from_scores(scores)"

    scores: Scores
    mentors: DegreeBounds
    mentees: DegreeBounds
    rows: tuple[Row, ...] = ()
    pins: tuple[tuple[int, int], ...] = ()
    goals: tuple[str, ...] = DEFAULT_GOALS
    mentor_priority: IntVector | None = None
    mentee_priority: IntVector | None = None
    mentor_keys: tuple[str, ...] = field(default=())
    mentee_keys: tuple[str, ...] = field(default=())
    former: tuple[tuple[int, int], ...] = ()
    alike: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        for side, count in zip(("mentor_keys", "mentee_keys"), self.shape, strict=True):
            if not getattr(self, side):
                object.__setattr__(self, side, tuple(str(position) for position in range(count)))
        if not FittingRows.fit(self.rows, self.shape):
            object.__setattr__(self, "rows", tuple(starmap(read_row, enumerate(self.rows, 1))))
        problems = [*_shape_problems(self), *_goal_problems(self.goals, GOALS), *_pair_problems(self)]
        if not problems:
            problems = _range_problems(self, MAX_SUM)
        if problems:
            raise RequestError(tr("Ces nombres ne font pas un problème"), problems)
        object.__setattr__(self, "rows", FittingRows.of(self.rows, self.shape))
        for side in ("mentor_keys", "mentee_keys"):
            if not isinstance(getattr(self, side), UniqueKeys):
                object.__setattr__(self, side, UniqueKeys(getattr(self, side)))

    @property
    def shape(self) -> tuple[int, int]:
        """The number of mentors and of mentees."""
        return self.scores.shape

    @property
    def max_pairs(self) -> int:
        """An upper bound on the number of pairs in a solution."""
        degrees = self.scores.degrees
        return min(
            int(loads.within(degree).sum()) for loads, degree in zip((self.mentors, self.mentees), degrees, strict=True)
        )

    def __repr__(self) -> str:
        n, m = self.shape
        counts = f"{n} x {m} people, {self.scores.count} pairs, {len(self.rows)} rows"
        return f"AssignmentProblem({counts}, goals {', '.join(self.goals)})"

    @property
    def has_side_constraints(self) -> bool:
        """Whether constraints couple pairs, so that duals of people alone may not prove the optimum."""
        return bool(self.rows or self.mentors.conditional.any() or self.mentees.conditional.any())

    def satisfies_rows(self, pairs: IntMatrix) -> bool:
        """Return whether pairs (k, 2) satisfy all ``rows``; conditional minimums are not checked."""
        return are_satisfied(self.rows, pairs, self.shape)

    def contains(self, pairs: Sequence[tuple[int, int]], mentors: IntVector, mentees: IntVector) -> BoolVector:
        """Return (k,) bool: whether each pair ``mentors[e]``, ``mentees[e]`` is one of ``pairs``."""
        m = self.shape[1]
        return np.isin(mentors * m + mentees, np.array([i * m + k for i, k in pairs], dtype=np.int64))

    def to_pulp(self) -> "LpProblem":
        """Return the problem as a PuLP model, for other solvers and for files (``writeMPS``, ``writeLP``).

        Variable ``x_i_k`` is 1 if mentor i and mentee k are a pair, and ``goal_NAME`` is the value of a goal; all names
        are positions. The objective is the first goal. For the next goal, bound that variable by the value reached, and
        maximise the next variable, as ``solve(problem, engine="pulp")`` does. ``goal_floor``
        is the rank of the worst pair's score, 0 among the scores; ``goal_changes`` and the ``goal_leximin_...`` after
        ``goal_leximin_pairs`` are to be minimised. The order of ties is not part of the model.

        Raises
        ------
        RequestError
            If the scores are not stored.

        Examples
        --------
        >>> model = AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]]).to_pulp()
        >>> [variable.name for variable in model.variables() if variable.name.startswith("x_")]
        ['x_0_0', 'x_0_1', 'x_1_0', 'x_1_1']
        """
        from mentormatch.assignment.mip.pulp_model import PulpModel  # a higher layer

        return PulpModel(self).program

    @classmethod
    @checked
    def from_scores(  # noqa: PLR0913 - these keywords are the published contract for arrays
        cls,
        scores: "ArrayLike | DataFrameLike | SparseLike",
        allowed: "ArrayLike | DataFrameLike | None" = None,
        *,
        mentor_capacity: ArrayLike = 1,
        mentee_capacity: ArrayLike = 1,
        mentor_minimum: ArrayLike = 0,
        mentee_minimum: ArrayLike = 0,
        goals: Sequence[str] = ("matched", "total"),
        mentor_priority: ArrayLike | None = None,
        mentee_priority: ArrayLike | None = None,
        hours: ArrayLike | None = None,
        mentor_hours: ArrayLike | None = None,
        rows: Iterable[Row] = (),
        pins: Iterable[tuple[int, int]] = (),
        bans: Iterable[tuple[int, int]] = (),
        sense: Literal["max", "min"] = "max",
        scale: int = 1_000_000,
    ) -> Self:
        """Build a problem from plain arrays.

        Parameters
        ----------
        scores
            (n, m) floats or integers of any sign, rows mentors, columns mentees; a pandas or polars frame, whose labels
            become the keys; a numpy.ma array, whose masked pairs do not exist; or a scipy.sparse array, whose stored
            entries are the allowed pairs.
        allowed
            (n, m) bool; False: the pair does not exist, and its score is not read. None: all pairs that ``scores``
            contains.
        mentor_capacity, mentee_capacity
            Most partners: one integer, or one per person.
        mentor_minimum, mentee_minimum
            Fewest partners, in any case.
        goals
            Goals, first to last.
        mentor_priority, mentee_priority
            Weights for the goal ``priority``: one integer, or one per person.
        hours, mentor_hours
            The pairs of a mentor use at most the hours of the mentor. ``hours`` of a pair: one integer for all, one per
            mentee (m,), or one per pair (n, m). ``mentor_hours``: one integer, or one per mentor. If hours are not
            integers, state minutes.
        rows
            Bounds on weighted sums over pairs, in addition to hours.
        pins, bans
            Pairs, by position, that must be chosen, and that must not be chosen.
        sense
            ``max``: scores are maximised. ``min``: scores are costs; the score of a pair is then minus its cost, and
            the values of goals that depend on scores are minus costs as well.
        scale
            Floats are multiplied by it and rounded once; integers are not scaled.

        Raises
        ------
        RequestError
            If a number of an existing pair is NaN, infinite, or too great for exact sums; if a number is a boolean or a
            text, also of a pair that does not exist (unless a masked array of objects masks it); if a capacity or an
            hour is negative, fractional or masked, or a capacity is below its minimum; if shapes or labels differ, a
            key comes twice, or one of ``hours`` and ``mentor_hours`` comes without the other; if a goal is unknown or
            comes twice; if a pin or a ban is outside the scores, or a pair is both. A pin on a pair that does not exist
            is accepted: the problem is then infeasible.
        """
        banned = [*bans]
        parsed = read_arrays(scores, allowed, banned, scale, read_sense(sense))
        n, m = parsed.scores.shape
        pinned = read_positions(pins, (n, m), "pins")
        for pair in set(pinned) & {*read_positions(banned, (n, m), "bans")}:
            raise input_error("pins", f"{pair}", tr("un binôme qui n'est pas dans {other}", other="bans"))
        mentors, mentees = SideKeys(n, parsed.mentor_keys), SideKeys(m, parsed.mentee_keys)
        priority = [
            None if weights is None else read_counts(weights, people, where)
            for weights, people, where in (
                (mentor_priority, mentors, "mentor_priority"),
                (mentee_priority, mentees, "mentee_priority"),
            )
        ]
        return cls(
            parsed.scores,
            DegreeBounds(*read_degree_bounds(mentor_minimum, mentor_capacity, mentors, "mentor")),
            DegreeBounds(*read_degree_bounds(mentee_minimum, mentee_capacity, mentees, "mentee")),
            rows=(*rows, *_hours_rows(hours, mentor_hours, mentors, mentees)),
            pins=tuple(pinned),
            goals=tuple(goals) if isinstance(goals, Sequence) and not isinstance(goals, str) else (goals,),
            mentor_priority=priority[0],
            mentee_priority=priority[1],
            mentor_keys=parsed.mentor_keys,
            mentee_keys=parsed.mentee_keys,
            alike=parsed.alike,
        )


def _hours_rows(
    hours: ArrayLike | None, limits: ArrayLike | None, mentors: SideKeys, mentees: SideKeys
) -> Iterator[Row]:
    """Yield a row per mentor whose pairs together could exceed the available hours."""
    if hours is None or limits is None:
        if hours is not None or limits is not None:
            names = ("hours", "mentor_hours") if hours is None else ("mentor_hours", "hours")
            raise input_error(names[0], value_in_words(None), tr("des nombres, car {other} est donné", other=names[1]))
        return
    weights, limit = read_hours(hours, mentors, mentees), read_counts(limits, mentors, "mentor_hours")
    required = np.broadcast_to(weights, (mentors.count, mentees.count)).sum(axis=1)
    for mentor in np.flatnonzero(required > limit).tolist():
        yield Row(f"mentor_hours[{mentor}]", weights, None, int(limit[mentor]), mentor)


def _shape_problems(problem: "AssignmentProblem") -> list[Problem]:
    """Return the problems of vectors without one entry per person, of repeated keys, negative numbers and rows."""
    problems: list[Problem] = []
    for side, count in zip(("mentor", "mentee"), problem.shape, strict=True):
        loads, keys = getattr(problem, f"{side}s"), getattr(problem, f"{side}_keys")
        priority = getattr(problem, f"{side}_priority")
        parts = {"least": loads.least, "most": loads.most, "idle": loads.optional, "keys": keys, "priority": priority}
        problems += [
            Problem(
                f"{side} {name}",
                tr_n("{count} valeur", "{count} valeurs", len(part), count=len(part)),
                tr("{count}, une par personne", count=count),
            )
            for name, part in parts.items()
            if part is not None and len(part) != count
        ]
        if not isinstance(keys, UniqueKeys) and len(set(keys)) < len(keys):
            problems.append(Problem(f"{side} keys", tr("une clé vient deux fois"), tr("une personne par clé")))
        problems += _negative_problems(
            {f"{side} least": loads.least, f"{side} most": loads.most, f"{side} priority": priority}
        )
    if FittingRows.fit(problem.rows, problem.shape):
        return problems
    return problems + [
        row_problem
        for place, row in enumerate(problem.rows, 1)
        for row_problem in row_problems(place, row, problem.shape)
    ]


def _negative_problems(parts: dict[str, IntVector | None]) -> list[Problem]:
    return [
        Problem(name, tr("un nombre négatif"), tr("0 ou plus"))
        for name, part in parts.items()
        if part is not None and len(part) and int(part.min()) < 0
    ]


def _goal_problems(goals: Sequence[str], known_goals: Sequence[str]) -> list[Problem]:
    """Return the problems of unknown goals, repeated goals, or no goals."""
    wrong = [f"{goal!r}" for goal in goals if not isinstance(goal, str) or goal not in known_goals]
    if not wrong and (not goals or len(set(goals)) < len(goals)):
        wrong = [tr("un objectif vient deux fois") if goals else tr("aucun objectif")]
    if not wrong:
        return []
    expected = tr("un ou plusieurs de {known}, chacun une seule fois", known=", ".join(known_goals))
    return [Problem("goals", goal, expected) for goal in wrong]


def _pair_problems(problem: "AssignmentProblem") -> list[Problem]:
    """Return the problems of pins and former pairs that do not exist or come twice."""
    n, m = problem.shape
    problems: list[Problem] = []
    for name, pairs in (("pins", problem.pins), ("former", problem.former)):
        problems += [
            Problem(
                name,
                f"({value_in_words(mentor)}, {value_in_words(mentee)})",
                tr("une position inférieure à {n} et une inférieure à {m}", n=n, m=m),
            )
            for mentor, mentee in pairs
            if not (_is_position(mentor, n) and _is_position(mentee, m))
        ]
        if len(set(pairs)) < len(pairs):
            problems.append(Problem(name, tr("un binôme vient deux fois"), tr("chaque binôme une seule fois")))
    return problems


def _is_position(position: object, count: int) -> bool:
    return isinstance(position, int | np.integer) and bool(0 <= position < count)


def _range_problems(problem: "AssignmentProblem", exact: int) -> list[Problem]:
    """Return the problems of numbers that are too great for sums over pairs to stay within ``exact``."""
    limit = exact // (sum(problem.shape) + problem.max_pairs + 1)
    largest = {"scores": max(map(abs, problem.scores.extremes))}
    largest["priority"] = sum(
        int(part.max()) for part in (problem.mentor_priority, problem.mentee_priority) if part is not None and len(part)
    )
    beyond = [(name, value) for name, value in largest.items() if value > limit]
    last_row_with = {id(row.weights): row for row in problem.rows if row.factor is None}
    rows = [(place, row) for place, row in enumerate(problem.rows, 1) if last_row_with.get(id(row.weights), row) is row]
    # Rows with the same array of weights are checked once, at the last of these
    coefficients = [(row_label(place, row), row.max_abs_coefficient) for place, row in rows]
    beyond += [(name, value) for name, value in coefficients if value > limit]
    return [
        Problem(
            name,
            tr("une grandeur de {value}", value=value),
            tr("{most} au plus avec tant de personnes", most=limit),
            tr("prenez une échelle plus petite"),
        )
        for name, value in beyond
    ]
