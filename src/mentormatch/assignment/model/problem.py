"""The assignment problem: a simple b-matching on a bipartite graph, with side constraints and lexicographic goals.

The terms are those of Burkard, Dell'Amico & Martello, *Assignment Problems* (2009). A problem refuses, as it is made,
what does not fit: shapes that differ, people who are not there, numbers with which sums would not be exact.
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
    read_hours,
    read_loads,
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
"""The goals there are.

``matched``: pairs chosen. ``priority``: priority weights of the people in them. ``floor``: the score of the worst pair,
0 if there is none. ``floor_person``: the sum of scores of the worst mentee, of those who may have a partner at all.
``leximin``: more pairs first; then a better worst pair, a better second worst, and so on. ``total``: the sum of scores.
``changes``: former pairs that are broken, the fewest.
"""
DEFAULT_GOALS = ("matched", "priority", "total")
ADDITIVE_GOALS = ("matched", "priority", "total", "changes")
"""The goals in which each pair counts for itself."""


MAX_SUM = 1 << 49
"""People and places together times the greatest number of a kind stay within this bound.

Sums in int64, and the float64 costs and prices of every engine (at most four such products), are then exact.
"""


@dataclass(frozen=True, slots=True, eq=False)
class DegreeBounds(ContentEquality):
    """How many partners each person of one side takes.

    ``least`` and ``most`` (n,) int64. Where ``optional`` (n,) bool is True, taking nobody at all is allowed although
    ``least`` is above 0: the minimum binds those who are used.
    """

    least: IntVector
    most: IntVector
    optional: BoolVector

    def __len__(self) -> int:
        return len(self.most)

    @property
    def conditional(self) -> BoolVector:
        """Return (n,) bool: whose minimum is more than "one, if any at all", and binds only if they are used."""
        return self.optional & (self.least > 1)

    @property
    def firm_minimum(self) -> IntVector:
        """Return (n,) int64: the minimum that binds in any case."""
        return np.where(self.optional, 0, self.least) if self.optional.any() else self.least

    def within(self, partners: IntVector) -> IntVector:
        """Return (n,) int64: how many each takes at most of so many allowed ``partners`` (n,)."""
        # Of millions nothing is made anew where nobody has fewer partners than places
        return self.most if (self.most <= partners).all() else np.minimum(self.most, partners)


class UniqueKeys(tuple[str, ...]):
    """Keys of which none comes twice: of millions that is not looked for again in each part of a problem."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentProblem(ContentEquality):
    """Choose pairs so that every bound holds and the goals are optimal, each given those before it.

    Parameters
    ----------
    scores
        The allowed pairs with their integer scores; mentors are rows, mentees columns.
    mentors, mentees
        How many partners each person takes; a pair is taken at most once.
    rows
        Bounds on weighted sums over pairs.
    pins
        Pairs, by position, that must be chosen.
    goals
        Any of ``GOALS``, first to last.
    mentor_priority, mentee_priority
        Weights of the people whom the programme names, not negative; None: nobody of that side.
    mentor_keys, mentee_keys
        The original keys; they settle ties and enter nothing else. Empty: the positions.
    former
        The pairs, by position, of a former matching, for the goal ``changes``; they need not be allowed any more.
    alike
        How many differences between scores were lost as they were read; nothing rests on it.

    Raises
    ------
    RequestError
        If the parts do not fit each other, or the numbers go beyond what is computed exactly.

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
        """Return the number of mentors and of mentees."""
        return self.scores.shape

    @property
    def max_pairs(self) -> int:
        """Return a bound on the number of pairs that can be chosen."""
        degrees = self.scores.degrees
        return min(
            int(loads.within(degree).sum()) for loads, degree in zip((self.mentors, self.mentees), degrees, strict=True)
        )

    @property
    def has_side_constraints(self) -> bool:
        """Return whether something binds more than two people: then a bound by prices may be out of reach."""
        return bool(self.rows or self.mentors.conditional.any() or self.mentees.conditional.any())

    def satisfies_rows(self, pairs: IntMatrix) -> bool:
        """Return whether pairs (k, 2) keep all side constraints."""
        return are_satisfied(self.rows, pairs, self.shape)

    def contains(self, pairs: Sequence[tuple[int, int]], mentors: IntVector, mentees: IntVector) -> BoolVector:
        """Return which of the pairs ``mentors[e]``, ``mentees[e]`` are among ``pairs``."""
        m = self.shape[1]
        return np.isin(mentors * m + mentees, np.array([i * m + k for i, k in pairs], dtype=np.int64))

    def to_pulp(self) -> "LpProblem":
        """Return the problem as a PuLP model, for other solvers and for files (``writeMPS``, ``writeLP``).

        Variable ``x_i_k`` is 1 if mentor i and mentee k are a pair, and ``goal_NAME`` is the value of a goal; all names
        are positions. The objective is the first goal. For the next one, keep the value reached by a bound on its
        variable, and set the next variable as the objective, as ``solve(problem, engine="pulp")`` does. ``goal_floor``
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
        """Return the problem that plain arrays state.

        Parameters
        ----------
        scores
            (n, m) floats or integers of any sign, rows mentors, columns mentees; a pandas or polars frame, whose labels
            become the keys; a numpy.ma array, whose masked pairs do not exist; or a scipy.sparse array, whose stored
            entries are the allowed pairs.
        allowed
            (n, m) bool; False: the pair does not exist, and its score is not looked at. None: as many pairs as
            ``scores`` holds.
        mentor_capacity, mentee_capacity
            How many partners each takes at most: one integer, or one a person.
        mentor_minimum, mentee_minimum
            How many each takes at least, in any case.
        goals
            Goals, first to last.
        mentor_priority, mentee_priority
            Weights for the goal ``priority``: one integer, or one a person.
        hours, mentor_hours
            The pairs of a mentor take no more hours together than the mentor has. ``hours`` of a pair: one integer for
            all, one a mentee (m,), or one a pair (n, m). ``mentor_hours``: one integer, or one a mentor. Where hours
            are no whole numbers, state minutes.
        rows
            Bounds on weighted sums over pairs, beside those of hours.
        pins, bans
            Pairs, by position, that must be chosen, and that must not be.
        sense
            ``max``: scores are worth having. ``min``: they are costs; the score of a pair is then minus its cost, and
            so are the values of goals.
        scale
            Floats are multiplied by it and rounded once; integers are taken as they are.

        Raises
        ------
        RequestError
            If a number of an existing pair is NaN, infinite, or beyond what is computed exactly, with the first place;
            if one is a boolean, a text or no number at all; if a capacity or an hour is negative, fractional, masked,
            or a capacity below its minimum; if shapes or labels differ, a key comes twice, or one of ``hours`` and
            ``mentor_hours`` comes without the other; if a pin or a ban is no pair, or a pair is both.
        """
        banned = [*bans]
        read = read_arrays(scores, allowed, banned, scale, read_sense(sense))
        n, m = read.scores.shape
        pinned = read_positions(pins, (n, m), "pins")
        for pair in set(pinned) & {*read_positions(banned, (n, m), "bans")}:
            raise input_error("pins", f"{pair}", tr("un binôme qui n'est pas dans {other}", other="bans"))
        mentors, mentees = SideKeys(n, read.mentor_keys), SideKeys(m, read.mentee_keys)
        priority = [
            None if weights is None else read_counts(weights, people, where)
            for weights, people, where in (
                (mentor_priority, mentors, "mentor_priority"),
                (mentee_priority, mentees, "mentee_priority"),
            )
        ]
        return cls(
            read.scores,
            DegreeBounds(*read_loads(mentor_minimum, mentor_capacity, mentors, "mentor")),
            DegreeBounds(*read_loads(mentee_minimum, mentee_capacity, mentees, "mentee")),
            rows=(*rows, *_hours_rows(hours, mentor_hours, mentors, mentees)),
            pins=tuple(pinned),
            goals=tuple(goals) if isinstance(goals, Sequence) and not isinstance(goals, str) else (goals,),
            mentor_priority=priority[0],
            mentee_priority=priority[1],
            mentor_keys=read.mentor_keys,
            mentee_keys=read.mentee_keys,
            alike=read.alike,
        )


