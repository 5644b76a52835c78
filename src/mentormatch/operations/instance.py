"""A cohort under a programme -> its scores and its problem; where scores are too many to be stored, the door to scale.

Memory is known beforehand, and the way that keeps to a budget is taken. The figures were measured on Python 3.13, numpy
2.5, numba 0.68 as the greatest memory of a process of its own, and are rounded up; ``python -m
benchmarks.bench_estimate`` holds them against new measurements. Megabytes are 10^6 bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from math import prod
from pathlib import Path

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

MAX_STORED_PAIRS = 40_000_000
"""The scores of more pairs are not held in memory, where they would take half a gigabyte and more."""
MEGA = 1_000_000
PROGRAM_MB = 70
"""The library by itself, where the system does not tell what a process holds."""
HELD_MB, HELD_BYTES = 40, 48
"""Solving with all scores held: at most so much in any case, and for each pair, processes of the solver included."""
SEARCHED_MB, SEARCHED_BYTES = 200, 320
"""The same if integer programs are needed: rules that couple pairs, several partners on both sides, fair goals."""
SEARCHED_GOALS = frozenset({"leximin", "floor_person"})
SHORTER = (1, 2, 4, 8)
"""Lists of pairs are made so many times shorter where memory is scarce: more looks at all pairs are needed then."""


def build_instance(
    cohort: Cohort, programme: Programme, memory_mb: int | None = None
) -> tuple[ScoreTable, AssignmentProblem]:
    """Return the scores of a cohort and its problem; those of very many pairs are worked out when asked for.

    Raises RequestError where that does not fit into ``memory_mb``, or the programme is not one of pairs.
    """
    require_pairs(programme)
    goals = programme.goals.order
    shape, several = (len(cohort.mentors), len(cohort.mentees)), is_many_to_many(programme.rules, cohort)
    searched = several or is_searched(cohort, programme)
    way = choose_plan(shape, MAX_STORED_PAIRS, memory_mb, several=several, searched=searched)
    if way.held:
        scores = score(cohort, programme.criteria, programme.emphasis)
    else:
        refuse_emphasis(programme, shape)
        scores = unheld_scores(cohort, programme.criteria, way.shorter)
    return scores, formulate(cohort, scores, programme.rules, goals)


def is_searched(cohort: Cohort, programme: Programme) -> bool:
    """Return whether integer programs may be needed, which take more memory than an assignment."""
    if not SEARCHED_GOALS.isdisjoint(programme.goals.order) or any(rule.bounds_sums for rule in programme.rules):
        return True
    loads = [rule.degree_bounds(cohort.side(side), side) for rule in programme.rules for side in SIDES]
    return any(load is not None and bool(load.conditional.any()) for load in loads)


def refuse_emphasis(programme: Programme, shape: tuple[int, int]) -> None:
    """Raise RequestError where people's own emphasis would be counted in more pairs than are held."""
    if programme.emphasis is not None:
        most = tr("{most} paires au plus", most=thousands(MAX_STORED_PAIRS))
        problem = Problem("emphasis", tr("{count} paires", count=thousands(prod(shape))), most)
        raise RequestError(tr("Il y a trop de paires pour compter les priorités de chacun"), [problem])


def require_stored_scores(problem: AssignmentProblem) -> None:
    """Raise RequestError where a question couples pairs of which there are too many."""
    if not problem.scores.stored:
        pairs = Problem(
            tr("paires"), thousands(prod(problem.shape)), tr("{most} au plus", most=thousands(MAX_STORED_PAIRS))
        )
        raise RequestError(tr("Cette question lie tous les binômes entre eux : il y en a trop de possibles"), [pairs])


def unheld_scores(cohort: Cohort, criteria: Sequence[Criterion], shorter: int = 1) -> LazyScores:
    """Return the scores of a cohort, worked out when they are asked for; lists of pairs are so many times shorter."""
    from mentormatch import scale  # loaded where no scores are stored, as below

    return LazyScores(cohort, criteria, partial(scale.score_pairs, list_divisor=shorter))


