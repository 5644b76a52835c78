"""Assignment with implicit scores, up to 100,000 people per side: the functions that other rooms call.

Input: an assignment problem whose scores are computed when they are scanned. Output: its canonical optimum, proved, or
the best solution found. The method is column generation by sifting (Bixby, Gregory, Lustig, Marsten and Shanno 1992)
for a capacitated assignment problem, whose columns (pairs) are priced by scans, within Lagrangian relaxation if rows
couple pairs.

- ``scores``: the score of any pair, as a sum of small tables over distinct answers;
- ``scan``: one pass over all pairs at given duals, in NumPy, compiled, or by workers;
- ``columns``: pricing problem, candidate list, restricted master, column generation; identical people and ties;
- ``constraints``: Lagrangian multipliers, the duality gap, a repair heuristic;
- ``leximin``: lexicographic max-min fairness;
- ``engine``: the choice between these.

Other rooms load this room only if scores are not stored, or if it solves many stored pairs faster:
``assignment.engines.large`` and ``operations.instance``. Each function imports what it needs, so that the verification
of a decision loads no solver.

Memory was measured like that of ``operations.instance``, and the figures are rounded up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
    from mentormatch.scoring.criterion import Criterion
    from mentormatch.scoring.scores import Points


@dataclass(frozen=True, slots=True)
class MemoryModel:
    """Memory of a solve, as measured."""

    # A solve in any case, and compilation with the extra ``scale`` at first use
    base_mb: int = 30
    compiler_mb: int = 200
    # Tables, per person
    person_bytes: int = 1_000
    # Each listed pair, and more if both people may have several partners
    listed_pair_bytes: int = 70
    split_pair_bytes: int = 40
    # Each pair of the sample
    sampled_pair_bytes: int = 32
    # Without the extra, each pair of a block in every thread
    scanned_pair_bytes: int = 24
    # Each cell of a cached table of the criterion with most classes
    table_cell_bytes: int = 4


MEMORY_MODEL = MemoryModel()


def score_pairs(
    cohort: "Cohort",
    criteria: "Sequence[Criterion]",
    rules: "Sequence[Rule]",
    taking_part: "PersonMasks",
    *,
    list_divisor: int = 1,
) -> "Scores":
    """Return the implicit scores of people who take part; pairs that a rule forbids are not allowed.

    If memory is scarce, ``list_divisor`` is above 1: lists of pairs are that many times shorter, and large tables are
    not cached.
    """
    from mentormatch.scale.scan.implicit_scores import ImplicitScores
    from mentormatch.scale.scores.matrix import build_matrix

    matrix = build_matrix(cohort, criteria, rules, cached=list_divisor == 1)
    return ImplicitScores(matrix, *taking_part, list_divisor)


def block_scorer(
    cohort: "Cohort", criteria: "Sequence[Criterion]", rules: "Sequence[Rule]"
) -> "Callable[[int, int], Points]":
    """Return the function (start, stop) -> scores of mentors start to stop - 1, to measure its speed."""
    from mentormatch.scale.scores.matrix import build_matrix

    return build_matrix(cohort, criteria, rules).rows


def solve(problem: "AssignmentProblem", run: "SolveOptions") -> "Solution":
    """Return the canonical optimum, or the best solution found; without pairs if none was found or exists."""
    from mentormatch.scale.engine import solve_implicit

    return solve_implicit(problem, run)


def paths_to(
    problem: "AssignmentProblem",
    solution: "Solution",
    stage: "ScalarObjective",
    net: "ResidualGraph",
    query: "PathQuery",
) -> "ShortestPaths":
    """Return the shortest paths to one person in the residual graph of an optimum that has one stage of duals."""
    from mentormatch.scale.columns.residual import ImplicitResidual, find_paths, make_path_scanner
    from mentormatch.scale.columns.subproblem import PricingProblem

    (duals,) = solution.prices
    pricing = PricingProblem.of(problem, stage, make_path_scanner)
    residual = ImplicitResidual(pricing, net, (duals.mentors, duals.mentees), solution.pairs, query.axis)
    return find_paths(residual, query.person, query.limit)


def memory_mb(shape: tuple[int, int], list_divisor: int, *, compiled: bool, many_to_many: bool = False) -> int:
    """Return an estimate of the memory of a solve without stored scores, in MB; ``shape``: mentors and mentees.

    ``many_to_many``: people of both sides may have several partners. Lists are ``list_divisor`` times shorter.
    """
    from mentormatch.scale.columns.generation import SIFTING_OPTIONS
    from mentormatch.scale.scan.blocks import BLOCK_ROWS
    from mentormatch.scale.scores.terms import CACHE_OPTIONS

    n, m = shape
    sample_size = min(
        max(SIFTING_OPTIONS.sample_min, max(n, m) // SIFTING_OPTIONS.sample_divisor), SIFTING_OPTIONS.solve_whole_max
    )
    block_bytes = sample_size * sample_size * min(n, m) // max(n, m, 1) * MEMORY_MODEL.sampled_pair_bytes
    block_bytes += 0 if compiled else BLOCK_ROWS * m * MEMORY_MODEL.scanned_pair_bytes * (cpu_count() or 1)
    list_bytes = (
        n
        * 2
        * SIFTING_OPTIONS.candidates_per_person
        // list_divisor
        * (MEMORY_MODEL.listed_pair_bytes + MEMORY_MODEL.split_pair_bytes * many_to_many)
    )
    table_bytes = min(n * m, CACHE_OPTIONS.max_cells) * MEMORY_MODEL.table_cell_bytes if list_divisor == 1 else 0
    return (
        MEMORY_MODEL.base_mb
        + MEMORY_MODEL.compiler_mb * compiled
        + (block_bytes + list_bytes + table_bytes + (n + m) * MEMORY_MODEL.person_bytes) // 1_000_000
    )
