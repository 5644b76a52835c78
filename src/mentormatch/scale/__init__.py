"""Scores that are never stored, and markets of 100,000 people a side: the functions that other rooms open by name.

Nobody imports this room: ``assignment.engines.large`` and ``operations.instance`` load it where scores are not stored,
or where it solves many stored pairs sooner. Each function loads what it needs: to verify a decision loads no solver.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mentormatch.scale.memory import memory_mb as memory_mb

if TYPE_CHECKING:
    from mentormatch.assignment.engine import SolveOptions
    from mentormatch.assignment.model.problem import AssignmentProblem
    from mentormatch.assignment.model.scores import PersonMasks, Scores
    from mentormatch.assignment.model.solution import Solution
    from mentormatch.assignment.objective import ScalarObjective
    from mentormatch.assignment.residual_graph import PathQuery, ResidualGraph, ShortestPaths
    from mentormatch.people.cohort import Cohort
    from mentormatch.rules.rule import Rule
    from mentormatch.scale.scores.lookup_table import Points
    from mentormatch.scoring.criterion import Criterion


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

    matrix = build_matrix(cohort, criteria, rules, held=list_divisor == 1)
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
    view = PricingProblem.of(problem, stage, make_path_scanner)
    ground = ImplicitResidual(view, net, (duals.mentors, duals.mentees), solution.pairs, query.axis)
    return find_paths(ground, query.person, query.limit)
