"""Several plans to choose from: the best, then the best that differs enough from all before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Event
from time import monotonic

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.base.progress import track
from mentormatch.base.scalars import duration, seed_number, whole_number
from mentormatch.languages.translation import tr
from mentormatch.operations.instance import require_stored_scores
from mentormatch.operations.matching import KeyPair, Matching, match
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme


def plans(  # noqa: PLR0913 - all but three are keywords
    cohort: Cohort,
    programme: Programme,
    n: int = 3,
    *,
    differ_by: int = 1,
    seed: int = 0,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    time_limit_s: float | None = None,
    cancel: Event | None = None,
) -> tuple[Matching, ...]:
    """Return up to ``n`` matchings: the best, then each time the best that differs from all before it.

    A plan differs from another by the pairs of that other one that it does not hold. Each is optimal among those that
    differ enough, and its ``problem`` says so with a row for each plan before it. There are fewer than ``n`` where no
    further plan keeps the rules: that is then proved.

    Parameters
    ----------
    cohort, programme
        As for ``match``.
    n
        How many plans are wanted.
    differ_by
        How many pairs of every plan before it a plan gives up at least.
    seed
        Settles ties, as for ``match``.
    pins, bans
        Pairs (mentor key, mentee key) that every plan holds, or none does.
    time_limit_s
        Seconds for all plans together; the plan at which the time is up is the best so far, and the last one.
    cancel
        Once it is set, by another thread, the search ends as at an interrupt; see ``match``.

    Returns
    -------
    tuple of Matching
        The first is that of ``match``, whatever its status. If a search ends without an answer and without a proof
        that there is none, the last one says so by its status and has no pairs. An interrupt (Ctrl-C) ends the
        search: the last one is then the best answer so far.

    Raises
    ------
    RequestError
        ``n`` or ``differ_by`` is not a whole number from 1 on, a pin or a ban names somebody who is not in the cohort,
        or there are too many pairs for more than one plan.

    Examples
    --------
    >>> from mentormatch import examples
    >>> first, second = plans(examples.cohort(), examples.programme(), 2)
    >>> len(set(first.pairs) - set(second.pairs)) >= 1
    True
    """
    n, differ_by, seed = whole_number("n", n, 1), whole_number("differ_by", differ_by, 1), seed_number(seed)
    clock = Deadline.after(duration("time_limit_s", time_limit_s))
    with track(parts=n):
        found = [
            match(cohort, programme, seed=seed, pins=pins, bans=bans, time_limit_s=clock.remaining_s, cancel=cancel)
        ]
        while len(found) < n and may_go_on(found[-1].solution, clock):
            problem = with_distance_cut(found[-1].problem, found[-1].solution, differ_by, len(found))
            solution = solve(problem, seed=seed, time_limit_s=clock.remaining_s, cancel=cancel)
            if solution.status is Status.INFEASIBLE:
                break
            found.append(replace(found[0], problem=problem, solution=solution))
    return tuple(found)


MOMENT_S = 1e-9
"""The time limit of a solve after the deadline: it gives a greedy answer."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of several solves, in seconds of the monotonic clock; None: none."""

    ends: float | None

    @classmethod
    def after(cls, seconds: float | None) -> "Deadline":
        """Return the deadline in so many seconds."""
        return cls(None if seconds is None else monotonic() + seconds)

    @property
    def remaining_s(self) -> float | None:
        """The seconds that are left as a time limit, which is above 0; None without a limit."""
        return None if self.ends is None else max(self.ends - monotonic(), MOMENT_S)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.ends is not None and monotonic() >= self.ends


def may_go_on(solution: Solution, clock: Deadline) -> bool:
    """Return whether there is an answer that others can differ from, and nobody or no limit has ended the search."""
    if solution.status is Status.PROVED:
        return not solution.interrupted
    return solution.status is Status.FEASIBLE and not solution.interrupted and not clock.is_over


def are_all(found: Sequence[Matching], wanted: int) -> bool:
    """Return whether no further plan keeps the rules, which is why there are fewer than were wanted."""
    return len(found) < wanted and found[-1].status is Status.PROVED and not found[-1].solution.interrupted


def with_distance_cut(problem: AssignmentProblem, solution: Solution, differ_by: int, number: int) -> AssignmentProblem:
    """Return the problem in which at least ``differ_by`` pairs of a solution are not chosen."""
    require_stored_scores(problem)
    weights = np.zeros(problem.shape, dtype=np.int64)
    weights[solution.pairs[:, 0], solution.pairs[:, 1]] = 1
    row = Row(tr("différent du plan {number}", number=number), weights, most=len(solution.pairs) - differ_by)
    return replace(problem, rows=(*problem.rows, row))
