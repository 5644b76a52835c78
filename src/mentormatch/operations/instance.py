"""A cohort under a programme -> its scores and its problem; scores of too many pairs are left to ``mentormatch.scale``.

Memory is predicted, and the first execution plan within the budget is taken. The figures are measured peaks of
separate processes (Python 3.13, numpy 2.5, numba 0.68), rounded up; ``python -m benchmarks.bench_estimate`` compares
them with new measurements. Megabytes are 10^6 bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from logging import getLogger
from math import prod
from pathlib import Path
from time import monotonic

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import SIDES
from mentormatch.languages.phrases import thousands
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme, require_pairs
from mentormatch.rules.rule import LazyScores, formulate, is_many_to_many
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.scores import IntBlock, ScoreTable, score

LOGGER = getLogger(__name__)
MAX_STORED_PAIRS = 40_000_000
"""Scores of more pairs are not stored: they would take half a gigabyte or more."""
BYTES_PER_MB = 1_000_000
PROGRAM_MB = 70
"""The memory of the library, used if the system does not report that of the process."""
HELD_MB, HELD_BYTES = 40, 48
"""Memory of a solve with stored scores, with the processes of the solver: base, and bytes per pair."""
SEARCHED_MB, SEARCHED_BYTES = 200, 320
"""The same with integer programs, for coupling rules, several partners on both sides, or fairness goals."""
LIST_DIVISORS = (1, 2, 4, 8)
"""Divisors of the length of candidate lists; larger ones save memory and need more scans of all pairs."""


def build_instance(
    cohort: Cohort, programme: Programme, memory_mb: int | None = None
) -> tuple[ScoreTable, AssignmentProblem]:
    """Return the scores of a cohort and its problem; scores of too many pairs are computed on demand.

    Raises RequestError if the memory does not fit into ``memory_mb``, if the programme is not one of pairs, or if it
    weighs the priorities of each person and scores are not stored.
    """
    require_pairs(programme)
    goals = programme.goals.order
    shape, several = (len(cohort.mentors), len(cohort.mentees)), is_many_to_many(programme.rules, cohort)
    needs_search, start = several or is_searched(cohort, programme), monotonic()
    plan = choose_plan(shape, MAX_STORED_PAIRS, memory_mb, several=several, searched=needs_search)
    if plan.stores_scores:
        scores = score(cohort, programme.criteria, programme.emphasis)
    else:
        check_emphasis(programme, shape)
        scores = lazy_scores(cohort, programme.criteria, plan.list_divisor)
    problem = formulate(cohort, scores, programme.rules, goals)
    size = (*shape, len(programme.criteria), len(programme.rules))
    LOGGER.debug("%d x %d people, %d criteria, %d rules: problem in %.3f s", *size, monotonic() - start)
    return scores, problem


def is_searched(cohort: Cohort, programme: Programme) -> bool:
    """Return whether integer programs may be needed, which take more memory than an assignment problem."""
    goals = programme.goals.order
    if "leximin" in goals or "floor_person" in goals or any(rule.bounds_sums for rule in programme.rules):
        return True
    loads = [rule.degree_bounds(cohort.side(side), side) for rule in programme.rules for side in SIDES]
    return any(load is not None and bool(load.conditional.any()) for load in loads)


def check_emphasis(programme: Programme, shape: tuple[int, int]) -> None:
    if programme.emphasis is not None:
        limit = tr("{most} paires au plus", most=thousands(MAX_STORED_PAIRS))
        problem = Problem("emphasis", tr("{count} paires", count=thousands(prod(shape))), limit)
        raise RequestError(tr("Il y a trop de paires pour compter les priorités de chacun"), [problem])


def require_stored_scores(problem: AssignmentProblem) -> None:
    """Raise RequestError if the scores are not stored, for operations that need all pairs."""
    if not problem.scores.stored:
        pairs = Problem(
            tr("paires"), thousands(prod(problem.shape)), tr("{most} au plus", most=thousands(MAX_STORED_PAIRS))
        )
        raise RequestError(tr("Cette question lie tous les binômes entre eux : il y en a trop de possibles"), [pairs])


def lazy_scores(cohort: Cohort, criteria: Sequence[Criterion], list_divisor: int = 1) -> LazyScores:
    """Return scores that are computed on demand; candidate lists are divided by ``list_divisor``."""
    from mentormatch import scale  # loaded where no scores are stored, as below

    return LazyScores(cohort, criteria, partial(scale.score_pairs, list_divisor=list_divisor))


def strip_scorer(cohort: Cohort, programme: Programme) -> Callable[[int, int], IntBlock]:
    """Return the function that scores a strip of mentors if no scores are stored."""
    from mentormatch import scale

    return scale.block_scorer(cohort, programme.criteria, programme.rules)


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """An execution plan: scores stored or not, and the memory of the process, 0 without a budget.

    ``list_divisor`` divides the length of candidate lists if scores are not stored.
    """

    stores_scores: bool
    memory_mb: int
    list_divisor: int = 1


def list_plans(
    shape: tuple[int, int], max_stored_pairs: int, *, several: bool = False, searched: bool = False
) -> Iterator[ExecutionPlan]:
    """Yield the execution plans for a shape (mentors, mentees), the fastest first.

    Scores of more than ``max_stored_pairs`` pairs are not stored. ``several``: people of both sides may have several
    partners. ``searched``: integer programs may be needed.
    """
    present_mb, (n, m), compiled = resident_mb(), shape, has_scale()
    if fits_stored(shape, max_stored_pairs):
        base, bytes_per_pair = (SEARCHED_MB, SEARCHED_BYTES) if searched or several else (HELD_MB, HELD_BYTES)
        yield ExecutionPlan(stores_scores=True, memory_mb=present_mb + base + n * m * bytes_per_pair // BYTES_PER_MB)
    for shorter in LIST_DIVISORS:
        total_mb = present_mb + implicit_mb(shape, shorter, compiled=compiled, several=several)
        yield ExecutionPlan(stores_scores=False, memory_mb=total_mb, list_divisor=shorter)


def fits_stored(shape: tuple[int, int], max_stored_pairs: int) -> bool:
    """Return whether scores are stored if memory is not limited."""
    n, m = shape
    return n * m <= max_stored_pairs


def choose_plan(
    shape: tuple[int, int],
    max_stored_pairs: int,
    memory_mb: int | None,
    *,
    several: bool = False,
    searched: bool = False,
) -> ExecutionPlan:
    """Return the first plan that fits into ``memory_mb`` megabytes; None: no limit.

    Raises RequestError with the smallest requirement if no plan fits.
    """
    if memory_mb is None:
        return ExecutionPlan(stores_scores=fits_stored(shape, max_stored_pairs), memory_mb=0)
    plans = list(list_plans(shape, max_stored_pairs, several=several, searched=searched))
    fitting = next((plan for plan in plans if plan.memory_mb <= memory_mb), None)
    if fitting is None:
        raise memory_error(min(plan.memory_mb for plan in plans), memory_mb)
    return fitting


def memory_error(least_mb: int, memory_mb: int) -> RequestError:
    """Return the error for a run that does not fit."""
    problem = Problem(
        tr("mémoire"),
        tr("{size} Mo permis", size=thousands(memory_mb)),
        tr("{size} Mo au moins", size=thousands(least_mb)),
        tr("permettez-en davantage, ou répartissez les personnes par territoire"),
    )
    return RequestError(tr("Ce calcul ne tient pas dans la mémoire permise ; rien n'a été commencé"), [problem])


def implicit_mb(shape: tuple[int, int], shorter: int, *, compiled: bool, several: bool = False) -> int:
    """Return the memory of a run without stored scores."""
    from mentormatch import scale

    return scale.memory_mb(shape, shorter, compiled=compiled, many_to_many=several)


def has_scale() -> bool:
    """Return whether the extra ``scale`` is installed, which computes scores that are not stored."""
    return find_spec("numba") is not None


def resident_mb() -> int:
    """Return the memory of this process; its peak, if the system does not report the present value."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        from resource import getpagesize
    except (OSError, ImportError):
        return _most_mb()
    return pages * getpagesize() // BYTES_PER_MB


def _most_mb() -> int:
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:
        return PROGRAM_MB
    return getrusage(RUSAGE_SELF).ru_maxrss // BYTES_PER_MB  # in bytes on macOS, the one system that gets here