def _hours_rows(
    hours: ArrayLike | None, limits: ArrayLike | None, mentors: SideKeys, mentees: SideKeys
) -> Iterator[Row]:
    """Yield the row of each mentor whose pairs together could take more hours than there are."""
    if hours is None or limits is None:
        if hours is not None or limits is not None:
            names = ("hours", "mentor_hours") if hours is None else ("mentor_hours", "hours")
            raise input_error(names[0], value_in_words(None), tr("des nombres, car {other} est donné", other=names[1]))
        return
    weights, most = read_hours(hours, mentors, mentees), read_counts(limits, mentors, "mentor_hours")
    required = np.broadcast_to(weights, (mentors.count, mentees.count)).sum(axis=1)
    for mentor in np.flatnonzero(required > most).tolist():
        yield Row(f"mentor_hours[{mentor}]", weights, None, int(most[mentor]), mentor)


def _shape_problems(problem: "AssignmentProblem") -> list[Problem]:
    """Return which vectors do not have one entry a person, and which keys come twice."""
    found: list[Problem] = []
    for side, count in zip(("mentor", "mentee"), problem.shape, strict=True):
        loads, keys = getattr(problem, f"{side}s"), getattr(problem, f"{side}_keys")
        priority = getattr(problem, f"{side}_priority")
        parts = {"least": loads.least, "most": loads.most, "idle": loads.optional, "keys": keys, "priority": priority}
        found += [
            Problem(
                f"{side} {name}",
                tr_n("{count} valeur", "{count} valeurs", len(part), count=len(part)),
                tr("{count}, une par personne", count=count),
            )
            for name, part in parts.items()
            if part is not None and len(part) != count
        ]
        if not isinstance(keys, UniqueKeys) and len(set(keys)) < len(keys):
            found.append(Problem(f"{side} keys", tr("une clé vient deux fois"), tr("une personne par clé")))
        found += _negative_problems(
            {f"{side} least": loads.least, f"{side} most": loads.most, f"{side} priority": priority}
        )
    if FittingRows.fit(problem.rows, problem.shape):
        return found
    return found + [
        wrong for place, row in enumerate(problem.rows, 1) for wrong in row_problems(place, row, problem.shape)
    ]


