"""Scores that are never stored, and markets of 100,000 people a side: the functions that other rooms open by name.

Nobody imports this room: ``assignment.engines.large`` and ``operations.instance`` load it where scores are not stored,
or where it solves many stored pairs sooner. Each function loads what it needs: to verify a decision loads no solver.

The figures of memory were measured as those of ``operations.instance``, and are rounded up.
"""

from collections.abc import Callable, Sequence
from os import cpu_count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mentormatch.assignment.engine import SolveOptions
    from mentormatch.assignment.model.problem import AssignmentProblem
    from mentormatch.assignment.model.scores import PersonMasks, Scores
    from mentormatch.assignment.model.solution import Solution
    from mentormatch.assignment.objective import ScalarObjective
    from mentormatch.assignment.residual_graph import PathQuery, ResidualGraph, ShortestPaths
    from mentormatch.people.cohort import Cohort
    from mentormatch.rules.rule import Rule
    from mentormatch.scale.scores.terms import Points
    from mentormatch.scoring.criterion import Criterion

MEGA = 1_000_000
WIDE_MB, COMPILER_MB = 30, 200
"""Solving with no scores held: so much in any case, and with the extra ``scale`` for compiling, the first time."""
PERSON_BYTES, LISTED_BYTES, SPLIT_BYTES = 1_000, 70, 40
"""Tables for each person, and each pair that is listed; more for a pair if both people may have several partners."""
CELL_BYTES, LOOKED_BYTES = 32, 24
"""Each pair of a drawn market; without the extra, each pair of a strip in every thread."""
NUMBER_BYTES = 4
"""Each number of a table that is held: of the criterion that tells most kinds of people apart."""


def score_pairs(
    cohort: "Cohort",
    criteria: "Sequence[Criterion]",
    rules: "Sequence[Rule]",
    taking_part: "PersonMasks",
    *,
    list_divisor: int = 1,
) -> "Scores":
    """Return the scores of people who take part, none stored: pairs that a rule forbids are not allowed.

    Where ``list_divisor`` is above 1, memory being scarce, lists of pairs are so many times shorter than usual, and no
    large table is kept.
    """
    from mentormatch.scale.scan.implicit_scores import ImplicitScores
    from mentormatch.scale.scores.matrix import build_matrix

    matrix = build_matrix(cohort, criteria, rules, cached=list_divisor == 1)
    return ImplicitScores(matrix, *taking_part, list_divisor)


def strip_scorer(
    cohort: "Cohort", criteria: "Sequence[Criterion]", rules: "Sequence[Rule]"
) -> "Callable[[int, int], Points]":
    """Return what scores the strip of mentors from a first to the one before a last, for who measures how fast."""
    from mentormatch.scale.scores.matrix import build_matrix

    return build_matrix(cohort, criteria, rules).rows


def solve(problem: "AssignmentProblem", run: "SolveOptions") -> "Solution":
    """Return the canonical optimum, or the best answer found in time, as an engine does."""
    from mentormatch.scale.engine import solve_implicit

    return solve_implicit(problem, run)


def paths_to(
    problem: "AssignmentProblem",
    solution: "Solution",
    stage: "ScalarObjective",
    net: "ResidualGraph",
    query: "PathQuery",
) -> "ShortestPaths":
    """Return the shortest paths to one person on the residual graph of an answer that one stage of duals proves."""
    from mentormatch.scale.columns.residual import ImplicitResidual, find_paths, make_path_scanner
    from mentormatch.scale.columns.subproblem import PricingProblem

    (duals,) = solution.prices
    pricing = PricingProblem.of(problem, stage, make_path_scanner)
    ground = ImplicitResidual(pricing, net, (duals.mentors, duals.mentees), solution.pairs, query.axis)
    return find_paths(ground, query.person, query.limit)


def memory_mb(shape: tuple[int, int], list_divisor: int, *, compiled: bool, several: bool = False) -> int:
    """Return what a run takes that holds no scores, of so many mentors and mentees.

    ``several``: people of both sides may have several partners. Lists are so many times shorter than usual.
    """
    from mentormatch.scale.columns.generation import CANDIDATES, SAMPLE_MIN, SAMPLE_PART, SOLVED_WHOLE
    from mentormatch.scale.scan.blocks import BLOCK_ROWS
    from mentormatch.scale.scores.terms import MAX_CACHED

    n, m = shape
    drawn = min(max(SAMPLE_MIN, max(n, m) // SAMPLE_PART), SOLVED_WHOLE)
    seen = drawn * drawn * min(n, m) // max(n, m, 1) * CELL_BYTES
    seen += 0 if compiled else BLOCK_ROWS * m * LOOKED_BYTES * (cpu_count() or 1)
    listed = n * 2 * CANDIDATES // list_divisor * (LISTED_BYTES + SPLIT_BYTES * several)
    table = min(n * m, MAX_CACHED) * NUMBER_BYTES if list_divisor == 1 else 0
    return WIDE_MB + COMPILER_MB * compiled + (seen + listed + table + (n + m) * PERSON_BYTES) // MEGA
