"""Several plans to choose from: the optimum, then the best plans that differ enough from all earlier ones."""

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
    """Return up to ``n`` matchings: the optimum, then repeatedly the best that differs from all before it.

    The difference of two plans is the number of pairs of the earlier plan that the later one does not contain. Each
    plan is optimal among the plans that differ enough, and its ``problem`` has a row per earlier plan. Fewer than
    ``n`` plans, of which the last is proved and not interrupted, prove that no further plan keeps the rules.

    Parameters
    ----------
    cohort, programme
        As for ``match``.
    n
        The maximum number of plans.
    differ_by
        The minimum number of pairs of each earlier plan that a plan does not contain.
    seed
        Breaks ties, as for ``match``.
    pins, bans
        Pairs (mentor key, mentee key) that every plan contains, or none does.
    time_limit_s
        Seconds for all plans together; the plan at the deadline is an incumbent, and the last one.
    cancel
        Once it is set, by another thread, the search ends as at an interrupt; see ``match``.

    Returns
    -------
    tuple of Matching
        The first is that of ``match``, with any status. If a search ends without a solution and without a proof that
        none exists, the last matching has that status and no pairs. An interrupt (Ctrl-C) ends the search: the last
        matching is then the incumbent.

    Raises
    ------
    RequestError
        ``n`` or ``differ_by`` is not a positive whole number, a pin or a ban names a person who is not in the cohort,
        or the pairs are too many for more than one plan.

    See Also
    --------
    match : the best plan alone.

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
        matchings = [
            match(cohort, programme, seed=seed, pins=pins, bans=bans, time_limit_s=clock.remaining_s, cancel=cancel)
        ]
        while len(matchings) < n and can_continue(matchings[-1].solution, clock):
            problem = with_distance_cut(matchings[-1].problem, matchings[-1].solution, differ_by, len(matchings))
            solution = solve(problem, seed=seed, time_limit_s=clock.remaining_s, cancel=cancel)
            if solution.status is Status.INFEASIBLE:
                break
            matchings.append(replace(matchings[0], problem=problem, solution=solution))
    return tuple(matchings)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The common end of several solves on the monotonic clock, in seconds; None: no end."""

    ends: float | None

    @classmethod
    def after(cls, seconds: float | None) -> "Deadline":
        """Return the deadline ``seconds`` from now."""
        return cls(None if seconds is None else monotonic() + seconds)

    @property
    def remaining_s(self) -> float | None:
        """The remaining seconds as a positive time limit; None without a deadline."""
        # After the deadline, a solve returns a greedy solution
        return None if self.ends is None else max(self.ends - monotonic(), 1e-9)

    @property
    def is_over(self) -> bool:
        """Whether the deadline has passed."""
        return self.ends is not None and monotonic() >= self.ends


def can_continue(solution: Solution, clock: Deadline) -> bool:
    """Return whether there is a solution to differ from, and neither an interrupt nor the deadline ended the search."""
    if solution.status is Status.PROVED:
        return not solution.interrupted
    return solution.status is Status.FEASIBLE and not solution.interrupted and not clock.is_over


def are_all(matchings: Sequence[Matching], number: int) -> bool:
    """Return whether it is proved that no further plan keeps the rules."""
    return len(matchings) < number and matchings[-1].status is Status.PROVED and not matchings[-1].solution.interrupted


def with_distance_cut(problem: AssignmentProblem, solution: Solution, differ_by: int, number: int) -> AssignmentProblem:
    """Return the problem in which at least ``differ_by`` pairs of a solution are not chosen."""
    require_stored_scores(problem)
    weights = np.zeros(problem.shape, dtype=np.int64)
    weights[solution.pairs[:, 0], solution.pairs[:, 1]] = 1
    row = Row(tr("différent du plan {number}", number=number), weights, most=len(solution.pairs) - differ_by)
    return replace(problem, rows=(*problem.rows, row))