def _negative_problems(parts: dict[str, IntVector | None]) -> list[Problem]:
    return [
        Problem(name, tr("un nombre négatif"), tr("0 ou plus"))
        for name, part in parts.items()
        if part is not None and len(part) and int(part.min()) < 0
    ]


def _goal_problems(goals: Sequence[str], known: Sequence[str]) -> list[Problem]:
    """Return which goals are none of those that are known, or come twice."""
    found = [f"{goal!r}" for goal in goals if not isinstance(goal, str) or goal not in known]
    if not found and (not goals or len(set(goals)) < len(goals)):
        found = [tr("un objectif vient deux fois") if goals else tr("aucun objectif")]
    if not found:
        return []
    expected = tr("un ou plusieurs de {known}, chacun une seule fois", known=", ".join(known))
    return [Problem("goals", each, expected) for each in found]


def _pair_problems(problem: "AssignmentProblem") -> list[Problem]:
    """Return which pins and former pairs do not exist, or come twice."""
    n, m = problem.shape
    found: list[Problem] = []
    for name, pairs in (("pins", problem.pins), ("former", problem.former)):
        found += [
            Problem(
                name,
                f"({value_in_words(mentor)}, {value_in_words(mentee)})",
                tr("une position inférieure à {n} et une inférieure à {m}", n=n, m=m),
            )
            for mentor, mentee in pairs
            if not (_is_position(mentor, n) and _is_position(mentee, m))
        ]
        if len(set(pairs)) < len(pairs):
            found.append(Problem(name, tr("un binôme vient deux fois"), tr("chaque binôme une seule fois")))
    return found


def _is_position(position: object, count: int) -> bool:
    return isinstance(position, int | np.integer) and bool(0 <= position < count)


def _range_problems(problem: "AssignmentProblem", exact: int) -> list[Problem]:
    """Return which numbers are too great for sums over pairs to be ``exact``."""
    most = exact // (sum(problem.shape) + problem.max_pairs + 1)
    greatest = {"scores": max(map(abs, problem.scores.extremes))}
    greatest["priority"] = sum(
        int(part.max()) for part in (problem.mentor_priority, problem.mentee_priority) if part is not None and len(part)
    )
    beyond = [(name, value) for name, value in greatest.items() if value > most]
    of_one = {id(row.weights): row for row in problem.rows if row.factor is None}
    rows = [(place, row) for place, row in enumerate(problem.rows, 1) if of_one.get(id(row.weights), row) is row]
    beyond += [(row_label(*each), each[1].max_abs_coefficient) for each in rows if each[1].max_abs_coefficient > most]
    return [
        Problem(
            name,
            tr("une grandeur de {value}", value=value),
            tr("{most} au plus avec tant de personnes", most=most),
            tr("prenez une échelle plus petite"),
        )
        for name, value in beyond
    ]
