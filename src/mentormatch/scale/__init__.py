"""Scores that are never stored, and markets of 100,000 people a side: the functions that other rooms open by name.

In goes an assignment problem whose scores are worked out when they are asked for; out comes its canonical optimum,
proved. The scheme is column generation by sifting (Bixby, Gregory, Lustig, Marsten and Shanno 1992) for a capacitated
assignment problem, whose columns (pairs) are priced by a full scan, within Lagrangian relaxation where rows couple
pairs:

- ``scores``: the score of any pair, as a sum of small tables over distinct answers;
- ``scan``: one pass over all pairs at given duals, in NumPy, in machine code, by workers;
- ``flow``: exact solvers of sparse assignment problems: auction, shortest augmenting paths, b-matching, transportation;
- ``columns``: pricing problem, candidate list, restricted master, the generation loop; identical people and ties;
- ``constraints``: Lagrangian multipliers, the gap, a repair heuristic; ``leximin``: lexicographic fairness;
- ``engine``: which of these is used.

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
    from mentormatch.scoring.criterion import Criterion
    from mentormatch.scoring.scores import Points


MEGA = 1_000_000
WIDE_MB, COMPILER_MB = 30, 200
"""What a solve takes in any case, and what compiling takes with the extra ``scale``, the first time."""
PERSON_BYTES, LISTED_BYTES, SPLIT_BYTES = 1_000, 70, 40
"""Tables for each person, and for each pair that is listed; more for a pair if both may have several partners."""
CELL_BYTES, LOOKED_BYTES = 32, 24
"""Each pair of the sample; without the extra, each pair of a block in every thread."""
NUMBER_BYTES = 4
"""Each number of a cached table: of the criterion that makes most classes."""


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
    large table is cached.
    """
    from mentormatch.scale.scan.implicit_scores import ImplicitScores
    from mentormatch.scale.scores.matrix import build_matrix

    matrix = build_matrix(cohort, criteria, rules, cached=list_divisor == 1)
    return ImplicitScores(matrix, *taking_part, list_divisor)


def block_scorer(
    cohort: "Cohort", criteria: "Sequence[Criterion]", rules: "Sequence[Rule]"
) -> "Callable[[int, int], Points]":
    """Return the function (start, stop) -> scores of mentors start to stop - 1, for who measures how fast."""
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
    """Return the shortest paths to one person in the residual graph of an optimum that one stage of duals proves."""
    from mentormatch.scale.columns.residual import ImplicitResidual, find_paths, make_path_scanner
    from mentormatch.scale.columns.subproblem import PricingProblem

    (duals,) = solution.prices
    pricing = PricingProblem.of(problem, stage, make_path_scanner)
    ground = ImplicitResidual(pricing, net, (duals.mentors, duals.mentees), solution.pairs, query.axis)
    return find_paths(ground, query.person, query.limit)


def memory_mb(shape: tuple[int, int], list_divisor: int, *, compiled: bool, several: bool = False) -> int:
    """Return what a solve takes that stores no scores, of so many mentors and mentees, in MB.

    ``several``: people of both sides may have several partners. Lists are ``list_divisor`` times shorter than usual.
    """
    from mentormatch.scale.columns.generation import SIFTING_OPTIONS
    from mentormatch.scale.scan.blocks import BLOCK_ROWS
    from mentormatch.scale.scores.terms import CACHE_OPTIONS

    n, m = shape
    sampled = min(
        max(SIFTING_OPTIONS.sample_min, max(n, m) // SIFTING_OPTIONS.sample_divisor), SIFTING_OPTIONS.solve_whole_max
    )
    scanned = sampled * sampled * min(n, m) // max(n, m, 1) * CELL_BYTES
    scanned += 0 if compiled else BLOCK_ROWS * m * LOOKED_BYTES * (cpu_count() or 1)
    listed = n * 2 * SIFTING_OPTIONS.candidates_per_person // list_divisor * (LISTED_BYTES + SPLIT_BYTES * several)
    table = min(n * m, CACHE_OPTIONS.max_cells) * NUMBER_BYTES if list_divisor == 1 else 0
    return WIDE_MB + COMPILER_MB * compiled + (scanned + listed + table + (n + m) * PERSON_BYTES) // MEGA