def strip_scorer(cohort: Cohort, programme: Programme) -> Callable[[int, int], IntBlock]:
    """Return what scores a strip of mentors where no scores are stored."""
    from mentormatch import scale

    return scale.block_scorer(cohort, programme.criteria, programme.rules)


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """How a matching is gone about: all scores held in one block, or none; ``memory_mb`` is what the process takes.

    It is 0 where there is no budget, and nobody asks. Where none are held, lists of pairs are ``shorter`` than usual,
    so many times.
    """

    held: bool
    memory_mb: int
    shorter: int = 1


def list_plans(
    shape: tuple[int, int], most_held: int, *, several: bool = False, searched: bool = False
) -> Iterator[ExecutionPlan]:
    """Yield the ways to go about a market, the one that is taken first where memory is no matter.

    ``shape`` is how many mentors and mentees there are; of more than ``most_held`` pairs scores are not held.
    ``several``: people of both sides may have several partners. ``searched``: integer programs may be needed.
    """
    own, (n, m), compiled = resident_mb(), shape, has_scale()
    if fits_stored(shape, most_held):
        base, each = (SEARCHED_MB, SEARCHED_BYTES) if searched or several else (HELD_MB, HELD_BYTES)
        yield ExecutionPlan(held=True, memory_mb=own + base + n * m * each // MEGA)
    for shorter in SHORTER:
        taken = own + implicit_mb(shape, shorter, compiled=compiled, several=several)
        yield ExecutionPlan(held=False, memory_mb=taken, shorter=shorter)


def fits_stored(shape: tuple[int, int], most_held: int) -> bool:
    """Say whether scores are held where memory is no matter."""
    n, m = shape
    return n * m <= most_held


def choose_plan(
    shape: tuple[int, int], most_held: int, memory_mb: int | None, *, several: bool = False, searched: bool = False
) -> ExecutionPlan:
    """Return the first way that fits into ``memory_mb`` megabytes, None: any.

    Raises RequestError where none does: with what the least would take, and what was allowed.
    """
    if memory_mb is None:
        return ExecutionPlan(held=fits_stored(shape, most_held), memory_mb=0)
    known = list(list_plans(shape, most_held, several=several, searched=searched))
    fitting = next((way for way in known if way.memory_mb <= memory_mb), None)
    if fitting is None:
        raise memory_error(min(way.memory_mb for way in known), memory_mb)
    return fitting


def memory_error(least_mb: int, memory_mb: int) -> RequestError:
    """Return the error that says that a run does not fit."""
    found = Problem(
        tr("mémoire"),
        tr("{size} Mo permis", size=thousands(memory_mb)),
        tr("{size} Mo au moins", size=thousands(least_mb)),
        tr("permettez-en davantage, ou répartissez les personnes par territoire"),
    )
    return RequestError(tr("Ce calcul ne tient pas dans la mémoire permise ; rien n'a été commencé"), [found])


def implicit_mb(shape: tuple[int, int], shorter: int, *, compiled: bool, several: bool = False) -> int:
    """Return what a run takes that holds no scores."""
    from mentormatch import scale

    return scale.memory_mb(shape, shorter, compiled=compiled, several=several)


def has_scale() -> bool:
    """Say whether the extra ``scale`` is there, which is then used where no scores are held."""
    return find_spec("numba") is not None


def resident_mb() -> int:
    """Return what this process holds in memory now; where the system does not tell, the most that it has held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        from resource import getpagesize
    except (OSError, ImportError):
        return _most_mb()
    return pages * getpagesize() // MEGA


def _most_mb() -> int:
    """Return the most that this process has held so far, where the system tells."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:
        return PROGRAM_MB
    return getrusage(RUSAGE_SELF).ru_maxrss // MEGA  # in bytes on macOS, the one system that gets here
